//! Strings of JSON texts: where they end, and their escapes; and the white space outside of them.
//!
//! # Invariants
//!
//! The length that [`escape`] returns covers bytes of the text that are ASCII and not NUL: the
//! cursor of the fast path passes them without checking them again.
use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

/// The value of an escape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Escape {
    Character(char),
    /// A surrogate that is not part of a pair, which no character corresponds to.
    LoneSurrogate,
}

/// The escape at the beginning of `text`, and its length; `None` if it is invalid. Two escapes that
/// make a surrogate pair count as one.
pub(super) fn escape(text: &[u8]) -> Option<(Escape, usize)> {
    let [b'\\', kind, rest @ ..] = text else {
        return None;
    };
    match simple_escape(*kind) {
        Some(character) => Some((Escape::Character(character), 2)),
        None if *kind == b'u' => unicode_escape(rest),
        None => None,
    }
}

/// The character of an escape of one letter, without its backslash. It uses a table, because the
/// branches of a `match` are hard to predict.
#[inline(always)]
pub(super) fn simple_escape(kind: u8) -> Option<char> {
    const CHARACTERS: [u8; 256] = characters();
    match CHARACTERS.get(usize::from(kind)) {
        None | Some(0) => None,
        Some(&character) => Some(char::from(character)),
    }
}

/// The characters of the escapes of one letter, and 0 for other bytes.
#[allow(
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "evaluated at compile time"
)]
const fn characters() -> [u8; 256] {
    let mut characters = [0; 256];
    let escapes = *b"\"\"\\\\//b\x08f\x0cn\nr\rt\t";
    let mut at = 0;
    while at < escapes.len() {
        characters[escapes[at] as usize] = escapes[at + 1];
        at += 2;
    }
    characters
}

/// As [`escape`], for the part of `text` after `\u`.
fn unicode_escape(text: &[u8]) -> Option<(Escape, usize)> {
    let (high, rest) = hex4(text)?;
    if let Some(character) = char::from_u32(high) {
        return Some((Escape::Character(character), 6));
    }
    if let 0xd800..=0xdbff = high
        && let Some((low @ 0xdc00..=0xdfff, _)) = rest.strip_prefix(b"\\u").and_then(hex4)
        && let Some(character) = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
    {
        return Some((Escape::Character(character), 12));
    }
    Some((Escape::LoneSurrogate, 6))
}

/// The value of the four hexadecimal digits at the beginning of `text`, and what follows them.
fn hex4(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let value = digits.iter().try_fold(0, |value, &digit| {
        Some(value << 4 | char::from(digit).to_digit(16)?)
    })?;
    Some((value, rest))
}

/// Whether there is white space between the tokens of a well-formed JSON text.
pub(super) fn has_white_space(json: &str) -> bool {
    white_space(json).next().is_some()
}

/// A well-formed JSON text without the white space between its tokens.
pub(super) fn without_white_space<'a>(json: &str, arena: &'a Bump) -> &'a str {
    let mut kept = ArenaString::with_capacity_in(json.len(), arena);
    let mut start = 0;
    for at in white_space(json) {
        kept.push_str(json.get(start..at).unwrap_or_default());
        start = at + 1;
    }
    kept.push_str(json.get(start..).unwrap_or_default());
    kept.into_bump_str()
}

/// The offsets of the white space between tokens.
fn white_space(json: &str) -> impl Iterator<Item = usize> {
    let (mut in_string, mut escaped) = (false, false);
    json.bytes().enumerate().filter_map(move |(at, byte)| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b' ' | b'\t' | b'\n' | b'\r' if !in_string => return Some(at),
            _ => {}
        }
        None
    })
}

/// The characters of a well-formed string without its quotes; lone surrogates become U+FFFD. For
/// error messages, where speed does not matter.
pub(super) fn unescape(text: &[u8]) -> String {
    String::from_utf8_lossy(&unescape_bytes(text)).into_owned()
}

/// The same for a text that need not be UTF-8.
pub(crate) fn unescape_bytes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match escape(rest) {
            Some((escape, length)) => {
                let character = match escape {
                    Escape::Character(character) => character,
                    Escape::LoneSurrogate => char::REPLACEMENT_CHARACTER,
                };
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest.get(length..).unwrap_or_default()
            }
            None => {
                out.push(byte);
                after
            }
        };
    }
    out
}

/// The number of characters in the text of a JSON string, which is between its quotes.
pub(super) fn count_characters(text: &[u8]) -> usize {
    let (mut count, mut rest) = (0, text);
    while let Some((&byte, after)) = rest.split_first() {
        let is_continuation = byte & 0xc0 == 0x80;
        count += usize::from(!is_continuation);
        rest = escape(rest).map_or(after, |(_, length)| rest.get(length..).unwrap_or_default());
    }
    count
}

/// The offset after the string whose opening quote is at `start`.
pub(super) fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = text.get(at) {
        at += if byte == b'\\' { 2 } else { 1 };
        if byte == b'"' {
            break;
        }
    }
    at.min(text.len())
}

/// The number, `true` or `false` at the beginning of a well-formed text.
pub(super) fn number_or_bool(text: &[u8]) -> &str {
    let end = text
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'E' | b'+' | b'-' | b'.'))
        .unwrap_or(text.len());
    // Every byte is ASCII, so this cannot fail.
    std::str::from_utf8(text.get(..end).unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        use Escape::*;
        for (text, expected) in [
            ("\\n", Some((Character('\n'), 2))),
            ("\\\"x", Some((Character('"'), 2))),
            ("\\u00e9", Some((Character('é'), 6))),
            ("\\uD83D\\uDE00", Some((Character('😀'), 12))),
            ("\\ud83d\\u0041", Some((LoneSurrogate, 6))),
            ("\\ud83d\\u00", Some((LoneSurrogate, 6))),
            ("\\ude00\\ude00", Some((LoneSurrogate, 6))),
            ("\\u12g4", None),
            ("\\u+123", None),
            ("\\u12", None),
            ("\\x", None),
            ("\\", None),
            ("n", None),
            ("", None),
        ] {
            assert_eq!(escape(text.as_bytes()), expected, "{text}");
        }
        let text = "a\\u00e9\\\\\\ud83d\\ude00é\\ud800\\\"";
        assert_eq!(unescape(text.as_bytes()), "aé\\😀é\u{fffd}\"");
    }

    #[test]
    fn eight_bytes_are_escapes_of_one_letter() {
        let escapes = (0..=255).filter(|&kind| simple_escape(kind).is_some());
        assert!(escapes.eq(*b"\"/\\bfnrt"));
        let characters = b"\"/\\bfnrt".map(|kind| simple_escape(kind).unwrap());
        assert_eq!(
            characters,
            ['"', '/', '\\', '\u{8}', '\u{c}', '\n', '\r', '\t']
        );
    }

    #[test]
    fn strings_end_after_their_closing_quote() {
        for (text, end) in [("\"\"x", 2), ("\"a\\\"b\"x", 6), ("\"a", 2), ("\"\\", 2)] {
            assert_eq!(string_end(text.as_bytes(), 0), end, "{text}");
        }
    }
}
