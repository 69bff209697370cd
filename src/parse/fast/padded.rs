//! The copy of a text that the fast path reads: padded with NULs, checked to be UTF-8, and with a
//! bitmap of its terminators. One pass over the text does all three.
//!
//! # Invariants
//!
//! A [`Padded`] text has `n` blocks of 64 bytes and `n` bitmap words of 8 bytes, all of them
//! initialized. The blocks begin at an address that is a multiple of 64. They hold the text, which
//! is UTF-8, and after it nothing but NULs, at least 64 of them. A bit of the bitmap is set exactly
//! if its byte is a terminator, as every NUL is. `super::bitmap` has a picture.
//!
//! [`PaddedBuffer::fill`] establishes this, the only place where a `Padded` is made: it divides the
//! blocks and bitmap words into a front and a tail, and hands all of both to [`scan::copy`], which
//! writes whatever it is given.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

use super::scan::{self, BLOCK, BitmapWord, Block, Blocks};

/// Buffers for padded texts, one after the other.
#[derive(Default)]
pub(in crate::parse) struct PaddedBuffer {
    blocks: Box<[MaybeUninit<Block>]>,
    bitmap: Box<[MaybeUninit<BitmapWord>]>,
}

/// A padded text and its bitmap.
pub(super) struct Padded<'a> {
    blocks: &'a [Block],
    bitmap: &'a [BitmapWord],
    length: usize,
}

impl<'a> Padded<'a> {
    /// Where the text begins; the pointer may be used for all of the text and its padding.
    pub(super) fn start(&self) -> *const u8 {
        self.blocks.as_ptr().cast()
    }

    /// The bitmap.
    pub(super) fn bitmap(&self) -> &'a [BitmapWord] {
        self.bitmap
    }

    /// The length of the text without its padding.
    pub(super) fn length(&self) -> usize {
        self.length
    }
}

impl PaddedBuffer {
    /// Bytes allocated.
    pub(in crate::parse) fn bytes(&self) -> usize {
        size_of_val(&*self.blocks) + size_of_val(&*self.bitmap)
    }

    /// Copies a text; `None` if it is not UTF-8.
    pub(super) fn fill(&mut self, text: &[u8]) -> Option<Padded<'_>> {
        let (front, rest) = text.as_chunks::<BLOCK>();
        // The rest of the text, and a block of nothing but NULs.
        let mut tail = [[0; BLOCK]; 2];
        let padded_rest = tail.as_flattened_mut().get_mut(..rest.len())?;
        padded_rest.copy_from_slice(rest);
        let count = front.len() + tail.len();
        self.reserve(count);
        let blocks = self.blocks.get_mut(..count)?;
        let bitmap = self.bitmap.get_mut(..count)?;

        let (front_blocks, tail_blocks) = blocks.split_at_mut(front.len());
        let (front_bitmap, tail_bitmap) = bitmap.split_at_mut(front.len());
        let front = Blocks::new(front, front_blocks, front_bitmap)?;
        let tail = Blocks::new(&tail, tail_blocks, tail_bitmap)?;
        let mut non_ascii = NonAsciiRuns::new(text);
        for piece in front.pieces().chain(tail.pieces()) {
            let count = piece.len();
            non_ascii.check(scan::copy(piece), count)?;
        }
        Some(Padded {
            // SAFETY: the pieces, all of which have been copied, cover all blocks.
            blocks: unsafe { assume_init(blocks) },
            // SAFETY: they cover all bitmap words, too.
            bitmap: unsafe { assume_init(bitmap) },
            length: text.len(),
        })
    }

    /// Makes room for this many blocks. The contents are lost.
    fn reserve(&mut self, count: usize) {
        if self.blocks.len() < count {
            // At most 1 MiB more than necessary.
            let ahead = (self.blocks.len() * 2).min(count + (1 << 20) / BLOCK);
            let count = count.max(ahead);
            // The old buffers are freed first, so that no more memory is held than is needed.
            *self = Self::default();
            self.blocks = Box::new_uninit_slice(count);
            self.bitmap = Box::new_uninit_slice(count);
        }
    }
}

/// # Safety
///
/// All elements must have been initialized.
unsafe fn assume_init<T>(elements: &[MaybeUninit<T>]) -> &[T] {
    let elements: *const [MaybeUninit<T>] = elements;
    // SAFETY: `MaybeUninit<T>` has the layout of `T`, and the caller promises that the elements are
    // initialized.
    unsafe { &*(elements as *const [T]) }
}

/// Validates the runs of blocks that are not all ASCII. Such a run begins and ends at character
/// boundaries, because the bytes next to it are ASCII.
struct NonAsciiRuns<'t> {
    text: &'t [u8],
    /// The number of blocks seen.
    seen: usize,
    /// Where the current run begins, if the last block seen belongs to one.
    start: Option<usize>,
}

impl<'t> NonAsciiRuns<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            seen: 0,
            start: None,
        }
    }

    /// Takes the next `count` blocks, with a bit in `non_ascii` for each. `None` if a run is not
    /// UTF-8.
    #[inline]
    fn check(&mut self, non_ascii: u64, count: usize) -> Option<()> {
        if non_ascii != 0 || self.start.is_some() {
            self.check_runs(non_ascii, count)?;
        }
        self.seen += count;
        Some(())
    }

    fn check_runs(&mut self, non_ascii: u64, count: usize) -> Option<()> {
        // A run begins or ends at each bit that differs from the previous bit.
        let before = u64::from(self.start.is_some());
        let mask = u64::MAX >> (u64::BITS as usize).saturating_sub(count);
        let mut edges = (non_ascii ^ (non_ascii << 1 | before)) & mask;
        while edges != 0 {
            let edge = (self.seen + edges.trailing_zeros() as usize) * BLOCK;
            match self.start.take() {
                None => self.start = Some(edge),
                Some(start) => {
                    let run = self.text.get(start..edge.min(self.text.len()))?;
                    simdutf8::basic::from_utf8(run).ok()?;
                }
            }
            edges &= edges - 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_utf8(text: &[u8]) -> bool {
        PaddedBuffer::default().fill(text).is_some()
    }

    #[test]
    fn utf8_is_copied() {
        // Lengths around one block, one piece and more, with non-ASCII characters at all distances.
        let lengths: &[usize] = if cfg!(miri) {
            &[0, 1, 64, 65, 300]
        } else {
            &[
                0, 1, 63, 64, 65, 127, 128, 300, 4095, 4096, 4097, 4200, 8300,
            ]
        };
        for &length in lengths {
            for every in [1, 2, 3, 50, 64, 90, 200, 5000] {
                let text: String = (0..length)
                    .map(|at| if at % every == 0 { '\u{20ac}' } else { 'x' })
                    .collect();
                assert!(is_utf8(text.as_bytes()), "{length} {every}");
            }
        }
    }

    #[test]
    fn invalid_utf8_is_refused_at_any_position() {
        let lengths: &[usize] = if cfg!(miri) { &[70] } else { &[70, 200, 4200] };
        for &length in lengths {
            for every in [7, 1000] {
                let text: String = (0..length)
                    .map(|at| if at % every == 0 { '\u{20ac}' } else { 'x' })
                    .collect();
                let step = if cfg!(miri) { 9 } else { 1 };
                let positions = (0..text.len()).filter(|at| length < 1000 || at % 64 < 3);
                for at in positions.step_by(step) {
                    for wrong in [0x80, 0xc0, 0xe2, 0xff] {
                        let mut bytes = text.clone().into_bytes();
                        bytes[at] = wrong;
                        let expected = std::str::from_utf8(&bytes).is_ok();
                        assert_eq!(is_utf8(&bytes), expected, "{length} {every} {at} {wrong}");
                    }
                }
                for end in text.len() - 10..text.len() {
                    let cut = &text.as_bytes()[..end];
                    assert_eq!(is_utf8(cut), std::str::from_utf8(cut).is_ok());
                }
            }
        }
    }

    #[test]
    fn buffers_are_reused() {
        let mut buffer = PaddedBuffer::default();
        for length in [10_000, 10, 5_000, 10_000] {
            let text = vec![b'x'; length];
            let padded = buffer.fill(&text);
            assert_eq!(padded.map(|padded| padded.length()), Some(length));
        }
        let bytes = buffer.bytes();
        assert!((10_000..40_000).contains(&bytes), "{bytes}");
    }
}
