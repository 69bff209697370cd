//! Log lines: one per message, and one for each part that is not done.

use std::fmt::Write as _;
use std::io;

use hydrant::engine::{FailureKind, Subject};
use hydrant::message::{Message, Uuid};
use hydrant::{Failure, Outcome, ParseOptions, Scratch};
use hydrant_runtime::Ended;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Handled, Times};
use crate::function::Call;

/// Libraries that print bodies, headers or credentials at the levels `DEBUG` and `TRACE`.
const TALKATIVE: [&str; 8] = [
    "aws_", "h2", "hyper", "lambda_", "reqwest", "rustls", "tower", "want",
];

/// Prints events of `tracing` as lines of JSON on the standard output, from the level that Lambda
/// sets (`AWS_LAMBDA_LOG_LEVEL`). A subscriber that the program has set stays.
pub(crate) fn install() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok();
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(io::stdout);
    let registry = tracing_subscriber::registry();
    // It fails if there is a subscriber.
    let _ = registry
        .with(lines)
        .with(targets(self::level(level.as_deref())))
        .try_init();
}

fn level(name: Option<&str>) -> LevelFilter {
    match name {
        Some("FATAL") => LevelFilter::ERROR,
        Some(name) => name.parse().unwrap_or(LevelFilter::INFO),
        None => LevelFilter::INFO,
    }
}

fn targets(level: LevelFilter) -> Targets {
    let quiet = TALKATIVE.map(|target| (target, level.min(LevelFilter::INFO)));
    Targets::new()
        .with_default(level)
        .with_targets(quiet)
        // It repeats the error of each message that is not answered.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
}

/// Prints the line of a message.
pub(super) fn message(handled: &Handled<'_>, times: Times, cold_start: bool) {
    macro_rules! line {
        ($level:ident, $text:literal) => {{
            if !tracing::enabled!(tracing::Level::$level) {
                return;
            }
            let Handled {
                source,
                bytes,
                call,
                ended,
                output,
            } = handled;
            let outcomes = output.outcome_counts();
            let micros =
                |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
            let error = (!ended.is_answered()).then(|| ended.message());
            tracing::event!(
                tracing::Level::$level,
                request_id = call.request_id,
                source,
                verdict = ended.as_str(),
                error,
                message_id = output.message_id().map(display),
                message_type = output.message_type().map(|it| it.as_str().to_owned()),
                account_id = output.account_id(),
                bytes,
                events = output.event_counts().total(),
                events_by_type = by_type(output),
                done = outcomes.done,
                skipped = outcomes.skipped,
                retry = outcomes.retry,
                discarded = outcomes.discarded,
                rejected = outcomes.rejected,
                suspended = output.is_suspended(),
                parse_us = times.parse.map(micros),
                handle_us = times.handle.map(micros),
                total_us = micros(times.total),
                lag_ms = times.lag_ms,
                cold_start,
                $text
            );
        }};
    }
    match handled.ended {
        Ended::Answered => line!(INFO, "message answered"),
        Ended::Late | Ended::Retry { .. } => line!(WARN, "message to be repeated"),
        Ended::Refused(_) => line!(ERROR, "message refused"),
        _ => line!(ERROR, "message not answered"),
    }
}

/// `custom_event=3 screen_view=1`.
fn by_type(output: &hydrant::Output) -> Option<String> {
    let mut text = String::new();
    for (name, count) in output.event_counts().iter().filter(|(_, count)| *count > 0) {
        let gap = if text.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(text, "{gap}{name}={count}");
    }
    (!text.is_empty()).then_some(text)
}

/// Prints a line for each part of a message that is not done.
pub(super) fn failures(handled: &Handled<'_>, body: &[u8], scratch: &mut Scratch) {
    let output = handled.output;
    let unsettled = output.events().iter().enumerate();
    let unsettled = unsettled.filter(|(_, outcome)| matches!(outcome, Outcome::Unsettled));
    let mut parts = output
        .failures()
        .map(|(subject, failure)| (subject, Some(failure)));
    let late = matches!(handled.ended, Ended::Late);
    let mut unsettled = unsettled
        .filter(|_| late)
        .map(|(index, _)| (Subject::Event(index), None))
        .peekable();
    let Some(first) = parts.next().or_else(|| unsettled.next()) else {
        return;
    };
    if !tracing::enabled!(tracing::Level::WARN) {
        return;
    }
    let ids = ids(body, scratch);
    for (subject, failure) in std::iter::once(first).chain(parts).chain(unsettled) {
        part(handled, subject, failure, &ids);
    }
}

fn part(handled: &Handled<'_>, subject: Subject, failure: Option<&Failure>, ids: &[Option<Uuid>]) {
    let (kind, index) = match subject {
        Subject::Event(index) => ("event", Some(index)),
        Subject::Notification(index) => ("notification", Some(index)),
        _ => ("message", None),
    };
    let event_id = index.filter(|_| kind == "event");
    let event_id = event_id.and_then(|index| ids.get(index).copied().flatten());
    let outcome = failure.map_or("unsettled", |failure| {
        Outcome::Failed(failure.clone()).as_str()
    });
    macro_rules! line {
        ($level:ident) => {
            tracing::event!(
                tracing::Level::$level,
                request_id = handled.call.request_id,
                message_id = handled.output.message_id().map(display),
                account_id = handled.output.account_id(),
                part = kind,
                index,
                event_id = event_id.map(display),
                outcome,
                reason = failure.map(Failure::reason),
                "not done"
            )
        };
    }
    match failure.map(Failure::kind) {
        // The module does not want it.
        Some(FailureKind::Discard) => line!(INFO),
        _ => line!(WARN),
    }
}

/// The identifiers of the events, in order.
fn ids(body: &[u8], scratch: &mut Scratch) -> Vec<Option<Uuid>> {
    match hydrant::parse(body, scratch, &ParseOptions::default()).map(|parsed| parsed.message) {
        Ok(Message::EventProcessingRequest(batch)) => {
            let events = batch.events.iter();
            events
                .map(|event| event.common().and_then(|common| common.id))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Prints the line of an invocation in which the host panicked.
pub(super) fn panicked(call: &Call) {
    tracing::error!(
        request_id = call.request_id,
        verdict = Ended::Panicked.as_str(),
        "message not answered"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_lambda_are_read() {
        for (name, expected) in [
            (None, LevelFilter::INFO),
            (Some("FATAL"), LevelFilter::ERROR),
            (Some("WARN"), LevelFilter::WARN),
            (Some("TRACE"), LevelFilter::TRACE),
            (Some("?"), LevelFilter::INFO),
        ] {
            assert_eq!(level(name), expected, "{name:?}");
        }
    }

    #[test]
    fn libraries_do_not_print_bodies() {
        let targets = targets(LevelFilter::TRACE);
        for quiet in [
            "hyper::proto",
            "lambda_runtime::layers::api_response",
            "aws_smithy_runtime",
        ] {
            assert!(
                !targets.would_enable(quiet, &tracing::Level::DEBUG),
                "{quiet}"
            );
            assert!(
                targets.would_enable(quiet, &tracing::Level::INFO),
                "{quiet}"
            );
        }
        assert!(targets.would_enable("acme", &tracing::Level::TRACE));
    }
}
