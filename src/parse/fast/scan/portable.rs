//! The kernels in plain Rust: for other processors, and as the reference implementation in the
//! tests.
//!
//! # Invariants
//!
//! [`copy_block`] sets a bit exactly if its byte is a terminator, NUL included, and
//! [`leading_spaces`] counts only spaces: the cursor relies on both and does not check the bytes
//! again.

use std::mem::MaybeUninit;

use super::{BLOCK, Block, Copied};

/// Copies a block and finds the terminators in it.
pub(super) fn copy_block<'b>(from: &[u8; BLOCK], to: &'b mut MaybeUninit<Block>) -> Copied<'b> {
    Copied {
        _block: to.write(Block(*from)),
        terminators: bitmap(from, |byte| byte == b'"' || byte == b'\\' || byte < 0x20),
        non_ascii: !from.is_ascii(),
    }
}

/// The bytes of a UUID.
#[inline]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    crate::schema::Uuid::decode(text).map(|uuid| uuid.0)
}

/// Quotes, backslashes, opening and closing brackets.
pub(super) fn brackets(bytes: &[u8; BLOCK]) -> [u64; 4] {
    [
        bitmap(bytes, |byte| byte == b'"'),
        bitmap(bytes, |byte| byte == b'\\'),
        bitmap(bytes, |byte| byte == b'[' || byte == b'{'),
        bitmap(bytes, |byte| byte == b']' || byte == b'}'),
    ]
}

/// The number of spaces before the first other byte.
pub(super) fn leading_spaces(bytes: &[u8; 16]) -> usize {
    bytes.iter().take_while(|byte| **byte == b' ').count()
}

/// One bit for each byte, the first in bit 0.
fn bitmap(bytes: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let bits = bytes.iter().map(|byte| u64::from(is(*byte)));
    bits.rev().fold(0, |bits, bit| bits << 1 | bit)
}
