//! The fast path: direct decode of what well-behaved senders write.

pub(super) mod cursor;
mod numbers;
pub(super) mod padded;
mod scan;
pub(super) mod skip;
pub(super) mod source;
mod strings;
mod tokens;
