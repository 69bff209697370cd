//! An engine for mParticle Firehose event batches.

pub mod dispatch;
pub mod error;
pub mod generate;
pub mod hash;
pub mod input;
pub mod message;
mod normalize;
pub mod parse;
pub mod processor;
pub mod validate;
pub mod write;

pub use dispatch::{Engine, EventCounts, FIREHOSE_VERSION, Order, Output, Verdict, pipeline};
pub use error::{Error, ErrorKind, Location};
pub use normalize::normalize;
pub use parse::{ParseOptions, Parsed, Scratch, Tally, parse};
pub use processor::{
    Attribute, Context, EventContext, Failure, Handled, Invocation, Outcome, OutcomeCounts,
    Processor, Record, Records,
};
