//! Names for the coercions in reports: values that are read although they do not have the form that
//! the protocol declares.

use hydrant::Tally;

/// Each kind: its name in JSON, its name for people, and how many values there are.
pub(super) fn coercions(tally: Tally) -> [(&'static str, &'static str, usize); 6] {
    [
        ("json_texts", "objects as attributes", tally.json_texts),
        ("null_texts", "texts \"null\"", tally.null_texts),
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
