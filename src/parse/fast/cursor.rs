//! A place in a text that is followed by NULs, and the steps that can be taken from there. With `scan`, the loads, the only
//! `unsafe` of this room, and no more of it than the steps and the cuts. It knows bytes, strings and runs of digits, no
//! JSON values.
//!
//! Nothing here checks for the end of the text, and nothing has to: **a step only passes over bytes that it has seen not
//! to be NUL**, or that have no mark, which every NUL has. So it stops at the first NUL of the padding at the latest, and
//! from there or before, as many bytes as there is padding can be read, and the marks of as many. And **a step only passes
//! over whole characters**, because it ends next to a byte of ASCII.
#![allow(unsafe_code)]

use std::marker::PhantomData;

use super::padded::Marked;
use super::scan::{brackets, escaped_by, leading_spaces, prefix_xor};

/// How many NULs follow a text.
const PADDING: usize = 64;

/// A place in a padded text.
///
/// Invariants: from `at` on, at least `PADDING` bytes can be read for `'a`, and the marks of as many; `end` is the first
/// NUL of the padding, so `at <= end`; the bytes before `end` are UTF-8, and `at` is a boundary in them.
///
/// The place comes last, and in this order, because copies of a place are kept to return to: two words are copied at once,
/// and a load of two words of which one has just been stored waits until that store has reached the cache.
#[derive(Clone, Copy)]
#[repr(C)]
pub(in crate::parse) struct Reader<'a> {
    pub(super) end: *const u8,
    /// The marks, one bit for each byte: those of the eight bytes at an address that is divisible by eight are the byte so
    /// far behind this as an eighth of the address.
    pub(super) ends: *const u8,
    pub(super) at: *const u8,
    text: PhantomData<&'a str>,
}

impl<'a> Reader<'a> {
    /// The beginning of a text.
    pub(in crate::parse) fn new(text: &Marked<'a>) -> Self {
        let (at, ends) = (text.text(), text.ends());
        Self {
            // SAFETY: the text is so long.
            end: unsafe { at.add(text.length()) },
            // The text begins at the beginning of a block, whose address is divisible.
            ends: ends.wrapping_sub(at.addr() / 8),
            at,
            text: PhantomData,
        }
    }

    /// Whether everything has been read.
    pub(in crate::parse) fn at_end(&self) -> bool {
        self.at == self.end
    }

    /// The next byte; NUL at the end.
    #[inline(always)]
    pub(in crate::parse) fn peek(&self) -> u8 {
        // SAFETY: `at` can be read.
        unsafe { *self.at }
    }

    /// The next bytes.
    #[inline(always)]
    pub(in crate::parse) fn ahead<const N: usize>(&self) -> &'a [u8; N] {
        const { assert!(N <= PADDING) };
        // SAFETY: from `at` on, `PADDING` bytes can be read for `'a`, and bytes have no alignment.
        unsafe { &*self.at.cast() }
    }

    /// Goes `count` bytes on.
    ///
    /// # Safety
    ///
    /// There must be none but whole characters, and no NUL, or they must lie before `end`.
    #[inline(always)]
    pub(super) unsafe fn advance(&mut self, count: usize) {
        // SAFETY: the caller's promise keeps `at` before `end` and on a boundary.
        self.at = unsafe { self.at.add(count) };
    }

    /// Passes over this text if it comes next. Inlined, so that the comparison with a literal is one of words.
    #[inline(always)]
    pub(in crate::parse) fn accept(&mut self, text: &'static str) -> bool {
        let (text, length) = (text.as_bytes(), text.len());
        // Both known to the compiler where the text is a literal.
        if length > PADDING || text.last().is_none_or(|last| *last == 0) {
            return false;
        }
        // SAFETY: from `at` on, `PADDING` bytes can be read.
        let found = unsafe { std::slice::from_raw_parts(self.at, length) } == text;
        if found {
            // SAFETY: the last of the bytes is not NUL, so it lies before `end`, and with it all before it. They are
            // whole characters because `text` is.
            unsafe { self.advance(length) };
        }
        found
    }

    /// Passes over this byte if it comes next.
    #[inline(always)]
    pub(in crate::parse) fn accept_byte(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && byte != 0 && byte.is_ascii();
        if found {
            // SAFETY: it is a character and not NUL.
            unsafe { self.advance(1) };
        }
        found
    }

    /// What has been passed over since `before`, which must be an earlier state of this.
    #[inline]
    pub(in crate::parse) fn since(&self, before: &Self) -> &'a str {
        if before.end != self.end || before.at > self.at {
            return "";
        }
        // SAFETY: no two live texts have the same end, so both are places in the same text, in order; and boundaries.
        unsafe { text_between(before.at, self.at) }
    }

    /// Passes over an object or list by its brackets and quotes alone, whatever else is in it: for looking ahead, where
    /// what is passed over will be read properly later. Whether it ends.
    pub(in crate::parse) fn pass_brackets(&mut self) -> bool {
        let (mut inside, mut escaped, mut depth) = (0u64, 0u64, 0u32);
        let mut at = self.at;
        while at < self.end {
            // SAFETY: `at` lies before `end`, so from there on `PADDING` bytes can be read.
            let [quotes, escapes, opens, closes] = unsafe { brackets(at) };
            let mut quotes = quotes;
            if escapes | escaped != 0 {
                let of_escapes;
                (of_escapes, escaped) = escaped_by(escapes, escaped);
                quotes &= !of_escapes;
            }
            let within = prefix_xor(quotes) ^ inside;
            inside = ((within as i64) >> 63) as u64;
            let (opens, closes) = (opens & !within, closes & !within);
            let mut left = closes;
            while left != 0 && closes.count_ones() >= depth {
                let close = left.trailing_zeros();
                let before = (1u64 << close) - 1;
                let opened = (opens & before).count_ones();
                let closed = (closes & before).count_ones() + 1;
                if depth + opened == closed {
                    // SAFETY: a bracket has been seen there, which is no NUL and ends on a boundary.
                    self.at = unsafe { at.add(close as usize + 1) };
                    return true;
                }
                left &= left - 1;
            }
            // Never below zero: closing that far has been looked for.
            depth = (depth + opens.count_ones()).saturating_sub(closes.count_ones());
            // SAFETY: the bytes up to `end` and `PADDING` more belong to the buffer.
            at = unsafe { at.add(64) };
        }
        false
    }

    /// Passes over white space.
    #[inline(always)]
    pub(in crate::parse) fn white_space(&mut self) {
        if self.peek() <= b' ' {
            // One space is what most of those who set any set.
            if !self.accept_byte(b' ') || self.peek() <= b' ' {
                self.much_white_space();
            }
        }
    }

    /// Passes over white space. Out of the way, because compact text has none.
    #[inline(never)]
    pub(in crate::parse) fn much_white_space(&mut self) {
        // SAFETY: from `at` on, bytes up to the end of the text and `PADDING` more can be read. What is passed over is
        // white space, which is ASCII and no NUL.
        self.at = unsafe { white_space_end(self.at) };
    }
}

/// The first byte from `at` on that is no white space.
///
/// # Safety
///
/// There must be one, and `PADDING` bytes from there on that can be read.
#[inline(always)]
unsafe fn white_space_end(mut at: *const u8) -> *const u8 {
    loop {
        // SAFETY: the byte looked for is not before `at`.
        if !matches!(unsafe { *at }, b' ' | b'\n' | b'\r' | b'\t') {
            return at;
        }
        // Indentation is a run of spaces.
        // SAFETY: the byte looked for is not before the next one, and from there on sixteen bytes can be read.
        let spaces = unsafe { leading_spaces(at.add(1)) };
        // SAFETY: as many spaces have been seen.
        at = unsafe { at.add(1 + spaces) };
    }
}

/// # Safety
///
/// Both must lie in the same text, in this order, on boundaries of characters.
#[inline(always)]
pub(super) unsafe fn text_between<'a>(start: *const u8, end: *const u8) -> &'a str {
    // SAFETY: the caller's promise.
    unsafe {
        let length = end.offset_from_unsigned(start);
        std::str::from_utf8_unchecked(std::slice::from_raw_parts(start, length))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    use super::super::padded::Copies;

    /// What a step at the beginning of a text returns, and how far it goes.
    pub(in crate::parse) fn read<T>(
        text: &str,
        step: impl FnOnce(&mut Reader<'_>) -> T,
    ) -> (T, usize) {
        let mut copies = Copies::default();
        let mut reader = Reader::new(&copies.fill(text.as_bytes()).unwrap());
        let before = reader;
        let result = step(&mut reader);
        (result, reader.since(&before).len())
    }

    #[test]
    fn no_step_leaves_the_text() {
        // Cut at every place, so that what is looked for is found in the padding or not at all.
        let whole =
            "{\"key\":\"text é\",\"k\":[123456789012,{\"a\\\"\":\"b\"}], \n\t  \"last\":\"\\\\\"}";
        for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let text = whole.get(..end).unwrap();
            for start in (0..=end).filter(|start| text.is_char_boundary(*start)) {
                let rest = text.get(start..).unwrap();
                let steps: [fn(&mut Reader<'_>); 8] = [
                    |reader| _ = reader.string(),
                    |reader| _ = reader.plain(),
                    |reader| _ = reader.text_entry(),
                    |reader| _ = reader.count_digits(),
                    |reader| _ = reader.pass_brackets(),
                    |reader| reader.white_space(),
                    |reader| _ = reader.digits(0),
                    |reader| {
                        reader.accept("{\"key\":");
                        reader.accept_byte(reader.peek());
                    },
                ];
                for step in steps {
                    let ((), passed) = read(rest, step);
                    assert!(rest.is_char_boundary(passed), "{rest:?} {passed}");
                }
            }
        }
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        let inner = "\"]}\\\"\\\\\",[{\"a\":[\"\\\\\\\"]\"]}]";
        for padding in 0..130 {
            let value = format!("[\"{}\",{inner},{{}}]", "x".repeat(padding));
            let text = format!("{value}]}}");
            assert_eq!(
                read(&text, |reader| reader.pass_brackets()),
                (true, value.len()),
                "{value}"
            );
            let cut = value.get(..value.len() - 1).unwrap();
            assert_eq!(
                read(cut, |reader| reader.pass_brackets()),
                (false, 0),
                "{cut}"
            );
        }
    }
}
