//! [`Handler`] and [`Lane`]: what processes the records of a source.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{SourceEvent, SourceRecord};

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is processed, or stored as a dead letter: its offset can be committed, or it can be deleted.
    Settled,
    /// It is not, for this reason. It and the records of its lane after it that are not settled are
    /// handed over again after a while, in another lane.
    Unsettled {
        /// Why.
        reason: String,
    },
    /// It is not, and the source must end, because somebody has to decide something.
    Stop {
        /// Why.
        reason: String,
    },
}

/// The future outcome of a record that was accepted.
pub type Pending = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// What processes the records of a source.
///
/// ```
/// use std::sync::Arc;
/// use hydrant_runtime::source::{Handler, Lane, Outcome, Pending, SourceRecord};
///
/// /// Counts records.
/// struct Counter;
///
/// impl Handler for Counter {
///     type Lane = Count;
///     fn open(&self) -> Count {
///         Count(0)
///     }
/// }
///
/// struct Count(u64);
///
/// impl Lane for Count {
///     async fn accept(&mut self, _record: Arc<SourceRecord>) -> Pending {
///         self.0 += 1;
///         Box::pin(async { Outcome::Settled })
///     }
///     fn cancel(&mut self) {}
/// }
/// ```
pub trait Handler: Send + Sync + 'static {
    /// Processes records in order.
    type Lane: Lane;

    /// Begins with the records of a partition or a group, or again after one of them was not settled.
    fn open(&self) -> Self::Lane;

    /// What happened, for logs. Called on the threads of the source; it must not block.
    fn report(&self, event: SourceEvent) {
        let _ = event;
    }
}

/// Processes the records of one partition or group, in order.
pub trait Lane: Send + 'static {
    /// Waits until there is room for a record, which is the back-pressure, and takes it. The next
    /// record comes only after it is taken. If the future is dropped, the record is not taken.
    fn accept(&mut self, record: Arc<SourceRecord>) -> impl Future<Output = Pending> + Send;

    /// Begins nothing any more: what is not on its way ends as [`Outcome::Unsettled`], what is on
    /// its way ends soon. A record whose outcome is known afterwards is not processed any more:
    /// somebody else may process it.
    fn cancel(&mut self);
}
