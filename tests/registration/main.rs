//! Building and loading registrations, and describing and reading settings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod building;
mod declared;
#[cfg(feature = "derive")]
mod derived;
mod published;
mod round_trips;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod typed;
