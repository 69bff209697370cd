//! Steps over strings. The bitmap says where a run of unescaped bytes ends, so these steps read
//! bits instead of bytes.
#![allow(unsafe_code)]

use bumpalo::collections::String as ArenaString;

use super::super::super::text::{self, Escape};
use super::{Cursor, text_between};

/// Appending a run is fast if there is spare capacity for this many bytes.
pub(in super::super) const COPY: usize = 32;

impl<'a> Cursor<'a> {
    /// The first terminator from `at` on; the NULs after the text are terminators, too.
    ///
    /// # Safety
    ///
    /// `at` must be a position in the text, or its end.
    #[inline(always)]
    unsafe fn terminator(&self, at: *const u8) -> *const u8 {
        // SAFETY: the caller's promise.
        let bits = unsafe { self.bitmap.from(at) };
        if bits == 0 {
            // SAFETY: the caller's promise.
            return unsafe { self.far_terminator(at) };
        }
        // SAFETY: this is the first terminator, so it is in the text or at its end.
        unsafe { at.add(bits.trailing_zeros() as usize) }
    }

    /// As [`Self::terminator`], for strings that are longer than the bits of one load. Not inlined.
    ///
    /// # Safety
    ///
    /// `at` must be a position in the text, or its end.
    #[inline(never)]
    unsafe fn far_terminator(&self, mut at: *const u8) -> *const u8 {
        loop {
            // SAFETY: there is no terminator before `at`, and `end` is one.
            let bits = unsafe { self.bitmap.from(at) };
            if bits != 0 {
                // SAFETY: this is the first terminator, so it is in the text or at its end.
                return unsafe { at.add(bits.trailing_zeros() as usize) };
            }
            // SAFETY: none of these 57 bytes is a terminator, so `end` is not among them.
            at = unsafe { at.add(57) };
        }
    }

    /// Passes a string without escapes and returns its content; for anything else returns `None`
    /// and does not move.
    #[inline(always)]
    pub(in super::super) fn unescaped_string(&mut self) -> Option<&'a str> {
        if self.peek() != b'"' {
            return None;
        }
        // SAFETY: the quote is not NUL, so `start` is not after `end`.
        let start = unsafe { self.at.add(1) };
        // SAFETY: `start` is not after `end`.
        let close = unsafe { self.terminator(start) };
        // SAFETY: `close` is in the text or at its end.
        if unsafe { *close } != b'"' {
            return None;
        }
        // SAFETY: `close` is not NUL, so it lies before `end`.
        self.at = unsafe { close.add(1) };
        // SAFETY: both are in the text, one after and one at an ASCII byte, so they are character
        // boundaries.
        Some(unsafe { text_between(start, close) })
    }

    /// Passes `"key":"text"` without escapes and without white space except one space after the
    /// colon; for anything else returns `None` and does not move.
    ///
    /// The end of the text takes a second load, although one load often covers both ends: whether
    /// it does is hard to predict, and a misprediction costs more than the load.
    #[inline(always)]
    pub(in super::super) fn text_entry(&mut self) -> Option<(&'a str, &'a str)> {
        if self.peek() != b'"' {
            return None;
        }
        // SAFETY: the quote is not NUL, so `key` is not after `end`.
        let key = unsafe { self.at.add(1) };
        // SAFETY: `key` is not after `end`.
        let bits = unsafe { self.bitmap.from(key) };
        if bits == 0 {
            return None;
        }
        // SAFETY: this is the first terminator, so it is in the text or at its end.
        let close = unsafe { key.add(bits.trailing_zeros() as usize) };
        // SAFETY: from `close` on, `PADDING` bytes can be read, and bytes have no alignment.
        let between = unsafe { *close.cast::<[u8; 4]>() };
        let gap = match between {
            [b'"', b':', b'"', _] => 3,
            [b'"', b':', b' ', b'"'] => 4,
            _ => return None,
        };
        // SAFETY: none of these bytes is NUL, so `text` is not after `end`.
        let text = unsafe { close.add(gap) };
        // SAFETY: `text` is not after `end`.
        let last = unsafe { self.terminator(text) };
        // SAFETY: `last` is in the text or at its end.
        if unsafe { *last } != b'"' {
            return None;
        }
        // SAFETY: `last` is not NUL, so it lies before `end`.
        self.at = unsafe { last.add(1) };
        // SAFETY: both are in the text, after and at an ASCII byte, so they are character
        // boundaries.
        let key = unsafe { text_between(key, close) };
        // SAFETY: likewise.
        let text = unsafe { text_between(text, last) };
        Some((key, text))
    }

    /// Passes the rest of a run of unescaped bytes, up to the next quote, backslash or control
    /// character or to the end.
    #[inline]
    pub(in super::super) fn unescaped_run(&mut self) -> &'a str {
        let start = self.at;
        // SAFETY: `at` is not after `end`.
        self.at = unsafe { self.terminator(start) };
        // SAFETY: both are in the text or at its end. `at` was a character boundary and is one
        // again, because it is at an ASCII byte or at the end.
        unsafe { text_between(start, self.at) }
    }

    /// As [`Self::unescaped_run`], but also appends the run to `out`. A short run with enough spare
    /// capacity is copied as a block of fixed size and then truncated.
    #[inline(always)]
    pub(in super::super) fn append_unescaped_run(&mut self, out: &mut ArenaString<'_>) {
        let block = self.ahead::<COPY>();
        let run = self.unescaped_run();
        if run.len() > COPY || out.capacity() - out.len() < COPY {
            out.push_str(run);
            return;
        }
        // SAFETY: only the run is appended, which is UTF-8.
        let bytes = unsafe { out.as_mut_vec() };
        let length = bytes.len();
        let target = bytes.as_mut_ptr().wrapping_add(length).cast();
        // SAFETY: there is spare capacity for the block, and bytes have no alignment.
        unsafe { std::ptr::write(target, *block) };
        // SAFETY: the run is at the beginning of the block, which has just been written.
        unsafe { bytes.set_len(length + run.len()) };
    }

    /// Passes an escape of one letter and appends its character. Returns whether there was one.
    #[inline(always)]
    pub(in super::super) fn append_simple_escape(&mut self, out: &mut ArenaString<'_>) -> bool {
        let [b'\\', kind] = *self.ahead::<2>() else {
            return false;
        };
        let Some(character) = text::simple_escape(kind) else {
            return false;
        };
        // SAFETY: both bytes are ASCII and not NUL.
        unsafe { self.advance(2) };
        out.push(character);
        true
    }

    /// Passes an escape and returns its character; if it is invalid or a lone surrogate, returns
    /// `None` and does not move.
    pub(in super::super) fn escape(&mut self) -> Option<char> {
        match text::escape(self.ahead::<12>())? {
            (Escape::Character(character), length) => {
                // SAFETY: the bytes of an escape are ASCII and not NUL.
                unsafe { self.advance(length) };
                Some(character)
            }
            (Escape::LoneSurrogate, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::padded::PaddedBuffer;
    use super::super::tests::read;
    use super::*;

    #[test]
    fn entries_are_two_unescaped_strings_of_any_length() {
        for key in [0, 1, 15, 53, 54, 55, 56, 100] {
            for text in [0, 1, 10, 60, 64, 200] {
                let (key, text) = ("k".repeat(key), "t".repeat(text));
                let entry = format!("\"{key}\":\"{text}\"");
                let (found, passed) = read(&entry, |cursor| {
                    cursor
                        .text_entry()
                        .map(|(key, text)| (key.to_owned(), text.to_owned()))
                });
                // Longer keys are left to the caller.
                let expected = (key.len() < 57).then(|| (key.clone(), text.clone()));
                assert_eq!(found, expected);
                assert_eq!(passed, if expected.is_some() { entry.len() } else { 0 });
            }
        }
        for other in [
            "\"k\" :\"t\"",
            "\"k\":  \"t\"",
            "\"k\":\n\"t\"",
            "\"k\": 1",
            "\"k\":1",
            "\"k\\n\":\"t\"",
            "\"k\":\"t\\n\"",
            "\"k\":\"t",
            "\"k\"",
            "}",
        ] {
            assert_eq!(
                read(other, |cursor| cursor.text_entry().is_some()),
                (false, 0),
                "{other}"
            );
        }
    }

    #[test]
    fn strings_end_at_any_distance() {
        for length in (0..300).step_by(if cfg!(miri) { 29 } else { 1 }) {
            let text = "x".repeat(length);
            let string = |cursor: &mut Cursor<'_>| cursor.unescaped_string().map(str::to_owned);
            let (found, passed) = read(&format!("\"{text}\""), string);
            assert_eq!((found, passed), (Some(text.clone()), length + 2));
            for end in ["\\", "\u{1}", ""] {
                let (found, passed) = read(&format!("\"{text}{end}"), string);
                assert_eq!((found, passed), (None, 0));
            }
        }
    }

    #[test]
    fn unescaped_runs_are_appended_whole() {
        let arena = bumpalo::Bump::new();
        for length in [0, 1, 31, 32, 33, 100] {
            for capacity in [0, 31, 32, 200] {
                let mut out = bumpalo::collections::String::with_capacity_in(capacity, &arena);
                let text = "é".repeat(length);
                let mut buffer = PaddedBuffer::default();
                let mut cursor = Cursor::new(&buffer.fill(text.as_bytes()).unwrap());
                cursor.append_unescaped_run(&mut out);
                assert_eq!(out, text);
                assert!(cursor.is_at_end());
            }
        }
    }
}
