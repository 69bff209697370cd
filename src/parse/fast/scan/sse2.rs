//! The kernels in SSE2, which every x86-64 processor has.
#![allow(unsafe_code)]

use std::arch::x86_64::__m128i;
use std::mem::MaybeUninit;

use super::{BLOCK, Block, Copied};

/// Copies a block and finds the terminators in it.
#[inline(always)]
pub(super) fn copy_block<'b>(from: &[u8; BLOCK], to: &'b mut MaybeUninit<Block>) -> Copied<'b> {
    let block = to.write(Block(*from));
    let (mut terminators, mut high_bits) = (0, 0);
    for (number, quarter) in from.as_chunks().0.iter().enumerate() {
        let bytes = load(quarter);
        terminators |= u64::from(movemask(is_terminator(bytes))) << (16 * number);
        high_bits |= movemask(bytes);
    }
    Copied {
        _block: block,
        terminators,
        non_ascii: high_bits != 0,
    }
}

/// The bytes of a UUID: both halves of the 32 digits are gathered into a register and decoded
/// there.
#[inline(always)]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    let four = |at: usize| -> Option<__m128i> {
        let digits = text.get(at..)?.first_chunk()?;
        Some(_mm_cvtsi32_si128(i32::from_le_bytes(*digits)))
    };
    let eight = |at: usize| -> Option<__m128i> {
        let digits = text.get(at..)?.first_chunk()?;
        Some(_mm_cvtsi64_si128(i64::from_le_bytes(*digits)))
    };
    let groups = |first, second| Some(_mm_unpacklo_epi32(four(first)?, four(second)?));
    let (first, first_valid) = hex_pairs(_mm_unpacklo_epi64(eight(0)?, groups(9, 14)?));
    let (last, last_valid) = hex_pairs(_mm_unpacklo_epi64(groups(19, 24)?, eight(28)?));
    let all_valid = movemask(_mm_and_si128(first_valid, last_valid)) == 0xffff;
    let dashes = [text[8], text[13], text[18], text[23]] == [b'-'; 4];
    (all_valid && dashes).then_some(store(_mm_packus_epi16(first, last)))
}

/// Decodes eight pairs of hexadecimal digits to one 16-bit lane each; and a mask of the bytes that
/// are such digits.
#[inline(always)]
fn hex_pairs(digits: __m128i) -> (__m128i, __m128i) {
    // Unsigned comparison, which SSE2 lacks: the minimum with the limit leaves smaller bytes as
    // they are.
    let below = |bytes, limit: u8| _mm_cmpeq_epi8(_mm_min_epu8(bytes, splat(limit - 1)), bytes);
    let is_number = below(_mm_sub_epi8(digits, splat(b'0')), 10);
    let lower_case = _mm_or_si128(digits, splat(0x20));
    let is_letter = below(_mm_sub_epi8(lower_case, splat(b'a')), 6);
    let low_bits = _mm_and_si128(digits, splat(0x0f));
    let values = _mm_add_epi8(low_bits, _mm_and_si128(is_letter, splat(9)));
    let pairs = _mm_or_si128(shift_left_4(values), shift_right_8(values));
    let bytes = _mm_and_si128(pairs, _mm_set1_epi16(0x00ff));
    (bytes, _mm_or_si128(is_number, is_letter))
}

/// Quotes, backslashes, opening and closing brackets.
#[inline(always)]
pub(super) fn brackets(bytes: &[u8; BLOCK]) -> [u64; 4] {
    let mut found = [0; 4];
    for (number, quarter) in bytes.as_chunks().0.iter().enumerate() {
        let bytes = load(quarter);
        // `[` and `{`, and `]` and `}`, differ in this bit only.
        let folded = _mm_or_si128(bytes, splat(0x20));
        let masks = [
            equal(bytes, b'"'),
            equal(bytes, b'\\'),
            equal(folded, b'{'),
            equal(folded, b'}'),
        ];
        for (found, mask) in found.iter_mut().zip(masks) {
            *found |= u64::from(movemask(mask)) << (16 * number);
        }
    }
    found
}

/// The number of spaces before the first other byte.
#[inline(always)]
pub(super) fn leading_spaces(bytes: &[u8; 16]) -> usize {
    let spaces = movemask(equal(load(bytes), b' '));
    (!spaces | 1 << 16).trailing_zeros() as usize
}

/// A mask of the terminators.
#[inline(always)]
fn is_terminator(bytes: __m128i) -> __m128i {
    // XOR with 2 maps the quote to 0x20 and permutes the control characters; no other byte becomes
    // 0x20 or less, so that one unsigned comparison finds them all.
    let mapped = _mm_xor_si128(bytes, splat(b'"' ^ 0x20));
    let limit = splat(0x20);
    let quote_or_control = _mm_cmpeq_epi8(_mm_max_epu8(mapped, limit), limit);
    _mm_or_si128(quote_or_control, equal(bytes, b'\\'))
}

#[inline(always)]
fn equal(bytes: __m128i, byte: u8) -> __m128i {
    _mm_cmpeq_epi8(bytes, splat(byte))
}

#[inline(always)]
fn splat(byte: u8) -> __m128i {
    _mm_set1_epi8(byte as i8)
}

#[inline(always)]
fn movemask(bytes: __m128i) -> u32 {
    _mm_movemask_epi8(bytes) as u32
}

#[inline(always)]
fn load(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference covers 16 bytes, and the load is unaligned. SSE2 is part of x86-64.
    unsafe { std::arch::x86_64::_mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline(always)]
fn store(register: __m128i) -> [u8; 16] {
    // SAFETY: both types are 16 bytes without padding, and every bit pattern is valid.
    unsafe { std::mem::transmute(register) }
}

#[inline(always)]
fn shift_left_4(lanes: __m128i) -> __m128i {
    // SAFETY: this touches registers only. SSE2 is part of x86-64.
    unsafe { std::arch::x86_64::_mm_slli_epi16::<4>(lanes) }
}

#[inline(always)]
fn shift_right_8(lanes: __m128i) -> __m128i {
    // SAFETY: this touches registers only. SSE2 is part of x86-64.
    unsafe { std::arch::x86_64::_mm_srli_epi16::<8>(lanes) }
}

/// Safe wrappers for intrinsics of the same names that touch registers only.
macro_rules! register_intrinsics {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        #[inline(always)]
        fn $name($($argument: $type),*) -> $result {
            // SAFETY: this touches registers only. SSE2 is part of x86-64.
            unsafe { std::arch::x86_64::$name($($argument),*) }
        }
    )*};
}

register_intrinsics! {
    _mm_add_epi8(a: __m128i, b: __m128i) -> __m128i;
    _mm_and_si128(a: __m128i, b: __m128i) -> __m128i;
    _mm_cmpeq_epi8(a: __m128i, b: __m128i) -> __m128i;
    _mm_cvtsi32_si128(a: i32) -> __m128i;
    _mm_cvtsi64_si128(a: i64) -> __m128i;
    _mm_max_epu8(a: __m128i, b: __m128i) -> __m128i;
    _mm_min_epu8(a: __m128i, b: __m128i) -> __m128i;
    _mm_movemask_epi8(a: __m128i) -> i32;
    _mm_or_si128(a: __m128i, b: __m128i) -> __m128i;
    _mm_packus_epi16(a: __m128i, b: __m128i) -> __m128i;
    _mm_set1_epi16(a: i16) -> __m128i;
    _mm_set1_epi8(a: i8) -> __m128i;
    _mm_sub_epi8(a: __m128i, b: __m128i) -> __m128i;
    _mm_unpacklo_epi32(a: __m128i, b: __m128i) -> __m128i;
    _mm_unpacklo_epi64(a: __m128i, b: __m128i) -> __m128i;
    _mm_xor_si128(a: __m128i, b: __m128i) -> __m128i;
}
