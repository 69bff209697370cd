//! What comes out of one message: the response, the records and the fate of every event, in buffers that are reused.

use std::time::Duration;

use crate::message::{EventType, Message, MessageType};
use crate::parse::Tally;
use crate::processor::{Outcome, OutcomeCounts, Records};
use crate::write;

/// The result of one message. It owns its buffers and can be used for the next message.
#[derive(Clone, Debug, Default)]
pub struct Output {
    pub(super) message_type: Option<MessageType<'static>>,
    pub(super) response: Vec<u8>,
    pub(super) records: Records,
    pub(super) notifications: Vec<Outcome>,
    pub(super) events: Vec<Outcome>,
    pub(super) failure: Option<Outcome>,
    pub(super) tally: Tally,
    pub(super) event_counts: EventCounts,
}

/// What the host should tell the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Answer with the response.
    Answer,
    /// Something is to be tried again: deliver what failed elsewhere, or fail the call, and the sender will repeat the
    /// whole message.
    Retry {
        /// The longest time that a handler asked for.
        after: Option<Duration>,
    },
    /// There is no response and there never will be one.
    Fail,
}

impl Output {
    /// Empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The type of the message.
    pub fn message_type(&self) -> Option<MessageType<'static>> {
        self.message_type
    }

    /// The response, canonical JSON. Empty if the message as a whole failed.
    pub fn response(&self) -> &[u8] {
        &self.response
    }

    /// The records that were emitted, in the order of the events.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The fate of every event, in order.
    pub fn events(&self) -> &[Outcome] {
        &self.events
    }

    /// The fate of every system notification, in order.
    pub fn notifications(&self) -> &[Outcome] {
        &self.notifications
    }

    /// Why the message as a whole failed: a hook of the batch, or the handler of another message.
    pub fn failure(&self) -> Option<&Outcome> {
        self.failure.as_ref()
    }

    /// What was tolerated in the message.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// How many events of which type the message had.
    pub fn event_counts(&self) -> &EventCounts {
        &self.event_counts
    }

    /// How many events came to which end.
    pub fn outcome_counts(&self) -> OutcomeCounts {
        let mut counts = OutcomeCounts::default();
        self.events.iter().for_each(|outcome| counts.add(outcome));
        counts
    }

    /// What the host should tell the sender.
    pub fn verdict(&self) -> Verdict {
        let all = self
            .failure
            .iter()
            .chain(&self.notifications)
            .chain(&self.events);
        let mut retry = None;
        for outcome in all {
            if let Outcome::Retry { after } = outcome {
                retry = Some(retry.unwrap_or(None).max(*after));
            }
        }
        match retry {
            Some(after) => Verdict::Retry { after },
            None if self.response.is_empty() => Verdict::Fail,
            None => Verdict::Answer,
        }
    }

    /// Writes the response.
    pub(super) fn respond(&mut self, response: &Message<'_>) {
        write::message(response, &mut self.response);
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.message_type = None;
        self.response.clear();
        self.records.clear();
        self.notifications.clear();
        self.events.clear();
        self.failure = None;
        self.tally = Tally::default();
        self.event_counts = EventCounts::default();
    }
}

/// How many events of which type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCounts {
    /// In the order of the protocol; unknown types last.
    counts: [u64; UNKNOWN + 1],
}

/// Where events of unknown types are counted.
const UNKNOWN: usize = EventType::ALL.len();

impl EventCounts {
    /// Counts one more.
    pub fn add(&mut self, event_type: EventType<'_>) {
        let position = EventType::ALL.iter().position(|known| *known == event_type);
        if let Some(count) = self.counts.get_mut(position.unwrap_or(UNKNOWN)) {
            *count += 1;
        }
    }

    /// Adds all of another count.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// The types with their counts, zeros included, in the order of the protocol; unknown types last, as `unknown`.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let names = EventType::ALL.iter().map(EventType::as_str);
        names.chain(["unknown"]).zip(self.counts)
    }

    /// The number of events.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}
