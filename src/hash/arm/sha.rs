//! SHA-1 and SHA-256 with the cryptographic extension, two messages at a time.
//!
//! An instruction does four steps of one message and has a long latency; the steps of a second
//! message fill it. The order of the instructions is that of the pseudocode in the Arm Architecture
//! Reference Manual, which is the order of FIPS 180-4.
#![allow(unsafe_code)]

use std::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

use super::{load_quad, store_quad};
use crate::hash::block::{Block, Digest, Messages};
use crate::hash::constants::{SHA1_START, SHA256_CONSTANTS, SHA256_START};
use crate::hash::isa::ShaInstructions;

/// Proof that the CPU has the instructions of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hash) struct Sha(());

impl ShaInstructions for Sha {
    fn detect() -> Option<Self> {
        // The feature `sha2` of the compiler includes SHA-1.
        (is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("sha2"))
            .then_some(Self(()))
    }

    #[inline]
    fn sha1(self, messages: Messages<'_>, digests: &mut [Digest]) {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { sha1_pairs(messages, digests) }
    }

    #[inline]
    fn sha256(self, messages: Messages<'_>, digests: &mut [Digest]) {
        // SAFETY: `self` exists, so the CPU has the features.
        unsafe { sha256_pairs(messages, digests) }
    }
}

#[target_feature(enable = "neon,sha2")]
fn sha1_pairs(messages: Messages<'_>, digests: &mut [Digest]) {
    let (pairs, last) = digests.as_chunks_mut();
    for (pair, digests) in pairs.iter_mut().enumerate() {
        sha1::<2>(messages, 2 * pair, digests);
    }
    if let ([digest], Some(index)) = (last, messages.len().checked_sub(1)) {
        sha1::<1>(messages, index, std::array::from_mut(digest));
    }
}

#[target_feature(enable = "neon,sha2")]
fn sha256_pairs(messages: Messages<'_>, digests: &mut [Digest]) {
    let (pairs, last) = digests.as_chunks_mut();
    for (pair, digests) in pairs.iter_mut().enumerate() {
        sha256::<2>(messages, 2 * pair, digests);
    }
    if let ([digest], Some(index)) = (last, messages.len().checked_sub(1)) {
        sha256::<1>(messages, index, std::array::from_mut(digest));
    }
}

/// Four steps of each message: FIPS 180-4, 6.1.2; the instruction includes the logic function.
macro_rules! sha1_steps {
    ($abcd:ident, $e:ident, $words:ident, $steps:ident, $constant:literal; $($fours:literal)*) => {$(
        for ((abcd, e), words) in $abcd.iter_mut().zip(&mut $e).zip(&mut $words) {
            let sum = vaddq_u32(words[$fours % 4], vdupq_n_u32($constant));
            // The first word becomes the fifth word four steps later.
            let e_later = vsha1h_u32(vgetq_lane_u32::<0>(*abcd));
            *abcd = $steps(*abcd, *e, sum);
            *e = e_later;
            if $fours < 16 {
                let mixed = vsha1su0q_u32(
                    words[$fours % 4],
                    words[($fours + 1) % 4],
                    words[($fours + 2) % 4],
                );
                words[$fours % 4] = vsha1su1q_u32(mixed, words[($fours + 3) % 4]);
            }
        }
    )*};
}

/// Digests `N` messages, starting with number `first`.
#[target_feature(enable = "neon,sha2")]
fn sha1<const N: usize>(messages: Messages<'_>, first: usize, digests: &mut [Digest; N]) {
    let [a, b, c, d, e] = SHA1_START;
    let mut abcd_start = [quad([a, b, c, d]); N];
    let mut e_start = [e; N];
    for block in 0..messages.blocks_each() {
        let mut words = [[vdupq_n_u32(0); 4]; N];
        for (words, row) in words.iter_mut().zip(messages.rows::<N>(first, block)) {
            *words = load_block(row);
        }
        let (mut abcd, mut e) = (abcd_start, e_start);
        sha1_steps!(abcd, e, words, vsha1cq_u32, 0x5a82_7999; 0 1 2 3 4);
        sha1_steps!(abcd, e, words, vsha1pq_u32, 0x6ed9_eba1; 5 6 7 8 9);
        sha1_steps!(abcd, e, words, vsha1mq_u32, 0x8f1b_bcdc; 10 11 12 13 14);
        sha1_steps!(abcd, e, words, vsha1pq_u32, 0xca62_c1d6; 15 16 17 18 19);
        for (start, abcd) in abcd_start.iter_mut().zip(&abcd) {
            *start = vaddq_u32(*start, *abcd);
        }
        for (start, e) in e_start.iter_mut().zip(&e) {
            *start = start.wrapping_add(*e);
        }
    }
    for ((digest, abcd), e) in digests.iter_mut().zip(&abcd_start).zip(&e_start) {
        store_digest(digest, *abcd, vsetq_lane_u32::<0>(*e, vdupq_n_u32(0)));
    }
}

/// Four steps of each message: FIPS 180-4, 6.2.2.
macro_rules! sha256_steps {
    ($abcd:ident, $efgh:ident, $words:ident; $($fours:literal)*) => {$(
        let constants = quad([
            SHA256_CONSTANTS[4 * $fours],
            SHA256_CONSTANTS[4 * $fours + 1],
            SHA256_CONSTANTS[4 * $fours + 2],
            SHA256_CONSTANTS[4 * $fours + 3],
        ]);
        for ((abcd, efgh), words) in $abcd.iter_mut().zip(&mut $efgh).zip(&mut $words) {
            let sum = vaddq_u32(words[$fours % 4], constants);
            let before = *abcd;
            *abcd = vsha256hq_u32(before, *efgh, sum);
            *efgh = vsha256h2q_u32(*efgh, before, sum);
            if $fours < 12 {
                words[$fours % 4] = vsha256su1q_u32(
                    vsha256su0q_u32(words[$fours % 4], words[($fours + 1) % 4]),
                    words[($fours + 2) % 4],
                    words[($fours + 3) % 4],
                );
            }
        }
    )*};
}

/// Digests `N` messages, starting with number `first`.
#[target_feature(enable = "neon,sha2")]
fn sha256<const N: usize>(messages: Messages<'_>, first: usize, digests: &mut [Digest; N]) {
    let [a, b, c, d, e, f, g, h] = SHA256_START;
    let mut abcd_start = [quad([a, b, c, d]); N];
    let mut efgh_start = [quad([e, f, g, h]); N];
    for block in 0..messages.blocks_each() {
        let mut words = [[vdupq_n_u32(0); 4]; N];
        for (words, row) in words.iter_mut().zip(messages.rows::<N>(first, block)) {
            *words = load_block(row);
        }
        let (mut abcd, mut efgh) = (abcd_start, efgh_start);
        sha256_steps!(abcd, efgh, words; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for (start, abcd) in abcd_start.iter_mut().zip(&abcd) {
            *start = vaddq_u32(*start, *abcd);
        }
        for (start, efgh) in efgh_start.iter_mut().zip(&efgh) {
            *start = vaddq_u32(*start, *efgh);
        }
    }
    for ((digest, abcd), efgh) in digests.iter_mut().zip(&abcd_start).zip(&efgh_start) {
        store_digest(digest, *abcd, *efgh);
    }
}

/// Four words, the first in the lowest lane.
#[inline]
#[target_feature(enable = "neon,sha2")]
fn quad([a, b, c, d]: [u32; 4]) -> uint32x4_t {
    let [ab, cd] = [[a, b], [c, d]].map(|[low, high]| u64::from(low) | u64::from(high) << 32);
    vreinterpretq_u32_u64(vcombine_u64(vcreate_u64(ab), vcreate_u64(cd)))
}

#[inline]
#[target_feature(enable = "neon,sha2")]
fn load_block(block: &Block) -> [uint32x4_t; 4] {
    let mut words = [vdupq_n_u32(0); 4];
    for (word, quad) in words.iter_mut().zip(block.as_chunks().0) {
        *word = vreinterpretq_u32_u8(vrev32q_u8(load_quad(quad)));
    }
    words
}

#[inline]
#[target_feature(enable = "neon,sha2")]
fn store_digest(digest: &mut Digest, first: uint32x4_t, second: uint32x4_t) {
    if let [first_place, second_place] = digest.as_chunks_mut().0 {
        store_quad(vrev32q_u8(vreinterpretq_u8_u32(first)), first_place);
        store_quad(vrev32q_u8(vreinterpretq_u8_u32(second)), second_place);
    }
}
