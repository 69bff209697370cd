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
