//! The memory that a message may need: the limit of [`ParseOptions`](super::ParseOptions) and what
//! it applies to.
//!
//! The limit applies to the memory of the complete path, as a function of the text, so that both
//! paths refuse the same messages. Two shares are limited separately, because they are known at
//! different times:
//!
//! | share | known | of what |
//! |---|---|---|
//! | text | before anything is allocated | copies of the text, tape, structural indexes |
//! | lists | before each allocation in the arena | elements of lists, entries and index tables of maps, objects |
//!
//! The text share is computed only if a text of its length could exceed the limit. The fast path
//! has no tape; of the list share it takes up to four times as much, because it does not know the
//! length of a list in advance. So it counts all of its allocations and bails out at a quarter of
//! the limit; the complete path then decides.

use super::ParseOptions;
use crate::error::{Error, ErrorKind};

/// The most memory for each byte of a text: two copies for simd-json and its buffer for strings,
/// the padded copy with its bitmap, and the offsets of lone surrogates.
const PER_BYTE: usize = 8;

/// The memory for each structural character: a node of the tape and an index.
pub(super) const PER_STRUCTURAL: usize = 28;

/// Refuses a text whose structure may take more memory than is allowed.
///
/// # Errors
///
/// Fails with [`ErrorKind::TooLarge`].
#[inline]
pub(super) fn check_text(text: &[u8], options: &ParseOptions) -> Result<(), Error> {
    // Nearly all messages are so small that the worst case of their length fits.
    if need(text.len(), text.len()) <= options.max_memory {
        return Ok(());
    }
    check_structure(text, options.max_memory)
}

#[cold]
fn check_structure(text: &[u8], limit: usize) -> Result<(), Error> {
    // Counting exactly is slower, and only necessary for texts near the limit.
    if need(text.len(), structurals_at_most(text)) <= limit
        || need(text.len(), structurals(text)) <= limit
    {
        return Ok(());
    }
    Err(Error::plain(
        ErrorKind::TooLarge,
        "the structure of the message needs more memory than allowed",
    ))
}

/// The most memory for a text of this many bytes with this many structural characters.
fn need(bytes: usize, structurals: usize) -> usize {
    let copies = bytes.saturating_mul(PER_BYTE);
    copies.saturating_add(structurals.saturating_mul(PER_STRUCTURAL))
}

/// At least the number of structural characters, because bytes in strings count like those outside.
/// The only state is the previous byte, so that the compiler can vectorize it.
fn structurals_at_most(text: &[u8]) -> usize {
    /// The most counts that fit into the sum of a lane.
    const CHUNK: usize = 255;
    let Some((first, rest)) = text.split_first() else {
        return 0;
    };
    let pairs = text.chunks(CHUNK).zip(rest.chunks(CHUNK));
    let counts = pairs.map(|(before, bytes)| {
        let begins = before.iter().zip(bytes);
        let count: u8 = begins
            .map(|(before, byte)| u8::from(begins_structure(*before, *byte)))
            .sum();
        usize::from(count)
    });
    counts.sum::<usize>() + usize::from(begins_structure(b' ', *first))
}

/// The structural characters as simd-json finds them: brackets, colons, commas, and the first
/// character of each string and other value. They are also counted in a text that is not JSON,
/// because simd-json finds them before it detects that.
pub(super) fn structurals(text: &[u8]) -> usize {
    let mut count = 0;
    let (mut in_string, mut escaped, mut before) = (false, false, b' ');
    for &byte in text {
        let quote = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        if in_string {
            in_string = !quote;
        } else {
            count += usize::from(begins_structure(before, byte));
            in_string = quote;
        }
        before = byte;
    }
    count
}

/// Whether a byte outside of strings is a structural character, given the byte before it.
#[inline(always)]
fn begins_structure(before: u8, byte: u8) -> bool {
    is_operator(byte) | (!is_separator(byte) & is_separator(before))
}

#[inline(always)]
fn is_separator(byte: u8) -> bool {
    is_operator(byte) | (byte == b' ') | (byte == b'\n') | (byte == b'\r') | (byte == b'\t')
}

#[inline(always)]
fn is_operator(byte: u8) -> bool {
    // Each bracket differs from the brace of the same side in this bit.
    (byte | 0x20 == b'{') | (byte | 0x20 == b'}') | (byte == b':') | (byte == b',') | (byte == b'"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structurals_are_counted() {
        for (text, count) in [
            ("", 0),
            ("[]", 2),
            (r#"{"a":1,"b c":"d, {e}","f":[true , null]}"#, 17),
            (r#"["a\"b,","\\",1 2 ,,"x"y]"#, 12),
            (r#"\"[[[["#, 6),
        ] {
            assert_eq!(structurals(text.as_bytes()), count, "{text}");
            assert!(structurals_at_most(text.as_bytes()) >= count, "{text}");
        }
        // More than one chunk.
        let text = r#"{"key":["text",1.5, true]}"#.repeat(1000);
        let exact = structurals(text.as_bytes());
        assert_eq!(exact, 11_000);
        assert!((exact..exact * 2).contains(&structurals_at_most(text.as_bytes())));
    }

    #[test]
    fn texts_are_refused_by_their_structure() {
        let with = |max_memory| ParseOptions::new().max_memory(max_memory);
        for (text, need) in [
            ("[1,2]".to_owned(), 5 * 8 + 5 * 28),
            ("[".repeat(1000), 1000 * 36),
            (format!("[\"{}\"]", "[".repeat(996)), 1000 * 8 + 3 * 28),
        ] {
            assert!(check_text(text.as_bytes(), &with(need)).is_ok(), "{text}");
            let error = check_text(text.as_bytes(), &with(need - 1)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge);
        }
    }
}
