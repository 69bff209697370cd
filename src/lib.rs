//! An engine and SDK for mParticle Firehose integrations. It parses JSON messages into typed values
//! that borrow from the input, calls your handlers, and writes the response. By default the
//! response never acknowledges an event that failed.
//!
//! A company that receives its customers' data from mParticle implements a Firehose *module*, which
//! the platform calls with JSON messages. Implement [`AsyncProcessor`] if your handlers await a
//! reply, or [`Processor`] if they compute and emit records, create an [`Engine`] from it, and pass
//! each message to the engine:
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
//! The names that most programs need are in the crate root. All others are in these modules:
//!
//! - [`message`]: the models of the messages, and lookups on them
//! - [`registration`]: the description of a module, its requests and its settings
//! - [`engine`]: outcomes, records, policies and the observer of the [`Engine`]
//! - [`hash`](mod@hash): hashing of identities
//! - [`outgoing`]: the event batches that raw-data outputs such as Kafka receive, made of Firehose
//!   messages
//! - [`write`](mod@write): serialization of messages, errors and records
//! - [`delivery`]: delivery of records: sinks and the decisions that they share
//! - [`outgoing`]: data as the platform delivers it: audience records
//! - [`json`]: JSON that is inside a field as text
//! - [`wrapper`]: messages inside events of API Gateway, SQS, Kinesis and others
//! - [`validate`]: checks beyond those of parsing
//! - [`schema`]: the declarations of the models
//! - [`host`]: modules, time, identifiers and threads for hosts
//!
//! The [guide](mod@guide) explains how to write, test and operate a module.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod delivery;
mod dispatch;
mod error;
mod firehose;
pub mod hash;
pub mod host;
mod input;
#[doc(hidden)]
pub mod internals;
pub mod json;
pub mod message;
pub mod outgoing;
mod parse;
mod processor;
pub mod registration;
pub mod schema;
pub mod validate;
pub mod wrapper;
pub mod write;

/// What belongs to the [`Engine`] and its handlers and is not in the crate root: outcomes, records,
/// policies, the observer, and requests of limited size.
pub mod engine {
    pub use crate::dispatch::{MODULE_RULES, Observer, RejectPolicy, Report, SettingErrorPolicy};
    pub use crate::processor::{
        EventCounts, Events, FailureKind, Merge, OutcomeCounts, Record, Records, RecordsIter,
        Subject, SubscriptionReply, split_requests,
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

/// The guide: how to write, test and operate a module. It is also built as a book from
/// `docs/guide`, whose examples are tests.
///
/// - [Getting started](guide::getting_started): from an empty package to a first event in a test
/// - [Porting from the Java SDK](guide::porting): which class and method becomes what
/// - [Errors and verdicts](guide::errors): retry, discard, reject, and what the sender gets
/// - [Identities and hashing](guide::identities): fall-back chains, digests, ad platforms, consent
/// - [Testing](guide::testing): harness, builders, faults, sender, snapshots
/// - [Send, record and compare](guide::sending): the platform for tests; traffic that is recorded, played and compared
/// - [Going live](guide::going_live): registration, permissions, deployment, monitoring
/// - [Forwarding](guide::forwarding): to Amazon Data Firehose or an HTTP API, without a module
/// - [AWS Lambda](guide::lambda): a module as a function: answers, deadlines, queues, metrics
/// - [HTTP](guide::http): a module as an HTTP host: statuses, tokens, limits, the end
/// - [Console](guide::console): a page that shows messages and what is wrong with them
/// - [Capacity](guide::capacity): executions, throttling, latency and cost, before going live
pub mod guide {
    /// Declares a page. Its links to other pages are relative paths in the book. The definitions
    /// before the text take precedence here.
    macro_rules! pages {
        ($($page:ident $file:literal;)*) => {$(
            #[doc = "\
[getting-started]: crate::guide::getting_started\n\
[porting]: crate::guide::porting\n\
[errors]: crate::guide::errors\n\
[identities]: crate::guide::identities\n\
[testing]: crate::guide::testing\n\
[sending]: crate::guide::sending\n\
[going-live]: crate::guide::going_live\n\
[forwarding]: crate::guide::forwarding\n\
[kafka]: crate::guide::kafka\n\
[lambda]: crate::guide::lambda\n\
[http]: crate::guide::http\n\
[console]: crate::guide::console\n\
[capacity]: crate::guide::capacity\n"]
            #[doc = include_str!(concat!("../docs/guide/", $file))]
            pub mod $page {}
        )*};
    }

    pages! {
        getting_started "getting-started.md";
        porting "porting.md";
        errors "errors.md";
        identities "identities.md";
        testing "testing.md";
        sending "sending.md";
        going_live "going-live.md";
        forwarding "forwarding.md";
        kafka "kafka.md";
        lambda "lambda.md";
        http "http.md";
        console "console.md";
        capacity "capacity.md";
    }
}

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// So are those of the guide for hosts.
#[cfg(doctest)]
#[doc = include_str!("../docs/embedding.md")]
struct Embedding;
