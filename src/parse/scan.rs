//! The loads of the fast path: what stands among the next sixteen, thirty-two or sixty-four bytes. With `reader` the only
//! `unsafe` of this room. SSE2 is part of x86-64 and NEON of 64-bit ARM; other processors take the portable form, which is
//! also the twin that the tests compare with.
#![allow(unsafe_code)]

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
use neon as isa;
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little")
)))]
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
        // So many at a time, because most strings end within them: one branch that goes the same way nearly always.
        // SAFETY: the byte looked for is not before `at`, and thirty-two bytes from there on can be read.
        if let Some(distance) = unsafe { isa::next_plain_end(at) } {
            // SAFETY: these bytes have just been read.
            return unsafe { at.add(distance) };
        }
        // SAFETY: the byte looked for was not among these.
        at = unsafe { at.add(32) };
    }
}

/// Which of sixty-four bytes end a run of plain string bytes, one bit for each.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn plain_ends(at: *const u8) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { isa::plain_ends(at) }
}

/// Which of sixty-four bytes are quotes, backslashes, opening and closing brackets of both kinds, one bit for each.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn brackets(at: *const u8) -> [u64; 4] {
    // SAFETY: the caller's promise.
    unsafe { isa::brackets(at) }
}

/// How many of sixteen bytes are spaces before the first that is none.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn leading_spaces(at: *const u8) -> usize {
    // SAFETY: the caller's promise.
    unsafe { isa::leading_spaces(at) }
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

/// Sixty-four bytes, in which there is never a boundary of two lines of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [u8; 64]);

/// How many blocks `mark` takes at a time.
pub(super) const MARKED: usize = 64;

/// Copies blocks and notes, one bit for each byte, which bytes end a run of plain string bytes. Returns which blocks have
/// bytes that are not ASCII, one bit for each of the blocks, of which there are `MARKED` at most.
pub(super) fn mark(blocks: &[[u8; 64]], copy: &mut [Block], ends: &mut [[u8; 8]]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512bw") {
            // SAFETY: it is there.
            return unsafe { x86::mark_avx512(blocks, copy, ends) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: it is there.
            return unsafe { x86::mark_avx2(blocks, copy, ends) };
        }
    }
    x86::mark_sse2(blocks, copy, ends)
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use super::Block;

    #[inline(always)]
    fn each(blocks: &[[u8; 64]], copy: &mut [Block], ends: &mut [[u8; 8]], form: impl Fn(&[u8; 64], &mut [u8; 64]) -> (u64, bool)) -> u64 {
        let mut others = 0;
        for (place, ((from, to), ends)) in blocks.iter().zip(copy).zip(ends).enumerate() {
            let (found, other) = form(from, &mut to.0);
            *ends = found.to_le_bytes();
            others |= u64::from(other) << (place & 63);
        }
        others
    }

    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn mark_avx512(blocks: &[[u8; 64]], copy: &mut [Block], ends: &mut [[u8; 8]]) -> u64 {
        let mut others = 0;
        for (place, ((from, to), ends)) in blocks.iter().zip(copy).zip(ends).enumerate() {
            // SAFETY: 64 bytes each.
            _mm_prefetch::<_MM_HINT_T0>(from.as_ptr().wrapping_add(3072).cast());
            let mut bytes = unsafe { _mm512_loadu_epi8(from.as_ptr().cast()) };
            unsafe { std::arch::asm!("/* {0} */", inout(zmm_reg) bytes, options(pure, nomem, nostack, preserves_flags)) };
            unsafe { _mm512_storeu_epi8(to.0.as_mut_ptr().cast(), bytes) };
            let turned = _mm512_xor_si512(bytes, _mm512_set1_epi8(2));
            let found = _mm512_cmple_epu8_mask(turned, _mm512_set1_epi8(0x20)) | _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'\\' as i8));
            *ends = found.to_le_bytes();
            others |= u64::from(_mm512_movepi8_mask(bytes) != 0) << (place & 63);
        }
        others
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn mark_avx2(blocks: &[[u8; 64]], copy: &mut [Block], ends: &mut [[u8; 8]]) -> u64 {
        let mut others = 0;
        for (place, ((from, to), ends)) in blocks.iter().zip(copy).zip(ends).enumerate() {
            let (mut found, mut high) = (0u64, _mm256_setzero_si256());
            for half in 0..2 {
                // SAFETY: 64 bytes each.
                let bytes = unsafe { _mm256_loadu_si256(from.as_ptr().add(32 * half).cast()) };
                unsafe { _mm256_storeu_si256(to.0.as_mut_ptr().add(32 * half).cast(), bytes) };
                let turned = _mm256_xor_si256(bytes, _mm256_set1_epi8(2));
                let ends = _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_min_epu8(turned, _mm256_set1_epi8(0x20)), turned), _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\\' as i8)));
                found |= u64::from(_mm256_movemask_epi8(ends) as u32) << (32 * half);
                high = _mm256_or_si256(high, bytes);
            }
            *ends = found.to_le_bytes();
            others |= u64::from(_mm256_movemask_epi8(high) != 0) << (place & 63);
        }
        others
    }

    pub(super) fn mark_sse2(blocks: &[[u8; 64]], copy: &mut [Block], ends: &mut [[u8; 8]]) -> u64 {
        each(blocks, copy, ends, |from, to| {
            *to = *from;
            (unsafe { super::sse2::plain_ends(from.as_ptr()) }, !from.is_ascii())
        })
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::*;

    /// # Safety
    ///
    /// Thirty-two bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn next_plain_end(at: *const u8) -> Option<usize> {
        // SAFETY: the caller's promise.
        let found = unsafe { quarter_plain_ends(at) | quarter_plain_ends(at.add(16)) << 16 };
        (found != 0).then(|| found.trailing_zeros() as usize)
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn plain_ends(at: *const u8) -> u64 {
        let quarter = |number: usize| {
            // SAFETY: the caller's promise.
            u64::from(unsafe { quarter_plain_ends(at.add(16 * number)) }) << (16 * number)
        };
        quarter(0) | quarter(1) | quarter(2) | quarter(3)
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn brackets(at: *const u8) -> [u64; 4] {
        let mut found = [0; 4];
        for quarter in 0..4 {
            // SAFETY: the caller's promise.
            let masks = unsafe { quarter_brackets(at.add(16 * quarter)) };
            for (found, mask) in found.iter_mut().zip(masks) {
                *found |= u64::from(mask) << (16 * quarter);
            }
        }
        found
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn leading_spaces(at: *const u8) -> usize {
        // SAFETY: the caller's promise. The load asks for no alignment. SSE2 is part of x86-64.
        let spaces = unsafe { equal(_mm_loadu_si128(at.cast()), b' ') };
        (!spaces | 1 << 16).trailing_zeros() as usize
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    #[inline(always)]
    unsafe fn quarter_plain_ends(at: *const u8) -> u32 {
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
    unsafe fn quarter_brackets(at: *const u8) -> [u32; 4] {
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

    #[inline(always)]
    fn equal(bytes: __m128i, byte: u8) -> u32 {
        // SAFETY: these operate on registers. SSE2 is part of x86-64.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8))) as u32 }
    }
}

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod neon {
    use std::arch::aarch64::*;
    use std::arch::asm;

    /// # Safety
    ///
    /// Thirty-two bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn next_plain_end(at: *const u8) -> Option<usize> {
        // Two bits for each byte, four times over: two additions of neighbours make thirty-two bytes one word.
        const BITS: u32 = u32::from_le_bytes([0x03, 0x0c, 0x30, 0xc0]);
        // SAFETY: the caller's promise. The load asks for no alignment. NEON is part of 64-bit ARM.
        let found = unsafe {
            let (first, second) = (vld1q_u8(at), vld1q_u8(at.add(16)));
            let bits = vreinterpretq_u8_u32(vdupq_n_u32(BITS));
            let pairs = add_pairs(
                vandq_u8(plain_end(first), bits),
                vandq_u8(plain_end(second), bits),
            );
            low_word(add_pairs(pairs, pairs))
        };
        (found != 0).then(|| found.trailing_zeros() as usize / 2)
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn plain_ends(at: *const u8) -> u64 {
        // SAFETY: the caller's promise.
        mask(unsafe { quarters(at) }.map(plain_end))
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn brackets(at: *const u8) -> [u64; 4] {
        // SAFETY: the caller's promise.
        let bytes = unsafe { quarters(at) };
        // Brackets and braces differ in one bit.
        // SAFETY: these operate on registers. NEON is part of 64-bit ARM.
        let folded = bytes.map(|bytes| unsafe { vorrq_u8(bytes, vdupq_n_u8(0x20)) });
        [
            mask(bytes.map(|bytes| equal(bytes, b'"'))),
            mask(bytes.map(|bytes| equal(bytes, b'\\'))),
            mask(folded.map(|bytes| equal(bytes, b'{'))),
            mask(folded.map(|bytes| equal(bytes, b'}'))),
        ]
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    #[inline(always)]
    pub(super) unsafe fn leading_spaces(at: *const u8) -> usize {
        // SAFETY: the caller's promise. The load asks for no alignment. NEON is part of 64-bit ARM.
        let spaces = unsafe {
            let spaces = vreinterpretq_u16_u8(equal(vld1q_u8(at), b' '));
            // Four bits for each byte.
            vget_lane_u64::<0>(vreinterpret_u64_u8(vshrn_n_u16::<4>(spaces)))
        };
        (!spaces).trailing_zeros() as usize / 4
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    #[inline(always)]
    unsafe fn quarters(at: *const u8) -> [uint8x16_t; 4] {
        // SAFETY: the caller's promise. The load asks for no alignment. NEON is part of 64-bit ARM.
        [0, 16, 32, 48].map(|offset| unsafe { vld1q_u8(at.add(offset)) })
    }

    /// All bits of a byte that ends a run of plain ones, none of the others.
    #[inline(always)]
    fn plain_end(bytes: uint8x16_t) -> uint8x16_t {
        // SAFETY: these operate on registers. NEON is part of 64-bit ARM.
        unsafe {
            // With this bit turned over, the quote and nothing else comes right after the control characters.
            let turned = veorq_u8(bytes, vdupq_n_u8(b'"' ^ 0x20));
            let quote_or_control = vcleq_u8(turned, vdupq_n_u8(0x20));
            vorrq_u8(quote_or_control, equal(bytes, b'\\'))
        }
    }

    #[inline(always)]
    fn equal(bytes: uint8x16_t, byte: u8) -> uint8x16_t {
        // SAFETY: these operate on registers. NEON is part of 64-bit ARM.
        unsafe { vceqq_u8(bytes, vdupq_n_u8(byte)) }
    }

    /// One bit for each of sixty-four bytes of which all bits are set, or none.
    #[inline(always)]
    fn mask(found: [uint8x16_t; 4]) -> u64 {
        // SAFETY: these operate on registers. NEON is part of 64-bit ARM.
        unsafe {
            let bits = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
            let [first, second, third, fourth] = found.map(|found| vandq_u8(found, bits));
            // Three additions of neighbours bring the eight bits of a byte together.
            let pairs = add_pairs(add_pairs(first, second), add_pairs(third, fourth));
            low_word(add_pairs(pairs, pairs))
        }
    }

    /// As `vpaddq_u8`, of which the compiler makes three instructions where it sees that the bits do not overlap, and what
    /// limits the fast path is how soon a string's end is known.
    #[inline(always)]
    fn add_pairs(first: uint8x16_t, second: uint8x16_t) -> uint8x16_t {
        let sums;
        // SAFETY: this operates on registers and touches no flags. NEON is part of 64-bit ARM.
        unsafe {
            asm!(
                "addp {sums:v}.16b, {first:v}.16b, {second:v}.16b",
                sums = lateout(vreg) sums,
                first = in(vreg) first,
                second = in(vreg) second,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        sums
    }

    #[inline(always)]
    fn low_word(bytes: uint8x16_t) -> u64 {
        // SAFETY: these operate on registers. NEON is part of 64-bit ARM.
        unsafe { vgetq_lane_u64::<0>(vreinterpretq_u64_u8(bytes)) }
    }
}

#[cfg(any(
    test,
    not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_endian = "little")
    ))
))]
mod portable {
    /// # Safety
    ///
    /// Thirty-two bytes can be read.
    pub(super) unsafe fn next_plain_end(at: *const u8) -> Option<usize> {
        // SAFETY: the caller's promise; bytes have no alignment.
        let bytes: [u8; 32] = unsafe { *at.cast() };
        bytes.iter().position(|byte| is_plain_end(*byte))
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    pub(super) unsafe fn plain_ends(at: *const u8) -> u64 {
        // SAFETY: the caller's promise.
        unsafe { which(at, is_plain_end) }
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    pub(super) unsafe fn brackets(at: *const u8) -> [u64; 4] {
        // SAFETY: the caller's promise.
        unsafe {
            [
                which(at, |byte| byte == b'"'),
                which(at, |byte| byte == b'\\'),
                which(at, |byte| byte == b'[' || byte == b'{'),
                which(at, |byte| byte == b']' || byte == b'}'),
            ]
        }
    }

    /// # Safety
    ///
    /// Sixteen bytes can be read.
    pub(super) unsafe fn leading_spaces(at: *const u8) -> usize {
        // SAFETY: the caller's promise; bytes have no alignment.
        let bytes: [u8; 16] = unsafe { *at.cast() };
        bytes.iter().take_while(|byte| **byte == b' ').count()
    }

    fn is_plain_end(byte: u8) -> bool {
        byte == b'"' || byte == b'\\' || byte < 0x20
    }

    /// # Safety
    ///
    /// Sixty-four bytes can be read.
    unsafe fn which(at: *const u8, is: impl Fn(u8) -> bool) -> u64 {
        // SAFETY: the caller's promise; bytes have no alignment.
        let bytes: [u8; 64] = unsafe { *at.cast() };
        let bits = bytes.iter().map(|byte| u64::from(is(*byte)));
        bits.rev().fold(0, |bits, bit| bits << 1 | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place, among bytes of each kind.
    #[test]
    fn instructions_find_what_the_portable_form_finds() {
        for place in 0..64 {
            for byte in 0..=255 {
                for other in [b'x', b' ', 0x80, 0xff, b'{', b']', b'"', b'\\', 0] {
                    let mut block = [other; 64];
                    block[place] = byte;
                    let at = block.as_ptr();
                    // SAFETY: the block has sixty-four bytes.
                    let (found, expected) = unsafe {
                        (
                            (isa::plain_ends(at), isa::brackets(at)),
                            (portable::plain_ends(at), portable::brackets(at)),
                        )
                    };
                    assert_eq!(found, expected, "{place} {byte} {other}");
                    for start in [0, 1, 16, 31, 32] {
                        // SAFETY: the block has thirty-two bytes from there on.
                        let (found, expected) = unsafe {
                            let at = at.add(start);
                            (
                                (isa::next_plain_end(at), isa::leading_spaces(at)),
                                (portable::next_plain_end(at), portable::leading_spaces(at)),
                            )
                        };
                        assert_eq!(found, expected, "{start} {place} {byte} {other}");
                    }
                    if other == b'x' {
                        // The twin is right, too.
                        // SAFETY: as above.
                        let ends = unsafe { plain_ends(at) };
                        let ends_run = byte < 0x20 || byte == b'"' || byte == b'\\';
                        assert_eq!(ends, u64::from(ends_run) << place, "{place} {byte}");
                    }
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
