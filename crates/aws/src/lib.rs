//! Delivery to Amazon: [`FirehoseSink`] sends records to Amazon Data Firehose, and [`SqsQueue`]
//! stores records in Amazon SQS, such as dead letters and whole messages. Both are a
//! [`Sink`](hydrant::delivery::Sink), and make one attempt per call: retries, order and back-off are
//! those of `hydrant-runtime`, and the retries of the AWS SDK are switched off. [`SqsSource`] processes
//! the messages of a queue.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//! use hydrant::delivery::{OutgoingRecord, Sink};
//! use hydrant_aws::{AwsAccess, FirehoseConfig, FirehoseSink};
//!
//! # async fn deliver() -> Result<(), Box<dyn std::error::Error>> {
//! let access = AwsAccess::new().with_region("eu-west-1");
//! let config = FirehoseConfig::new("events").with_access(access).with_record_delimiter("\n");
//! let sink = FirehoseSink::connect(&config).await?;
//!
//! let deadline = Instant::now() + Duration::from_secs(10);
//! if let Err(fate) = sink.check(deadline).await {
//!     eprintln!("the delivery stream cannot be used: {fate:?}");
//! }
//! let fates = sink.deliver(&[OutgoingRecord::new("{}")], deadline).await;
//! assert!(fates[0].is_delivered());
//! # Ok(())
//! # }
//! ```
//!
//! Credentials are an access key in [`AwsAccess`], or the standard chain of the AWS SDKs:
//! environment, profiles, web identity, containers, instances. Single sign-on and external
//! credential processes are not part of it. [`iam_policy`] writes the policy that the user or the
//! role needs.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod classify;
mod client;
mod config;
mod firehose;
mod policy;
mod source;
mod sqs;

pub use config::{AwsAccess, ConfigError, FirehoseConfig, SqsConfig};
pub use firehose::FirehoseSink;
pub use policy::{QueueUse, iam_policy};
pub use source::{SqsSource, SqsSourceConfig};
pub use sqs::{ReceivedMessage, SqsQueue};

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
