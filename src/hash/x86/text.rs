//! Text to blocks and digests to text: the x86-64 variants of `block.rs` and `hex.rs`.
//!
//! Text is copied into blocks half a block at a time with AVX2, and a block at a time with AVX-512;
//! everything else works on sixteen bytes at a time with SSE4.1, which both include.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{load_quad, store_quad};
use crate::hash::Algorithm;
use crate::hash::block::{BLOCK_LEN, Block, Digest, last_bytes, length_in_bits, longest_message};
use crate::hash::hex::LONGEST_HEX;

/// As `block::pad`, for messages of fewer than sixteen bytes. Every sixteen bytes of the blocks are
/// assembled in a register and stored once: digests load them in the same pieces, so that the
/// stores can be forwarded.
#[target_feature(enable = "sse4.1")]
fn pad<const BLOCKS: usize>(
    algorithm: Algorithm,
    lower_case: bool,
    message: &[u8],
    blocks: &mut [Block; BLOCKS],
) -> bool {
    if message.len() > longest_message(BLOCKS) {
        return false;
    }
    let length = i64::from_le_bytes(length_in_bits(algorithm, message));
    let (sixteens, rest) = message.as_chunks();
    let ending = ending(message);
    let ending_and_bit = _mm_or_si128(ending, bit_behind(rest.len()));
    let mut seen = ending;
    let (places, _) = blocks.as_flattened_mut().as_chunks_mut();
    let last = places.len() - 1;
    for (index, place) in places.iter_mut().enumerate() {
        let mut quad = _mm_setzero_si128();
        if let Some(bytes) = sixteens.get(index) {
            quad = load_quad(bytes);
            seen = _mm_or_si128(seen, quad);
        } else if index == sixteens.len() {
            quad = ending_and_bit;
        }
        if lower_case {
            quad = ascii_lower_case(quad);
        }
        if index == last {
            quad = _mm_or_si128(quad, _mm_set_epi64x(length, 0));
        }
        store_quad(quad, place);
    }
    !lower_case || _mm_movemask_epi8(seen) == 0
}

/// The message's last bytes, those after its whole groups of sixteen, followed by zeros.
#[inline]
#[target_feature(enable = "sse4.1")]
fn ending(message: &[u8]) -> __m128i {
    if let Some(bytes) = message.last_chunk() {
        // The last bytes move to the first positions; an index with its highest bit set gives zero.
        let first = 0x80 - (message.len() % 16).cast_signed();
        let from = _mm_add_epi8(numbers(), _mm_set1_epi8((first as u8).cast_signed()));
        _mm_shuffle_epi8(load_quad(bytes), from)
    } else if let Some(eight) = message.first_chunk() {
        let rest = last_bytes(message).cast_signed();
        _mm_set_epi64x(rest, i64::from_le_bytes(*eight))
    } else {
        _mm_cvtsi64_si128(last_bytes(message).cast_signed())
    }
}

/// The bit that follows a message, after `len` of sixteen bytes.
#[inline]
#[target_feature(enable = "sse4.1")]
fn bit_behind(len: usize) -> __m128i {
    let there = _mm_cmpeq_epi8(numbers(), _mm_set1_epi8((len as u8).cast_signed()));
    _mm_and_si128(there, _mm_set1_epi8(i8::MIN))
}

/// The index of each byte.
#[inline]
#[target_feature(enable = "sse4.1")]
fn numbers() -> __m128i {
    _mm_set_epi64x(0x0f0e_0d0c_0b0a_0908, 0x0706_0504_0302_0100)
}

#[inline]
#[target_feature(enable = "sse4.1")]
fn ascii_lower_case(quad: __m128i) -> __m128i {
    // The comparison is signed, so that bytes beyond ASCII are below `A`.
    let from_a = _mm_cmpgt_epi8(quad, _mm_set1_epi8(b'A'.cast_signed() - 1));
    let above_z = _mm_cmpgt_epi8(quad, _mm_set1_epi8(b'Z'.cast_signed()));
    let capitals = _mm_andnot_si128(above_z, from_a);
    _mm_or_si128(quad, _mm_and_si128(capitals, _mm_set1_epi8(0x20)))
}

/// As `block::pad`, half a block at a time, and without branching on the length of messages of at
/// least sixteen bytes: a branch predictor cannot predict where they end.
#[target_feature(enable = "avx2")]
pub(super) fn pad256<const BLOCKS: usize>(
    algorithm: Algorithm,
    lower_case: bool,
    message: &[u8],
    blocks: &mut [Block; BLOCKS],
) -> bool {
    let Some(last) = message.len().checked_sub(16) else {
        return pad(algorithm, lower_case, message, blocks);
    };
    if message.len() > longest_message(BLOCKS) {
        return false;
    }
    let length = i64::from_le_bytes(length_in_bits(algorithm, message));
    // Its length and every position in it fit into a byte, with room for what is added to them.
    const { assert!(BLOCKS <= 2) };
    let len = _mm256_set1_epi8((message.len() as u8).cast_signed());
    let mut places = _mm256_set_m128i(_mm_add_epi8(numbers(), _mm_set1_epi8(16)), numbers());
    let mut ends = _mm256_set_m128i(_mm_set1_epi8(32), _mm_set1_epi8(16));
    let mut seen = _mm256_setzero_si256();
    let (halves, _) = blocks.as_flattened_mut().as_chunks_mut::<32>();
    let final_half = halves.len() - 1;
    for (index, half) in halves.iter_mut().enumerate() {
        // Groups of sixteen that would reach beyond the end are loaded from before it and moved
        // down by the difference; an index with its highest bit set gives zero.
        let low = load_at(message, last.min(32 * index));
        let high = load_at(message, last.min(32 * index + 16));
        let beyond = _mm256_subs_epu8(ends, len);
        let from = _mm256_add_epi8(
            _mm256_broadcastsi128_si256(_mm_add_epi8(numbers(), _mm_set1_epi8(0x70))),
            beyond,
        );
        let mut text = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), from);
        if lower_case {
            seen = _mm256_or_si256(seen, text);
            text = ascii_lower_case256(text);
        }
        let bit = _mm256_and_si256(_mm256_cmpeq_epi8(places, len), _mm256_set1_epi8(i8::MIN));
        text = _mm256_or_si256(text, bit);
        if index == final_half {
            text = _mm256_or_si256(text, _mm256_set_epi64x(length, 0, 0, 0));
        }
        store_half(text, half);
        places = _mm256_add_epi8(places, _mm256_set1_epi8(32));
        ends = _mm256_add_epi8(ends, _mm256_set1_epi8(32));
    }
    _mm256_movemask_epi8(seen) == 0
}

/// Sixteen bytes, starting with number `first`.
#[inline]
fn load_at(message: &[u8], first: usize) -> __m128i {
    let bytes = message.get(first..).and_then(<[u8]>::first_chunk);
    load_quad(bytes.unwrap_or(&[0; 16]))
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_half(text: __m256i, half: &mut [u8; 32]) {
    // SAFETY: 32 bytes may be written through the reference, which is exclusive; the instruction
    // requires no alignment.
    unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), text) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn ascii_lower_case256(text: __m256i) -> __m256i {
    let from_a = _mm256_cmpgt_epi8(text, _mm256_set1_epi8(b'A'.cast_signed() - 1));
    let above_z = _mm256_cmpgt_epi8(text, _mm256_set1_epi8(b'Z'.cast_signed()));
    let capitals = _mm256_andnot_si256(above_z, from_a);
    _mm256_or_si256(text, _mm256_and_si256(capitals, _mm256_set1_epi8(0x20)))
}

/// As `block::pad`, a block at a time: the bytes after the end of a message are masked out, without
/// a branch on their number, which a branch predictor cannot predict.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn pad512<const BLOCKS: usize>(
    algorithm: Algorithm,
    lower_case: bool,
    message: &[u8],
    blocks: &mut [Block; BLOCKS],
) -> bool {
    if message.len() > longest_message(BLOCKS) {
        return false;
    }
    let mut seen = 0;
    let mut rest = Some(message);
    for (index, block) in blocks.iter_mut().enumerate() {
        let (mut text, mut bit) = (_mm512_setzero_si512(), 0);
        if let Some(bytes) = rest {
            text = load_first(bytes);
            bit = 1_u64.checked_shl(bytes.len() as u32).unwrap_or_default();
            rest = bytes.get(BLOCK_LEN..);
        }
        if lower_case {
            seen |= _mm512_movepi8_mask(text);
            text = ascii_lower_case512(text);
        }
        text = _mm512_mask_mov_epi8(text, bit, _mm512_set1_epi8(i8::MIN));
        if index == BLOCKS - 1 {
            let length = i64::from_le_bytes(length_in_bits(algorithm, message));
            text = _mm512_mask_set1_epi64(text, 0b1000_0000, length);
        }
        store_block(text, block);
    }
    seen == 0
}

/// The first bytes, at most a block, followed by zeros.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_first(bytes: &[u8]) -> __m512i {
    let unused = BLOCK_LEN.saturating_sub(bytes.len());
    let there = u64::MAX.checked_shr(unused as u32).unwrap_or_default();
    // SAFETY: the instruction reads no byte whose bit in the mask is zero, and as many bits are one
    // as the reference has bytes, or 64 if there are more. It requires no alignment.
    unsafe { _mm512_maskz_loadu_epi8(there, bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_block(text: __m512i, block: &mut Block) {
    // SAFETY: 64 bytes may be written through the reference, which is exclusive; the instruction
    // requires no alignment.
    unsafe { _mm512_storeu_si512(block.as_mut_ptr().cast(), text) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn ascii_lower_case512(text: __m512i) -> __m512i {
    let from_a = _mm512_sub_epi8(text, _mm512_set1_epi8(b'A'.cast_signed()));
    let capitals = _mm512_cmplt_epu8_mask(from_a, _mm512_set1_epi8(26));
    _mm512_mask_add_epi8(text, capitals, text, _mm512_set1_epi8(0x20))
}

/// As `hex::encode`.
#[target_feature(enable = "sse4.1")]
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
#[target_feature(enable = "sse4.1")]
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
            *place = _mm_cvtsi128_si64(text).to_le_bytes();
        }
    }
}

/// The digits of sixteen bytes.
#[inline]
#[target_feature(enable = "sse4.1")]
fn text(bytes: __m128i) -> [__m128i; 2] {
    // `0123456789abcdef`, the first digit lowest.
    let digits = _mm_set_epi64x(0x6665_6463_6261_3938, 0x3736_3534_3332_3130);
    let low_half = _mm_set1_epi8(0x0f);
    let high = _mm_and_si128(_mm_srli_epi16::<4>(bytes), low_half);
    let low = _mm_and_si128(bytes, low_half);
    [
        _mm_shuffle_epi8(digits, _mm_unpacklo_epi8(high, low)),
        _mm_shuffle_epi8(digits, _mm_unpackhi_epi8(high, low)),
    ]
}
