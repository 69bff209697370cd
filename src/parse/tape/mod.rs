//! The complete path: simd-json fills a tape, and a typed walk over it reads the message. It alone
//! defines what is accepted, with which value, and every error.
//!
//! simd-json decides whether a text is JSON, but does not say where it is wrong, and it refuses two
//! things that are accepted here: lone surrogates, and numbers beyond 64 bits, of which only the
//! text is needed. If it refuses, a strict walk over the text (`super::walker`) decides; `buffers`
//! then replaces these values and fills the tape again.

mod buffers;
mod collections;
mod decoder;
mod notes;
mod numbers;
mod positions;

use bumpalo::Bump;

use super::failed::{Failed, Problem};
use super::keys::KeyHasher;
use super::{ParseOptions, Parsed};
use crate::schema::{Coercion, Decode};
use decoder::{Fault, TapeDecoder};
use notes::{CoercedNodes, UnknownKeys};

pub(super) use buffers::TapeBuffers;

/// Parses a message.
pub(super) fn parse<'a, M: Decode<'a>>(
    text: &'a [u8],
    buffers: &'a mut TapeBuffers,
    arena: &'a Bump,
    hasher: &KeyHasher,
    options: &ParseOptions,
) -> Result<Parsed<M>, Failed> {
    let parsed = |message, decoder: &mut TapeDecoder<'_, 'a>| Parsed {
        message,
        tally: decoder.tally,
    };
    read(text, buffers, arena, hasher, options, |_| {}, parsed)
}

/// Parses a message, and finds the keys that its models do not have, in the order of the text.
pub(super) fn parse_with_unknown_keys<'a, M: Decode<'a>>(
    text: &'a [u8],
    buffers: &'a mut TapeBuffers,
    arena: &'a Bump,
    hasher: &KeyHasher,
    options: &ParseOptions,
    most: usize,
) -> Result<UnknownKeys<'a>, Failed> {
    let collect = |decoder: &mut TapeDecoder<'_, 'a>| {
        decoder.unknown_keys = Some(UnknownKeys {
            most,
            ..UnknownKeys::default()
        });
    };
    let found = |_: M, decoder: &mut TapeDecoder<'_, 'a>| decoder.unknown_keys.take();
    let keys = read(text, buffers, arena, hasher, options, collect, found)?;
    Ok(keys.unwrap_or_default())
}

/// Parses a message, and finds the offsets of the coerced values, in the order of the text, and how
/// many more there are than are listed.
pub(super) fn parse_with_coercions<'a, M: Decode<'a>>(
    text: &'a [u8],
    buffers: &'a mut TapeBuffers,
    arena: &'a Bump,
    hasher: &KeyHasher,
    options: &ParseOptions,
    most: usize,
) -> Result<(Vec<(usize, Coercion)>, usize), Failed> {
    let collect = |decoder: &mut TapeDecoder<'_, 'a>| {
        decoder.coercions = Some(CoercedNodes {
            most,
            ..CoercedNodes::default()
        });
    };
    let found = |_: M, decoder: &mut TapeDecoder<'_, 'a>| decoder.coercion_offsets(most);
    read(text, buffers, arena, hasher, options, collect, found)
}

/// Parses a message: `prepare` says what to collect, and `finish` makes the result.
fn read<'a, M: Decode<'a>, T>(
    text: &'a [u8],
    buffers: &'a mut TapeBuffers,
    arena: &'a Bump,
    hasher: &KeyHasher,
    options: &ParseOptions,
    prepare: impl FnOnce(&mut TapeDecoder<'_, 'a>),
    finish: impl FnOnce(M, &mut TapeDecoder<'_, 'a>) -> T,
) -> Result<T, Failed> {
    let filled = buffers.fill(text, options.depth_limit())?;
    if options.strict
        && let Some(offset) = filled.lone_surrogates().first()
    {
        return Err(Failed {
            offset: *offset,
            problem: Problem::LoneSurrogate,
        });
    }
    let mut decoder = TapeDecoder::new(&filled, text, arena, hasher, options);
    prepare(&mut decoder);
    let fault = match M::decode(&mut decoder) {
        Ok(Some(message)) => return Ok(finish(message, &mut decoder)),
        Ok(None) => Fault {
            node: 0,
            problem: Problem::Expected("an object"),
        },
        Err(fault) => fault,
    };
    Err(Failed {
        offset: decoder.offset_of(fault.node),
        problem: fault.problem,
    })
}
