//! Bytes to messages: simd-json's tape, walked into the arena. What is accepted and what is refused is decided here and
//! in `message`, and listed in `docs/semantics.md`; every refusal says where and why.
//!
//! The input is never written to. simd-json unescapes strings in place, so it works on a copy in the scratch; a copy
//! costs a few per cent, and whole inputs stay whole: for error texts, for the raw text of what is unknown, and for
//! whoever must hand a refused message on.

mod coerce;
mod cursor;
mod direct;
mod escapes;
mod fault;
mod keys;
mod lexer;
mod maps;
mod marks;
mod number;
mod positions;
mod reader;
mod scan;
mod scratch;
mod skip;
mod walker;

pub use scratch::Scratch;

use crate::error::Error;
use crate::input::{self, DEFAULT_MAX_BYTES};
use crate::schema::{MemberSet, Root};
use cursor::Cursor;
use direct::Direct;
use reader::Reader;
use scratch::{Open, Refused};

/// What is read how far.
///
/// ```
/// use hydrant::ParseOptions;
/// let options = ParseOptions { strict: true, ..ParseOptions::default() };
/// assert_eq!((options.max_depth, options.max_bytes), (128, 16 << 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// Larger messages are refused before they are parsed. 16 MiB by default.
    pub max_bytes: usize,
    /// Deeper nesting of objects and lists is refused, also inside unknown fields. 128 by default, at most 1000.
    pub max_depth: usize,
    /// Messages whose lists and maps need more memory are refused. 256 MiB by default.
    pub max_memory: usize,
    /// Refuses unknown enumeration values, unknown family members and lone surrogates, as the reference does. Off by
    /// default.
    pub strict: bool,
    /// The events that are decoded, by the position of their type in its declaration; the others are skipped.
    /// [`Interests`](crate::message::Interests) convert into it. All by default.
    pub interests: MemberSet,
    /// Tries the fast path first. It never changes a result, so turning it off is for comparing and measuring.
    pub fast_path: bool,
}

/// The highest limit on nesting.
pub const MAX_DEPTH: usize = 1000;

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            max_bytes: DEFAULT_MAX_BYTES,
            max_depth: 128,
            max_memory: 256 << 20,
            strict: false,
            interests: MemberSet::ALL,
            fast_path: true,
        }
    }
}

/// What was tolerated in a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Enumeration values that this version does not know.
    pub unknown_values: usize,
    /// Events, environments, notifications, settings and kinds of authentication that this version does not know.
    pub unknown_members: usize,
    /// Lone surrogate escapes, read as U+FFFD.
    pub lone_surrogates: usize,
    /// `null` elements of lists, dropped.
    pub null_elements: usize,
    /// Events without an identifier, and so without an idempotency key.
    pub events_without_id: usize,
}

/// A message and what was tolerated in it.
#[derive(Clone, Copy, Debug)]
pub struct Parsed<M> {
    /// The message.
    pub message: M,
    /// What was tolerated.
    pub tally: Tally,
}

/// Why the typed walk stopped, at which node.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fault {
    node: usize,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Problem {
    /// Another JSON type was expected.
    Expected(&'static str),
    /// The type is right and the value is not.
    Invalid(&'static str),
    /// The object lacks a field.
    Missing(&'static str),
    /// `null` where an object must be.
    Null,
    /// Not known, where it must be.
    Unknown(&'static str),
    /// The lists need more memory than allowed.
    Memory,
}

/// Parses one text as a message of this kind. It borrows from `body` and `scratch`.
///
/// # Errors
///
/// A text that is not UTF-8 or not JSON, that is over a limit, or that breaks the rules of the model. The error says where.
pub(crate) fn parse_as<'a, M: Root<'a>>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Result<Parsed<M>, Error> {
    let framed = input::frame(body, options.max_bytes)?;
    let text = framed.text;
    let max_depth = options.max_depth.clamp(1, MAX_DEPTH);
    let mut open = scratch.open(max_depth);
    if options.fast_path
        && max_depth >= FAST_PATH_DEPTH
        && let Some(parsed) = fast_path::<M>(text, &mut open, options)
    {
        open.close();
        return Ok(parsed);
    }
    if has_control_character(text) {
        open.close();
        return Err(fault::of_text(body, framed.skipped, max_depth, None));
    }
    let filled = match open.fill(text, max_depth) {
        Ok(filled) => filled,
        Err(Refused::Syntax(syntax)) => {
            return Err(fault::of_text(
                body,
                framed.skipped,
                max_depth,
                Some(syntax),
            ));
        }
        Err(Refused::Front) => return Err(fault::of_text(body, framed.skipped, max_depth, None)),
    };
    if options.strict && filled.lone_surrogates > 0 {
        filled.close();
        return Err(fault::of_lone_surrogate(body, framed.skipped, max_depth));
    }
    let mut cursor = Cursor::new(&filled, text, options);
    let read = M::decode(&mut cursor);
    let tally = cursor.tally;
    let result = match read {
        Ok(Some(message)) => Ok(Parsed {
            tally: Tally {
                events_without_id: message.events_without_id(),
                ..tally
            },
            message,
        }),
        absent_or_wrong => {
            let found = absent_or_wrong.err().unwrap_or(Fault {
                node: 0,
                problem: Problem::Expected("an object"),
            });
            let offset = cursor.offset_of(found.node);
            Err(fault::of_value(
                body,
                framed.skipped + offset,
                framed.skipped,
                found.problem,
                M::KIND,
            ))
        }
    };
    filled.close();
    result
}

/// Below this limit on nesting the fast path is not taken: it does not count.
const FAST_PATH_DEPTH: usize = skip::MAX_SKIP_DEPTH as usize + 16;

/// The message, if it is one that the fast path reads.
fn fast_path<'a, M: Root<'a>>(
    text: &[u8],
    open: &mut Open<'a>,
    options: &ParseOptions,
) -> Option<Parsed<M>> {
    let reader = Reader::new(&open.padded()?.fill(text)?);
    let mut direct = Direct::new(reader, open.arena(), open.hasher(), options);
    let message = M::decode(&mut direct).ok()??;
    let tally = Tally {
        events_without_id: message.events_without_id(),
        ..direct.tally
    };
    direct.at_end().then_some(Parsed { message, tally })
}

/// Whether there is a byte that JSON allows nowhere: a control character other than tab, line feed, carriage return.
fn has_control_character(text: &[u8]) -> bool {
    // Without an early exit inside the chunk the loop compiles to vector code.
    text.chunks(256).any(|chunk| {
        chunk.iter().fold(false, |found, &byte| {
            found | (byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r')
        })
    })
}
