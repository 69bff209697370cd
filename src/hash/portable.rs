//! The digests one message after another, with the RustCrypto crates: for every CPU, and the truth
//! that any other form is held against.
//!
//! Messages come in padded blocks, so for them only the compression function is called, which for
//! short messages takes half the time of the complete digest. Where the CPU has SHA instructions
//! those crates use them. Trimming, lower case and hexadecimal are not done here.

use std::slice;

use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha1::block_api::Sha1Core;
use sha1::digest::block_api::UpdateCore as _;
use sha1::digest::common::hazmat::SerializableState as _;
use sha2::Sha256;

use super::Algorithm;
use super::block::{Block, Digest, LONGEST_DIGEST};

/// The state MD5 starts from (RFC 1321, 3.3).
const MD5_START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// The state SHA-256 starts from (FIPS 180-4, 5.3.3).
const SHA256_START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Digests messages that are one padded block each, the first block into the first of `digests`.
///
/// This is the door that forms with several lanes have in common.
pub(super) fn digest_blocks(algorithm: Algorithm, blocks: &[Block], digests: &mut [Digest]) {
    let pairs = blocks.iter().zip(digests);
    match algorithm {
        Algorithm::Md5 => pairs.for_each(|(block, digest)| md5_block(block, digest)),
        Algorithm::Sha1 => pairs.for_each(|(block, digest)| sha1_block(block, digest)),
        Algorithm::Sha256 => pairs.for_each(|(block, digest)| sha256_block(block, digest)),
    }
}

/// Digests one message of any length, not padded.
pub(super) fn digest_message(algorithm: Algorithm, message: &[u8]) -> Digest {
    let mut digest = [0; LONGEST_DIGEST];
    match algorithm {
        Algorithm::Md5 => copy(&Md5::digest(message), &mut digest),
        Algorithm::Sha1 => copy(&Sha1::digest(message), &mut digest),
        Algorithm::Sha256 => copy(&Sha256::digest(message), &mut digest),
    }
    digest
}

#[inline]
fn md5_block(block: &Block, digest: &mut Digest) {
    let mut state = MD5_START;
    md5::block_api::compress(&mut state, slice::from_ref(block));
    copy(state.map(u32::to_le_bytes).as_flattened(), digest);
}

#[inline]
fn sha1_block(block: &Block, digest: &mut Digest) {
    let mut core = Sha1Core::default();
    core.update_blocks(&[(*block).into()]);
    // The one way to the state that leaves the finished padding alone. It is written as five words
    // with the low byte first, while a digest has the high byte first.
    let state = core.serialize();
    let (words, _) = state.as_chunks::<4>();
    let (places, _) = digest.as_chunks_mut::<4>();
    for (place, word) in places.iter_mut().zip(words).take(5) {
        *place = u32::from_le_bytes(*word).to_be_bytes();
    }
}

#[inline]
fn sha256_block(block: &Block, digest: &mut Digest) {
    let mut state = SHA256_START;
    sha2::block_api::compress256(&mut state, slice::from_ref(block));
    copy(state.map(u32::to_be_bytes).as_flattened(), digest);
}

#[inline]
fn copy(bytes: &[u8], digest: &mut Digest) {
    if let Some(start) = digest.get_mut(..bytes.len()) {
        start.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::block::{self, BLOCK_LEN, LONGEST_MESSAGE};

    #[test]
    fn a_padded_block_has_the_digest_of_its_message() {
        let text: Vec<u8> = (0..)
            .map(|i: u32| (i * 37 % 251) as u8)
            .take(LONGEST_MESSAGE)
            .collect();
        for algorithm in Algorithm::ALL {
            let mut blocks = [[0; BLOCK_LEN]; LONGEST_MESSAGE + 1];
            for (len, block) in blocks.iter_mut().enumerate() {
                assert!(block::pad(algorithm, &text[..len], block));
            }
            let mut digests = [[0; LONGEST_DIGEST]; LONGEST_MESSAGE + 1];
            digest_blocks(algorithm, &blocks, &mut digests);
            for (len, digest) in digests.iter().enumerate() {
                let message = digest_message(algorithm, &text[..len]);
                assert_eq!(*digest, message, "{algorithm}, {len} bytes");
            }
        }
    }
}
