//! Four lanes, with the 128-bit registers that every x86-64 has.
//!
//! All but the order of bytes could be done with SSE2; the CPUs that have no SSE4.1 are too old to
//! be worth a form of their own. Only instructions are here; the digests are in `lanes.rs`.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{load_quad, single, store_quad};
use crate::hash::lanes::lane_digests;

/// The proof that the CPU has the instructions of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hash) struct Sse41(());

impl Sse41 {
    /// Messages that are digested together.
    pub(in crate::hash) const LANES: usize = LANES;

    pub(in crate::hash) fn detect() -> Option<Self> {
        is_x86_feature_detected!("sse4.1").then_some(Self(()))
    }

    /// For the proofs of what includes these instructions, and nobody else.
    pub(super) const fn implied() -> Self {
        Self(())
    }

    /// Digests all messages, the first into the first of `digests`.
    #[inline]
    pub(in crate::hash) fn digest(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { digest(algorithm, messages, digests) }
    }

    /// Digests all messages with SHA-256, one after another.
    #[inline]
    pub(super) fn sha256(self, messages: Messages<'_>, digests: &mut [Digest]) {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { single::sha256(messages, digests) }
    }
}

lane_digests!("sse4.1");

const LANES: usize = 4;

type Register = __m128i;
type Quad = __m128i;

#[inline]
#[target_feature(enable = "sse4.1")]
fn splat(word: u32) -> Register {
    _mm_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn add(a: Register, b: Register) -> Register {
    _mm_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn xor(a: Register, b: Register) -> Register {
    _mm_xor_si128(a, b)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn rotate_left<const BITS: i32>(a: Register) -> Register {
    // A count in a register, because `32 - BITS` cannot be a constant of the type system yet.
    let (left, right) = (_mm_cvtsi32_si128(BITS), _mm_cvtsi32_si128(32 - BITS));
    _mm_or_si128(_mm_sll_epi32(a, left), _mm_srl_epi32(a, right))
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn shift_right<const BITS: u32>(a: Register) -> Register {
    _mm_srl_epi32(a, _mm_cvtsi32_si128(BITS.cast_signed()))
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn swap_bytes(a: Register) -> Register {
    let order = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    _mm_shuffle_epi8(a, order)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn choose(a: Register, b: Register, c: Register) -> Register {
    xor(c, _mm_and_si128(a, xor(b, c)))
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn majority(a: Register, b: Register, c: Register) -> Register {
    _mm_or_si128(_mm_and_si128(a, b), _mm_and_si128(_mm_or_si128(a, b), c))
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn majority_by(
    _: Register,
    b: Register,
    _: Register,
    a_xor_b: Register,
    b_xor_c: Register,
) -> Register {
    xor(b, _mm_and_si128(a_xor_b, b_xor_c))
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn parity(a: Register, b: Register, c: Register) -> Register {
    xor(xor(a, b), c)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn md5_i(b: Register, c: Register, d: Register) -> Register {
    xor(c, _mm_or_si128(b, xor(d, splat(u32::MAX))))
}

#[inline]
fn join([a]: [Quad; 1]) -> Register {
    a
}

#[inline]
fn split(a: Register) -> [Quad; 1] {
    [a]
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn transpose([a, b, c, d]: [Register; 4]) -> [Register; 4] {
    let (ab, ab_high) = (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
    [
        _mm_unpacklo_epi64(ab, cd),
        _mm_unpackhi_epi64(ab, cd),
        _mm_unpacklo_epi64(ab_high, cd_high),
        _mm_unpackhi_epi64(ab_high, cd_high),
    ]
}
