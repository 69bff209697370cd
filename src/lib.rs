//! An engine and SDK for mParticle Firehose integrations. It parses JSON messages into typed values that borrow from
//! the input, calls your handlers, and writes the answer, which by default acknowledges nothing that failed.
//!
//! A SaaS company that wants its customers' data implements a Firehose *module*: the platform calls it with JSON messages.
//! Implement [`AsyncProcessor`] if your handlers await a reply, or [`Processor`] if they compute and emit records; hand it
//! to an [`Engine`], and give the engine each message:
//!
//! ```
//! use hydrant::message::{EventType, ScreenViewEvent, Uuid};
//! use hydrant::{Call, Engine, Failure, Invocation, Processor, Registration, ResultExt};
//!
//! struct Module;
//!
//! impl Processor for Module {
//!     type Batch = ();
//!
//!     fn registration(&self) -> Registration {
//!         Registration::new("Acme", "1.0").events([EventType::ScreenView])
//!     }
//!     fn screen_view(&self, call: &mut Call<'_>, _: &mut (), event: &ScreenViewEvent<'_>) -> Result<(), Failure> {
//!         call.emit(event.screen_name.or_discard("no name")?.as_bytes());
//!         Ok(())
//!     }
//! }
//!
//! let body = br#"{"type":"event_processing_request","events":[{"type":"screen_view","screen_name":"home"}]}"#;
//! let engine = Engine::new(Module);
//! let pending = engine.process(body, &Invocation::new(1_714_592_744_066, Uuid([7; 16])))?;
//! assert_eq!(pending.output().records().iter().next().unwrap().payload, b"home");
//! assert!(!pending.finish().response().is_empty());
//! # Ok::<(), hydrant::Error>(())
//! ```
//!
//! The names that most programs need are at the root. Everything else is in one of these modules:
//!
//! - [`message`]: the models of the messages, and lookups on them
//! - [`registration`]: what a module is and asks for, and its settings
//! - [`engine`]: outcomes, records, policies and the observer of the [`Engine`]
//! - [`hash`](mod@hash): identities
//! - [`write`](mod@write): messages, errors and records to bytes
//! - [`wrapper`]: messages in events of API Gateway, SQS, Kinesis and others
//! - [`validate`]: findings beyond what delivery enforces
//! - [`schema`]: the declarations of the models
//! - [`host`]: time, identifiers and threads for hosts

#![cfg_attr(docsrs, feature(doc_cfg))]

mod dispatch;
mod error;
mod firehose;
pub mod hash;
pub mod host;
mod input;
#[doc(hidden)]
pub mod internals;
pub mod message;
mod parse;
mod processor;
pub mod registration;
pub mod schema;
pub mod validate;
pub mod wrapper;
pub mod write;

/// Outcomes, records, policies and the observer of the [`Engine`], as far as they are not at the root.
pub mod engine {
    pub use crate::dispatch::{MODULE_RULES, Observer, RejectPolicy, Report, SettingErrorPolicy};
    pub use crate::processor::{
        EventCounts, Events, FailureKind, Merge, OutcomeCounts, Record, Records, RecordsIter,
        Subject, SubscriptionReply,
    };
}

pub use dispatch::{Engine, Pending};
pub use error::{Error, ErrorKind, Location};
pub use firehose::{normalize, parse};
pub use parse::{ParseOptions, Parsed, Scratch, Tally};
pub use processor::{
    AsyncProcessor, Call, Failure, Invocation, Outcome, Output, Processor, ResultExt, Verdict,
};
pub use registration::Registration;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// And so are those of the guide for hosts.
#[cfg(doctest)]
#[doc = include_str!("../docs/embedding.md")]
struct Embedding;
