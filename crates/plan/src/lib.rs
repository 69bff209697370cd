//! Capacity planning for integrations of mParticle Firehose, on AWS Lambda or on an HTTP host: how
//! many executions are needed, what happens at the ceiling and in a burst, how long calls take, and
//! what they cost.
//!
//! - Formulas: [`little`], [`erlang_b`], [`erlang_c`], [`ExponentialQueue`] (M/M/c),
//!   [`ConstantQueue`] (M/D/c).
//! - Simulations: [`Lambda`], which refuses calls that the [`Sender`] repeats, and [`Workers`] with a
//!   queue.
//! - Forecasts: [`LambdaPlan`] and [`HostPlan`] answer everything at once, [`QuotaRequest`] is the
//!   text of the request for a higher limit.
//!
//! `hydrant plan` of the program `hydrant` prints the forecasts. This documentation cites sections
//! of [the protocol].
//!
//! Times are in milliseconds, rates per second, and shares from 0 to 1. The package has no clock and
//! does no input or output: the same arguments with the same seed give the same results.
//!
//! ```
//! use hydrant_plan::{Durations, Lambda, Sender, ServiceTime, erlang_b, little};
//!
//! // 450 requests per second of 200 ms need 90 executions in the mean.
//! assert_eq!(little(450.0, 200.0), 90.0);
//! // With a ceiling of 100, 2.7 % of the first attempts are refused if nothing is repeated,
//! assert!((erlang_b(100, 90.0) - 0.027).abs() < 0.0005);
//! // and several times as many because the sender repeats refused calls.
//! let service = ServiceTime::new(Durations::new(200.0, 1.0)?);
//! let steady = Lambda::new(100)?.steady(450.0, &service, &Sender::default(), 1);
//! assert!(steady.refused_first > 0.06);
//! # Ok::<(), hydrant_plan::InvalidInput>(())
//! ```
//!
//! [the protocol]: https://github.com/hydrant-rs/hydrant/tree/main/docs/protocol

mod arrivals;
mod cost;
mod durations;
mod erlang;
mod error;
mod forecast;
mod host;
mod lambda;
mod queue;
mod quota;
mod sender;
mod statistics;
mod workers;
mod workload;

pub use cost::{Architecture, ONE_VCPU_MB, Prices, cpu_share};
pub use durations::{Durations, EventCounts, ServiceTime};
pub use erlang::{concurrency_quantile, erlang_b, erlang_c, little, servers_for};
pub use error::InvalidInput;
pub use forecast::{LAMBDA_GOAL_MS, LambdaForecast, LambdaPlan, MOST_USED, MemorySize, RatePoint};
pub use host::{HTTP_GOAL_MS, HostForecast, HostPlan, WaitingFormula};
pub use lambda::{Burst, Lambda, REQUESTS_PER_ENVIRONMENT, Refusals, Steady};
pub use queue::{ConstantQueue, ExponentialQueue};
pub use quota::{LEAST_PUBLISHED, QuotaRequest};
pub use sender::Sender;
pub use statistics::{OverTime, Percentiles};
pub use workers::{Waiting, WaitingBurst, Workers};
pub use workload::Workload;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
