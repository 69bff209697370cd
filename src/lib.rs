//! An engine for mParticle Firehose event batches: bytes in, typed borrowed messages in an arena, one call of your code
//! per event, an answer and records out.
//!
//! A SaaS company that wants its customers' data implements a Firehose *module*: the platform calls it with JSON
//! messages. Implement [`Processor`], hand it to an [`Engine`], and give the engine each message:
//!
//! ```
//! use hydrant::message::{ModuleRegistrationResponse, ScreenViewEvent, Uuid};
//! use hydrant::{Engine, EventContext, Handled, Invocation, Processor};
//!
//! struct Module;
//!
//! impl Processor for Module {
//!     fn register(&self) -> ModuleRegistrationResponse<'_> {
//!         ModuleRegistrationResponse { name: Some("Acme"), version: Some("1.0"), ..Default::default() }
//!     }
//!     fn screen_view(&self, context: &mut EventContext<'_, '_>, event: &ScreenViewEvent<'_>) -> Handled {
//!         context.emit(event.screen_name.unwrap_or("?").as_bytes());
//!         Ok(())
//!     }
//! }
//!
//! let body = br#"{"type":"event_processing_request","events":[{"type":"screen_view","screen_name":"home"}]}"#;
//! let output = Engine::new(Module).process(body, &Invocation::new(1_714_592_744_066, Uuid([7; 16])))?;
//! assert_eq!(output.records().iter().next().unwrap().payload, b"home");
//! # Ok::<(), hydrant::Error>(())
//! ```
//!
//! The modules, in the order in which a message passes them:
//!
//! - [`input`]: limits and encodings
//! - [`parse`](mod@parse): bytes to messages
//! - [`schema`]: the declarations of the models
//! - [`message`]: the models
//! - [`registration`]: what your module says of itself, and its settings
//! - [`dispatch`]: the engine
//! - [`processor`]: the trait that you implement
//! - [`hash`](mod@hash): identities
//! - [`write`](mod@write): messages, errors and records to bytes
//! - [`validate`]: warnings beyond what delivery enforces
//! - [`host`]: time, identifiers and threads for hosts

pub mod dispatch;
pub mod error;
mod firehose;
pub mod hash;
pub mod host;
pub mod input;
pub mod message;
pub mod parse;
pub mod processor;
pub mod registration;
pub mod schema;
pub mod validate;
pub mod write;

pub use dispatch::{Engine, EventCounts, FIREHOSE_VERSION, Order, Output, Verdict};
pub use error::{Error, ErrorKind, Location};
pub use firehose::{normalize, parse};
pub use parse::{ParseOptions, Parsed, Scratch, Tally};
pub use processor::{
    Context, EventContext, Failure, Handled, Invocation, Outcome, OutcomeCounts, Processor, Record,
    Records,
};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// And so are those of the guide for hosts.
#[cfg(doctest)]
#[doc = include_str!("../docs/embedding.md")]
struct Embedding;
