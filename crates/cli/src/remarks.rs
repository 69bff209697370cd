//! Remarks on messages: errors and findings. The first of each kind are shown and the others are
//! counted, so that a small input cannot cause a large output, and memory is bounded.

use std::collections::BTreeMap;

/// How many of a kind are shown by default.
pub(super) const SHOWN: u64 = 100;

/// The remarks on a chunk, each of whole lines.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    text: Vec<u8>,
    /// The kind of each remark in the text, and where it ends.
    listed: Vec<(&'static str, usize)>,
    counts: BTreeMap<&'static str, u64>,
}

impl Remarks {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.listed.clear();
        self.counts.clear();
    }

    /// Adds a remark, which `write` writes with its line end if fewer than `most` of its kind were
    /// added before.
    pub(super) fn add(&mut self, kind: &'static str, most: u64, write: impl FnOnce(&mut Vec<u8>)) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= most {
            write(&mut self.text);
            self.listed.push((kind, self.text.len()));
        }
    }
}

/// The remarks of a whole run.
#[derive(Debug)]
pub(super) struct Ledger {
    most: u64,
    counts: BTreeMap<&'static str, u64>,
    shown: BTreeMap<&'static str, u64>,
}

impl Ledger {
    /// Shows this many of each kind.
    pub(super) fn new(most: u64) -> Self {
        Self {
            most,
            counts: BTreeMap::new(),
            shown: BTreeMap::new(),
        }
    }

    /// Counts the remarks on the next chunk and appends those to be shown.
    pub(super) fn take(&mut self, remarks: &mut Remarks, out: &mut Vec<u8>) {
        // All of them are moved: a wrapper may cause very many.
        let moved = self.most == u64::MAX && out.is_empty();
        if moved {
            std::mem::swap(out, &mut remarks.text);
        }
        let mut start = 0;
        for (kind, end) in &remarks.listed {
            let shown = self.shown.entry(kind).or_default();
            if *shown < self.most {
                *shown += 1;
                if !moved {
                    out.extend_from_slice(remarks.text.get(start..*end).unwrap_or_default());
                }
            }
            start = *end;
        }
        for (kind, count) in &remarks.counts {
            *self.counts.entry(kind).or_default() += count;
        }
    }

    /// How many of each kind there were.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.counts.iter().map(|(kind, count)| (*kind, *count))
    }

    /// The kinds of which not all were shown, as `syntax 17, missing_field 4`, with the number not
    /// shown.
    pub(super) fn hidden(&self) -> Option<(u64, String)> {
        let hidden = self.counts.iter().filter_map(|(kind, count)| {
            let shown = self.shown.get(kind).copied().unwrap_or_default();
            Some((kind, count.checked_sub(shown).filter(|more| *more > 0)?))
        });
        let sum = hidden.clone().map(|(_, more)| more).sum();
        let kinds: Vec<String> = hidden
            .map(|(kind, more)| format!("{kind} {more}"))
            .collect();
        (sum > 0).then(|| (sum, kinds.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_kind_are_shown_and_all_are_counted() {
        let mut ledger = Ledger::new(3);
        let mut out = Vec::new();
        for chunk in 0..3 {
            let mut remarks = Remarks::default();
            for number in 0..4 {
                let write = |out: &mut Vec<u8>| out.extend(format!("a{chunk}{number} ").bytes());
                remarks.add("a", 3, write);
            }
            remarks.add("b", 3, |out| out.extend(b"b "));
            ledger.take(&mut remarks, &mut out);
        }
        assert_eq!(out, b"a00 a01 a02 b b b ");
        assert_eq!(ledger.counts().collect::<Vec<_>>(), [("a", 12), ("b", 3)]);
        assert_eq!(ledger.hidden(), Some((9, "a 9".to_owned())));
        assert_eq!(Ledger::new(1).hidden(), None);
    }

    #[test]
    fn all_are_shown_in_order_without_a_limit() {
        let mut ledger = Ledger::new(u64::MAX);
        let mut out = b"first ".to_vec();
        for (chunk, expected) in [("a", "first a1 a2 "), ("b", "b1 b2 ")] {
            let mut remarks = Remarks::default();
            for number in 1..3 {
                remarks.add("kind", u64::MAX, |out| {
                    out.extend(format!("{chunk}{number} ").bytes());
                });
            }
            ledger.take(&mut remarks, &mut out);
            assert_eq!(out, expected.as_bytes());
            out.clear();
        }
        assert_eq!(ledger.hidden(), None);
        assert_eq!(ledger.counts().collect::<Vec<_>>(), [("kind", 4)]);
    }
}
