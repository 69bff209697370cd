//! Finds where the next message may begin in text that cannot be a message. Nothing tells whether a
//! byte of such text is in a string.
//!
//! ```text
//!  {"type":"event_processing_request"   begins a message: in a string, the quotes are escaped
//!  {"schema_version":2                  begins an outgoing batch
//!  {"events":[{"data":                  so does this, and "event_type" for "data"
//!  ..} {"id":                           so does an object after a closing bracket
//!  oops {"id":                          so does any object, if the text began after a message
//! ```

use memchr::memchr3;

/// Which text begins a message. A line that ends with a brace contains the patterns that begin in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Any object and any array of objects: the text began after a message.
    Any,
    /// Only what cannot be a part of the same message: the text began as a message, or it may have
    /// lost its beginning.
    Certain,
    /// The text is a message that breaks off at this distance from its beginning: any object there,
    /// and only what is certain elsewhere.
    BreaksOff(usize),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Start(usize),
    /// A message does not begin before the end of the line, or of the text.
    LineEnd(usize),
    /// More of the text is needed, and the search continues at this offset.
    Unknown(usize),
}

/// The longest pattern in bytes, from its opening bracket.
pub(super) const LONGEST: usize = 128;

/// The most bytes that are searched for a bracket before a pattern.
pub(super) const BEFORE: usize = 64;

/// Searches `text` from `from` on for a message. The text before `begin` is not looked at.
pub(super) fn search(text: &[u8], begin: usize, from: usize, ended: bool, rule: Rule) -> Found {
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(found) = memchr3(b'{', b'[', b'\n', rest) else {
            return match ended {
                true => Found::LineEnd(text.len()),
                false => Found::Unknown(at.max(text.len())),
            };
        };
        at += found;
        let (before, rest) = text.split_at(at);
        if rest.first() == Some(&b'\n') {
            return Found::LineEnd(at);
        }
        let head = rest.get(..LONGEST).unwrap_or(rest);
        let before = before.get(begin.max(at.saturating_sub(BEFORE))..);
        let rule = match rule {
            Rule::BreaksOff(distance) if at == begin + distance => Rule::Any,
            rule => rule,
        };
        match begins(before.unwrap_or_default(), head, rule) {
            Some(true) => return Found::Start(at),
            Some(false) => {}
            None if !ended && head.len() < LONGEST => return Found::Unknown(at),
            None if rule == Rule::Any => return Found::Start(at),
            None => {}
        }
        at += 1;
    }
}

/// Where messages certainly begin on the lines of `text[from..to]`.
pub(super) fn certain(text: &[u8], from: usize, to: usize) -> impl Iterator<Item = usize> {
    let text = text.get(..to.saturating_add(LONGEST)).unwrap_or(text);
    let (mut begin, mut at) = (from, from);
    std::iter::from_fn(move || {
        while at < to {
            match search(text, begin, at, true, Rule::Certain) {
                Found::Start(start) => {
                    at = start + 1;
                    return (start < to).then_some(start);
                }
                Found::LineEnd(end) | Found::Unknown(end) => (begin, at) = (end + 1, end + 1),
            }
        }
        None
    })
}

/// Whether a message begins with the first byte of `head`, a bracket; `None` if that depends on what
/// follows.
fn begins(before: &[u8], head: &[u8], rule: Rule) -> Option<bool> {
    let (open, mut rest) = head.split_at(1);
    if rule == Rule::Any {
        let first = next_byte(&mut rest)?;
        return Some(match open {
            b"[" => first == b'{',
            _ => matches!(first, b'"' | b'}'),
        });
    }
    if open != b"{" {
        return Some(false);
    }
    let Some(key) = word(&mut rest)? else {
        return Some(false);
    };
    if next_byte(&mut rest)? != b':' {
        return Some(false);
    }
    let last = before.iter().rfind(|byte| **byte > b' ');
    if matches!(last, Some(b'}' | b']')) {
        return Some(true);
    }
    match key {
        b"type" => Some(
            word(&mut rest)?
                .is_some_and(|name| name.ends_with(b"_request") || name.ends_with(b"_response")),
        ),
        b"schema_version" => Some(next_byte(&mut rest)?.is_ascii_digit()),
        b"events" => begins_outgoing_events(rest),
        _ => Some(false),
    }
}

/// Whether this is a list whose first element begins as an event of an outgoing batch.
fn begins_outgoing_events(mut rest: &[u8]) -> Option<bool> {
    for bracket in [b'[', b'{'] {
        if next_byte(&mut rest)? != bracket {
            return Some(false);
        }
    }
    let key = word(&mut rest)?;
    Some(matches!(key, Some(b"data" | b"event_type")))
}

/// The word in quotes that comes next, or none; `None` if the text ends before that is known.
fn word<'t>(rest: &mut &'t [u8]) -> Option<Option<&'t [u8]>> {
    if next_byte(rest)? != b'"' {
        return Some(None);
    }
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let end = rest.iter().position(|byte| !is_word(byte))?;
    let (word, after) = rest.split_at(end);
    let (quote, after) = after.split_at(1);
    *rest = after;
    Some((quote == b"\"").then_some(word))
}

/// Passes white space and the byte after it.
fn next_byte(rest: &mut &[u8]) -> Option<u8> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let at = rest.iter().position(|byte| !is_blank(byte))?;
    let byte = rest.get(at).copied();
    *rest = rest.get(at + 1..).unwrap_or_default();
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(text: &str, rule: Rule) -> Option<usize> {
        let found = search(text.as_bytes(), 0, 1, true, rule);
        // The same, a byte at a time.
        let mut from = 1;
        for end in 0..=text.len() {
            match search(&text.as_bytes()[..end], 0, from, false, rule) {
                Found::Unknown(next) => from = next,
                early => {
                    assert_eq!(early, found, "{text}");
                    break;
                }
            }
        }
        match found {
            Found::Start(at) => Some(at),
            _ => None,
        }
    }

    #[test]
    fn messages_begin_where_no_message_can_continue() {
        for (text, expected) in [
            (r#"{"a":"{"type":"x_request""#, Some(6)),
            (r#"{"a":[{ "type" : "x_response""#, Some(6)),
            (r#"{"a":1} {"b":2}"#, Some(8)),
            ("{\"a\":[]\0{\"b\":2}", Some(8)),
            ("{\"a\":1}{\n\"b\":2}", Some(7)),
            (r#"{"a":"{"schema_version":2,"#, Some(6)),
            (r#"{"a":[{ "events" : [ { "data": {"#, Some(6)),
            (r#"{"a":[{"events":[{"event_type":"#, Some(6)),
            ("{\"a\":[1}, {\r\n  \"type\" : \"x_request\"", Some(10)),
            // These may be parts of a message, of a text, or on another line.
            (r#"{"a":[{"type":"custom_event""#, None),
            (r#"{"a":[{"b":1},{"c":2}"#, None),
            (r#"{"a":"{\"type\":\"x_request\""#, None),
            (r#"{"a":{"schema_version":"2","#, None),
            (r#"{"a":[{"events":[{"type":"#, None),
            (r#"{"a":{"events":[]"#, None),
            (r#"{"a":"}{","b":"}"#, None),
            ("{\"a\":1}\n{\"b\":2}", None),
        ] {
            assert_eq!(start(text, Rule::Certain), expected, "{text}");
        }
        assert_eq!(start(r#"{"a":1}{"b""#, Rule::Certain), None);
        let far = format!("}}{}{{\"a\":1}}", " ".repeat(BEFORE));
        assert_eq!(start(&far, Rule::Certain), None);
    }

    #[test]
    fn after_a_message_any_object_begins_one() {
        for (text, expected) in [
            (r#", {"a":1}"#, Some(2)),
            ("oops {}", Some(5)),
            ("\0{\n\"a", Some(1)),
            ("\0{\n", Some(1)),
            ("oops [ {}]", Some(5)),
            ("a{b}[c]{\\\"", None),
            ("oops\n{}", None),
        ] {
            assert_eq!(start(text, Rule::Any), expected, "{text}");
        }
    }
}
