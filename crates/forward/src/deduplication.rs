//! [`Deduplication`]: events that were settled before, or are on their way, are not forwarded again.
//!
//! `hydrant forward` settles messages in the order in which it reads them, so an event that is on its
//! way is settled before the message that repeats it. Other sources settle in any order: [`Fresh`]
//! forgets the events of a message that is not settled.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hydrant::delivery::Window;
use hydrant::message::Uuid;
use sha2::{Digest, Sha256};

/// The identifiers of recent events. Clones share their content.
///
/// ```
/// use hydrant::message::Uuid;
/// use hydrant_forward::Deduplication;
///
/// let known = Deduplication::new(100);
/// let mut message = known.fresh();
/// assert!(message.is_new(Uuid([1; 16])));
/// message.settled();
/// assert!(!known.is_new(Uuid([1; 16])));
/// ```
#[derive(Clone)]
pub struct Deduplication(Arc<Mutex<State>>);

struct State {
    settled: Window,
    /// Events on their way.
    submitted: HashSet<Uuid>,
}

#[derive(PartialEq, Eq)]
enum Seen {
    Never,
    OnItsWay,
    Settled,
}

impl Deduplication {
    /// Remembers this many settled events.
    #[must_use]
    pub fn new(events: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            settled: Window::new(events),
            submitted: HashSet::new(),
        })))
    }

    /// Notes an event of the message that is being read, one of
    /// [`MappedMessage::event_ids`](crate::MappedMessage::event_ids), and returns whether it is new.
    pub fn is_new(&self, id: Uuid) -> bool {
        self.note(id) == Seen::Never
    }

    fn note(&self, id: Uuid) -> Seen {
        let mut state = self.state();
        if state.settled.contains(id) {
            return Seen::Settled;
        }
        match state.submitted.insert(id) {
            true => Seen::Never,
            false => Seen::OnItsWay,
        }
    }

    /// The events of a message are settled. Those that were new when it was read enter the window.
    pub fn settled(&self, ids: &[Uuid]) {
        let mut state = self.state();
        for id in ids {
            if state.submitted.remove(id) {
                state.settled.insert(*id);
            }
        }
    }

    /// Notes the new events of a message whose source may forward it again.
    pub fn fresh(&self) -> Fresh {
        Fresh {
            known: self.clone(),
            ids: Vec::new(),
            elsewhere: false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The new events of a message. Unless they are settled, they are forgotten, so that the message can
/// be forwarded again.
#[must_use = "its events are forgotten"]
pub struct Fresh {
    known: Deduplication,
    ids: Vec<Uuid>,
    elsewhere: bool,
}

impl Fresh {
    /// Notes an event, and returns whether it is new.
    pub fn is_new(&mut self, id: Uuid) -> bool {
        let seen = self.known.note(id);
        match seen {
            Seen::Never => self.ids.push(id),
            Seen::OnItsWay => self.elsewhere |= !self.ids.contains(&id),
            Seen::Settled => {}
        }
        seen == Seen::Never
    }

    /// Whether one of the events is on its way in another message. If the sender repeats only this
    /// message, do not acknowledge it: the event would be lost if the other message failed.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// The message is settled.
    pub fn settled(mut self) {
        self.known.settled(&std::mem::take(&mut self.ids));
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let mut state = self.known.state();
        for id in &self.ids {
            state.submitted.remove(id);
        }
    }
}

impl fmt::Debug for Deduplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deduplication").finish_non_exhaustive()
    }
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").finish_non_exhaustive()
    }
}

/// The identifier of an event of this account: the platform sends the same event to each account. A
/// digest, because senders choose identifiers, and those of one account must not make events of
/// another one look repeated.
pub(crate) fn scoped(id: Uuid, account_id: i32) -> Uuid {
    let mut digest = Sha256::new();
    digest.update(id.0);
    digest.update(account_id.to_be_bytes());
    let mut bytes = [0; 16];
    bytes
        .iter_mut()
        .zip(digest.finalize())
        .for_each(|(byte, part)| *byte = part);
    Uuid(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_new_once() {
        let deduplication = Deduplication::new(2);
        let ids = [1, 2, 3].map(|number| Uuid([number; 16]));
        assert!(deduplication.is_new(ids[0]));
        assert!(!deduplication.is_new(ids[0]), "on its way");
        deduplication.settled(&ids[..1]);
        assert!(!deduplication.is_new(ids[0]), "settled");
        for id in &ids[1..] {
            assert!(deduplication.is_new(*id));
        }
        deduplication.settled(&ids[1..]);
        assert!(deduplication.is_new(ids[0]), "it left the window");
    }

    #[test]
    fn an_event_that_is_not_settled_is_new_again() {
        let deduplication = Deduplication::new(10);
        let id = Uuid([1; 16]);
        let mut fresh = deduplication.fresh();
        assert!(fresh.is_new(id) && !fresh.is_new(id));
        let mut other = deduplication.fresh();
        assert!(!other.is_new(id));
        assert!(other.is_elsewhere() && !fresh.is_elsewhere());
        drop(other);
        assert!(!deduplication.is_new(id), "it is on its way");
        drop(fresh);
        let mut again = deduplication.fresh();
        assert!(again.is_new(id));
        again.settled();
        let mut later = deduplication.fresh();
        assert!(!later.is_new(id) && !later.is_elsewhere());
    }

    #[test]
    fn identifiers_of_one_account_are_not_those_of_another() {
        let id = Uuid([7; 16]);
        assert_eq!(scoped(id, 1), scoped(id, 1));
        assert_ne!(scoped(id, 1), scoped(id, 2));
        // The sender of account 2 chooses an identifier that differs as the accounts do.
        let mut chosen = id;
        chosen.0[3] ^= 1 ^ 2;
        assert_ne!(scoped(id, 1), scoped(chosen, 2));
    }
}
