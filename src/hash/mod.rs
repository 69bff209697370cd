//! Identity encoding.
