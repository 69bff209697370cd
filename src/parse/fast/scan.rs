//! SIMD kernels of the fast path: copy a text and find the terminators in it, find quotes and
//! brackets, count spaces, decode a UUID.
//!
//! A *terminator* is a byte that ends a run of string bytes which need no unescaping: a quote, a
//! backslash or a control character, NUL included.
//!
//! SSE2 is part of x86-64 and NEON of 64-bit ARM, so their kernels are inlined into the caller.
//! AVX2 and AVX-512 are detected at run time, and only for copying, where one call covers 4 KB.
//! Other processors use the portable kernels, which are also the reference implementation in the
//! tests. Miri does not support the inline assembly of the NEON kernels and takes the portable ones
//! there.
//!
//! # Invariants
//!
//! The three slices of a [`Blocks`] have the same length. `Blocks::new` checks that once, and
//! dividing all three into pieces of the same size preserves it. [`copy`] therefore writes every
//! block and every bitmap word that it is given; `super::padded` relies on that when it treats them
//! as initialized.
//!
//! The cursor relies on the kernels when it passes bytes: a bit of the bitmap is set exactly if its
//! byte is a terminator, and [`leading_spaces`] counts only spaces.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
mod neon;
#[cfg(any(
    test,
    not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_endian = "little", not(miri))
    ))
))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod sse2;

use std::mem::MaybeUninit;

#[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
use neon as isa;
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little", not(miri))
)))]
use portable as isa;
#[cfg(target_arch = "x86_64")]
use sse2 as isa;

/// Bytes that a kernel handles together.
pub(super) const BLOCK: usize = 64;

/// The most blocks for one call of [`copy`]: one for each bit of its result.
const PIECE: usize = 64;

/// Text bytes on one cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Block(#[allow(dead_code, reason = "only its address is used")] [u8; BLOCK]);

/// One bit for each byte of a block, the first byte in bit 0 of the first byte: set if it is a
/// terminator.
pub(super) type BitmapWord = [u8; BLOCK / 8];

/// Blocks of a text, where each is copied to, and where its bitmap word goes: three slices of the
/// same length.
pub(super) struct Blocks<'t, 'b> {
    from: &'t [[u8; BLOCK]],
    to: &'b mut [MaybeUninit<Block>],
    bitmap: &'b mut [MaybeUninit<BitmapWord>],
}

impl<'t, 'b> Blocks<'t, 'b> {
    /// `None` if the lengths differ.
    pub(super) fn new(
        from: &'t [[u8; BLOCK]],
        to: &'b mut [MaybeUninit<Block>],
        bitmap: &'b mut [MaybeUninit<BitmapWord>],
    ) -> Option<Self> {
        (from.len() == to.len() && from.len() == bitmap.len()).then_some(Self { from, to, bitmap })
    }

    /// The number of blocks.
    pub(super) fn len(&self) -> usize {
        self.from.len()
    }

    /// The same blocks in pieces that [`copy`] takes.
    pub(super) fn pieces(self) -> impl Iterator<Item = Self> {
        let targets = self.to.chunks_mut(PIECE).zip(self.bitmap.chunks_mut(PIECE));
        let pieces = self.from.chunks(PIECE).zip(targets);
        pieces.map(|(from, (to, bitmap))| Self { from, to, bitmap })
    }

    /// Copies block by block. Returns one bit for each block, the first in bit 0: set if it is not
    /// all ASCII.
    #[inline(always)]
    fn copy_each(
        self,
        copy_block: impl for<'x> Fn(&[u8; BLOCK], &'x mut MaybeUninit<Block>) -> Copied<'x>,
    ) -> u64 {
        let mut non_ascii = 0;
        for (at, ((from, to), word)) in self.from.iter().zip(self.to).zip(self.bitmap).enumerate() {
            let copied = copy_block(from, to);
            word.write(copied.terminators.to_le_bytes());
            non_ascii |= u64::from(copied.non_ascii) << (at % PIECE);
        }
        non_ascii
    }
}

/// The result of a kernel for one block.
struct Copied<'b> {
    /// Only a kernel that has written the block can return this reference.
    _block: &'b mut Block,
    /// One bit for each byte, the first in bit 0.
    terminators: u64,
    non_ascii: bool,
}

/// Copies blocks and writes their bitmap words, all of them. Returns one bit for each block, the
/// first in bit 0: set if it is not all ASCII.
pub(super) fn copy(blocks: Blocks<'_, '_>) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512bw") {
        // SAFETY: the processor has AVX-512 BW, which includes AVX-512 F.
        return unsafe { avx512::copy(blocks) };
    } else if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { avx2::copy(blocks) };
    }
    blocks.copy_each(isa::copy_block)
}

/// The bytes of a UUID of 8-4-4-4-12 hexadecimal digits of either case; `None` for anything else.
#[inline(always)]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    isa::uuid(text)
}

/// Bitmaps of the quotes, backslashes, opening and closing brackets (of both kinds) among 64 bytes,
/// the first byte in bit 0.
#[inline(always)]
pub(super) fn brackets(bytes: &[u8; BLOCK]) -> [u64; 4] {
    isa::brackets(bytes)
}

/// The number of spaces before the first other byte.
#[inline(always)]
pub(super) fn leading_spaces(bytes: &[u8; 16]) -> usize {
    isa::leading_spaces(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Copy = fn(Blocks<'_, '_>) -> u64;

    /// Every kernel that this processor can run.
    fn kernels() -> Vec<(&'static str, Copy)> {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut))]
        let mut kernels: Vec<(&str, Copy)> = vec![
            ("chosen", copy),
            ("baseline", |blocks| blocks.copy_each(isa::copy_block)),
        ];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has AVX2.
                kernels.push(("AVX2", |blocks| unsafe { avx2::copy(blocks) }));
            }
            if is_x86_feature_detected!("avx512bw") {
                // SAFETY: the processor has AVX-512 BW, which includes AVX-512 F.
                kernels.push(("AVX-512", |blocks| unsafe { avx512::copy(blocks) }));
            }
        }
        kernels
    }

    /// The copy, the bitmap, and which blocks are not ASCII.
    fn run(copy: Copy, from: &[[u8; BLOCK]]) -> (Vec<[u8; BLOCK]>, Vec<BitmapWord>, u64) {
        let mut to = vec![MaybeUninit::uninit(); from.len()];
        let mut bitmap = vec![MaybeUninit::uninit(); from.len()];
        let non_ascii = copy(Blocks::new(from, &mut to, &mut bitmap).unwrap());
        // SAFETY: `copy` writes every block.
        let to = to.iter().map(|block| unsafe { block.assume_init() }.0);
        // SAFETY: `copy` writes every bitmap word.
        let bitmap = bitmap.iter().map(|word| unsafe { word.assume_init() });
        (to.collect(), bitmap.collect(), non_ascii)
    }

    #[test]
    fn slices_of_different_lengths_are_refused() {
        let from = [[0; BLOCK]; 3];
        let (mut to, mut bitmap) = ([MaybeUninit::uninit(); 3], [MaybeUninit::uninit(); 3]);
        assert!(Blocks::new(&from, &mut to, &mut bitmap).is_some());
        assert!(Blocks::new(&from[1..], &mut to, &mut bitmap).is_none());
        assert!(Blocks::new(&from, &mut to[1..], &mut bitmap).is_none());
        assert!(Blocks::new(&from, &mut to, &mut bitmap[1..]).is_none());
    }

    /// Every byte at every position, among bytes of each kind.
    #[test]
    #[cfg_attr(
        miri,
        ignore = "takes minutes; the tests of the padded copy run the kernels"
    )]
    fn kernels_agree_with_the_portable_reference() {
        let reference: Copy = |blocks| blocks.copy_each(portable::copy_block);
        let others = b"x \x80\xff{]\"\\\0";
        for &other in others {
            for byte in 0..=255 {
                // A block for each position.
                let mut blocks = [[other; BLOCK]; BLOCK];
                for (position, block) in blocks.iter_mut().enumerate() {
                    block[position] = byte;
                }
                let expected = run(reference, &blocks);
                assert_eq!(expected.0, blocks);
                for (name, copy) in kernels() {
                    assert_eq!(run(copy, &blocks), expected, "{name} {byte} {other}");
                }
                for block in &blocks {
                    let head = block.first_chunk().unwrap();
                    let found = (isa::brackets(block), isa::leading_spaces(head));
                    let expected = (portable::brackets(block), portable::leading_spaces(head));
                    assert_eq!(found, expected, "{byte} {other}");
                }
                if other == b'x' {
                    // The reference itself is right.
                    let terminator = byte < 0x20 || byte == b'"' || byte == b'\\';
                    for (position, word) in expected.1.iter().enumerate() {
                        let bitmap = u64::from(terminator) << position;
                        assert_eq!(u64::from_le_bytes(*word), bitmap);
                    }
                    assert_eq!(expected.2, if byte < 0x80 { 0 } else { u64::MAX });
                }
            }
        }
    }

    #[test]
    fn uuids_are_those_of_the_portable_reference() {
        let text = *b"0123abcd-4567-89EF-fedc-ba9876543210";
        for position in 0..36 {
            for byte in (0..=255).step_by(if cfg!(miri) { 51 } else { 1 }) {
                let mut text = text;
                text[position] = byte;
                assert_eq!(uuid(&text), portable::uuid(&text), "{position} {byte}");
            }
        }
        assert!(uuid(&text).is_some());
    }
}
