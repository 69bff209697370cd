//! The slow reference implementation of the Firehose protocol.
//!
//! Tests and fuzzers compare the engine with it. It implements the same specification in another
//! way: tables copied from `docs/protocol/firehose-protocol.md`, one interpreter, `String`s, and
//! `serde_json`. It is meant to be read and compared with the tables, not to be fast. `outgoing`
//! maps messages to the batches and audience messages of `docs/protocol/outgoing-mapping.md`.
//!
//! It must not use `hydrant`: a bug that both sides share would not be found.
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
pub mod odd;
pub mod outgoing;
mod scalar;
mod surrogates;
pub mod tables;
pub mod text;

pub use decode::{Seen, coercions, decoded, normalize, refusals, seen};
pub use identical::{identical, raws};
pub use json::Json;

/// Deepest nesting of objects and arrays that is read, the message itself being level 1.
pub const MAX_DEPTH: usize = 128;

/// Largest body that is read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where, as `events[3].products[0].price`; `None` if the message as a whole is refused.
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
