//! The tokens of the fast path: from value to key, strings with their escapes, what is not a string where one may be.

use super::skip;
use super::source::{Bail, Direct};
use super::strings::ROOM_FOR_BLOCKS;
use crate::message::Read;

impl<'a> Direct<'_, 'a> {
    /// Whether nothing but white space is left.
    pub(in crate::parse) fn at_end(&mut self) -> bool {
        self.reader.white_space();
        self.reader.at_end()
    }

    /// Consumes `null` if it comes next.
    #[inline(always)]
    pub(in crate::parse) fn accept_null(&mut self) -> bool {
        self.reader.white_space();
        self.reader.peek() == b'n' && self.reader.accept("null")
    }

    /// Goes from the end of a value to the quote of the next key, or to the brace that closes the object.
    #[inline(always)]
    pub(in crate::parse) fn find_key(&mut self) -> Read<(), Bail> {
        match self.reader.ahead::<2>() {
            [b',', b'"'] => {
                self.reader.accept_byte(b',');
                Ok(())
            }
            [b'}', _] => Ok(()),
            _ => self.find_key_slowly(),
        }
    }

    #[inline(never)]
    fn find_key_slowly(&mut self) -> Read<(), Bail> {
        self.reader.white_space();
        if self.reader.accept_byte(b',') {
            self.reader.much_white_space();
            // A brace here would follow a comma.
            return self.expect(b'"');
        }
        self.expect(b'}')
    }

    #[inline(always)]
    fn expect(&self, byte: u8) -> Read<(), Bail> {
        if self.reader.peek() == byte {
            Ok(())
        } else {
            Err(Bail)
        }
    }

    /// Consumes the colon after a key.
    #[inline(always)]
    pub(in crate::parse) fn colon(&mut self) -> bool {
        self.reader.accept_byte(b':') || self.colon_slowly()
    }

    #[inline(never)]
    fn colon_slowly(&mut self) -> bool {
        self.reader.white_space();
        self.reader.accept_byte(b':')
    }

    /// Consumes a string. `None` to bail out: two registers, unlike a `Result`.
    #[inline]
    pub(in crate::parse) fn string(&mut self) -> Option<&'a str> {
        match self.reader.string() {
            None => self.escaped_string(),
            text => text,
        }
    }

    /// A string with escapes goes into the arena.
    #[inline(never)]
    fn escaped_string(&mut self) -> Option<&'a str> {
        if !self.reader.accept_byte(b'"') {
            return None;
        }
        let mut ahead = self.reader;
        let room = ahead.plain().len() + 2 * ROOM_FOR_BLOCKS;
        let mut out = bumpalo::collections::String::with_capacity_in(room, self.arena);
        self.reader.plain_onto(&mut out);
        loop {
            if self.reader.accept_byte(b'"') {
                return Some(out.into_bump_str());
            }
            out.push(skip::escape(&mut self.reader)?);
            self.reader.plain_onto(&mut out);
        }
    }

    /// Text that is no string.
    #[inline(never)]
    pub(in crate::parse) fn other_text(&mut self) -> Read<Option<&'a str>, Bail> {
        match self.reader.peek() {
            b'n' if self.reader.accept("null") => Ok(None),
            b't' if self.reader.accept("true") => Ok(Some("true")),
            b'f' if self.reader.accept("false") => Ok(Some("false")),
            b'-' | b'0'..=b'9' => self.number().map(Some),
            _ => Err(Bail),
        }
    }

    /// Consumes a number and returns its text.
    #[inline]
    pub(in crate::parse) fn number(&mut self) -> Read<&'a str, Bail> {
        skip::number(&mut self.reader)
            .map(|(text, _)| text)
            .ok_or(Bail)
    }
}
