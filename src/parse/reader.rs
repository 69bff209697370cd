//! A place in a text that is followed by NULs, and the steps that can be taken from there. With `scan`, the loads, the only
//! `unsafe` of this room, and no more of it than the steps and the cuts. It knows bytes, strings and runs of digits, no
//! JSON values.
//!
//! Nothing here checks for the end of the text, and nothing has to: **a step only passes over bytes that it has seen not
//! to be NUL**, so it stops at the first NUL of the padding at the latest, and from there or before, as many bytes as there
//! is padding can be read. And **a step only passes over whole characters**, because it ends next to a byte of ASCII.
#![allow(unsafe_code)]

use std::marker::PhantomData;

use super::scan::{Block, MARKED, brackets, escaped_by, leading_spaces, mark, prefix_xor};

/// How many NULs follow a text.
const PADDING: usize = 64;

/// How much room more than there is text makes appending fast.
pub(super) const ROOM_FOR_BLOCKS: usize = 32;

/// A place in a padded text.
///
/// Invariants: from `at` on, at least `PADDING` bytes can be read for `'a`; the last `PADDING` of the buffer are NUL and
/// `end` is the first of those, so `at <= end`; the bytes before `end` are UTF-8, and `at` is a boundary in them.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Reader<'a> {
    end: *const u8,
    ends: *const u8,
    at: *const u8,
    text: PhantomData<&'a str>,
}

/// A copy of a text that is followed by NULs.
#[derive(Default)]
pub(super) struct Padded {
    blocks: Vec<Block>,
    ends: Vec<[u8; 8]>,
}

impl Padded {
    pub(super) fn bytes(&self) -> usize { self.blocks.capacity() * 72 }

    /// The beginning of a copy of `text`, which must be UTF-8.
    pub(super) fn fill(&mut self, text: &[u8]) -> Option<Reader<'_>> {
        let (whole, rest) = text.as_chunks::<64>();
        let count = whole.len() + 2;
        if self.blocks.len() < count {
            self.blocks.resize(count, Block([0; 64]));
            // One more, because eight are loaded at a time.
            self.ends.resize(count + 1, [0; 8]);
        }
        let mut last = [[0; 64]; 2];
        last[0][..rest.len()].copy_from_slice(rest);
        let mut start = None;
        let mut at = 0;
        for chunk in whole.chunks(MARKED).chain(std::iter::once(&last[..])) {
            let n = chunk.len();
            let others = mark(chunk, &mut self.blocks[at..at + n], &mut self.ends[at..at + n]);
            let mut i = 0;
            if others != 0 || start.is_some() {
                while i < n {
                    let left = others >> i;
                    match start {
                        None => { if left == 0 {break;} i += left.trailing_zeros() as usize; start = Some((at + i) * 64); }
                        Some(from) => {
                            i += left.trailing_ones() as usize;
                            if i >= n { break; }
                            simdutf8::basic::from_utf8(&text[from..((at + i) * 64).min(text.len())]).ok()?;
                            start = None;
                        }
                    }
                }
            }
            at += n;
        }
        if let Some(from) = start { simdutf8::basic::from_utf8(&text[from..]).ok()?; }
        let at = self.blocks.as_ptr().cast::<u8>();
        Some(Reader { at, end: unsafe { at.add(text.len()) }, ends: self.ends.as_ptr().cast::<u8>().wrapping_sub(at.addr() >> 3), text: PhantomData })
    }
}

impl<'a> Reader<'a> {
    /// Whether everything has been read.
    pub(super) fn at_end(&self) -> bool {
        self.at == self.end
    }

    /// The next byte; NUL at the end.
    #[inline(always)]
    pub(super) fn peek(&self) -> u8 {
        // SAFETY: `at` can be read.
        unsafe { *self.at }
    }

    /// The next bytes.
    #[inline(always)]
    pub(super) fn load<const N: usize>(&self) -> [u8; N] {
        const { assert!(N <= PADDING) };
        // SAFETY: from `at` on, `PADDING` bytes can be read, and bytes have no alignment.
        unsafe { *self.at.cast() }
    }

    /// Goes `count` bytes on.
    ///
    /// # Safety
    ///
    /// There must be none but whole characters, and no NUL, or they must lie before `end`.
    #[inline(always)]
    unsafe fn advance(&mut self, count: usize) {
        // SAFETY: the caller's promise keeps `at` before `end` and on a boundary.
        self.at = unsafe { self.at.add(count) };
    }

    /// Passes over this text if it comes next. Inlined, so that the comparison with a literal is one of words.
    #[inline(always)]
    pub(super) fn accept(&mut self, text: &'static str) -> bool {
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
    pub(super) fn accept_byte(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && byte != 0 && byte.is_ascii();
        if found {
            // SAFETY: it is a character and not NUL.
            unsafe { self.advance(1) };
        }
        found
    }

    /// Where among the bytes from there on runs of plain string bytes end, one bit for each byte; for fifty-seven of them
    /// at least.
    ///
    /// # Safety
    ///
    /// `at` must not lie behind `end`.
    #[inline(always)]
    unsafe fn ends_from(&self, at: *const u8) -> u64 {
        let place = at.addr();
        // SAFETY: there are marks for every byte up to `end` and for sixty-four more.
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
    pub(super) fn string(&mut self) -> Option<&'a str> {
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
    pub(super) fn text_entry(&mut self) -> Option<(&'a str, &'a str)> {
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
    pub(super) fn plain(&mut self) -> &'a str {
        let start = self.at;
        // SAFETY: `at` is not behind `end`.
        self.at = unsafe { self.plain_end(start) };
        // SAFETY: `at` was a boundary and is one again, because it stands at a byte of ASCII, at `end` at the latest.
        unsafe { text_between(start, self.at) }
    }

    /// How many bytes there are up to the quote that ends the string in which this stands, or to where that is decided not
    /// to come.
    pub(super) fn string_length(&self) -> usize {
        let mut ahead = *self;
        loop {
            ahead.plain();
            if ahead.peek() != b'\\' {
                return ahead.since(self).len();
            }
            ahead.accept_byte(b'\\');
            ahead.accept_byte(ahead.peek());
        }
    }

    /// As `plain`, appended to `out`, in whole blocks where there is room for them.
    #[inline(always)]
    pub(super) fn plain_onto(&mut self, out: &mut bumpalo::collections::String<'a>) {
        let plain = self.plain();
        if plain.len() > ROOM_FOR_BLOCKS || out.capacity() - out.len() < ROOM_FOR_BLOCKS {
            out.push_str(plain);
            return;
        }
        // SAFETY: what is appended is UTF-8. From its start on, `PADDING` bytes can be read, and there is room for a block.
        unsafe {
            let out = out.as_mut_vec();
            let end = out.as_mut_ptr().add(out.len());
            end.copy_from_nonoverlapping(plain.as_ptr(), ROOM_FOR_BLOCKS);
            out.set_len(out.len() + plain.len());
        }
    }

    /// What has been passed over since `before`, which must be an earlier state of this.
    #[inline]
    pub(super) fn since(&self, before: &Self) -> &'a str {
        if before.end != self.end || before.at > self.at {
            return "";
        }
        // SAFETY: no two live texts have the same end, so both are places in the same text, in order; and boundaries.
        unsafe { text_between(before.at, self.at) }
    }

    /// Passes over an object or list by its brackets and quotes alone, whatever else is in it: for looking ahead, where
    /// what is passed over will be read properly later. Whether it ends.
    pub(super) fn pass_brackets(&mut self) -> bool {
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
    pub(super) fn white_space(&mut self) {
        if self.peek() <= b' ' {
            // One space is what most of those who set any set.
            if !self.accept_byte(b' ') || self.peek() <= b' ' {
                self.much_white_space();
            }
        }
    }

    /// Passes over white space. Out of the way, because compact text has none.
    #[inline(never)]
    pub(super) fn much_white_space(&mut self) {
        // SAFETY: from `at` on, bytes up to the end of the text and `PADDING` more can be read. What is passed over is
        // white space, which is ASCII and no NUL.
        self.at = unsafe { white_space_end(self.at) };
    }

    /// Passes over decimal digits: how many, and `before` with them appended, modulo 2^64.
    #[inline(always)]
    pub(super) fn digits(&mut self, before: u64) -> (u64, usize) {
        let (mut value, mut count) = (before, 0);
        loop {
            let (digits, found) = self.next_digits();
            if found < 8 {
                let (value, found) = self.few_digits(value);
                return (value, count + found);
            }
            value = value
                .wrapping_mul(100_000_000)
                .wrapping_add(eight_digits(digits));
            // SAFETY: eight digits have been seen.
            unsafe { self.advance(8) };
            count += 8;
        }
    }

    /// The same for the next eight at most.
    #[inline(always)]
    pub(super) fn few_digits(&mut self, before: u64) -> (u64, usize) {
        const POWERS: [u64; 9] = [
            1,
            10,
            100,
            1_000,
            10_000,
            100_000,
            1_000_000,
            10_000_000,
            100_000_000,
        ];
        let (digits, found) = self.next_digits();
        if found == 0 {
            return (before, 0);
        }
        // SAFETY: as many digits have been seen.
        unsafe { self.advance(found) };
        let aligned = digits << (64 - 8 * found);
        let power = POWERS.get(found).copied().unwrap_or_default();
        let value = before
            .wrapping_mul(power)
            .wrapping_add(eight_digits(aligned));
        (value, found)
    }

    /// Passes over decimal digits, and tells how many.
    #[inline(always)]
    pub(super) fn count_digits(&mut self) -> usize {
        let mut count = 0;
        loop {
            let (_, found) = self.next_digits();
            // SAFETY: as many digits have been seen.
            unsafe { self.advance(found) };
            count += found;
            if found < 8 {
                return count;
            }
        }
    }

    /// The values of the next eight digits, the first in the lowest byte, and how many there are; the bytes after them
    /// are anything.
    #[inline(always)]
    fn next_digits(&self) -> (u64, usize) {
        let digits = u64::from_le_bytes(self.load()) ^ 0x3030_3030_3030_3030;
        let others =
            (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
        // Exact up to the first byte that is no digit, which is the one that counts.
        (digits, (others.trailing_zeros() / 8) as usize)
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

/// The number of eight digits, the first in the lowest byte, by three multiplications (Johnny Lee's method).
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    low.wrapping_add(high) >> 32
}

/// # Safety
///
/// Both must lie in the same text, in this order, on boundaries of characters.
#[inline(always)]
unsafe fn text_between<'a>(start: *const u8, end: *const u8) -> &'a str {
    // SAFETY: the caller's promise.
    unsafe {
        let length = end.offset_from_unsigned(start);
        std::str::from_utf8_unchecked(std::slice::from_raw_parts(start, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(text: &str, step: impl FnOnce(&mut Reader<'_>) -> T) -> (T, usize) {
        let mut buffer = Vec::new();
        let mut reader = Reader::on_copy(text, &mut buffer);
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
                    |reader| {
                        let mut window = reader.window();
                        reader.skip_string(&mut window);
                    },
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
    fn entries_are_two_plain_strings_of_any_length() {
        for key in [0, 1, 15, 59, 60, 61, 62, 63, 64, 100] {
            for text in [0, 1, 10, 60, 64, 200] {
                let (key, text) = ("k".repeat(key), "t".repeat(text));
                let entry = format!("\"{key}\":\"{text}\"");
                let (found, passed) = read(&entry, |reader| {
                    reader
                        .text_entry()
                        .map(|(key, text)| (key.to_owned(), text.to_owned()))
                });
                // Longer keys than the window are left to others.
                let expected = (key.len() < 64).then(|| (key.clone(), text.clone()));
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
    fn a_window_serves_strings_one_after_the_other() {
        let lengths = [0, 3, 20, 38, 1, 64, 65, 130, 2, 2, 2];
        let text: String = lengths
            .map(|length| format!("\"{}\"", "x".repeat(length)))
            .concat();
        let ((), passed) = read(&text, |reader| {
            let mut window = reader.window();
            for _ in lengths {
                assert!(reader.skip_string(&mut window));
            }
            assert!(!reader.skip_string(&mut window));
        });
        assert_eq!(passed, text.len());
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

    #[test]
    fn digits_of_every_number() {
        for count in 0..20 {
            for end in ["", "x", "é", "/", ":", "."] {
                let digits: String = "92233720368547758071".chars().take(count).collect();
                let ((value, found), passed) =
                    read(&format!("{digits}{end}"), |reader| reader.digits(0));
                assert_eq!((found, passed), (count, count));
                assert_eq!(value, digits.parse().unwrap_or(0), "{digits}");
            }
        }
        assert_eq!(read("34", |reader| reader.digits(12)).0, (1234, 2));
    }
}
