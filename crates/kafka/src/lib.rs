//! Delivery to Apache Kafka: [`KafkaSink`] is a [`Sink`](hydrant::delivery::Sink) for a topic. It
//! makes one attempt per call; batching, back-off and limits are those of `hydrant-runtime`.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//! use hydrant::delivery::{OutgoingRecord, Sink};
//! use hydrant_kafka::{KafkaAccess, KafkaConfig, KafkaSink, Mechanism};
//!
//! # async fn deliver() -> Result<(), Box<dyn std::error::Error>> {
//! let access = KafkaAccess::new("b-1.example.com:9094,b-2.example.com:9094")
//!     .with_login("events", std::env::var("KAFKA_PASSWORD")?)
//!     .with_mechanism(Mechanism::ScramSha512);
//! let sink = KafkaSink::new(KafkaConfig::new(access, "events"))?;
//!
//! let deadline = Instant::now() + Duration::from_secs(10);
//! if let Err(fate) = sink.check(deadline).await {
//!     eprintln!("the topic cannot be used: {fate}");
//! }
//! let record = OutgoingRecord::new("{}").with_key("-42");
//! let fates = sink.deliver(&[record], deadline).await;
//! assert!(fates[0].is_delivered());
//! sink.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! The client is librdkafka, which the build compiles with a C compiler and make. The connection is
//! always TLS. The feature `vendored-openssl`, on by default, compiles and links OpenSSL statically;
//! without it, the OpenSSL of the system is linked.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod access;
mod check;
mod classify;
mod config;
mod consumer;
mod producer;
mod sink;

pub use access::{KafkaAccess, Mechanism};
pub use config::{Compression, ConfigError, KafkaConfig};
pub use consumer::{KafkaSource, KafkaSourceConfig};
pub use sink::KafkaSink;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
