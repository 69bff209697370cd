//! [`Progress`]: which records of a partition are settled, and what may be committed.
//!
//! ```text
//!  offsets   7  8  9 12 13 14       10 and 11 are not there: compaction, or marks of transactions
//!  settled   x  x  x     x
//!                    └ commit 10: the position after the settled prefix
//! ```

use std::collections::VecDeque;

/// The records of a partition that were received and are not settled, and how far it is committed.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Records from the first that is not settled on, in order.
    open: VecDeque<Entry>,
    bytes: usize,
    /// The last offset that was received.
    last: Option<i64>,
    /// The position after the settled prefix.
    settled: Option<i64>,
    /// The position that the broker has.
    committed: Option<i64>,
}

#[derive(Debug)]
struct Entry {
    offset: i64,
    bytes: usize,
    settled: bool,
}

impl Progress {
    /// A record was received; `false` if it is not new.
    pub(super) fn receive(&mut self, offset: i64, bytes: usize) -> bool {
        if self.last.is_some_and(|last| offset <= last) {
            return false;
        }
        self.last = Some(offset);
        self.bytes += bytes;
        self.open.push_back(Entry {
            offset,
            bytes,
            settled: false,
        });
        true
    }

    /// A record is settled.
    pub(super) fn settle(&mut self, offset: i64) {
        if let Ok(at) = self.open.binary_search_by_key(&offset, |it| it.offset)
            && let Some(entry) = self.open.get_mut(at)
        {
            entry.settled = true;
        }
        while let Some(first) = self.open.front()
            && first.settled
        {
            self.bytes -= first.bytes;
            self.settled = Some(first.offset + 1);
            self.open.pop_front();
        }
    }

    /// The position that is to be committed, if there is progress.
    pub(super) fn uncommitted(&self) -> Option<i64> {
        self.settled.filter(|_| self.settled > self.committed)
    }

    /// The broker has this position.
    pub(super) fn commit(&mut self, position: i64) {
        self.committed = self.committed.max(Some(position));
    }

    /// The size of all records that are not settled, or wait for earlier ones.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Their number.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// With gaps, in any order of settling, and with commits of any age: never more than the
        /// settled prefix is committed, and in the end all of it.
        #[test]
        fn only_the_settled_prefix_is_committed(
            gaps in prop::collection::vec(1i64..4, 1..40),
            order in prop::collection::vec(any::<prop::sample::Index>(), 40),
            received_first in 0usize..40,
            committed_late: bool,
        ) {
            let mut progress = Progress::default();
            let mut offsets = Vec::new();
            let mut offset = -1;
            for gap in gaps {
                offset += gap;
                offsets.push(offset);
            }
            let mut waiting: VecDeque<i64> = offsets.iter().copied().collect();
            let (mut open, mut settled, mut sent) = (Vec::new(), Vec::new(), Vec::new());
            for (step, index) in order.iter().enumerate() {
                let receive = if step == 0 { received_first } else { 2 };
                for offset in waiting.drain(..receive.min(waiting.len())) {
                    prop_assert!(progress.receive(offset, 10));
                    prop_assert!(!progress.receive(offset, 10), "twice");
                    open.push(offset);
                }
                if !open.is_empty() {
                    let offset = open.swap_remove(index.index(open.len()));
                    progress.settle(offset);
                    settled.push(offset);
                }
                let received = offsets.len() - waiting.len();
                let prefix = offsets[..received].iter().take_while(|it| settled.contains(it));
                let prefix = prefix.count();
                prop_assert_eq!(progress.len(), received - prefix);
                prop_assert_eq!(progress.bytes(), 10 * (received - prefix));
                let position = prefix.checked_sub(1).map(|last| offsets[last] + 1);
                match progress.uncommitted() {
                    Some(uncommitted) => {
                        prop_assert_eq!(Some(uncommitted), position);
                        sent.push(uncommitted);
                    }
                    None => prop_assert!(position <= sent.last().copied()),
                }
                if !committed_late || step % 7 == 0 {
                    for position in sent.iter().rev() {
                        progress.commit(*position);
                    }
                }
            }
            for offset in waiting {
                progress.receive(offset, 10);
            }
            for offset in &offsets {
                progress.settle(*offset);
            }
            let end = offsets.last().map(|last| last + 1);
            prop_assert!(progress.uncommitted() == end || sent.last().copied() == end);
            prop_assert_eq!((progress.len(), progress.bytes()), (0, 0));
        }
    }
}
