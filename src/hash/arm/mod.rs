//! The instruction sets of 64-bit ARM, one per file, each with a safe wrapper.
//!
//! Each file has a token that exists only if the CPU has the instructions (its `detect`), and only
//! the methods of the token's trait (`isa.rs`) give access to them. This file contains what they
//! share: loads and stores of sixteen bytes. `platform.rs` decides when each instruction set is
//! used.
#![allow(unsafe_code)]

mod neon;
mod sha;
mod text;

use std::arch::aarch64::{uint8x16_t, vld1q_u8, vst1q_u8};

pub(super) use neon::Neon;
pub(super) use sha::Sha;

#[inline]
fn load_quad(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: sixteen bytes may be read through the reference; the instruction requires no
    // alignment and belongs to NEON, which every CPU has that the standard library supports.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[inline]
fn store_quad(quad: uint8x16_t, bytes: &mut [u8; 16]) {
    // SAFETY: sixteen bytes may be written through the reference, which is exclusive; the
    // instruction requires no alignment and belongs to NEON, which every CPU has that the standard
    // library supports.
    unsafe { vst1q_u8(bytes.as_mut_ptr(), quad) }
}
