//! The fast path: decodes the form of JSON that senders usually write, directly from the text.
//!
//! It never reports an error. At anything unusual it *bails out*, and the complete path
//! (`super::tape`) parses the whole message again. Its results equal those of the complete path:
//! differential tests and a fuzz target check that.
//!
//! The files, from the top; each uses only those below it:
//!
//! ```text
//!  decoder, collections  typed values: Decoder, lists and maps in the arena
//!  skip                  values that are not wanted
//!  tokens, numbers,      JSON grammar
//!    strings
//!  cursor/               steps over bytes, runs of string bytes, runs of digits
//!  bitmap, padded        the padded copy of the text, valid UTF-8, and the bitmap of its terminators
//!  scan/                 SIMD kernels
//! ```
//!
//! All `unsafe` code of parsing is in `cursor/`, `bitmap`, `padded` and `scan/`. It also relies on
//! the lengths of escapes (`super::text`).

mod bitmap;
mod collections;
mod cursor;
mod decoder;
mod numbers;
mod padded;
mod scan;
mod skip;
mod strings;
mod tokens;

use bumpalo::Bump;

use super::keys::KeyHasher;
use super::{ParseOptions, Parsed};
use crate::schema::Decode;
use cursor::Cursor;
use decoder::FastDecoder;

pub(super) use padded::PaddedBuffer;

/// The fast path is not used with a lower limit on nesting, because it does not count levels.
pub(super) const MIN_DEPTH_LIMIT: usize = skip::MAX_DEPTH as usize + 16;

/// Parses a message, if it is one that the fast path can read.
pub(super) fn parse<'a, M: Decode<'a>>(
    text: &[u8],
    buffer: &'a mut PaddedBuffer,
    arena: &'a Bump,
    hasher: &KeyHasher,
    options: &ParseOptions,
) -> Option<Parsed<M>> {
    let cursor = Cursor::new(&buffer.fill(text)?);
    let mut decoder = FastDecoder::new(cursor, arena, hasher, options);
    let message = M::decode(&mut decoder).ok()??;
    let tally = decoder.tally;
    decoder
        .cursor
        .end_of_text()
        .then_some(Parsed { message, tally })
}
