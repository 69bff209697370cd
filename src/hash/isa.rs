//! The interface between `platform.rs` and an instruction set. The folders `x86` and `arm`
//! implement it, one file per instruction set; an architecture without a folder has none.

use super::Algorithm;
use super::block::{Block, Digest, Messages};
use super::hex::LONGEST_HEX;

/// An instruction set with lanes. A value of this type proves that the CPU has it.
pub(super) trait LaneInstructions: Copy {
    /// How many messages are digested together: a power of two.
    const COUNT: usize;

    /// The proof, if the CPU has the instructions.
    fn detect() -> Option<Self>;

    /// The number of messages from which on the lanes take less time than digesting them one by
    /// one, or in pairs with SHA instructions.
    fn least(self, algorithm: Algorithm, sha: bool) -> Option<usize>;

    /// As `block::pad`.
    fn pad<const BLOCKS: usize>(
        self,
        algorithm: Algorithm,
        lower_case: bool,
        message: &[u8],
        blocks: &mut [Block; BLOCKS],
    ) -> bool;

    /// As `hex::encode`.
    fn encode(
        self,
        algorithm: Algorithm,
        digests: &[Digest],
        places: &[usize],
        row: &mut [[u8; LONGEST_HEX]],
    );

    /// Digests all messages; the first digest goes into the first element of `digests`.
    fn digest(self, algorithm: Algorithm, messages: Messages<'_>, digests: &mut [Digest]);
}

/// Instructions for SHA-1 and SHA-256. A value of this type proves that the CPU has them.
pub(super) trait ShaInstructions: Copy {
    /// The proof, if the CPU has the instructions.
    fn detect() -> Option<Self>;

    /// Digests all messages with SHA-1; the first digest goes into the first element of `digests`.
    fn sha1(self, messages: Messages<'_>, digests: &mut [Digest]);

    /// Digests all messages with SHA-256; the first digest goes into the first element of
    /// `digests`.
    fn sha256(self, messages: Messages<'_>, digests: &mut [Digest]);
}

/// For architectures without such instructions.
impl ShaInstructions for std::convert::Infallible {
    fn detect() -> Option<Self> {
        None
    }

    fn sha1(self, _: Messages<'_>, _: &mut [Digest]) {
        match self {}
    }

    fn sha256(self, _: Messages<'_>, _: &mut [Digest]) {
        match self {}
    }
}
