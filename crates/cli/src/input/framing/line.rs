//! Properties of a line that need no scan: whether it may begin a message, and whether the stream
//! has another encoding.

use memchr::memchr;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text without white space at its end.
pub(super) fn trim_end(text: &[u8]) -> &[u8] {
    let blanks = text.iter().rev();
    let blanks = blanks.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    let end = text.len() - blanks.count();
    text.get(..end).unwrap_or_default()
}

/// Whether there is a byte order mark at this offset; `None` if more of the text is needed.
pub(super) fn byte_order_mark(text: &[u8], at: usize, ended: bool) -> Option<bool> {
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with(BYTE_ORDER_MARK) {
        return Some(true);
    }
    (ended || !BYTE_ORDER_MARK.starts_with(rest)).then_some(false)
}

/// Whether the line at this offset may begin a message; `None` if more of the text is needed: it
/// begins with a bracket, or with white space and a brace, and then it ends with a brace.
pub(super) fn begins_message(text: &[u8], line: usize, ended: bool, keep: usize) -> Option<bool> {
    let line = line
        + match text.get(line) {
            Some(0xef) if byte_order_mark(text, line, ended)? => BYTE_ORDER_MARK.len(),
            _ => 0,
        };
    let rest = text.get(line..).unwrap_or_default();
    match rest.first() {
        Some(b'{' | b'[') => return Some(true),
        Some(b' ' | b'\t' | b'\r') => {}
        Some(_) => return Some(false),
        None => return ended.then_some(false),
    }
    let head = rest.get(..keep).unwrap_or(rest);
    let Some(first) = head
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))
    else {
        return (ended || rest.len() >= keep).then_some(false);
    };
    if *first != b'{' {
        return Some(false);
    }
    match memchr(b'\n', head) {
        Some(end) => Some(trim_end(head.get(..end).unwrap_or_default()).ends_with(b"}")),
        None if rest.len() > keep => Some(false),
        None => ended.then(|| trim_end(head).ends_with(b"}")),
    }
}

/// Whether the next line that is not blank may begin a message, or there is no such line; `None` if
/// more of the text is needed. `at` is the end of a line.
pub(super) fn next_message(text: &[u8], at: usize, ended: bool, keep: usize) -> Option<bool> {
    let mut line = at + 1;
    loop {
        let rest = text.get(line..).unwrap_or_default();
        // The usual case.
        if rest.first() == Some(&b'{') {
            return Some(true);
        }
        let blanks = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        let blanks = blanks.count();
        match rest.get(blanks) {
            Some(b'\n') => line += blanks + 1,
            // A scan of a message that is too long skips over it.
            Some(0xef) => return Some(false),
            Some(_) => return begins_message(text, line, ended, keep),
            None => return ended.then_some(true),
        }
    }
}

/// Whether the stream begins like UTF-16 or UTF-32; `None` if more of it is needed. The parser
/// names the encoding by the same bytes.
pub(super) fn is_other_encoding(text: &[u8], ended: bool) -> Option<bool> {
    match text {
        [0xff, 0xfe, _, _, ..] | [0xfe, 0xff, _, _, ..] => Some(true),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ended.then_some(true),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, 1..=255, ..] | [1..=255, 0, 0, 0, ..] => Some(true),
        [0, 1..=255, 0, 1..=255, ..] | [1..=255, 0, 1..=255, 0, ..] => Some(true),
        [_, _, _, _, ..] | [1..=0xfd, 1..=255, ..] => Some(false),
        _ => ended.then_some(false),
    }
}
