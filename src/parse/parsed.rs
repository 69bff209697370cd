//! The result of parsing.

/// A message and what was tolerated in it.
///
/// ```
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// let body = br#"{"type":"event_processing_request","events":[{"type":"hologram"}]}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::new())?;
/// assert_eq!((parsed.tally.unknown_members, parsed.tally.events_without_id), (1, 1));
/// # Ok::<(), hydrant::Error>(())
/// ```
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
