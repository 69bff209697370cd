//! What the scheduler knows of an account that has records or is in trouble.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use super::breaker::Breaker;
use crate::delivery::{Fate, RecordAccount};

/// The number of an account; `None` for records without one.
pub(super) type AccountKey = Option<i32>;

/// An account. Records are named by their sequence numbers.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// All records, also those in flight.
    pub(super) records: BTreeSet<u64>,
    /// The memory that they use.
    pub(super) bytes: usize,
    /// Records that can be sent now.
    pub(super) ready: BTreeSet<u64>,
    /// The sum of their sizes.
    pub(super) ready_size: usize,
    /// The last record of each key. Only the first of a key is ready, waits for its retry or is in
    /// flight; a call with [`ordered`](crate::delivery::BatchLimits::ordered) may have several, from
    /// the first on.
    pub(super) last: HashMap<Vec<u8>, u64>,
    /// The number of calls in flight with its records.
    pub(super) calls: usize,
    pub(super) breaker: Breaker,
    pub(super) pause: Option<Pause>,
    pub(super) halt: Option<Halt>,
    /// Its place in the order of accounts that have ready records.
    pub(super) turn: Option<u64>,
    /// When it is looked at again.
    pub(super) wake: Option<Instant>,
}

/// The time before which the target wants nothing, and why.
#[derive(Clone, Debug)]
pub(super) struct Pause {
    pub(super) until: Instant,
    pub(super) reason: Cow<'static, str>,
}

/// Why nothing is accepted.
#[derive(Clone, Debug)]
pub(super) struct Halt {
    pub(super) reason: Cow<'static, str>,
    /// When it ends by itself.
    pub(super) until: Option<Instant>,
    /// The account with the settings that the target refused.
    pub(super) account: Option<Arc<RecordAccount>>,
}

/// Whether records of an account can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ready,
    /// One record, and its fate decides.
    Probe,
    /// When a call ends.
    Busy,
    Until(Instant),
}

impl Account {
    pub(super) fn standing(&self, now: Instant, most_calls: usize) -> Standing {
        match self.closed_until(now) {
            Some(until) => Standing::Until(until),
            None if self.breaker.probing || self.calls >= most_calls => Standing::Busy,
            None if self.breaker.is_half_open(now) => Standing::Probe,
            None => Standing::Ready,
        }
    }

    /// Until when nothing is sent, because the target named that time or the breaker is open.
    pub(super) fn closed_until(&self, now: Instant) -> Option<Instant> {
        let paused = self.pause.as_ref().map(|pause| pause.until);
        let paused = paused.filter(|until| now < *until);
        paused.max(self.breaker.open_until(now))
    }

    /// The fate of a record whose time ends before anything is sent.
    pub(super) fn too_late(&self, deadline: Instant, now: Instant) -> Option<Fate> {
        let pause = self.pause.as_ref().filter(|pause| now < pause.until);
        if let Some(Pause { until, reason }) = pause.filter(|pause| deadline <= pause.until) {
            let reason = format!("the target asked to wait beyond the deadline: {reason}");
            return Some(Fate::retry_after(*until - now, reason));
        }
        let until = self.breaker.open_until(now)?;
        (deadline <= until).then(|| {
            let reason = self.breaker.reason();
            Fate::retry(format!(
                "the circuit breaker is open beyond the deadline; the last failure: {reason}"
            ))
        })
    }

    /// Whether it can be forgotten.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.records.is_empty()
            && self.calls == 0
            && self.halt.as_ref().is_none_or(|halt| !halt.holds(now))
            && !matches!(self.standing(now, usize::MAX), Standing::Until(_))
    }
}

impl Halt {
    pub(super) fn holds(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}
