//! The escapes of JSON strings, where speed does not count.

/// The characters of a well-formed string without its quotes; lone surrogates become U+FFFD.
pub(super) fn unescape(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let escaped = text.get(at + 1).copied().unwrap_or(b'\\');
        at += 2;
        match escaped {
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => {
                let mut code = hex4(text, at).unwrap_or(0xfffd);
                at += 4;
                if (0xd800..=0xdbff).contains(&code)
                    && text.get(at..at + 2) == Some(b"\\u")
                    && let Some(low @ 0xdc00..=0xdfff) = hex4(text, at + 2)
                {
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    at += 6;
                }
                let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The value of four hexadecimal digits.
pub(super) fn hex4(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at.checked_add(4)?)?;
    digits.iter().try_fold(0, |value, &byte| {
        Some(value << 4 | (byte as char).to_digit(16)?)
    })
}

/// The offset after the string whose opening quote stands at `start`.
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
