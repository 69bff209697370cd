//! [`LambdaPlan`] and its [`LambdaForecast`]: all answers about a function on AWS Lambda.

use crate::arrivals::{QUICK, generator};
use crate::cost::{Architecture, Prices, cpu_share};
use crate::durations::ServiceTime;
use crate::erlang::{concurrency_quantile, erlang_b, little};
use crate::error::{InvalidInput, check};
use crate::lambda::{Burst, Lambda, Steady};
use crate::sender::Sender;
use crate::statistics::{OverTime, Percentiles};
use crate::workload::Workload;

/// The time in milliseconds that 99 % of the calls of a function must not exceed (lambda-and-http.md section 7).
pub const LAMBDA_GOAL_MS: f64 = 200.0;

/// The share of a ceiling that a plan uses at most (lambda-and-http.md section 6).
pub const MOST_USED: f64 = 0.7;

/// The memory sizes that are compared, in MB.
const MEMORY_SIZES: [u32; 9] = [128, 256, 512, 768, 1024, 1536, 1769, 2048, 3008];

/// The least memory size that is recommended, in MB: what the platform suggests (lambda-and-http.md section 6).
const LEAST_RECOMMENDED: u32 = 256;

/// Of sizes that cost at most so much more than the cheapest, the fastest is recommended.
const SAME_COST: f64 = 1.05;

/// The recommended size has a 99th percentile of at most this part of the goal, if one has.
const RESERVE: f64 = 0.9;

/// Service times that are drawn for the row of a memory size.
const DRAWN: usize = 100_000;

/// What is planned for a function on AWS Lambda.
///
/// ```
/// use hydrant_plan::{
///     Architecture, Durations, Lambda, LambdaPlan, Prices, ServiceTime, Workload,
/// };
///
/// let service = ServiceTime::new(Durations::new(40.0, 0.5)?);
/// let workload = Workload::new(500.0, service)?.peak(3.0, 60.0)?;
/// let plan = LambdaPlan::new(workload, Lambda::new(100)?)
///     .memory_mb(512)?
///     .prices(Prices::us_east_1(Architecture::Arm64));
/// let forecast = plan.forecast();
/// assert_eq!(forecast.concurrency.mean, 60.0);
/// assert!(forecast.burst.is_some());
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LambdaPlan {
    pub(crate) workload: Workload,
    pub(crate) lambda: Lambda,
    sender: Sender,
    pub(crate) memory_mb: u32,
    measured_mb: Option<u32>,
    prices: Prices,
    seed: u64,
}

/// The forecast for a function. Concurrency, refusals and latency are those of the peak rate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LambdaForecast {
    /// The concurrency that is needed: its mean by Little's law, and its percentiles if nothing
    /// limits it.
    pub concurrency: OverTime,
    /// The share of the ceiling that is left 99 % of the time; negative if the ceiling is exceeded.
    pub headroom: f64,
    /// The share of the requests that is refused by Erlang's formula B, if the only limit is the
    /// concurrency and nothing is repeated.
    pub erlang_b: f64,
    /// The simulation without repetitions.
    pub alone: Steady,
    /// The simulation with repetitions by the sender.
    pub repeated: Steady,
    /// The simulation of a peak; `None` if there are none.
    pub burst: Option<Burst>,
    /// The memory sizes, in ascending order.
    pub sizes: Vec<MemorySize>,
    /// The row of the planned memory size.
    pub planned: MemorySize,
    /// The row of the recommended memory size; `None` if no size reaches the goal.
    pub recommended: Option<MemorySize>,
}

/// A memory size and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MemorySize {
    /// The memory size in MB.
    pub memory_mb: u32,
    /// The mean service time in milliseconds, without cold starts.
    pub mean_ms: f64,
    /// The service time in milliseconds, without cold starts.
    pub service_ms: Percentiles,
    /// US dollars, or the currency of the prices, for a million events.
    pub cost_per_million_events: f64,
    /// The reserved concurrency that the peak needs: the most of (peak rate x 95th percentile of
    /// the service time) and the 99th percentile of the concurrency, by 70 %, and a tenth of the
    /// peak rate.
    pub reserved_concurrency: u32,
}

impl MemorySize {
    /// Whether 99 % of the calls take at most 200 ms.
    #[must_use]
    pub fn reaches_goal(&self) -> bool {
        self.service_ms.p99 <= LAMBDA_GOAL_MS
    }
}

/// One point of the curves against the arrival rate.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RatePoint {
    /// Requests per second.
    pub per_second: f64,
    /// The concurrency that is needed.
    pub concurrency: OverTime,
    /// The simulation with repetitions.
    pub repeated: Steady,
}

impl LambdaPlan {
    /// A function with this workload, with 1,024 MB, the default [`Sender`] and the default prices of
    /// x86_64.
    #[must_use]
    pub fn new(workload: Workload, lambda: Lambda) -> Self {
        Self {
            workload,
            lambda,
            sender: Sender::default(),
            memory_mb: 1024,
            measured_mb: None,
            prices: Prices::us_east_1(Architecture::X86_64),
            seed: 1,
        }
    }

    /// With refused calls that are repeated in this way.
    #[must_use]
    pub fn sender(self, sender: Sender) -> Self {
        Self { sender, ..self }
    }

    /// With this memory size in MB.
    ///
    /// # Errors
    ///
    /// If it is not from 128 to 10,240.
    pub fn memory_mb(self, memory_mb: u32) -> Result<Self, InvalidInput> {
        check("the memory size/MB", memory_mb.into(), 128.0, 10_240.0)?;
        Ok(Self { memory_mb, ..self })
    }

    /// With service times that were measured at this memory size in MB, instead of the planned one:
    /// 1,769 for those of a processor that the module did not share.
    ///
    /// # Errors
    ///
    /// If it is not from 128 to 10,240.
    pub fn measured_mb(self, memory_mb: u32) -> Result<Self, InvalidInput> {
        let name = "the memory size of the measurement/MB";
        check(name, memory_mb.into(), 128.0, 10_240.0)?;
        Ok(Self {
            measured_mb: Some(memory_mb),
            ..self
        })
    }

    /// With these prices.
    #[must_use]
    pub fn prices(self, prices: Prices) -> Self {
        Self { prices, ..self }
    }

    /// With this seed of the simulations. The same plan with the same seed gives the same forecast.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Computes and simulates everything.
    #[must_use]
    pub fn forecast(&self) -> LambdaForecast {
        let service = self.service_at(self.memory_mb);
        let (mean, peak) = (self.workload.per_second, self.workload.peak_per_second());
        let steady = |sender| self.lambda.steady(peak, &service, sender, self.seed);
        let (alone, repeated) = (steady(&Sender::WITHOUT_REPEATS), steady(&self.sender));
        let burst = self.workload.has_peaks().then(|| {
            let seconds = self.workload.burst_seconds;
            self.lambda
                .burst((mean, peak), seconds, &service, &self.sender, self.seed)
        });
        let mut sizes: Vec<MemorySize> = MEMORY_SIZES
            .into_iter()
            .filter(|size| *size != self.memory_mb)
            .map(|size| self.size(size, repeated.cold_starts))
            .collect();
        let planned = self.size(self.memory_mb, repeated.cold_starts);
        sizes.push(planned);
        sizes.sort_by_key(|size| size.memory_mb);
        let concurrency = concurrency(peak, service.mean_ms());
        LambdaForecast {
            concurrency,
            headroom: 1.0 - f64::from(concurrency.p99) / f64::from(self.lambda.ceiling),
            erlang_b: erlang_b(self.lambda.ceiling, concurrency.mean),
            alone,
            repeated,
            burst,
            recommended: recommended(&sizes),
            planned,
            sizes,
        }
    }

    /// Points of the curves against the arrival rate, up to a rate above that of the peak and, if
    /// it is not far away, above that which the ceiling permits.
    #[must_use]
    pub fn rates(&self, points: u32) -> Vec<RatePoint> {
        let service = self.service_at(self.memory_mb);
        let peak = self.workload.peak_per_second();
        let by_concurrency = f64::from(self.lambda.ceiling) * 1000.0 / service.mean_ms();
        let most = by_concurrency.min(self.lambda.request_rate) * 1.25;
        let most = most.clamp(1.25 * peak, 4.0 * peak);
        let rates = (1..=points).map(|point| most * f64::from(point) / f64::from(points));
        rates
            .map(|rate| RatePoint {
                per_second: rate,
                concurrency: concurrency(rate, service.mean_ms()),
                repeated: self
                    .lambda
                    .steady_for(QUICK, rate, &service, &self.sender, self.seed),
            })
            .collect()
    }

    /// The service time at a memory size.
    fn service_at(&self, memory_mb: u32) -> ServiceTime {
        let share = |memory: u32| cpu_share(memory.into());
        let slowdown = share(self.measured_mb.unwrap_or(self.memory_mb)) / share(memory_mb);
        self.workload.service.slowed(slowdown)
    }

    fn size(&self, memory_mb: u32, cold_starts: f64) -> MemorySize {
        let service = self.service_at(memory_mb);
        let mut random = generator(self.seed, 4);
        let mut times: Vec<f64> = (0..DRAWN).map(|_| service.draw(&mut random)).collect();
        // A call is billed by whole milliseconds; the start of an environment is billed, too.
        let billed = times.iter().map(|ms| ms.ceil()).sum::<f64>() / DRAWN as f64;
        let billed = billed + cold_starts * self.lambda.cold_start_ms;
        let unknown = Percentiles::constant(service.mean_ms());
        let service_ms = Percentiles::of(&mut times).unwrap_or(unknown);
        let peak = self.workload.peak_per_second();
        let reserved = [
            little(peak, service_ms.p95) / MOST_USED,
            f64::from(concurrency(peak, service.mean_ms()).p99) / MOST_USED,
            peak / crate::lambda::REQUESTS_PER_ENVIRONMENT,
        ];
        let events = service.events_per_request();
        MemorySize {
            memory_mb,
            mean_ms: service.mean_ms(),
            service_ms,
            cost_per_million_events: self.prices.per_million_events(
                memory_mb.into(),
                billed,
                events,
            ),
            reserved_concurrency: reserved.into_iter().fold(1.0, f64::max).ceil() as u32,
        }
    }
}

/// The concurrency if nothing limits it.
pub(crate) fn concurrency(per_second: f64, mean_ms: f64) -> OverTime {
    let mean = little(per_second, mean_ms);
    OverTime {
        mean,
        p95: concurrency_quantile(mean, 0.95),
        p99: concurrency_quantile(mean, 0.99),
    }
}

/// The cheapest size that reaches the goal, if possible with a reserve, or a faster one that costs
/// nearly the same.
fn recommended(sizes: &[MemorySize]) -> Option<MemorySize> {
    let cost = |size: &MemorySize| size.cost_per_million_events;
    [RESERVE * LAMBDA_GOAL_MS, LAMBDA_GOAL_MS]
        .into_iter()
        .find_map(|most| {
            let good = sizes
                .iter()
                .filter(|size| size.memory_mb >= LEAST_RECOMMENDED && size.service_ms.p99 <= most);
            let cheapest = good.clone().map(cost).min_by(f64::total_cmp)?;
            good.filter(|size| cost(size) <= cheapest * SAME_COST)
                .min_by(|a, b| {
                    let by_time = a.mean_ms.total_cmp(&b.mean_ms);
                    by_time.then(a.memory_mb.cmp(&b.memory_mb))
                })
                .copied()
        })
}
