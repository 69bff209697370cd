//! The steps over strings. Where a run of plain string bytes ends has been marked before, so a step looks at bits, not bytes.
#![allow(unsafe_code)]

use super::cursor::{Reader, text_between};

/// How much room more than there is text makes appending fast.
pub(in crate::parse) const ROOM_FOR_BLOCKS: usize = 32;

impl<'a> Reader<'a> {
    /// Where among the bytes from there on runs of plain string bytes end, one bit for each byte; for fifty-seven of them
    /// at least.
    ///
    /// # Safety
    ///
    /// `at` must not lie behind `end`.
    #[inline(always)]
    unsafe fn ends_from(&self, at: *const u8) -> u64 {
        let place = at.addr();
        // SAFETY: from the one of `at` on, there are marks for sixty-four bytes; those of up to seven before it are in the
        // same byte.
        let marks = unsafe { *self.ends.wrapping_add(place >> 3).cast::<[u8; 8]>() };
        u64::from_le_bytes(marks) >> (place & 7)
    }

    /// The first byte from `at` on that ends a run of plain string bytes.
    ///
    /// # Safety
    ///
    /// `at` must not lie behind `end`.
    #[inline(always)]
    unsafe fn plain_end(&self, at: *const u8) -> *const u8 {
        // SAFETY: the caller's promise.
        let ends = unsafe { self.ends_from(at) };
        if ends == 0 {
            // SAFETY: the caller's promise.
            return unsafe { self.far_plain_end(at) };
        }
        // SAFETY: no end comes before this one, so it is in the text or its end.
        unsafe { at.add(ends.trailing_zeros() as usize) }
    }

    /// The same where it is far.
    ///
    /// # Safety
    ///
    /// `at` must not lie behind `end`.
    #[inline(never)]
    unsafe fn far_plain_end(&self, mut at: *const u8) -> *const u8 {
        loop {
            // SAFETY: the byte looked for is not before `at`, and `end` is one.
            let ends = unsafe { self.ends_from(at) };
            if ends != 0 {
                // SAFETY: as in `plain_end`.
                return unsafe { at.add(ends.trailing_zeros() as usize) };
            }
            // SAFETY: none of these is an end, so `end` is not among them.
            at = unsafe { at.add(57) };
        }
    }

    /// Passes over a string without escapes and returns what is in it; `None`, and no step, for anything else.
    #[inline(always)]
    pub(in crate::parse) fn string(&mut self) -> Option<&'a str> {
        if self.peek() != b'"' {
            return None;
        }
        // SAFETY: the quote is not NUL, so `start` is not behind `end`.
        let start = unsafe { self.at.add(1) };
        // SAFETY: `start` is not behind `end`.
        let close = unsafe { self.plain_end(start) };
        // SAFETY: `close` lies in the text or is its end.
        if unsafe { *close } != b'"' {
            return None;
        }
        // SAFETY: `close` is no NUL, so it lies before `end`.
        self.at = unsafe { close.add(1) };
        // SAFETY: both lie in the text, one after and one at a byte of ASCII, so they are boundaries.
        Some(unsafe { text_between(start, close) })
    }

    /// Passes over `"key":"text"`, neither with escapes nor with white space between; `None`, and no step, for anything
    /// else. Both ends are looked for at once, so that the second does not wait for the first.
    #[inline(always)]
    pub(in crate::parse) fn text_entry(&mut self) -> Option<(&'a str, &'a str)> {
        if self.peek() != b'"' {
            return None;
        }
        // SAFETY: the quote is not NUL, so `key` is not behind `end`.
        let key = unsafe { self.at.add(1) };
        // SAFETY: `key` is not behind `end`.
        let ends = unsafe { self.ends_from(key) };
        if ends == 0 {
            return None;
        }
        let length = ends.trailing_zeros();
        // SAFETY: no end comes before this one, so it is in the text or its end.
        let close = unsafe { key.add(length as usize) };
        // SAFETY: from `close` on, `PADDING` bytes can be read, and bytes have no alignment.
        if unsafe { *close.cast::<[u8; 3]>() } != *b"\":\"" {
            return None;
        }
        // SAFETY: none of these three is NUL, so `text` is not behind `end`.
        let text = unsafe { close.add(3) };
        let rest = ends >> length >> 3;
        let last = if rest != 0 {
            // SAFETY: no end comes before this one, so it is in the text or its end.
            unsafe { text.add(rest.trailing_zeros() as usize) }
        } else {
            // SAFETY: `text` is not behind `end`.
            unsafe { self.plain_end(text) }
        };
        // SAFETY: `last` lies in the text or is its end.
        if unsafe { *last } != b'"' {
            return None;
        }
        // SAFETY: `last` is no NUL, so it lies before `end`.
        self.at = unsafe { last.add(1) };
        // SAFETY: all four lie in the text, after or at a byte of ASCII, so they are boundaries.
        Some(unsafe { (text_between(key, close), text_between(text, last)) })
    }

    /// Passes over what is left of a run of plain string bytes, up to a quote, backslash, control character or the end.
    #[inline]
    pub(in crate::parse) fn plain(&mut self) -> &'a str {
        let start = self.at;
        // SAFETY: `at` is not behind `end`.
        self.at = unsafe { self.plain_end(start) };
        // SAFETY: `at` was a boundary and is one again, because it stands at a byte of ASCII, at `end` at the latest.
        unsafe { text_between(start, self.at) }
    }

    /// As `plain`, appended to `out`, in whole blocks where there is room for them.
    #[inline(always)]
    pub(in crate::parse) fn plain_onto(&mut self, out: &mut bumpalo::collections::String<'_>) {
        let start = self.at;
        let plain = self.plain();
        if plain.len() > ROOM_FOR_BLOCKS || out.capacity() - out.len() < ROOM_FOR_BLOCKS {
            out.push_str(plain);
            return;
        }
        // SAFETY: what is appended is UTF-8. From `start` on, `PADDING` bytes can be read, and there is room for a block.
        unsafe {
            let out = out.as_mut_vec();
            let end = out.as_mut_ptr().add(out.len());
            end.copy_from_nonoverlapping(start, ROOM_FOR_BLOCKS);
            out.set_len(out.len() + plain.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cursor::tests::read;
    use super::super::padded::Copies;
    use super::*;

    #[test]
    fn entries_are_two_plain_strings_of_any_length() {
        for key in [0, 1, 15, 53, 54, 55, 56, 100] {
            for text in [0, 1, 10, 60, 64, 200] {
                let (key, text) = ("k".repeat(key), "t".repeat(text));
                let entry = format!("\"{key}\":\"{text}\"");
                let (found, passed) = read(&entry, |reader| {
                    reader
                        .text_entry()
                        .map(|(key, text)| (key.to_owned(), text.to_owned()))
                });
                // Longer keys are left to others.
                let expected = (key.len() < 57).then(|| (key.clone(), text.clone()));
                assert_eq!(found, expected);
                assert_eq!(passed, if expected.is_some() { entry.len() } else { 0 });
            }
        }
        for other in [
            "\"k\" :\"t\"",
            "\"k\":1",
            "\"k\\n\":\"t\"",
            "\"k\":\"t\\n\"",
            "\"k\":\"t",
            "\"k\"",
            "}",
        ] {
            assert_eq!(
                read(other, |reader| reader.text_entry().is_some()),
                (false, 0),
                "{other}"
            );
        }
    }

    #[test]
    fn strings_end_at_any_distance() {
        for length in 0..300 {
            let text = "x".repeat(length);
            let string = |reader: &mut Reader<'_>| reader.string().map(str::to_owned);
            let (found, passed) = read(&format!("\"{text}\""), string);
            assert_eq!((found, passed), (Some(text.clone()), length + 2));
            for end in ["\\", "\u{1}", ""] {
                let (found, passed) = read(&format!("\"{text}{end}"), string);
                assert_eq!((found, passed), (None, 0));
            }
        }
    }

    #[test]
    fn plain_runs_are_appended_whole() {
        let arena = bumpalo::Bump::new();
        for length in [0, 1, 31, 32, 33, 100] {
            for room in [0, 31, 32, 200] {
                let mut out = bumpalo::collections::String::with_capacity_in(room, &arena);
                let text = "é".repeat(length);
                let mut copies = Copies::default();
                let mut reader = Reader::new(&copies.fill(text.as_bytes()).unwrap());
                reader.plain_onto(&mut out);
                assert_eq!(out, text);
                assert!(reader.at_end());
            }
        }
    }
}
