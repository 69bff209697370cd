//! Tests of the program from the outside: command lines, output, errors and exit statuses. Every
//! test runs the program that was built for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod coerced;
mod commands;
mod declared;
mod framing;
mod help;
mod inputs;
mod lint;
mod losses;
#[cfg(target_os = "linux")]
mod memory;
mod new;
mod outgoing;
mod plan;
mod platforms;
mod process;
#[cfg(feature = "http")]
mod replay;
mod schema;
mod secrets;
#[cfg(feature = "http")]
mod send;

#[cfg(unix)]
mod streams;
mod support;
