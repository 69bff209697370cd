//! Help for the tests of mParticle Firehose integrations: [`generate`] makes messages, realistic or hostile, from a seed.

pub mod generate;
