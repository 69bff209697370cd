//! The loads in SSE2, which every x86-64 processor has.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::{BLOCK, Block};

/// Copies a block and marks it.
#[inline(always)]
pub(super) fn mark_block(from: &[u8; BLOCK], to: &mut MaybeUninit<Block>) -> (u64, bool) {
    to.write(Block(*from));
    let (mut found, mut highest) = (0, 0);
    for (number, quarter) in from.as_chunks::<16>().0.iter().enumerate() {
        // SAFETY: these are sixteen bytes, and the load asks for no alignment. SSE2 is part of x86-64.
        unsafe {
            let bytes = _mm_loadu_si128(quarter.as_ptr().cast());
            found |= u64::from(plain_ends(bytes)) << (16 * number);
            highest |= _mm_movemask_epi8(bytes);
        }
    }
    (found, highest != 0)
}

/// The bytes of a uuid.
#[inline(always)]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    // SAFETY: the loads are of eight bytes at 0 and 28 and of four at 9, 14, 19 and 24, of thirty-six, and ask for no
    // alignment; the rest operates on registers. SSE2 is part of x86-64.
    let (bytes, all) = unsafe {
        let four = |at: usize| _mm_loadu_si32(text.as_ptr().add(at));
        let eight = |at: usize| _mm_loadl_epi64(text.as_ptr().add(at).cast());
        let groups = |first, second| _mm_unpacklo_epi32(four(first), four(second));
        let (first, first_valid) = pairs(_mm_unpacklo_epi64(eight(0), groups(9, 14)));
        let (last, last_valid) = pairs(_mm_unpacklo_epi64(groups(19, 24), eight(28)));
        let mut bytes = [0; 16];
        _mm_storeu_si128(bytes.as_mut_ptr().cast(), _mm_packus_epi16(first, last));
        let valid = _mm_and_si128(first_valid, last_valid);
        (bytes, _mm_movemask_epi8(valid) == 0xffff)
    };
    let dashes = [text[8], text[13], text[18], text[23]] == [b'-'; 4];
    (all && dashes).then_some(bytes)
}

/// The values of eight pairs of hexadecimal digits, and all bits of every byte that is one.
#[inline(always)]
fn pairs(digits: __m128i) -> (__m128i, __m128i) {
    // SAFETY: these operate on registers. SSE2 is part of x86-64.
    unsafe {
        let below =
            |bytes, limit: i8| _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(limit - 1)), bytes);
        let number = below(_mm_sub_epi8(digits, _mm_set1_epi8(b'0' as i8)), 10);
        let lower_case = _mm_or_si128(digits, _mm_set1_epi8(0x20));
        let letter = below(_mm_sub_epi8(lower_case, _mm_set1_epi8(b'a' as i8)), 6);
        let low_bits = _mm_and_si128(digits, _mm_set1_epi8(0x0f));
        let values = _mm_add_epi8(low_bits, _mm_and_si128(letter, _mm_set1_epi8(9)));
        let pairs = _mm_or_si128(_mm_slli_epi16(values, 4), _mm_srli_epi16(values, 8));
        let bytes = _mm_and_si128(pairs, _mm_set1_epi16(0x00ff));
        (bytes, _mm_or_si128(number, letter))
    }
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

/// Which of sixteen bytes end a run of plain ones.
#[inline(always)]
fn plain_ends(bytes: __m128i) -> u32 {
    // SAFETY: these operate on registers. SSE2 is part of x86-64.
    unsafe {
        // With this bit turned over, the quote and nothing else comes right after the control characters.
        let turned = _mm_xor_si128(bytes, _mm_set1_epi8((b'"' ^ 0x20) as i8));
        let limit = _mm_set1_epi8(0x20);
        let quote_or_control = _mm_cmpeq_epi8(_mm_max_epu8(turned, limit), limit);
        let escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
        _mm_movemask_epi8(_mm_or_si128(quote_or_control, escape)) as u32
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
