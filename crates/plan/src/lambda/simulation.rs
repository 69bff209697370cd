//! The simulation of a function at its ceiling, event by event: arrivals, repetitions, and ends of
//! executions.

use std::collections::{BinaryHeap, VecDeque};

use super::{Lambda, SCALING_AT_ONCE, SCALING_PER_SECOND};
use crate::arrivals::{Arrivals, At, Phase, Request, generator};
use crate::durations::{Random, ServiceTime};
use crate::sender::Sender;
use crate::statistics::Gauge;

/// The requests that are observed: those whose first attempt is in this time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) from_ms: f64,
    pub(super) to_ms: f64,
}

impl Window {
    fn contains(&self, ms: f64) -> bool {
        (self.from_ms..self.to_ms).contains(&ms)
    }
}

/// Counts of the observed requests.
#[derive(Debug, Default)]
pub(super) struct Observed {
    pub(super) observed_ms: f64,
    pub(super) requests: u64,
    /// First attempts that were refused, by [`Cause`].
    pub(super) refused_first: [u64; 3],
    /// Attempts, and those refused, at any time in the window.
    pub(super) attempts: u64,
    pub(super) refused: u64,
    pub(super) given_up: u64,
    pub(super) cold_starts: u64,
    pub(super) durations_ms: Vec<f64>,
    pub(super) answered_ms: Vec<f64>,
    pub(super) in_use: Gauge,
    /// Requests that waited for their repetition at the end of the window.
    pub(super) backlog: u32,
    /// When the last request that had been refused was answered or given up.
    pub(super) drained_ms: f64,
    /// Requests that are neither answered nor given up.
    open: u64,
}

/// Why a call is refused.
#[derive(Debug, Clone, Copy)]
enum Cause {
    Concurrency,
    RequestRate,
    Scaling,
}

pub(super) struct Simulation<'s> {
    lambda: &'s Lambda,
    sender: &'s Sender,
    arrivals: Arrivals<'s>,
    delays: Random,
    now_ms: f64,
    in_use: u32,
    /// Since when each idle environment is idle; the last one is used first.
    idle: VecDeque<f64>,
    ends: BinaryHeap<At<()>>,
    repetitions: BinaryHeap<At<Request>>,
    added: u64,
    requests: Bucket,
    environments: Bucket,
    observed: Observed,
}

impl<'s> Simulation<'s> {
    pub(super) fn new(
        lambda: &'s Lambda,
        service: &'s ServiceTime,
        sender: &'s Sender,
        phases: Vec<Phase>,
        warm: u32,
        seed: u64,
    ) -> Self {
        Self {
            lambda,
            sender,
            arrivals: Arrivals::new(service, phases, seed),
            delays: generator(seed, 3),
            now_ms: 0.0,
            in_use: 0,
            idle: (0..warm).map(|_| 0.0).collect(),
            ends: BinaryHeap::new(),
            repetitions: BinaryHeap::new(),
            added: 0,
            requests: Bucket::new(lambda.request_rate.max(1.0), lambda.request_rate),
            environments: Bucket::new(SCALING_AT_ONCE, SCALING_PER_SECOND),
            observed: Observed::default(),
        }
    }

    /// Runs until all requests of the window are answered or given up.
    pub(super) fn run(mut self, window: Window) -> Observed {
        self.observed.observed_ms = window.to_ms - window.from_ms;
        let mut arrival = self.arrivals.next();
        let time = |ms: Option<f64>| ms.unwrap_or(f64::INFINITY);
        let mut is_over = false;
        while !is_over || self.observed.open > 0 {
            let end = time(self.ends.peek().map(|at| at.ms));
            let repetition = time(self.repetitions.peek().map(|at| at.ms));
            let next = end.min(repetition).min(arrival.first_ms);
            if !is_over && next >= window.to_ms {
                is_over = true;
                self.observed.backlog = self.repetitions.len() as u32;
            }
            self.observe_concurrency(next, window);
            self.now_ms = next;
            if end <= next {
                self.ends.pop();
                self.in_use -= 1;
                self.idle.push_back(self.now_ms);
            } else if repetition <= next {
                if let Some(at) = self.repetitions.pop() {
                    self.attempt(at.what, window);
                }
            } else {
                if window.contains(arrival.first_ms) {
                    self.observed.requests += 1;
                    self.observed.open += 1;
                }
                self.attempt(arrival, window);
                arrival = self.arrivals.next();
            }
        }
        self.observed
    }

    fn observe_concurrency(&mut self, next: f64, window: Window) {
        let from = self.now_ms.max(window.from_ms);
        let to = next.min(window.to_ms);
        if to > from {
            self.observed.in_use.add(self.in_use, to - from);
        }
    }

    fn attempt(&mut self, request: Request, window: Window) {
        let is_observed = window.contains(request.first_ms);
        self.observed.attempts += u64::from(window.contains(self.now_ms));
        match self.accept() {
            Ok(cold_start_ms) => {
                let duration = request.service_ms + cold_start_ms.unwrap_or(0.0);
                let end = self.now_ms + duration;
                self.in_use += 1;
                let at = self.at(end, ());
                self.ends.push(at);
                if is_observed {
                    self.observed.cold_starts += u64::from(cold_start_ms.is_some());
                    self.observed.durations_ms.push(duration);
                    self.observed.answered_ms.push(end - request.first_ms);
                    self.resolve(request, end);
                }
            }
            Err(cause) => {
                self.observed.refused += u64::from(window.contains(self.now_ms));
                if is_observed && request.attempt == 1 {
                    let [concurrency, request_rate, scaling] = &mut self.observed.refused_first;
                    *match cause {
                        Cause::Concurrency => concurrency,
                        Cause::RequestRate => request_rate,
                        Cause::Scaling => scaling,
                    } += 1;
                }
                match self.sender.delay_ms(request.attempt, &mut self.delays) {
                    Some(delay) => {
                        let again = Request {
                            attempt: request.attempt + 1,
                            ..request
                        };
                        let at = self.at(self.now_ms + delay, again);
                        self.repetitions.push(at);
                    }
                    None if is_observed => {
                        self.observed.given_up += 1;
                        self.resolve(request, self.now_ms);
                    }
                    None => {}
                }
            }
        }
    }

    /// The cold start if a call is accepted that needs one.
    fn accept(&mut self) -> Result<Option<f64>, Cause> {
        let oldest = self.now_ms - self.lambda.keep_warm_ms;
        while self.idle.front().is_some_and(|since| *since < oldest) {
            self.idle.pop_front();
        }
        if self.in_use >= self.lambda.ceiling {
            return Err(Cause::Concurrency);
        }
        if !self.requests.take(self.now_ms) {
            return Err(Cause::RequestRate);
        }
        if self.idle.pop_back().is_some() {
            return Ok(None);
        }
        match self.environments.take(self.now_ms) {
            true => Ok(Some(self.lambda.cold_start_ms)),
            false => Err(Cause::Scaling),
        }
    }

    fn resolve(&mut self, request: Request, ms: f64) {
        self.observed.open -= 1;
        if request.attempt > 1 {
            self.observed.drained_ms = self.observed.drained_ms.max(ms);
        }
    }

    fn at<T>(&mut self, ms: f64, what: T) -> At<T> {
        self.added += 1;
        At {
            ms,
            number: self.added,
            what,
        }
    }
}

/// A token bucket, full at the start.
struct Bucket {
    capacity: f64,
    per_ms: f64,
    tokens: f64,
    at_ms: f64,
}

impl Bucket {
    fn new(capacity: f64, per_second: f64) -> Self {
        Self {
            capacity,
            per_ms: per_second / 1000.0,
            tokens: capacity,
            at_ms: 0.0,
        }
    }

    fn take(&mut self, now_ms: f64) -> bool {
        let refilled = self.tokens + (now_ms - self.at_ms) * self.per_ms;
        self.tokens = refilled.min(self.capacity);
        self.at_ms = now_ms;
        let taken = self.tokens >= 1.0;
        if taken {
            self.tokens -= 1.0;
        }
        taken
    }
}
