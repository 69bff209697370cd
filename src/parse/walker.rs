//! A strict, iterative walk over JSON text, without SIMD: the validator that explains why simd-json
//! refuses a text. It finds the wrong byte, what was expected there, and the JSON path of any byte.
//! It is not used for valid messages.

mod path;

use super::failed::{Failed, Problem};
use super::text::{Escape, escape};
use crate::error::ErrorKind;
use crate::schema::Kind;

/// The failure of a text that simd-json refuses. `walked` is the result of the strict walk, if it
/// has been done already. Invalid UTF-8 takes precedence, wherever it is.
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
    // The walk accepts nothing that simd-json refuses after the replacements; if it ever does,
    // there is still an error.
    walked.or_else(walk).unwrap_or(Failed {
        offset: 0,
        problem: Problem::Syntax {
            kind: ErrorKind::Syntax,
            expected: "JSON",
        },
    })
}

/// What is expected for a string that never ends. The error is at its opening quote.
pub(super) const UNCLOSED: &str = "a closing quote for this string";

/// An open object or list.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Object {
        /// The bounds of the last key that was followed by its colon, without its quotes: before
        /// the colon, a string may be anything, for example a value without its key.
        key: Option<(usize, usize)>,
        /// The bounds of the string in its first `type`, once it was looked for, or none.
        type_name: Option<Option<(usize, usize)>>,
        /// The offset of its bracket.
        start: usize,
    },
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

/// The buffers of a walk, which the next walk can reuse.
#[derive(Debug, Default)]
pub(super) struct Trail {
    stack: Vec<Frame>,
    /// The offsets of the lone surrogate escapes passed so far.
    pub(super) lone_surrogates: Vec<usize>,
}

impl Trail {
    /// Bytes allocated.
    pub(super) fn bytes(&self) -> usize {
        self.stack.capacity() * size_of::<Frame>()
            + self.lone_surrogates.capacity() * size_of::<usize>()
    }
}

/// The walk.
pub(super) struct Walker<'t> {
    text: &'t [u8],
    at: usize,
    max_depth: usize,
    expect: Expect,
    /// The bounds of the key whose colon is expected.
    pending: (usize, usize),
    /// The part of the text in which the `type` of an object is looked for.
    types: &'t [u8],
    keys: Option<KeysToShow>,
    trail: Trail,
}

/// The keys from the offset `from` on that may be shown in a value of type `root`.
struct KeysToShow {
    from: usize,
    root: Kind,
    /// The offsets of their opening quotes.
    found: Vec<usize>,
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
            pending: (0, 0),
            types: text,
            keys: None,
            trail,
        }
    }

    /// Also collects the keys from an offset on that may be shown in a value of type `root`.
    pub(super) fn with_keys(mut self, from: usize, root: Kind) -> Self {
        self.keys = Some(KeysToShow {
            from,
            root,
            found: Vec::new(),
        });
        self
    }

    /// Looks for the `type` of objects only before this offset, after which the text is not JSON.
    pub(super) fn with_types_before(mut self, offset: usize) -> Self {
        self.types = self.text.get(..offset).unwrap_or(self.text);
        self
    }

    /// The offsets of the opening quotes of those keys, in ascending order.
    pub(super) fn into_keys(self) -> Vec<usize> {
        self.keys.map_or_else(Vec::new, |keys| keys.found)
    }

    /// The buffers, for the next walk.
    pub(super) fn into_trail(self) -> Trail {
        self.trail
    }

    /// Continues to the value or key that begins at `stop`, or to the end, whichever comes first.
    /// Calls `number` with the bounds of each number.
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
                        Some(Frame::Object { key, .. }) => {
                            *key = None;
                            Expect::Key
                        }
                        None => Expect::Nothing,
                    };
                }
                (Expect::Colon, b':') => self.accept_key(),
                (Expect::Key | Expect::FirstKey, b'"') => {
                    let start = self.at + 1;
                    self.string()?;
                    self.pending = (start, self.at - 1);
                    self.expect = Expect::Colon;
                }
                (Expect::Value | Expect::FirstElement, b'{') => {
                    self.open(Frame::Object {
                        key: None,
                        type_name: None,
                        start: self.at,
                    })?;
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

    /// Passes the colon after a key, if that is what comes next. The text must be well-formed
    /// there.
    pub(super) fn finish_key(&mut self) {
        while self.expect == Expect::Colon && self.at < self.text.len() {
            match self.peek() {
                Some(b':') => self.accept_key(),
                _ => self.at += 1,
            }
        }
    }

    fn accept_key(&mut self) {
        self.at += 1;
        self.expect = Expect::Value;
        if let Some(Frame::Object { key, .. }) = self.trail.stack.last_mut() {
            *key = Some(self.pending);
        }
        self.collect_key();
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
                    return Err(self.failed(ErrorKind::Syntax, UNCLOSED));
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

/// What was expected, for the text of an error.
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
mod tests;
