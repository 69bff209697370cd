//! Hostile input: the result is an error or is correct, there is no crash, and run time is linear
//! in the size of the input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod check;
mod growth;
mod kinds;
mod limits;
mod mutations;
