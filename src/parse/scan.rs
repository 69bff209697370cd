//! The loads of the fast path: what stands among the next sixteen or sixty-four bytes, one bit for each. With `reader` the
//! only `unsafe` of this room. SSE2 is part of x86-64; other processors take the portable form, which is also the twin
//! that the tests compare with.
#![allow(unsafe_code)]

#[cfg(not(target_arch = "x86_64"))]
use portable as isa;
#[cfg(target_arch = "x86_64")]
use sse2 as isa;

/// The first byte from `at` on that ends a run of plain string bytes: a quote, a backslash or a control character.
///
/// # Safety
///
/// There must be one, and thirty-two bytes from there on that can be read.
#[inline(always)]
pub(super) unsafe fn plain_end(mut at: *const u8) -> *const u8 {
    loop {
        // Two at a time, because most strings end within thirty-two bytes: one branch that goes the same way nearly always.
        // SAFETY: the byte looked for is not before `at`, and thirty-two bytes from there on can be read.
        let found = unsafe { isa::plain_ends(at) | isa::plain_ends(at.add(16)) << 16 };
        if found != 0 {
            // SAFETY: these bytes have just been read.
            return unsafe { at.add(found.trailing_zeros() as usize) };
        }
        // SAFETY: the byte looked for was not among these.
        at = unsafe { at.add(32) };
    }
}

/// Which of sixty-four bytes end a run of plain string bytes.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn plain_ends(at: *const u8) -> u64 {
    let quarter = |number: usize| {
        // SAFETY: the caller's promise.
        u64::from(unsafe { isa::plain_ends(at.add(16 * number)) }) << (16 * number)
    };
    quarter(0) | quarter(1) | quarter(2) | quarter(3)
}

/// Which of sixty-four bytes are quotes, backslashes, opening and closing brackets of both kinds.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn brackets(at: *const u8) -> [u64; 4] {
    let mut found = [0; 4];
    for quarter in 0..4 {
        // SAFETY: the caller's promise.
        let masks = unsafe { isa::brackets(at.add(16 * quarter)) };
        for (found, mask) in found.iter_mut().zip(masks) {
            *found |= u64::from(mask) << (16 * quarter);
        }
    }
    found
}

/// How many of sixteen bytes are spaces before the first that is none.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn leading_spaces(at: *const u8) -> usize {
    // SAFETY: the caller's promise.
    let spaces = unsafe { isa::spaces(at) };
    (!spaces | 1 << 16).trailing_zeros() as usize
}

/// Which bytes a backslash before them escapes, and whether the first byte after these is escaped: a run of backslashes
/// escapes every second of them and, if it is odd, what follows (Langdale and Lemire, Parsing Gigabytes of JSON per
/// Second, section 3.1.1).
pub(super) fn escaped_by(escapes: u64, first: u64) -> (u64, u64) {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let starts = escapes & !first;
    let even_or_after = ((starts << 1 | ODD).wrapping_sub(starts)) ^ ODD;
    let escaped = even_or_after ^ (starts | first);
    (escaped, (even_or_after & starts) >> 63)
}

/// Each bit becomes the parity of itself and those below.
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::*;

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn plain_ends(at: *const u8) -> u32 {
        // SAFETY: the caller's promise. The load asks for no alignment. SSE2 is part of x86-64.
        unsafe {
            let bytes = _mm_loadu_si128(at.cast());
            let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
            let limit = _mm_set1_epi8(0x1f);
            let control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, limit), limit);
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, escape), control)) as u32
        }
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn brackets(at: *const u8) -> [u32; 4] {
        // SAFETY: the caller's promise. The load asks for no alignment. SSE2 is part of x86-64.
        unsafe {
            let bytes = _mm_loadu_si128(at.cast());
            // Brackets and braces differ in one bit.
            let folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
            [
                equal(bytes, b'"'),
                equal(bytes, b'\\'),
                equal(folded, b'{'),
                equal(folded, b'}'),
            ]
        }
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn spaces(at: *const u8) -> u32 {
        // SAFETY: the caller's promise. The load asks for no alignment. SSE2 is part of x86-64.
        unsafe { equal(_mm_loadu_si128(at.cast()), b' ') }
    }

    #[inline(always)]
    fn equal(bytes: __m128i, byte: u8) -> u32 {
        // SAFETY: these operate on registers. SSE2 is part of x86-64.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8))) as u32 }
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    /// # Safety
    ///
    /// Sixteen bytes can be read.
    pub(super) unsafe fn plain_ends(at: *const u8) -> u32 {
        // SAFETY: the caller's promise.
        unsafe { which(at, |byte| byte == b'"' || byte == b'\\' || byte < 0x20) }
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    pub(super) unsafe fn brackets(at: *const u8) -> [u32; 4] {
        // SAFETY: the caller's promise.
        unsafe {
            [
                which(at, |byte| byte == b'"'),
                which(at, |byte| byte == b'\\'),
                which(at, |byte| byte | 0x20 == b'{'),
                which(at, |byte| byte | 0x20 == b'}'),
            ]
        }
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    pub(super) unsafe fn spaces(at: *const u8) -> u32 {
        // SAFETY: the caller's promise.
        unsafe { which(at, |byte| byte == b' ') }
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    unsafe fn which(at: *const u8, is: impl Fn(u8) -> bool) -> u32 {
        // SAFETY: the caller's promise; bytes have no alignment.
        let bytes: [u8; 16] = unsafe { *at.cast() };
        let bits = bytes.iter().map(|byte| u32::from(is(*byte)));
        bits.rev().fold(0, |bits, bit| bits << 1 | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place, among plain ones.
    #[test]
    fn instructions_find_what_the_portable_form_finds() {
        for place in 0..64 {
            for byte in 0..=255 {
                for other in [b'x', b' ', 0x80, b'{'] {
                    let mut block = [other; 64];
                    block[place] = byte;
                    let at = block.as_ptr();
                    for quarter in 0..4 {
                        // SAFETY: the block has sixty-four bytes.
                        let (found, expected) = unsafe {
                            let at = at.add(16 * quarter);
                            let found = (isa::plain_ends(at), isa::brackets(at), isa::spaces(at));
                            let expected = (
                                portable::plain_ends(at),
                                portable::brackets(at),
                                portable::spaces(at),
                            );
                            (found, expected)
                        };
                        assert_eq!(found, expected, "{place} {byte} {other}");
                    }
                    // SAFETY: as above.
                    let ends = unsafe { plain_ends(at) };
                    let ends_run = byte < 0x20 || byte == b'"' || byte == b'\\';
                    assert_eq!(ends, u64::from(ends_run) << place, "{place} {byte} {other}");
                }
            }
        }
    }

    #[test]
    fn the_end_of_a_run_is_found_at_any_distance() {
        for length in 0..200 {
            for end in [b'"', b'\\', 0, 0x1f] {
                let mut text = vec![b'x'; length];
                text.push(end);
                text.resize(length + 64, b'"');
                // SAFETY: there is an end and more than thirty-two bytes after it.
                let found = unsafe { plain_end(text.as_ptr()).offset_from(text.as_ptr()) };
                assert_eq!(found, length as isize);
            }
        }
    }
}
