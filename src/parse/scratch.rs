//! The buffers of a parser, owned by the caller and reused from message to message.

use super::arena::{ArenaGuard, Arenas};
use super::fast::PaddedBuffer;
use super::keys::KeyHasher;
use super::tape::TapeBuffers;

/// The buffers of one parser: the copies of the text that strings are borrowed from, the tape and
/// its buffers, and the arena of lists, maps and unescaped strings. A message borrows from it until
/// the next one is parsed. After a few messages of similar size, nothing is allocated any more.
///
/// It grows to the needs of the largest message, which [`ParseOptions::max_memory`] limits, and
/// frees memory by itself: if after 256 messages it holds more than 16 MiB, and more than 32 times
/// the longest of them, all of it is freed. [`shrink_to`](Self::shrink_to) frees memory at once.
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

/// The length of the longest recent message.
#[derive(Default)]
struct Usage {
    longest: usize,
    /// The number of recent messages.
    count: u32,
}

impl Scratch {
    /// The number of messages after which the memory held is compared with their length.
    const PATIENCE: u32 = 256;

    /// This many bytes are never freed.
    const KEPT: usize = 16 << 20;

    /// Empty buffers, which grow to the size of the messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Frees the memory that messages of more than `bytes` bytes required. For long-lived owners
    /// after an unusually large message.
    pub fn shrink_to(&mut self, bytes: usize) {
        let text = self.padded.bytes().max(self.tape.text_bytes());
        if text > bytes.saturating_mul(2) || self.memory() > bytes.saturating_mul(16) {
            self.free();
        }
    }

    /// Bytes held, approximately: in the arena, the copies of the text, and the tape.
    pub fn memory(&self) -> usize {
        self.padded.bytes() + self.tape.memory() + self.arenas.bytes()
    }

    /// The parts, for a message of this many bytes.
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

    /// Frees the memory if it is far more than the recent messages can have needed.
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

/// A scratch in use for one message.
pub(super) struct Open<'a> {
    pub(super) padded: &'a mut PaddedBuffer,
    pub(super) tape: &'a mut TapeBuffers,
    pub(super) arena: ArenaGuard<'a>,
    /// The keyed hash functions of this scratch.
    pub(super) hasher: &'a KeyHasher,
}
