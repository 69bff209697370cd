//! The pass in AVX-512.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::{BLOCK, Block, mark_each};

/// How far ahead the text is asked for: the processor itself does not look over the end of a page.
const AHEAD: usize = 2048;

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn mark(
    from: &[[u8; BLOCK]],
    to: &mut [MaybeUninit<Block>],
    ends: &mut [MaybeUninit<[u8; 8]>],
) -> u64 {
    mark_each(from, to, ends, |from, to| {
        _mm_prefetch::<_MM_HINT_T0>(from.as_ptr().wrapping_add(AHEAD).cast());
        // SAFETY: these are sixty-four bytes, and the load asks for no alignment. The store is to a block, which has
        // the alignment; it is volatile only lest the compiler make a `memcpy` of all of them, and so a second pass.
        let bytes = unsafe {
            let bytes = _mm512_loadu_epi8(from.as_ptr().cast());
            to.as_mut_ptr().cast::<__m512i>().write_volatile(bytes);
            bytes
        };
        // With this bit turned over, the quote and nothing else comes right after the control characters.
        let turned = _mm512_xor_si512(bytes, _mm512_set1_epi8((b'"' ^ 0x20) as i8));
        let quote_or_control = _mm512_cmple_epu8_mask(turned, _mm512_set1_epi8(0x20));
        let escape = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'\\' as i8));
        (quote_or_control | escape, _mm512_movepi8_mask(bytes) != 0)
    })
}
