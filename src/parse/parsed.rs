//! The result of parsing.

use crate::schema::Coercion;

/// A message and the tally of what was tolerated in it.
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
    /// Events, environments, notifications, settings and kinds of authentication of unknown types.
    pub unknown_members: usize,
    /// Lone surrogate escapes, read as U+FFFD.
    pub lone_surrogates: usize,
    /// `null` elements of lists: kept in lists of texts, dropped in others.
    pub null_elements: usize,
    /// Events without an identifier, and so without an idempotency key. The entry points of a
    /// protocol count them.
    pub events_without_id: usize,
    /// Objects and lists as values of maps of texts, kept as their JSON text.
    pub json_texts: usize,
    /// Identifiers of audiences beyond the 32 bits of the reference.
    pub long_audience_ids: usize,
    /// The text `null` for numbers, bools, times and uuids, read as absent.
    pub null_texts: usize,
    /// Numbers with a fraction for integers, truncated.
    pub truncated_numbers: usize,
    /// Texts, numbers and bools for lists of texts, read as their only element.
    pub single_texts: usize,
    /// Leap seconds, read as the second before, and `24:00:00`, read as the next day.
    pub adjusted_times: usize,
    /// Locations without latitude or longitude, or with a value that is not finite, read as absent.
    pub dropped_locations: usize,
    /// Lists `added_audiences` and `removed_audiences`, of protocols before 2.0, read into
    /// `audiences`.
    pub former_audience_lists: usize,
}

impl Tally {
    /// Counts a coercion.
    pub(super) fn count(&mut self, coercion: Coercion) {
        let count = match coercion {
            Coercion::JsonText => &mut self.json_texts,
            Coercion::LongIdentifier => &mut self.long_audience_ids,
            Coercion::NullText => &mut self.null_texts,
            Coercion::AdjustedTime => &mut self.adjusted_times,
            Coercion::NullElement => &mut self.null_elements,
            Coercion::SingleText => &mut self.single_texts,
            Coercion::Truncated => &mut self.truncated_numbers,
            Coercion::LoneSurrogate => &mut self.lone_surrogates,
            Coercion::NoLocation => &mut self.dropped_locations,
            Coercion::FormerList => &mut self.former_audience_lists,
        };
        *count += 1;
    }

    /// How many values were coerced. [`validate::coercions`](crate::validate::coercions) finds the
    /// path of each.
    #[must_use]
    pub fn coercions(&self) -> usize {
        self.json_texts
            + self.long_audience_ids
            + self.null_texts
            + self.null_elements
            + self.single_texts
            + self.truncated_numbers
            + self.lone_surrogates
            + self.adjusted_times
            + self.dropped_locations
            + self.former_audience_lists
    }
}
