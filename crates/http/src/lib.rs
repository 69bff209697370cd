//! Delivery to the HTTP API of a partner. [`HttpSink`] is a
//! [`Sink`](hydrant::delivery::Sink) that makes one attempt per call; retries, order and back-off
//! are those of `hydrant-runtime`.
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::{Duration, Instant};
//! use hydrant::delivery::{OutgoingRecord, RecordAccount, Sink};
//! use hydrant_http::{Authentication, Compression, HttpConfig, HttpSink, Secret};
//!
//! # async fn deliver() -> Result<(), Box<dyn std::error::Error>> {
//! let config = HttpConfig::new("https://api.example.com/v1/{workspace}/events")
//!     .with_compression(Compression::Gzip)
//!     .with_authentication(Authentication::Bearer(Secret::setting("api_key")));
//! let sink = HttpSink::new(config)?;
//!
//! let account = Arc::new(RecordAccount::new(7, [("workspace", "acme"), ("api_key", "secret")]));
//! let record = OutgoingRecord::new(r#"{"event":"signed up"}"#).with_account(account);
//! let fates = sink.deliver(&[record], Instant::now() + Duration::from_secs(10)).await;
//! assert!(fates[0].is_delivered());
//! # Ok(())
//! # }
//! ```
//!
//! # Settings of customers
//!
//! Settings come from customers, so they cannot change where a request goes. In the path and the
//! query they are percent-encoded; in the host they are a part of a label below a fixed domain; in
//! a header they are printable ASCII. A setting that is missing or does not fit halts the delivery
//! of that account.
//!
//! Hosts with addresses that are not public are refused, also after redirects and after names are
//! resolved, unless [`with_allow_private_addresses`](HttpConfig::with_allow_private_addresses) is
//! set. Proxies of the environment are not used, because they would resolve names themselves.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod classify;
pub mod client;
mod config;
mod failure;
mod request;
mod retry_after;
mod sink;
mod template;

pub use config::{
    Authentication, Batching, Compression, ConfigError, HttpConfig, Method, RecordErrors, Secret,
    Signature,
};
pub use sink::HttpSink;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
