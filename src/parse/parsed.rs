//! The result of parsing.

/// A message and what was tolerated in it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parsed<M> {
    /// The message.
    pub message: M,
    /// What was tolerated.
    pub tally: Tally,
}

/// What was tolerated in a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Events without an identifier, and so without an idempotency key. The entry points of
    /// a protocol count them.
    pub events_without_id: usize,
}
