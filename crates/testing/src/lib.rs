//! Test kit for mParticle Firehose integrations: [`generate`] generates realistic or hostile
//! messages from a seed.

pub mod generate;

/// The example of the README is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
