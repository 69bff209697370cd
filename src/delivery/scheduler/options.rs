//! [`SchedulerOptions`]: retries, limits and times of a [`Scheduler`](super::Scheduler).

use std::time::Duration;

use crate::delivery::RetryPolicy;

/// Retries, limits and times of a [`Scheduler`](super::Scheduler).
///
/// ```
/// use std::time::Duration;
/// use hydrant::delivery::{RetryPolicy, SchedulerOptions};
///
/// let options = SchedulerOptions::default()
///     .retry(RetryPolicy::default().attempts(3))
///     .linger(Duration::from_millis(20));
/// assert_eq!(options.retry.attempts, 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SchedulerOptions {
    /// How often and when records are sent again.
    pub retry: RetryPolicy,
    /// How long a record may wait for others to fill its batch. Zero by default: batches fill only
    /// while all calls are busy.
    pub linger: Duration,
    /// The longest time of one call. 30 s by default.
    pub call_timeout: Duration,
    /// The greatest number of records that wait or are in flight. 100,000 by default. One submission
    /// may exceed it if nothing else is there, and the limits below, too.
    pub capacity_records: usize,
    /// The greatest memory of the records that wait or are in flight, in bytes. 64 MiB by default.
    pub capacity_bytes: usize,
    /// The percentage of both capacities that one account may use. 50 by default.
    pub account_percent: u8,
    /// The greatest number of calls at the same time with records of one account. By default, a
    /// quarter of the sink's calls if they have one account each, so that slow accounts leave some
    /// for others, and otherwise all.
    pub account_in_flight: Option<usize>,
    /// The circuit breaker of an account opens after this many calls in a row in which none of its
    /// records was answered. 5 by default.
    pub breaker_failures: u32,
    /// How long it is open for the first time; this doubles up to
    /// [`breaker_cap`](Self::breaker_cap) with each failed probe. Half of the time is jitter. 1 s by
    /// default.
    pub breaker_base: Duration,
    /// The longest time for which it is open. 60 s by default.
    pub breaker_cap: Duration,
    /// The time after which a halted connection or account is tried again by itself. `None`, the
    /// default, waits for `resume` or, for an account, for other settings.
    pub halt_probe: Option<Duration>,
    /// Whether nothing of a lane is sent after a rejected record, either: for sources that submit
    /// rejected records again because nobody stores them as dead letters. `false` by default.
    pub rejections_end_lanes: bool,
}

impl Default for SchedulerOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            linger: Duration::ZERO,
            call_timeout: Duration::from_secs(30),
            capacity_records: 100_000,
            capacity_bytes: 64 << 20,
            account_percent: 50,
            account_in_flight: None,
            breaker_failures: 5,
            breaker_base: Duration::from_secs(1),
            breaker_cap: Duration::from_secs(60),
            halt_probe: None,
            rejections_end_lanes: false,
        }
    }
}

impl SchedulerOptions {
    /// Sets how often and when records are sent again.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sets how long a record may wait for others to fill its batch.
    #[must_use]
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// Sets the longest time of one call.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// Sets the greatest number of records, and of bytes of memory, that wait or are in flight.
    #[must_use]
    pub fn capacity(mut self, records: usize, bytes: usize) -> Self {
        self.capacity_records = records;
        self.capacity_bytes = bytes;
        self
    }

    /// Sets the percentage of the capacities that one account may use.
    #[must_use]
    pub fn account_percent(mut self, percent: u8) -> Self {
        self.account_percent = percent;
        self
    }

    /// Sets the greatest number of calls at the same time with records of one account.
    #[must_use]
    pub fn account_in_flight(mut self, calls: usize) -> Self {
        self.account_in_flight = Some(calls);
        self
    }

    /// Sets after how many failures the circuit breaker of an account opens, how long it is open
    /// for the first time, and how long at most.
    #[must_use]
    pub fn breaker(mut self, failures: u32, base: Duration, cap: Duration) -> Self {
        self.breaker_failures = failures;
        self.breaker_base = base;
        self.breaker_cap = cap;
        self
    }

    /// Sets the time after which what is halted is tried again.
    #[must_use]
    pub fn halt_probe(mut self, after: Duration) -> Self {
        self.halt_probe = Some(after);
        self
    }

    /// Sets whether nothing of a lane is sent after a rejected record, either.
    #[must_use]
    pub fn rejections_end_lanes(mut self, end: bool) -> Self {
        self.rejections_end_lanes = end;
        self
    }
}
