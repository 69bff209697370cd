//! [`Lane`]: submissions of an ordered source.

use std::fmt;
use std::time::Instant;

use hydrant::delivery::{LaneId, OutgoingRecord, Sink};

use super::{Pipeline, Receipt};

/// Submissions of an ordered source, such as a partition, which submits everything again from its
/// first failure on. After a record that is to be retried or is halted, nothing of the lane is sent
/// any more, so that the source does not reorder records of a key. What the lane then holds and gets
/// is to be retried, too.
///
/// When it is closed or dropped, what waits is to be retried; what is in flight is waited for, but
/// not sent again.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hydrant::delivery::{Fate, OutgoingRecord};
/// use hydrant_runtime::{Pipeline, PipelineOptions};
/// use hydrant_testing::MemorySink;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let pipeline = Pipeline::new(MemorySink::new(), PipelineOptions::default());
/// let lane = pipeline.lane();
/// let deadline = Instant::now() + Duration::from_secs(30);
/// let receipt = lane.submit(vec![OutgoingRecord::new("a")], deadline).await;
/// assert_eq!(receipt.await[0].fate, Fate::Delivered);
/// lane.close();
/// let receipt = lane.submit(vec![OutgoingRecord::new("b")], deadline).await;
/// assert!(matches!(receipt.await[0].fate, Fate::Retry { .. }));
/// # });
/// ```
pub struct Lane<S: Sink + 'static> {
    pipeline: Pipeline<S>,
    id: LaneId,
}

impl<S: Sink + 'static> Lane<S> {
    pub(super) fn new(pipeline: Pipeline<S>, id: LaneId) -> Self {
        Self { pipeline, id }
    }

    /// Submits records, as [`Pipeline::submit`] does. Submit in the order of the source, and wait
    /// for each call before the next one.
    pub async fn submit(&self, records: Vec<OutgoingRecord>, deadline: Instant) -> Receipt {
        let submitted = self.pipeline.submit_to(Some(self.id), records, deadline);
        submitted.await
    }

    /// Closes the lane. The receipts tell what was delivered.
    pub fn close(&self) {
        self.pipeline.shared.state().scheduler.close_lane(self.id);
        self.pipeline.shared.changed.notify_one();
    }
}

impl<S: Sink + 'static> Drop for Lane<S> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<S: Sink + 'static> fmt::Debug for Lane<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").finish_non_exhaustive()
    }
}
