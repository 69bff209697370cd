//! Digests to lower-case hexadecimal digits.
//!
//! A word at a time, all eight digits in one general register, without branches or tables. It
//! writes into slices of its callers and allocates nothing.

use super::Algorithm;
use super::block::{DIGEST_WORDS, Digest};

/// Digits of the longest digest.
pub(super) const LONGEST_HEX: usize = DIGEST_WORDS * 8;

/// Writes the digits of `digest` to the start of `out`, as far as there is room.
#[inline]
pub(super) fn encode(algorithm: Algorithm, digest: &Digest, out: &mut [u8]) {
    let (places, _) = out.as_chunks_mut();
    let pairs = places
        .iter_mut()
        .zip(digest)
        .take(algorithm.digest_len() / 4);
    match algorithm {
        // RFC 1321, 3.5: low byte first. FIPS 180-4, 3.1: high byte first.
        Algorithm::Md5 => pairs.for_each(|(place, word)| *place = digits(*word)),
        Algorithm::Sha1 | Algorithm::Sha256 => {
            pairs.for_each(|(place, word)| *place = digits(word.swap_bytes()));
        }
    }
}

/// Writes the digits of `digest` as number `place` of a row of digests of the same algorithm.
#[inline]
pub(super) fn encode_at(algorithm: Algorithm, digest: &Digest, row: &mut [u8], place: usize) {
    if let Some(out) = row.get_mut(place * algorithm.hex_len()..) {
        encode(algorithm, digest, out);
    }
}

/// The eight digits of four bytes, the lowest byte first.
#[inline]
fn digits(word: u32) -> [u8; 8] {
    // Halves are moved apart until every byte holds the value of one digit, the first one lowest.
    let spread = u64::from(word);
    let spread = (spread | (spread << 16)) & 0x0000_ffff_0000_ffff;
    let spread = (spread | (spread << 8)) & 0x00ff_00ff_00ff_00ff;
    let values = ((spread >> 4) | (spread << 8)) & 0x0f0f_0f0f_0f0f_0f0f;
    // Six more carries those above nine into the next four bits.
    let letters = ((values + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    // From `9` to `a` are 39 characters that are no digits.
    (values + 0x3030_3030_3030_3030 + letters * 39).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digits as the standard library writes them.
    fn plain(algorithm: Algorithm, digest: &Digest) -> String {
        let bytes = digest.map(|word| match algorithm {
            Algorithm::Md5 => word.to_le_bytes(),
            Algorithm::Sha1 | Algorithm::Sha256 => word.to_be_bytes(),
        });
        let bytes = bytes.as_flattened().iter().take(algorithm.digest_len());
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn every_byte_at_every_place() {
        for algorithm in Algorithm::ALL {
            for place in 0..32 {
                for byte in 0..=u8::MAX {
                    let mut digest = [0x5a0f_f0a5; DIGEST_WORDS];
                    digest[place / 4] ^= u32::from(byte) << (8 * (place % 4));
                    let mut out = [b'?'; LONGEST_HEX + 3];
                    encode(algorithm, &digest, &mut out);
                    let (digits, rest) = out.split_at(algorithm.hex_len());
                    assert_eq!(digits, plain(algorithm, &digest).as_bytes());
                    assert!(rest.iter().all(|byte| *byte == b'?'));
                }
            }
        }
    }

    #[test]
    fn a_row_is_written_place_by_place_and_never_beyond_its_end() {
        let md5 = Algorithm::Md5;
        let mut row = [b'.'; 100];
        encode_at(md5, &[0x1111_1111; DIGEST_WORDS], &mut row, 1);
        encode_at(md5, &[0x2222_2222; DIGEST_WORDS], &mut row, 0);
        let mut expected = "2".repeat(32) + &"1".repeat(32) + &".".repeat(36);
        assert_eq!(row, expected.as_bytes());
        for place in 2..5 {
            encode_at(md5, &[0x3333_3333; DIGEST_WORDS], &mut row, place);
        }
        expected.replace_range(64..96, &"3".repeat(32));
        assert_eq!(row, expected.as_bytes());
    }
}
