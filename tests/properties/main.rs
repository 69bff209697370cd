//! Property tests with proptest: writing is a fixed point, results do not depend on the number of
//! threads, and values survive a round trip.
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
