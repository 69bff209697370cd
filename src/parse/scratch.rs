//! The buffers of a parser, owned by the caller and reused from message to message.

use super::arena::{ArenaGuard, Arenas};
use super::fast::PaddedBuffer;
use super::keys::KeyHasher;
use super::tape::TapeBuffers;

/// The buffers of one parser: the copies of the text that strings are borrowed from, the tape and
/// what it is made of, and the arena of lists, maps and unescaped strings. A message borrows from
/// it until the next one is parsed. After a few messages of a size nothing is allocated any more.
///
/// It grows to what the largest message needed, of which [`ParseOptions::max_memory`] is a limit, and
/// gives it back by itself: if after 256 messages it holds more than 16 MiB, and more than 32 times
/// the longest of them, it starts again with nothing. [`shrink_to`](Self::shrink_to) gives memory
/// back at once.
///
/// [`ParseOptions::max_memory`]: crate::ParseOptions::max_memory
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
    usage: Usage,
}

/// How long the messages have been of late.
#[derive(Default)]
struct Usage {
    longest: usize,
    /// How many there have been.
    count: u32,
}

impl Scratch {
    /// After so many messages what is held is compared with how long they were.
    const PATIENCE: u32 = 256;

    /// So many bytes are kept in any case.
    const KEPT: usize = 16 << 20;

    /// Empty buffers, which grow to the size of the messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Frees the memory that messages larger than `bytes` made the buffers take. For long-lived
    /// owners that saw one huge message.
    pub fn shrink_to(&mut self, bytes: usize) {
        let text = self.padded.bytes().max(self.tape.text_bytes());
        if text > bytes.saturating_mul(2) || self.memory() > bytes.saturating_mul(16) {
            self.free();
        }
    }

    /// Bytes held, about: in the arena, the copies of the text, and the tape.
    pub fn memory(&self) -> usize {
        self.padded.bytes() + self.tape.memory() + self.arenas.bytes()
    }

    /// The parts, for a message of so many bytes.
    pub(super) fn open(&mut self, bytes: usize) -> Open<'_> {
        self.usage.longest = self.usage.longest.max(bytes);
        self.usage.count += 1;
        if self.usage.count == Self::PATIENCE {
            self.adapt();
        }
        Open {
            padded: &mut self.padded,
            tape: &mut self.tape,
            arena: self.arenas.lend(),
            hasher: &self.hasher,
        }
    }

    /// Frees the memory if it is far more than the messages of late can have needed.
    #[cold]
    fn adapt(&mut self) {
        let held = self.memory();
        if held > Self::KEPT && held / 32 > self.usage.longest {
            self.free();
        }
        self.usage = Usage::default();
    }

    fn free(&mut self) {
        let hasher = self.hasher.clone();
        *self = Self {
            hasher,
            ..Self::default()
        };
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
