//! The complete path: simd-json fills a tape, and a typed walk over it reads the message. It alone
//! defines what is accepted, with which value, and every error.
//!
//! simd-json says whether a text is JSON, but not where it is wrong, and it refuses two things that
//! are accepted here: lone surrogates, and numbers beyond 64 bits, of which only the text matters.
//! Where it refuses, a strict walk over the text (`super::walker`) decides; `buffers` then replaces
//! what is acceptable and fills the tape again.

mod buffers;
mod maps;
mod numbers;
mod positions;
mod source;

use std::hash::RandomState;

use bumpalo::Bump;

use super::failed::{Failed, Problem};
use super::{ParseOptions, Parsed};
use crate::message::{Message, MessageType, Source, WireValue};
use source::{Fault, TapeSource};

pub(super) use buffers::TapeBuffers;

/// Parses a message.
pub(super) fn parse<'a>(
    text: &'a [u8],
    buffers: &'a mut TapeBuffers,
    arena: &'a Bump,
    hasher: &RandomState,
    options: &ParseOptions,
) -> Result<Parsed<'a>, Failed> {
    let filled = buffers.fill(text, options.depth_limit())?;
    if options.strict
        && let Some(offset) = filled.lone_surrogates().first()
    {
        return Err(Failed {
            offset: *offset,
            problem: Problem::LoneSurrogate,
        });
    }
    let mut source = TapeSource::new(&filled, text, arena, hasher, options);
    match read_message(&mut source) {
        Ok(message) => Ok(Parsed {
            message,
            tally: source.tally,
        }),
        Err(fault) => Err(Failed {
            offset: source.offset_of(fault.node),
            problem: fault.problem,
        }),
    }
}

fn read_message<'a>(source: &mut TapeSource<'_, 'a>) -> Result<Message<'a>, Fault> {
    let type_name = source.discriminator()?;
    if !MessageType::ALL
        .iter()
        .any(|known| known.as_str() == type_name)
    {
        return Err(source.unknown_discriminator("one of the ten message types"));
    }
    Message::read(source)?.ok_or(Fault {
        node: 0,
        problem: Problem::Null,
    })
}
