//! The host over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[cfg(feature = "acknowledge-first")]
mod acknowledge;
mod admin;
mod authorization;
mod bodies;
mod endings;
mod exchange;
mod hostile;
mod http2;
mod limits;
mod statuses;
mod support;
mod tls;
