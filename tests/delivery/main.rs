//! The machinery of delivery: the scheduler under faults of every kind on a simulated clock, the
//! format of dead letters, and the window of identifiers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod dead_letters;
mod lanes;
mod pauses;
mod scheduler;
mod simulation;
mod window;
