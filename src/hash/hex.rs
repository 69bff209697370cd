//! Digests as lower-case hexadecimal digits.
//!
//! Four bytes at a time, with all eight digits in one general register, without branches or tables.
//! It writes into slices of its callers and allocates nothing.

use super::Algorithm;
use super::block::{DIGEST_LEN, Digest};

/// Digits of the longest digest.
pub(super) const LONGEST_HEX: usize = DIGEST_LEN * 2;

/// Writes the digits of each digest as number `place` of a row of digests of the same length, as
/// far as there is room.
pub(super) fn encode(
    algorithm: Algorithm,
    digests: &[Digest],
    places: &[usize],
    row: &mut [[u8; LONGEST_HEX]],
) {
    let row = row.as_flattened_mut();
    match algorithm {
        Algorithm::Md5 => encode_row::<32>(digests, places, row),
        Algorithm::Sha1 => encode_row::<40>(digests, places, row),
        Algorithm::Sha256 => encode_row::<64>(digests, places, row),
    }
}

#[inline]
fn encode_row<const DIGITS: usize>(digests: &[Digest], places: &[usize], row: &mut [u8]) {
    let (row, _) = row.as_chunks_mut::<DIGITS>();
    for (digest, place) in digests.iter().zip(places) {
        if let Some(out) = row.get_mut(*place) {
            for (pair, byte) in out.as_chunks_mut().0.iter_mut().zip(digest) {
                *pair = digits(*byte);
            }
        }
    }
}

/// The digits of a byte.
#[inline]
fn digits(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| digit + b'0' + if digit > 9 { b'a' - b'9' - 1 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Platform;

    /// The digits as the standard library writes them.
    fn plain(algorithm: Algorithm, digest: &Digest) -> String {
        let bytes = digest.iter().take(algorithm.digest_len());
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn every_byte_at_every_place() {
        for platform in Platform::available() {
            for &algorithm in Algorithm::ALL {
                for place in (0..32).step_by(if cfg!(miri) { 13 } else { 1 }) {
                    for byte in (0..=u8::MAX).step_by(if cfg!(miri) { 85 } else { 1 }) {
                        let mut digest = [0x5a; DIGEST_LEN];
                        digest[place] = byte;
                        let mut row = [[b'?'; LONGEST_HEX]; 2];
                        platform.encode(algorithm, &[digest], &[0], &mut row);
                        let (digits, rest) = row.as_flattened().split_at(algorithm.hex_len());
                        assert_eq!(digits, plain(algorithm, &digest).as_bytes(), "{platform}");
                        assert!(rest.iter().all(|byte| *byte == b'?'), "{platform}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_is_written_place_by_place_and_never_beyond_its_end() {
        for platform in Platform::available() {
            for &algorithm in Algorithm::ALL {
                let len = algorithm.hex_len();
                let mut row = [[b'.'; LONGEST_HEX]; 2];
                let room = row.as_flattened().len() / len;
                let digests: Vec<Digest> = (0..6).map(|i| [i * 0x11; DIGEST_LEN]).collect();
                let places = [room - 1, 0, room, room + 1, 1, usize::MAX];
                platform.encode(algorithm, &digests, &places, &mut row);

                let mut expected = vec![b'.'; 2 * LONGEST_HEX];
                for (digit, place) in [(b'1', 0), (b'4', 1), (b'0', room - 1)] {
                    if digit != b'0' || room > 2 {
                        expected[place * len..][..len].fill(digit);
                    }
                }
                assert_eq!(row.as_flattened(), expected, "{algorithm} on {platform}");
            }
        }
    }
}
