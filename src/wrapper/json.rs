//! A minimal reader of JSON texts for wrappers: members and elements as slices of the text. It does
//! not validate the values that it skips.

use std::borrow::Cow;

use memchr::memchr2;

use crate::parse::unescape_bytes;

/// A piece of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn peek(&mut self) -> Option<u8> {
        let blanks = self
            .rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        let blanks = blanks.count();
        self.rest = self.rest.get(blanks..).unwrap_or_default();
        self.rest.first().copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.rest = self.rest.get(1..).unwrap_or_default())
    }

    /// A string without its quotes, still escaped.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let (text, mut at) = (self.rest, 0);
        loop {
            at += memchr2(b'"', b'\\', text.get(at..)?)?;
            if text.get(at) == Some(&b'"') {
                self.rest = text.get(at + 1..)?;
                return text.get(..at);
            }
            at += 2;
        }
    }

    /// A value, as it is in the text.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.peek()?;
        let text = self.rest;
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => drop(self.string()?),
                byte @ (b'{' | b'[') => {
                    self.take(byte)?;
                    depth += 1;
                }
                byte @ (b'}' | b']') => {
                    depth = depth.checked_sub(1)?;
                    self.take(byte)?;
                }
                byte @ (b',' | b':') if depth > 0 => self.take(byte)?,
                b',' | b':' => return None,
                _ => {
                    let ends = |byte: &u8| b" \t\r\n,:{}[]\"".contains(byte);
                    let length = self.rest.iter().position(ends).unwrap_or(self.rest.len());
                    self.rest = self.rest.get(length..)?;
                }
            }
            if depth == 0 {
                return text.get(..text.len() - self.rest.len());
            }
        }
    }
}

/// Calls `each` with the name, still escaped, and the value of each member of an object; `None` if
/// it is not one.
pub(super) fn members<'a>(text: &'a [u8], mut each: impl FnMut(&'a [u8], &'a [u8])) -> Option<()> {
    let mut cursor = Cursor { rest: text };
    cursor.take(b'{')?;
    if cursor.take(b'}').is_some() {
        return Some(());
    }
    loop {
        let name = cursor.string()?;
        cursor.take(b':')?;
        each(name, cursor.value()?);
        if cursor.take(b',').is_none() {
            return cursor.take(b'}');
        }
    }
}

/// The values of these members of an object; the last of equal ones counts.
pub(super) fn fields<'a, const N: usize>(
    text: &'a [u8],
    names: [&str; N],
) -> Option<[Option<&'a [u8]>; N]> {
    let mut values = [None; N];
    members(text, |name, value| {
        for (known, found) in names.iter().zip(&mut values) {
            if known.as_bytes() == name {
                *found = Some(value).filter(|value| *value != b"null");
            }
        }
    })?;
    Some(values)
}

/// The value of this member of an object.
pub(super) fn field<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let [value] = fields(text, [name])?;
    value
}

/// The elements of a list; none if it is not one, and those before an error.
pub(super) fn elements(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut cursor = Cursor { rest: text };
    let mut wanted = cursor.take(b'[').is_some() && cursor.peek() != Some(b']');
    std::iter::from_fn(move || {
        if !wanted {
            return None;
        }
        let value = cursor.value()?;
        wanted = cursor.take(b',').is_some();
        Some(value)
    })
}

/// The content of a string, unescaped; `None` if the value is not a string.
pub(super) fn text(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let text = Cursor { rest: value }.string()?;
    Some(match memchr::memchr(b'\\', text) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(unescape_bytes(text)),
    })
}

/// Whether a value is this string.
pub(super) fn is(value: Option<&[u8]>, expected: &str) -> bool {
    value
        .and_then(text)
        .is_some_and(|text| *text == *expected.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_elements_are_pieces_of_the_text() {
        let body = br#" { "a" : [1, {"b":"}\"]"}, []] ,"c":null, "d":"x\u0041\"", "e":-1.5e3 } "#;
        let [a, c, d, e] = fields(body, ["a", "c", "d", "e"]).unwrap();
        assert_eq!((c, e), (None, Some(&b"-1.5e3"[..])));
        assert_eq!(text(d.unwrap()).unwrap(), &b"xA\""[..]);
        let found: Vec<&[u8]> = elements(a.unwrap()).collect();
        assert_eq!(found, [&b"1"[..], br#"{"b":"}\"]"}"#, b"[]"]);
        assert_eq!(elements(b"[ ]").count() + elements(b"{}").count(), 0);
        assert!(fields(b"{}", ["a"]).is_some());
    }

    #[test]
    fn any_text_is_survived() {
        let body = br#"{"a":[{"b":"\""},1],"c":{"d":[]}}"#;
        for end in 0..body.len() {
            assert!(fields(&body[..end], ["a"]).is_none(), "{end}");
        }
        for odd in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":}",
            "{\"a\":,",
            "[}",
            "{\"a\":]}",
            "\"\\",
        ] {
            assert!(fields(odd.as_bytes(), ["a"]).is_none(), "{odd}");
            let _ = (elements(odd.as_bytes()).count(), text(odd.as_bytes()));
        }
    }
}
