//! The bitmap of a padded text: where its terminators are (see [`scan`](super::scan)).
//!
//! # Invariants
//!
//! A [`Bitmap`] belongs to one [`Padded`] text. It has one bit for each byte of the text and its
//! padding, the first byte in bit 0, and borrows both for `'a`. The text begins at an address `t`
//! that is a multiple of 64, the bitmap at an address `b`:
//!
//! ```text
//!  address    t               t + 8                   end                         t + 64 n
//!             |               |                       |                           |
//!  text       { " t y p e " : " c u s t o m " , . . . 0 0 0 0  (>= 64 NULs)  . . . 0
//!             | | | | | | | | | | | | | | | | |       | | | |                     |
//!  bits       0 1 0 0 0 0 1 0 1 0 0 0 0 0 0 1 0 . . . 1 1 1 1 . . .                1
//!             '------v------' '------v------'                                     |
//!  bitmap            |               |                                            |
//!  address           b             b + 1                                        b + 8 n
//! ```
//!
//! [`Bitmap::from`] loads, unaligned, the eight bytes of the bitmap from the one that holds the bit
//! of `at`, and shifts the bits before `at` away. For `at = t + 11`:
//!
//! ```text
//!  bitmap address        b + 1     b + 2     b + 3     ...  b + 8
//!  first text byte       t + 8     t + 16    t + 24    ...  t + 64
//!  bits, 0 first         ...xxxxx  xxxxxxxx  xxxxxxxx  ...  xxxxxxxx
//!                        '-- shifted away: (t + 11) % 8 = 3 bits; 61 are left
//! ```
//!
//! At least 57 bits are left. The load stays inside the bitmap because
//! `at <= end <= t + 64 n - 64`: from the byte of `at` on there are at least eight bytes.
//!
//! The byte that holds the bit of `at` is at `b + (at - t) / 8`. Because `t` is a multiple of 8
//! that is `(b - t / 8) + at / 8`. The first term is constant, so a `Bitmap` is that one word, a
//! *biased* pointer: it lies outside the bitmap, is never dereferenced as it is, and keeps the
//! provenance of the bitmap.
#![allow(unsafe_code)]

use std::marker::PhantomData;

use super::padded::Padded;

/// A bitmap, addressed by the text.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Bitmap<'a> {
    /// `b - t / 8`
    biased: *const u8,
    words: PhantomData<&'a [u8]>,
}

impl<'a> Bitmap<'a> {
    /// The bitmap of a text.
    pub(super) fn new(padded: &Padded<'a>) -> Self {
        let bitmap: *const u8 = padded.bitmap().as_ptr().cast();
        Self {
            biased: bitmap.wrapping_sub(padded.start().addr() / 8),
            words: PhantomData,
        }
    }

    /// The bits of at least 57 bytes from `at` on, that of `at` itself in bit 0. The other bits are
    /// 0.
    ///
    /// # Safety
    ///
    /// `at` must be between the beginning of the text and its end, inclusive.
    #[inline(always)]
    pub(super) unsafe fn from(self, at: *const u8) -> u64 {
        let address = at.addr();
        let word = self.biased.wrapping_add(address / 8).cast::<[u8; 8]>();
        // SAFETY: because `at` is not after the end, these eight bytes belong to the bitmap (see
        // the module).
        let word = unsafe { *word };
        u64::from_le_bytes(word) >> (address % 8)
    }
}

#[cfg(test)]
mod tests {
    use super::super::padded::PaddedBuffer;
    use super::*;

    #[test]
    fn bits_are_those_of_the_text() {
        for length in [0, 1, 7, 8, 63, 64, 65, 127, 128, 200] {
            let text: Vec<u8> = (0..length)
                .map(|at| if at % 5 == 0 { b'"' } else { b'x' })
                .collect();
            let mut buffer = PaddedBuffer::default();
            let padded = buffer.fill(&text).unwrap();
            let bitmap = Bitmap::new(&padded);
            for at in (0..=length).step_by(if cfg!(miri) { 7 } else { 1 }) {
                // SAFETY: `at` is not after the end.
                let bits = unsafe { bitmap.from(padded.start().wrapping_add(at)) };
                for bit in 0..57 {
                    let expected = at + bit >= length || (at + bit) % 5 == 0;
                    assert_eq!(bits >> bit & 1 == 1, expected, "{length} {at} {bit}");
                }
            }
        }
    }
}
