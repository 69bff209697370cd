//! The copy of a text that the fast path reads, and where in it runs of plain string bytes end: one pass over the text
//! copies it, marks those ends, one bit for each byte, and finds what must be checked to be UTF-8. That a string ends is
//! then a matter of a few bits, wherever the question comes up. The loads are in `scan`; nothing here is `unsafe`.

use std::mem::MaybeUninit;

use super::scan::{AT_ONCE, BLOCK, Block, mark};

/// The buffers that texts are copied to, one after the other.
#[derive(Default)]
pub(in crate::parse) struct Copies {
    // Both stay empty: what is used is the room in them, which is never read before it is written.
    blocks: Vec<Block>,
    ends: Vec<[u8; 8]>,
}

/// A copied text.
///
/// Invariants: `blocks` hold `length` bytes of UTF-8 and NULs after them, a whole block of NULs at least; `ends` have one
/// bit for each byte of the blocks, the first in the lowest bit of the first byte, set where a run of plain string bytes
/// ends. All of it has been written.
pub(in crate::parse) struct Marked<'a> {
    blocks: &'a [MaybeUninit<Block>],
    ends: &'a [MaybeUninit<[u8; 8]>],
    length: usize,
}

impl Marked<'_> {
    /// Where the text begins.
    pub(in crate::parse) fn text(&self) -> *const u8 {
        self.blocks.as_ptr().cast()
    }

    /// Where the ends begin.
    pub(in crate::parse) fn ends(&self) -> *const u8 {
        self.ends.as_ptr().cast()
    }

    /// How long the text is.
    pub(in crate::parse) fn length(&self) -> usize {
        self.length
    }
}

impl Copies {
    /// Bytes held.
    pub(in crate::parse) fn bytes(&self) -> usize {
        self.blocks.capacity() * BLOCK + self.ends.capacity() * size_of::<[u8; 8]>()
    }

    /// Copies a text; `None` if it is not UTF-8.
    pub(in crate::parse) fn fill(&mut self, text: &[u8]) -> Option<Marked<'_>> {
        let (whole, rest) = text.as_chunks::<BLOCK>();
        // What is left, and a block of nothing but NULs.
        let mut last = [[0; BLOCK]; 2];
        if let Some(begin) = last.as_flattened_mut().get_mut(..rest.len()) {
            begin.copy_from_slice(rest);
        }
        let count = whole.len() + last.len();
        self.blocks.reserve(count);
        self.ends.reserve(count);
        let blocks = self.blocks.spare_capacity_mut().get_mut(..count)?;
        let ends = self.ends.spare_capacity_mut().get_mut(..count)?;

        let (whole_blocks, last_blocks) = blocks.split_at_mut(whole.len());
        let (whole_ends, last_ends) = ends.split_at_mut(whole.len());
        let pieces = whole.chunks(AT_ONCE).zip(
            whole_blocks
                .chunks_mut(AT_ONCE)
                .zip(whole_ends.chunks_mut(AT_ONCE)),
        );
        let last = std::iter::once((&last[..], (last_blocks, last_ends)));
        let mut foreign = Foreign {
            text,
            seen: 0,
            from: None,
        };
        for (from, (to, ends)) in pieces.chain(last) {
            foreign.check(mark(from, to, ends), from.len())?;
        }
        Some(Marked {
            blocks,
            ends,
            length: text.len(),
        })
    }
}

/// Checks the runs of blocks that are not all ASCII. They begin and end at boundaries of characters, because next to them
/// is ASCII.
struct Foreign<'t> {
    text: &'t [u8],
    /// How many blocks have been seen.
    seen: usize,
    /// Where the run begins that has not ended yet.
    from: Option<usize>,
}

impl Foreign<'_> {
    /// Takes the next `count` blocks, of which those in `found` are not all ASCII. `None` if a run is not UTF-8.
    #[inline]
    fn check(&mut self, found: u64, count: usize) -> Option<()> {
        if found != 0 || self.from.is_some() {
            self.check_runs(found, count)?;
        }
        self.seen += count;
        Some(())
    }

    fn check_runs(&mut self, found: u64, count: usize) -> Option<()> {
        // Where a run begins or ends: a bit that is not as the one before it.
        let before = u64::from(self.from.is_some());
        let seen = u64::MAX >> (u64::BITS as usize).saturating_sub(count);
        let mut turns = (found ^ (found << 1 | before)) & seen;
        while turns != 0 {
            let place = (self.seen + turns.trailing_zeros() as usize) * BLOCK;
            match self.from.take() {
                None => self.from = Some(place),
                Some(from) => {
                    let run = self.text.get(from..place.min(self.text.len()))?;
                    simdutf8::basic::from_utf8(run).ok()?;
                }
            }
            turns &= turns - 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_utf8(text: &[u8]) -> bool {
        Copies::default().fill(text).is_some()
    }

    #[test]
    fn what_is_utf8_is_copied() {
        // Lengths around one block, one piece and more, foreign characters everywhere.
        for length in [
            0, 1, 63, 64, 65, 127, 128, 300, 4095, 4096, 4097, 4200, 8300,
        ] {
            for every in [1, 2, 3, 50, 64, 90, 200, 5000] {
                let text: String = (0..length)
                    .map(|at| if at % every == 0 { '\u{20ac}' } else { 'x' })
                    .collect();
                assert!(is_utf8(text.as_bytes()), "{length} {every}");
            }
        }
    }

    #[test]
    fn what_is_not_utf8_is_refused_wherever_it_stands() {
        for length in [70, 200, 4200] {
            for every in [7, 1000] {
                let text: String = (0..length)
                    .map(|at| if at % every == 0 { '\u{20ac}' } else { 'x' })
                    .collect();
                for at in (0..text.len()).filter(|at| length < 1000 || at % 64 < 3) {
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
        let mut copies = Copies::default();
        for length in [10_000, 10, 5_000, 10_000] {
            let text = vec![b'x'; length];
            assert_eq!(
                copies.fill(&text).map(|marked| marked.length()),
                Some(length)
            );
        }
        let held = copies.bytes();
        assert!((10_000..40_000).contains(&held), "{held}");
    }
}
