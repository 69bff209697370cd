//! Turns internal failures into errors: finds line, column and path, describes what was found, and
//! makes an excerpt in which personal data is masked.

use super::ParseOptions;
use super::failed::{Failed, Problem};
use super::text::{count_characters, string_end};
use super::walker::{UNCLOSED, Walker};
use crate::error::{Error, ErrorKind, Inner, Location, Snippet};
use crate::schema::{KeyOrigin, Kind};

/// The error for a failure in the text of `body`, which begins after `skipped` bytes and was read
/// as a value of type `root`.
pub(super) fn describe(
    body: &[u8],
    skipped: usize,
    options: &ParseOptions,
    failed: Failed,
    root: Kind,
) -> Error {
    let text = body.get(skipped..).unwrap_or_default();
    let first = failed.offset.saturating_sub(BEFORE);
    let mut walker = Walker::new(text, ParseOptions::MAX_DEPTH).with_keys(first, root);
    // The text after a syntax error is not JSON, and its strings may contain anything.
    let well_formed = !matches!(failed.problem, Problem::Syntax { .. });
    if !well_formed {
        walker = walker.with_types_before(failed.offset);
    }
    // Stops at the failure or, if that is inside a token, after the token.
    let _ = walker.run(failed.offset, |_, _| {});
    if well_formed {
        // The failure may be inside a key.
        walker.finish_key();
    }
    let (path, place) = walker.path(root, KeyOrigin::Protocol);
    let value = text.get(failed.offset..).unwrap_or_default();
    let shown = match failed.problem {
        Problem::Expected("an object" | "a list") => Shown::Type,
        _ if place.secret => Shown::Redacted,
        _ if place.is_protocol_text() => Shown::Value,
        _ => Shown::Length,
    };
    let expected_but_found =
        |what: &str| format!("expected {what}, found {}", describe_value(value, shown));
    let (kind, message) = match failed.problem {
        Problem::Syntax { kind, expected } => (
            kind,
            describe_syntax(kind, expected, value.first(), options),
        ),
        Problem::LoneSurrogate => (
            ErrorKind::LoneSurrogate,
            "expected a surrogate pair, found a lone surrogate escape".to_owned(),
        ),
        Problem::Expected(what) => (ErrorKind::UnexpectedType, expected_but_found(what)),
        Problem::Invalid(what) => (ErrorKind::InvalidValue, expected_but_found(what)),
        Problem::Unknown(what) => (ErrorKind::UnknownValue, expected_but_found(what)),
        Problem::Missing("type") if path.is_empty() => (
            ErrorKind::MissingField,
            "missing field `type` of the message".to_owned(),
        ),
        Problem::Missing(field) => (ErrorKind::MissingField, format!("missing field `{field}`")),
        Problem::Null => (
            ErrorKind::NullElement,
            "expected an object, found null".to_owned(),
        ),
        Problem::Memory => (
            ErrorKind::TooLarge,
            "the lists of the message need more memory than allowed".to_owned(),
        ),
    };
    let offset = skipped + failed.offset;
    let location = Location::of(body, offset);
    if well_formed {
        let _ = walker.run(failed.offset.saturating_add(2 * AFTER), |_, _| {});
    }
    let keys = walker.into_keys().into_iter().map(|at| skipped + at);
    let snippet = snippet(body, location, &keys.collect::<Vec<_>>());
    Error::from_inner(Inner {
        kind,
        message: message.into(),
        location: Some(location),
        line: None,
        path,
        snippet: Some(snippet),
    })
}

/// The message for a text that is not JSON; `byte` is the first wrong byte.
fn describe_syntax(
    kind: ErrorKind,
    expected: &str,
    byte: Option<&u8>,
    options: &ParseOptions,
) -> String {
    let found = match (kind, byte) {
        (ErrorKind::EmptyInput, _) => return "empty input".to_owned(),
        (ErrorKind::TooDeep, _) => format!("more than {}", options.depth_limit()),
        (_, None) => "the end of the input".to_owned(),
        // The byte is the opening quote.
        _ if expected == UNCLOSED => "the end of the input".to_owned(),
        (ErrorKind::InvalidUtf8, Some(byte)) => format!("byte 0x{byte:02X}"),
        (_, Some(byte @ 0x21..=0x7e)) => format!("`{}`", *byte as char),
        (_, Some(byte @ (0..=0x20 | 0x7f))) => format!("control character or space 0x{byte:02X}"),
        (_, Some(_)) => "a character outside ASCII".to_owned(),
    };
    format!("expected {expected}, found {found}")
}

/// The first characters of a text, escaped for a terminal or a log, where control characters could
/// act as commands.
fn printable(text: &[u8], most: usize) -> String {
    // A character has at most four bytes, so all characters that are shown are included.
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
    /// A string that looks like a word of the protocol, and of another one the number of characters:
    /// in the place of such a word the sender may have put anything.
    Value,
    /// Its type and, of a string, the number of characters: it may be personal data.
    Length,
    /// Only its type, and that it is redacted: it is an identity or a secret.
    Redacted,
    /// Only its type: in place of an object or list, it may describe an account or a person.
    Type,
}

/// Whether a text looks like a word of the protocol, or is empty. A number is none.
fn is_word(text: &[u8]) -> bool {
    const LONGEST: usize = 48;
    let mut bytes = text.iter();
    text.len() <= LONGEST
        && text.first().is_none_or(u8::is_ascii_lowercase)
        && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// The value at the beginning of a text.
fn describe_value(value: &[u8], how: Shown) -> String {
    match value.first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'n') => "null".to_owned(),
        Some(b't' | b'f') => "a bool".to_owned(),
        Some(b'"') if how == Shown::Type => "a string".to_owned(),
        Some(b'"') if how == Shown::Redacted => "a string [redacted]".to_owned(),
        Some(b'"') => {
            let end = string_end(value, 0);
            let content = value.get(1..end.saturating_sub(1)).unwrap_or_default();
            if how == Shown::Value && is_word(content) {
                return format!("string \"{}\"", String::from_utf8_lossy(content));
            }
            match count_characters(content) {
                0 => "an empty string".to_owned(),
                1 => "a string of 1 character".to_owned(),
                count => format!("a string of {count} characters"),
            }
        }
        Some(b'-' | b'0'..=b'9') if how == Shown::Redacted => "a number [redacted]".to_owned(),
        Some(b'-' | b'0'..=b'9') => "a number".to_owned(),
        _ => "nothing".to_owned(),
    }
}

/// How many bytes of the line the excerpt covers, before and after the failure.
const BEFORE: usize = 60;
const AFTER: usize = 40;

/// An excerpt of the line around a position. All digits and the contents of all strings are masked,
/// because they may be personal data; only strings that begin at one of the offsets `keys` are
/// shown: the keys of the protocol.
fn snippet(body: &[u8], location: Location, keys: &[usize]) -> Snippet {
    let offset = location.offset;
    let line_start = body
        .get(..offset)
        .and_then(|before| memchr::memrchr(b'\n', before))
        .map_or(0, |at| at + 1);
    let line_end = body
        .get(offset..)
        .and_then(|after| memchr::memchr(b'\n', after))
        .map_or(body.len(), |at| offset + at);
    // Begin outside of strings if possible: in the middle of a string its content would look like
    // structure.
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
                if end - at <= AFTER && keys.contains(&at) {
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

/// The first position from `from` on that is outside of strings if the beginning of the line is,
/// but at most `offset`.
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
