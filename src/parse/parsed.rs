//! The result of parsing.

use crate::message::{Event, Message};

/// A message and what was tolerated in it.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<'a> {
    /// The message.
    pub message: Message<'a>,
    /// What was tolerated.
    pub tally: Tally,
}

/// What was tolerated in a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Enumeration values that this version does not know.
    pub unknown_values: usize,
    /// Events, environments, notifications, settings and kinds of authentication that this version
    /// does not know.
    pub unknown_members: usize,
    /// Lone surrogate escapes, read as U+FFFD.
    pub lone_surrogates: usize,
    /// `null` elements of lists, dropped.
    pub null_elements: usize,
    /// Events without an identifier, and so without an idempotency key.
    pub events_without_id: usize,
}

impl Parsed<'_> {
    /// Counts the events without an identifier.
    pub(super) fn count_events_without_id(&mut self) {
        if let Message::EventProcessingRequest(batch) = self.message {
            let without_id =
                |event: &&Event<'_>| !matches!(event, Event::Skipped(_)) && event.id().is_none();
            self.tally.events_without_id = batch.events.iter().filter(without_id).count();
        }
    }
}
