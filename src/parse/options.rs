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
    /// Messages that need more bytes of memory are refused before it is allocated. 256 MiB by default.
    ///
    /// It limits two shares of the memory of a [`Scratch`](crate::Scratch), each by itself:
    ///
    /// - what the text takes: 8 bytes for each byte, and 28 for each structural character, which is
    ///   each bracket, colon and comma and the beginning of each string and other value. Messages of
    ///   real senders need some ten bytes for each byte of text, the worst ones 36;
    /// - what its objects, lists and maps take, by the size of their types. Messages of real senders
    ///   need about as much as their text, the worst ones some hundred times as much.
    ///
    /// Buffers grow in steps, so that a scratch may hold up to four times as much as this limit in
    /// all; see [`Scratch`](crate::Scratch) for when it is given back. On a host of 128 MiB, 16 MiB
    /// are a good limit for messages of up to 1 MiB.
    pub max_memory: usize,
    /// Refuses unknown enumeration values, unknown family members and lone surrogates, as the
    /// reference does. Off by default.
    pub strict: bool,
    /// The events that are decoded, by the position of their type in its declaration; the others
    /// are skipped. The engine sets them.
    pub(crate) interests: MemberSet,
    /// Tries the fast path first. It never changes a result, so only tests and benches turn it off.
    pub(crate) fast_path: bool,
}

impl ParseOptions {
    /// The highest limit on nesting; higher ones count as this one.
    pub const MAX_DEPTH: usize = 1000;

    /// The highest limit on the size, one byte less than 4 GiB; higher ones count as this one.
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

    /// Sets whether what the reference refuses is refused.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// The limit on nesting that is applied.
    pub(super) fn depth_limit(&self) -> usize {
        self.max_depth.clamp(1, Self::MAX_DEPTH)
    }
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self::new()
    }
}
