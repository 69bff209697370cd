//! Tests of `hydrant forward` and of the commands around it from the outside, against local servers
//! that fail: what is delivered, what becomes a dead letter, what a crash loses (nothing) and
//! repeats.
//!
//! `FAULT_SEED` selects the random choices of [`crashes`]; `scripts/faults` repeats it with others.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[cfg(all(feature = "http", feature = "kafka"))]
mod acknowledge;
#[cfg(all(feature = "aws", feature = "http"))]
mod audience;
#[cfg(feature = "kafka")]
#[allow(dead_code, reason = "it is for other packages, too")]
#[path = "../../../../tests/servers/kafka/broker.rs"]
mod broker;
#[cfg(feature = "http")]
mod checkpoint;
#[cfg(all(feature = "http", feature = "kafka"))]
mod consume;
#[cfg(feature = "http")]
mod crashes;
#[cfg(feature = "http")]
mod deduplication;
#[cfg(all(feature = "aws", feature = "http"))]
#[path = "../../../aws/tests/emulator/mod.rs"]
mod emulator;
#[cfg(all(feature = "aws", feature = "http"))]
#[path = "../../../aws/tests/emulator/fifo.rs"]
mod fifo;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
mod interrupts;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "http")]
mod letters;
#[cfg(all(feature = "http", feature = "kafka", target_os = "linux"))]
mod long_run;
mod map;
#[cfg(all(feature = "http", any(feature = "aws", feature = "kafka")))]
#[allow(dead_code, reason = "each feature needs other parts")]
mod member;
#[cfg(all(feature = "http", target_os = "linux"))]
mod memory;
#[cfg(all(feature = "aws", feature = "http"))]
mod moto;
mod policy;
#[cfg(all(feature = "aws", feature = "http"))]
mod queue;
#[cfg(feature = "http")]
mod redrive;
mod settings;
#[allow(dead_code, reason = "each feature needs other parts")]
mod support;
#[allow(dead_code, reason = "each feature needs other parts")]
mod target;
