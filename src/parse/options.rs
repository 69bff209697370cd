//! Options of parsing.

use crate::schema::MemberSet;

/// Limits and strictness of parsing.
///
/// ```
/// use hydrant::ParseOptions;
///
/// let options = ParseOptions::new().strict(true).max_bytes(1 << 20);
/// assert_eq!((options.strict, options.max_bytes, options.max_depth), (true, 1 << 20, 128));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseOptions {
    /// Larger messages are refused before they are parsed. 16 MiB by default, at most
    /// [`MAX_BYTES`](Self::MAX_BYTES).
    pub max_bytes: usize,
    /// Deeper nesting of objects and lists is refused, also inside unknown fields. 128 by default,
    /// at most [`MAX_DEPTH`](Self::MAX_DEPTH).
    pub max_depth: usize,
    /// Messages that need more memory than this many bytes are refused before it is allocated. 256
    /// MiB by default.
    ///
    /// It limits two shares of the memory of a [`Scratch`](crate::Scratch) separately:
    ///
    /// - the text: 8 bytes for each byte, and 28 for each structural character, which is each
    ///   bracket, colon and comma and the beginning of each string and other value. Messages of
    ///   real senders need about ten bytes for each byte of text, the worst ones 36;
    /// - objects, lists and maps, by the size of their types. Messages of real senders need about
    ///   as much as their text, the worst ones about a hundred times as much.
    ///
    /// Buffers grow in steps, so that a scratch may hold up to four times this limit in total;
    /// [`Scratch`](crate::Scratch) says when memory is freed. On a host with 128 MiB, 16 MiB is a
    /// good limit for messages of up to 1 MiB.
    pub max_memory: usize,
    /// Refuses unknown enumeration values, unknown family members and lone surrogates, as the
    /// reference does. Off by default.
    pub strict: bool,
    /// The events that are decoded, by the position of their type in its declaration; the others
    /// are skipped. The engine sets them.
    pub(crate) interests: MemberSet,
    /// Try the fast path first. It never changes a result, so only tests and benches disable it.
    pub(crate) fast_path: bool,
}

impl ParseOptions {
    /// The highest limit on nesting; higher values have the same effect.
    pub const MAX_DEPTH: usize = 1000;

    /// The highest limit on the size, one byte less than 4 GiB; higher values have the same effect.
    pub const MAX_BYTES: usize = crate::input::MAX_BYTES;

    /// The default limits, not strict.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_bytes: 16 << 20,
            max_depth: 128,
            max_memory: 256 << 20,
            strict: false,
            interests: MemberSet::ALL,
            fast_path: true,
        }
    }

    /// Sets the limit on the size of a message, in bytes.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the limit on the nesting of objects and lists.
    #[must_use]
    pub const fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// Sets the limit on the memory that a message may need, in bytes.
    #[must_use]
    pub const fn max_memory(mut self, bytes: usize) -> Self {
        self.max_memory = bytes;
        self
    }

    /// Sets whether to refuse what the reference refuses.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The effective limit on nesting.
    pub(super) fn depth_limit(&self) -> usize {
        self.max_depth.clamp(1, Self::MAX_DEPTH)
    }
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self::new()
    }
}
