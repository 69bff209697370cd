//! [`Window`]: the identifiers of the events that were handled last.

use std::collections::{HashSet, VecDeque};

use crate::message::Uuid;

/// The identifiers of the events that were handled last, to recognize repeated ones. Its memory is
/// bounded, and it forgets the oldest first.
///
/// Insert an event when it is handled, discarded or stored as a dead letter, and never when it is to
/// be retried: its repetition must not be taken for a duplicate.
///
/// ```
/// use hydrant::delivery::Window;
/// use hydrant::message::Uuid;
///
/// let mut window = Window::new(2);
/// let id = |number| Uuid([number; 16]);
/// assert!(window.insert(id(1)) && window.insert(id(2)));
/// assert!(!window.insert(id(1)), "it is there");
/// window.insert(id(3));
/// assert!(!window.contains(id(1)) && window.contains(id(2)));
/// ```
#[derive(Clone, Debug)]
pub struct Window {
    capacity: usize,
    order: VecDeque<u128>,
    known: HashSet<u128>,
}

impl Window {
    /// An empty window for at most this many identifiers, of about 40 bytes each. With zero it
    /// recognizes nothing.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            order: VecDeque::new(),
            known: HashSet::new(),
        }
    }

    /// Whether this event was handled, as far as the window goes back.
    #[must_use]
    pub fn contains(&self, id: Uuid) -> bool {
        self.known.contains(&u128::from_be_bytes(id.0))
    }

    /// Inserts an event that is handled; `false` if it is there already. Then it keeps its place.
    pub fn insert(&mut self, id: Uuid) -> bool {
        let id = u128::from_be_bytes(id.0);
        if self.capacity == 0 {
            return true;
        }
        if !self.known.insert(id) {
            return false;
        }
        if self.order.len() >= self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(id);
        true
    }

    /// The number of identifiers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}
