//! The buffers of a parser, owned by the caller and reused from message to message.

use super::arena::{ArenaGuard, Arenas};
use super::fast::PaddedBuffer;
use super::keys::KeyHasher;
use super::tape::TapeBuffers;

/// The buffers of one parser: the copies of the text that strings are borrowed from, the tape and
/// what it is made of, and the arena of lists, maps and unescaped strings. A message borrows from
/// it until the next one is parsed. After a few messages of a size nothing is allocated any more.
///
/// ```
/// use hydrant::{ParseOptions, Scratch, parse};
/// let mut scratch = Scratch::new();
/// for body in [&br#"{"type":"module_registration_request"}"#[..], br#"{"type":"dsr_processing_request"}"#] {
///     let parsed = parse(body, &mut scratch, &ParseOptions::default()).unwrap();
///     assert!(parsed.message.kind().is_known());
/// }
/// ```
#[derive(Default)]
pub struct Scratch {
    padded: PaddedBuffer,
    tape: TapeBuffers,
    arenas: Arenas,
    hasher: KeyHasher,
}

impl Scratch {
    /// Empty buffers, which grow to the size of the messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Frees the memory that messages larger than `bytes` made the buffers take. For long-lived
    /// owners that saw one huge message.
    pub fn shrink_to(&mut self, bytes: usize) {
        if self.tape.text_bytes().max(self.padded.bytes()) > bytes.saturating_mul(2)
            || self.arenas.bytes() > bytes.saturating_mul(8)
        {
            let hasher = self.hasher.clone();
            *self = Self {
                hasher,
                ..Self::new()
            };
        }
    }

    /// Bytes held in the arena and the copies of the text.
    pub fn memory(&self) -> usize {
        self.padded.bytes() + self.tape.memory() + self.arenas.bytes()
    }

    /// The parts, for one message.
    pub(super) fn open(&mut self) -> Open<'_> {
        Open {
            padded: &mut self.padded,
            tape: &mut self.tape,
            arena: self.arenas.lend(),
            hasher: &self.hasher,
        }
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch")
            .field("memory", &self.memory())
            .finish_non_exhaustive()
    }
}

/// A scratch at work on one message.
pub(super) struct Open<'a> {
    pub(super) padded: &'a mut PaddedBuffer,
    pub(super) tape: &'a mut TapeBuffers,
    pub(super) arena: ArenaGuard<'a>,
    /// The keyed hash functions of this scratch.
    pub(super) hasher: &'a KeyHasher,
}
