//! The engine from the side of a module: which handlers are called with what and when, what happens to failures and
//! panics, and how the sender is answered (sections 10, 11 and 14 of the protocol).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod calls;
mod dispatch;
mod failures;
mod futures;
mod losses;
mod observers;
#[path = "../support/panics.rs"]
mod panics;
mod recorder;
mod responses;
mod sharing;
mod verdicts;
