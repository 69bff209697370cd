//! A function on AWS Lambda at its ceiling: refused calls are repeated by the sender. The options,
//! and the two questions that a simulation answers: a steady rate, and a burst.

mod simulation;

use crate::arrivals::{Phase, THOROUGH, horizon};
use crate::durations::ServiceTime;
use crate::erlang::{concurrency_quantile, little};
use crate::error::{InvalidInput, check};
use crate::sender::Sender;
use crate::statistics::{OverTime, Percentiles};
use simulation::{Observed, Simulation, Window};

/// A function on AWS Lambda with a ceiling of its concurrent executions.
///
/// A call is refused (status 429) if
/// - as many calls as the ceiling are in progress,
/// - more than ten requests per second and execution environment of the ceiling arrive, or
/// - it needs a new environment, and 1,000 were started in the last ten seconds.
///
/// A call that finds no idle environment starts a new one and takes longer by the cold start. The
/// environment that was used last is used first; one that is idle for `keep_warm` ends. AWS
/// documents the limits, but neither the order nor that time. Both quotas that refill are modelled
/// as token buckets: the environments as documented, 1,000 and 100 per second; the requests with
/// those of one second.
///
/// ```
/// use hydrant_plan::{Durations, Lambda, Sender, ServiceTime, erlang_b};
///
/// let service = ServiceTime::new(Durations::new(200.0, 1.0)?);
/// let lambda = Lambda::new(100)?;
/// let alone = lambda.steady(450.0, &service, &Sender::WITHOUT_REPEATS, 1);
/// assert!((alone.refused_first - erlang_b(100, 90.0)).abs() < 0.004);
/// let repeated = lambda.steady(450.0, &service, &Sender::default(), 1);
/// assert!(repeated.refused_first > 2.0 * alone.refused_first);
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lambda {
    pub(crate) ceiling: u32,
    /// Per second.
    pub(crate) request_rate: f64,
    pub(crate) cold_start_ms: f64,
    pub(crate) keep_warm_ms: f64,
    pub(crate) warm: Option<u32>,
}

/// Requests per second and execution environment that AWS Lambda accepts.
pub const REQUESTS_PER_ENVIRONMENT: f64 = 10.0;

/// Execution environments that a function may start at once.
const SCALING_AT_ONCE: f64 = 1000.0;

/// How many of them it gets back in a second: 1,000 in ten seconds.
const SCALING_PER_SECOND: f64 = 100.0;

impl Lambda {
    /// A function with this many concurrent executions: the reserved concurrency, or what the
    /// account has left for it. Cold starts take 100 ms, idle environments are kept for 300 s.
    ///
    /// # Errors
    ///
    /// If the number is not from 1 to 100,000.
    pub fn new(ceiling: u32) -> Result<Self, InvalidInput> {
        check("the ceiling", ceiling.into(), 1.0, 100_000.0)?;
        Ok(Self {
            ceiling,
            request_rate: f64::from(ceiling) * REQUESTS_PER_ENVIRONMENT,
            cold_start_ms: 100.0,
            keep_warm_ms: 300_000.0,
            warm: None,
        })
    }

    /// With this many requests per second and execution environment of the ceiling, instead of 10.
    ///
    /// # Errors
    ///
    /// If the number is not from 0.001 to a million.
    pub fn requests_per_environment(self, per_second: f64) -> Result<Self, InvalidInput> {
        check(
            "the number of requests per environment",
            per_second,
            0.001,
            1e6,
        )?;
        Ok(Self {
            request_rate: f64::from(self.ceiling) * per_second,
            ..self
        })
    }

    /// With cold starts of this many milliseconds, as the caller sees them.
    ///
    /// # Errors
    ///
    /// If the time is not from 0 to 60,000 ms.
    pub fn cold_start_ms(self, cold_start_ms: f64) -> Result<Self, InvalidInput> {
        check("the cold start/ms", cold_start_ms, 0.0, 60_000.0)?;
        Ok(Self {
            cold_start_ms,
            ..self
        })
    }

    /// With idle environments that end after this many seconds.
    ///
    /// # Errors
    ///
    /// If the time is not from 0 to 86,400 s.
    pub fn keep_warm_seconds(self, seconds: f64) -> Result<Self, InvalidInput> {
        check("the time environments are kept/s", seconds, 0.0, 86_400.0)?;
        Ok(Self {
            keep_warm_ms: seconds * 1000.0,
            ..self
        })
    }

    /// With this many environments at the start, idle, as provisioned concurrency has them. By
    /// default there are as many as the rate at the start needs 99.9 % of the time.
    ///
    /// # Errors
    ///
    /// If there are more than the ceiling.
    pub fn warm(self, environments: u32) -> Result<Self, InvalidInput> {
        let most = self.ceiling.into();
        check(
            "the number of warm environments",
            environments.into(),
            0.0,
            most,
        )?;
        Ok(Self {
            warm: Some(environments),
            ..self
        })
    }

    /// The ceiling of concurrent executions.
    #[must_use]
    pub fn ceiling(&self) -> u32 {
        self.ceiling
    }

    /// The requests per second that are accepted at most.
    #[must_use]
    pub fn request_rate(&self) -> f64 {
        self.request_rate
    }

    /// Simulates a rate of arrivals, in requests per second, that does not change. The rate must be
    /// above 0.
    #[must_use]
    pub fn steady(
        &self,
        per_second: f64,
        service: &ServiceTime,
        sender: &Sender,
        seed: u64,
    ) -> Steady {
        self.steady_for(THOROUGH, per_second, service, sender, seed)
    }

    /// The same with at least this many requests.
    pub(crate) fn steady_for(
        &self,
        requests: f64,
        per_second: f64,
        service: &ServiceTime,
        sender: &Sender,
        seed: u64,
    ) -> Steady {
        let load = little(per_second, service.mean_ms());
        let ceiling = f64::from(self.ceiling);
        let is_near = load > 0.8 * ceiling || per_second > 0.8 * self.request_rate;
        let memory = if is_near { sender.patience_ms() } else { 0.0 };
        // Each request then has many attempts.
        let is_over = load > ceiling || per_second > self.request_rate;
        let (mut before, mut observed) = horizon(per_second, service.mean_ms(), memory, requests);
        if is_over {
            observed = requests / 5.0 * 1000.0 / per_second;
            before = before.min(10.0 * observed);
        }
        let window = Window {
            from_ms: before,
            to_ms: before + observed,
        };
        let phases = vec![Phase::endless(per_second)];
        let warm = self.warm_at(load);
        let simulation = Simulation::new(self, service, sender, phases, warm, seed);
        Steady::of(simulation.run(window))
    }

    /// Simulates a burst: the first rate for a while, the second for `seconds`, and the first again
    /// until every request of the burst is answered or given up. Rates are in requests per second
    /// and above 0.
    #[must_use]
    pub fn burst(
        &self,
        (mean, peak): (f64, f64),
        seconds: f64,
        service: &ServiceTime,
        sender: &Sender,
        seed: u64,
    ) -> Burst {
        let load = little(mean, service.mean_ms());
        // Until the mean rate has its concurrency.
        let before = 20.0 * service.mean_ms() + 1000.0;
        let window = Window {
            from_ms: before,
            to_ms: before + seconds * 1000.0,
        };
        let phase = |ms, per_second| Phase { ms, per_second };
        let phases = vec![
            phase(before, mean),
            phase(seconds * 1000.0, peak),
            Phase::endless(mean),
        ];
        let warm = self.warm_at(load);
        let observed = Simulation::new(self, service, sender, phases, warm, seed).run(window);
        Burst {
            backlog: observed.backlog,
            drained_seconds: (observed.drained_ms - window.to_ms).max(0.0) / 1000.0,
            cold_starts: observed.cold_starts,
            cause: Refusals::of(&observed),
            steady: Steady::of(observed),
        }
    }

    fn warm_at(&self, load: f64) -> u32 {
        let by_load = || concurrency_quantile(load, 0.999);
        self.warm.unwrap_or_else(by_load).min(self.ceiling)
    }
}

/// The shares of the first attempts that were refused, by their cause.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Refusals {
    /// All executions were in use.
    pub concurrency: f64,
    /// Too many requests per second.
    pub request_rate: f64,
    /// Too many new environments in ten seconds.
    pub scaling: f64,
}

impl Refusals {
    fn of(observed: &Observed) -> Self {
        let [concurrency, request_rate, scaling] = observed
            .refused_first
            .map(|count| share(count, observed.requests));
        Self {
            concurrency,
            request_rate,
            scaling,
        }
    }
}

/// What was observed at a steady rate, or for the requests of a burst.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Steady {
    /// The share of the requests whose first attempt was refused.
    pub refused_first: f64,
    /// The same by cause.
    pub refused_by: Refusals,
    /// The share of all attempts that were refused, repetitions included.
    pub refused_attempts: f64,
    /// Refused attempts per second.
    pub refusals_per_second: f64,
    /// The share of the requests that the sender gave up after its last attempt.
    pub given_up: f64,
    /// The share of the accepted calls that started an environment.
    pub cold_starts: f64,
    /// Executions in progress.
    pub in_use: OverTime,
    /// The duration of accepted calls in milliseconds, cold starts included; `None` if none was
    /// accepted.
    pub duration_ms: Option<Percentiles>,
    /// The time from the first attempt to the answer in milliseconds, of the requests that got one.
    pub answered_ms: Option<Percentiles>,
}

impl Steady {
    fn of(mut observed: Observed) -> Self {
        let refused_by = Refusals::of(&observed);
        Self {
            refused_first: share(observed.refused_first.iter().sum(), observed.requests),
            refused_by,
            refused_attempts: share(observed.refused, observed.attempts),
            refusals_per_second: observed.refused as f64 * 1000.0 / observed.observed_ms,
            given_up: share(observed.given_up, observed.requests),
            cold_starts: share(observed.cold_starts, observed.durations_ms.len() as u64),
            in_use: observed.in_use.summary(),
            duration_ms: Percentiles::of(&mut observed.durations_ms),
            answered_ms: Percentiles::of(&mut observed.answered_ms),
        }
    }
}

/// What was observed in a burst.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Burst {
    /// Requests that waited for their repetition when the burst ended.
    pub backlog: u32,
    /// How long after the end of the burst its last request was answered or given up, if it had
    /// been refused; in seconds.
    pub drained_seconds: f64,
    /// Environments that requests of the burst started.
    pub cold_starts: u64,
    /// The shares of the first attempts that were refused, by their cause.
    pub cause: Refusals,
    /// The requests that arrived in the burst.
    pub steady: Steady,
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}
