//! The tokens of the fast path: white space, keys, strings and numbers, straight from the text.

use super::direct::{Bail, Direct, Object};
use super::scan::{between_quotes, string_end};
use super::skip;
use crate::message::Read;

impl<'a> Direct<'_, 'a> {
    /// Whether nothing but white space is left.
    pub(super) fn at_end(&mut self) -> bool {
        self.white_space();
        self.at >= self.bytes.len()
    }

    #[inline]
    pub(super) fn peek(&self) -> u8 {
        // Zero is no byte that anything here expects.
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn white_space(&mut self) {
        if self.peek() <= b' ' {
            self.white_space_run();
        }
    }

    #[inline(never)]
    pub(super) fn white_space_run(&mut self) {
        self.at = skip::white_space(self.bytes, self.at);
    }

    /// Consumes this text if it comes next. Inlined, so that the comparison with a literal is one of words.
    #[inline(always)]
    pub(super) fn accept(&mut self, text: &str) -> bool {
        let end = self.at + text.len();
        let found = self.bytes.get(self.at..end) == Some(text.as_bytes());
        if found {
            self.at = end;
        }
        found
    }

    /// Goes from the end of a value to the next key or past the closing brace.
    #[inline]
    pub(super) fn settle(&mut self, object: &mut Object) {
        if self
            .bytes
            .get(self.at..)
            .and_then(|rest| rest.first_chunk())
            == Some(b",\"")
        {
            self.at += 1;
            *object = Object::AtKey;
        } else {
            *object = self.settle_slowly();
        }
    }

    #[inline(never)]
    pub(super) fn settle_slowly(&mut self) -> Object {
        self.white_space();
        match self.peek() {
            b'}' => {
                self.at += 1;
                Object::Closed
            }
            b',' => {
                self.at += 1;
                self.white_space();
                if self.peek() == b'"' {
                    Object::AtKey
                } else {
                    Object::Broken
                }
            }
            _ => Object::Broken,
        }
    }

    /// Consumes the colon after a key.
    #[inline]
    pub(super) fn colon(&mut self) -> bool {
        if self.peek() != b':' {
            self.white_space();
            if self.peek() != b':' {
                return false;
            }
        }
        self.at += 1;
        true
    }

    /// Consumes a string whose opening quote is here. `None` to bail out: two registers, unlike a `Result`.
    #[inline(never)]
    pub(super) fn string(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let end = string_end(self.bytes, start);
        match self.bytes.get(end) {
            Some(b'"') => {
                self.at = end + 1;
                Some(between_quotes(self.text, start, end))
            }
            Some(b'\\') => self.escaped_string(start, end),
            _ => None,
        }
    }

    /// A string with escapes goes into the arena.
    #[inline(never)]
    pub(super) fn escaped_string(&mut self, start: usize, mut end: usize) -> Option<&'a str> {
        let mut out = bumpalo::collections::String::with_capacity_in(end - start + 32, self.arena);
        let mut from = start;
        loop {
            out.push_str(self.text.get(from..end)?);
            match self.bytes.get(end)? {
                b'"' => {
                    self.at = end + 1;
                    return Some(out.into_bump_str());
                }
                b'\\' => {
                    let (character, length) = skip::escape(self.bytes, end)?;
                    out.push(character);
                    from = end + length;
                    end = string_end(self.bytes, from);
                }
                _ => return None,
            }
        }
    }

    /// Consumes a number and returns its text.
    #[inline]
    pub(super) fn number(&mut self) -> Read<&'a str, Bail> {
        let start = self.at;
        self.at = skip::number(self.bytes, start).ok_or(Bail)?;
        self.text.get(start..self.at).ok_or(Bail)
    }

    #[inline]
    pub(super) fn charge(&mut self, bytes: usize) -> Read<(), Bail> {
        self.memory_left = self.memory_left.checked_sub(bytes).ok_or(Bail)?;
        Ok(())
    }
}
