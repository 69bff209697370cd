//! The instruction sets of x86-64, one per file, each with a safe wrapper.
//!
//! Each file has a token that exists only if the CPU has the instructions (its `detect`), and only
//! the methods of the token's trait (`isa.rs`) give access to them. This file contains what they
//! share: loads and stores of sixteen bytes. `platform.rs` decides when each instruction set is
//! used.
#![allow(unsafe_code)]

mod avx2;
mod avx512;
mod sha;
mod text;

use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_storeu_si128};

pub(super) use avx2::Avx2;
pub(super) use avx512::Avx512;
pub(super) use sha::Sha;

#[inline]
fn load_quad(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: sixteen bytes may be read through the reference; the instruction requires no
    // alignment and belongs to SSE2, which every x86-64 has.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
fn store_quad(quad: __m128i, bytes: &mut [u8; 16]) {
    // SAFETY: sixteen bytes may be written through the reference, which is exclusive; the
    // instruction requires no alignment and belongs to SSE2, which every x86-64 has.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), quad) }
}
