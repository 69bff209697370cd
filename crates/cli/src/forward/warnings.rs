//! [`Warnings`]: how many values had no counterpart in the records, by kind.

use std::collections::BTreeMap;

use crate::terminal;

/// Counts by kind.
#[derive(Default)]
pub(crate) struct Warnings(BTreeMap<&'static str, u64>);

impl Warnings {
    pub(crate) fn add(&mut self, counts: &[(&'static str, u64)]) {
        for (kind, count) in counts {
            *self.0.entry(kind).or_default() += count;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (kind, count) in &other.0 {
            *self.0.entry(kind).or_default() += count;
        }
    }

    /// The counts by kind.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().map(|(kind, count)| (*kind, *count))
    }

    /// Writes one line to standard error, if there are any.
    pub(crate) fn print(&self) {
        if self.0.is_empty() {
            return;
        }
        let kinds = self.iter().map(|(kind, count)| format!("{kind} {count}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        terminal::complain(&format!("warning: values without a counterpart: {kinds}"));
    }
}
