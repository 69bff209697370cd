//! Text into blocks and digests into text, sixteen bytes at a time.
//!
//! The NEON variants of `block.rs` and `hex.rs`.
#![allow(unsafe_code)]

use std::arch::aarch64::*;

use super::{load_quad, store_quad};
use crate::hash::Algorithm;
use crate::hash::block::{Block, Digest, last_bytes, length_in_bits, longest_message};
use crate::hash::hex::LONGEST_HEX;

/// As `block::pad`. Every sixteen bytes of the blocks are assembled in a register and stored once:
/// digests load them in the same pieces, so that the stores can be forwarded.
#[target_feature(enable = "neon")]
pub(super) fn pad<const BLOCKS: usize>(
    algorithm: Algorithm,
    lower_case: bool,
    message: &[u8],
    blocks: &mut [Block; BLOCKS],
) -> bool {
    if message.len() > longest_message(BLOCKS) {
        return false;
    }
    let length = u64::from_le_bytes(length_in_bits(algorithm, message));
    let (sixteens, rest) = message.as_chunks();
    let ending = ending(message);
    let ending_and_bit = vorrq_u8(ending, bit_behind(rest.len()));
    let mut seen = ending;
    let (places, _) = blocks.as_flattened_mut().as_chunks_mut();
    let last = places.len() - 1;
    for (index, place) in places.iter_mut().enumerate() {
        let mut quad = vdupq_n_u8(0);
        if let Some(bytes) = sixteens.get(index) {
            quad = load_quad(bytes);
            seen = vorrq_u8(seen, quad);
        } else if index == sixteens.len() {
            quad = ending_and_bit;
        }
        if lower_case {
            quad = ascii_lower_case(quad);
        }
        if index == last {
            quad = vorrq_u8(quad, two_eights(0, length));
        }
        store_quad(quad, place);
    }
    !lower_case || vmaxvq_u8(seen) < 0x80
}

/// The message's last bytes, those after its whole groups of sixteen, followed by zeros.
#[inline]
#[target_feature(enable = "neon")]
fn ending(message: &[u8]) -> uint8x16_t {
    if let Some(bytes) = message.last_chunk() {
        // The last bytes move to the first positions; an index out of range gives zero.
        let first = 16 - (message.len() % 16) as u8;
        let from = vaddq_u8(numbers(), vdupq_n_u8(first));
        vqtbl1q_u8(load_quad(bytes), from)
    } else if let Some(eight) = message.first_chunk() {
        two_eights(u64::from_le_bytes(*eight), last_bytes(message))
    } else {
        two_eights(last_bytes(message), 0)
    }
}

/// The bit that follows a message, after `len` of sixteen bytes.
#[inline]
#[target_feature(enable = "neon")]
fn bit_behind(len: usize) -> uint8x16_t {
    let there = vceqq_u8(numbers(), vdupq_n_u8(len as u8));
    vandq_u8(there, vdupq_n_u8(0x80))
}

/// The index of each byte.
#[inline]
#[target_feature(enable = "neon")]
fn numbers() -> uint8x16_t {
    two_eights(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
}

#[inline]
#[target_feature(enable = "neon")]
fn two_eights(low: u64, high: u64) -> uint8x16_t {
    vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(low), vcreate_u64(high)))
}

#[inline]
#[target_feature(enable = "neon")]
fn ascii_lower_case(quad: uint8x16_t) -> uint8x16_t {
    let behind_a = vsubq_u8(quad, vdupq_n_u8(b'A'));
    let capitals = vcltq_u8(behind_a, vdupq_n_u8(26));
    vorrq_u8(quad, vandq_u8(capitals, vdupq_n_u8(0x20)))
}

/// As `hex::encode`.
#[target_feature(enable = "neon")]
pub(super) fn encode(
    algorithm: Algorithm,
    digests: &[Digest],
    places: &[usize],
    row: &mut [[u8; LONGEST_HEX]],
) {
    let row = row.as_flattened_mut();
    match algorithm {
        Algorithm::Md5 => encode_row::<32>(digests, places, row),
        Algorithm::Sha1 => encode_row::<40>(digests, places, row),
        Algorithm::Sha256 => encode_row::<64>(digests, places, row),
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn encode_row<const DIGITS: usize>(digests: &[Digest], places: &[usize], row: &mut [u8]) {
    let (row, _) = row.as_chunks_mut::<DIGITS>();
    for (digest, place) in digests.iter().zip(places) {
        let Some(digits) = row.get_mut(*place) else {
            continue;
        };
        let (sixteens, eight) = digits.as_chunks_mut();
        let mut quads = digest.as_chunks().0.iter();
        let mut sixteens = sixteens.iter_mut();
        for bytes in quads.by_ref().take(DIGITS / 32) {
            for (text, place) in text(load_quad(bytes)).into_iter().zip(sixteens.by_ref()) {
                store_quad(text, place);
            }
        }
        if let (Some(bytes), Some(place)) = (quads.next(), eight.first_chunk_mut()) {
            let [text, _] = text(load_quad(bytes));
            *place = vgetq_lane_u64::<0>(vreinterpretq_u64_u8(text)).to_le_bytes();
        }
    }
}

/// The digits of sixteen bytes.
#[inline]
#[target_feature(enable = "neon")]
fn text(bytes: uint8x16_t) -> [uint8x16_t; 2] {
    // `0123456789abcdef`, the first digit lowest.
    let digits = two_eights(0x3736_3534_3332_3130, 0x6665_6463_6261_3938);
    let high = vshrq_n_u8::<4>(bytes);
    let low = vandq_u8(bytes, vdupq_n_u8(0x0f));
    [
        vqtbl1q_u8(digits, vzip1q_u8(high, low)),
        vqtbl1q_u8(digits, vzip2q_u8(high, low)),
    ]
}
