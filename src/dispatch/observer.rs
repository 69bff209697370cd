//! [`Observer`]: a hook for logs and counters of the host.

use crate::message::MessageType;
use crate::processor::{Failure, Subject, Verdict};

/// Is called when a message is finished, once for each event, notification or message that was
/// discarded, was rejected or is to be retried. Events and notifications that failed only because
/// their message failed are reported with the message. Each distinct fault in a customer's settings
/// is reported once per account, until nothing fails in a message of the account.
///
/// A closure is an observer:
///
/// ```
/// use hydrant::engine::Report;
/// # use hydrant::{Engine, Processor, Registration};
/// # struct Module;
/// # impl Processor for Module {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
/// let engine = Engine::new(Module).with_observer(|report: &Report<'_>| {
///     eprintln!("account {:?}, {:?}: {}", report.account_id, report.subject, report.failure);
/// });
/// ```
pub trait Observer: Send + Sync {
    /// Is called for a failure, on the thread that finishes the message. It must not block. A panic
    /// in it is ignored.
    fn observe(&self, report: &Report<'_>);
}

impl<F: Fn(&Report<'_>) + Send + Sync> Observer for F {
    fn observe(&self, report: &Report<'_>) {
        self(report);
    }
}

/// A failure that is reported to an [`Observer`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Report<'r> {
    /// The identifier of the customer account, if the message has one.
    pub account_id: Option<i32>,
    /// The type of the message.
    pub message_type: Option<MessageType<'static>>,
    /// The part of the message that failed.
    pub subject: Subject,
    /// Why it failed.
    pub failure: &'r Failure,
    /// The number of events affected: one for an event, zero for a notification, and for a message
    /// the events that failed with it.
    pub events: usize,
    /// The verdict on the message.
    pub verdict: Verdict,
}
