//! Messages that fit one block: copied, lower-cased and padded in one go.
//!
//! MD5 and the SHA family digest blocks of 64 bytes; a message is followed by a bit, zeros, and its
//! length in bits as the last eight bytes (RFC 1321, 3.1 and 3.2; FIPS 180-4, 5.1.1). What is
//! shorter than 56 bytes is a single block, and identities nearly always are. This file only
//! prepares blocks; it knows nothing of trimming, of Unicode, or of the digests' arithmetic.

use std::array;

use super::Algorithm;

/// Bytes of a block.
pub(super) const BLOCK_LEN: usize = 64;

/// A message with its padding.
pub(super) type Block = [u8; BLOCK_LEN];

/// Bytes of the longest digest, that of SHA-256.
pub(super) const DIGEST_LEN: usize = 32;

/// The bytes of a digest in the order in which they are written; behind the shorter ones they mean
/// nothing.
pub(super) type Digest = [u8; DIGEST_LEN];

/// Padded messages, all of the same number of blocks.
#[derive(Clone, Copy)]
pub(super) struct Messages<'a> {
    blocks: &'a [Block],
    blocks_each: usize,
}

impl<'a> Messages<'a> {
    #[inline]
    pub(super) fn new<const BLOCKS: usize>(messages: &'a [[Block; BLOCKS]]) -> Self {
        Self {
            blocks: messages.as_flattened(),
            blocks_each: BLOCKS,
        }
    }

    #[inline]
    pub(super) fn len(self) -> usize {
        self.blocks.len() / self.blocks_each
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.blocks.is_empty()
    }

    /// Blocks of each message.
    #[inline]
    pub(super) fn blocks_each(self) -> usize {
        self.blocks_each
    }

    /// The blocks of one message after another.
    #[inline]
    pub(super) fn iter(self) -> impl Iterator<Item = &'a [Block]> {
        self.blocks.chunks_exact(self.blocks_each)
    }

    /// The first `count` messages, or all if there are fewer, and the others.
    #[inline]
    pub(super) fn split_at(self, count: usize) -> (Self, Self) {
        let with = |blocks| Self { blocks, ..self };
        let first = count * self.blocks_each;
        let (first, others) = self
            .blocks
            .split_at_checked(first)
            .unwrap_or((self.blocks, &[]));
        (with(first), with(others))
    }

    /// Block number `block` of the messages from number `first` on, and zeros where there are no
    /// more messages.
    #[inline]
    pub(super) fn rows<const COUNT: usize>(self, first: usize, block: usize) -> [&'a Block; COUNT] {
        let blocks = self.blocks.iter().skip(first * self.blocks_each + block);
        let mut blocks = blocks.step_by(self.blocks_each);
        array::from_fn(|_| blocks.next().unwrap_or(&[0; BLOCK_LEN]))
    }
}

/// The longest message that leaves room for the bit and the length.
pub(super) const LONGEST_MESSAGE: usize = BLOCK_LEN - 1 - 8;

/// Writes `message` and its padding into `block`, unless it is too long.
///
/// When `false` comes back, `block` holds nothing of use.
#[inline]
pub(super) fn pad(algorithm: Algorithm, message: &[u8], block: &mut Block) -> bool {
    fill(algorithm, message, block, |eight| eight).is_some()
}

/// As [`pad`], with ASCII letters in lower case, unless the message is too long or not ASCII.
#[inline]
pub(super) fn pad_ascii_lower_case(
    algorithm: Algorithm,
    message: &[u8],
    block: &mut Block,
) -> bool {
    fill(algorithm, message, block, ascii_lower_case)
        .is_some_and(|seen| seen & (0x80 * EVERY_BYTE) == 0)
}

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

/// Eight ASCII bytes with their letters in lower case; without meaning if they are not all ASCII.
#[inline]
fn ascii_lower_case(eight: u64) -> u64 {
    // The additions carry into the highest bit of the bytes from `A` up, and above `Z`.
    let from_a = eight.wrapping_add(u64::from(0x80 - b'A') * EVERY_BYTE);
    let above_z = eight.wrapping_add(u64::from(0x80 - b'Z' - 1) * EVERY_BYTE);
    let capitals = from_a & !above_z & (0x80 * EVERY_BYTE);
    eight | capitals >> 2
}

/// Fills `block` with the message, changed by eights, and its padding; gives all bits that were
/// seen in the message, or `None` if it is too long.
///
/// The message goes through general registers and is stored once. Copied byte by byte, or as a
/// whole and then changed in place, it would be read again in other pieces than it was written in,
/// and such a read waits until the writes have left the CPU's store buffer. For a single identity
/// that costs as much as half a digest.
#[inline]
fn fill(
    algorithm: Algorithm,
    message: &[u8],
    block: &mut Block,
    change: impl Fn(u64) -> u64,
) -> Option<u64> {
    *block = match algorithm {
        Algorithm::Md5 => *PADDING_LITTLE_ENDIAN.get(message.len())?,
        Algorithm::Sha1 | Algorithm::Sha256 => *PADDING_BIG_ENDIAN.get(message.len())?,
    };
    let (eights, _) = message.as_chunks();
    let (places, _) = block.as_chunks_mut();
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
        *place = (u64::from_le_bytes(*place) | change(rest)).to_le_bytes();
    }
    Some(seen)
}

/// What is left of the message behind its whole eights, lowest byte first, followed by zeros.
#[inline]
fn last_bytes(message: &[u8]) -> u64 {
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

/// The padding of each message length, as complete blocks that the message is laid over.
type Padding = [Block; LONGEST_MESSAGE + 1];

static PADDING_LITTLE_ENDIAN: Padding = padding(false);
static PADDING_BIG_ENDIAN: Padding = padding(true);

#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn padding(big_endian: bool) -> Padding {
    let mut all = [[0; BLOCK_LEN]; LONGEST_MESSAGE + 1];
    let mut len = 0;
    while len < all.len() {
        let bits = 8 * len as u64;
        let bits = if big_endian {
            bits.to_be_bytes()
        } else {
            bits.to_le_bytes()
        };
        let (_, tail) = all[len].split_at_mut(BLOCK_LEN - bits.len());
        tail.copy_from_slice(&bits);
        all[len][len] = 0x80;
        len += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_a_bit_zeros_and_the_length_in_bits() {
        for algorithm in Algorithm::ALL {
            for len in 0..=LONGEST_MESSAGE {
                let message = vec![b'~'; len];
                let mut block = [0xee; BLOCK_LEN];
                assert!(pad(algorithm, &message, &mut block));

                let mut expected = message;
                expected.push(0x80);
                expected.resize(56, 0);
                let bits = 8 * len as u64;
                expected.extend(match algorithm {
                    Algorithm::Md5 => bits.to_le_bytes(),
                    Algorithm::Sha1 | Algorithm::Sha256 => bits.to_be_bytes(),
                });
                assert_eq!(block[..], expected[..], "{algorithm}, {len} bytes");
            }
            for len in LONGEST_MESSAGE + 1..=2 * BLOCK_LEN {
                let message = vec![b'a'; len];
                assert!(!pad(algorithm, &message, &mut [0; BLOCK_LEN]));
                assert!(!pad_ascii_lower_case(
                    algorithm,
                    &message,
                    &mut [0; BLOCK_LEN]
                ));
            }
        }
    }

    #[test]
    fn lower_case_is_that_of_the_standard_library_for_every_byte_at_every_place() {
        for byte in 0..=u8::MAX {
            // Whole eights, a rest behind them, and a rest alone are put together in different ways.
            for len in [1, 3, 7, 8, 9, 24, 31, LONGEST_MESSAGE] {
                for place in 0..len {
                    let mut message = vec![b'Q'; len];
                    message[place] = byte;
                    let (mut block, mut expected) = ([0; BLOCK_LEN], [0; BLOCK_LEN]);
                    let padded = pad_ascii_lower_case(Algorithm::Sha1, &message, &mut block);
                    assert_eq!(
                        padded,
                        byte.is_ascii(),
                        "byte {byte:#x} at {place} of {len}"
                    );
                    if padded {
                        pad(
                            Algorithm::Sha1,
                            &message.to_ascii_lowercase(),
                            &mut expected,
                        );
                        assert_eq!(block, expected, "byte {byte:#x} at {place} of {len}");
                    }
                }
            }
        }
    }
}
