//! A strict, plain, iterative walk over JSON text. It is the judge where the SIMD front end only says "no": it finds the
//! byte that is wrong and what was expected there; and it finds the JSON path of any byte. It is not on the way of a
//! message that is fine.

use super::text::{hex4, unescape};
use crate::error::{ErrorKind, push_path_index, push_path_key};

/// What is wrong with a text, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SyntaxFault {
    pub(super) offset: usize,
    pub(super) kind: ErrorKind,
    pub(super) expected: &'static str,
}

/// An open object or list.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// The key being read or last read: where its text begins and ends, without quotes.
    Object { key: Option<(usize, usize)> },
    /// The position of the element.
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

/// What a walk notes: the lists of a former one can be used again.
#[derive(Debug, Default)]
pub(super) struct Trail {
    stack: Vec<Frame>,
    /// Lone surrogate escapes met so far: offsets of their backslashes.
    pub(super) lone_surrogates: Vec<usize>,
}

/// The walk.
pub(super) struct Walker<'t> {
    text: &'t [u8],
    at: usize,
    max_depth: usize,
    trail: Trail,
}

impl<'t> Walker<'t> {
    pub(super) fn new(text: &'t [u8], max_depth: usize) -> Self {
        Self::on(Trail::default(), text, max_depth)
    }

    /// A walk on the lists of a former one.
    pub(super) fn on(mut trail: Trail, text: &'t [u8], max_depth: usize) -> Self {
        trail.stack.clear();
        trail.lone_surrogates.clear();
        Self {
            text,
            at: 0,
            max_depth,
            trail,
        }
    }

    /// The lists, for the next walk.
    pub(super) fn into_trail(self) -> Trail {
        self.trail
    }

    /// Where the first lone surrogate escape begins that was met.
    pub(super) fn first_lone_surrogate(&self) -> Option<usize> {
        self.trail.lone_surrogates.first().copied()
    }

    /// Walks to the value or key that begins at `stop` or to the end, whichever comes first. Numbers outside strings
    /// are reported to `number` with their bounds.
    pub(super) fn run(
        &mut self,
        stop: usize,
        mut number: impl FnMut(usize, usize),
    ) -> Result<(), SyntaxFault> {
        let mut expect = Expect::Value;
        loop {
            while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
                self.at += 1;
            }
            if self.at >= stop {
                return Ok(());
            }
            let Some(byte) = self.peek() else {
                return match expect {
                    Expect::Nothing => Ok(()),
                    Expect::Value if self.trail.stack.is_empty() => {
                        Err(self.fault(ErrorKind::EmptyInput, "a message"))
                    }
                    _ => Err(self.fault(ErrorKind::Syntax, wanted(expect))),
                };
            };
            match (expect, byte) {
                (Expect::Nothing, _) => {
                    return Err(self.fault(ErrorKind::TrailingText, "the end of the message"));
                }
                (Expect::FirstElement, b']') | (Expect::FirstKey, b'}') => expect = self.close(),
                (Expect::CommaOrEnd, b']') if self.in_list() => expect = self.close(),
                (Expect::CommaOrEnd, b'}') if !self.in_list() => expect = self.close(),
                (Expect::CommaOrEnd, b',') => {
                    self.at += 1;
                    expect = match self.trail.stack.last_mut() {
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
                    expect = Expect::Value;
                }
                (Expect::Key | Expect::FirstKey, b'"') => {
                    let start = self.at + 1;
                    self.string()?;
                    let end = self.at - 1;
                    if let Some(Frame::Object { key }) = self.trail.stack.last_mut() {
                        *key = Some((start, end));
                    }
                    expect = Expect::Colon;
                }
                (Expect::Value | Expect::FirstElement, b'{') => {
                    self.open(Frame::Object { key: None })?;
                    expect = Expect::FirstKey;
                }
                (Expect::Value | Expect::FirstElement, b'[') => {
                    self.open(Frame::List { index: 0 })?;
                    expect = Expect::FirstElement;
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
                        _ => return Err(self.fault(ErrorKind::Syntax, wanted(expect))),
                    }
                    expect = self.after_value();
                }
                _ => return Err(self.fault(ErrorKind::Syntax, wanted(expect))),
            }
        }
    }

    /// The path of the place where the walk stands.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.trail.stack {
            match *frame {
                Frame::List { index } => push_path_index(&mut path, index),
                Frame::Object {
                    key: Some((start, end)),
                } => {
                    push_path_key(
                        &mut path,
                        &unescape(self.text.get(start..end).unwrap_or_default()),
                    );
                }
                Frame::Object { key: None } => {}
            }
        }
        path
    }

    /// Whether the place belongs to an identity, a setting, a token or an address, whose values are not shown.
    pub(super) fn is_sensitive(&self) -> bool {
        const SENSITIVE: &[&str] = &[
            "value",
            "token",
            "push_token",
            "mpid",
            "client_ip_address",
            "account_settings",
            "audience_subscription_settings",
            "previous_audience_subscription_settings",
            "user_identities",
            "device_identities",
            "partner_identities",
            "subject_identities",
            "identities",
            "added",
            "removed",
            "default_value",
            "extensions",
        ];
        self.trail.stack.iter().any(|frame| match *frame {
            Frame::Object {
                key: Some((start, end)),
            } => {
                let key = unescape(self.text.get(start..end).unwrap_or_default());
                SENSITIVE.contains(&key.as_str())
            }
            _ => false,
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn in_list(&self) -> bool {
        matches!(self.trail.stack.last(), Some(Frame::List { .. }))
    }

    fn open(&mut self, frame: Frame) -> Result<(), SyntaxFault> {
        if self.trail.stack.len() >= self.max_depth {
            return Err(self.fault(ErrorKind::TooDeep, "fewer levels of nesting"));
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

    fn fault(&self, kind: ErrorKind, expected: &'static str) -> SyntaxFault {
        SyntaxFault {
            offset: self.at.min(self.text.len()),
            kind,
            expected,
        }
    }

    fn literal(&mut self, word: &'static [u8]) -> Result<(), SyntaxFault> {
        let end = self.at + word.len();
        if self.text.get(self.at..end) != Some(word)
            || matches!(
                self.text.get(end),
                Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_')
            )
        {
            return Err(self.fault(ErrorKind::Syntax, "a value"));
        }
        self.at = end;
        Ok(())
    }

    fn digits(&mut self) -> Result<(), SyntaxFault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.fault(ErrorKind::Syntax, "a digit"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), SyntaxFault> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.fault(ErrorKind::Syntax, "a number without leading zeros"));
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

    /// Reads a string; `at` stands on the opening quote before and after the closing quote afterwards.
    fn string(&mut self) -> Result<(), SyntaxFault> {
        let opening = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => {
                    self.at = opening;
                    return Err(self.fault(ErrorKind::Syntax, "a closing quote for this string"));
                }
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => {
                    return Err(
                        self.fault(ErrorKind::Syntax, "an escape for this control character")
                    );
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), SyntaxFault> {
        match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let Some(unit) = hex4(self.text, self.at + 2) else {
                    return Err(self.fault(ErrorKind::Syntax, "four hexadecimal digits after \\u"));
                };
                match unit {
                    0xd800..=0xdbff => {
                        let pair = self.text.get(self.at + 6..self.at + 8) == Some(b"\\u")
                            && matches!(hex4(self.text, self.at + 8), Some(0xdc00..=0xdfff));
                        if pair {
                            self.at += 6;
                        } else {
                            self.trail.lone_surrogates.push(self.at);
                        }
                    }
                    0xdc00..=0xdfff => self.trail.lone_surrogates.push(self.at),
                    _ => {}
                }
                self.at += 6;
            }
            _ => return Err(self.fault(ErrorKind::Syntax, "a valid escape")),
        }
        Ok(())
    }
}

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

    fn judge(text: &str) -> Result<(), (usize, ErrorKind)> {
        Walker::new(text.as_bytes(), 4)
            .run(usize::MAX, |_, _| {})
            .map_err(|fault| (fault.offset, fault.kind))
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
            assert_eq!(judge(text), Ok(()), "{text}");
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
            assert_eq!(judge(text), Err((offset, kind)), "{text}");
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
