//! The engine as modules use it: which handlers are called, the outcomes of failures and panics,
//! and the responses to the sender (sections 10, 11 and 14 of the protocol).
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
