//! The kernels in NEON, which every 64-bit ARM processor has.
#![allow(unsafe_code)]

use std::arch::aarch64::{uint8x8_t, uint8x16_t, uint16x8_t, uint64x1_t, uint64x2_t};
use std::arch::asm;
use std::mem::MaybeUninit;

use super::{BLOCK, Block, Copied};

/// Copies a block and finds the terminators in it.
#[inline(always)]
pub(super) fn copy_block<'b>(from: &[u8; BLOCK], to: &'b mut MaybeUninit<Block>) -> Copied<'b> {
    let block = to.write(Block(*from));
    let quarters = load_quarters(from);
    let [first, second, third, fourth] = quarters;
    let (low, high) = (vorrq_u8(first, second), vorrq_u8(third, fourth));
    Copied {
        _block: block,
        terminators: movemask(quarters.map(is_terminator)),
        non_ascii: vmaxvq_u8(vorrq_u8(low, high)) >= 0x80,
    }
}

/// The bytes of a UUID.
#[inline]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    crate::schema::Uuid::decode(text).map(|uuid| uuid.0)
}

/// Quotes, backslashes, opening and closing brackets.
#[inline(always)]
pub(super) fn brackets(bytes: &[u8; BLOCK]) -> [u64; 4] {
    let quarters = load_quarters(bytes);
    // `[` and `{`, and `]` and `}`, differ in this bit only.
    let folded = quarters.map(|bytes| vorrq_u8(bytes, vdupq_n_u8(0x20)));
    [
        movemask(quarters.map(|bytes| equal(bytes, b'"'))),
        movemask(quarters.map(|bytes| equal(bytes, b'\\'))),
        movemask(folded.map(|bytes| equal(bytes, b'{'))),
        movemask(folded.map(|bytes| equal(bytes, b'}'))),
    ]
}

/// The number of spaces before the first other byte.
#[inline(always)]
pub(super) fn leading_spaces(bytes: &[u8; 16]) -> usize {
    let spaces = vreinterpretq_u16_u8(equal(load(bytes), b' '));
    // The narrowing shift keeps four bits of each byte.
    let nibbles = low_lane(vreinterpret_u64_u8(narrow_by_4(spaces)));
    (!nibbles).trailing_zeros() as usize / 4
}

/// A mask of the terminators.
#[inline(always)]
fn is_terminator(bytes: uint8x16_t) -> uint8x16_t {
    // XOR with 2 maps the quote to 0x20 and permutes the control characters; no other byte becomes
    // 0x20 or less, so that one unsigned comparison finds them all.
    let mapped = veorq_u8(bytes, vdupq_n_u8(b'"' ^ 0x20));
    let quote_or_control = vcleq_u8(mapped, vdupq_n_u8(0x20));
    vorrq_u8(quote_or_control, equal(bytes, b'\\'))
}

#[inline(always)]
fn equal(bytes: uint8x16_t, byte: u8) -> uint8x16_t {
    vceqq_u8(bytes, vdupq_n_u8(byte))
}

/// One bit for each of 64 bytes that are all ones or all zeros, the first in bit 0. NEON has no
/// movemask: each byte keeps the bit of its position, and three pairwise additions bring the eight
/// bits of a byte together.
#[inline(always)]
fn movemask(quarters: [uint8x16_t; 4]) -> u64 {
    let bits = vreinterpretq_u8_u64(vdupq_n_u64(0x8040_2010_0804_0201));
    let [first, second, third, fourth] = quarters.map(|mask| vandq_u8(mask, bits));
    let pairs = add_pairs(add_pairs(first, second), add_pairs(third, fourth));
    low_half(vreinterpretq_u64_u8(add_pairs(pairs, pairs)))
}

/// `vpaddq_u8`. The compiler turns the intrinsic into three instructions if it knows that the bits
/// do not overlap, and the fast path is limited by the latency of finding the end of a string.
#[inline(always)]
fn add_pairs(first: uint8x16_t, second: uint8x16_t) -> uint8x16_t {
    let sums;
    // SAFETY: this touches vector registers only, and no flags. NEON is part of 64-bit ARM.
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
fn load_quarters(bytes: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    [0, 16, 32, 48].map(|offset| {
        // SAFETY: each of these loads, which are unaligned, is inside the 64 bytes. NEON is part of
        // 64-bit ARM.
        unsafe { std::arch::aarch64::vld1q_u8(bytes.as_ptr().wrapping_add(offset)) }
    })
}

#[inline(always)]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the reference covers 16 bytes, and the load is unaligned. NEON is part of 64-bit ARM.
    unsafe { std::arch::aarch64::vld1q_u8(bytes.as_ptr()) }
}

#[inline(always)]
fn narrow_by_4(lanes: uint16x8_t) -> uint8x8_t {
    // SAFETY: this touches registers only. NEON is part of 64-bit ARM.
    unsafe { std::arch::aarch64::vshrn_n_u16::<4>(lanes) }
}

#[inline(always)]
fn low_lane(lane: uint64x1_t) -> u64 {
    // SAFETY: this touches registers only. NEON is part of 64-bit ARM.
    unsafe { std::arch::aarch64::vget_lane_u64::<0>(lane) }
}

#[inline(always)]
fn low_half(lanes: uint64x2_t) -> u64 {
    // SAFETY: this touches registers only. NEON is part of 64-bit ARM.
    unsafe { std::arch::aarch64::vgetq_lane_u64::<0>(lanes) }
}

/// Safe wrappers for intrinsics of the same names that touch registers only.
macro_rules! register_intrinsics {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        #[inline(always)]
        fn $name($($argument: $type),*) -> $result {
            // SAFETY: this touches registers only. NEON is part of 64-bit ARM.
            unsafe { std::arch::aarch64::$name($($argument),*) }
        }
    )*};
}

register_intrinsics! {
    vandq_u8(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t;
    vceqq_u8(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t;
    vcleq_u8(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t;
    vdupq_n_u64(a: u64) -> uint64x2_t;
    vdupq_n_u8(a: u8) -> uint8x16_t;
    veorq_u8(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t;
    vmaxvq_u8(a: uint8x16_t) -> u8;
    vorrq_u8(a: uint8x16_t, b: uint8x16_t) -> uint8x16_t;
    vreinterpret_u64_u8(a: uint8x8_t) -> uint64x1_t;
    vreinterpretq_u16_u8(a: uint8x16_t) -> uint16x8_t;
    vreinterpretq_u64_u8(a: uint8x16_t) -> uint64x2_t;
    vreinterpretq_u8_u64(a: uint64x2_t) -> uint8x16_t;
}
