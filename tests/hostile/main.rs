//! Hostile input: whatever comes in, the answer is an error or a right result, never a crash, and in time that grows with
//! the size of the input and not faster.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod growth;
mod judge;
mod kinds;
mod limits;
mod mutations;
