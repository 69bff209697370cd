//! Internal failures of parsing. They are small, because most of an error is determined later
//! (`super::fault`).

use crate::error::ErrorKind;

/// Why a text was refused, and at which offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Failed {
    pub(super) offset: usize,
    pub(super) problem: Problem,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Problem {
    /// The text is not JSON, or it is nested too deeply.
    Syntax {
        kind: ErrorKind,
        expected: &'static str,
    },
    /// A lone surrogate escape, in strict mode.
    LoneSurrogate,
    /// Another JSON type was expected.
    Expected(&'static str),
    /// The JSON type is right, but the value is not.
    Invalid(&'static str),
    /// The object lacks a field.
    Missing(&'static str),
    /// `null` where an object must be.
    Null,
    /// An unknown value where only known ones are allowed.
    Unknown(&'static str),
    /// The lists need more memory than is allowed.
    Memory,
}
