//! The instruction sets of x86-64, one per file, each with a safe wrapper.
//!
//! Each file has a token that exists only if the CPU has the instructions (its `detect`), and the
//! token's methods are the only public functions. This file has what they share: loads and stores of
//! sixteen bytes. `platform.rs` decides when each instruction set is used.
#![allow(unsafe_code)]

mod avx2;
mod avx512;
mod sha;
mod single;
mod sse41;
mod text;

use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_storeu_si128};

use super::Algorithm;
use super::block::{Block, Digest, Messages};
use super::hex::LONGEST_HEX;
use super::portable;
use avx2::Avx2;
use avx512::Avx512;
use sse41::Sse41;

pub(super) use sha::Sha;

/// An instruction set with lanes that the CPU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lanes {
    Sse41(Sse41),
    Avx2(Avx2),
    Avx512(Avx512),
}

impl Lanes {
    /// Those that the CPU has, the widest first.
    pub(super) fn detect() -> impl Iterator<Item = Self> {
        [
            Avx512::detect().map(Self::Avx512),
            Avx2::detect().map(Self::Avx2),
            Sse41::detect().map(Self::Sse41),
        ]
        .into_iter()
        .flatten()
    }

    /// The name of the platform that has these lanes, with or without SHA instructions.
    pub(super) const fn as_str(self, sha: bool) -> &'static str {
        match (self, sha) {
            (Self::Sse41(_), false) => "sse4.1",
            (Self::Sse41(_), true) => "sse4.1+sha",
            (Self::Avx2(_), false) => "avx2",
            (Self::Avx2(_), true) => "avx2+sha",
            (Self::Avx512(_), false) => "avx512",
            (Self::Avx512(_), true) => "avx512+sha",
        }
    }

    /// How many messages are digested together.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::Sse41(_) => Sse41::LANES,
            Self::Avx2(_) => Avx2::LANES,
            Self::Avx512(_) => Avx512::LANES,
        }
    }

    /// From how many messages on the lanes take less time than the messages one by one, or by twos
    /// with SHA instructions: measured (`benches/hash.rs`).
    pub(super) const fn least(self, algorithm: Algorithm, sha: bool) -> Option<usize> {
        match (algorithm, sha, self) {
            (Algorithm::Sha256, true, _) | (Algorithm::Sha1, true, Self::Sse41(_)) => None,
            (Algorithm::Sha1, true, Self::Avx2(_)) => Some(8),
            (Algorithm::Sha1, true, Self::Avx512(_)) => Some(11),
            (Algorithm::Sha256, false, _) => Some(3),
            (Algorithm::Md5, ..) | (Algorithm::Sha1, false, _) => Some(2),
        }
    }

    /// As `block::pad`.
    #[inline]
    pub(super) fn pad<const BLOCKS: usize>(
        self,
        algorithm: Algorithm,
        lower_case: bool,
        message: &[u8],
        blocks: &mut [Block; BLOCKS],
    ) -> bool {
        match self {
            Self::Avx512(avx512) => avx512.pad(algorithm, lower_case, message, blocks),
            Self::Avx2(avx2) => avx2.pad(algorithm, lower_case, message, blocks),
            Self::Sse41(sse41) => sse41.pad(algorithm, lower_case, message, blocks),
        }
    }

    /// As `hex::encode`.
    #[inline]
    pub(super) fn encode(
        self,
        algorithm: Algorithm,
        digests: &[Digest],
        places: &[usize],
        row: &mut [[u8; LONGEST_HEX]],
    ) {
        self.sse41().encode(algorithm, digests, places, row);
    }

    const fn sse41(self) -> Sse41 {
        match self {
            Self::Sse41(sse41) => sse41,
            Self::Avx2(avx2) => avx2.sse41(),
            Self::Avx512(avx512) => avx512.avx2().sse41(),
        }
    }

    /// Digests messages one after another, without SHA instructions.
    #[inline]
    pub(super) fn digest_few(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        match algorithm {
            Algorithm::Sha256 => self.sse41().sha256(messages, digests),
            Algorithm::Md5 | Algorithm::Sha1 => portable::digest(algorithm, messages, digests),
        }
    }

    /// Digests all messages, the first into the first of `digests`.
    pub(super) fn digest(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        match self {
            Self::Sse41(sse41) => sse41.digest(algorithm, messages, digests),
            Self::Avx2(avx2) => avx2.digest(algorithm, messages, digests),
            // A few messages take longer in registers that they do not fill.
            Self::Avx512(avx512) if messages.len() <= Avx2::LANES => {
                avx512.avx2().digest(algorithm, messages, digests);
            }
            Self::Avx512(avx512) => avx512.digest(algorithm, messages, digests),
        }
    }
}

#[inline]
fn load_quad(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: sixteen bytes may be read through the reference; the instruction asks for no alignment
    // and belongs to SSE2, which every x86-64 has.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
fn store_quad(quad: __m128i, bytes: &mut [u8; 16]) {
    // SAFETY: sixteen bytes may be written through the reference, which nobody else holds; the
    // instruction asks for no alignment and belongs to SSE2, which every x86-64 has.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), quad) }
}
