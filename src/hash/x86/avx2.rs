//! Eight lanes, with the 256-bit registers of AVX2.
//!
//! This file contains only instructions; the digests are in `lanes.rs`.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{load_quad, store_quad, text};
use crate::hash::hex::LONGEST_HEX;
use crate::hash::isa::LaneInstructions;
use crate::hash::lanes::lane_digests;

/// Proof that the CPU has the instructions of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hash) struct Avx2(());

impl Avx2 {
    /// Only for the proof of an instruction set that includes this one.
    pub(super) const fn implied() -> Self {
        Self(())
    }
}

impl LaneInstructions for Avx2 {
    const COUNT: usize = LANES;

    fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// Measured (`benches/hash.rs`).
    fn least(self, algorithm: Algorithm, sha: bool) -> Option<usize> {
        match (algorithm, sha) {
            (Algorithm::Sha256, true) => None,
            (Algorithm::Sha1, true) => Some(8),
            (Algorithm::Sha256, false) => Some(3),
            (Algorithm::Md5, _) | (Algorithm::Sha1, false) => Some(2),
        }
    }

    #[inline]
    fn pad<const BLOCKS: usize>(
        self,
        algorithm: Algorithm,
        lower_case: bool,
        message: &[u8],
        blocks: &mut [Block; BLOCKS],
    ) -> bool {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { text::pad256(algorithm, lower_case, message, blocks) }
    }

    #[inline]
    fn encode(
        self,
        algorithm: Algorithm,
        digests: &[Digest],
        places: &[usize],
        row: &mut [[u8; LONGEST_HEX]],
    ) {
        // SAFETY: `self` exists, so the CPU has the features: AVX2 includes SSE4.1.
        unsafe { text::encode(algorithm, digests, places, row) }
    }

    #[inline]
    fn digest(self, algorithm: Algorithm, messages: Messages<'_>, digests: &mut [Digest]) {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { digest(algorithm, messages, digests) }
    }
}

lane_digests!("avx2");

const LANES: usize = 8;

type Register = __m256i;
type Quad = __m128i;

#[inline]
#[target_feature(enable = "avx2")]
fn splat(word: u32) -> Register {
    _mm256_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(a: Register, b: Register) -> Register {
    _mm256_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(a: Register, b: Register) -> Register {
    _mm256_xor_si256(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate_left<const BITS: i32>(a: Register) -> Register {
    // The count is in a register, because `32 - BITS` cannot yet be a const parameter.
    let (left, right) = (_mm_cvtsi32_si128(BITS), _mm_cvtsi32_si128(32 - BITS));
    _mm256_or_si256(_mm256_sll_epi32(a, left), _mm256_srl_epi32(a, right))
}

#[inline]
#[target_feature(enable = "avx2")]
fn shift_right<const BITS: u32>(a: Register) -> Register {
    _mm256_srl_epi32(a, _mm_cvtsi32_si128(BITS.cast_signed()))
}

#[inline]
#[target_feature(enable = "avx2")]
fn swap_bytes(a: Register) -> Register {
    let order = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    _mm256_shuffle_epi8(a, _mm256_broadcastsi128_si256(order))
}

#[inline]
#[target_feature(enable = "avx2")]
fn choose(a: Register, b: Register, c: Register) -> Register {
    xor(c, _mm256_and_si256(a, xor(b, c)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn majority(a: Register, b: Register, c: Register) -> Register {
    _mm256_or_si256(
        _mm256_and_si256(a, b),
        _mm256_and_si256(_mm256_or_si256(a, b), c),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn majority_by(
    _: Register,
    b: Register,
    _: Register,
    a_xor_b: Register,
    b_xor_c: Register,
) -> Register {
    xor(b, _mm256_and_si256(a_xor_b, b_xor_c))
}

#[inline]
#[target_feature(enable = "avx2")]
fn parity(a: Register, b: Register, c: Register) -> Register {
    xor(xor(a, b), c)
}

#[inline]
#[target_feature(enable = "avx2")]
fn md5_i(b: Register, c: Register, d: Register) -> Register {
    xor(c, _mm256_or_si256(b, xor(d, splat(u32::MAX))))
}

#[inline]
#[target_feature(enable = "avx2")]
fn join([a, b]: [Quad; 2]) -> Register {
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(a), b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn split(a: Register) -> [Quad; 2] {
    [_mm256_castsi256_si128(a), _mm256_extracti128_si256::<1>(a)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn transpose([a, b, c, d]: [Register; 4]) -> [Register; 4] {
    let (ab, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}
