//! Properties that hold for whatever comes, on inputs drawn by proptest: writing is a fixed point, threads change no
//! result, streams are cut where their lines end, values read back as they were.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod decimals;
mod instants;
mod lines;
mod order;
#[path = "../support/panics.rs"]
mod panics;
mod pipelines;
mod uuids;
mod writing;
