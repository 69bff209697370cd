//! Copying in AVX2.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{Block, Blocks, Copied};

/// As [`super::copy`].
#[target_feature(enable = "avx2")]
pub(super) fn copy(blocks: Blocks<'_, '_>) -> u64 {
    blocks.copy_each(|from, to| {
        let (mut terminators, mut high_bits) = (0, 0);
        for (number, half) in from.as_chunks::<32>().0.iter().enumerate() {
            // SAFETY: the reference covers 32 bytes, and the load is unaligned.
            let bytes = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
            // Maps the quote to 0x20, next to the control characters; see `sse2::is_terminator`.
            let mapped = _mm256_xor_si256(bytes, _mm256_set1_epi8((b'"' ^ 0x20) as i8));
            let limit = _mm256_set1_epi8(0x20);
            let quote_or_control = _mm256_cmpeq_epi8(_mm256_max_epu8(mapped, limit), limit);
            let backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(b'\\' as i8));
            let mask = _mm256_movemask_epi8(_mm256_or_si256(quote_or_control, backslash));
            terminators |= u64::from(mask as u32) << (32 * number);
            high_bits |= _mm256_movemask_epi8(bytes);
        }
        Copied {
            _block: to.write(Block(*from)),
            terminators,
            non_ascii: high_bits != 0,
        }
    })
}
