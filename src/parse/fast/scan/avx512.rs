//! Copying in AVX-512.
#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{Blocks, Copied};

/// How far ahead the text is prefetched: the hardware prefetcher stops at the end of a page.
const PREFETCH: usize = 2048;

/// As [`super::copy`].
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn copy(blocks: Blocks<'_, '_>) -> u64 {
    blocks.copy_each(|from, to| {
        let ahead = from.as_ptr().wrapping_add(PREFETCH).cast();
        // SAFETY: a prefetch accepts any address.
        #[allow(unused_unsafe, reason = "an unsafe function only in Rust 1.89")]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(ahead);
        }
        // SAFETY: the reference covers 64 bytes, and the load is unaligned.
        let bytes = unsafe { _mm512_loadu_epi8(from.as_ptr().cast()) };
        let target = to.as_mut_ptr().cast::<__m512i>();
        // Volatile only so that the compiler does not turn all these stores into one `memcpy`, a
        // second pass.
        // SAFETY: a block has the size and the alignment of the register.
        unsafe { target.write_volatile(bytes) };
        // Maps the quote to 0x20, next to the control characters; see `sse2::is_terminator`.
        let mapped = _mm512_xor_si512(bytes, _mm512_set1_epi8((b'"' ^ 0x20) as i8));
        let quote_or_control = _mm512_cmple_epu8_mask(mapped, _mm512_set1_epi8(0x20));
        let backslash = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'\\' as i8));
        Copied {
            // SAFETY: all 64 bytes have just been stored.
            _block: unsafe { to.assume_init_mut() },
            terminators: quote_or_control | backslash,
            non_ascii: _mm512_movepi8_mask(bytes) != 0,
        }
    })
}
