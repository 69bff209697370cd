//! Parses bytes into messages. This module and the models decide which texts are accepted, by the
//! rules in `docs/semantics.md`; every refusal says where and why.
//!
//! ```text
//!  text ──► fast ──► message            padded copy, direct decode; never decides an error
//!            │ bails out
//!            └─► tape ──► message       simd-json's tape, typed walk: every coercion, limit and refusal
//!                 │ Failed { offset, problem }
//!                 └─► fault::describe ──► Error       line, column, path, what was found, excerpt
//! ```
//!
//! Each path is a `Decoder`, from which the models of `message` are read. The paths share the
//! coercions of numbers (`coerce`), the escapes of strings (`text`), the index of map keys (`keys`)
//! and the buffers (`scratch`, `arena`).
//!
//! The input is never written to. simd-json unescapes strings in place, so it works on a copy in
//! the scratch. The copy takes a few per cent of the time, and the input stays unchanged: for error
//! messages, for the source text of unknown values, and for callers that forward a refused message.

mod arena;
mod coerce;
mod coercions;
mod failed;
mod fast;
mod fault;
mod keys;
mod memory;
mod options;
mod parsed;
mod scratch;
mod tape;
mod text;
mod unknown_fields;
mod walker;

pub use options::ParseOptions;
pub use parsed::{Parsed, Tally};
pub use scratch::Scratch;

pub(crate) use arena::Arenas;
pub(crate) use coercions::{Coercions, coercions};
pub(crate) use text::unescape_bytes;
pub(crate) use unknown_fields::{UnknownFields, unknown_fields};

use crate::error::Error;
use crate::input;
use crate::schema::{Decode, Describe};
use failed::Failed;
use scratch::Open;

/// Parses one text as a message of this kind. It borrows from `body` and `scratch`.
///
/// # Errors
///
/// Fails if the text is not UTF-8 or not JSON, exceeds a limit, or violates the rules of its
/// models. The error says where.
pub(crate) fn parse_as<'a, M: Decode<'a> + Describe>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Result<Parsed<M>, Error> {
    let framed = input::frame(body, options.max_bytes)?;
    memory::check_text(framed.text, options)?;
    read(framed.text, scratch, options)
        .map_err(|failed| fault::describe(body, framed.skipped, options, failed, M::KIND))
}

/// The same for a text that is part of a message; `None` if it is not such a value.
pub(crate) fn parse_part<'a, M: Decode<'a>>(
    text: &'a str,
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Option<M> {
    memory::check_text(text.as_bytes(), options).ok()?;
    let parsed = read(text.as_bytes(), scratch, options).ok()?;
    Some(parsed.message)
}

/// Reads a text on the fast path, or if that bails out on the complete path.
fn read<'a, M: Decode<'a>>(
    text: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Result<Parsed<M>, Failed> {
    let Open {
        padded,
        tape,
        arena,
        hasher,
    } = scratch.open(text.len());
    let fast = if options.fast_path && options.depth_limit() >= fast::MIN_DEPTH_LIMIT {
        fast::parse(text, padded, arena.arena(), hasher, options)
    } else {
        None
    };
    match fast {
        Some(parsed) => Ok(parsed),
        None => tape::parse(text, tape, arena.arena(), hasher, options),
    }
}

/// Whether the fast path reads this text as a message of this kind.
pub(crate) fn is_fast<'a, M: Decode<'a>>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> bool {
    let Ok(framed) = input::frame(body, options.max_bytes) else {
        return false;
    };
    let open = scratch.open(framed.text.len());
    let arena = open.arena.arena();
    fast::parse::<M>(framed.text, open.padded, arena, open.hasher, options).is_some()
}
