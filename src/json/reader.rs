//! A minimal reader of JSON texts: members and elements as slices of the text. It does
//! not validate the values that it skips.

use std::borrow::Cow;

use memchr::memchr2;

use crate::parse::unescape_bytes;

/// The rest of a text.
#[derive(Clone, Copy, Debug)]
struct Cursor<'a> {
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

/// The members of an object: the name and the value of each. The last one is `None` if the text is
/// not an object or breaks off.
pub(crate) fn members(text: &[u8]) -> impl Iterator<Item = Option<(Cow<'_, [u8]>, &[u8])>> {
    items(text, *b"{}", |cursor| {
        let name = cursor.string()?;
        cursor.take(b':')?;
        Some((unescaped(name), cursor.value()?))
    })
}

/// The value at the beginning of a text, whatever follows it.
pub(crate) fn first(text: &[u8]) -> Option<&[u8]> {
    Cursor { rest: text }.value()
}

/// The elements of a list. The last one is `None` if the text is not a list or breaks off.
pub(crate) fn elements(text: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    items(text, *b"[]", Cursor::value)
}

fn items<'a, T>(
    text: &'a [u8],
    [open, close]: [u8; 2],
    mut item: impl FnMut(&mut Cursor<'a>) -> Option<T>,
) -> impl Iterator<Item = Option<T>> {
    let mut cursor = Cursor { rest: text };
    // The byte before the next item, if there is one.
    let mut before = Some(open);
    std::iter::from_fn(move || {
        let expected = before.take()?;
        if cursor.take(expected).is_none() {
            return Some(None);
        }
        if expected == open && cursor.take(close).is_some() {
            return None;
        }
        let item = item(&mut cursor);
        before = (item.is_some() && cursor.take(close).is_none()).then_some(b',');
        Some(item)
    })
}

/// The text without the white space around it, if it is one value.
pub(crate) fn single(text: &[u8]) -> Option<&[u8]> {
    let mut cursor = Cursor { rest: text };
    let value = cursor.value()?;
    cursor.peek().is_none().then_some(value)
}

/// The elements of a text that is a list, or the objects and lists of one that has several of them;
/// `None` for any other text, and for an empty list.
pub(crate) fn several(text: &[u8]) -> Option<Vec<&[u8]>> {
    let mut cursor = Cursor { rest: text };
    let mut values = Vec::new();
    while let Some(byte) = cursor.peek() {
        values.push(matches!(byte, b'{' | b'[').then(|| cursor.value())??);
    }
    match *values {
        [list] if list.starts_with(b"[") => {
            let values: Vec<&[u8]> = elements(list).collect::<Option<_>>()?;
            (!values.is_empty()).then_some(values)
        }
        [_, _, ..] => Some(values),
        _ => None,
    }
}

/// The values of these members of an object; the last of equal ones counts.
pub(crate) fn fields<'a, const N: usize>(
    text: &'a [u8],
    names: &[&str; N],
) -> Option<[Option<&'a [u8]>; N]> {
    let mut values = [None; N];
    for member in members(text) {
        let (name, value) = member?;
        for (known, found) in names.iter().zip(&mut values) {
            if known.as_bytes() == &*name {
                *found = Some(value).filter(|value| *value != b"null");
            }
        }
    }
    Some(values)
}

/// The value of this member of an object.
pub(crate) fn field<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let [value] = fields(text, &[name])?;
    value
}

/// The content of a string; `None` if the value is not a string.
pub(crate) fn text(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    Cursor { rest: value }.string().map(unescaped)
}

fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    match memchr::memchr(b'\\', text) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(unescape_bytes(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_elements_are_pieces_of_the_text() {
        let body = br#" { "a" : [1, {"b":"}\"]"}, []] ,"c":null, "d":"x\u0041\"", "e":-1.5e3 } "#;
        let [a, c, d, e] = fields(body, &["a", "c", "d", "e"]).unwrap();
        assert_eq!((c, e), (None, Some(&b"-1.5e3"[..])));
        assert_eq!(text(d.unwrap()).unwrap(), &b"xA\""[..]);
        let found: Vec<Option<&[u8]>> = elements(a.unwrap()).collect();
        let expected = [&b"1"[..], br#"{"b":"}\"]"}"#, b"[]"];
        assert_eq!(found, expected.map(Some));
        assert_eq!(elements(b"[ ]").count() + members(b"{ }").count(), 0);
        assert!(fields(b"{}", &["a"]).is_some());
    }

    #[test]
    fn names_are_unescaped() {
        let body = br#"{"b\u006fdy":1,"\u0062\u006f\u0064\u0079":2,"bo\\dy":3}"#;
        assert_eq!(field(body, "body"), Some(&b"2"[..]));
        assert_eq!(field(body, "bo\\dy"), Some(&b"3"[..]));
    }

    #[test]
    fn what_breaks_off_is_not_the_end() {
        for (text, whole) in [
            ("[1 2]", 1),
            ("[1", 1),
            ("[1,", 1),
            ("[1,]", 1),
            ("7", 0),
            ("", 0),
            ("{}", 0),
        ] {
            let found: Vec<_> = elements(text.as_bytes()).collect();
            assert_eq!(found.iter().flatten().count(), whole, "{text}");
            assert_eq!(found.last(), Some(&None), "{text}");
        }
    }

    #[test]
    fn several_values_are_objects_and_lists() {
        let count = |text: &[u8]| several(text).map(|values| values.len());
        assert_eq!(count(b" {}\n[{}]{} "), Some(3));
        assert_eq!(count(b" [{},\n7] "), Some(2));
        for one in [
            &b"{} 7"[..],
            b"{}{",
            b"[{} {}]",
            b" {} ",
            b"[ ]",
            b"",
            b"\"\"",
        ] {
            assert_eq!(count(one), None);
        }
        assert_eq!(single(b" {} "), Some(&b"{}"[..]));
        assert!(single(b"{}{}").is_none() && single(b" ").is_none());
    }

    #[test]
    fn any_text_is_survived() {
        let body = br#"{"a":[{"b":"\""},1],"c":{"d":[]}}"#;
        for end in 0..body.len() {
            assert!(fields(&body[..end], &["a"]).is_none(), "{end}");
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
            assert!(fields(odd.as_bytes(), &["a"]).is_none(), "{odd}");
            let _ = (elements(odd.as_bytes()).count(), text(odd.as_bytes()));
        }
    }
}
