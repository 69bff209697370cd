//! [`Pipeline`]: drives a [`Scheduler`] on tokio.

mod driver;
mod lane;
mod options;
mod receipt;
mod state;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::{AccountState, LaneId, OutgoingRecord, Scheduler, SchedulerStats, Sink};

pub use lane::Lane;
pub use options::PipelineOptions;
pub use receipt::Receipt;
use state::{Shared, Waiter};

const CLOSED: &str = "delivery was stopped before the record was delivered";
const NO_ROOM: &str = "the deadline passed while the record waited for room";

/// Delivers records to a sink: in batches, in order of their keys, with retries, back-off, limits and
/// circuit breakers per account, as [`Scheduler`] decides.
///
/// Clones are handles of the same pipeline. When the last one is dropped, the pipeline delivers what
/// was submitted and then closes the sink; [`close`](Self::close) waits for that.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hydrant::delivery::OutgoingRecord;
/// use hydrant_runtime::{Pipeline, PipelineOptions};
/// use hydrant_testing::MemorySink;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let sink = MemorySink::new();
/// let pipeline = Pipeline::new(sink.clone(), PipelineOptions::default());
/// let records = vec![OutgoingRecord::new("a"), OutgoingRecord::new("b")];
/// let receipt = pipeline.submit(records, Instant::now() + Duration::from_secs(30)).await;
/// let results = receipt.await;
/// assert!(results.iter().all(|result| result.fate.is_delivered()));
/// assert_eq!(sink.payloads(), ["a", "b"]);
/// pipeline.close(Duration::from_secs(5)).await;
/// # });
/// ```
pub struct Pipeline<S> {
    shared: Arc<Shared<S>>,
    /// Counts the handles.
    _handle: Arc<Handle>,
}

/// Tells the driver that no handle is left.
struct Handle(Box<dyn Fn() + Send + Sync>);

impl Drop for Handle {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl<S: Sink + 'static> Pipeline<S> {
    /// Starts a pipeline on the current tokio runtime, which must have timers.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn new(sink: S, options: PipelineOptions) -> Self {
        let PipelineOptions {
            scheduler,
            seed,
            call_grace,
        } = options;
        let seed = seed.unwrap_or_else(options::random_seed);
        let scheduler = Scheduler::new(sink.limits(), scheduler, seed);
        let shared = Arc::new(Shared::new(sink, scheduler));
        tokio::spawn(driver::run(driver::End(Arc::clone(&shared)), call_grace));
        let driven = Arc::clone(&shared);
        Self {
            shared,
            _handle: Arc::new(Handle(Box::new(move || {
                driven.state().finishing = true;
                driven.changed.notify_one();
            }))),
        }
    }

    /// Submits records. It waits while there is no room for them, which is the back-pressure, and
    /// returns a receipt whose result is the fate of each record, at the latest at the deadline.
    ///
    /// If the future is dropped while it waits for room, nothing is submitted. If the receipt is
    /// dropped, the records are delivered all the same.
    pub async fn submit(&self, records: Vec<OutgoingRecord>, deadline: Instant) -> Receipt {
        self.submit_to(None, records, deadline).await
    }

    async fn submit_to(
        &self,
        lane: Option<LaneId>,
        records: Vec<OutgoingRecord>,
        deadline: Instant,
    ) -> Receipt {
        let count = records.len();
        // The code of the sink runs outside of the lock.
        let sizes = records.iter().map(|it| self.shared.sink.size(it)).collect();
        let (sender, receipt) = Receipt::new(count);
        let (admitted, admission) = tokio::sync::oneshot::channel();
        let waiter = Waiter {
            lane,
            records,
            sizes,
            deadline,
            receipt: sender,
            admitted,
        };
        let waits = self.shared.state().admit_or_wait(waiter, now());
        self.shared.changed.notify_one();
        if !waits {
            return receipt;
        }
        let waited = tokio::time::timeout_at(deadline.into(), admission).await;
        match waited {
            Ok(Ok(())) => receipt,
            // The pipeline ended, and its end is the result.
            Ok(Err(_)) => receipt,
            Err(_) => {
                // The waiter is removed.
                self.shared.changed.notify_one();
                Receipt::retry(count, NO_ROOM)
            }
        }
    }

    /// Opens a lane, for a source that submits everything again from its first failure on.
    #[must_use]
    pub fn lane(&self) -> Lane<S> {
        let id = self.shared.state().scheduler.open_lane();
        Lane::new(self.clone(), id)
    }

    /// Sends what waits for others to fill its batch, and returns when everything is resolved that
    /// was submitted before.
    pub async fn flush(&self) {
        let flushed = self.shared.state().flush();
        self.shared.changed.notify_one();
        if let Some(flushed) = flushed {
            // An error means that the pipeline ended, and everything is resolved.
            let _ = flushed.await;
        }
    }

    /// Accepts no more records, delivers what was submitted for at most this time, and closes the
    /// sink. Records that are not delivered then are to be retried, and so are those that are
    /// submitted later. Closing twice waits for the same end.
    pub async fn close(&self, grace: Duration) {
        let closed = self.shared.state().close(now().checked_add(grace));
        self.shared.changed.notify_one();
        if let Some(closed) = closed {
            let _ = closed.await;
        }
    }

    /// What the pipeline has done and holds.
    #[must_use]
    pub fn stats(&self) -> SchedulerStats {
        self.shared.state().scheduler.stats(now())
    }

    /// The state of an account, by its number; `None` for that of records without one.
    #[must_use]
    pub fn account_state(&self, account: Option<i32>) -> AccountState {
        let state = self.shared.state();
        state.scheduler.account_state(account, now())
    }

    /// Continues after the connection or accounts were halted.
    pub fn resume(&self) {
        self.shared.state().scheduler.resume();
        self.shared.changed.notify_one();
    }

    /// Continues after an account was halted.
    pub fn resume_account(&self, account: i32) {
        let mut state = self.shared.state();
        state.scheduler.resume_account(account, now());
        drop(state);
        self.shared.changed.notify_one();
    }

    /// The sink, for [`Sink::check`] and its own methods. Its `deliver` would avoid all limits.
    #[must_use]
    pub fn sink(&self) -> &S {
        &self.shared.sink
    }
}

impl<S> Clone for Pipeline<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            _handle: Arc::clone(&self._handle),
        }
    }
}

impl<S> fmt::Debug for Pipeline<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").finish_non_exhaustive()
    }
}

/// The time of tokio, which tests can control.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
