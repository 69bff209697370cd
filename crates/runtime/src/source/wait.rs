//! [`wait_after`]: back-off of sources.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(30);

/// How long a source waits before it hands over a record again that was not settled, after this
/// number of failures in a row: 1 s, doubled up to 30 s, half of which is jitter, so that
/// partitions do not come back together.
///
/// ```
/// use std::time::Duration;
/// use hydrant_runtime::source::wait_after;
///
/// assert!(wait_after(1) <= Duration::from_secs(1));
/// assert!(wait_after(100) >= Duration::from_secs(15));
/// ```
#[must_use]
pub fn wait_after(failures: u32) -> Duration {
    let longest = Duration::from_secs(1 << failures.saturating_sub(1).min(5)).min(LONGEST);
    let draw = RandomState::new().hash_one(failures) % 1_000;
    longest / 2 + longest * u32::try_from(draw).unwrap_or(0) / 2_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_limit() {
        for (failures, longest) in [(1, 1), (2, 2), (5, 16), (6, 30), (100, 30)] {
            let longest = Duration::from_secs(longest);
            for _ in 0..50 {
                let wait = wait_after(failures);
                assert!(
                    longest / 2 <= wait && wait <= longest,
                    "{failures}: {wait:?}"
                );
            }
        }
    }
}
