//! The summary of `hydrant forward`, as a table or as JSON.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

use super::settle::Counts;
use super::warnings::Warnings;
use crate::exit::Failure;
use crate::process::{grouped, write_report};
use crate::stream::Ended;
use crate::terminal;
use hydrant::delivery::SchedulerStats;
use hydrant::write::JsonWriter;
use hydrant_forward::MappedMessage;

/// The counts of what was read.
#[derive(Default)]
pub(super) struct Totals {
    forwarded: u64,
    /// Messages whose type is forwarded, and which have nothing to deliver, such as heartbeats.
    without_records: u64,
    records: u64,
    repeated: u64,
    /// Messages that could not be read and are dead letters.
    pub(super) refused_letters: u64,
    warnings: Warnings,
}

impl Totals {
    /// `is_settled`: there is nothing to wait for.
    pub(super) fn add(&mut self, mapped: &MappedMessage, records: usize, is_settled: bool) {
        self.forwarded += u64::from(mapped.is_forwarded);
        self.without_records += u64::from(mapped.is_forwarded && is_settled);
        self.records += records as u64;
        self.repeated += mapped.repeated as u64;
        self.warnings.add(&mapped.warnings);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.forwarded += other.forwarded;
        self.without_records += other.without_records;
        self.records += other.records;
        self.repeated += other.repeated;
        self.refused_letters += other.refused_letters;
        self.warnings.merge(&other.warnings);
    }
}

/// The counts of the input.
#[derive(Clone, Copy, Default)]
pub(super) struct Read {
    /// Messages, including refused ones.
    pub(super) messages: u64,
    pub(super) refused: u64,
    pub(super) bytes: u64,
    /// Of the whole run, until everything was settled.
    pub(super) elapsed: Duration,
}

impl Read {
    pub(super) fn new(ended: &Ended, elapsed: Duration) -> Self {
        Self {
            messages: ended.messages,
            refused: ended.refused,
            bytes: ended.bytes,
            elapsed,
        }
    }
}

/// The summary.
pub(super) struct Report<'r> {
    pub(super) totals: &'r Totals,
    pub(super) counts: Counts,
    pub(super) stats: SchedulerStats,
    pub(super) read: Read,
    /// Messages that an earlier run has forwarded.
    pub(super) resumed: u64,
    /// Why the run stopped.
    pub(super) failure: Option<&'r str>,
}

impl Report<'_> {
    /// The counts, by their names in JSON and in the table.
    fn counts(&self) -> [(&'static str, &'static str, u64); 14] {
        let Self {
            totals,
            counts,
            stats,
            read,
            ..
        } = self;
        let others = read.messages - read.refused;
        [
            ("resumed", "messages of earlier runs", self.resumed),
            ("messages", "messages", read.messages),
            ("refused", "  refused", read.refused),
            (
                "not_forwarded",
                "  not forwarded",
                others.saturating_sub(totals.forwarded),
            ),
            (
                "without_records",
                "  without records",
                totals.without_records,
            ),
            ("acknowledged", "  acknowledged", counts.acknowledged),
            ("repeated_events", "repeated events", totals.repeated),
            ("records", "records", totals.records),
            ("delivered", "  delivered", counts.delivered),
            (
                "dead_letters",
                "  dead letters",
                counts.dead_letters + totals.refused_letters,
            ),
            ("retries", "retries", stats.retried),
            ("calls", "calls", stats.calls),
            ("delivered_bytes", "bytes delivered", stats.delivered_bytes),
            ("bytes", "bytes read", read.bytes),
        ]
    }

    fn megabytes_per_second(&self) -> f64 {
        self.read.bytes as f64 / self.read.elapsed.as_secs_f64().max(1e-9) / 1e6
    }

    pub(super) fn print_table(&self) {
        self.totals.warnings.print();
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        const ALWAYS: [&str; 4] = ["messages", "records", "delivered", "bytes"];
        for (name, shown, count) in self.counts() {
            if count > 0 || ALWAYS.contains(&name) {
                table.add_row([shown.to_owned(), grouped(count)]);
            }
        }
        let seconds = format!("{:.3}", self.read.elapsed.as_secs_f64());
        table.add_row(["seconds".to_owned(), seconds]);
        table.add_row([
            "MB/s".to_owned(),
            format!("{:.1}", self.megabytes_per_second()),
        ]);
        if let Some(values) = table.column_mut(1) {
            values.set_cell_alignment(CellAlignment::Right);
        }
        terminal::complain(&table.trim_fmt());
    }

    pub(super) fn print_json(&self) {
        // A closed standard error does not fail the run.
        let _ = io::stderr().lock().write_all(&self.json());
    }

    pub(super) fn write_file(&self, path: &Path) -> Result<(), Failure> {
        write_report(path, &self.json())
    }

    /// One object on one line.
    fn json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        JsonWriter::new(&mut out).object(|json| {
            for (name, _, count) in self.counts() {
                json.uint_field(name, count);
            }
            json.object_field("warnings", |json| {
                for (kind, count) in self.totals.warnings.iter() {
                    json.uint_field(kind, count);
                }
            });
            json.double_field("seconds", self.read.elapsed.as_secs_f64());
            json.double_field("mb_per_s", self.megabytes_per_second());
            match self.failure {
                Some(reason) => json.text_field("failure", reason),
                None => json.null_field("failure"),
            }
        });
        out.push(b'\n');
        out
    }
}
