//! Values that JSON has no type for: uuids, points in time, ordered maps. Plain data; exact decimals are in `decimal`.

use serde::ser::SerializeMap;

use super::wire::Redacted;

/// A 128-bit identifier, kept as its 16 bytes.
///
/// ```
/// use hydrant::message::Uuid;
/// let id = Uuid::parse("F93ADF6A-BE2C-4DD9-BE7A-3BAC9A0987EE").unwrap();
/// assert_eq!(id.to_string(), "f93adf6a-be2c-4dd9-be7a-3bac9a0987ee");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Reads 36 characters, 8-4-4-4-12 hexadecimal digits of either case; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::decode(text.as_bytes().try_into().ok()?)
    }

    /// The same of exactly 36 bytes.
    #[inline]
    pub(crate) fn decode(text: &[u8; 36]) -> Option<Self> {
        let dashes = [8, 13, 18, 23].map(|at| text.get(at) == Some(&b'-'));
        // The thirty-two digits, without the dashes.
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
        // Every digit in the same way and nothing decided before the end, so that this becomes vector code.
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
    pub fn encode(&self) -> [u8; 36] {
        let mut words = [[0; 8]; 4];
        for (word, bytes) in words.iter_mut().zip(self.0.as_chunks::<4>().0) {
            *word = hex_of_four(u32::from_le_bytes(*bytes)).to_le_bytes();
        }
        let mut text = [b'-'; 36];
        // Groups of 8, 4, 4, 4 and 12 digits; halves of words begin in the middle.
        let halves = words.as_flattened().as_chunks::<4>().0;
        for (half, at) in halves.iter().zip([0, 4, 9, 14, 19, 24, 28, 32]) {
            if let Some(place) = text.get_mut(at..at + 4) {
                place.copy_from_slice(half);
            }
        }
        text
    }

    /// A version 4 uuid made of 16 random bytes (RFC 9562, section 5.4).
    pub fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
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
    // Six more carries what is ten or more into the next digit of its byte.
    let letters = (nibbles + ONES * 6) >> 4 & ONES;
    nibbles + ONES * u64::from(b'0') + letters * u64::from(b'a' - b'0' - 10)
}

impl std::fmt::Display for Uuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(std::str::from_utf8(&self.encode()).map_err(|_| std::fmt::Error)?)
    }
}

impl std::fmt::Debug for Uuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Uuid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A map in the order of the message: a slice of pairs. Every key occurs once.
///
/// ```
/// use hydrant::message::Map;
/// let map = Map::new(&[("plan", "gold"), ("$Age", "42")]);
/// assert_eq!(map.get("plan"), Some(&"gold"));
/// assert_eq!(map.iter().count(), 2);
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Map<'a, V>(&'a [(&'a str, V)]);

impl<'a, V> Map<'a, V> {
    /// The map without entries.
    pub const EMPTY: Self = Self(&[]);

    /// A map of these pairs, whose keys must differ from each other: look-up finds the first.
    pub const fn new(pairs: &'a [(&'a str, V)]) -> Self {
        Self(pairs)
    }

    /// The value of `key`. Looks at the pairs one after the other: n comparisons of lengths for n pairs.
    pub fn get(&self, key: &str) -> Option<&'a V> {
        self.0
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs, in order.
    pub fn iter(&self) -> std::slice::Iter<'a, (&'a str, V)> {
        self.0.iter()
    }

    /// The pairs, in order.
    pub fn as_slice(&self) -> &'a [(&'a str, V)] {
        self.0
    }

    /// Whether there is an entry for `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

impl<V> Default for Map<'_, V> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a, V> IntoIterator for &Map<'a, V> {
    type Item = &'a (&'a str, V);
    type IntoIter = std::slice::Iter<'a, (&'a str, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, V> IntoIterator for Map<'a, V> {
    type Item = &'a (&'a str, V);
    type IntoIter = std::slice::Iter<'a, (&'a str, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<V: std::fmt::Debug> std::fmt::Debug for Map<'_, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(key, value)| (key, value)))
            .finish()
    }
}

impl<V: serde::Serialize> serde::Serialize for Map<'_, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// A member of a family that this version does not know: an event, an environment, a notification, a setting or a kind
/// of authentication added to the protocol later. It is kept, counted and written back as it came (D31).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Unknown<'a> {
    /// The discriminator.
    pub type_name: &'a str,
    /// The JSON text of the whole object, as it stands in the message.
    pub raw: &'a str,
}

/// The source text may hold identities, so only the type is shown.
impl std::fmt::Debug for Unknown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unknown")
            .field("type_name", &self.type_name)
            .field("raw", &Redacted)
            .finish()
    }
}

impl serde::Serialize for Unknown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", self.type_name)?;
        map.serialize_entry("raw", self.raw)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuid_accepts_only_the_canonical_shape() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        assert_eq!(Uuid::parse(text).unwrap().to_string(), text);
        for wrong in [
            "",
            "00112233445566778899aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeefg",
            "{0112233-4455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeefé",
            "00112233_4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(Uuid::parse(wrong), None, "{wrong}");
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
