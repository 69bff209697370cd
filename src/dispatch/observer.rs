//! [`Observer`]: a hook for logs and counters of the host.

use crate::message::MessageType;
use crate::processor::{Failure, Subject, Verdict};

/// Sees everything that is not done when a message is finished: each event, notification or message that was discarded,
/// rejected or is to be tried again, once. What failed because its message failed is reported with the message. A fault
/// in a customer's settings is reported once per account, until it changes or nothing fails in a message of the
/// account.
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
    /// Is called for something that is not done, on the thread that finishes the message. It must not block. A panic in
    /// it is ignored.
    fn observe(&self, report: &Report<'_>);
}

impl<F: Fn(&Report<'_>) + Send + Sync> Observer for F {
    fn observe(&self, report: &Report<'_>) {
        self(report);
    }
}

/// What an [`Observer`] sees.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Report<'r> {
    /// The number of the customer account, if the message has one.
    pub account_id: Option<i32>,
    /// The type of the message.
    pub message_type: Option<MessageType<'static>>,
    /// What is not done.
    pub subject: Subject,
    /// Why it is not done.
    pub failure: &'r Failure,
    /// The number of events that it concerns: one for an event, none for a notification, and for a message those that
    /// failed with it.
    pub events: usize,
    /// The verdict on the message.
    pub verdict: Verdict,
}
