//! When the response is due.

use std::time::{Duration, Instant, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The deadline of an invocation, less the margin. `stated_ms` is the header of the runtime API: the
/// time in milliseconds since the epoch, or, from `cargo lambda watch`, the time that is left.
pub(crate) fn deadline(stated_ms: u64, margin: Duration) -> Instant {
    let stated = Duration::from_millis(stated_ms);
    let left = if stated < DAY {
        stated
    } else {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        stated.saturating_sub(now.unwrap_or_default())
    };
    let now = Instant::now();
    // A time that `Instant` cannot represent is replaced by one day from now.
    now.checked_add(left.saturating_sub(margin))
        .unwrap_or(now + DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_time_or_a_duration_less_the_margin() {
        let margin = Duration::from_secs(1);
        let left =
            |stated_ms| deadline(stated_ms, margin).saturating_duration_since(Instant::now());
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        let now_ms = u64::try_from(now.as_millis()).unwrap();
        for stated_ms in [now_ms + 60_000, 60_000] {
            let left = left(stated_ms).as_millis();
            assert!((50_000..=59_000).contains(&left), "{left}");
        }
        assert_eq!(left(now_ms - 1), Duration::ZERO);
        assert_eq!(left(999), Duration::ZERO);
        assert!(left(u64::MAX) > DAY / 2);
    }
}
