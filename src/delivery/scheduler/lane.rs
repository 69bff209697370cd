//! Lanes: submissions of an ordered source, which repeats everything from the first one that failed.
//!
//! ```text
//!  lane:  1 delivered   2 in flight   3 to be retried   4 cancelled   5 cancelled   6 refused
//!                                     └ given up, which breaks the lane             └ pushed later
//! ```
//!
//! Without a lane, the records of a key go on after one of them is given up. A source that then
//! submits that one again would reorder them.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::time::Instant;

use super::{Place, Scheduler, SubmissionId};
use crate::delivery::{Fate, OutgoingRecord, Resolved};

/// Identifies a lane: a sequence of submissions of which nothing is sent after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LaneId(pub(super) u64);

/// The submissions of a lane that are not resolved.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) open: BTreeSet<u64>,
    /// The first submission that failed.
    broken: Option<u64>,
    closed: bool,
}

pub(super) const BROKEN: &str = "an earlier record of the source was not delivered";

impl Scheduler {
    /// Opens a lane, for [`push_in`](Self::push_in).
    pub fn open_lane(&mut self) -> LaneId {
        let lane = self.next_lane;
        self.next_lane += 1;
        self.lanes.insert(lane, Lane::default());
        LaneId(lane)
    }

    /// Adds a submission of a lane. After one of its submissions has a record that is to be retried
    /// or is halted, the later ones are not sent any more, and what is added is to be retried: the
    /// source submits all of it again, in another lane.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use hydrant::delivery::{
    ///     Action, BatchLimits, Fate, OutgoingRecord, RetryPolicy, Scheduler, SchedulerOptions,
    /// };
    ///
    /// let options = SchedulerOptions::default().retry(RetryPolicy::default().attempts(1));
    /// let mut scheduler = Scheduler::new(BatchLimits::single(1 << 20), options, 7);
    /// let now = Instant::now();
    /// let lane = scheduler.open_lane();
    /// for payload in ["a", "b"] {
    ///     let record = OutgoingRecord::new(payload).with_key("user");
    ///     scheduler.push_in(lane, [(record, 1)], now + Duration::from_secs(60), now);
    /// }
    /// let Action::Send { ticket, .. } = scheduler.next(now) else { panic!() };
    /// scheduler.complete(ticket, vec![Fate::retry("no answer")], now);
    /// // The second record is not sent before the first one is submitted again.
    /// assert!(matches!(scheduler.next(now), Action::Idle));
    /// assert_eq!(std::iter::from_fn(|| scheduler.pop_resolution()).count(), 2);
    /// ```
    pub fn push_in(
        &mut self,
        lane: LaneId,
        records: impl IntoIterator<Item = (OutgoingRecord, usize)>,
        deadline: Instant,
        now: Instant,
    ) -> SubmissionId {
        self.add(Some(lane.0), records, deadline, now)
    }

    /// Breaks a lane and forgets it: what waits is to be retried by its source, and so is what is in
    /// flight, if this attempt fails.
    pub fn close_lane(&mut self, lane: LaneId) {
        self.break_lane(lane.0, 0);
        if let Some(found) = self.lanes.get_mut(&lane.0) {
            found.closed = true;
        }
        self.tidy_lane(lane.0);
    }

    /// Whether nothing more of a lane is accepted.
    pub(super) fn is_broken(&self, lane: u64) -> bool {
        self.lanes
            .get(&lane)
            .is_none_or(|lane| lane.broken.is_some())
    }

    /// Cancels the submissions from this one on. The last one is cancelled first, so that no record
    /// of a key becomes ready because of the end of the one before it.
    pub(super) fn break_lane(&mut self, lane: u64, first: u64) {
        let Some(found) = self.lanes.get_mut(&lane) else {
            return;
        };
        // An earlier one may fail after a later one.
        if found.broken.is_some_and(|broken| broken <= first) {
            return;
        }
        found.broken = Some(first);
        let later = (Bound::Included(first), Bound::Unbounded);
        let later: Vec<u64> = found.open.range(later).rev().copied().collect();
        for submission in later {
            self.cancel(submission);
        }
    }

    /// Ends the records of a submission that wait. Those in flight are not sent again.
    fn cancel(&mut self, submission: u64) {
        let Some(found) = self.submissions.get_mut(&submission) else {
            return;
        };
        found.cancelled = true;
        let waiting = found.records.iter().rev();
        let waiting: Vec<u64> = waiting.filter_map(|it| it.clone().err()).collect();
        for sequence in waiting {
            let Some(item) = self.items.get(&sequence) else {
                continue;
            };
            if item.place == Place::InFlight {
                continue;
            }
            let fate = match &item.reason {
                Some(reason) => Fate::retry(reason.clone()),
                None => Fate::retry(BROKEN),
            };
            let (position, result) = (item.position, Resolved::new(fate, item.attempts));
            self.release(sequence, None);
            self.settle(submission, position, result);
        }
    }

    /// Removes a resolved submission from its lane.
    pub(super) fn leave_lane(&mut self, lane: u64, submission: u64) {
        if let Some(found) = self.lanes.get_mut(&lane) {
            found.open.remove(&submission);
        }
        self.tidy_lane(lane);
    }

    /// Forgets a lane that is closed and empty.
    fn tidy_lane(&mut self, lane: u64) {
        let ended = |lane: &Lane| lane.closed && lane.open.is_empty();
        if self.lanes.get(&lane).is_some_and(ended) {
            self.lanes.remove(&lane);
        }
    }
}
