//! Digest bytes to lower-case hexadecimal digits.
//!
//! Written without branches and tables, in steps of a fixed size, so that the compiler makes vector
//! instructions of it. It writes into slices of its callers and allocates nothing.

/// Bytes encoded by one step: what fills a 16-byte register twice with digits.
const STEP: usize = 16;

/// Writes the digits of `bytes` to the start of `out`, as many as there is room for.
#[inline]
pub(super) fn encode(bytes: &[u8], out: &mut [u8]) {
    let (steps, rest) = bytes.as_chunks::<STEP>();
    let (pairs, _) = out.as_chunks_mut::<2>();
    let mut pairs = pairs.iter_mut();
    for step in steps {
        for (byte, pair) in step.iter().zip(&mut pairs) {
            *pair = digits(*byte);
        }
    }
    for (byte, pair) in rest.iter().zip(&mut pairs) {
        *pair = digits(*byte);
    }
}

/// Writes the digits of `digest` as number `place` of a row of digests of the same length.
#[inline]
pub(super) fn encode_at(row: &mut [u8], place: usize, digest: &[u8]) {
    if let Some(out) = row.get_mut(place * digest.len() * 2..) {
        encode(digest, out);
    }
}

#[inline]
fn digits(byte: u8) -> [u8; 2] {
    // From '9' (0x39) to 'a' (0x61) are 39 characters that are no digits.
    [byte >> 4, byte & 0xf].map(|digit| b'0' + digit + if digit > 9 { 39 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        for len in [1, 15, 16, 17, 20, 31, 32, 33] {
            for byte in 0..=u8::MAX {
                for place in 0..len {
                    let mut bytes = vec![0x5a; len];
                    bytes[place] = byte;
                    let mut out = vec![b'?'; 2 * len + 3];
                    encode(&bytes, &mut out);
                    let expected: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
                    assert_eq!(out, (expected + "???").as_bytes());
                }
            }
        }
    }

    #[test]
    fn a_row_is_written_place_by_place_and_never_beyond_its_end() {
        let mut row = *b"................";
        encode_at(&mut row, 1, &[0xab, 0xcd]);
        encode_at(&mut row, 0, &[0x01, 0x23]);
        assert_eq!(&row, b"0123abcd........");
        encode_at(&mut row, 3, &[0xff; 2]);
        encode_at(&mut row, 4, &[0xee; 2]);
        encode_at(&mut row, 5, &[0xee; 2]);
        assert_eq!(&row, b"0123abcd....ffff");
    }
}
