//! [`Exchange`]: everything about one message that was processed, for observers such as a console or
//! a recorder.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hydrant::engine::{EventCounts, OutcomeCounts, Records};
use hydrant::message::{EventType, MessageType, Uuid};
use hydrant::validate::Finding;
use hydrant::{Error, Outcome, Tally};

/// Where a message came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A request to the public listener.
    #[default]
    Network,
    /// A person, by the console on the admin listener.
    Console,
}

impl Source {
    /// The name for machines: `network` or `console`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Console => "console",
        }
    }
}

/// One message that was processed, and its answer. It holds identities and settings of the message:
/// an observer must protect it as the sender's data. The address of the sender and its tokens are not
/// kept.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Exchange {
    /// Counts the messages of this process from 1, in the order in which they were received.
    pub sequence: u64,
    /// When the message was received, in milliseconds since the epoch.
    pub received_ms: i64,
    /// Where it came from.
    pub source: Source,
    /// The path of its URL, without the query.
    pub path: String,
    /// The message, decompressed.
    pub body: Bytes,
    /// The status of the answer.
    pub status: u16,
    /// The text of the answer: the response of the module, or a description of the error.
    pub response: Bytes,
    /// The header `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
    /// From the last byte of the message to the answer, without waiting for a slot.
    pub service_time: Duration,
    /// The part of it in which the message was parsed; `None` if it was refused.
    pub parse_time: Option<Duration>,
    /// How the message ended: `answered`, `retry`, `rejected`, ...: see
    /// [`Ended::as_str`](hydrant_runtime::Ended::as_str).
    pub ended: &'static str,
    /// Why the message is not answered; empty if it is. It contains no data of events.
    pub reason: String,
    /// The error with its position, if the message was refused.
    pub error: Option<Error>,
    /// The type of the message, if it was parsed.
    pub message_type: Option<MessageType<'static>>,
    /// The identifier of the message.
    pub message_id: Option<Uuid>,
    /// The identifier of the customer account.
    pub account_id: Option<i32>,
    /// The number of events of each type, including skipped ones.
    pub event_counts: EventCounts,
    /// The number of events with each outcome.
    pub outcomes: OutcomeCounts,
    /// The outcome of the message as a whole.
    pub message_outcome: Outcome,
    /// Every notification and event that is not done.
    pub not_done: Vec<NotDone>,
    /// The records that the handlers emitted.
    pub records: Records,
    /// Whether the response asks the sender to suspend the subscription.
    pub is_suspended: bool,
    /// Counts of what parsing tolerated.
    pub tally: Tally,
    /// Values that were coerced, with their paths.
    pub coercions: Vec<Finding>,
}

/// A part of a message that is not done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NotDone {
    /// What it is.
    pub part: Part,
    /// Its position in the message.
    pub index: usize,
    /// The identifier of the event.
    pub event_id: Option<Uuid>,
    /// The type of the event; `None` for a type that is not known, and for notifications.
    pub event_type: Option<EventType<'static>>,
    /// Its outcome, with the reason.
    pub outcome: Outcome,
}

/// What can be not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// An event.
    Event,
    /// A system notification.
    Notification,
}

impl Exchange {
    /// Whether the message is acknowledged.
    #[must_use]
    pub fn is_acknowledged(&self) -> bool {
        matches!(self.status, 200 | 202)
    }
}

/// A request that was refused before it was processed, for example because of its token. Its body
/// and its headers are not kept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefusedRequest {
    /// When it was refused, in milliseconds since the epoch.
    pub refused_ms: i64,
    /// Its method.
    pub method: String,
    /// The path of its URL without the query, at most 200 characters of it.
    pub path: String,
    /// The length of its body, if it declares it.
    pub declared_bytes: Option<u64>,
    /// The status of the answer.
    pub status: u16,
    /// The reason, as in the metrics: `unauthorized`, `not_found`, `too_large`, ...
    pub kind: &'static str,
    /// The reason for people.
    pub reason: &'static str,
}

/// Is told about every message that was processed. A host has any number of observers; without one no
/// [`Exchange`] is made.
///
/// A closure is an observer:
///
/// ```
/// use std::sync::Arc;
/// use hydrant_server::{Exchange, Observer};
///
/// fn takes(_: impl Observer) {}
/// takes(|exchange: &Arc<Exchange>| println!("{} {}", exchange.sequence, exchange.status));
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Is called when the answer is known and before it is sent, on the thread that handled the
    /// message. It must not block: an observer that writes passes the exchange to another thread. A
    /// panic in it is ignored.
    fn ended(&self, exchange: &Arc<Exchange>);

    /// Is called for a request that is refused before it is processed, under the same rules.
    fn refused(&self, request: &Arc<RefusedRequest>) {
        let _ = request;
    }

    /// How many exchanges it should have stored and has not, for the metric
    /// `hydrant_unrecorded_messages_total`.
    fn lost(&self) -> u64 {
        0
    }
}

impl<F: Fn(&Arc<Exchange>) + Send + Sync + 'static> Observer for F {
    fn ended(&self, exchange: &Arc<Exchange>) {
        self(exchange);
    }
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn ended(&self, exchange: &Arc<Exchange>) {
        (**self).ended(exchange);
    }

    fn refused(&self, request: &Arc<RefusedRequest>) {
        (**self).refused(request);
    }

    fn lost(&self) -> u64 {
        (**self).lost()
    }
}

/// Shows sizes instead of texts, which hold personal data.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("sequence", &self.sequence)
            .field("source", &self.source)
            .field("body_bytes", &self.body.len())
            .field("status", &self.status)
            .field("ended", &self.ended)
            .field("service_time", &self.service_time)
            .field("message_type", &self.message_type)
            .field("outcomes", &self.outcomes)
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}
