//! Runs `examples/function.rs` as a function, under `cargo lambda watch` and against an endpoint
//! with faults, and compares its answers with those of the engine in this process.
//!
//! `HYDRANT_CARGO_LAMBDA` names the program `cargo-lambda` (by default the one on the path). Without
//! the program its test prints that it is skipped; in CI (if `CI` is set) it fails.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod check;
mod endpoint;
mod faults;
mod function;
mod hostile;
mod http;
mod invocations;
mod queue;
mod sinks;
mod watch;
mod wrapped;
