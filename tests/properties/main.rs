//! Properties that hold for any input, on inputs drawn by proptest: writing is a fixed point, the number of threads does not
//! change a result, and values read back as they were.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod decimals;
mod instants;
mod order;
#[path = "../support/panics.rs"]
mod panics;
mod uuids;
mod writing;
