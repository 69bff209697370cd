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
use super::block::{Block, DIGEST_WORDS, Digest};

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
    let mut digest = [0; DIGEST_WORDS];
    match algorithm {
        Algorithm::Md5 => set_words(&mut digest, &Md5::digest(message), u32::from_le_bytes),
        Algorithm::Sha1 => set_words(&mut digest, &Sha1::digest(message), u32::from_be_bytes),
        Algorithm::Sha256 => set_words(&mut digest, &Sha256::digest(message), u32::from_be_bytes),
    }
    digest
}

#[inline]
fn md5_block(block: &Block, digest: &mut Digest) {
    if let Some(state) = digest.first_chunk_mut() {
        *state = MD5_START;
        md5::block_api::compress(state, slice::from_ref(block));
    }
}

#[inline]
fn sha1_block(block: &Block, digest: &mut Digest) {
    let mut core = Sha1Core::default();
    core.update_blocks(slice::from_ref(block.into()));
    // The one way to the state that adds no padding of its own: five words, low byte first whatever
    // the digest, and the number of blocks.
    let state = core.serialize();
    set_words(
        digest,
        state.get(..20).unwrap_or_default(),
        u32::from_le_bytes,
    );
}

#[inline]
fn sha256_block(block: &Block, digest: &mut Digest) {
    *digest = SHA256_START;
    sha2::block_api::compress256(digest, slice::from_ref(block));
}

#[inline]
fn set_words(digest: &mut Digest, bytes: &[u8], word: fn([u8; 4]) -> u32) {
    let (chunks, _) = bytes.as_chunks();
    for (place, chunk) in digest.iter_mut().zip(chunks) {
        *place = word(*chunk);
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
            let mut digests = [[0; DIGEST_WORDS]; LONGEST_MESSAGE + 1];
            digest_blocks(algorithm, &blocks, &mut digests);
            let words = algorithm.digest_len() / 4;
            for (len, digest) in digests.iter().enumerate() {
                let message = digest_message(algorithm, &text[..len]);
                assert_eq!(
                    digest[..words],
                    message[..words],
                    "{algorithm}, {len} bytes"
                );
            }
        }
    }
}
