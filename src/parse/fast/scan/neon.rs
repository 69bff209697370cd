//! The loads in NEON, which every 64-bit ARM processor has.
#![allow(unsafe_code)]

use std::arch::aarch64::*;
use std::arch::asm;
use std::mem::MaybeUninit;

use super::{BLOCK, Block};

/// Copies a block and marks it.
#[inline(always)]
pub(super) fn mark_block(from: &[u8; BLOCK], to: &mut MaybeUninit<Block>) -> (u64, bool) {
    to.write(Block(*from));
    // SAFETY: these are sixty-four bytes.
    let bytes = unsafe { quarters(from.as_ptr()) };
    let [first, second, third, fourth] = bytes;
    // SAFETY: these operate on registers. NEON is part of 64-bit ARM.
    let highest = unsafe {
        let (low, high) = (vorrq_u8(first, second), vorrq_u8(third, fourth));
        vmaxvq_u8(vorrq_u8(low, high))
    };
    (mask(bytes.map(plain_end)), highest >= 0x80)
}

/// The bytes of a uuid.
#[inline]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    crate::message::Uuid::decode(text).map(|uuid| uuid.0)
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
