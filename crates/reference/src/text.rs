//! Bytes of a body to text that is known to be one JSON value: size, encoding, depth, grammar.
//!
//! `semantics.md`, text and framing. It does not depend on messages: its refusals have no path.

use super::{MAX_BYTES, MAX_DEPTH, Refusal, surrogates};
use serde_json::value::RawValue;

/// An accepted body: well-formed, not too deep, one value.
pub struct Document {
    /// The original text, without byte order mark.
    pub original: String,
    /// The same text, same length, lone surrogate escapes replaced by `\ufffd`.
    pub repaired: String,
    /// The offsets of these escapes.
    lone_surrogates: Vec<usize>,
}

impl Document {
    /// Reads a body of at most [`MAX_BYTES`] bytes and [`MAX_DEPTH`] nested containers.
    pub fn read(input: &[u8]) -> Result<Self, Refusal> {
        if input.len() > MAX_BYTES {
            return Err(Refusal::of_the_whole("body too large"));
        }
        if let Some(encoding) = other_encoding(input) {
            return Err(Refusal::of_the_whole(format!(
                "not UTF-8, looks like {encoding}"
            )));
        }
        let input = input.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input);
        let original = std::str::from_utf8(input).map_err(|error| {
            Refusal::of_the_whole(format!("invalid UTF-8 after {} bytes", error.valid_up_to()))
        })?;
        if original.chars().all(is_space) {
            return Err(Refusal::of_the_whole("empty input"));
        }
        if depth(original) > MAX_DEPTH {
            return Err(Refusal::of_the_whole(format!(
                "nested deeper than {MAX_DEPTH}"
            )));
        }
        let (repaired, lone_surrogates) = surrogates::repair(original);
        // Reading a raw value checks the grammar of everything, including unknown fields, and that
        // only white space follows.
        serde_json::from_str::<&RawValue>(&repaired)
            .map_err(|error| Refusal::of_the_whole(format!("malformed JSON: {error}")))?;
        Ok(Self {
            original: original.to_owned(),
            repaired,
            lone_surrogates,
        })
    }

    /// The one value of the document.
    pub fn root(&self) -> &RawValue {
        serde_json::from_str(&self.repaired).expect("checked when read")
    }

    /// The original text of a value of [`root`](Self::root), white space outside strings removed.
    ///
    /// This is the text as it came, lone surrogates included, not the repaired one.
    pub fn compact(&self, value: &RawValue) -> String {
        compact(&self.original[self.place(value)])
    }

    /// How many lone surrogate escapes there are in a value of [`root`](Self::root).
    pub(crate) fn lone_surrogates(&self, value: &RawValue) -> usize {
        let place = self.place(value);
        let inside = self.lone_surrogates.iter();
        inside.filter(|offset| place.contains(offset)).count()
    }

    fn place(&self, value: &RawValue) -> std::ops::Range<usize> {
        let start = value.get().as_ptr() as usize - self.repaired.as_ptr() as usize;
        start..start + value.get().len()
    }
}

/// Removes the white space outside of string literals and changes nothing else.
pub fn compact(text: &str) -> String {
    let mut out = String::new();
    let mut in_string = false;
    let mut escaped = false;
    for c in text.chars() {
        if in_string || !is_space(c) {
            out.push(c);
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
    out
}

/// The white space of the JSON grammar.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The largest number of containers that are open at once. For text that is not JSON the result is
/// arbitrary; it is refused anyway.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Names the encoding of bytes that start like UTF-16 or UTF-32: by byte order mark, or by the zero
/// bytes that the first two ASCII characters of any JSON text leave there (RFC 4627, section 3).
fn other_encoding(input: &[u8]) -> Option<&'static str> {
    match input {
        [0xFF, 0xFE, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32BE"),
        [0xFF, 0xFE, ..] => Some("UTF-16LE"),
        [0xFE, 0xFF, ..] => Some("UTF-16BE"),
        [0, 0, 0, _, ..] => Some("UTF-32BE"),
        [_, 0, 0, 0, ..] => Some("UTF-32LE"),
        [0, _, 0, _, ..] => Some("UTF-16BE"),
        [_, 0, _, 0, ..] => Some("UTF-16LE"),
        _ => None,
    }
}
