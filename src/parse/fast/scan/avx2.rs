//! The pass in AVX2.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::{BLOCK, Block, mark_each};

#[target_feature(enable = "avx2")]
pub(super) fn mark(
    from: &[[u8; BLOCK]],
    to: &mut [MaybeUninit<Block>],
    ends: &mut [MaybeUninit<[u8; 8]>],
) -> u64 {
    mark_each(from, to, ends, |from, to| {
        let (mut found, mut highest) = (0, 0);
        for (number, half) in from.as_chunks::<32>().0.iter().enumerate() {
            // SAFETY: these are thirty-two bytes, and the load asks for no alignment.
            let bytes = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
            // With this bit turned over, the quote and nothing else comes right after the control characters.
            let turned = _mm256_xor_si256(bytes, _mm256_set1_epi8((b'"' ^ 0x20) as i8));
            let limit = _mm256_set1_epi8(0x20);
            let quote_or_control = _mm256_cmpeq_epi8(_mm256_max_epu8(turned, limit), limit);
            let escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\\' as i8));
            let either = _mm256_movemask_epi8(_mm256_or_si256(quote_or_control, escape));
            found |= u64::from(either as u32) << (32 * number);
            highest |= _mm256_movemask_epi8(bytes);
        }
        to.write(Block(*from));
        (found, highest != 0)
    })
}
