//! Tests of the slow twin itself: the published samples, and the rules of reading and writing one by one.
//!
//! A second opinion is only worth something if it is right on its own. Nothing here touches the engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod messages;
mod samples;
mod scalars;
#[path = "../support/mod.rs"]
mod support;
mod texts;
#[path = "../twin/mod.rs"]
mod twin;
