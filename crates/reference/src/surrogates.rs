//! Replaces lone surrogate escapes, which `serde_json` refuses, before parsing.
//!
//! `semantics.md`, text and framing: `"\ud800"` is accepted and read as U+FFFD. Only the four
//! hexadecimal digits are replaced, so every offset of the repaired text is also an offset of the
//! original. Nothing else is checked: malformed text is unchanged and refused later.

/// The text with every lone `\uD800`..`\uDFFF` inside a string literal turned into `\ufffd`, and the
/// offsets of these escapes.
pub(crate) fn repair(text: &str) -> (String, Vec<usize>) {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut found = Vec::new();
    let mut in_string = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                in_string = !in_string;
                at += 1;
            }
            b'\\' if in_string => match unit(bytes, at) {
                Some(0xD800..=0xDBFF) if matches!(unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => {
                    at += 12;
                }
                Some(0xD800..=0xDFFF) => {
                    out[at + 2..at + 6].copy_from_slice(b"fffd");
                    found.push(at);
                    at += 6;
                }
                Some(_) => at += 6,
                None => at += 2,
            },
            _ => at += 1,
        }
    }
    let repaired = String::from_utf8(out).expect("only ASCII was replaced by ASCII");
    (repaired, found)
}

/// The code unit of the escape `\uXXXX` that starts at `at`, if there is one.
fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let escape = bytes.get(at..at + 6)?;
    if &escape[..2] != b"\\u" || !escape[2..].iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(&escape[2..]).ok()?, 16).ok()
}
