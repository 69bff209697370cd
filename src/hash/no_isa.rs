//! The instruction sets of CPUs that hydrant knows none of: what the folders of the others offer,
//! with nothing in it.

use std::iter;

use super::Algorithm;
use super::block::{Block, Digest, Messages};
use super::hex::LONGEST_HEX;

/// An instruction set with lanes that the CPU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lanes {}

impl Lanes {
    pub(super) fn detect() -> impl Iterator<Item = Self> {
        iter::empty()
    }

    pub(super) const fn as_str(self, _: bool) -> &'static str {
        match self {}
    }

    pub(super) const fn count(self) -> usize {
        match self {}
    }

    pub(super) const fn least(self, _: Algorithm, _: bool) -> Option<usize> {
        match self {}
    }

    pub(super) fn pad<const BLOCKS: usize>(
        self,
        _: Algorithm,
        _: bool,
        _: &[u8],
        _: &mut [Block; BLOCKS],
    ) -> bool {
        match self {}
    }

    pub(super) fn encode(
        self,
        _: Algorithm,
        _: &[Digest],
        _: &[usize],
        _: &mut [[u8; LONGEST_HEX]],
    ) {
        match self {}
    }

    pub(super) fn digest_few(self, _: Algorithm, _: Messages<'_>, _: &mut [Digest]) {
        match self {}
    }

    pub(super) fn digest(self, _: Algorithm, _: Messages<'_>, _: &mut [Digest]) {
        match self {}
    }
}

/// Instructions for SHA-1 and SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sha {}

impl Sha {
    pub(super) fn detect() -> Option<Self> {
        None
    }

    pub(super) fn sha1(self, _: Messages<'_>, _: &mut [Digest]) {
        match self {}
    }

    pub(super) fn sha256(self, _: Messages<'_>, _: &mut [Digest]) {
        match self {}
    }
}
