//! Every buffer that parsing uses, owned by the caller and reused from message to message, reset in one place; and the
//! filling of the tape. With `cursor` and `coerce` the only file that names simd_json.

use std::hash::RandomState;

use bumpalo::Bump;
use simd_json::{Buffers, INPUT_PADDING, Node, Tape};

use super::fast::padded::Copies;
use super::walker::{SyntaxFault, Trail, Walker};

/// The buffers of one parser: the tape and what leads to it, the copy of the text that strings are unescaped in, and the
/// arena of lists. A message borrows from it until the next one is parsed. After a few messages of a size nothing is
/// allocated any more.
///
/// ```
/// use hydrant::{ParseOptions, Scratch, parse};
/// let mut scratch = Scratch::new();
/// for body in [&br#"{"type":"module_registration_request"}"#[..], br#"{"type":"dsr_processing_request"}"#] {
///     let parsed = parse(body, &mut scratch, &ParseOptions::default()).unwrap();
///     assert!(parsed.message.kind().is_known());
/// }
/// ```
pub struct Scratch {
    buffers: Buffers,
    buffers_depth: usize,
    tape: Tape<'static>,
    /// The message, padded, in which simd-json unescapes strings in place. The input itself is never written to.
    text: Vec<u8>,
    /// The message, padded, that the fast path reads and borrows strings from.
    padded: Copies,
    /// The message once more, repaired, where the tape refuses what the walk accepts.
    repaired: Vec<u8>,
    /// What the walk that repairs notes on its way.
    trail: Trail,
    arena: Bump,
    /// The arena of the next message, if this one needed more than one chunk: a chunk that holds all of it. It is made
    /// at the end of the message that was too large, for the next one not to pay.
    next_arena: Option<Bump>,
    hasher: RandomState,
}

impl Scratch {
    /// Empty buffers, which grow to the size of the messages.
    pub fn new() -> Self {
        Self {
            buffers: Buffers::with_max_depth(0, 0),
            buffers_depth: 0,
            tape: Tape(Vec::new()),
            text: Vec::new(),
            padded: Copies::default(),
            repaired: Vec::new(),
            trail: Trail::default(),
            arena: Bump::new(),
            next_arena: None,
            hasher: RandomState::new(),
        }
    }

    /// Gives the memory back that messages larger than `bytes` made the buffers take. For long-lived owners that saw
    /// one huge message.
    pub fn shrink_to(&mut self, bytes: usize) {
        if self.text.capacity().max(self.padded.bytes()) > bytes.saturating_mul(2)
            || self.arena_bytes() > bytes.saturating_mul(8)
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
        let texts = [
            self.text.capacity(),
            self.padded.bytes(),
            self.repaired.capacity(),
        ];
        texts.iter().sum::<usize>() + self.arena_bytes()
    }

    fn arena_bytes(&self) -> usize {
        let next = self.next_arena.as_ref().map_or(0, Bump::allocated_bytes);
        self.arena.allocated_bytes() + next
    }

    /// Makes room for the next message.
    fn reset(&mut self, max_depth: usize) {
        if self.buffers_depth != max_depth {
            self.buffers = Buffers::with_max_depth(0, max_depth);
            self.buffers_depth = max_depth;
        }
        match self.next_arena.take() {
            Some(arena) => self.arena = arena,
            None => self.arena.reset(),
        }
    }

    /// Resets everything and lends it out.
    pub(super) fn open(&mut self, max_depth: usize) -> Open<'_> {
        self.reset(max_depth);
        let tape = std::mem::replace(&mut self.tape, Tape(Vec::new()));
        Open {
            buffers: &mut self.buffers,
            tape: tape.reset(),
            home: &mut self.tape,
            text: &mut self.text,
            padded: Some(&mut self.padded),
            repaired: &mut self.repaired,
            trail: &mut self.trail,
            arena: Arena {
                bytes_before: self.arena.allocated_bytes(),
                bump: &self.arena,
                next: &mut self.next_arena,
            },
            hasher: &self.hasher,
        }
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
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
    buffers: &'a mut Buffers,
    tape: Tape<'a>,
    home: &'a mut Tape<'static>,
    text: &'a mut Vec<u8>,
    padded: Option<&'a mut Copies>,
    repaired: &'a mut Vec<u8>,
    trail: &'a mut Trail,
    arena: Arena<'a>,
    hasher: &'a RandomState,
}

/// The arena of one message, and where that of the next one goes.
struct Arena<'a> {
    bump: &'a Bump,
    bytes_before: usize,
    next: &'a mut Option<Bump>,
}

impl Arena<'_> {
    /// Prepares the next arena if this one had to grow. A reset arena keeps its largest chunk only, so that a message
    /// that needs several would ask for memory again and again.
    fn close(self) {
        let allocated = self.bump.allocated_bytes();
        if allocated > self.bytes_before {
            *self.next = Some(Bump::with_capacity(allocated));
        }
    }
}

impl<'a> Open<'a> {
    /// Where the lists of the message live.
    pub(super) fn arena(&self) -> &'a Bump {
        self.arena.bump
    }

    /// Where the fast path copies the message to; once.
    pub(super) fn padded(&mut self) -> Option<&'a mut Copies> {
        self.padded.take()
    }

    /// The keyed hash of this scratch.
    pub(super) fn hasher(&self) -> &'a RandomState {
        self.hasher
    }

    /// Leaves everything as the next message wants to find it, the tape unused.
    pub(super) fn close(self) {
        *self.home = self.tape.reset();
        self.arena.close();
    }
}

/// A filled tape, and what became of the text on the way.
pub(super) struct Filled<'a> {
    pub(super) tape: Tape<'a>,
    pub(super) structurals: &'a [u32],
    pub(super) hasher: &'a RandomState,
    /// Numbers on the tape are not those of the text.
    pub(super) blanked_numbers: bool,
    /// How many lone surrogate escapes were read as U+FFFD.
    pub(super) lone_surrogates: usize,
    arena: Arena<'a>,
    home: &'a mut Tape<'static>,
}

/// Why there is no tape.
pub(super) enum Refused {
    /// The walk says why.
    Syntax(SyntaxFault),
    /// The front end refuses what the walk accepts, even repaired. Not known to happen.
    Front,
}

impl<'a> Open<'a> {
    /// Fills the tape from `input`, which must not contain control characters other than white space.
    ///
    /// What simd-json refuses is judged by the walk. Two things it refuses are fine here: lone surrogates, and numbers
    /// beyond its range, of which only the text is of interest. Both are replaced, in place and at equal length, in
    /// a second copy, and the tape is filled again.
    pub(super) fn fill(self, input: &[u8], max_depth: usize) -> Result<Filled<'a>, Refused> {
        let Open {
            buffers,
            mut tape,
            home,
            text,
            repaired,
            trail,
            arena,
            hasher,
            ..
        } = self;
        copy_padded(text, input);
        let mut blanked_numbers = false;
        let mut lone_surrogates = 0;
        if simd_json::fill_tape_padded(text, input.len(), buffers, &mut tape).is_err() {
            match repair(repaired, trail, input, max_depth) {
                Ok(lone) => lone_surrogates = lone,
                Err(fault) => {
                    *home = tape.reset();
                    return Err(Refused::Syntax(fault));
                }
            }
            if simd_json::fill_tape_padded(repaired, input.len(), buffers, &mut tape).is_err() {
                *home = tape.reset();
                return Err(Refused::Front);
            }
            blanked_numbers = true;
        }
        let structurals = buffers.structural_indexes();
        Ok(Filled {
            tape,
            structurals,
            arena,
            hasher,
            blanked_numbers,
            lone_surrogates,
            home,
        })
    }
}

/// Copies the input with numbers and lone surrogates replaced; returns how many surrogates there were.
fn repair(
    repaired: &mut Vec<u8>,
    trail: &mut Trail,
    input: &[u8],
    max_depth: usize,
) -> Result<usize, SyntaxFault> {
    copy_padded(repaired, input);
    let mut walker = Walker::on(std::mem::take(trail), input, max_depth);
    let walked = walker.run(usize::MAX, |start, end| {
        if let Some([first, rest @ ..]) = repaired.get_mut(start..end) {
            *first = b'0';
            rest.fill(b' ');
        }
    });
    *trail = walker.into_trail();
    walked?;
    for &at in &trail.lone_surrogates {
        if let Some(escape) = repaired.get_mut(at..at + 6) {
            escape.copy_from_slice(b"\\ufffd");
        }
    }
    Ok(trail.lone_surrogates.len())
}

impl<'a> Filled<'a> {
    /// The nodes.
    pub(super) fn nodes(&self) -> &[Node<'a>] {
        &self.tape.0
    }

    /// What lives as long as the message.
    pub(super) fn arena(&self) -> &'a Bump {
        self.arena.bump
    }

    /// Leaves everything as the next message wants to find it.
    pub(super) fn close(self) {
        *self.home = self.tape.reset();
        self.arena.close();
    }
}

/// Copies the input and appends the padding that the SIMD loads may read.
fn copy_padded(buffer: &mut Vec<u8>, input: &[u8]) {
    buffer.clear();
    buffer.reserve(input.len() + INPUT_PADDING);
    buffer.extend_from_slice(input);
    buffer.resize(input.len() + INPUT_PADDING, b' ');
}
