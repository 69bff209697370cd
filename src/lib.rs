//! An engine for mParticle Firehose event batches.

pub mod generate;
pub mod hash;
pub mod message;
