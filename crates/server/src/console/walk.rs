//! [`walk`]: the tokens of a text with the class of each. It accepts any text: from where the text
//! is not JSON any more, nothing is known about its values.

use std::borrow::Cow;
use std::ops::Range;

use hydrant::json::Json;

use crate::place::{Class, Place, is_declared_word, mentions_settings};

/// An object or a list that is open.
struct Level {
    place: Place,
    is_list: bool,
    /// The type that the object names, if it is a member of a family.
    type_name: Option<String>,
    /// The place of the value that follows.
    value: Place,
    expects: Expects,
}

#[derive(Clone, Copy, PartialEq)]
enum Expects {
    /// A key or the end of an object that is empty so far.
    FirstKey,
    Key,
    Colon,
    Value,
    /// A value or the end of a list that is empty so far.
    FirstElement,
    /// A comma or the end.
    Comma,
}

/// Calls `visit` with each token that has content, which are keys, strings, numbers and words; the
/// range of a string is that inside its quotes.
pub(super) fn walk(text: &[u8], root: Place, mut visit: impl FnMut(Range<usize>, Class)) {
    let mut walker = Walker {
        text,
        root,
        levels: Vec::new(),
        ended: false,
        lost: None,
    };
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'{' | b'[' => walker.open(start, byte == b'['),
            b'}' | b']' => walker.close(start, byte == b']'),
            b',' => walker.comma(start),
            b':' => walker.colon(start),
            b'"' => {
                let (inside, end) = string(text, start);
                at = end;
                let class = walker.string(start..end, inside.clone());
                visit(inside, class);
            }
            // A byte order mark.
            0xef if text.get(start..start + 3) == Some(b"\xef\xbb\xbf") => at += 2,
            _ => {
                while text.get(at).is_some_and(|byte| !ends_word(*byte)) {
                    at += 1;
                }
                let class = walker.word(start..at);
                visit(start..at, class);
            }
        }
    }
}

struct Walker<'t> {
    text: &'t [u8],
    root: Place,
    levels: Vec<Level>,
    ended: bool,
    /// The class of everything from here on, if the text is not JSON any more.
    lost: Option<Class>,
}

impl Walker<'_> {
    fn open(&mut self, start: usize, is_list: bool) {
        let Some(place) = self.value(start) else {
            return;
        };
        let tag = place.discriminator().filter(|_| !is_list);
        let type_name = tag.and_then(|tag| tag_of(self.text.get(start + 1..)?, tag));
        self.levels.push(Level {
            place,
            is_list,
            type_name,
            value: place.element(),
            expects: if is_list {
                Expects::FirstElement
            } else {
                Expects::FirstKey
            },
        });
    }

    fn close(&mut self, start: usize, is_list: bool) {
        let level = self.levels.pop().filter(|level| {
            let expected = matches!(
                level.expects,
                Expects::Comma | Expects::FirstKey | Expects::FirstElement
            );
            level.is_list == is_list && expected
        });
        match level {
            Some(_) => self.ended |= self.levels.is_empty(),
            None => self.lose(start),
        }
    }

    fn comma(&mut self, start: usize) {
        match self.levels.last_mut() {
            Some(level) if level.expects == Expects::Comma => {
                level.expects = if level.is_list {
                    Expects::Value
                } else {
                    Expects::Key
                };
            }
            _ => self.lose(start),
        }
    }

    fn colon(&mut self, start: usize) {
        match self.levels.last_mut() {
            Some(level) if level.expects == Expects::Colon => level.expects = Expects::Value,
            _ => self.lose(start),
        }
    }

    /// The class of a string, which may be a key.
    fn string(&mut self, token: Range<usize>, inside: Range<usize>) -> Class {
        let is_complete = inside.end < token.end;
        if !is_complete {
            self.lose(token.start);
        }
        let raw = self.text.get(token.clone()).unwrap_or_default();
        let is_key = |level: &&mut Level| matches!(level.expects, Expects::FirstKey | Expects::Key);
        if self.lost.is_none()
            && let Some(level) = self.levels.last_mut().filter(is_key)
        {
            let key = unquoted(raw).unwrap_or_default();
            let (class, value) = level.place.field(&key, level.type_name.as_deref());
            level.value = value;
            level.expects = Expects::Colon;
            return class;
        }
        match self.value(token.start) {
            Some(place) => place.scalar(&unquoted(raw).unwrap_or_default()),
            None => self.lost_word(inside),
        }
    }

    /// The class of anything that is not in quotes: a number, a word, or what is not JSON.
    fn word(&mut self, token: Range<usize>) -> Class {
        let raw = self.text.get(token.clone()).unwrap_or_default();
        let is_constant = matches!(raw, b"true" | b"false" | b"null");
        let is_number = raw
            .first()
            .is_some_and(|byte| matches!(byte, b'-' | b'0'..=b'9'));
        if !is_constant && !is_number {
            self.lose(token.start);
        }
        let place = self.value(token.start);
        match place {
            _ if is_constant => Class::Plain,
            Some(place) => place.scalar(&String::from_utf8_lossy(raw)),
            None => self.lost_word(token),
        }
    }

    /// The place of the value that begins here; `None` if there must not be one.
    fn value(&mut self, start: usize) -> Option<Place> {
        if self.lost.is_some() {
            return None;
        }
        match self.levels.last_mut() {
            Some(level) if matches!(level.expects, Expects::Value | Expects::FirstElement) => {
                level.expects = Expects::Comma;
                return Some(level.value);
            }
            None if !self.ended => {
                self.ended = true;
                return Some(self.root);
            }
            _ => {}
        }
        self.lose(start);
        None
    }

    /// The text is not JSON from here on.
    fn lose(&mut self, start: usize) {
        if self.lost.is_none() {
            let rest = self.text.get(start..).unwrap_or_default();
            // Inside a setting, the rest may be its value.
            let open = self.levels.iter().map(|level| level.value.class);
            let open = open
                .chain(self.levels.iter().map(|level| level.place.class))
                .max();
            let class = match mentions_settings(&String::from_utf8_lossy(rest)) {
                true => Class::Setting,
                false => Class::Undeclared,
            };
            self.lost = Some(class.max(open.unwrap_or(Class::Plain)));
        }
    }

    fn lost_word(&self, token: Range<usize>) -> Class {
        let word = self.text.get(token);
        let word = word.and_then(|raw| std::str::from_utf8(raw).ok());
        match word.is_some_and(is_declared_word) {
            true => Class::Plain,
            false => self.lost.unwrap_or(Class::Setting),
        }
    }
}

/// The range inside a string, and its end, which is the end of the line if the string has none.
fn string(text: &[u8], start: usize) -> (Range<usize>, usize) {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return (start + 1..at, at + 1),
            b'\n' => break,
            _ => at += 1,
        }
    }
    let end = at.min(text.len());
    (start + 1..end, end)
}

fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"'
    )
}

fn unquoted(raw: &[u8]) -> Option<Cow<'_, str>> {
    Json::new(std::str::from_utf8(raw).ok()?)?.text()
}

/// The value of the field `tag` of an object, whose text follows its brace. The first one counts.
fn tag_of(text: &[u8], tag: &str) -> Option<String> {
    let (mut depth, mut at) = (1, 0);
    let mut key: Option<Range<usize>> = None;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return None,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let (_, end) = string(text, at);
                if let Some(key) = key.take().filter(|_| depth == 1)
                    && unquoted(text.get(key)?).as_deref() == Some(tag)
                {
                    return unquoted(text.get(at..end)?).map(Cow::into_owned);
                }
                let rest = text.get(end..).unwrap_or_default();
                let colon = rest.iter().find(|byte| !byte.is_ascii_whitespace());
                key = (colon == Some(&b':')).then_some(at..end);
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
