//! A strict, iterative walk over JSON text, without SIMD: the validator that explains where
//! simd-json only refuses. It finds the byte that is wrong and what was expected there, and the
//! JSON path of any byte. Valid messages do not take it.

use super::failed::{Failed, Problem};
use super::text::{Escape, escape, unescape};
use crate::error::{ErrorKind, push_path_index, push_path_key};

/// The failure of a text that simd-json refuses. `walked` is that of the strict walk, if it has
/// been taken already. Invalid UTF-8 takes precedence, wherever it is.
pub(super) fn diagnose(text: &[u8], max_depth: usize, walked: Option<Failed>) -> Failed {
    if let Err(error) = std::str::from_utf8(text) {
        return Failed {
            offset: error.valid_up_to(),
            problem: Problem::Syntax {
                kind: ErrorKind::InvalidUtf8,
                expected: "UTF-8",
            },
        };
    }
    let walk = || {
        Walker::new(text, max_depth)
            .run(usize::MAX, |_, _| {})
            .err()
    };
    // The walk accepts nothing that simd-json refuses after the repair; should it ever, there is
    // still an error.
    walked.or_else(walk).unwrap_or(Failed {
        offset: 0,
        problem: Problem::Syntax {
            kind: ErrorKind::Syntax,
            expected: "JSON",
        },
    })
}

/// An open object or list.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// The bounds of the key read last, without its quotes.
    Object { key: Option<(usize, usize)> },
    /// The index of the current element.
    List { index: usize },
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Value,
    /// A value or the end of the list just opened.
    FirstElement,
    Key,
    /// A key or the end of the object just opened.
    FirstKey,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// The buffers of a walk, which the next one can reuse.
#[derive(Debug, Default)]
pub(super) struct Trail {
    stack: Vec<Frame>,
    /// The offsets of the lone surrogate escapes passed so far.
    pub(super) lone_surrogates: Vec<usize>,
}

/// The walk.
pub(super) struct Walker<'t> {
    text: &'t [u8],
    at: usize,
    max_depth: usize,
    expect: Expect,
    trail: Trail,
}

impl<'t> Walker<'t> {
    pub(super) fn new(text: &'t [u8], max_depth: usize) -> Self {
        Self::with_trail(Trail::default(), text, max_depth)
    }

    /// A walk with the buffers of an earlier one.
    pub(super) fn with_trail(mut trail: Trail, text: &'t [u8], max_depth: usize) -> Self {
        trail.stack.clear();
        trail.lone_surrogates.clear();
        Self {
            text,
            at: 0,
            max_depth,
            expect: Expect::Value,
            trail,
        }
    }

    /// The buffers, for the next walk.
    pub(super) fn into_trail(self) -> Trail {
        self.trail
    }

    /// Walks on to the value or key that begins at `stop`, or to the end, whichever comes first. Calls
    /// `number` with the bounds of each number.
    pub(super) fn run(
        &mut self,
        stop: usize,
        mut number: impl FnMut(usize, usize),
    ) -> Result<(), Failed> {
        loop {
            while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
                self.at += 1;
            }
            if self.at >= stop {
                return Ok(());
            }
            let Some(byte) = self.peek() else {
                return match self.expect {
                    Expect::Nothing => Ok(()),
                    Expect::Value if self.trail.stack.is_empty() => {
                        Err(self.failed(ErrorKind::EmptyInput, "a message"))
                    }
                    _ => Err(self.failed(ErrorKind::Syntax, wanted(self.expect))),
                };
            };
            match (self.expect, byte) {
                (Expect::Nothing, _) => {
                    return Err(self.failed(ErrorKind::TrailingText, "the end of the message"));
                }
                (Expect::FirstElement, b']') | (Expect::FirstKey, b'}') => {
                    self.expect = self.close()
                }
                (Expect::CommaOrEnd, b']') if self.in_list() => self.expect = self.close(),
                (Expect::CommaOrEnd, b'}') if !self.in_list() => self.expect = self.close(),
                (Expect::CommaOrEnd, b',') => {
                    self.at += 1;
                    self.expect = match self.trail.stack.last_mut() {
                        Some(Frame::List { index }) => {
                            *index += 1;
                            Expect::Value
                        }
                        Some(Frame::Object { key }) => {
                            *key = None;
                            Expect::Key
                        }
                        None => Expect::Nothing,
                    };
                }
                (Expect::Colon, b':') => {
                    self.at += 1;
                    self.expect = Expect::Value;
                }
                (Expect::Key | Expect::FirstKey, b'"') => {
                    let start = self.at + 1;
                    self.string()?;
                    let end = self.at - 1;
                    if let Some(Frame::Object { key }) = self.trail.stack.last_mut() {
                        *key = Some((start, end));
                    }
                    self.expect = Expect::Colon;
                }
                (Expect::Value | Expect::FirstElement, b'{') => {
                    self.open(Frame::Object { key: None })?;
                    self.expect = Expect::FirstKey;
                }
                (Expect::Value | Expect::FirstElement, b'[') => {
                    self.open(Frame::List { index: 0 })?;
                    self.expect = Expect::FirstElement;
                }
                (Expect::Value | Expect::FirstElement, _) => {
                    match byte {
                        b'"' => self.string()?,
                        b't' => self.literal(b"true")?,
                        b'f' => self.literal(b"false")?,
                        b'n' => self.literal(b"null")?,
                        b'-' | b'0'..=b'9' => {
                            let start = self.at;
                            self.number()?;
                            number(start, self.at);
                        }
                        _ => return Err(self.failed(ErrorKind::Syntax, wanted(self.expect))),
                    }
                    self.expect = self.after_value();
                }
                _ => return Err(self.failed(ErrorKind::Syntax, wanted(self.expect))),
            }
        }
    }

    /// The JSON path of the current position.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.trail.stack {
            match *frame {
                Frame::List { index } => push_path_index(&mut path, index),
                Frame::Object {
                    key: Some((start, end)),
                } => push_path_key(&mut path, &self.key(start, end)),
                Frame::Object { key: None } => {}
            }
        }
        path
    }

    /// Whether the current position is in a field that is declared secret in a message of this type:
    /// its value is not shown.
    pub(super) fn is_secret(&self, names: &[&str]) -> bool {
        self.trail.stack.iter().any(|frame| match *frame {
            Frame::Object {
                key: Some((start, end)),
            } => match self.text.get(start..end) {
                Some(key) if key.contains(&b'\\') => names.contains(&unescape(key).as_str()),
                Some(key) => names.iter().any(|name| name.as_bytes() == key),
                None => false,
            },
            _ => false,
        })
    }

    /// The key between these bounds.
    fn key(&self, start: usize, end: usize) -> String {
        unescape(self.text.get(start..end).unwrap_or_default())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn in_list(&self) -> bool {
        matches!(self.trail.stack.last(), Some(Frame::List { .. }))
    }

    fn open(&mut self, frame: Frame) -> Result<(), Failed> {
        if self.trail.stack.len() >= self.max_depth {
            return Err(self.failed(ErrorKind::TooDeep, "fewer levels of nesting"));
        }
        self.trail.stack.push(frame);
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) -> Expect {
        self.trail.stack.pop();
        self.at += 1;
        self.after_value()
    }

    fn after_value(&self) -> Expect {
        if self.trail.stack.is_empty() {
            Expect::Nothing
        } else {
            Expect::CommaOrEnd
        }
    }

    fn failed(&self, kind: ErrorKind, expected: &'static str) -> Failed {
        Failed {
            offset: self.at.min(self.text.len()),
            problem: Problem::Syntax { kind, expected },
        }
    }

    fn literal(&mut self, word: &'static [u8]) -> Result<(), Failed> {
        let end = self.at + word.len();
        if self.text.get(self.at..end) != Some(word)
            || matches!(
                self.text.get(end),
                Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_')
            )
        {
            return Err(self.failed(ErrorKind::Syntax, "a value"));
        }
        self.at = end;
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Failed> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.failed(ErrorKind::Syntax, "a digit"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Failed> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.failed(ErrorKind::Syntax, "a number without leading zeros"));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Passes a string, from its opening quote to after its closing quote.
    fn string(&mut self) -> Result<(), Failed> {
        let opening = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => {
                    self.at = opening;
                    return Err(self.failed(ErrorKind::Syntax, "a closing quote for this string"));
                }
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => {
                    return Err(
                        self.failed(ErrorKind::Syntax, "an escape for this control character")
                    );
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), Failed> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some((escape, length)) = escape(rest) else {
            let expected = match rest.get(1) {
                Some(b'u') => "four hexadecimal digits after \\u",
                _ => "a valid escape",
            };
            return Err(self.failed(ErrorKind::Syntax, expected));
        };
        if escape == Escape::LoneSurrogate {
            self.trail.lone_surrogates.push(self.at);
        }
        self.at += length;
        Ok(())
    }
}

/// What an error says was expected.
fn wanted(expect: Expect) -> &'static str {
    match expect {
        Expect::Value => "a value",
        Expect::FirstElement => "a value or `]`",
        Expect::Key => "a key in double quotes",
        Expect::FirstKey => "a key in double quotes or `}`",
        Expect::Colon => "`:`",
        Expect::CommaOrEnd => "`,` or the end of the list or object",
        Expect::Nothing => "the end of the message",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validate(text: &str) -> Result<(), (usize, ErrorKind)> {
        Walker::new(text.as_bytes(), 4)
            .run(usize::MAX, |_, _| {})
            .map_err(|failed| match failed.problem {
                Problem::Syntax { kind, .. } => (failed.offset, kind),
                problem => panic!("{problem:?}"),
            })
    }

    #[test]
    fn accepts_json() {
        for text in [
            "0",
            "-0.5e+10",
            "[]",
            "{}",
            " [1, \"a\\u00e9\\ud83d\\ude00\" , null,true , false, {\"a\":[{}]}] \n",
            "\"\\ud800\"",
        ] {
            assert_eq!(validate(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn says_where_it_is_wrong() {
        use ErrorKind::*;
        for (text, offset, kind) in [
            ("", 0, EmptyInput),
            (" \n", 2, EmptyInput),
            ("[1,]", 3, Syntax),
            ("{\"a\":1,}", 7, Syntax),
            ("{a:1}", 1, Syntax),
            ("{\"a\" 1}", 5, Syntax),
            ("[1}", 2, Syntax),
            ("[01]", 2, Syntax),
            ("[1.]", 3, Syntax),
            ("[.5]", 1, Syntax),
            ("[+5]", 1, Syntax),
            ("[NaN]", 1, Syntax),
            ("[nulla]", 1, Syntax),
            ("[\"a\nb\"]", 3, Syntax),
            ("[\"a\\x\"]", 3, Syntax),
            ("[\"\\u12g4\"]", 2, Syntax),
            ("[\"abc", 1, Syntax),
            ("{} {}", 3, TrailingText),
            ("[[[[[]]]]]", 4, TooDeep),
            ("[1", 2, Syntax),
            ("/* c */ {}", 0, Syntax),
        ] {
            assert_eq!(validate(text), Err((offset, kind)), "{text}");
        }
    }

    #[test]
    fn paths() {
        let text = r#"{"events":[{},{"a b":{"c\u0064":[1,2]}}],"x":3}"#;
        let path_at = |needle: &str| {
            let mut walker = Walker::new(text.as_bytes(), 128);
            walker.run(text.find(needle).unwrap(), |_, _| {}).unwrap();
            walker.path()
        };
        assert_eq!(path_at("2]"), "events[1][\"a b\"].cd[1]");
        assert_eq!(path_at("3}"), "x");
        assert_eq!(path_at("{}"), "events[0]");
    }
}
