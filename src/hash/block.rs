//! Messages that fit one block: copied, lower-cased and padded in one go.
//!
//! MD5 and the SHA family digest blocks of 64 bytes; a message is followed by a bit, zeros, and its
//! length in bits as the last eight bytes (RFC 1321, 3.1 and 3.2; FIPS 180-4, 5.1.1). What is
//! shorter than 56 bytes is a single block, and identities nearly always are. This file only
//! prepares blocks; it knows nothing of trimming, of Unicode, or of the digests' arithmetic.

use super::Algorithm;

/// Bytes of a block.
pub(super) const BLOCK_LEN: usize = 64;

/// Bytes of the longest digest, that of SHA-256.
pub(super) const LONGEST_DIGEST: usize = 32;

/// A message with its padding.
pub(super) type Block = [u8; BLOCK_LEN];

/// Room for the digest of any algorithm; the shorter ones fill only the start.
pub(super) type Digest = [u8; LONGEST_DIGEST];

/// The longest message that leaves room for the bit and the length.
pub(super) const LONGEST_MESSAGE: usize = BLOCK_LEN - 1 - 8;

/// Writes `message` and its padding into `block`, unless it is too long.
///
/// When `false` comes back, `block` holds nothing of use.
#[inline]
pub(super) fn pad(algorithm: Algorithm, message: &[u8], block: &mut Block) -> bool {
    if !copy(message, block) {
        return false;
    }
    close(algorithm, message.len(), block);
    true
}

/// As [`pad`], with ASCII letters in lower case, unless the message is too long or not ASCII.
#[inline]
pub(super) fn pad_ascii_lower_case(
    algorithm: Algorithm,
    message: &[u8],
    block: &mut Block,
) -> bool {
    if !copy(message, block) {
        return false;
    }
    // The whole block, not only the message: a fixed length without branches is what the compiler
    // turns into a few vector instructions, and zeros stay zeros.
    let mut seen = 0;
    for byte in block.iter_mut() {
        seen |= *byte;
        *byte |= u8::from(byte.wrapping_sub(b'A') < 26) << 5;
    }
    if seen >= 0x80 {
        return false;
    }
    close(algorithm, message.len(), block);
    true
}

#[inline]
fn copy(message: &[u8], block: &mut Block) -> bool {
    if message.len() > LONGEST_MESSAGE {
        return false;
    }
    *block = [0; BLOCK_LEN];
    match block.get_mut(..message.len()) {
        Some(start) => {
            start.copy_from_slice(message);
            true
        }
        None => false,
    }
}

#[inline]
fn close(algorithm: Algorithm, len: usize, block: &mut Block) {
    if let Some(bit) = block.get_mut(len) {
        *bit = 0x80;
    }
    let bits = (len as u64) * 8;
    if let Some(length) = block.last_chunk_mut() {
        *length = match algorithm {
            Algorithm::Md5 => bits.to_le_bytes(),
            Algorithm::Sha1 | Algorithm::Sha256 => bits.to_be_bytes(),
        };
    }
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
            for place in 0..LONGEST_MESSAGE {
                let mut message = [b'Q'; LONGEST_MESSAGE];
                message[place] = byte;
                let (mut block, mut expected) = ([0; BLOCK_LEN], [0; BLOCK_LEN]);
                let padded = pad_ascii_lower_case(Algorithm::Sha1, &message, &mut block);
                assert_eq!(padded, byte.is_ascii(), "byte {byte:#x}");
                if padded {
                    pad(
                        Algorithm::Sha1,
                        &message.to_ascii_lowercase(),
                        &mut expected,
                    );
                    assert_eq!(block, expected, "byte {byte:#x} at {place}");
                }
            }
        }
    }
}
