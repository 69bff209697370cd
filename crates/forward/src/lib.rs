//! The ready-made forwarder: Firehose messages in, records to Amazon Data Firehose, Apache Kafka or
//! an HTTP API out, as a configuration says.
//!
//! - [`config`]: settings from a file, the environment and the command line
//! - [`Mapping`]: the records of a message, for one connection
//! - [`AcknowledgeFirst`]: stores a message durably before it is processed
//! - [`Forwarder`]: delivers records and decides which messages are settled
//! - [`ForwarderModule`]: the forwarder as a module, for hosts such as AWS Lambda
//! - [`Source`]: where stored messages are taken from to be processed
//!
//! ```text
//!  body ──► Mapping::map ──► Prepared ──► Forwarder::submit ──► Submission ──► settle ──► Settled
//!           Config ─────────────────────────┘   pipeline ──► sink        └──► dead letters
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod acknowledge;
#[cfg(feature = "aws")]
mod aws;
pub mod config;
mod connection;
mod dead_letters;
mod deduplication;
mod forwarder;
#[cfg(feature = "http")]
mod http;
mod identities;
#[cfg(feature = "kafka")]
mod kafka;
mod mapping;
mod module;
mod observed;
mod oversize;
mod parts;
mod raw;
mod redrive;
mod sent;
mod sink;
mod source;

pub use acknowledge::{AcknowledgeError, AcknowledgeFirst};
pub use connection::{ConnectionKind, RecordSettings};
pub use deduplication::{Deduplication, Fresh};
pub use forwarder::{Forwarder, Prepared, Settled, SourceLane, Submission};
pub use mapping::{MapError, MappedMessage, MappedRecord, Mapping};
pub use module::{ForwarderModule, registration};
pub use oversize::Oversize;
pub use parts::{deduplication_window, max_memory};
pub use redrive::Redriven;
pub use sink::{aws_policy, checked, sink};
pub use source::{Source, source_setting};

/// The text of an error with those of its causes, which its own text may leave out.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        next = cause.source();
    }
    text
}

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
