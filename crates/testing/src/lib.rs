//! Test kit for mParticle Firehose integrations: [`generate`] generates realistic or hostile
//! messages from a seed.

pub mod generate;
