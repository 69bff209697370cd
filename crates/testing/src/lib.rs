//! Test kit for mParticle Firehose integrations: [`generate`] makes messages, realistic or hostile,
//! from a seed.

pub mod generate;
