//! The complete path: simd-json fills a tape, and a typed walk over it reads the message. It alone
//! defines what is accepted, with which value, and every error.
//!
//! simd-json decides whether a text is JSON, but does not say where it is wrong, and it refuses two
//! things that are accepted here: lone surrogates, and numbers beyond 64 bits, of which only the
//! text is needed. If it refuses, a strict walk over the text (`super::walker`) decides; `buffers`
//! then replaces these values and fills the tape again.

mod buffers;
mod decoder;
mod maps;
mod notes;
mod numbers;
mod positions;

use bumpalo::Bump;

use super::failed::{Failed, Problem};
use super::keys::KeyHasher;
use super::{ParseOptions, Parsed};
use crate::schema::{Coercion, Decode};
use buffers::Filled;
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
    let filled = buffers.fill(text, options.depth_limit())?;
    let mut decoder = TapeDecoder::new(&filled, text, arena, hasher, options);
    read(&mut decoder, &filled, options)
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
    let filled = buffers.fill(text, options.depth_limit())?;
    let mut decoder = TapeDecoder::new(&filled, text, arena, hasher, options);
    decoder.unknown_keys = Some(UnknownKeys {
        most,
        ..UnknownKeys::default()
    });
    read::<M>(&mut decoder, &filled, options)?;
    Ok(decoder.unknown_keys.unwrap_or_default())
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
    let filled = buffers.fill(text, options.depth_limit())?;
    let mut decoder = TapeDecoder::new(&filled, text, arena, hasher, options);
    decoder.coercions = Some(CoercedNodes {
        most,
        ..CoercedNodes::default()
    });
    read::<M>(&mut decoder, &filled, options)?;
    let mut found = decoder.coercions.take().unwrap_or_default();
    // An object is coerced after its content.
    found.listed.sort_unstable_by_key(|(node, _)| *node);
    let offsets = found
        .listed
        .into_iter()
        .map(|(node, coercion)| (decoder.offset_of(node), coercion));
    Ok((offsets.collect(), found.more))
}

fn read<'a, M: Decode<'a>>(
    decoder: &mut TapeDecoder<'_, 'a>,
    filled: &Filled<'_>,
    options: &ParseOptions,
) -> Result<Parsed<M>, Failed> {
    if options.strict
        && let Some(offset) = filled.lone_surrogates().first()
    {
        return Err(Failed {
            offset: *offset,
            problem: Problem::LoneSurrogate,
        });
    }
    let fault = match M::decode(decoder) {
        Ok(Some(message)) => {
            return Ok(Parsed {
                message,
                tally: decoder.tally,
            });
        }
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
