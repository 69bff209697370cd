//! The instruction sets of 64-bit ARM, one per file, each with a safe wrapper.
//!
//! Each file has a token that exists only if the CPU has the instructions (its `detect`), and the
//! token's methods are the only public functions. This file has what they share: loads and stores of
//! sixteen bytes, and the number of messages from which lanes are faster than the SHA instructions.
//! `platform.rs` decides when each instruction set is used.
#![allow(unsafe_code)]

mod neon;
mod sha;
mod text;

use std::arch::aarch64::{uint8x16_t, vld1q_u8, vst1q_u8};

use super::Algorithm;
use super::block::{Block, Digest, Messages};
use super::hex::LONGEST_HEX;
use super::portable;
use neon::Neon;

pub(super) use sha::Sha;

/// An instruction set with lanes that the CPU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lanes {
    Neon(Neon),
}

impl Lanes {
    /// Those that the CPU has, the widest first.
    pub(super) fn detect() -> impl Iterator<Item = Self> {
        Neon::detect().map(Self::Neon).into_iter()
    }

    /// The name of the platform that has these lanes, with or without SHA instructions.
    pub(super) const fn as_str(self, sha: bool) -> &'static str {
        match (self, sha) {
            (Self::Neon(_), false) => "neon",
            (Self::Neon(_), true) => "neon+sha",
        }
    }

    /// How many messages are digested together.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::Neon(_) => Neon::LANES,
        }
    }

    /// From how many messages on the lanes take less time than the messages one by one, or by twos
    /// with SHA instructions.
    ///
    /// Estimated, not measured on hardware: four lanes take as long as two to three messages one
    /// by one, whatever the digest. The cycles of the lanes are those of LLVM's models of Neoverse
    /// N1, V1 and V2 (`llvm-mca`); what one message costs is an estimate.
    pub(super) const fn least(self, algorithm: Algorithm, sha: bool) -> Option<usize> {
        let Self::Neon(_) = self;
        match (algorithm, sha) {
            (Algorithm::Sha1 | Algorithm::Sha256, true) => None,
            (Algorithm::Md5, _) | (Algorithm::Sha1 | Algorithm::Sha256, false) => Some(3),
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
        let Self::Neon(neon) = self;
        neon.pad(algorithm, lower_case, message, blocks)
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
        let Self::Neon(neon) = self;
        neon.encode(algorithm, digests, places, row);
    }

    /// Digests messages one after another, without SHA instructions.
    #[inline]
    pub(super) fn digest_few(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        portable::digest(algorithm, messages, digests);
    }

    /// Digests all messages, the first into the first of `digests`.
    pub(super) fn digest(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        let Self::Neon(neon) = self;
        neon.digest(algorithm, messages, digests);
    }
}

#[inline]
fn load_quad(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: sixteen bytes may be read through the reference; the instruction asks for no alignment
    // and belongs to NEON, which every CPU has that the standard library runs on.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[inline]
fn store_quad(quad: uint8x16_t, bytes: &mut [u8; 16]) {
    // SAFETY: sixteen bytes may be written through the reference, which nobody else holds; the
    // instruction asks for no alignment and belongs to NEON, which every CPU has that the standard
    // library runs on.
    unsafe { vst1q_u8(bytes.as_mut_ptr(), quad) }
}
