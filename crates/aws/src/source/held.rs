//! [`Messages`]: the messages that were received and not deleted, and until when they are hidden.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant_runtime::source::{Place, SourceRecord};

use super::group::Numbered;
use crate::sqs::ReceivedMessage;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is on its way.
    Working,
    /// It is to be deleted.
    Settled,
    /// It is to become visible to others after this time.
    Returning(Duration),
    /// Others may have it.
    Expired,
}

/// A message that was received.
pub(super) struct Held {
    pub(super) id: Arc<str>,
    pub(super) receipt: String,
    pub(super) receives: u32,
    pub(super) state: State,
    /// Until when it is hidden from others.
    pub(super) until: Instant,
    /// When that is to be extended; `None` while a request does.
    pub(super) extend_at: Option<Instant>,
    memory: usize,
}

impl Held {
    pub(super) fn place(&self) -> Place {
        Place::Message {
            id: Arc::clone(&self.id),
        }
    }

    /// It is hidden for this time from then on.
    pub(super) fn hidden(&mut self, from: Instant, time: Duration) {
        self.until = from + time;
        self.extend_at = Some(from + time / 3);
    }
}

#[derive(Default)]
pub(super) struct Messages {
    held: BTreeMap<u64, Held>,
    /// The latest number of each message.
    numbers: HashMap<Arc<str>, u64>,
    next: u64,
    /// In bytes.
    pub(super) memory: usize,
}

impl Messages {
    /// Holds a message that was received, and hidden for this time; `None` if it is on its way or is
    /// to be deleted. Then only the receipt is new: a second outcome could delete the message before
    /// the first is known.
    pub(super) fn receive(
        &mut self,
        message: ReceivedMessage,
        now: Instant,
        hidden: Duration,
    ) -> Option<Numbered> {
        let id: Arc<str> = message.id.into();
        let known = self.numbers.get(&id).copied();
        if let Some(held) = known.and_then(|number| self.held.get_mut(&number))
            && matches!(held.state, State::Working | State::Settled)
        {
            held.receipt = message.receipt;
            held.hidden(now, hidden);
            return None;
        }
        let place = Place::Message {
            id: Arc::clone(&id),
        };
        let mut record = SourceRecord::new(place, message.body);
        record.key = message.group.map(String::into_bytes);
        record.timestamp_ms = message.sent_ms;
        let number = self.next;
        self.next += 1;
        let mut held = Held {
            id: Arc::clone(&id),
            receipt: message.receipt,
            receives: message.receives,
            state: State::Working,
            until: now,
            extend_at: None,
            memory: record.memory(),
        };
        held.hidden(now, hidden);
        self.memory += held.memory;
        self.held.insert(number, held);
        self.numbers.insert(id, number);
        Some((number, Arc::new(record)))
    }

    pub(super) fn get(&self, number: u64) -> Option<&Held> {
        self.held.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Held> {
        self.held.get_mut(&number)
    }

    pub(super) fn remove(&mut self, number: u64) {
        if let Some(held) = self.held.remove(&number) {
            self.memory -= held.memory;
            // It may have been received again.
            if self.numbers.get(&held.id) == Some(&number) {
                self.numbers.remove(&held.id);
            }
        }
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut Held)> {
        self.held.iter_mut().map(|(number, held)| (*number, held))
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, receipt: &str) -> ReceivedMessage {
        ReceivedMessage {
            id: id.to_owned(),
            body: "{}".to_owned(),
            receipt: receipt.to_owned(),
            group: None,
            receives: 1,
            sent_ms: None,
        }
    }

    #[test]
    fn a_message_on_its_way_is_not_processed_twice() {
        let (mut messages, now) = (Messages::default(), Instant::now());
        let second = Duration::from_secs(1);
        let (first, _) = messages.receive(message("a", "1"), now, second).unwrap();
        let later = now + second;
        assert!(messages.receive(message("a", "2"), later, second).is_none());
        let held = messages.get_mut(first).unwrap();
        assert_eq!((&*held.receipt, held.until), ("2", later + second));
        // Returned to the queue, it can come again before the queue has answered.
        held.state = State::Returning(Duration::ZERO);
        let (again, _) = messages.receive(message("a", "3"), later, second).unwrap();
        assert_ne!(first, again);
        messages.remove(first);
        assert!(messages.receive(message("a", "4"), later, second).is_none());
        assert_eq!(messages.get(again).unwrap().receipt, "4");
        messages.remove(again);
        assert_eq!((messages.len(), messages.memory), (0, 0));
        assert!(messages.receive(message("a", "5"), later, second).is_some());
    }
}
