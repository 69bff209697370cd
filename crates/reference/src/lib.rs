//! The slow reference implementation of the Firehose protocol.
//!
//! Tests and fuzzers compare the engine with it. It is written from the same pages by other means:
//! tables copied from `docs/protocol/firehose-protocol.md`, one interpreter, plain `String`s and
//! `serde_json` underneath. It is built to be read and checked against the tables, not to be fast.
//!
//! It must not use anything of `hydrant`: a mistake shared by both sides would not be seen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a broken assumption of the reference implementation ends the test"
)]

mod decimal;
mod decode;
mod identical;
mod instant;
mod json;
pub mod mutate;
mod scalar;
mod surrogates;
pub mod tables;
pub mod text;

pub use decode::{Seen, coercions, normalize, refusals, seen};
pub use identical::{identical, raws};
pub use json::Json;

/// Deepest nesting of objects and arrays that is read, the message itself being level 1.
pub const MAX_DEPTH: usize = 128;

/// Largest body that is read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where, as `events[3].products[0].price`; `None` when the message as a whole is at fault.
    pub path: Option<String>,
    /// What is wrong, in a few words.
    pub reason: String,
}

impl Refusal {
    /// A refusal of the message as a whole.
    pub fn of_the_whole(reason: impl Into<String>) -> Self {
        Self {
            path: None,
            reason: reason.into(),
        }
    }

    /// A refusal of the value at `path`.
    pub fn at(path: &str, reason: impl Into<String>) -> Self {
        Self {
            path: Some(path.to_owned()),
            reason: reason.into(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {}",
            self.path.as_deref().unwrap_or("-"),
            self.reason
        )
    }
}
