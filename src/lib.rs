//! An engine for mParticle Firehose event batches.

pub mod error;
pub mod generate;
pub mod hash;
pub mod input;
pub mod message;
mod normalize;
pub mod parse;
pub mod write;

pub use error::{Error, ErrorKind, Location};
pub use normalize::normalize;
pub use parse::{ParseOptions, Parsed, Scratch, Tally, parse};
