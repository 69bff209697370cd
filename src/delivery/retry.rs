//! [`RetryPolicy`]: how often and after which time a record is sent again, and the generator of the
//! jitter, whose seed is passed in so that every run can be repeated.

use std::time::Duration;

/// How often and after which time a record is sent again: exponential back-off with full jitter.
///
/// The wait before the second attempt is uniform between zero and [`base`](Self::base), and the
/// upper end doubles with each attempt up to [`cap`](Self::cap). A target that names a longer time
/// gets that, up to [`longest_after`](Self::longest_after).
///
/// ```
/// use std::time::Duration;
/// use hydrant::delivery::RetryPolicy;
///
/// let policy = RetryPolicy::default().base(Duration::from_millis(100)).attempts(3);
/// assert_eq!(policy.longest(1), Duration::from_millis(100));
/// assert_eq!(policy.longest(3), Duration::from_millis(400));
/// assert_eq!(policy.longest(99), Duration::from_secs(20));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The longest wait before the second attempt. 100 ms by default.
    pub base: Duration,
    /// The longest wait before any attempt. 20 s by default.
    pub cap: Duration,
    /// The greatest number of attempts, the first included; at least one. 10 by default.
    pub attempts: u32,
    /// The longest time that a target may name. 5 min by default.
    pub longest_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(20),
            attempts: 10,
            longest_after: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// Sets the longest wait before the second attempt.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the longest wait before any attempt.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets the greatest number of attempts, the first included.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the longest time that a target may name.
    #[must_use]
    pub fn longest_after(mut self, longest: Duration) -> Self {
        self.longest_after = longest;
        self
    }

    /// The longest wait after this number of failed attempts.
    #[must_use]
    pub fn longest(&self, failed: u32) -> Duration {
        doubled(self.base, failed.saturating_sub(1), self.cap)
    }
}

/// `base` doubled this often, at most `cap`.
pub(super) fn doubled(base: Duration, times: u32, cap: Duration) -> Duration {
    let factor = 1u32.checked_shl(times).unwrap_or(u32::MAX);
    base.checked_mul(factor).unwrap_or(cap).min(cap)
}

/// A generator of jitter: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014). It is not for secrets.
#[derive(Clone, Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A fraction between 0 and 1, for [`fraction`].
    pub(super) fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // 53 bits, as many as the significand has.
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// This part of a time. `mul_f64` panics for a result that is too large, which a fraction cannot
/// give.
pub(super) fn fraction(time: Duration, part: f64) -> Duration {
    time.mul_f64(part.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_spread_and_repeatable() {
        let (mut one, mut other) = (Jitter::new(7), Jitter::new(7));
        let draws: Vec<f64> = (0..10_000).map(|_| one.draw()).collect();
        assert!(
            draws
                .iter()
                .all(|it| (0.0..1.0).contains(it) && *it == other.draw())
        );
        let mean = draws.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let policy = RetryPolicy::default();
        let waits: Vec<u128> = (0..12).map(|it| policy.longest(it).as_millis()).collect();
        let expected = [
            100, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 20_000, 20_000, 20_000,
        ];
        assert_eq!(waits, expected);
        assert_eq!(policy.longest(u32::MAX), policy.cap);
        let huge = RetryPolicy::default()
            .base(Duration::MAX)
            .cap(Duration::MAX);
        assert_eq!(huge.longest(40), Duration::MAX);
        assert_eq!(fraction(Duration::MAX, 0.0), Duration::ZERO);
    }
}
