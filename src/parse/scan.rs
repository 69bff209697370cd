//! Finding the end of a run of plain string bytes, sixteen at a time, and cutting it out: the only `unsafe` of this room,
//! and no more of it than the loads and the cut. Where the CPU has neither SSE2 nor NEON, eight bytes at a time in safe code, which is also the twin
//! that the tests compare with.
#![allow(unsafe_code)]

/// The offset of the first byte from `at` on that ends a run of plain string bytes: a quote, a backslash or a control
/// character; the length of the text if there is none.
#[inline]
pub(super) fn string_end(text: &[u8], at: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        sse2(text, at)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        portable(text, at)
    }
}

/// The text from `start` to `end`, which must follow a quote and be one: checks that instead of looking for the
/// boundaries of characters, because a byte after ASCII, and ASCII itself, always is one. Empty if they are not.
#[inline]
pub(super) fn between_quotes(text: &str, start: usize, end: usize) -> &str {
    let bytes = text.as_bytes();
    let opened = start.checked_sub(1).and_then(|quote| bytes.get(quote)) == Some(&b'"');
    if !opened || start > end || bytes.get(end) != Some(&b'"') {
        return "";
    }
    // SAFETY: `start <= end < len`. The byte at `end` is ASCII, so it begins a character; the byte before `start` is
    // ASCII, so it is a whole character and the next one begins at `start`.
    unsafe { text.get_unchecked(start..end) }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn sse2(text: &[u8], mut at: usize) -> usize {
    use std::arch::x86_64::*;
    // In a loop of its own the compiler keeps the three patterns in registers.
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        // SAFETY: `chunk` is sixteen readable bytes, and the load asks for no alignment. SSE2 is part of x86-64.
        let bytes = unsafe { _mm_loadu_si128(chunk.as_ptr().cast()) };
        // SAFETY: these operate on registers; SSE2 is part of x86-64.
        let found = unsafe {
            let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
            let limit = _mm_set1_epi8(0x1f);
            let control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, limit), limit);
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, escape), control))
        };
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += 16;
    }
    portable(text, at)
}

/// Eight bytes at a time: a byte is zero where `(x - 0x01..) & !x & 0x80..` has its high bit set (Hacker's Delight,
/// section 6-1). The lowest set bit is exact, which is the one that counts.
fn portable(text: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGHS;
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let bytes = u64::from_le_bytes(*chunk);
        let quote = zero(bytes ^ (ONES * u64::from(b'"')));
        let escape = zero(bytes ^ (ONES * u64::from(b'\\')));
        let control = bytes.wrapping_sub(ONES * 0x20) & !bytes & HIGHS;
        let found = quote | escape | control;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = text.get(at..).unwrap_or_default();
    let plain = rest
        .iter()
        .take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    at + plain.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow(text: &[u8], at: usize) -> usize {
        (at..text.len())
            .find(|&i| text[i] < 0x20 || text[i] == b'"' || text[i] == b'\\')
            .unwrap_or(text.len().max(at))
    }

    #[test]
    fn every_byte_at_every_place() {
        for length in 0..70 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut text = vec![b'x'; length];
                    text[place] = byte;
                    for at in [0, 1, 7, 15, 16, 17, 33] {
                        if at <= length {
                            assert_eq!(
                                string_end(&text, at),
                                slow(&text, at),
                                "{length} {place} {byte} {at}"
                            );
                            assert_eq!(
                                portable(&text, at),
                                slow(&text, at),
                                "{length} {place} {byte} {at}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn cuts_only_between_quotes() {
        let text = "x\"é😀\"y";
        assert_eq!(between_quotes(text, 2, 8), "é😀");
        for (start, end) in [(0, 8), (3, 8), (2, 7), (2, 9), (2, 1), (9, 2), (2, 99)] {
            assert_eq!(between_quotes(text, start, end), "", "{start} {end}");
        }
    }

    #[test]
    fn borrows_between_bytes_do_not_hide_the_first() {
        for first in [0x1f, b'"', b'\\', 0] {
            for second in [0x20, 0x21, 0x23, 0x5d, 0x80, 0xff, 0x5b] {
                for third in [0x1f, b'"', b'\\', b'x'] {
                    let text = [
                        b'a', second, first, third, second, third, second, first, second,
                    ];
                    assert_eq!(portable(&text, 0), slow(&text, 0));
                }
            }
        }
    }
}
