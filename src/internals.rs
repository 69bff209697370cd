//! Options for the tests, fuzz targets and benches of this repository only.
//!
//! **Not covered by semantic versioning**: anything here may change or go in any release.

use crate::message::{Interests, Message};
use crate::outgoing::OutgoingBatch;
use crate::parse::{ParseOptions, Scratch, is_fast};

/// These options with the fast path turned off. It never changes a result, so this is for comparing
/// and measuring.
#[must_use]
pub fn complete_path_only(mut options: ParseOptions) -> ParseOptions {
    options.fast_path = false;
    options
}

/// These options with the events of other types skipped, as the engine does it for the interests of
/// a processor.
#[must_use]
pub fn with_interests(mut options: ParseOptions, interests: Interests) -> ParseOptions {
    options.interests = interests.into();
    options
}

/// Whether the fast path reads this message, so that the complete path is not asked.
#[must_use]
pub fn takes_fast_path(body: &[u8]) -> bool {
    is_fast::<Message<'_>>(body, &mut Scratch::new(), &ParseOptions::new())
}

/// Whether the fast path reads this outgoing batch.
#[must_use]
pub fn outgoing_takes_fast_path(body: &[u8]) -> bool {
    is_fast::<OutgoingBatch<'_>>(body, &mut Scratch::new(), &ParseOptions::new())
}
