//! [`Deduplication`]: events that were settled before, or are on their way, are not forwarded
//! again.
//!
//! Messages are settled in the order in which they are read, so an event that is on its way is
//! settled before the message that repeats it; if it is not, neither is that message.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hydrant::delivery::Window;
use hydrant::message::Uuid;

/// The identifiers of recent events. Clones share their content.
#[derive(Clone)]
pub(super) struct Deduplication(Arc<Mutex<State>>);

struct State {
    settled: Window,
    /// Events on their way.
    submitted: HashSet<Uuid>,
}

impl Deduplication {
    /// Remembers this many settled events.
    pub(super) fn new(events: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            settled: Window::new(events),
            submitted: HashSet::new(),
        })))
    }

    /// Notes an event of the message that is being read, and returns whether it is new.
    pub(super) fn is_new(&self, id: Uuid) -> bool {
        let mut state = self.state();
        !state.settled.contains(id) && state.submitted.insert(id)
    }

    /// The events of a message are settled. Those that were new when it was read enter the window.
    pub(super) fn settled(&self, ids: &[Uuid]) {
        let mut state = self.state();
        for id in ids {
            if state.submitted.remove(id) {
                state.settled.insert(*id);
            }
        }
    }

    /// Notes the new events of a message whose source may forward it again.
    pub(super) fn fresh(&self) -> Fresh {
        Fresh {
            known: self.clone(),
            ids: Vec::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The new events of a message. Unless they are settled, they are forgotten, so that the message can
/// be forwarded again.
pub(super) struct Fresh {
    known: Deduplication,
    ids: Vec<Uuid>,
}

impl Fresh {
    /// Notes an event, and returns whether it is new.
    pub(super) fn is_new(&mut self, id: Uuid) -> bool {
        let is_new = self.known.is_new(id);
        self.ids.extend(is_new.then_some(id));
        is_new
    }

    /// The message is settled.
    pub(super) fn settled(mut self) {
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
        drop(other);
        assert!(!deduplication.is_new(id), "it is on its way");
        drop(fresh);
        let mut again = deduplication.fresh();
        assert!(again.is_new(id));
        again.settled();
        assert!(!deduplication.is_new(id));
    }
}
