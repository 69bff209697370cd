//! An HTTP host: workers, and a queue in front of them.

use std::collections::BinaryHeap;

use crate::arrivals::{Arrivals, At, Phase, THOROUGH, horizon};
use crate::durations::ServiceTime;
use crate::erlang::little;
use crate::error::{InvalidInput, check};
use crate::statistics::Percentiles;

/// An HTTP host that handles requests with this many workers. Others wait, in the order of their
/// arrival.
///
/// ```
/// use hydrant_plan::{Durations, ExponentialQueue, ServiceTime, Workers};
///
/// let service = ServiceTime::new(Durations::new(100.0, 1.0)?);
/// let waiting = Workers::new(10)?.steady(80.0, &service, 1).unwrap();
/// let formula = ExponentialQueue::new(10, 80.0, 100.0).unwrap();
/// assert!((waiting.waiting_share - formula.waiting_share()).abs() < 0.02);
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Workers {
    pub(crate) workers: u32,
}

impl Workers {
    /// A host with this many workers.
    ///
    /// # Errors
    ///
    /// If the number is not from 1 to 100,000.
    pub fn new(workers: u32) -> Result<Self, InvalidInput> {
        check("the number of workers", workers.into(), 1.0, 100_000.0)?;
        Ok(Self { workers })
    }

    /// Simulates a rate of arrivals, in requests per second and above 0, that does not change;
    /// `None` if the queue would grow without end.
    #[must_use]
    pub fn steady(&self, per_second: f64, service: &ServiceTime, seed: u64) -> Option<Waiting> {
        self.steady_for(THOROUGH, per_second, service, seed)
    }

    /// The same with at least this many requests.
    pub(crate) fn steady_for(
        &self,
        requests: f64,
        per_second: f64,
        service: &ServiceTime,
        seed: u64,
    ) -> Option<Waiting> {
        let spare = 1.0 - little(per_second, service.mean_ms()) / f64::from(self.workers);
        if spare <= 0.0 {
            return None;
        }
        // The relaxation time of a queue.
        let memory = service.mean_ms() / (spare * spare * f64::from(self.workers));
        let (before, observed) = horizon(per_second, service.mean_ms(), 10.0 * memory, requests);
        let mut queue = Queue::new(self.workers);
        let mut arrivals = Arrivals::new(service, vec![Phase::endless(per_second)], seed);
        let (mut waits, mut times, mut waiting) = (Vec::new(), Vec::new(), 0_u64);
        loop {
            let request = arrivals.next();
            if request.first_ms >= before + observed {
                break;
            }
            let wait = queue.enter(request.first_ms, request.service_ms);
            if request.first_ms >= before {
                waiting += u64::from(wait > 0.0);
                waits.push(wait);
                times.push(wait + request.service_ms);
            }
        }
        let count = waits.len().max(1) as f64;
        Some(Waiting {
            waiting_share: waiting as f64 / count,
            mean_wait_ms: waits.iter().sum::<f64>() / count,
            wait_ms: Percentiles::of(&mut waits)?,
            latency_ms: Percentiles::of(&mut times)?,
        })
    }

    /// Simulates a burst: the first rate for a while, the second for `seconds`, and the first again
    /// until nothing waits. Rates are in requests per second and above 0. `None` if the first rate
    /// alone is too much.
    #[must_use]
    pub fn burst(
        &self,
        (mean, peak): (f64, f64),
        seconds: f64,
        service: &ServiceTime,
        seed: u64,
    ) -> Option<WaitingBurst> {
        if little(mean, service.mean_ms()) >= f64::from(self.workers) {
            return None;
        }
        let phase = |ms, per_second| Phase { ms, per_second };
        let before = 20.0 * service.mean_ms() + 1000.0;
        let end = before + seconds * 1000.0;
        let phases = vec![
            phase(before, mean),
            phase(seconds * 1000.0, peak),
            Phase::endless(mean),
        ];
        let mut queue = Queue::new(self.workers);
        let mut arrivals = Arrivals::new(service, phases, seed);
        let (mut times, mut backlog, mut drained) = (Vec::new(), 0, None);
        while drained.is_none() {
            let request = arrivals.next();
            let wait = queue.enter(request.first_ms, request.service_ms);
            if (before..end).contains(&request.first_ms) {
                times.push(wait + request.service_ms);
                backlog += u32::from(request.first_ms + wait > end);
            } else if request.first_ms >= end && wait == 0.0 {
                drained = Some(request.first_ms);
            }
        }
        Some(WaitingBurst {
            backlog,
            drained_seconds: if backlog == 0 {
                0.0
            } else {
                (drained? - end) / 1000.0
            },
            latency_ms: Percentiles::of(&mut times)?,
        })
    }
}

/// What was observed at a steady rate.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Waiting {
    /// The share of the requests that waited for a worker.
    pub waiting_share: f64,
    /// The mean wait in milliseconds, of all requests.
    pub mean_wait_ms: f64,
    /// The wait in milliseconds.
    pub wait_ms: Percentiles,
    /// The time to the answer in milliseconds: wait and service.
    pub latency_ms: Percentiles,
}

/// What was observed in a burst.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct WaitingBurst {
    /// Requests that waited for a worker when the burst ended.
    pub backlog: u32,
    /// How long after the end of the burst the first request did not have to wait, in seconds; 0
    /// if nothing waited at its end.
    pub drained_seconds: f64,
    /// The time to the answer in milliseconds of the requests of the burst.
    pub latency_ms: Percentiles,
}

/// When each worker is free.
struct Queue {
    free: BinaryHeap<At<()>>,
    added: u64,
}

impl Queue {
    fn new(workers: u32) -> Self {
        let at = |number| At {
            ms: 0.0,
            number,
            what: (),
        };
        Self {
            free: (0..workers.into()).map(at).collect(),
            added: workers.into(),
        }
    }

    /// The wait of a request that arrives at this time.
    fn enter(&mut self, now_ms: f64, service_ms: f64) -> f64 {
        let free = self.free.pop().map_or(now_ms, |at| at.ms);
        let begin = now_ms.max(free);
        self.added += 1;
        self.free.push(At {
            ms: begin + service_ms,
            number: self.added,
            what: (),
        });
        begin - now_ms
    }
}
