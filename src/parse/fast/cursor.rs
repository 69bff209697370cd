//! A cursor over a padded text, and its steps. It handles bytes, strings and runs of digits, but
//! not JSON values.
//!
//! No step checks for the end of the text, because the padding makes that unnecessary:
//!
//! - **A step only passes bytes that are known not to be NUL**, or whose bit in the bitmap is 0,
//!   which that of a NUL never is. So it stops at the first NUL of the padding at the latest, and
//!   from there on 64 bytes and their bits can be read.
//! - **A step only passes whole characters**, because it ends next to an ASCII byte.
//!
//! # Invariants
//!
//! `end` is the first NUL of the padding, and `at` is not after it. The bytes before `end` are
//! UTF-8, and `at` is a character boundary. From `at` on, [`PADDING`] bytes can be read for `'a`;
//! the bitmap belongs to the same text. The fields are private to this module and its children,
//! which alone can break this.
#![allow(unsafe_code)]

mod brackets;
mod digits;
mod strings;

pub(super) use strings::COPY;

use std::marker::PhantomData;

use super::bitmap::Bitmap;
use super::padded::Padded;
use super::scan::leading_spaces;

/// The minimum number of NULs after a text.
const PADDING: usize = 64;

/// A position in a padded text.
///
/// `at` is the last field, and `repr(C)` keeps it there. It is written at every token, and cursors
/// are copied to return to later. A copy loads 16 bytes at once; a load that spans a fresh 8-byte
/// store cannot be forwarded from the store buffer and stalls. With this order `end` and `bitmap`,
/// which are never written, are loaded together, and `at` alone.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Cursor<'a> {
    end: *const u8,
    bitmap: Bitmap<'a>,
    at: *const u8,
    text: PhantomData<&'a str>,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    pub(super) fn new(padded: &Padded<'a>) -> Self {
        let start = padded.start();
        Self {
            // SAFETY: the text is as long as that.
            end: unsafe { start.add(padded.length()) },
            bitmap: Bitmap::new(padded),
            at: start,
            text: PhantomData,
        }
    }

    /// Whether everything has been read.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.end
    }

    /// The next byte; NUL at the end.
    #[inline(always)]
    pub(super) fn peek(&self) -> u8 {
        // SAFETY: `at` can be read.
        unsafe { *self.at }
    }

    /// The next bytes, NULs after the end.
    #[inline(always)]
    pub(super) fn ahead<const N: usize>(&self) -> &'a [u8; N] {
        const { assert!(N <= PADDING) };
        // SAFETY: from `at` on, `PADDING` bytes can be read for `'a`, and bytes have no alignment.
        unsafe { &*self.at.cast() }
    }

    /// Passes `count` bytes.
    ///
    /// # Safety
    ///
    /// The next `count` bytes must end on a character boundary, and must either contain no NUL or
    /// lie before `end`.
    #[inline(always)]
    unsafe fn advance(&mut self, count: usize) {
        // SAFETY: the caller's promise keeps `at` in the text or at its end.
        self.at = unsafe { self.at.add(count) };
    }

    /// Passes this text if it comes next. Inlined, so that the comparison with a literal is
    /// compiled to comparisons of machine words.
    #[inline(always)]
    pub(super) fn accept(&mut self, text: &'static str) -> bool {
        let (text, length) = (text.as_bytes(), text.len());
        // For a literal the compiler decides both.
        if length > PADDING || text.last().is_none_or(|last| *last == 0) {
            return false;
        }
        // SAFETY: from `at` on, `PADDING` bytes can be read.
        let next = unsafe { std::slice::from_raw_parts(self.at, length) };
        let found = next == text;
        if found {
            // SAFETY: the last of these bytes is not NUL, so it lies before `end`, and the others
            // with it. They are whole characters because `text` is.
            unsafe { self.advance(length) };
        }
        found
    }

    /// Passes this byte if it comes next.
    #[inline(always)]
    pub(super) fn accept_byte(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && byte != 0 && byte.is_ascii();
        if found {
            // SAFETY: the byte is a character and not NUL.
            unsafe { self.advance(1) };
        }
        found
    }

    /// The text between `before`, an earlier state of this cursor, and the current position.
    #[inline]
    pub(super) fn since(&self, before: &Self) -> &'a str {
        if before.end != self.end || before.at > self.at {
            return "";
        }
        // SAFETY: no two live texts have the same end, so both positions are in the same text, in
        // this order, and on character boundaries.
        unsafe { text_between(before.at, self.at) }
    }

    /// Passes white space.
    #[inline(always)]
    pub(super) fn white_space(&mut self) {
        if self.peek() <= b' ' {
            // Senders that write white space usually write a single space.
            if !self.accept_byte(b' ') || self.peek() <= b' ' {
                self.long_white_space();
            }
        }
    }

    /// Passes white space. Not inlined, because compact text has none.
    #[inline(never)]
    pub(super) fn long_white_space(&mut self) {
        // A local copy, which the compiler keeps in a register.
        let mut cursor = *self;
        while matches!(cursor.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            // Indentation is a run of spaces.
            let [_, next @ ..] = cursor.ahead::<17>();
            // SAFETY: these are a byte of white space and spaces, all ASCII and none of them NUL.
            unsafe { cursor.advance(1 + leading_spaces(next)) };
        }
        self.at = cursor.at;
    }
}

/// The text from `start` to `end`.
///
/// # Safety
///
/// Both must be positions in the same text, in this order, on character boundaries. The text must
/// live for `'a`.
#[inline(always)]
unsafe fn text_between<'a>(start: *const u8, end: *const u8) -> &'a str {
    // SAFETY: both are in the same text, in this order.
    let length = unsafe { end.offset_from_unsigned(start) };
    // SAFETY: the text covers these bytes and lives for `'a`.
    let bytes = unsafe { std::slice::from_raw_parts(start, length) };
    // SAFETY: the text is UTF-8, and both are character boundaries.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::padded::PaddedBuffer;
    use super::*;

    /// The result of a step at the beginning of a text, and how many bytes it passes.
    pub(in super::super) fn read<T>(
        text: &str,
        step: impl FnOnce(&mut Cursor<'_>) -> T,
    ) -> (T, usize) {
        let mut buffer = PaddedBuffer::default();
        let mut cursor = Cursor::new(&buffer.fill(text.as_bytes()).unwrap());
        let before = cursor;
        let result = step(&mut cursor);
        (result, cursor.since(&before).len())
    }

    #[test]
    fn no_step_leaves_the_text() {
        // The text is truncated at every position, so that a step reaches the padding before it
        // finds what it looks for.
        let whole =
            "{\"key\":\"text é\",\"k\":[123456789012,{\"a\\\"\":\"b\"}], \n\t  \"last\":\"\\\\\"}";
        let stride = if cfg!(miri) { 11 } else { 1 };
        let boundaries = |text: &str| {
            let text = text.to_owned();
            (0..=text.len()).filter(move |at| text.is_char_boundary(*at))
        };
        for end in boundaries(whole).step_by(stride) {
            let text = whole.get(..end).unwrap();
            for start in boundaries(text).step_by(stride) {
                let rest = text.get(start..).unwrap();
                let steps: [fn(&mut Cursor<'_>); 9] = [
                    |cursor| _ = cursor.unescaped_string(),
                    |cursor| _ = cursor.unescaped_run(),
                    |cursor| _ = cursor.escape(),
                    |cursor| _ = cursor.text_entry(),
                    |cursor| _ = cursor.count_digits(),
                    |cursor| _ = cursor.pass_brackets(),
                    |cursor| cursor.white_space(),
                    |cursor| _ = cursor.digits(0),
                    |cursor| {
                        cursor.accept("{\"key\":");
                        cursor.accept_byte(cursor.peek());
                    },
                ];
                for step in steps {
                    let ((), passed) = read(rest, step);
                    assert!(rest.is_char_boundary(passed), "{rest:?} {passed}");
                }
            }
        }
    }
}
