//! [`EventCounts`].

use crate::message::EventType;

/// The number of events of each type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventCounts {
    /// In the order of [`EventType::ALL`]; unknown types last.
    counts: [u64; UNKNOWN + 1],
}

/// The index at which events of unknown types are counted.
const UNKNOWN: usize = EventType::ALL.len();

impl EventCounts {
    /// Counts an event.
    pub fn add(&mut self, event_type: EventType<'_>) {
        let position = EventType::ALL.iter().position(|known| *known == event_type);
        if let Some(count) = self.counts.get_mut(position.unwrap_or(UNKNOWN)) {
            *count += 1;
        }
    }

    /// Adds other counts to these.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// The types with their counts, including zeros, in the order of [`EventType::ALL`]. Unknown
    /// types come last, as `unknown`.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let names = EventType::ALL.iter().map(EventType::as_str);
        names.chain(["unknown"]).zip(self.counts)
    }

    /// The number of events.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}
