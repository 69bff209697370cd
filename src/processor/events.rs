//! [`Events`]: the unsettled events of a batch, in order or by time.

use super::call::Call;
use super::failure::Failure;
use super::guard::guarded;
use crate::message::Event;

/// The events of a batch with their positions, without those that are skipped or settled.
pub struct Events<'k, 'c> {
    call: &'k mut Call<'c>,
    events: Vec<(usize, &'c Event<'c>)>,
}

impl<'k, 'c> Events<'k, 'c> {
    pub(super) fn new(call: &'k mut Call<'c>) -> Self {
        let events = call.batch().events.iter().enumerate();
        let effects = call.effects();
        let open = events.filter(|(index, _)| {
            effects
                .event(*index)
                .is_some_and(|outcome| outcome.is_unsettled())
        });
        let events = open.collect();
        Self { call, events }
    }

    pub(super) fn by_time(call: &'k mut Call<'c>) -> Self {
        let mut events = Self::new(call);
        events.events.sort_by_key(|(_, event)| event.timestamp_ms());
        events
    }

    /// Translates each event, and returns the translations with the positions of their events. If a
    /// translation fails or panics, its event is settled, and the others are still translated.
    pub fn translate<T>(
        self,
        mut translate: impl FnMut(&'c Event<'c>) -> Result<T, Failure>,
    ) -> Vec<(usize, T)> {
        let mut translated = Vec::with_capacity(self.events.len());
        for (index, event) in self.events {
            match guarded(|| translate(event)) {
                Ok(value) => translated.push((index, value)),
                Err(failure) => self.call.settle(index, failure),
            }
        }
        translated
    }

    /// The number of events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

impl<'c> IntoIterator for Events<'_, 'c> {
    type Item = (usize, &'c Event<'c>);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.into_iter()
    }
}

impl std::fmt::Debug for Events<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events")
            .field("len", &self.events.len())
            .finish_non_exhaustive()
    }
}
