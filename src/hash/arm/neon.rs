//! Four lanes, with the 128-bit registers of NEON.
//!
//! This file contains only instructions; the digests are in `lanes.rs`.
#![allow(unsafe_code)]

use std::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

use super::{load_quad, store_quad, text};
use crate::hash::hex::LONGEST_HEX;
use crate::hash::isa::LaneInstructions;
use crate::hash::lanes::lane_digests;

/// Proof that the CPU has the instructions of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hash) struct Neon(());

impl LaneInstructions for Neon {
    const COUNT: usize = LANES;

    fn detect() -> Option<Self> {
        is_aarch64_feature_detected!("neon").then_some(Self(()))
    }

    /// Estimated, not measured on hardware: for every digest, four lanes take as long as two to
    /// three single messages. The cycles of the lanes come from LLVM's models of Neoverse N1, V1
    /// and V2 (`llvm-mca`); those of a single message are an estimate.
    fn least(self, algorithm: Algorithm, sha: bool) -> Option<usize> {
        match (algorithm, sha) {
            (Algorithm::Sha1 | Algorithm::Sha256, true) => None,
            (Algorithm::Md5, _) | (Algorithm::Sha1 | Algorithm::Sha256, false) => Some(3),
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
        unsafe { text::pad(algorithm, lower_case, message, blocks) }
    }

    #[inline]
    fn encode(
        self,
        algorithm: Algorithm,
        digests: &[Digest],
        places: &[usize],
        row: &mut [[u8; LONGEST_HEX]],
    ) {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { text::encode(algorithm, digests, places, row) }
    }

    #[inline]
    fn digest(self, algorithm: Algorithm, messages: Messages<'_>, digests: &mut [Digest]) {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { digest(algorithm, messages, digests) }
    }
}

lane_digests!("neon");

const LANES: usize = 4;

type Register = uint32x4_t;
type Quad = uint8x16_t;

#[inline]
#[target_feature(enable = "neon")]
fn splat(word: u32) -> Register {
    vdupq_n_u32(word)
}

#[inline]
#[target_feature(enable = "neon")]
fn add(a: Register, b: Register) -> Register {
    vaddq_u32(a, b)
}

#[inline]
#[target_feature(enable = "neon")]
fn xor(a: Register, b: Register) -> Register {
    veorq_u32(a, b)
}

/// The rotation by `$bits`, selected from all rotations: the second count of the pair of shifts
/// cannot yet be computed from a const parameter. The compiler keeps one arm of the `match`.
macro_rules! turn {
    ($a:ident, $bits:ident; $($left:literal $right:literal),*) => {
        match $bits {
            // Swaps the halves of each word.
            16 => vreinterpretq_u32_u16(vrev32q_u16(vreinterpretq_u16_u32($a))),
            // A shift that keeps the bits that it does not write.
            $($left => vsriq_n_u32::<$right>(vshlq_n_u32::<$left>($a), $a),)*
            _ => vorrq_u32(
                vshlq_u32($a, vdupq_n_s32($bits)),
                vshlq_u32($a, vdupq_n_s32($bits - 32)),
            ),
        }
    };
}

#[inline]
#[target_feature(enable = "neon")]
fn rotate_left<const BITS: i32>(a: Register) -> Register {
    turn!(a, BITS;
        1 31, 2 30, 3 29, 4 28, 5 27, 6 26, 7 25, 8 24, 9 23, 10 22, 11 21, 12 20, 13 19, 14 18,
        15 17, 17 15, 18 14, 19 13, 20 12, 21 11, 22 10, 23 9, 24 8, 25 7, 26 6, 27 5, 28 4, 29 3,
        30 2, 31 1)
}

#[inline]
#[target_feature(enable = "neon")]
fn shift_right<const BITS: u32>(a: Register) -> Register {
    // A left shift by a negative count, which the compiler turns into a right shift.
    vshlq_u32(a, vdupq_n_s32(-BITS.cast_signed()))
}

#[inline]
#[target_feature(enable = "neon")]
fn swap_bytes(a: Register) -> Register {
    vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u32(a)))
}

#[inline]
#[target_feature(enable = "neon")]
fn choose(a: Register, b: Register, c: Register) -> Register {
    vbslq_u32(a, b, c)
}

#[inline]
#[target_feature(enable = "neon")]
fn majority(a: Register, b: Register, c: Register) -> Register {
    // Where two differ, the third decides.
    vbslq_u32(xor(a, b), c, b)
}

#[inline]
#[target_feature(enable = "neon")]
fn majority_by(a: Register, b: Register, c: Register, _: Register, _: Register) -> Register {
    majority(a, b, c)
}

#[inline]
#[target_feature(enable = "neon")]
fn parity(a: Register, b: Register, c: Register) -> Register {
    xor(xor(a, b), c)
}

#[inline]
#[target_feature(enable = "neon")]
fn md5_i(b: Register, c: Register, d: Register) -> Register {
    xor(c, vornq_u32(b, d))
}

#[inline]
#[target_feature(enable = "neon")]
fn join([a]: [Quad; 1]) -> Register {
    vreinterpretq_u32_u8(a)
}

#[inline]
#[target_feature(enable = "neon")]
fn split(a: Register) -> [Quad; 1] {
    [vreinterpretq_u8_u32(a)]
}

#[inline]
#[target_feature(enable = "neon")]
fn transpose([a, b, c, d]: [Register; 4]) -> [Register; 4] {
    let evens = [vtrn1q_u32(a, b), vtrn1q_u32(c, d)].map(|pair| vreinterpretq_u64_u32(pair));
    let odds = [vtrn2q_u32(a, b), vtrn2q_u32(c, d)].map(|pair| vreinterpretq_u64_u32(pair));
    let ([ab, cd], [ab_odd, cd_odd]) = (evens, odds);
    [
        vtrn1q_u64(ab, cd),
        vtrn1q_u64(ab_odd, cd_odd),
        vtrn2q_u64(ab, cd),
        vtrn2q_u64(ab_odd, cd_odd),
    ]
    .map(|row| vreinterpretq_u32_u64(row))
}
