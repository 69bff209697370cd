//! Options of parsing.

use crate::input::DEFAULT_MAX_BYTES;
use crate::schema::MemberSet;

/// Limits and strictness of parsing.
///
/// ```
/// use hydrant::ParseOptions;
/// let options = ParseOptions { strict: true, ..ParseOptions::default() };
/// assert_eq!((options.max_depth, options.max_bytes), (128, 16 << 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// Larger messages are refused before they are parsed. 16 MiB by default.
    pub max_bytes: usize,
    /// Deeper nesting of objects and lists is refused, also inside unknown fields. 128 by default,
    /// at most 1000.
    pub max_depth: usize,
    /// Messages whose lists and maps need more memory are refused. 256 MiB by default.
    pub max_memory: usize,
    /// Refuses unknown enumeration values, unknown family members and lone surrogates, as the
    /// reference does. Off by default.
    pub strict: bool,
    /// The events that are decoded, by the position of their type in its declaration; the others
    /// are skipped. [`Interests`](crate::message::Interests) convert into it. All by default.
    pub interests: MemberSet,
    /// Tries the fast path first. It never changes a result, so turning it off is for comparing and
    /// measuring.
    pub fast_path: bool,
}

/// The highest limit on nesting.
pub const MAX_DEPTH: usize = 1000;

impl ParseOptions {
    /// The limit on nesting that is applied.
    pub(super) fn depth_limit(&self) -> usize {
        self.max_depth.clamp(1, MAX_DEPTH)
    }
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self {
            max_bytes: DEFAULT_MAX_BYTES,
            max_depth: 128,
            max_memory: 256 << 20,
            strict: false,
            interests: MemberSet::ALL,
            fast_path: true,
        }
    }
}
