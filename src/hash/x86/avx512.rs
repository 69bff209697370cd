//! Sixteen lanes, with the 512-bit registers of AVX-512.
//!
//! A rotation and any three-way logic function are one instruction each, so the steps are less than
//! half as long as with AVX2. This file contains only instructions; the digests are in `lanes.rs`.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::avx2::Avx2;
use super::{load_quad, store_quad, text};
use crate::hash::hex::LONGEST_HEX;
use crate::hash::isa::LaneInstructions;
use crate::hash::lanes::lane_digests;

/// Proof that the CPU has the instructions of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hash) struct Avx512(());

impl LaneInstructions for Avx512 {
    const COUNT: usize = LANES;

    fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"))
            .then_some(Self(()))
    }

    /// Measured (`benches/hash.rs`).
    fn least(self, algorithm: Algorithm, sha: bool) -> Option<usize> {
        match (algorithm, sha) {
            (Algorithm::Sha256, true) => None,
            (Algorithm::Sha1, true) => Some(11),
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
        unsafe { text::pad512(algorithm, lower_case, message, blocks) }
    }

    #[inline]
    fn encode(
        self,
        algorithm: Algorithm,
        digests: &[Digest],
        places: &[usize],
        row: &mut [[u8; LONGEST_HEX]],
    ) {
        // SAFETY: `self` exists, so the CPU has the features: AVX-512 includes SSE4.1.
        unsafe { text::encode(algorithm, digests, places, row) }
    }

    #[inline]
    fn digest(self, algorithm: Algorithm, messages: Messages<'_>, digests: &mut [Digest]) {
        // A few messages take longer in registers that they do not fill. AVX-512 includes AVX2.
        if messages.len() <= Avx2::COUNT {
            return Avx2::implied().digest(algorithm, messages, digests);
        }
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { digest(algorithm, messages, digests) }
    }
}

lane_digests!("avx512f,avx512bw");

const LANES: usize = 16;

type Register = __m512i;
type Quad = __m128i;

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(word: u32) -> Register {
    _mm512_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add(a: Register, b: Register) -> Register {
    _mm512_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor(a: Register, b: Register) -> Register {
    _mm512_xor_si512(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn rotate_left<const BITS: i32>(a: Register) -> Register {
    _mm512_rol_epi32::<BITS>(a)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn shift_right<const BITS: u32>(a: Register) -> Register {
    _mm512_srli_epi32::<BITS>(a)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn swap_bytes(a: Register) -> Register {
    let order = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    _mm512_shuffle_epi8(a, _mm512_broadcast_i32x4(order))
}

// The numbers of the logic functions are their truth tables: bit `4 * a + 2 * b + c` is the result.

#[inline]
#[target_feature(enable = "avx512f")]
fn choose(a: Register, b: Register, c: Register) -> Register {
    _mm512_ternarylogic_epi32::<0b1100_1010>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn majority(a: Register, b: Register, c: Register) -> Register {
    _mm512_ternarylogic_epi32::<0b1110_1000>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn majority_by(a: Register, b: Register, c: Register, _: Register, _: Register) -> Register {
    majority(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn parity(a: Register, b: Register, c: Register) -> Register {
    _mm512_ternarylogic_epi32::<0b1001_0110>(a, b, c)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn md5_i(b: Register, c: Register, d: Register) -> Register {
    _mm512_ternarylogic_epi32::<0b0011_1001>(b, c, d)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn join([a, b, c, d]: [Quad; 4]) -> Register {
    let joined = _mm512_castsi128_si512(a);
    let joined = _mm512_inserti32x4::<1>(joined, b);
    let joined = _mm512_inserti32x4::<2>(joined, c);
    _mm512_inserti32x4::<3>(joined, d)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn split(a: Register) -> [Quad; 4] {
    [
        _mm512_castsi512_si128(a),
        _mm512_extracti32x4_epi32::<1>(a),
        _mm512_extracti32x4_epi32::<2>(a),
        _mm512_extracti32x4_epi32::<3>(a),
    ]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn transpose([a, b, c, d]: [Register; 4]) -> [Register; 4] {
    let (ab, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    [
        _mm512_unpacklo_epi64(ab, cd),
        _mm512_unpackhi_epi64(ab, cd),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ]
}
