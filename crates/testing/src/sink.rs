//! [`MemorySink`]: a target of records in memory, and [`assert_sink`] for others.

mod delivery;
mod fault;
mod suite;

pub use fault::Fault;
pub use suite::{Target, TargetFault, assert_sink};

use std::collections::BTreeSet;
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hydrant::Failure;
use hydrant::delivery::{BatchLimits, OutgoingRecord};
use hydrant::engine::Record;

use crate::generate::Random;
use delivery::Sleep;

/// A target of records in memory, which stores what is delivered and fails as a test specifies.
/// Clones share their content, so that a test can keep one and give another to the module's own
/// client, or to [`Harness::deliver_to`](crate::Harness::deliver_to).
///
/// ```
/// use std::time::Duration;
/// use hydrant::Failure;
/// use hydrant_testing::{Fault, MemorySink};
///
/// let sink = MemorySink::new()
///     .fail(2..=2, Failure::retry_after(Duration::from_secs(5)))
///     .fail(3.., Fault::from(Failure::reject("too large")).only([1]));
/// assert!(sink.deliver(["a"]).iter().all(Result::is_ok));
/// assert!(sink.deliver(["b", "c"]).iter().all(Result::is_err));
/// let results = sink.deliver(["b", "c"]);
/// assert!(results[0].is_ok() && results[1].is_err());
/// assert_eq!(sink.payloads(), ["a", "b"]);
/// ```
///
/// It is also a [`Sink`](hydrant::delivery::Sink), for tests of whatever drives sinks.
#[derive(Clone, Default)]
pub struct MemorySink(Arc<Mutex<State>>);

struct State {
    deliveries: usize,
    stored: Vec<SinkRecord>,
    faults: Vec<(Deliveries, Fault)>,
    /// Random faults, in this percentage of deliveries.
    chaos: Option<(Random, u8)>,
    limits: BatchLimits,
    sleep: Option<Sleep>,
    in_flight: usize,
    most_in_flight: usize,
    closed: bool,
}

impl Default for State {
    fn default() -> Self {
        let mut limits = BatchLimits::single(1 << 20);
        (limits.records, limits.bytes) = (500, 4 << 20);
        limits.in_flight = 4;
        Self {
            deliveries: 0,
            stored: Vec::new(),
            faults: Vec::new(),
            chaos: None,
            limits,
            sleep: None,
            in_flight: 0,
            most_in_flight: 0,
            closed: false,
        }
    }
}

/// The first and the last number of a range of deliveries.
type Deliveries = (Bound<usize>, Bound<usize>);

/// A record as a [`MemorySink`] stores it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct SinkRecord {
    /// The key, if it has one.
    pub key: Option<Vec<u8>>,
    /// The content.
    pub payload: Vec<u8>,
}

impl MemorySink {
    /// Creates an empty sink that does not fail.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets deliveries fail: the first is number 1. If several faults apply to a delivery, the one
    /// that was specified last counts.
    #[must_use]
    pub fn fail(self, deliveries: impl RangeBounds<usize>, fault: impl Into<Fault>) -> Self {
        let range = (
            deliveries.start_bound().cloned(),
            deliveries.end_bound().cloned(),
        );
        self.state().faults.push((range, fault.into()));
        self
    }

    /// Delivers records, for example `output.records()`, and returns a result for each.
    #[must_use = "a record can fail"]
    pub fn deliver<R: Into<SinkRecord>>(
        &self,
        records: impl IntoIterator<Item = R>,
    ) -> Vec<Result<(), Failure>> {
        let mut state = self.state();
        let fault = state.next_fault();
        let mut results = Vec::new();
        for (position, record) in records.into_iter().enumerate() {
            let fault = fault.as_ref().filter(|fault| fault.affects(position));
            if fault.is_none_or(Fault::is_stored) {
                state.stored.push(record.into());
            }
            results.push(fault.map_or(Ok(()), Fault::result));
        }
        results
    }

    /// The stored records, in order.
    #[must_use]
    pub fn records(&self) -> Vec<SinkRecord> {
        self.state().stored.clone()
    }

    /// The payloads of the stored records as text, in order.
    #[must_use]
    pub fn payloads(&self) -> Vec<String> {
        let state = self.state();
        let payloads = state.stored.iter().map(|record| &record.payload);
        payloads
            .map(|payload| String::from_utf8_lossy(payload).into_owned())
            .collect()
    }

    /// The records that are stored more than once, without repetitions.
    #[must_use]
    pub fn duplicates(&self) -> Vec<SinkRecord> {
        let (state, mut seen, mut twice) = (self.state(), BTreeSet::new(), BTreeSet::new());
        for record in &state.stored {
            if !seen.insert(record) {
                twice.insert(record.clone());
            }
        }
        twice.into_iter().collect()
    }

    /// The number of deliveries so far, including those that failed.
    #[must_use]
    pub fn deliveries(&self) -> usize {
        self.state().deliveries
    }

    /// A panic while the lock was held leaves the state as it was before a record.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a delivery, and returns its fault.
    fn next_fault(&mut self) -> Option<Fault> {
        self.deliveries += 1;
        let number = self.deliveries;
        let mut faults = self.faults.iter().rev();
        let fault = faults
            .find(|(range, _)| range.contains(&number))
            .map(|(_, fault)| fault.clone());
        fault.or_else(|| {
            let (random, percent) = self.chaos.as_mut()?;
            random
                .chance((*percent).into())
                .then(|| Fault::random(random))
        })
    }
}

impl fmt::Debug for MemorySink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("MemorySink")
            .field("deliveries", &state.deliveries)
            .field("stored", &state.stored.len())
            .finish_non_exhaustive()
    }
}

impl From<Record<'_>> for SinkRecord {
    fn from(record: Record<'_>) -> Self {
        Self {
            key: record.key.map(<[u8]>::to_vec),
            payload: record.payload.to_vec(),
        }
    }
}

impl From<&OutgoingRecord> for SinkRecord {
    fn from(record: &OutgoingRecord) -> Self {
        Self {
            key: record.key.clone(),
            payload: record.payload.clone(),
        }
    }
}

/// A record without a key.
macro_rules! from_payload {
    ($($payload:ty),*) => {$(
        impl From<$payload> for SinkRecord {
            fn from(payload: $payload) -> Self {
                Self { key: None, payload: payload.to_owned().into() }
            }
        }
    )*};
}

from_payload!(&str, &String, String, &[u8], &Vec<u8>, Vec<u8>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_reply_stores_what_is_to_be_retried() {
        let sink = MemorySink::new().fail(1..=1, Fault::lost_reply());
        assert!(sink.deliver(["a", "b"]).iter().all(Result::is_err));
        assert!(sink.clone().deliver(["a", "b"]).iter().all(Result::is_ok));
        assert_eq!(sink.payloads(), ["a", "b", "a", "b"]);
        assert_eq!((sink.duplicates().len(), sink.deliveries()), (2, 2));
    }
}
