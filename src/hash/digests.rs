//! Results of hashing: many digests in one text, or one on the stack.
//!
//! Both are text of lower-case hexadecimal digits that can be read without copying. `Debug` does
//! not show it: a digest identifies a person like the value itself.

use std::borrow::Borrow;
use std::fmt;
use std::iter::FusedIterator;
use std::ops::{Deref, Range};
use std::slice;

use super::hex::LONGEST_HEX;
use super::{Algorithm, Input};

/// The encoded identities of one batch, in the order of the inputs, in one reused text.
///
/// Inputs that were hashed have exactly [`Algorithm::hex_len`] digits; inputs that were already
/// encoded are copied unchanged. `Debug` shows only their number.
///
/// ```
/// use hydrant::hash::{Algorithm, Input, Normalization, hash_many};
///
/// let inputs = [Input::Raw("abc"), Input::Encoded("0A1B")];
/// let digests = hash_many(Algorithm::Md5, Normalization::STANDARD, &inputs);
///
/// let texts: Vec<&str> = digests.iter().collect();
/// assert_eq!(texts, ["900150983cd24fb0d6963f7d28e17f72", "0A1B"]);
/// assert_eq!(digests.get(2), None);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HexDigests {
    text: String,
    /// Where in `text` each entry ends, which is where the next one begins.
    ends: Vec<usize>,
}

impl HexDigests {
    /// No digests, and nothing allocated yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of input number `index`, counted from zero.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// All entries, in the order of the inputs.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            digests: self,
            indices: 0..self.len(),
        }
    }

    /// Removes the digests and keeps the buffers.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds the entry of a single raw input, whose digits are the first of `hex`.
    #[inline]
    pub(super) fn push(&mut self, algorithm: Algorithm, hex: &[[u8; LONGEST_HEX]]) {
        let digits = hex.as_flattened();
        self.text
            .push_str(ascii(digits.get(..algorithm.hex_len()).unwrap_or(digits)));
        self.ends.push(self.text.len());
    }

    /// Adds one entry per input: from `digits` for raw ones, otherwise the encoded text.
    pub(super) fn append(&mut self, algorithm: Algorithm, inputs: &[Input<'_>], digits: &[u8]) {
        // Checking a whole window of digits at once is much faster than checking each digest.
        let mut digits = ascii(digits);
        for run in inputs.chunk_by(|one, next| one.is_raw() == next.is_raw()) {
            if let [Input::Raw(_), ..] = run {
                let (now, later) = digits
                    .split_at_checked(run.len() * algorithm.hex_len())
                    .unwrap_or((digits, ""));
                let start = self.text.len();
                self.text.push_str(now);
                self.ends
                    .extend((1..=run.len()).map(|n| start + n * algorithm.hex_len()));
                digits = later;
            } else {
                for input in run {
                    self.text.push_str(input.value());
                    self.ends.push(self.text.len());
                }
            }
        }
    }
}

impl fmt::Debug for HexDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HexDigests")
            .field("len", &self.len())
            .field("text", &format_args!("[redacted]"))
            .finish()
    }
}

impl<'a> IntoIterator for &'a HexDigests {
    type Item = &'a str;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The digests of [`HexDigests`], in order.
#[derive(Clone)]
pub struct Iter<'a> {
    digests: &'a HexDigests,
    indices: Range<usize>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.digests.get(self.indices.next()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.digests.get(self.indices.next_back()?)
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// One digest as text, on the stack.
///
/// It dereferences to `str`. `Display` writes the digits, `Debug` does not.
///
/// ```
/// use hydrant::hash::{Algorithm, Normalization, hash_one};
///
/// let digest = hash_one(Algorithm::Md5, Normalization::STANDARD, "abc");
/// assert_eq!(digest, "900150983cd24fb0d6963f7d28e17f72");
/// assert_eq!(digest.len(), 32);
/// assert_eq!(format!("{digest:.4}"), "9001");
/// assert_eq!(format!("{digest:?}"), "HexDigest([redacted])");
/// ```
#[derive(Clone, Copy)]
pub struct HexDigest {
    digits: [u8; LONGEST_HEX],
    len: usize,
}

impl HexDigest {
    /// The digest whose digits `write` writes, unless `write` returns that it did not.
    #[inline]
    pub(super) fn with(
        algorithm: Algorithm,
        write: impl FnOnce(&mut [[u8; LONGEST_HEX]]) -> bool,
    ) -> Option<Self> {
        let mut text = Self {
            digits: [b'0'; LONGEST_HEX],
            len: algorithm.hex_len(),
        };
        write(slice::from_mut(&mut text.digits)).then_some(text)
    }

    /// The digest with the given digits.
    pub(super) fn new(digits: &[u8]) -> Self {
        let mut text = Self {
            digits: [b'0'; LONGEST_HEX],
            len: digits.len(),
        };
        for (place, digit) in text.digits.iter_mut().zip(digits) {
            *place = *digit;
        }
        text
    }

    /// A digest that was computed elsewhere, in lower case. The caller has checked its form.
    pub(super) fn lower_case(digits: &str) -> Self {
        let mut text = Self::new(digits.as_bytes());
        text.digits.make_ascii_lowercase();
        text
    }

    /// The digits: 32, 40 or 64 of them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        ascii(self.digits.get(..self.len).unwrap_or(&self.digits))
    }
}

/// The same bytes as text. `hex::encode` wrote them, so they are ASCII; the empty text avoids a
/// panic and is never returned.
fn ascii(digits: &[u8]) -> &str {
    let text = str::from_utf8(digits);
    debug_assert!(text.is_ok(), "hexadecimal digits are ASCII");
    text.unwrap_or_default()
}

impl Deref for HexDigest {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for HexDigest {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for HexDigest {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for HexDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for HexDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HexDigest([redacted])")
    }
}

impl From<HexDigest> for String {
    fn from(digest: HexDigest) -> Self {
        digest.as_str().to_owned()
    }
}

impl PartialEq for HexDigest {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for HexDigest {}

impl PartialOrd for HexDigest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HexDigest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl std::hash::Hash for HexDigest {
    // As `str` does, which `Borrow<str>` requires.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialEq<str> for HexDigest {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for HexDigest {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<HexDigest> for str {
    fn eq(&self, other: &HexDigest) -> bool {
        self == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::hash::{Normalization, hash_many, hash_one};

    #[test]
    fn digests_are_read_in_order_from_both_ends() {
        let inputs = [
            Input::Encoded("a"),
            Input::Encoded(""),
            Input::Raw("abc"),
            Input::Encoded("d"),
        ];
        let digests = hash_many(Algorithm::Md5, Normalization::STANDARD, &inputs);
        let abc = "900150983cd24fb0d6963f7d28e17f72";

        let mut iter = digests.iter();
        assert_eq!(
            (iter.len(), iter.next_back(), iter.next()),
            (4, Some("d"), Some("a"))
        );
        assert_eq!(
            (iter.next(), iter.next_back(), iter.len()),
            (Some(""), Some(abc), 0)
        );
        assert_eq!((iter.next(), iter.next_back()), (None, None));

        let mut joined = String::new();
        for text in &digests {
            joined += text;
        }
        assert_eq!(joined, format!("a{abc}d"));
    }

    #[test]
    fn a_single_digest_behaves_like_its_text() {
        let abc: HexDigest = hash_one(Algorithm::Md5, Normalization::STANDARD, "abc");
        let text = "900150983cd24fb0d6963f7d28e17f72";
        assert_eq!(abc, text);
        assert_eq!(*text, abc);
        assert_eq!(
            (abc.to_string(), String::from(abc)),
            (text.to_owned(), text.to_owned())
        );
        assert_eq!(format!("{abc:>34.4}"), format!("{:>34}", "9001"));
        assert!(abc.starts_with("9001") && abc.as_ref() == text);

        let other = hash_one(Algorithm::Md5, Normalization::STANDARD, "a");
        assert!(abc != other && abc > other);
        assert_eq!(HashMap::from([(abc, 1), (other, 2)]).get(text), Some(&1));
    }
}
