//! Messages in blocks: copied, lower-cased and padded in one pass.
//!
//! MD5 and the SHA family digest blocks of 64 bytes; a message is followed by a bit, zeros, and its
//! length in bits as the last eight bytes (RFC 1321, 3.1 and 3.2; FIPS 180-4, 5.1.1). A message of
//! less than 56 bytes is a single block, as nearly all identities are. This file only prepares
//! blocks; trimming, Unicode and the computation of digests are elsewhere.

use std::array;
use std::iter;

use super::Algorithm;

/// Bytes of a block.
pub(super) const BLOCK_LEN: usize = 64;

/// A message with its padding.
pub(super) type Block = [u8; BLOCK_LEN];

/// Bytes of the longest digest, that of SHA-256.
pub(super) const DIGEST_LEN: usize = 32;

/// The bytes of a digest in the order in which they are written; the bytes after a shorter one are
/// unspecified.
pub(super) type Digest = [u8; DIGEST_LEN];

/// Padded messages, all of the same number of blocks.
#[derive(Clone, Copy)]
pub(super) struct Messages<'a> {
    blocks: &'a [Block],
    blocks_each: usize,
    // Stored, because for a single message a division would be expensive.
    len: usize,
}

impl<'a> Messages<'a> {
    #[inline]
    pub(super) fn new<const BLOCKS: usize>(messages: &'a [[Block; BLOCKS]]) -> Self {
        Self {
            blocks: messages.as_flattened(),
            blocks_each: BLOCKS,
            len: messages.len(),
        }
    }

    #[inline]
    pub(super) fn len(self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Blocks of each message.
    #[inline]
    pub(super) fn blocks_each(self) -> usize {
        self.blocks_each
    }

    /// The blocks of one message after another.
    #[inline]
    pub(super) fn iter(self) -> impl Iterator<Item = &'a [Block]> {
        let mut rest = self.blocks;
        iter::from_fn(move || {
            let (message, others) = rest.split_at_checked(self.blocks_each)?;
            rest = others;
            (!message.is_empty()).then_some(message)
        })
    }

    /// The first `count` messages, or all if there are fewer, and the others.
    #[inline]
    pub(super) fn split_at(self, count: usize) -> (Self, Self) {
        let with = |blocks, len| Self {
            blocks,
            len,
            ..self
        };
        match self.blocks.split_at_checked(count * self.blocks_each) {
            Some((first, others)) => (with(first, count), with(others, self.len - count)),
            None => (self, with(&[], 0)),
        }
    }

    /// Block number `block` of the messages from number `first` on, and zeros if there are no more
    /// messages.
    #[inline]
    pub(super) fn rows<const COUNT: usize>(self, first: usize, block: usize) -> [&'a Block; COUNT] {
        let first = first * self.blocks_each + block;
        let blocks = self.blocks.get(first..).unwrap_or_default();
        array::from_fn(|row| {
            let block = blocks.get(row * self.blocks_each);
            block.unwrap_or(&[0; BLOCK_LEN])
        })
    }
}

/// The longest message that fits into `blocks` blocks with the bit and the length after it.
pub(super) const fn longest_message(blocks: usize) -> usize {
    blocks * BLOCK_LEN - 1 - 8
}

/// Writes `message` and its padding into `blocks`, with ASCII letters in lower case if requested.
///
/// Returns `false` if the message is too long, or if it must be lower-cased and is not ASCII; the
/// content of `blocks` is then unspecified.
#[inline]
pub(super) fn pad<const BLOCKS: usize>(
    algorithm: Algorithm,
    lower_case: bool,
    message: &[u8],
    blocks: &mut [Block; BLOCKS],
) -> bool {
    if lower_case {
        fill(algorithm, message, blocks, ascii_lower_case)
            .is_some_and(|seen| seen & (0x80 * EVERY_BYTE) == 0)
    } else {
        fill(algorithm, message, blocks, |eight| eight).is_some()
    }
}

/// The length of a message as at the end of its padding: eight bytes, in memory order.
#[inline]
pub(super) fn length_in_bits(algorithm: Algorithm, message: &[u8]) -> [u8; 8] {
    let bits = 8 * message.len() as u64;
    match algorithm {
        Algorithm::Md5 => bits.to_le_bytes(),
        Algorithm::Sha1 | Algorithm::Sha256 => bits.to_be_bytes(),
    }
}

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

/// Eight ASCII bytes with their letters in lower case; the result is meaningless if they are not
/// all ASCII.
#[inline]
fn ascii_lower_case(eight: u64) -> u64 {
    // The additions carry into the highest bit of bytes from `A` on, and of those above `Z`.
    let from_a = eight.wrapping_add(u64::from(0x80 - b'A') * EVERY_BYTE);
    let above_z = eight.wrapping_add(u64::from(0x80 - b'Z' - 1) * EVERY_BYTE);
    let capitals = from_a & !above_z & (0x80 * EVERY_BYTE);
    eight | capitals >> 2
}

/// Fills `blocks` with the message, transformed eight bytes at a time, and its padding; returns the
/// bitwise OR of the message's words, or `None` if it is too long.
///
/// The message passes through general registers and is stored once. If it were copied byte by byte,
/// or as a whole and then changed in place, it would be loaded in other pieces than it was stored
/// in, and such a load waits until the stores have left the CPU's store buffer (a store-forwarding
/// stall). For a single identity that takes as long as half a digest.
#[inline]
fn fill<const BLOCKS: usize>(
    algorithm: Algorithm,
    message: &[u8],
    blocks: &mut [Block; BLOCKS],
    change: impl Fn(u64) -> u64,
) -> Option<u64> {
    if message.len() > longest_message(BLOCKS) {
        return None;
    }
    *blocks = [[0; BLOCK_LEN]; BLOCKS];
    let (eights, _) = message.as_chunks();
    let (places, _) = blocks.as_flattened_mut().as_chunks_mut();
    let mut places = places.iter_mut();
    let mut seen = 0;
    for (eight, place) in eights.iter().zip(&mut places) {
        let eight = u64::from_le_bytes(*eight);
        seen |= eight;
        *place = change(eight).to_le_bytes();
    }
    if let Some(place) = places.next() {
        let rest = last_bytes(message);
        seen |= rest;
        let bit = 0x80 << (8 * (message.len() % 8));
        *place = (change(rest) | bit).to_le_bytes();
    }
    if let Some(place) = places.next_back() {
        *place = length_in_bits(algorithm, message);
    }
    Some(seen)
}

/// The bytes of the message after its whole words of eight bytes, lowest byte first, followed by
/// zeros.
#[inline]
pub(super) fn last_bytes(message: &[u8]) -> u64 {
    let len = message.len() % 8;
    if len == 0 {
        0
    } else if let Some(last) = message.last_chunk() {
        u64::from_le_bytes(*last) >> (64 - 8 * len)
    } else {
        message
            .iter()
            .rev()
            .fold(0, |rest, byte| rest << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Platform;

    /// The padding as the standards describe it.
    fn plain(algorithm: Algorithm, message: &[u8], blocks: usize) -> Vec<u8> {
        let mut padded = message.to_vec();
        padded.push(0x80);
        padded.resize(blocks * BLOCK_LEN - 8, 0);
        let bits = 8 * message.len() as u64;
        padded.extend(match algorithm {
            Algorithm::Md5 => bits.to_le_bytes(),
            Algorithm::Sha1 | Algorithm::Sha256 => bits.to_be_bytes(),
        });
        padded
    }

    fn padding_of_every_length<const BLOCKS: usize>(platform: Platform, algorithm: Algorithm) {
        // At the end of the readable memory, so that Miri or a guard page detects an access beyond
        // it.
        let text: Vec<u8> = (0..2 * BLOCKS * BLOCK_LEN)
            .map(|i| b'`' + (i % 31) as u8)
            .collect();
        for len in (0..=text.len()).step_by(if cfg!(miri) { 7 } else { 1 }) {
            let message = &text[text.len() - len..];
            for lower_case in [false, true] {
                let mut blocks = [[0xee; BLOCK_LEN]; BLOCKS];
                let padded = platform.pad(algorithm, lower_case, message, &mut blocks);
                assert_eq!(padded, len <= longest_message(BLOCKS), "{platform}, {len}");
                if padded {
                    let expected = plain(algorithm, message, BLOCKS);
                    assert_eq!(blocks.as_flattened(), expected, "{platform}, {len} bytes");
                }
            }
        }
    }

    #[test]
    fn padding_is_a_bit_zeros_and_the_length_in_bits() {
        for platform in Platform::available() {
            for &algorithm in Algorithm::ALL {
                padding_of_every_length::<1>(platform, algorithm);
                padding_of_every_length::<2>(platform, algorithm);
            }
        }
    }

    fn lower_case_at_every_place<const BLOCKS: usize>(platform: Platform, byte: u8, len: usize) {
        let lower = byte.to_ascii_lowercase();
        for place in (0..len).step_by(if cfg!(miri) { 11 } else { 1 }) {
            let mut message = vec![b'Q'; len];
            message[place] = byte;
            let mut blocks = [[0; BLOCK_LEN]; BLOCKS];
            let padded = platform.pad(Algorithm::Sha1, true, &message, &mut blocks);
            assert_eq!(
                padded,
                byte.is_ascii(),
                "{platform}: {byte:#x} at {place} of {len}"
            );
            if padded {
                let found = &blocks.as_flattened()[..len];
                let as_expected =
                    |(at, found): (usize, &u8)| *found == if at == place { lower } else { b'q' };
                let right = found.iter().enumerate().all(as_expected);
                assert!(right, "{platform}: {byte:#x} at {place} of {len}");
            }
        }
    }

    #[test]
    fn lower_case_is_that_of_the_standard_library_for_every_byte_at_every_place() {
        for platform in Platform::available() {
            for byte in (0..=u8::MAX).step_by(if cfg!(miri) { 85 } else { 1 }) {
                // Whole words, a rest after them, and a rest alone take different code paths.
                for len in [1, 3, 7, 8, 9, 15, 16, 17, 24, 31, longest_message(1)] {
                    lower_case_at_every_place::<1>(platform, byte, len);
                }
                for len in [63, 64, 65, 96, longest_message(2)] {
                    lower_case_at_every_place::<2>(platform, byte, len);
                }
            }
        }
    }
}
