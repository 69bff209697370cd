//! [`Sender`]: how refused calls are repeated.

use rand::RngExt;

use crate::durations::Random;
use crate::error::{InvalidInput, check};

/// How the sender repeats refused calls: exponential back-off with full jitter. The delay before
/// the n-th repetition is uniformly distributed from 0 to the smaller of `base` x 2^(n-1) and `cap`.
///
/// mParticle says that it repeats throttled calls with exponential back-off, and not with which
/// delays. The defaults are those that the protocol of hydrant has for its own deliveries
/// (docs/protocol/connections.md): base 100 ms, cap 20 s, 10 attempts. Nobody should rely on endless
/// repetitions, so a request is given up after the last attempt.
///
/// ```
/// use hydrant_plan::Sender;
///
/// let patient = Sender::default().attempts(20)?;
/// let slow = Sender::default().back_off_ms(1000.0, 60_000.0)?;
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sender {
    base_ms: f64,
    cap_ms: f64,
    attempts: u32,
}

impl Default for Sender {
    fn default() -> Self {
        Self {
            base_ms: 100.0,
            cap_ms: 20_000.0,
            attempts: 10,
        }
    }
}

impl Sender {
    /// A sender that never repeats.
    pub const WITHOUT_REPEATS: Self = Self {
        base_ms: 0.0,
        cap_ms: 0.0,
        attempts: 1,
    };

    /// With these delays in milliseconds: the longest one before the first repetition, and the
    /// longest of all.
    ///
    /// # Errors
    ///
    /// If one is not from 1 ms to an hour, or the base is above the cap.
    pub fn back_off_ms(self, base_ms: f64, cap_ms: f64) -> Result<Self, InvalidInput> {
        check("the first back-off/ms", base_ms, 1.0, 3_600_000.0)?;
        check("the longest back-off/ms", cap_ms, 1.0, 3_600_000.0)?;
        if base_ms > cap_ms {
            let text =
                format!("the first back-off, {base_ms} ms, is above the longest, {cap_ms} ms");
            return Err(InvalidInput::new(text));
        }
        Ok(Self {
            base_ms,
            cap_ms,
            ..self
        })
    }

    /// With at most this many attempts for a request, the first one included.
    ///
    /// # Errors
    ///
    /// If the number is not from 1 to 100.
    pub fn attempts(self, attempts: u32) -> Result<Self, InvalidInput> {
        check("the number of attempts", attempts.into(), 1.0, 100.0)?;
        Ok(Self { attempts, ..self })
    }

    /// The delay in milliseconds after the refusal of the n-th attempt; `None` if it was the last.
    pub(crate) fn delay_ms(&self, attempt: u32, random: &mut Random) -> Option<f64> {
        if attempt >= self.attempts {
            return None;
        }
        Some(random.random::<f64>() * self.longest_ms(attempt))
    }

    fn longest_ms(&self, attempt: u32) -> f64 {
        let doubled = 2.0_f64.powi(attempt.saturating_sub(1).min(1000) as i32);
        (self.base_ms * doubled).min(self.cap_ms)
    }

    /// The mean time in milliseconds from the first attempt of a request to its last.
    pub(crate) fn patience_ms(&self) -> f64 {
        (1..self.attempts).map(|n| self.longest_ms(n) / 2.0).sum()
    }
}
