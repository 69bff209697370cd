//! Values to padded blocks, and blocks to digests, one window of messages at a time.
//!
//! Values are normalized directly into blocks, those of one block and those of two blocks
//! separately, so that the digest is called once for many messages of the same length and can fill
//! its lanes. A longer message is digested at once; the results are merged by their position in the
//! text. `platform.rs` decides which implementation digests a batch. Only the buffer for
//! normalization is allocated.

use super::block::{BLOCK_LEN, Block, DIGEST_LEN, Digest, Messages, longest_message};
use super::hex::LONGEST_HEX;
use super::{Algorithm, Input, Normalization, Platform, normalize, portable};

/// Messages collected before they are digested together: several times the sixteen lanes of the
/// widest registers, and few enough to stay in the first-level cache.
pub(super) const WINDOW: usize = 64;

/// Writes the hexadecimal text of a single value as the first of `hex`, if it is of the usual kind:
/// in one or two blocks, and ASCII if it must be lower-cased.
///
/// A window would give the same result, but filling it with a single value would take as much time
/// again.
#[inline]
pub(super) fn single(
    platform: Platform,
    algorithm: Algorithm,
    normalization: Normalization,
    value: &str,
    hex: &mut [[u8; LONGEST_HEX]],
) -> bool {
    let message = normalization.trimmed(value).as_bytes();
    let lower_case = normalization.lower_case;
    if message.len() <= longest_message(1) {
        single_in::<1>(platform, algorithm, lower_case, message, hex)
    } else {
        single_in::<2>(platform, algorithm, lower_case, message, hex)
    }
}

#[inline]
fn single_in<const BLOCKS: usize>(
    platform: Platform,
    algorithm: Algorithm,
    lower_case: bool,
    message: &[u8],
    hex: &mut [[u8; LONGEST_HEX]],
) -> bool {
    let mut blocks = [[[0; BLOCK_LEN]; BLOCKS]];
    let [message_blocks] = &mut blocks;
    if !platform.pad(algorithm, lower_case, message, message_blocks) {
        return false;
    }
    let mut digest = [[0; DIGEST_LEN]];
    platform.digest_few(algorithm, Messages::new(&blocks), &mut digest);
    platform.encode(algorithm, &digest, &[0], hex);
    true
}

/// Up to `SIZE` messages that are being digested.
#[derive(Clone)]
pub(super) struct Window<const SIZE: usize> {
    of_one_block: Row<1, SIZE>,
    of_two_blocks: Row<2, SIZE>,
    /// Raw inputs taken: those in the rows, and the longer ones that were digested at once.
    taken: usize,
    digests: [Digest; SIZE],
    /// The digests as text, one after another in the order of the inputs.
    hex: [[u8; LONGEST_HEX]; SIZE],
}

impl<const SIZE: usize> Window<SIZE> {
    pub(super) fn new() -> Self {
        Self {
            of_one_block: Row::new(),
            of_two_blocks: Row::new(),
            taken: 0,
            digests: [[0; DIGEST_LEN]; SIZE],
            hex: [[0; LONGEST_HEX]; SIZE],
        }
    }

    /// Takes inputs until the window is full, and returns their number; encoded inputs take no
    /// room.
    pub(super) fn fill(
        &mut self,
        platform: Platform,
        algorithm: Algorithm,
        normalization: Normalization,
        inputs: &[Input<'_>],
        text: &mut String,
    ) -> usize {
        self.of_one_block.filled = 0;
        self.of_two_blocks.filled = 0;
        self.taken = 0;
        for (index, input) in inputs.iter().enumerate() {
            let Input::Raw(value) = input else { continue };
            if self.taken == SIZE {
                return index;
            }
            let value = normalization.trimmed(value);
            if !self.take(platform, algorithm, normalization.lower_case, value) {
                self.take_unusual(platform, algorithm, normalization, value, text);
            }
            self.taken += 1;
        }
        inputs.len()
    }

    /// Puts a value into a row if it is short enough and, if it must be lower-cased, ASCII.
    #[inline]
    fn take(
        &mut self,
        platform: Platform,
        algorithm: Algorithm,
        lower_case: bool,
        value: &str,
    ) -> bool {
        let message = value.as_bytes();
        if message.len() <= longest_message(1) {
            let row = &mut self.of_one_block;
            row.take(platform, algorithm, lower_case, message, self.taken)
        } else {
            let row = &mut self.of_two_blocks;
            row.take(platform, algorithm, lower_case, message, self.taken)
        }
    }

    #[cold]
    fn take_unusual(
        &mut self,
        platform: Platform,
        algorithm: Algorithm,
        normalization: Normalization,
        value: &str,
        text: &mut String,
    ) {
        let value = normalize(value, normalization, text);
        if !self.take(platform, algorithm, false, value) {
            let digest = portable::digest_message(algorithm, value.as_bytes());
            platform.encode(algorithm, &[digest], &[self.taken], &mut self.hex);
        }
    }

    /// Digests the collected messages and returns the hexadecimal text of all raw inputs taken.
    pub(super) fn digest(&mut self, platform: Platform, algorithm: Algorithm) -> &[u8] {
        let Self {
            of_one_block,
            of_two_blocks,
            digests,
            hex,
            ..
        } = self;
        of_one_block.digest(platform, algorithm, digests, hex);
        of_two_blocks.digest(platform, algorithm, digests, hex);
        hex.as_flattened()
            .get(..self.taken * algorithm.hex_len())
            .unwrap_or_default()
    }
}

/// Padded messages of the same number of blocks; the first `filled` are in use.
#[derive(Clone)]
struct Row<const BLOCKS: usize, const SIZE: usize> {
    messages: [[Block; BLOCKS]; SIZE],
    /// For each message, the index of its raw input in the window.
    places: [usize; SIZE],
    filled: usize,
}

impl<const BLOCKS: usize, const SIZE: usize> Row<BLOCKS, SIZE> {
    fn new() -> Self {
        Self {
            messages: [[[0; BLOCK_LEN]; BLOCKS]; SIZE],
            places: [0; SIZE],
            filled: 0,
        }
    }

    /// Takes a message, unless it is too long, or must be lower-cased and is not ASCII.
    #[inline]
    fn take(
        &mut self,
        platform: Platform,
        algorithm: Algorithm,
        lower_case: bool,
        message: &[u8],
        place: usize,
    ) -> bool {
        let (Some(blocks), Some(free)) = (
            self.messages.get_mut(self.filled),
            self.places.get_mut(self.filled),
        ) else {
            return false;
        };
        *free = place;
        let padded = platform.pad(algorithm, lower_case, message, blocks);
        self.filled += usize::from(padded);
        padded
    }

    #[inline]
    fn digest(
        &self,
        platform: Platform,
        algorithm: Algorithm,
        digests: &mut [Digest],
        hex: &mut [[u8; LONGEST_HEX]],
    ) {
        if let (Some(messages @ [_, ..]), Some(digests), Some(places)) = (
            self.messages.get(..self.filled),
            digests.get_mut(..self.filled),
            self.places.get(..self.filled),
        ) {
            platform.digest(algorithm, Messages::new(messages), digests);
            platform.encode(algorithm, digests, places, hex);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(
        miri,
        ignore = "digests thousands of texts, without unsafe code of its own"
    )]
    fn a_window_takes_only_as_many_raw_inputs_as_it_has_room_for() {
        let mut window = Window::<WINDOW>::new();
        let mut text = String::new();
        let mut fill = |inputs: &[Input<'_>]| {
            let (platform, md5) = (Platform::PORTABLE, Algorithm::Md5);
            let taken = window.fill(platform, md5, Normalization::STANDARD, inputs, &mut text);
            (taken, window.digest(platform, md5).len() / 32)
        };
        let [middle, long] = [60, 200].map(|len| "x".repeat(len));
        let values = ["short", &middle, &long].map(Input::Raw);
        for raw in values {
            assert_eq!(fill(&vec![raw; WINDOW - 1]), (WINDOW - 1, WINDOW - 1));
            assert_eq!(fill(&vec![raw; WINDOW]), (WINDOW, WINDOW));
            assert_eq!(fill(&vec![raw; WINDOW + 1]), (WINDOW, WINDOW));
            // Encoded inputs take no room, before, between and after raw ones.
            let mut mixed = vec![Input::Encoded("e"); 500];
            mixed.extend([raw, Input::Encoded("e")].repeat(WINDOW));
            assert_eq!(fill(&mixed), (mixed.len(), WINDOW));
            mixed.push(raw);
            assert_eq!(fill(&mixed), (mixed.len() - 1, WINDOW));
        }
        assert_eq!(fill(&[]), (0, 0));
    }
}
