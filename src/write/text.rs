//! Appends text, unchanged or as a JSON string. Most texts of a message are short and need no
//! escapes, so a short copy must take few branches: it copies two overlapping blocks of a fixed
//! size and checks both for characters to escape while they are in registers.

/// Maximum length of a short text in bytes.
const SHORT: usize = 32;

/// Maximum length of a short text with comma, quotes and colon.
const SLOT: usize = SHORT + 4;

/// Maximum length of a text of two blocks of `SHORT` bytes, with quotes.
const DOUBLE: usize = 2 * SHORT + 2;

/// Initial content of the slot of a key: a comma and quotes.
const KEY: [u8; SLOT] = {
    let mut key = [b'"'; SLOT];
    key[0] = b',';
    key
};

/// Appends a text unchanged. For short texts, the call of `memcpy` in `Vec::extend_from_slice`
/// costs more than the copy.
#[inline]
pub(super) fn push(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    if bytes.len() > SHORT || !has_room(out) {
        return out.extend_from_slice(bytes);
    }
    let start = out.len();
    out.extend_from_slice(&[0; SLOT]);
    if let Some(slot) = out.last_chunk_mut() {
        copy_short::<0>(bytes, slot);
    }
    out.truncate(start + bytes.len());
}

/// Appends a JSON string.
#[inline]
pub(super) fn push_quoted(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    if bytes.len() > SHORT || !has_room(out) {
        return push_long(text, out);
    }
    let start = out.len();
    // The bytes before and after the text are quotes.
    out.extend_from_slice(&[b'"'; SLOT]);
    let plain = match out.last_chunk_mut() {
        Some(slot) => copy_short::<1>(bytes, slot),
        None => false,
    };
    if plain {
        return out.truncate(start + bytes.len() + 2);
    }
    out.truncate(start);
    push_escaped(text, out);
}

/// Appends a JSON string with a comma before it and a colon after it.
#[inline]
pub(super) fn push_key(key: &str, out: &mut Vec<u8>) {
    let bytes = key.as_bytes();
    if bytes.len() > SHORT || !has_room(out) {
        return push_any_key(key, out);
    }
    let start = out.len();
    out.extend_from_slice(&KEY);
    let plain = match out.last_chunk_mut::<SLOT>() {
        Some(slot) => {
            let plain = copy_short::<2>(bytes, slot);
            if let Some(colon) = slot.get_mut(bytes.len() + 3) {
                *colon = b':';
            }
            plain
        }
        None => false,
    };
    if plain {
        return out.truncate(start + bytes.len() + 4);
    }
    out.truncate(start);
    push_any_key(key, out);
}

#[inline(never)]
fn push_any_key(key: &str, out: &mut Vec<u8>) {
    out.push(b',');
    push_quoted(key, out);
    out.push(b':');
}

/// Whether a slot can be appended without growing the buffer. After this check the compiler removes
/// the code that grows it.
#[inline]
fn has_room(out: &Vec<u8>) -> bool {
    out.capacity() - out.len() >= SLOT
}

#[inline(never)]
fn push_long(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    // Reserves an additional slot, so that the next short text has room.
    out.reserve(bytes.len() + DOUBLE + SLOT);
    if bytes.len() <= SHORT {
        return push_quoted(text, out);
    }
    let start = out.len();
    if bytes.len() <= 2 * SHORT {
        out.extend_from_slice(&[b'"'; DOUBLE]);
        let plain = match out.last_chunk_mut() {
            Some(slot) => {
                let [first, last] = copy_ends::<1, SHORT, DOUBLE>(bytes, slot);
                any(&first) | any(&last) == 0
            }
            None => false,
        };
        if plain {
            return out.truncate(start + bytes.len() + 2);
        }
        out.truncate(start);
        return push_escaped(text, out);
    }
    let last = bytes.last_chunk::<8>().map_or(0, |last| any(last));
    if any(bytes) | last != 0 {
        return push_escaped(text, out);
    }
    out.push(b'"');
    out.extend_from_slice(bytes);
    out.push(b'"');
}

/// Copies a short text to offset `AT` of a slot, and returns whether no byte must be escaped.
#[inline]
fn copy_short<const AT: usize>(bytes: &[u8], slot: &mut [u8; SLOT]) -> bool {
    match bytes.len() {
        0..4 => special(copy_few::<AT>(bytes, slot)) == 0,
        4..8 => {
            let [first, last] = copy_ends::<AT, 4, SLOT>(bytes, slot);
            let [first, last] = [first, last].map(|block| u64::from(u32::from_le_bytes(block)));
            special(first | last << 32) == 0
        }
        8..16 => {
            let [first, last] = copy_ends::<AT, 8, SLOT>(bytes, slot);
            any(&first) | any(&last) == 0
        }
        _ => {
            let [first, last] = copy_ends::<AT, 16, SLOT>(bytes, slot);
            any(&first) | any(&last) == 0
        }
    }
}

/// Copies up to three bytes: the first, the middle and the last one. Returns them in a word that is
/// filled up with the digit zero.
#[inline]
fn copy_few<const AT: usize>(bytes: &[u8], slot: &mut [u8; SLOT]) -> u64 {
    let mut word = ONES * u64::from(b'0');
    if let Some(last) = bytes.len().checked_sub(1) {
        for at in [0, bytes.len() / 2, last] {
            let byte = bytes.get(at).copied().unwrap_or_default();
            if let Some(to) = slot.get_mut(AT + at) {
                *to = byte;
            }
            word = word << 8 | u64::from(byte);
        }
    }
    word
}

/// Copies `N` to `2 * N` bytes as two blocks that may overlap: the first and the last `N` bytes.
#[inline]
fn copy_ends<const AT: usize, const N: usize, const S: usize>(
    bytes: &[u8],
    slot: &mut [u8; S],
) -> [[u8; N]; 2] {
    let (Some(&first), Some(&last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) else {
        return [[b'"'; N]; 2];
    };
    let end = AT + bytes.len();
    if let Some(to) = slot.get_mut(AT..AT + N) {
        to.copy_from_slice(&first);
    }
    if let Some(to) = slot.get_mut(end - N..end) {
        to.copy_from_slice(&last);
    }
    [first, last]
}

/// Not zero if a byte in one of the complete words must be escaped. Ignores the remainder.
#[inline]
fn any(bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| special(u64::from_le_bytes(*word)));
    words.fold(0, |all, word| all | word)
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// Not zero if one of eight bytes must be escaped. A byte of `x` below 128 is below `n` if its
/// highest bit is set in `x - n`, subtracted in each byte (Hacker's Delight, section 6-1). One
/// comparison finds both control characters and the quote (0x22): after `^ 2` these are below 33,
/// while the space (0x20) and the exclamation mark (0x21) become 0x22 and 0x23.
#[inline]
fn special(bytes: u64) -> u64 {
    let low = (bytes ^ (ONES * 2)).wrapping_sub(ONES * (u64::from(b' ') + 1));
    let escape = (bytes ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
    (low | escape) & !bytes & (ONES << 7)
}

#[allow(
    clippy::indexing_slicing,
    clippy::allow_attributes,
    reason = "evaluated at compile time"
)]
/// The escape of each byte: 0 for none, `u` for `\u00..` (with upper-case digits, as the reference
/// writes them), otherwise the character after the backslash.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[8] = b'b';
    table[9] = b't';
    table[10] = b'n';
    table[12] = b'f';
    table[13] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends a JSON string with escapes: copies a word at a time and truncates the copy at the first
/// byte that must be escaped.
#[inline(never)]
fn push_escaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.push(b'"');
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        out.extend_from_slice(word);
        let found = special(u64::from_le_bytes(*word));
        if found == 0 {
            rest = after;
            continue;
        }
        // The lowest match is exact, because the subtraction borrows only above a match.
        let plain = found.trailing_zeros() as usize / 8;
        out.truncate(out.len() - (8 - plain));
        rest = push_byte(rest.get(plain..).unwrap_or_default(), out);
    }
    while !rest.is_empty() {
        rest = push_byte(rest, out);
    }
    out.push(b'"');
}

/// Appends the first byte, escaped if necessary, and returns the rest.
#[inline]
fn push_byte<'t>(bytes: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let Some((&byte, rest)) = bytes.split_first() else {
        return bytes;
    };
    match escape(byte) {
        0 => out.push(byte),
        b'u' => {
            let low = byte & 15;
            let low = if low < 10 {
                b'0' + low
            } else {
                b'A' - 10 + low
            };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
        }
        letter => out.extend_from_slice(&[b'\\', letter]),
    }
    rest
}

/// The entry of a byte in [`ESCAPES`].
fn escape(byte: u8) -> u8 {
    ESCAPES.get(usize::from(byte)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference implementation: one character at a time, from the table of RFC 8259, section 7.
    fn slow(text: &str) -> String {
        let escaped = text.chars().map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            '\u{8}' => "\\b".into(),
            '\t' => "\\t".into(),
            '\n' => "\\n".into(),
            '\u{c}' => "\\f".into(),
            '\r' => "\\r".into(),
            '\0'..' ' => format!("\\u{:04X}", c as u32),
            _ => c.to_string(),
        });
        format!("\"{}\"", escaped.collect::<String>())
    }

    /// Compares with the reference implementation, with little and with much capacity.
    fn check(text: &str) {
        for room in [0, 1, SLOT - 1, SLOT, 4096] {
            let mut out = Vec::with_capacity(room);
            push_quoted(text, &mut out);
            assert_eq!(
                std::str::from_utf8(&out),
                Ok(&*slow(text)),
                "{text:?} {room}"
            );
            let mut out = Vec::with_capacity(room);
            push(text, &mut out);
            assert_eq!(out, text.as_bytes());
            let mut out = vec![b'{'; room];
            push_key(text, &mut out);
            assert!(out.iter().take(room).all(|&byte| byte == b'{'));
            let key = out.get(room..).map(std::str::from_utf8);
            assert_eq!(key, Some(Ok(&*format!(",{}:", slow(text)))));
        }
    }

    #[test]
    fn every_character_at_every_place() {
        for length in (0..=40).chain([63, 64, 65, 66, 100]) {
            let letters: Vec<char> = ('a'..='z').cycle().take(length).collect();
            check(&letters.iter().collect::<String>());
            for place in 0..length {
                for c in ('\0'..='\u{7f}').chain("é\u{20ac}😀".chars()) {
                    // All characters in short texts, only boundary cases in long ones.
                    if length > 17 && !"\0\u{1f} !\"#[\\]\u{7f}é😀".contains(c) {
                        continue;
                    }
                    let mut text = letters.clone();
                    text[place] = c;
                    check(&text.iter().collect::<String>());
                }
            }
        }
    }

    #[test]
    fn adjacent_special_characters() {
        for count in 1..40 {
            for pair in [
                "\"\"", "\\\"", "\"!", "!\"", "\u{1f} ", " \u{1f}", "é\"", "\\]",
            ] {
                check(&pair.repeat(count));
                check(&format!("x{}y", pair.repeat(count)));
            }
        }
    }
}
