//! The hook for what is not done: for logs and counters of the host.

use crate::message::MessageType;
use crate::processor::{Failure, Subject, Verdict};

/// Sees everything that is not done: once for each event, notification or message that was discarded, rejected or is to
/// be tried again, when the message is finished. What failed because its message failed is reported once, with the
/// message. A fault in a customer's settings is reported once per account, until it changes or a message of the account
/// is done.
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
    /// Something is not done. It is called on the thread that finishes the message, and must not block. A panic is
    /// ignored.
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
    /// The number of the customer account.
    pub account_id: Option<i32>,
    /// The type of the message.
    pub message_type: Option<MessageType<'static>>,
    /// What is not done.
    pub subject: Subject,
    /// Why.
    pub failure: &'r Failure,
    /// How many events it concerns.
    pub events: usize,
    /// What the sender is told.
    pub verdict: Verdict,
}
