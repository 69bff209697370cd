//! Runs a [hydrant](https://docs.rs/hydrant) module as an AWS Lambda function.
//!
//! ```no_run
//! # use hydrant::{AsyncProcessor, Registration};
//! # struct Acme;
//! # impl AsyncProcessor for Acme {
//! #     type Batch = ();
//! #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
//! # }
//! fn main() -> Result<(), hydrant_lambda::Error> {
//!     hydrant_lambda::run(Acme)
//! }
//! ```
//!
//! - The body of an invocation is parsed where the HTTP client has received it, without a pass of
//!   serde and without a copy. Engine and buffers are kept between invocations.
//! - Requests of API Gateway (REST and HTTP APIs), function URLs and load balancers are recognized,
//!   and get a response with a status; other invocations get the response of the module itself.
//! - What cannot be answered, the deadline included, is an error of the function, so that the
//!   sender repeats the message. The response never acknowledges what failed.
//! - With less than two virtual CPUs everything runs on one thread. If Lambda sends several
//!   invocations to one environment at the same time (Lambda Managed Instances), they are handled
//!   concurrently.
//! - Log lines and CloudWatch metrics, both as JSON on the standard output, contain no identities,
//!   settings or tokens.
//!
//! [`Host`] has options: a [`Sink`](hydrant::delivery::Sink) for the records that handlers emit, a
//! destination of dead letters, the deadline margin, logs and metrics, a hook for the shutdown.
//! [`run_sqs`] is for functions that read from a queue.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod deadline;
mod function;
mod host;
mod http;
mod service;
#[cfg(feature = "graceful-shutdown")]
mod shutdown;
mod sqs;
mod telemetry;

pub use host::{Host, block_on, run, run_sqs};
pub use lambda_runtime::Error;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
