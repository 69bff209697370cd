//! [`Output`]: the result of one message, in reusable buffers. Handlers fill in the outcomes and
//! the records; the verdict and the response are added when the message is finished.

use std::fmt;
use std::time::{Duration, Instant};

use super::effects::Effects;
use super::event_counts::EventCounts;
use super::failure::{Failure, FailureKind};
use super::outcome::{Outcome, OutcomeCounts};
use super::records::Records;
use crate::message::{MessageCommon, MessageType, Uuid};
use crate::parse::Tally;

/// The result of one message. It borrows nothing from the message, and its buffers can be reused
/// for the next one.
#[derive(Clone, Default)]
pub struct Output {
    pub(crate) message_type: Option<MessageType<'static>>,
    pub(crate) account_id: Option<i32>,
    pub(crate) message_id: Option<Uuid>,
    pub(crate) timestamp_ms: Option<i64>,
    /// When parsing ended.
    pub(crate) parsed_at: Option<Instant>,
    /// The fields of the response that all types of messages have.
    pub(crate) common: MessageCommon<'static>,
    pub(crate) effects: Effects,
    pub(crate) message: Outcome,
    /// Whether handlers were called: the message is neither a heartbeat nor a registration request.
    pub(crate) handled: bool,
    /// The settings in the response to a subscription.
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) tally: Tally,
    pub(crate) event_counts: EventCounts,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) response: Vec<u8>,
}

/// How the host answers the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Answer with the response.
    Answer,
    /// Store the [`Output::dead_letters`], and only then answer with the response. It requires
    /// [`RejectPolicy::DeadLetter`](crate::engine::RejectPolicy::DeadLetter).
    DeadLetter,
    /// Do not answer: something is to be retried, so the sender must repeat the message.
    Retry {
        /// The longest delay that a handler requested, if any did.
        after: Option<Duration>,
    },
    /// Do not answer: something was rejected, and only the sender still has it.
    Fail,
}

/// A part of a message, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// The message, with everything in it that was unsettled when it failed.
    Message,
    /// The notification at this position.
    Notification(usize),
    /// The event at this position.
    Event(usize),
}

impl Output {
    /// Creates an output with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The type of the message.
    pub fn message_type(&self) -> Option<MessageType<'static>> {
        self.message_type
    }

    /// The identifier of the customer account, if the message has one.
    pub fn account_id(&self) -> Option<i32> {
        self.account_id
    }

    /// The identifier of the message, if the sender set it.
    pub fn message_id(&self) -> Option<Uuid> {
        self.message_id
    }

    /// When the sender made the message, in milliseconds since the epoch, if it says so.
    pub fn timestamp_ms(&self) -> Option<i64> {
        self.timestamp_ms
    }

    /// When parsing ended and the handlers began. It is known only if the message was parsed and
    /// the [`Invocation`](crate::Invocation) has a deadline: without one the engine does not read the
    /// clock.
    pub fn parsed_at(&self) -> Option<Instant> {
        self.parsed_at
    }

    /// The response as canonical JSON. It is empty if the verdict is not to answer.
    pub fn response(&self) -> &[u8] {
        &self.response
    }

    /// How to answer the sender. It is *retry* until [`Pending::finish`](crate::Pending::finish) is
    /// called, so also if the future of the message was dropped.
    pub fn verdict(&self) -> Verdict {
        self.verdict.unwrap_or(Verdict::Retry { after: None })
    }

    /// The records that were emitted, in the order of the events. If the future was dropped, they
    /// include those of the handler that was running.
    pub fn records(&self) -> &Records {
        &self.effects.records
    }

    /// The outcome of each event, in order.
    pub fn events(&self) -> &[Outcome] {
        &self.effects.events
    }

    /// The outcome of each system notification, in order.
    pub fn notifications(&self) -> &[Outcome] {
        &self.effects.notifications
    }

    /// The outcome of the message as a whole.
    pub fn message(&self) -> &Outcome {
        &self.message
    }

    /// Everything that failed: first the message, then the notifications and events that did not
    /// fail with the message.
    pub fn failures(&self) -> impl Iterator<Item = (Subject, &Failure)> {
        let message = self.message.failure();
        let parts = self.failed_parts();
        let parts = parts.filter(|(_, failure)| !self.message.holds(failure));
        let message = message.map(|failure| (Subject::Message, failure));
        message.into_iter().chain(parts)
    }

    /// What the host must store before it answers if the verdict is [`Verdict::DeadLetter`]: every
    /// event and notification that failed and was not discarded, and the message as a whole if it
    /// failed, was not discarded, and no event or notification failed with it. It is empty with any
    /// other verdict.
    pub fn dead_letters(&self) -> impl Iterator<Item = (Subject, &Failure)> {
        let store = self.verdict == Some(Verdict::DeadLetter);
        let mut parts = self.failed_parts();
        let in_parts = parts.any(|(_, failure)| self.message.holds(failure));
        let message = self.message.failure().filter(|_| !in_parts);
        let message = message.map(|failure| (Subject::Message, failure));
        let all = message.into_iter().chain(self.failed_parts());
        all.filter(move |(_, failure)| store && failure.kind() != FailureKind::Discard)
    }

    /// The notifications and events that failed.
    fn failed_parts(&self) -> impl Iterator<Item = (Subject, &Failure)> {
        let notifications = self.notifications().iter().enumerate();
        let events = self.events().iter().enumerate();
        notifications
            .map(|(index, outcome)| (Subject::Notification(index), outcome))
            .chain(events.map(|(index, outcome)| (Subject::Event(index), outcome)))
            .filter_map(|(subject, outcome)| Some((subject, outcome.failure()?)))
    }

    /// Whether to ask the sender to suspend this subscription. Only responses to batches and to
    /// membership changes can carry the request.
    pub fn is_suspended(&self) -> bool {
        self.effects.suspend
    }

    /// Counts of what parsing tolerated in the message.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The number of events of each type, including skipped events.
    pub fn event_counts(&self) -> &EventCounts {
        &self.event_counts
    }

    /// The number of events with each outcome.
    pub fn outcome_counts(&self) -> OutcomeCounts {
        let mut counts = OutcomeCounts::default();
        self.events().iter().for_each(|outcome| counts.add(outcome));
        counts
    }

    /// Removes everything and keeps the memory.
    pub fn clear(&mut self) {
        self.message_type = None;
        self.account_id = None;
        self.message_id = None;
        self.timestamp_ms = None;
        self.parsed_at = None;
        self.common = MessageCommon::EMPTY;
        self.effects.clear();
        self.message = Outcome::Unsettled;
        self.handled = false;
        self.settings.clear();
        self.tally = Tally::default();
        self.event_counts = EventCounts::default();
        self.verdict = None;
        self.response.clear();
    }
}

/// Shows only the sizes of records, settings and the response, which may hold personal data.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("message_type", &self.message_type)
            .field("account_id", &self.account_id)
            .field("message", &self.message)
            .field("notifications", &self.notifications())
            .field("events", &self.events())
            .field("records", &self.records().len())
            .field("settings", &self.settings.len())
            .field("is_suspended", &self.is_suspended())
            .field("verdict", &self.verdict)
            .field("response_bytes", &self.response.len())
            .finish_non_exhaustive()
    }
}
