//! Test kit for mParticle Firehose integrations that use [hydrant](https://docs.rs/hydrant).
//!
//! - [`build`]: builders of all messages a module receives, as JSON
//! - [`Harness`]: passes messages to a module, and returns a [`Run`] with assertions
//! - [`MemorySink`]: a target of records in memory, which fails as a test specifies or at random
//! - [`assert_sink`]: what every sink does when its target fails
//! - [`sender`]: a sender that repeats messages as the real one does
//! - [`generate`]: realistic or hostile messages from a seed
//! - `http_server` (feature `http-server`): a local HTTP server that fails as a test specifies
//!
//! A module, and its test:
//!
//! ```
//! use hydrant::message::{CustomEvent, EventType};
//! use hydrant::{Call, Failure, Processor, Registration, ResultExt};
//!
//! struct Acme;
//!
//! impl Processor for Acme {
//!     type Batch = ();
//!     fn registration(&self) -> Registration {
//!         Registration::new("Acme", "1.0").events([EventType::CustomEvent])
//!     }
//!     fn custom_event(&self, call: &mut Call<'_>, (): &mut (), event: &CustomEvent<'_>) -> Result<(), Failure> {
//!         let plan = event.attributes.get("plan").or_discard("no plan")?;
//!         call.emit_json(|json| json.text_field("plan", plan));
//!         Ok(())
//!     }
//! }
//!
//! // #[test]
//! fn only_events_with_a_plan_are_forwarded() {
//!     use hydrant_testing::Harness;
//!     use hydrant_testing::build::*;
//!
//!     let batch = Batch::new()
//!         .email("ada@example.com")
//!         .event(custom_event("signed up").attribute("plan", "gold"))
//!         .event(custom_event("signed in"));
//!     Harness::new(Acme).process(batch)
//!         .assert_answered()
//!         .assert_outcomes(["done", "discarded: no plan"])
//!         .assert_records([r#"{"plan":"gold"}"#]);
//! }
//! # only_events_with_a_plan_are_forwarded();
//! ```
//!
//! Time and identifiers are fixed: a message has the time [`build::NOW_MS`], and the engine gets
//! the same. So the [`snapshot`](Run::snapshot) of a run never changes by itself.
//!
//! Without the feature `kit`, which is on by default, there is only `generate`, and no dependency.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod generate;
#[cfg(feature = "http-server")]
pub mod http_server;

#[cfg(feature = "kit")]
mod block_on;
#[cfg(feature = "kit")]
pub mod build;
#[cfg(feature = "kit")]
mod compare;
#[cfg(feature = "kit")]
mod harness;
#[cfg(feature = "kit")]
mod run;
#[cfg(feature = "kit")]
pub mod sender;
#[cfg(feature = "kit")]
mod sink;

#[cfg(feature = "kit")]
pub use block_on::block_on;
#[cfg(feature = "kit")]
pub use harness::Harness;
#[cfg(feature = "kit")]
pub use run::{ExpectedRecord, Run};
#[cfg(feature = "kit")]
pub use serde_json::{Value, json};
#[cfg(feature = "kit")]
pub use sink::{Fault, MemorySink, SinkRecord, Target, TargetFault, assert_sink};

/// The examples of the README are tests.
#[cfg(all(doctest, feature = "kit"))]
#[doc = include_str!("../README.md")]
struct Readme;
