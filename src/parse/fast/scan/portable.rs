//! The loads in plain Rust, for other processors, and for the tests as the twin of all.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use super::{BLOCK, Block};

/// Copies a block and marks it.
pub(super) fn mark_block(from: &[u8; BLOCK], to: &mut MaybeUninit<Block>) -> (u64, bool) {
    to.write(Block(*from));
    // SAFETY: these are sixty-four bytes.
    let found = unsafe { which(from.as_ptr(), is_plain_end) };
    (found, !from.is_ascii())
}

/// The bytes of a uuid.
#[inline]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    crate::message::Uuid::decode(text).map(|uuid| uuid.0)
}

/// # Safety
///
/// Sixty-four bytes can be read.
pub(super) unsafe fn brackets(at: *const u8) -> [u64; 4] {
    // SAFETY: the caller's promise.
    unsafe {
        [
            which(at, |byte| byte == b'"'),
            which(at, |byte| byte == b'\\'),
            which(at, |byte| byte == b'[' || byte == b'{'),
            which(at, |byte| byte == b']' || byte == b'}'),
        ]
    }
}

/// # Safety
///
/// Sixteen bytes can be read.
pub(super) unsafe fn leading_spaces(at: *const u8) -> usize {
    // SAFETY: the caller's promise; bytes have no alignment.
    let bytes: [u8; 16] = unsafe { *at.cast() };
    bytes.iter().take_while(|byte| **byte == b' ').count()
}

fn is_plain_end(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// # Safety
///
/// Sixty-four bytes can be read.
unsafe fn which(at: *const u8, is: impl Fn(u8) -> bool) -> u64 {
    // SAFETY: the caller's promise; bytes have no alignment.
    let bytes: [u8; 64] = unsafe { *at.cast() };
    let bits = bytes.iter().map(|byte| u64::from(is(*byte)));
    bits.rev().fold(0, |bits, bit| bits << 1 | bit)
}
