//! Bytes to messages: simd-json's tape, walked into the arena. What is accepted and what is refused is decided here and
//! in `message`, and listed in `docs/semantics.md`; every refusal says where and why.
//!
//! The input is never written to. simd-json unescapes strings in place, so it works on a copy in the scratch; a copy
//! costs a few per cent, and whole inputs stay whole: for error texts, for the raw text of what is unknown, and for
//! whoever must hand a refused message on.

mod coerce;
mod fast;
mod fault;
mod keys;
mod scratch;
mod tape;
mod text;
mod walker;

pub use scratch::Scratch;

use crate::error::{Error, ErrorKind};
use crate::input::{self, DEFAULT_MAX_BYTES};
use crate::message::{Interests, Message, MessageType, Source, WireValue};
use fast::cursor::Reader;
use fast::skip;
use fast::source::Direct;
use scratch::{Open, Refused};
use tape::source::Cursor;

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
    /// Events of other types are skipped undecoded. All by default.
    pub interests: Interests,
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
            interests: Interests::all(),
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
pub struct Parsed<'a> {
    /// The message.
    pub message: Message<'a>,
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

/// Parses one message. It borrows from `body` and `scratch`.
///
/// # Errors
///
/// What is not UTF-8 or not JSON, what is over a limit, and what breaks the protocol; see `docs/semantics.md`. The error
/// says where.
///
/// ```
/// use hydrant::message::{Event, Message};
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// let body = br#"{"type":"event_processing_request","events":[{"type":"custom_event","name":"signed \"up\""}]}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
/// let Message::EventProcessingRequest(batch) = parsed.message else { panic!("another message") };
/// let Event::CustomEvent(event) = batch.events[0] else { panic!("another event") };
/// assert_eq!(event.name, Some("signed \"up\""));
/// assert_eq!(parsed.tally.events_without_id, 1);
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn parse<'a>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Result<Parsed<'a>, Error> {
    let framed = input::frame(body, options.max_bytes)?;
    let text = framed.text;
    let max_depth = options.max_depth.clamp(1, MAX_DEPTH);
    let mut open = scratch.open(max_depth);
    if options.fast_path
        && max_depth >= FAST_PATH_DEPTH
        && let Some(parsed) = fast_path(text, &mut open, options)
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
    let read = read_message(&mut cursor);
    let tally = cursor.tally;
    let result = match read {
        Ok(message) => Ok(Parsed {
            message,
            tally: with_missing_ids(message, tally),
        }),
        Err(found) => {
            let offset = cursor.offset_of(found.node);
            Err(fault::of_value(
                body,
                framed.skipped + offset,
                framed.skipped,
                found.problem,
            ))
        }
    };
    filled.close();
    result
}

/// Below this limit on nesting the fast path is not taken: it does not count.
const FAST_PATH_DEPTH: usize = skip::MAX_SKIP_DEPTH as usize + 16;

/// The message, if it is one that the fast path reads.
fn fast_path<'a>(text: &[u8], open: &mut Open<'a>, options: &ParseOptions) -> Option<Parsed<'a>> {
    let reader = Reader::new(&open.padded()?.fill(text)?);
    let mut direct = Direct::new(reader, open.arena(), open.hasher(), options);
    let message = Message::read(&mut direct).ok()??;
    let tally = with_missing_ids(message, direct.tally);
    direct.at_end().then_some(Parsed { message, tally })
}

fn read_message<'a>(cursor: &mut Cursor<'_, 'a>) -> Result<Message<'a>, Fault> {
    let type_name = cursor.discriminator()?;
    if !MessageType::ALL
        .iter()
        .any(|known| known.as_str() == type_name)
    {
        return Err(cursor.unknown_discriminator("one of the ten message types"));
    }
    Message::read(cursor)?.ok_or(Fault {
        node: 0,
        problem: Problem::Null,
    })
}

fn with_missing_ids(message: Message<'_>, mut tally: Tally) -> Tally {
    use crate::message::Event;
    if let Message::EventProcessingRequest(batch) = message {
        let nameless =
            |event: &&Event<'_>| !matches!(event, Event::Skipped(_)) && event.id().is_none();
        tally.events_without_id = batch.events.iter().filter(nameless).count();
    }
    tally
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

/// The error of a message whose type is not for a module.
pub(crate) fn unsupported(type_name: &str) -> Error {
    Error::plain(
        ErrorKind::UnsupportedMessage,
        format!("a module does not receive messages of type `{type_name}`"),
    )
}
