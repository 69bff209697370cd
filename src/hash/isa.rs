//! What `platform.rs` asks of an instruction set. The folders `x86` and `arm` implement it, one file
//! per instruction set; of an architecture that has no folder, nothing is known.

use super::Algorithm;
use super::block::{Block, Digest, Messages};
use super::hex::LONGEST_HEX;

/// An instruction set with lanes. A value proves that the CPU has it.
pub(super) trait LaneInstructions: Copy {
    /// How many messages are digested together: a power of two.
    const COUNT: usize;

    /// The proof, if the CPU has the instructions.
    fn detect() -> Option<Self>;

    /// From how many messages on the lanes take less time than the messages one by one, or by twos
    /// with SHA instructions.
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

    /// Digests all messages, the first into the first of `digests`.
    fn digest(self, algorithm: Algorithm, messages: Messages<'_>, digests: &mut [Digest]);
}

/// Instructions for SHA-1 and SHA-256. A value proves that the CPU has them.
pub(super) trait ShaInstructions: Copy {
    /// The proof, if the CPU has the instructions.
    fn detect() -> Option<Self>;

    /// Digests all messages with SHA-1, the first into the first of `digests`.
    fn sha1(self, messages: Messages<'_>, digests: &mut [Digest]);

    /// Digests all messages with SHA-256, the first into the first of `digests`.
    fn sha256(self, messages: Messages<'_>, digests: &mut [Digest]);
}

/// Where no such instructions are known.
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
