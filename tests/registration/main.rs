//! Registrations that are built and read, and settings that are described and read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod building;
mod round_trips;
mod settings;
#[path = "../support/mod.rs"]
mod support;
