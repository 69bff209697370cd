//! Tests of the kit: builders, harness, assertions, sink and sender.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod assertions;
mod builders;
mod harness;
mod module;
mod sender;
