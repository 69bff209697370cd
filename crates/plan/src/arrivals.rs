//! Random arrivals whose rate changes with time, and the order of events in a simulation.

use std::cmp::Ordering;

use rand::SeedableRng;

use crate::durations::{Random, ServiceTime, exponential};

/// A time in which requests arrive at this rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phase {
    pub(crate) ms: f64,
    pub(crate) per_second: f64,
}

impl Phase {
    /// The rest of the time.
    pub(crate) fn endless(per_second: f64) -> Self {
        Self {
            ms: f64::INFINITY,
            per_second,
        }
    }
}

/// A request with its first attempt and its service time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) first_ms: f64,
    pub(crate) service_ms: f64,
    /// How many attempts there were, with this one.
    pub(crate) attempt: u32,
}

/// The requests in the order of their arrival: a Poisson process. The times between arrivals and
/// the service times have generators of their own, so that two simulations that differ in one
/// option get the same requests.
pub(crate) struct Arrivals<'s> {
    service: &'s ServiceTime,
    times: Random,
    services: Random,
    phases: std::vec::IntoIter<Phase>,
    phase: Phase,
    /// When the phase began.
    began_ms: f64,
    now_ms: f64,
}

impl<'s> Arrivals<'s> {
    /// The last phase must be endless.
    pub(crate) fn new(service: &'s ServiceTime, phases: Vec<Phase>, seed: u64) -> Self {
        let mut phases = phases.into_iter();
        Self {
            service,
            times: generator(seed, 1),
            services: generator(seed, 2),
            phase: phases.next().unwrap_or_else(|| Phase::endless(1.0)),
            phases,
            began_ms: 0.0,
            now_ms: 0.0,
        }
    }

    pub(crate) fn next(&mut self) -> Request {
        // How many requests would arrive in the mean until the next one.
        let mut left = exponential(&mut self.times);
        loop {
            let end = self.began_ms + self.phase.ms;
            let until = self.now_ms + left * 1000.0 / self.phase.per_second;
            if until < end {
                self.now_ms = until;
                break;
            }
            left -= (end - self.now_ms) * self.phase.per_second / 1000.0;
            (self.now_ms, self.began_ms) = (end, end);
            self.phase = self.phases.next().unwrap_or_else(|| Phase::endless(1.0));
        }
        Request {
            first_ms: self.now_ms,
            service_ms: self.service.draw(&mut self.services),
            attempt: 1,
        }
    }
}

/// A generator for one purpose.
pub(crate) fn generator(seed: u64, purpose: u64) -> Random {
    Random::seed_from_u64(seed ^ purpose << 56)
}

/// What happens at a time. It is greater the earlier it happens, for a heap; at the same time the
/// first one that was added comes first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<T> {
    pub(crate) ms: f64,
    pub(crate) number: u64,
    pub(crate) what: T,
}

impl<T> Ord for At<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let earlier = other.ms.total_cmp(&self.ms);
        earlier.then_with(|| other.number.cmp(&self.number))
    }
}

impl<T> PartialOrd for At<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for At<T> {}

/// How many requests a simulation of a steady state observes at least.
pub(crate) const THOROUGH: f64 = 1_000_000.0;

/// The same for one point of a curve.
pub(crate) const QUICK: f64 = 100_000.0;

/// How long a simulation of a steady state runs before it observes, and how long it observes, in
/// milliseconds: at least this many requests, enough for the mean concurrency, and for `memory_ms`,
/// the time in which the past loses its influence. A high rate shortens it.
pub(crate) fn horizon(per_second: f64, mean_ms: f64, memory_ms: f64, requests: f64) -> (f64, f64) {
    let ms = |requests: f64| requests * 1000.0 / per_second;
    let load = per_second * mean_ms / 1000.0;
    let observed = ms((40.0 * load).clamp(requests, requests.max(THOROUGH)));
    let before = (0.25 * observed).max(20.0 * mean_ms + 2.0 * memory_ms);
    (before.min(ms(THOROUGH)), observed)
}
