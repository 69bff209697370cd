//! The digests of single messages, with the RustCrypto crates: for every CPU, and as the reference
//! implementation for all others.
//!
//! Messages are given as padded blocks, so only the compression function is called, which for short
//! messages takes half the time of the complete digest. These crates use SHA instructions if the
//! CPU has them. Trimming, lower-casing and hexadecimal encoding are done elsewhere.

use std::slice;

use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha1::block_api::Sha1Core;
use sha1::digest::block_api::UpdateCore as _;
use sha1::digest::common::hazmat::SerializableState as _;
use sha2::Sha256;

use super::Algorithm;
use super::block::{Block, DIGEST_LEN, Digest, Messages};
use super::constants::{MD5_START, SHA256_START};

/// Writes the digest of each message to the same position of `digests`. Every instruction set has a
/// function with this signature.
pub(super) fn digest(algorithm: Algorithm, messages: Messages<'_>, digests: &mut [Digest]) {
    let pairs = messages.iter().zip(digests);
    match algorithm {
        Algorithm::Md5 => pairs.for_each(|(blocks, digest)| md5(blocks, digest)),
        Algorithm::Sha1 => pairs.for_each(|(blocks, digest)| sha1(blocks, digest)),
        Algorithm::Sha256 => pairs.for_each(|(blocks, digest)| sha256(blocks, digest)),
    }
}

/// Digests one message of any length, not padded.
pub(super) fn digest_message(algorithm: Algorithm, message: &[u8]) -> Digest {
    let mut digest = [0; DIGEST_LEN];
    match algorithm {
        Algorithm::Md5 => put(&mut digest, &Md5::digest(message)),
        Algorithm::Sha1 => put(&mut digest, &Sha1::digest(message)),
        Algorithm::Sha256 => put(&mut digest, &Sha256::digest(message)),
    }
    digest
}

#[inline]
fn md5(blocks: &[Block], digest: &mut Digest) {
    let mut state = MD5_START;
    md5::block_api::compress(&mut state, blocks);
    put(digest, state.map(u32::to_le_bytes).as_flattened());
}

#[inline]
fn sha1(blocks: &[Block], digest: &mut Digest) {
    let mut core = Sha1Core::default();
    for block in blocks {
        core.update_blocks(slice::from_ref(block.into()));
    }
    // The only access to the state that adds no padding: five words, low byte first for every
    // digest, and the number of blocks.
    let state = core.serialize();
    for (place, word) in digest
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .zip(state.as_chunks::<4>().0)
    {
        *place = u32::from_le_bytes(*word).to_be_bytes();
    }
}

#[inline]
fn sha256(blocks: &[Block], digest: &mut Digest) {
    let mut state = SHA256_START;
    for block in blocks {
        sha2::block_api::compress256(&mut state, slice::from_ref(block));
    }
    put(digest, state.map(u32::to_be_bytes).as_flattened());
}

#[inline]
fn put(digest: &mut Digest, bytes: &[u8]) {
    for (place, byte) in digest.iter_mut().zip(bytes) {
        *place = *byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::block::{self, BLOCK_LEN, longest_message};

    fn padded_equals_plain<const BLOCKS: usize>(algorithm: Algorithm) {
        let bytes = (0..).map(|i: u32| (i * 37 % 251) as u8);
        let text: Vec<u8> = bytes.take(longest_message(BLOCKS)).collect();
        let lens = (0..=text.len()).step_by(if cfg!(miri) { 11 } else { 1 });
        let mut messages = vec![[[0; BLOCK_LEN]; BLOCKS]; lens.clone().count()];
        for (len, message) in lens.clone().zip(&mut messages) {
            assert!(block::pad(algorithm, false, &text[..len], message));
        }
        let mut digests = vec![[0; DIGEST_LEN]; messages.len()];
        digest(algorithm, Messages::new(&messages), &mut digests);
        for (len, digest) in lens.zip(&digests) {
            let plain = digest_message(algorithm, &text[..len]);
            let bytes = algorithm.digest_len();
            // A message in more blocks than it needs would be another message.
            let needed = BLOCKS == 1 || len > longest_message(BLOCKS - 1);
            assert_eq!(
                digest[..bytes] == plain[..bytes],
                needed,
                "{algorithm}, {len} bytes"
            );
        }
    }

    #[test]
    fn padded_blocks_have_the_digest_of_their_message() {
        for &algorithm in Algorithm::ALL {
            padded_equals_plain::<1>(algorithm);
            padded_equals_plain::<2>(algorithm);
        }
    }
}
