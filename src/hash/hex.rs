//! Digests to lower-case hexadecimal digits.
//!
//! Arithmetic without branches or tables, which the compiler does for as many bytes at once as a
//! register holds. It writes into slices of its callers and allocates nothing.

use super::Algorithm;
use super::block::{DIGEST_LEN, Digest};

/// Digits of the longest digest.
pub(super) const LONGEST_HEX: usize = DIGEST_LEN * 2;

/// Writes the digits of `digest` to the start of `out`, as far as there is room.
#[inline]
pub(super) fn encode(algorithm: Algorithm, digest: &Digest, out: &mut [u8]) {
    // Lengths that the compiler knows.
    match algorithm {
        Algorithm::Md5 => encode_bytes::<16>(digest, out),
        Algorithm::Sha1 => encode_bytes::<20>(digest, out),
        Algorithm::Sha256 => encode_bytes::<32>(digest, out),
    }
}

/// Writes the digits of `digest` as number `place` of a row of digests of the same algorithm.
#[inline]
pub(super) fn encode_at(algorithm: Algorithm, digest: &Digest, row: &mut [u8], place: usize) {
    if let Some(out) = row.get_mut(place * algorithm.hex_len()..) {
        encode(algorithm, digest, out);
    }
}

#[inline]
fn encode_bytes<const LEN: usize>(digest: &Digest, out: &mut [u8]) {
    if let (Some(bytes), (places, _)) = (digest.first_chunk::<LEN>(), out.as_chunks_mut())
        && let Some(places) = places.first_chunk_mut::<LEN>()
    {
        for (place, byte) in places.iter_mut().zip(bytes) {
            *place = digits(*byte);
        }
    }
}

/// The two digits of a byte.
#[inline]
fn digits(byte: u8) -> [u8; 2] {
    let byte = u16::from(byte);
    let values = ((byte >> 4) | (byte << 8)) & 0x0f0f;
    // Six more carries those above nine into the next four bits.
    let letters = ((values + 0x0606) >> 4) & 0x0101;
    // From `9` to `a` are 39 characters that are no digits.
    (values + 0x3030 + letters * 39).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digits as the standard library writes them.
    fn plain(algorithm: Algorithm, digest: &Digest) -> String {
        let bytes = digest.iter().take(algorithm.digest_len());
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn every_byte_at_every_place() {
        for algorithm in Algorithm::ALL {
            for place in 0..32 {
                for byte in 0..=u8::MAX {
                    let mut digest = [0x5a; DIGEST_LEN];
                    digest[place] = byte;
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
        encode_at(md5, &[0x11; DIGEST_LEN], &mut row, 1);
        encode_at(md5, &[0x22; DIGEST_LEN], &mut row, 0);
        let mut expected = "2".repeat(32) + &"1".repeat(32) + &".".repeat(36);
        assert_eq!(row, expected.as_bytes());
        for place in 2..5 {
            encode_at(md5, &[0x33; DIGEST_LEN], &mut row, place);
        }
        expected.replace_range(64..96, &"3".repeat(32));
        assert_eq!(row, expected.as_bytes());
    }
}
