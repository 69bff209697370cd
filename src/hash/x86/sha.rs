//! SHA-1 and SHA-256 with the SHA extensions, two messages at a time.
//!
//! An instruction does two or four steps of one message and has a long latency; the steps of a
//! second message fill it. The order of the instructions is that of Gulley et al., "Intel SHA
//! Extensions" (2013).
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{load_quad, store_quad};
use crate::hash::block::{Block, Digest, Messages};
use crate::hash::constants::{SHA1_START, SHA256_CONSTANTS, SHA256_START};
use crate::hash::isa::ShaInstructions;

/// Proof that the CPU has the instructions of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::hash) struct Sha(());

impl ShaInstructions for Sha {
    fn detect() -> Option<Self> {
        (is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1")).then_some(Self(()))
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

#[target_feature(enable = "sha,sse4.1")]
fn sha1_pairs(messages: Messages<'_>, digests: &mut [Digest]) {
    let (pairs, last) = digests.as_chunks_mut();
    for (pair, digests) in pairs.iter_mut().enumerate() {
        sha1::<2>(messages, 2 * pair, digests);
    }
    if let ([digest], Some(index)) = (last, messages.len().checked_sub(1)) {
        sha1::<1>(messages, index, std::array::from_mut(digest));
    }
}

#[target_feature(enable = "sha,sse4.1")]
fn sha256_pairs(messages: Messages<'_>, digests: &mut [Digest]) {
    let (pairs, last) = digests.as_chunks_mut();
    for (pair, digests) in pairs.iter_mut().enumerate() {
        sha256::<2>(messages, 2 * pair, digests);
    }
    if let ([digest], Some(index)) = (last, messages.len().checked_sub(1)) {
        sha256::<1>(messages, index, std::array::from_mut(digest));
    }
}

/// Four steps of each message: FIPS 180-4, 6.1.2, with logic function and constant number `$logic`.
macro_rules! sha1_steps {
    ($abcd:ident, $before:ident, $words:ident, $logic:literal; $($fours:literal)*) => {$(
        for ((abcd, before), words) in $abcd.iter_mut().zip(&mut $before).zip(&mut $words) {
            let sum = match $fours {
                // The fifth word of the state at first, and later the first of the previous words.
                0 => _mm_add_epi32(*before, words[0]),
                _ => _mm_sha1nexte_epu32(*before, words[$fours % 4]),
            };
            *before = *abcd;
            *abcd = _mm_sha1rnds4_epu32::<$logic>(*abcd, sum);
            if $fours < 16 {
                let mixed = _mm_sha1msg1_epu32(words[$fours % 4], words[($fours + 1) % 4]);
                let mixed = _mm_xor_si128(mixed, words[($fours + 2) % 4]);
                words[$fours % 4] = _mm_sha1msg2_epu32(mixed, words[($fours + 3) % 4]);
            }
        }
    )*};
}

/// Digests `N` messages, starting with number `first`.
#[target_feature(enable = "sha,sse4.1")]
fn sha1<const N: usize>(messages: Messages<'_>, first: usize, digests: &mut [Digest; N]) {
    let [a, b, c, d, e] = SHA1_START.map(u32::cast_signed);
    // First words in the highest lanes, as the instructions require.
    let reverse = _mm_set_epi64x(0x0001_0203_0405_0607, 0x0809_0a0b_0c0d_0e0f);
    let mut abcd_start = [_mm_set_epi32(a, b, c, d); N];
    let mut e_start = [_mm_set_epi32(e, 0, 0, 0); N];
    for block in 0..messages.blocks_each() {
        let mut words = [[_mm_setzero_si128(); 4]; N];
        for (words, row) in words.iter_mut().zip(messages.rows::<N>(first, block)) {
            *words = load_block(row, reverse);
        }
        let (mut abcd, mut before) = (abcd_start, e_start);
        sha1_steps!(abcd, before, words, 0; 0 1 2 3 4);
        sha1_steps!(abcd, before, words, 1; 5 6 7 8 9);
        sha1_steps!(abcd, before, words, 2; 10 11 12 13 14);
        sha1_steps!(abcd, before, words, 3; 15 16 17 18 19);
        for (start, abcd) in abcd_start.iter_mut().zip(&abcd) {
            *start = _mm_add_epi32(*start, *abcd);
        }
        for (start, before) in e_start.iter_mut().zip(&before) {
            *start = _mm_sha1nexte_epu32(*before, *start);
        }
    }
    for ((digest, abcd), e) in digests.iter_mut().zip(&abcd_start).zip(&e_start) {
        store_digest(
            digest,
            _mm_shuffle_epi8(*abcd, reverse),
            _mm_shuffle_epi8(*e, reverse),
        );
    }
}

/// Four steps of each message: FIPS 180-4, 6.2.2.
macro_rules! sha256_steps {
    ($abef:ident, $cdgh:ident, $words:ident; $($fours:literal)*) => {$(
        let constants = _mm_set_epi32(
            SHA256_CONSTANTS[4 * $fours + 3].cast_signed(),
            SHA256_CONSTANTS[4 * $fours + 2].cast_signed(),
            SHA256_CONSTANTS[4 * $fours + 1].cast_signed(),
            SHA256_CONSTANTS[4 * $fours].cast_signed(),
        );
        for ((abef, cdgh), words) in $abef.iter_mut().zip(&mut $cdgh).zip(&mut $words) {
            let sum = _mm_add_epi32(words[$fours % 4], constants);
            *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
            *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0b00_00_11_10>(sum));
            if $fours < 12 {
                let newest = words[($fours + 3) % 4];
                let mixed = _mm_add_epi32(
                    _mm_sha256msg1_epu32(words[$fours % 4], words[($fours + 1) % 4]),
                    _mm_alignr_epi8::<4>(newest, words[($fours + 2) % 4]),
                );
                words[$fours % 4] = _mm_sha256msg2_epu32(mixed, newest);
            }
        }
    )*};
}

/// Digests `N` messages, starting with number `first`.
#[target_feature(enable = "sha,sse4.1")]
fn sha256<const N: usize>(messages: Messages<'_>, first: usize, digests: &mut [Digest; N]) {
    let [a, b, c, d, e, f, g, h] = SHA256_START.map(u32::cast_signed);
    let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let mut abef_start = [_mm_set_epi32(a, b, e, f); N];
    let mut cdgh_start = [_mm_set_epi32(c, d, g, h); N];
    for block in 0..messages.blocks_each() {
        let mut words = [[_mm_setzero_si128(); 4]; N];
        for (words, row) in words.iter_mut().zip(messages.rows::<N>(first, block)) {
            *words = load_block(row, swap);
        }
        let (mut abef, mut cdgh) = (abef_start, cdgh_start);
        sha256_steps!(abef, cdgh, words; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for (start, abef) in abef_start.iter_mut().zip(&abef) {
            *start = _mm_add_epi32(*start, *abef);
        }
        for (start, cdgh) in cdgh_start.iter_mut().zip(&cdgh) {
            *start = _mm_add_epi32(*start, *cdgh);
        }
    }
    for ((digest, abef), cdgh) in digests.iter_mut().zip(&abef_start).zip(&cdgh_start) {
        // The first word of a name is the highest: `abef` to `feba`, `cdgh` to `dchg`.
        let feba = _mm_shuffle_epi32::<0b00_01_10_11>(*abef);
        let dchg = _mm_shuffle_epi32::<0b10_11_00_01>(*cdgh);
        let dcba = _mm_blend_epi16::<0b1111_0000>(feba, dchg);
        let hgfe = _mm_alignr_epi8::<8>(dchg, feba);
        store_digest(
            digest,
            _mm_shuffle_epi8(dcba, swap),
            _mm_shuffle_epi8(hgfe, swap),
        );
    }
}

#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn load_block(block: &Block, order: __m128i) -> [__m128i; 4] {
    let mut words = [order; 4];
    for (word, quad) in words.iter_mut().zip(block.as_chunks().0) {
        *word = _mm_shuffle_epi8(load_quad(quad), order);
    }
    words
}

#[inline]
fn store_digest(digest: &mut Digest, first: __m128i, second: __m128i) {
    if let [first_place, second_place] = digest.as_chunks_mut().0 {
        store_quad(first, first_place);
        store_quad(second, second_place);
    }
}
