//! What `hydrant send` prints: a line per message, and a summary.

use std::time::Duration;

use hydrant::write::JsonWriter;

use super::LONGEST_WAIT;
use super::sending::{Outcome, Sent};
use crate::bench::messages::Location;
use crate::http::End;
use crate::sections::{Section, row, section};
use crate::terminal::{harmless, harmless_json};

/// The most that 99 % of the calls may take (lambda-and-http.md, section 7).
pub(super) fn limit(is_lambda: bool) -> Duration {
    Duration::from_millis(if is_lambda { 200 } else { 100 })
}

/// The counts of a run.
#[derive(Default)]
pub(super) struct Totals {
    messages: u64,
    events: u64,
    attempts: u64,
    /// Messages and events by outcome.
    outcomes: [(u64, u64); Outcome::ALL.len()],
    problems: u64,
    /// Messages and files that could not be read.
    pub(super) refused: u64,
    /// Whether a reply was 401.
    pub(super) is_unauthorized: bool,
    slowest: Duration,
    slow: u64,
    /// Findings on the registration that the platform does not accept.
    pub(super) registration_errors: u64,
    pub(super) registration_warnings: u64,
    pub(super) interrupted: bool,
}

impl Totals {
    pub(super) fn add(&mut self, sent: &Sent, limit: Duration) {
        self.messages += 1;
        self.events += sent.events;
        self.attempts += sent.attempts.len() as u64;
        self.problems += sent.problems.len() as u64;
        let counts = Outcome::ALL.iter().zip(&mut self.outcomes);
        for (_, (messages, events)) in counts.filter(|(outcome, _)| **outcome == sent.outcome) {
            *messages += 1;
            *events += sent.events;
        }
        for attempt in &sent.attempts {
            self.slowest = self.slowest.max(attempt.latency);
            self.slow += u64::from(attempt.latency > limit);
            self.is_unauthorized |= attempt.end == End::Status(401);
        }
    }

    pub(super) fn messages(&self) -> u64 {
        self.messages
    }

    fn count(&self, outcome: Outcome) -> (u64, u64) {
        let mut counts = Outcome::ALL.iter().zip(self.outcomes);
        counts
            .find(|(other, _)| **other == outcome)
            .map_or((0, 0), |(_, count)| count)
    }

    /// Whether the module did what it has to.
    pub(super) fn is_good(&self) -> bool {
        let unanswered = self.count(Outcome::Lost).0 + self.count(Outcome::Repeating).0;
        unanswered + self.refused == 0 && self.problems == 0 && self.registration_errors == 0
    }

    pub(super) fn table(&self, limit: Duration) -> String {
        let mut rows = vec![
            row("messages", self.messages.to_string(), ""),
            row("events", self.events.to_string(), ""),
            row("attempts", self.attempts.to_string(), ""),
        ];
        for (outcome, (messages, events)) in Outcome::ALL.iter().zip(self.outcomes) {
            if messages > 0 || *outcome == Outcome::Lost {
                let remark = match outcome {
                    Outcome::Lost if messages > 0 => {
                        format!("the platform gives up: {events} events would be lost")
                    }
                    Outcome::Repeating => "the platform would repeat them without end".to_owned(),
                    Outcome::Withheld => "the module has suspended the subscription".to_owned(),
                    _ => String::new(),
                };
                rows.push(row(outcome.as_str(), messages.to_string(), remark));
            }
        }
        if self.refused > 0 {
            let remark = "messages and files that cannot be read; they are not sent";
            rows.push(row("refused", self.refused.to_string(), remark));
        }
        if self.problems > 0 {
            let remark = "responses that the platform cannot use";
            rows.push(row("problems", self.problems.to_string(), remark));
        }
        let remark = match self.slow {
            0 => String::new(),
            slow => format!(
                "{slow} calls took more than {} ms, which 99 % must not",
                limit.as_millis()
            ),
        };
        rows.push(row("slowest call", ms(self.slowest), remark));
        let mut text = String::new();
        let section: Section = section("sent", rows);
        section.append_to(&mut text);
        text.trim_end().to_owned()
    }

    /// One object on one line.
    pub(super) fn json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        JsonWriter::new(&mut out).object(|json| {
            json.uint_field("messages", self.messages);
            json.uint_field("events", self.events);
            json.uint_field("attempts", self.attempts);
            for (outcome, (messages, events)) in Outcome::ALL.iter().zip(self.outcomes) {
                json.uint_field(outcome.key(), messages);
                json.uint_field(&format!("{}_events", outcome.key()), events);
            }
            json.uint_field("refused", self.refused);
            json.uint_field("problems", self.problems);
            json.uint_field("registration_errors", self.registration_errors);
            json.uint_field("registration_warnings", self.registration_warnings);
            json.double_field("slowest_ms", self.slowest.as_secs_f64() * 1e3);
            json.uint_field("slow_calls", self.slow);
            json.bool_field("interrupted", self.interrupted);
        });
        out.push(b'\n');
        out
    }
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The line of a message.
pub(super) fn line(number: u64, place: Option<&Location>, sent: &Sent, out: &mut Vec<u8>) {
    let kind = match sent.kind.as_str() {
        "" => "not a message",
        kind => kind,
    };
    let last = sent.attempts.last();
    let ends: Vec<String> = sent.attempts.iter().map(|it| it.end.to_string()).collect();
    let latency = last.map_or(String::new(), |it| ms(it.latency));
    let events = match (sent.events, sent.event_types.as_slice()) {
        (0, _) => String::new(),
        (1, [event_type]) => event_type.clone(),
        (count, [event_type]) => format!("{count} {event_type}"),
        (count, _) => format!("{count} events"),
    };
    let place = place.map_or(String::new(), |place| {
        format!("  {}:{}", harmless(&place.file), place.line)
    });
    let text = format!(
        "{number:>4}  {:12}  {:34}  {:24}  {latency:>10}  {}{place}",
        sent.outcome.as_str(),
        harmless(kind),
        harmless(&events),
        ends.join(", ")
    );
    out.extend_from_slice(text.trim_end().as_bytes());
    out.push(b'\n');
    let mut reasons: Vec<String> = Vec::new();
    for attempt in &sent.attempts {
        let reason = attempt.reason.iter();
        reasons.extend(reason.map(|reason| format!("{}: {reason}", attempt.end)));
        if attempt
            .retry_after
            .is_some_and(|asked| asked > LONGEST_WAIT)
        {
            let (longest, end) = (LONGEST_WAIT.as_secs(), &attempt.end);
            reasons.push(format!(
                "{end}: Retry-After is longer than the {longest} s that are waited"
            ));
        }
    }
    reasons.dedup();
    for problem in reasons.iter().chain(&sent.problems) {
        out.extend_from_slice(format!("      {}\n", harmless(problem)).as_bytes());
    }
}

/// The same as JSON.
pub(super) fn json_line(number: u64, place: Option<&Location>, sent: &Sent, out: &mut Vec<u8>) {
    let start = out.len();
    JsonWriter::new(out).object(|json| {
        json.uint_field("number", number);
        if let Some(place) = place {
            json.text_field("file", &place.file);
            json.uint_field("line", place.line);
        }
        json.text_field("type", &sent.kind);
        match &sent.id {
            Some(id) => json.text_field("id", id),
            None => json.null_field("id"),
        }
        json.uint_field("events", sent.events);
        json.list_field("event_types", |json| {
            for event_type in &sent.event_types {
                json.text_element(event_type);
            }
        });
        json.text_field("outcome", sent.outcome.key());
        json.list_field("attempts", |json| {
            for attempt in &sent.attempts {
                json.object_element(|json| {
                    json.text_field("end", &attempt.end.to_string());
                    if let Some(reason) = &attempt.reason {
                        json.text_field("reason", reason);
                    }
                    if let Some(asked) = attempt.retry_after {
                        json.double_field("retry_after_s", asked.as_secs_f64());
                    }
                    json.double_field("waited_ms", attempt.waited.as_secs_f64() * 1e3);
                    json.double_field("latency_ms", attempt.latency.as_secs_f64() * 1e3);
                });
            }
        });
        json.list_field("problems", |json| {
            for problem in &sent.problems {
                json.text_element(problem);
            }
        });
    });
    harmless_json(out, start);
    out.push(b'\n');
}
