//! From values to padded blocks, from blocks to digests, a window of messages at a time.
//!
//! Values are normalised straight into blocks, so that the digest is called once for many messages
//! and can fill its lanes; a message of several blocks is digested on the side and finds its place
//! among the others in the text. Which form of the digest a batch gets is decided in
//! [`Window::digest`] alone. Nothing here allocates but the normaliser's buffer.

use super::block::{self, BLOCK_LEN, Block, DIGEST_LEN, Digest, Messages};
use super::hex::{self, LONGEST_HEX};
use super::{Algorithm, Input, Normalization, Platform, normalize, portable};

/// Messages gathered before they are digested together: a few times the sixteen lanes of the widest
/// registers, and small enough to stay in the first-level cache.
pub(super) const WINDOW: usize = 64;

/// Messages on their way through one call of the digest.
#[derive(Clone)]
pub(super) struct Window {
    /// Padded one-block messages; the first `filled` are in use.
    blocks: [[Block; 1]; WINDOW],
    /// For each block, which of the window's raw inputs it came from.
    places: [usize; WINDOW],
    filled: usize,
    /// Raw inputs taken: the blocks, and the long messages that were digested at once.
    taken: usize,
    digests: [Digest; WINDOW],
    /// The digests as text, one after another in the order of the inputs.
    hex: [u8; WINDOW * LONGEST_HEX],
}

impl Window {
    pub(super) fn new() -> Self {
        Self {
            blocks: [[[0; BLOCK_LEN]]; WINDOW],
            places: [0; WINDOW],
            filled: 0,
            taken: 0,
            digests: [[0; DIGEST_LEN]; WINDOW],
            hex: [0; WINDOW * LONGEST_HEX],
        }
    }

    /// Takes inputs until the window is full, and says how many; what is already encoded takes no
    /// room.
    pub(super) fn fill(
        &mut self,
        algorithm: Algorithm,
        normalization: Normalization,
        inputs: &[Input<'_>],
        text: &mut String,
    ) -> usize {
        self.filled = 0;
        self.taken = 0;
        for (index, input) in inputs.iter().enumerate() {
            let Input::Raw(value) = input else { continue };
            // `filled` never runs ahead of `taken`, so there is a block as long as there is a place.
            let (Some([block]), true) = (self.blocks.get_mut(self.filled), self.taken < WINDOW)
            else {
                return index;
            };
            match prepare(algorithm, normalization, value, block, text) {
                Prepared::Padded => {
                    if let Some(place) = self.places.get_mut(self.filled) {
                        *place = self.taken;
                    }
                    self.filled += 1;
                }
                Prepared::Digested(digest) => {
                    hex::encode_at(algorithm, &digest, &mut self.hex, self.taken);
                }
            }
            self.taken += 1;
        }
        inputs.len()
    }

    /// Digests what was filled in, and gives the hexadecimal text of all raw inputs taken.
    pub(super) fn digest(&mut self, algorithm: Algorithm, platform: Platform) -> &[u8] {
        let messages = self.blocks.get(..self.filled).unwrap_or_default();
        let digests = self.digests.get_mut(..self.filled).unwrap_or_default();
        platform.digest(algorithm, Messages::new(messages), digests);
        for (digest, &place) in self.digests.iter().zip(&self.places).take(self.filled) {
            hex::encode_at(algorithm, digest, &mut self.hex, place);
        }
        self.hex
            .get(..self.taken * algorithm.hex_len())
            .unwrap_or_default()
    }
}

/// How far [`prepare`] got with a message.
pub(super) enum Prepared {
    /// It lies in the block, padded.
    Padded,
    /// It did not fit one block, and has been digested.
    Digested(Digest),
}

/// Normalises one value straight into its padded block if it can.
#[inline]
pub(super) fn prepare(
    algorithm: Algorithm,
    normalization: Normalization,
    value: &str,
    block: &mut Block,
    text: &mut String,
) -> Prepared {
    let value = normalization.trimmed(value);
    let padded = if normalization.lower_case {
        block::pad_ascii_lower_case(algorithm, value.as_bytes(), block)
    } else {
        block::pad(algorithm, value.as_bytes(), block)
    };
    if padded {
        Prepared::Padded
    } else {
        prepare_unusual(algorithm, normalization, value, block, text)
    }
}

/// The values that are long or not ASCII.
#[cold]
fn prepare_unusual(
    algorithm: Algorithm,
    normalization: Normalization,
    value: &str,
    block: &mut Block,
    text: &mut String,
) -> Prepared {
    let message = normalize(value, normalization, text).as_bytes();
    if block::pad(algorithm, message, block) {
        Prepared::Padded
    } else {
        Prepared::Digested(portable::digest_message(algorithm, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_takes_only_as_many_raw_inputs_as_it_has_room_for() {
        let mut window = Window::new();
        let mut text = String::new();
        let mut fill = |inputs: &[Input<'_>]| {
            let taken = window.fill(Algorithm::Md5, Normalization::STANDARD, inputs, &mut text);
            (
                taken,
                window.digest(Algorithm::Md5, Platform::PORTABLE).len() / 32,
            )
        };
        let long = "x".repeat(200);
        for raw in [Input::Raw("short"), Input::Raw(&long)] {
            assert_eq!(fill(&vec![raw; WINDOW - 1]), (WINDOW - 1, WINDOW - 1));
            assert_eq!(fill(&vec![raw; WINDOW]), (WINDOW, WINDOW));
            assert_eq!(fill(&vec![raw; WINDOW + 1]), (WINDOW, WINDOW));
            // What is already encoded takes no room, before, between and after.
            let mut mixed = vec![Input::Encoded("e"); 500];
            mixed.extend([raw, Input::Encoded("e")].repeat(WINDOW));
            assert_eq!(fill(&mixed), (mixed.len(), WINDOW));
            mixed.push(raw);
            assert_eq!(fill(&mixed), (mixed.len() - 1, WINDOW));
        }
        assert_eq!(fill(&[]), (0, 0));
    }
}
