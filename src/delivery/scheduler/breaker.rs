//! The circuit breaker of an account.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use super::SchedulerOptions;
use crate::delivery::retry::{Jitter, doubled, fraction};

/// A circuit breaker:
///
/// ```text
///            failures in a row             time passes
///   closed ────────────────────► open ───────────────────► half-open ──┐
///     ▲                            ▲         the probe fails           │
///     │                            └───────────────────────────────────┤
///     └────────────────────────────────────────────────────────────────┘
///                              any answer of the target
/// ```
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// Failures in a row while closed.
    failures: u32,
    /// How often it opened in a row; zero while closed.
    opened: u32,
    until: Option<Instant>,
    /// Why it opened.
    reason: Cow<'static, str>,
    /// Whether the probe is in flight.
    pub(super) probing: bool,
}

impl Breaker {
    /// Until when nothing is sent.
    pub(super) fn open_until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| now < *until)
    }

    /// The failure that opened it.
    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether the next call is a probe.
    pub(super) fn is_half_open(&self, now: Instant) -> bool {
        self.opened > 0 && self.open_until(now).is_none()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.opened == 0
    }

    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    /// A call failed. If the breaker is open, only its probe counts: the others were sent before.
    pub(super) fn failed(
        &mut self,
        probe: bool,
        reason: Cow<'static, str>,
        now: Instant,
        options: &SchedulerOptions,
        jitter: &mut Jitter,
    ) {
        if probe {
            self.probing = false;
        } else if self.opened > 0 {
            return;
        } else {
            self.failures = self.failures.saturating_add(1);
            if self.failures < options.breaker_failures.max(1) {
                return;
            }
        }
        let longest = doubled(options.breaker_base, self.opened, options.breaker_cap);
        let wait = longest / 2 + fraction(longest / 2, jitter.draw());
        self.until = Some(later(now, wait));
        self.reason = reason;
        self.opened = self.opened.saturating_add(1);
    }
}

/// This time after an instant; a century later if that is not representable.
pub(super) fn later(now: Instant, wait: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let wait = wait.min(CENTURY);
    now.checked_add(wait).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_probes_and_closes() {
        let options = SchedulerOptions::default();
        let (mut breaker, mut jitter) = (Breaker::default(), Jitter::new(1));
        let start = Instant::now();
        for _ in 0..4 {
            breaker.failed(false, "busy".into(), start, &options, &mut jitter);
        }
        assert!(breaker.is_closed() && breaker.open_until(start).is_none());
        breaker.failed(false, "busy".into(), start, &options, &mut jitter);
        let until = breaker.open_until(start).unwrap();
        assert!(until - start >= options.breaker_base / 2 && until - start <= options.breaker_base);
        // A call that was in flight.
        breaker.failed(false, "busy".into(), start, &options, &mut jitter);
        assert_eq!(breaker.open_until(start), Some(until));
        assert_eq!(breaker.reason(), "busy");
        assert!(!breaker.is_half_open(start) && breaker.is_half_open(until));
        let mut now = until;
        for _ in 0..20 {
            breaker.probing = true;
            breaker.failed(true, "down".into(), now, &options, &mut jitter);
            now = breaker.open_until(now).unwrap();
        }
        breaker.failed(true, "down".into(), now, &options, &mut jitter);
        assert_eq!(breaker.reason(), "down");
        let wait = breaker.open_until(now).unwrap() - now;
        assert!(wait >= options.breaker_cap / 2 && wait <= options.breaker_cap);
        breaker.answered();
        assert!(breaker.is_closed() && !breaker.is_half_open(now));
    }
}
