//! Drives the delivery of [hydrant](https://docs.rs/hydrant) on tokio.
//!
//! - [`Pipeline`]: batches, order, retries and back-pressure over any [`Sink`](hydrant::delivery::Sink)
//! - [`DeadLetters`]: where dead letters are stored: [`FileDeadLetters`] in local files,
//!   [`SinkDeadLetters`] in any target of records
//! - [`Processing`]: one message from its bytes to the answer, for hosts
//! - [`DynSink`]: a sink that is chosen at run time
//! - [`source`]: what sources of records have in common

mod dead_letters;
mod dynamic;
mod pipeline;
mod processing;
pub mod source;

pub use dead_letters::{
    DeadLetterError, DeadLetters, Erased, FileDeadLetters, FileOptions, FileStats, LetterId,
    SinkDeadLetters,
};
pub use dynamic::DynSink;
pub use pipeline::{Lane, Pipeline, PipelineOptions, Receipt};
pub use processing::{Buffers, Ended, Processing, Targets};

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
