//! The slow twin: a second, independent reading of the protocol.
//!
//! It exists so that the engine can be compared with something written from the same pages but by other
//! means: tables copied from `docs/protocol/firehose-protocol.md`, one interpreter, plain `String`s and `serde_json`
//! underneath. It is built to be read and checked against the tables, not to be fast.
//!
//! It must not use anything of `hydrant`: a mistake shared by both sides would not be seen.
// Several test crates include this module and none uses all of it.
#![allow(dead_code, unused_imports)]

pub(crate) mod decimal;
pub(crate) mod decode;
pub(crate) mod equal;
pub(crate) mod instant;
pub(crate) mod json;
pub(crate) mod mutate;
pub(crate) mod scalar;
pub(crate) mod surrogates;
pub(crate) mod tables;
pub(crate) mod text;

pub(crate) use decode::{Facts, Seen, facts, normalize, refusals, seen};
pub(crate) use equal::{equal, identical, raws};
pub(crate) use json::Json;

/// Deepest nesting of objects and arrays that is read, the message itself being level 1.
pub(crate) const MAX_DEPTH: usize = 128;

/// Largest body that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Why a message was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Where, as `events[3].products[0].price`; `None` when the message as a whole is at fault.
    pub(crate) path: Option<String>,
    /// What is wrong, in a few words.
    pub(crate) reason: String,
}

impl Refusal {
    /// A refusal of the message as a whole.
    pub(crate) fn of_the_whole(reason: impl Into<String>) -> Self {
        Self {
            path: None,
            reason: reason.into(),
        }
    }

    /// A refusal of the value at `path`.
    pub(crate) fn at(path: &str, reason: impl Into<String>) -> Self {
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
