//! The complete path: a typed walk over the tape that simd-json fills.

mod maps;
mod numbers;
mod positions;
pub(super) mod source;
