//! [`HostPlan`] and its [`HostForecast`]: all answers about an HTTP host.

use crate::arrivals::QUICK;
use crate::erlang::{concurrency_quantile, little};
use crate::forecast::{MOST_USED, concurrency};
use crate::queue::{ConstantQueue, ExponentialQueue};
use crate::statistics::OverTime;
use crate::workers::{Waiting, WaitingBurst, Workers};
use crate::workload::Workload;

/// The time in milliseconds that the calls of an HTTP host must not exceed (lambda-and-http.md section 7).
pub const HTTP_GOAL_MS: f64 = 100.0;

/// What is planned for an HTTP host.
///
/// ```
/// use hydrant_plan::{Durations, HostPlan, ServiceTime, Workers, Workload};
///
/// let service = ServiceTime::new(Durations::new(20.0, 1.0)?);
/// let forecast = HostPlan::new(Workload::new(400.0, service)?, Workers::new(16)?).forecast();
/// assert_eq!(forecast.concurrency.mean, 8.0);
/// assert!(forecast.waiting.is_some());
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HostPlan {
    workload: Workload,
    workers: Workers,
    seed: u64,
}

/// The forecast for an HTTP host, at the peak rate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HostForecast {
    /// Busy workers that are needed: their mean by Little's law, and their percentiles if nothing
    /// limits them.
    pub concurrency: OverTime,
    /// The share of the workers that is left 99 % of the time; negative if it is exceeded.
    pub headroom: f64,
    /// The simulation; `None` if the queue grows without end.
    pub waiting: Option<Waiting>,
    /// The same by a formula; `None` if the service times are neither exponential nor constant, or
    /// the queue grows without end.
    pub formula: Option<WaitingFormula>,
    /// The simulation of a peak; `None` if there are none, or the mean rate is too much.
    pub burst: Option<WaitingBurst>,
    /// The workers that the peak needs: the 99th percentile of those that are busy, by 70 %.
    pub recommended_workers: u32,
}

/// The wait for a worker by a formula.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct WaitingFormula {
    /// `M/M/c` or `M/D/c`.
    pub name: &'static str,
    /// The share of the requests that wait.
    pub waiting_share: f64,
    /// The mean wait in milliseconds, of all requests.
    pub mean_wait_ms: f64,
    /// The 99th percentile of the wait in milliseconds.
    pub p99_wait_ms: f64,
}

impl HostPlan {
    /// A host with this workload.
    #[must_use]
    pub fn new(workload: Workload, workers: Workers) -> Self {
        Self {
            workload,
            workers,
            seed: 1,
        }
    }

    /// With this seed of the simulations. The same plan with the same seed gives the same forecast.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Computes and simulates everything.
    #[must_use]
    pub fn forecast(&self) -> HostForecast {
        let service = &self.workload.service;
        let (mean, peak) = (self.workload.per_second, self.workload.peak_per_second());
        let seconds = self.workload.burst_seconds;
        let burst = self.workload.has_peaks();
        let concurrency = concurrency(peak, service.mean_ms());
        let workers = f64::from(self.workers.workers);
        HostForecast {
            concurrency,
            headroom: 1.0 - f64::from(concurrency.p99) / workers,
            waiting: self.workers.steady(peak, service, self.seed),
            formula: self.formula(),
            burst: burst
                .then(|| {
                    self.workers
                        .burst((mean, peak), seconds, service, self.seed)
                })
                .flatten(),
            recommended_workers: (f64::from(concurrency.p99) / MOST_USED).ceil().max(1.0) as u32,
        }
    }

    /// Points of the curves against the arrival rate, up to a rate near that at which the queue
    /// grows without end, or that of the peak if it is far below: the rate in requests per second,
    /// the 99th percentile of the workers that are busy if nothing limits them, and the simulation.
    #[must_use]
    pub fn rates(&self, points: u32) -> Vec<(f64, u32, Option<Waiting>)> {
        let service = &self.workload.service;
        let peak = self.workload.peak_per_second();
        let most = f64::from(self.workers.workers) * 1000.0 / service.mean_ms();
        let most = most.clamp(1.25 * peak, 4.0 * peak);
        let rates = (1..=points).map(|point| most * f64::from(point) / f64::from(points));
        rates
            .map(|rate| {
                let busy = concurrency_quantile(little(rate, service.mean_ms()), 0.99);
                let waiting = self.workers.steady_for(QUICK, rate, service, self.seed);
                (rate, busy, waiting)
            })
            .collect()
    }

    fn formula(&self) -> Option<WaitingFormula> {
        let service = &self.workload.service;
        let (workers, peak) = (self.workers.workers, self.workload.peak_per_second());
        if service.is_exponential() {
            let queue = ExponentialQueue::new(workers, peak, service.mean_ms())?;
            return Some(WaitingFormula {
                name: "M/M/c",
                waiting_share: queue.waiting_share(),
                mean_wait_ms: queue.mean_wait_ms(),
                p99_wait_ms: queue.wait_quantile_ms(0.99),
            });
        }
        if !service.is_constant() {
            return None;
        }
        let queue = ConstantQueue::new(workers, peak, service.mean_ms())?;
        Some(WaitingFormula {
            name: "M/D/c",
            waiting_share: queue.waiting_share(),
            mean_wait_ms: queue.mean_wait_ms(),
            p99_wait_ms: queue.wait_quantile_ms(0.99),
        })
    }
}
