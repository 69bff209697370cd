//! [`MemorySink`] as a [`Sink`].

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};

use super::fault::End;
use super::{MemorySink, SinkRecord};
use crate::generate::Random;

/// How a sink waits.
pub(super) type Sleep =
    Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

impl MemorySink {
    /// Sets the limits. By default a call has 500 records, 4 MiB in all and 1 MiB each, and there are
    /// 4 calls at a time.
    #[must_use]
    pub fn with_limits(self, limits: BatchLimits) -> Self {
        self.state().limits = limits;
        self
    }

    /// Sets how it waits, for faults that take time. It has no runtime of its own:
    /// `sink.sleeping(tokio::time::sleep)`.
    #[must_use]
    pub fn sleeping<F>(self, sleep: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.state().sleep = Some(Arc::new(move |time| Box::pin(sleep(time))));
        self
    }

    /// Lets this percentage of the deliveries fail at random, some for all records and some for a
    /// few: throttled, unavailable, rejected, without a reply, with a wrong number of fates, by a
    /// panic, without an end, or only slow. Equal seeds give equal faults.
    #[must_use]
    pub fn chaos(self, seed: u64, percent: u8) -> Self {
        self.state().chaos = Some((Random::new(seed), percent));
        self
    }

    /// Ends all faults: the target has recovered.
    pub fn recover(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.chaos = None;
    }

    /// The greatest number of calls of [`Sink::deliver`] at the same time so far.
    #[must_use]
    pub fn most_in_flight(&self) -> usize {
        self.state().most_in_flight
    }

    /// Whether [`Sink::close`] was called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state().closed
    }
}

/// A call in flight, also if it is dropped or panics.
struct InFlight<'s>(&'s MemorySink);

impl<'s> InFlight<'s> {
    fn new(sink: &'s MemorySink) -> Self {
        let mut state = sink.state();
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        drop(state);
        Self(sink)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.state().in_flight -= 1;
    }
}

impl Sink for MemorySink {
    fn limits(&self) -> BatchLimits {
        self.state().limits
    }

    #[allow(clippy::panic, reason = "a panic is one of the faults")]
    async fn deliver(&self, records: &[OutgoingRecord], _deadline: Instant) -> Vec<Fate> {
        let _in_flight = InFlight::new(self);
        let (fault, sleep) = {
            let mut state = self.state();
            (state.next_fault(), state.sleep.clone())
        };
        let Some(fault) = fault else {
            self.state()
                .stored
                .extend(records.iter().map(SinkRecord::from));
            return vec![Fate::Delivered; records.len()];
        };
        if !fault.delay.is_zero()
            && let Some(sleep) = sleep
        {
            sleep(fault.delay).await;
        }
        let (mut fates, mut stored) = (Vec::new(), Vec::new());
        for (position, record) in records.iter().enumerate() {
            if fault.stores(position) {
                stored.push(SinkRecord::from(record));
            }
            fates.push(fault.fate(position));
        }
        self.state().stored.extend(stored);
        match fault.end {
            End::Fates => {}
            End::WrongCount => _ = fates.pop(),
            End::Panic => panic!("a panic of the sink, as specified"),
            End::Never => std::future::pending().await,
        }
        fates
    }

    async fn check(&self, _deadline: Instant) -> Result<(), Fate> {
        Ok(())
    }

    async fn close(&self) {
        self.state().closed = true;
    }
}
