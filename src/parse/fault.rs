//! Faults to errors: finds line, column and path, says what was found, and shows the neighbourhood without showing
//! anybody's data.

use super::text::string_end;
use super::walker::{SyntaxFault, Walker};
use super::{MAX_DEPTH, Problem};
use crate::error::{Error, ErrorKind, Inner, Location, Snippet};

/// The error of a text that is not JSON. The fault is that of the text after `skipped` bytes, if it is known already.
pub(super) fn of_text(
    body: &[u8],
    skipped: usize,
    max_depth: usize,
    fault: Option<SyntaxFault>,
) -> Error {
    let text = body.get(skipped..).unwrap_or_default();
    if let Err(error) = std::str::from_utf8(text) {
        let fault = SyntaxFault {
            offset: error.valid_up_to(),
            kind: ErrorKind::InvalidUtf8,
            expected: "UTF-8",
        };
        return syntax_error(body, skipped, max_depth, fault);
    }
    let fault = fault.or_else(|| {
        Walker::new(text, max_depth)
            .run(usize::MAX, |_, _| {})
            .err()
    });
    // The walk accepts all that the front end accepts; should it ever not, this is still an error with a place.
    let fault = fault.unwrap_or(SyntaxFault {
        offset: 0,
        kind: ErrorKind::Syntax,
        expected: "JSON",
    });
    syntax_error(body, skipped, max_depth, fault)
}

fn syntax_error(body: &[u8], skipped: usize, max_depth: usize, fault: SyntaxFault) -> Error {
    let text = body.get(skipped..).unwrap_or_default();
    let mut walker = Walker::new(text, max_depth);
    // Stops at the fault itself or, within a token, at its beginning.
    let _ = walker.run(fault.offset, |_, _| {});
    let found = match (fault.kind, text.get(fault.offset)) {
        (ErrorKind::EmptyInput, _) => {
            return build(
                fault.kind,
                "empty input".into(),
                body,
                skipped + fault.offset,
                String::new(),
            );
        }
        (ErrorKind::TooDeep, _) => format!("more than {max_depth}"),
        (_, None) => "the end of the input".to_owned(),
        (ErrorKind::InvalidUtf8, Some(byte)) => format!("byte 0x{byte:02X}"),
        (_, Some(byte @ 0x21..=0x7e)) => format!("`{}`", *byte as char),
        (_, Some(byte @ (0..=0x20 | 0x7f))) => format!("control character or space 0x{byte:02X}"),
        (_, Some(_)) => "a character outside ASCII".to_owned(),
    };
    let message = format!("expected {}, found {found}", fault.expected);
    build(
        fault.kind,
        message,
        body,
        skipped + fault.offset,
        walker.path(),
    )
}

/// The error of the first lone surrogate.
pub(super) fn of_lone_surrogate(body: &[u8], skipped: usize, max_depth: usize) -> Error {
    let text = body.get(skipped..).unwrap_or_default();
    let mut walker = Walker::new(text, max_depth);
    let _ = walker.run(usize::MAX, |_, _| {});
    let offset = walker.first_lone_surrogate().unwrap_or(0);
    let mut walker = Walker::new(text, max_depth);
    let _ = walker.run(offset, |_, _| {});
    let message = "expected a surrogate pair, found a lone surrogate escape".to_owned();
    build(
        ErrorKind::LoneSurrogate,
        message,
        body,
        skipped + offset,
        walker.path(),
    )
}

/// The error of a value that is well-formed JSON but not what the protocol wants there.
pub(super) fn of_value(body: &[u8], offset: usize, skipped: usize, problem: Problem) -> Error {
    let text = body.get(skipped..).unwrap_or_default();
    let mut walker = Walker::new(text, MAX_DEPTH);
    let _ = walker.run(offset - skipped, |_, _| {});
    let path = walker.path();
    let value = body.get(offset..).unwrap_or_default();
    let found = match problem {
        Problem::Expected("an object" | "a list") => describe(value, Shown::Type),
        _ if walker.is_sensitive() => describe(value, Shown::Redacted),
        _ => describe(value, Shown::Value),
    };
    let (kind, message) = match problem {
        Problem::Expected(what) => (
            ErrorKind::UnexpectedType,
            format!("expected {what}, found {found}"),
        ),
        Problem::Invalid(what) => (
            ErrorKind::InvalidValue,
            format!("expected {what}, found {found}"),
        ),
        Problem::Missing("type") if path.is_empty() => (
            ErrorKind::MissingField,
            "missing field `type` of the message".to_owned(),
        ),
        Problem::Missing(field) => (ErrorKind::MissingField, format!("missing field `{field}`")),
        Problem::Null => (
            ErrorKind::NullElement,
            "expected an object, found null".to_owned(),
        ),
        Problem::Unknown(what) => (
            ErrorKind::UnknownValue,
            format!("expected {what}, found {found}"),
        ),
        Problem::Memory => (
            ErrorKind::TooLarge,
            "the lists of the message need more memory than allowed".to_owned(),
        ),
    };
    build(kind, message, body, offset, path)
}

/// The first characters of a piece of the message, for a terminal or a log: control characters would be commands there.
fn printable(text: &[u8], most: usize) -> String {
    // No character takes more than four bytes, so what is cut off here is cut off anyway.
    let head = text
        .get(..most.saturating_add(1).saturating_mul(4))
        .unwrap_or(text);
    let head = String::from_utf8_lossy(head);
    let shown = |c: char| if c.is_control() { '?' } else { c };
    let mut cut: String = head.chars().take(most).map(shown).collect();
    if head.chars().nth(most).is_some() {
        cut.push('…');
    }
    cut
}

/// How much of a scalar is shown.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Value,
    /// It may be somebody's.
    Redacted,
    /// It stands where an object or list must be, and so maybe for an account or a whole person.
    Type,
}

/// What stands at the beginning of a value.
fn describe(value: &[u8], how: Shown) -> String {
    let shown = |end: usize| printable(value.get(..end).unwrap_or(value), 40);
    match value.first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'n') => "null".to_owned(),
        Some(b't') => "bool true".to_owned(),
        Some(b'f') => "bool false".to_owned(),
        Some(b'"') if how == Shown::Type => "a string".to_owned(),
        Some(b'"') if how == Shown::Redacted => "a string [redacted]".to_owned(),
        Some(b'"') => {
            let end = string_end(value, 0);
            format!("string {}", shown(end))
        }
        Some(b'-' | b'0'..=b'9') if how == Shown::Type => "a number".to_owned(),
        Some(b'-' | b'0'..=b'9') if how == Shown::Redacted => "a number [redacted]".to_owned(),
        Some(b'-' | b'0'..=b'9') => {
            let end = value
                .iter()
                .position(|b| !matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
                .unwrap_or(value.len());
            format!("number {}", shown(end))
        }
        _ => "nothing".to_owned(),
    }
}

fn build(kind: ErrorKind, message: String, body: &[u8], offset: usize, path: String) -> Error {
    let location = Location::of(body, offset);
    let judged = match kind {
        ErrorKind::InvalidUtf8 => 0,
        ErrorKind::EmptyInput
        | ErrorKind::Syntax
        | ErrorKind::TooDeep
        | ErrorKind::TrailingText => offset,
        _ => body.len(),
    };
    let snippet = Some(snippet(body, location, judged));
    Error::from_inner(Inner {
        kind,
        message: message.into(),
        location,
        path,
        snippet,
    })
}

/// How many bytes of the line are looked at before and after the place.
const BEFORE: usize = 60;
const AFTER: usize = 40;

/// The line around the place, with the contents of all strings that are no keys, and all numbers, masked: neighbours of
/// a fault may be anybody's data. The first `judged` bytes are known to be well-formed.
fn snippet(body: &[u8], location: Location, judged: usize) -> Snippet {
    let offset = location.offset;
    let line_start = body
        .get(..offset)
        .and_then(|before| memchr::memrchr(b'\n', before))
        .map_or(0, |at| at + 1);
    let line_end = body
        .get(offset..)
        .and_then(|after| memchr::memchr(b'\n', after))
        .map_or(body.len(), |at| offset + at);
    // Begin at a structural place if there is one within reach: in the middle of a string its content would look like
    // structure. What stands before the first quote or bracket is cut off.
    let from = line_start.max(offset.saturating_sub(BEFORE));
    let to = line_end.min(offset.saturating_add(AFTER));
    let mut text = String::new();
    let mut indent = 0;
    let mut at = if from > line_start {
        text.push('…');
        safe_start(body, line_start, from, offset)
    } else {
        from
    };
    while at < to {
        if at == offset {
            indent = text.chars().count();
        }
        let Some(&byte) = body.get(at) else { break };
        match byte {
            b'"' => {
                let end = string_end(body, at).min(line_end.max(at + 1));
                if at < offset && offset < end {
                    indent = text.chars().count() + 1;
                }
                if end - at <= AFTER && is_key(body, end, judged) {
                    text.push_str(&printable(body.get(at..end).unwrap_or_default(), AFTER));
                } else {
                    text.push_str("\"…\"");
                }
                at = end;
            }
            b'0'..=b'9' => {
                text.push('#');
                at += 1;
            }
            b'{' | b'}' | b'[' | b']' | b':' | b',' | b' ' | b'-' | b'+' | b'.' => {
                text.push(byte as char);
                at += 1;
            }
            b'\t' => {
                text.push(' ');
                at += 1;
            }
            _ => {
                let rest = body.get(at..to).unwrap_or_default();
                let word = [&b"true"[..], b"false", b"null"]
                    .into_iter()
                    .find(|w| rest.starts_with(w));
                match word {
                    Some(word) => {
                        text.push_str(&String::from_utf8_lossy(word));
                        at += word.len();
                    }
                    None => {
                        text.push('?');
                        at += 1;
                    }
                }
            }
        }
    }
    if offset >= at {
        indent = text.chars().count();
    }
    if to < line_end {
        text.push('…');
    }
    Snippet {
        text,
        indent,
        width: 1,
    }
}

/// Whether the string that ends here is a key. In a broken text any value may be followed by a colon, so only what has
/// been judged well-formed counts.
fn is_key(body: &[u8], end: usize, judged: usize) -> bool {
    let after = body.get(end..judged).unwrap_or_default();
    after.trim_ascii_start().first() == Some(&b':')
}

/// The first place from `from` on that is outside strings, judged from the beginning of the line; `offset` if the line
/// begins inside a string.
fn safe_start(body: &[u8], line_start: usize, from: usize, offset: usize) -> usize {
    let mut at = line_start;
    while at < from {
        at = match body.get(at) {
            Some(b'"') => string_end(body, at),
            _ => at + 1,
        };
    }
    at.min(offset)
}
