//! Bytes to messages. This module and `message` decide which texts are accepted; the rules are
//! listed in `docs/semantics.md`; every refusal says where and why.
//!
//! ```text
//!  text ──► fast ──► message            padded copy, direct decode; never decides an error
//!            │ bails out
//!            └─► tape ──► message       simd-json's tape, typed walk: every coercion, limit and refusal
//!                 │ Failed { offset, problem }
//!                 └─► fault::describe ──► Error       line, column, path, what was found, excerpt
//! ```
//!
//! Each path is a `Source`, from which the models of `message` read themselves. They share the
//! coercions of numbers (`coerce`), the escapes of strings (`text`), the index of map keys (`keys`)
//! and the buffers (`scratch`, `arena`).
//!
//! The input is never written to. simd-json unescapes strings in place, so it works on a copy in
//! the scratch; a copy costs a few per cent, and the input stays whole: for error messages, for the
//! source text of unknown values, and for callers that hand a refused message on.

mod arena;
mod coerce;
mod failed;
mod fast;
mod fault;
mod keys;
mod options;
mod parsed;
mod scratch;
mod tape;
mod text;
mod walker;

pub use options::{MAX_DEPTH, ParseOptions};
pub use parsed::{Parsed, Tally};
pub use scratch::Scratch;

use crate::error::{Error, ErrorKind};
use crate::input;
use scratch::Open;

/// Parses one message. It borrows from `body` and `scratch`.
///
/// # Errors
///
/// Fails if the body is not UTF-8 or not JSON, exceeds a limit, or breaks the protocol; see
/// `docs/semantics.md`. The error says where.
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
    let Open {
        padded,
        tape,
        arena,
        hasher,
    } = scratch.open();
    let fast = if options.fast_path && options.depth_limit() >= fast::MIN_DEPTH_LIMIT {
        fast::parse(text, padded, arena.arena(), hasher, options)
    } else {
        None
    };
    let mut parsed = match fast {
        Some(parsed) => parsed,
        None => tape::parse(text, tape, arena.arena(), hasher, options)
            .map_err(|failed| fault::describe(body, framed.skipped, options, failed))?,
    };
    parsed.count_events_without_id();
    Ok(parsed)
}

/// The error of a message whose type is not for a module.
pub(crate) fn unsupported(type_name: &str) -> Error {
    Error::plain(
        ErrorKind::UnsupportedMessage,
        format!("a module does not receive messages of type `{type_name}`"),
    )
}
