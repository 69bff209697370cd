//! [`Sink`]: a target of records.

use std::future::Future;
use std::time::Instant;

use super::{Fate, OutgoingRecord};

/// A target of records. It makes one attempt per call and classifies the result; batching, order,
/// retries, back-off, limits and dead letters are the caller's.
pub trait Sink: Send + Sync {
    /// What one call of [`deliver`](Self::deliver) may contain.
    fn limits(&self) -> BatchLimits;

    /// What a record counts towards [`BatchLimits::bytes`] and [`BatchLimits::record_bytes`], with
    /// whatever the target adds to it: delimiters, Base64, headers.
    fn size(&self, record: &OutgoingRecord) -> usize {
        record.payload.len()
    }

    /// Makes one attempt to deliver these records, which are within the limits, and returns one
    /// fate per record, in order. It ends before the deadline; what is not known then is
    /// [`Fate::Retry`]. Dropping the future abandons the attempt: the records may arrive.
    fn deliver(
        &self,
        records: &[OutgoingRecord],
        deadline: Instant,
    ) -> impl Future<Output = Vec<Fate>> + Send;

    /// Checks the configuration against the target without delivering anything: whether it can be
    /// reached, and whether it accepts the credentials and has the stream or topic.
    ///
    /// # Errors
    ///
    /// [`Fate::Halted`] for what somebody must mend, [`Fate::Retry`] for an outage.
    fn check(&self, deadline: Instant) -> impl Future<Output = Result<(), Fate>> + Send;

    /// Ends connections and background work. Every record whose fate is not known is abandoned.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// What one call of [`Sink::deliver`] may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchLimits {
    /// The greatest number of records.
    pub records: usize,
    /// The greatest sum of [`Sink::size`].
    pub bytes: usize,
    /// The greatest size of one record. A larger one is rejected without an attempt.
    pub record_bytes: usize,
    /// Whether all records of a call must belong to the same account.
    pub per_account: bool,
    /// The greatest number of calls at the same time.
    pub in_flight: usize,
    /// Whether a call never delivers a record after one with the same account and key that is to be
    /// retried, for example because it is one request; it may after one that is rejected. If not, a call contains at most
    /// one record of a key, so that records are not reordered when some of them are sent again.
    pub ordered: bool,
}

impl BatchLimits {
    /// One record of at most this size per call, and one call at a time.
    #[must_use]
    pub fn single(record_bytes: usize) -> Self {
        Self {
            records: 1,
            bytes: record_bytes,
            record_bytes,
            per_account: false,
            in_flight: 1,
            ordered: false,
        }
    }
}
