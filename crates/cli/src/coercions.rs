//! Names for the coercions in reports: values that are read although they do not have the form that
//! the protocol declares.

use hydrant::Tally;

/// The number of kinds.
pub(super) const COERCIONS: usize = 10;

/// Each kind: its name in JSON, its name for people, and how many values there are.
pub(super) fn coercions(tally: Tally) -> [(&'static str, &'static str, usize); COERCIONS] {
    [
        ("json_texts", "objects as attributes", tally.json_texts),
        ("single_texts", "texts as lists", tally.single_texts),
        ("null_texts", "texts \"null\"", tally.null_texts),
        ("null_elements", "null elements", tally.null_elements),
        (
            "truncated_numbers",
            "truncated numbers",
            tally.truncated_numbers,
        ),
        ("lone_surrogates", "lone surrogates", tally.lone_surrogates),
        ("adjusted_times", "adjusted times", tally.adjusted_times),
        (
            "dropped_locations",
            "dropped locations",
            tally.dropped_locations,
        ),
        (
            "long_audience_ids",
            "long audience ids",
            tally.long_audience_ids,
        ),
        (
            "former_audience_lists",
            "audience lists before 2.0",
            tally.former_audience_lists,
        ),
    ]
}
