//! The summary of a run, as a table or as JSON.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};

use super::identities::IdentityCounts;
use crate::coercions::{COERCIONS, coercions};
use crate::exit::Failure;
use crate::stream::Ended;
use crate::terminal;
use hydrant::engine::{EventCounts, OutcomeCounts};
use hydrant::write::JsonWriter;
use hydrant::{Output, Tally};

/// The counts that are updated for each message.
#[derive(Default)]
pub(super) struct Totals {
    /// Messages that a module does not receive.
    pub(super) others: u64,
    events: EventCounts,
    outcomes: OutcomeCounts,
    pub(super) identities: IdentityCounts,
    /// Values, events, environments and other items that this version does not know.
    unknown: u64,
    /// Values that were coerced.
    coerced: [u64; COERCIONS],
}

impl Totals {
    pub(super) fn add(&mut self, output: &Output) {
        self.events.merge(output.event_counts());
        self.outcomes.merge(&output.outcome_counts());
        let tally = output.tally();
        self.unknown += (tally.unknown_values + tally.unknown_members) as u64;
        for (sum, (.., count)) in self.coerced.iter_mut().zip(coercions(tally)) {
            *sum += count as u64;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.others += other.others;
        self.events.merge(&other.events);
        self.outcomes.merge(&other.outcomes);
        self.identities.merge(other.identities);
        self.unknown += other.unknown;
        for (sum, count) in self.coerced.iter_mut().zip(other.coerced) {
            *sum += count;
        }
    }

    /// The kinds of coercion by their names in JSON and in the table.
    fn coercions(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let names = coercions(Tally::default());
        names
            .into_iter()
            .zip(self.coerced)
            .map(|((name, shown, _), count)| (name, shown, count))
    }

    fn outcomes(&self) -> [(&'static str, u64); 5] {
        let counts = &self.outcomes;
        [
            ("done", counts.done),
            ("skipped", counts.skipped),
            ("retry", counts.retry),
            ("discarded", counts.discarded),
            ("rejected", counts.rejected),
        ]
    }
}

/// The summary.
pub(super) struct Report<'r> {
    pub(super) totals: &'r Totals,
    pub(super) ended: &'r Ended,
}

impl Report<'_> {
    fn seconds(&self) -> f64 {
        self.ended.elapsed.as_secs_f64()
    }

    /// At least a nanosecond, so that nothing is divided by zero.
    fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.seconds().max(1e-9)
    }

    fn megabytes_per_second(&self) -> f64 {
        self.per_second(self.ended.bytes) / 1e6
    }

    pub(super) fn print_table(&self) {
        terminal::complain(&self.table());
    }

    fn table(&self) -> String {
        let (totals, ended) = (self.totals, self.ended);
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let mut row = |name: &str, value: String| {
            table.add_row([name.to_owned(), value]);
        };
        row("messages", grouped(ended.messages));
        if totals.others > 0 {
            row("  not for modules", grouped(totals.others));
        }
        if ended.refused > 0 {
            row("  refused", grouped(ended.refused));
        }
        for (kind, count) in ended.complaints.counts() {
            row(&format!("    {kind}"), grouped(count));
        }
        row("events", grouped(totals.events.total()));
        for (event_type, count) in totals.events.iter().filter(|(_, count)| *count > 0) {
            row(&format!("  {event_type}"), grouped(count));
        }
        if totals.events.total() > 0 {
            row("outcomes", String::new());
        }
        for (outcome, count) in totals
            .outcomes()
            .into_iter()
            .filter(|(_, count)| *count > 0)
        {
            row(&format!("  {outcome}"), grouped(count));
        }
        row("unknown values", grouped(totals.unknown));
        for (_, shown, count) in totals.coercions().filter(|(.., count)| *count > 0) {
            row(shown, grouped(count));
        }
        if totals.identities.left_out > 0 {
            row("identities left out", grouped(totals.identities.left_out));
        }
        if totals.identities.invalid > 0 {
            row("identities invalid", grouped(totals.identities.invalid));
        }
        if totals.identities.like_digests > 0 {
            row(
                "raw values like digests",
                grouped(totals.identities.like_digests),
            );
        }
        row("bytes", grouped(ended.bytes));
        row("seconds", format!("{:.3}", self.seconds()));
        row("MB/s", format!("{:.1}", self.megabytes_per_second()));
        let events_per_second = self.per_second(totals.events.total());
        row("events/s", grouped(events_per_second as u64));
        if let Some(values) = table.column_mut(1) {
            values.set_cell_alignment(CellAlignment::Right);
        }
        table.trim_fmt()
    }

    pub(super) fn print_json(&self) {
        // A closed standard error does not fail the run.
        let _ = io::stderr().lock().write_all(&self.json());
    }

    pub(super) fn write_file(&self, path: &Path) -> Result<(), Failure> {
        write_file(path, &self.json())
    }

    /// One object on one line.
    fn json(&self) -> Vec<u8> {
        let (totals, ended) = (self.totals, self.ended);
        let mut out = Vec::new();
        JsonWriter::new(&mut out).object(|json| {
            json.uint_field("messages", ended.messages);
            json.uint_field("events", totals.events.total());
            json.object_field("events_by_type", |json| {
                for (event_type, count) in totals.events.iter() {
                    json.uint_field(event_type, count);
                }
            });
            json.uint_field("unknown", totals.unknown);
            json.object_field("coerced", |json| {
                for (name, _, count) in totals.coercions() {
                    json.uint_field(name, count);
                }
            });
            json.object_field("outcomes", |json| {
                for (outcome, count) in totals.outcomes() {
                    json.uint_field(outcome, count);
                }
            });
            json.uint_field("identities_left_out", totals.identities.left_out);
            json.uint_field("identities_invalid", totals.identities.invalid);
            json.uint_field("identities_like_digests", totals.identities.like_digests);
            json.uint_field("refused", ended.refused);
            json.object_field("errors_by_kind", |json| {
                for (kind, count) in ended.complaints.counts() {
                    json.uint_field(kind, count);
                }
            });
            json.uint_field("bytes", ended.bytes);
            json.double_field("seconds", self.seconds());
            json.double_field("mb_per_s", self.megabytes_per_second());
            json.double_field("events_per_s", self.per_second(totals.events.total()));
        });
        out.push(b'\n');
        out
    }
}

/// Writes a summary to a file.
pub(crate) fn write_file(path: &Path, json: &[u8]) -> Result<(), Failure> {
    let written = File::create(path).and_then(|mut file| {
        let written = file.write_all(json);
        if written.is_err() {
            // Half an object is not left.
            let _ = file.set_len(0);
        }
        written
    });
    written.map_err(|error| Failure::Output {
        name: path.to_string_lossy().into_owned(),
        error,
    })
}

/// Digits in groups of three: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (123_456, "123,456"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
