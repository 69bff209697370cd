//! UUIDs as their 16 bytes.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A 128-bit identifier, kept as its 16 bytes.
///
/// ```
/// use hydrant::message::Uuid;
///
/// let id: Uuid = "F93ADF6A-BE2C-4DD9-BE7A-3BAC9A0987EE".parse()?;
/// assert_eq!(id.to_string(), "f93adf6a-be2c-4dd9-be7a-3bac9a0987ee");
/// # Ok::<(), hydrant::message::ParseUuidError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Reads 36 characters: 8-4-4-4-12 hexadecimal digits of either case.
    #[inline]
    pub(crate) fn decode(text: &[u8; 36]) -> Option<Self> {
        let dashes = [8, 13, 18, 23].map(|at| text.get(at) == Some(&b'-'));
        // The 32 digits, without the hyphens.
        let mut digits = [0; 32];
        for (to, from) in [
            (0, 0),
            (4, 4),
            (8, 9),
            (12, 14),
            (16, 19),
            (20, 24),
            (24, 28),
            (28, 32),
        ] {
            if let (Some(to), Some(from)) = (digits.get_mut(to..to + 4), text.get(from..from + 4)) {
                to.copy_from_slice(from);
            }
        }
        // Every digit is processed in the same way, without an early exit, so that the compiler can
        // vectorize the loop.
        let mut valid = true;
        for digit in &mut digits {
            let number = digit.wrapping_sub(b'0');
            let letter = (*digit | 0x20).wrapping_sub(b'a');
            valid &= (number < 10) | (letter < 6);
            *digit = if number < 10 {
                number
            } else {
                letter.wrapping_add(10)
            };
        }
        if !valid || dashes.contains(&false) {
            return None;
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            *byte = pair[0] << 4 | pair[1];
        }
        Some(Self(bytes))
    }

    /// The 36 characters in lower case.
    #[inline]
    #[must_use]
    pub fn encode(&self) -> [u8; 36] {
        let mut words = [[0; 8]; 4];
        for (word, bytes) in words.iter_mut().zip(self.0.as_chunks::<4>().0) {
            *word = hex_of_four(u32::from_le_bytes(*bytes)).to_le_bytes();
        }
        let mut text = [b'-'; 36];
        // Groups of 8, 4, 4, 4 and 12 digits; some begin in the middle of a word.
        let halves = words.as_flattened().as_chunks::<4>().0;
        for (half, at) in halves.iter().zip([0, 4, 9, 14, 19, 24, 28, 32]) {
            if let Some(place) = text.get_mut(at..at + 4) {
                place.copy_from_slice(half);
            }
        }
        text
    }

    /// A version 4 uuid made of 16 random bytes (RFC 9562, section 5.4).
    #[must_use]
    pub fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }
}

/// Reads 36 characters, 8-4-4-4-12 hexadecimal digits of either case, and nothing else.
impl FromStr for Uuid {
    type Err = ParseUuidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.as_bytes().try_into().map_err(|_| ParseUuidError(()))?;
        Self::decode(text).ok_or(ParseUuidError(()))
    }
}

/// The text is not a [`Uuid`].
///
/// The error does not contain the text, which may be an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseUuidError(());

impl fmt::Display for ParseUuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected a uuid of 36 characters, such as 00112233-4455-6677-8899-aabbccddeeff",
        )
    }
}

impl Error for ParseUuidError {}

impl From<[u8; 16]> for Uuid {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl From<Uuid> for [u8; 16] {
    fn from(uuid: Uuid) -> Self {
        uuid.0
    }
}

/// Four bytes, the first in the lowest, as eight hexadecimal digits, the first in the lowest byte.
#[inline]
fn hex_of_four(bytes: u32) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let bytes = u64::from(bytes);
    let spread = (bytes | bytes << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread >> 4 & 0x000f_000f_000f_000f) | (spread & 0x000f_000f_000f_000f) << 8;
    // Adding six carries a value of ten or more into the next digit of its byte.
    let letters = (nibbles + ONES * 6) >> 4 & ONES;
    nibbles + ONES * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10)
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.encode()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuid_accepts_only_the_canonical_shape() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        assert_eq!(text.parse::<Uuid>().unwrap().to_string(), text);
        for wrong in [
            "",
            "00112233445566778899aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeefg",
            "{0112233-4455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeefé",
            "00112233_4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(wrong.parse::<Uuid>(), Err(ParseUuidError(())), "{wrong}");
        }
    }

    #[test]
    fn every_byte_is_a_digit_or_none() {
        let text = *b"00112233-4455-6677-8899-aabbccddeeff";
        for place in 0..36 {
            for byte in 0..=255u8 {
                let mut text = text;
                let dash = text[place] == b'-';
                text[place] = byte;
                let found = Uuid::decode(&text);
                let valid = if dash {
                    byte == b'-'
                } else {
                    byte.is_ascii_hexdigit()
                };
                assert_eq!(found.is_some(), valid, "{place} {byte}");
                if let Some(uuid) = found {
                    let lower = text.map(|byte| byte.to_ascii_lowercase());
                    assert_eq!(uuid.encode(), lower, "{place} {byte}");
                }
            }
        }
    }

    #[test]
    fn random_uuids_carry_version_and_variant() {
        assert_eq!(
            Uuid::from_random([0xff; 16]).to_string(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
