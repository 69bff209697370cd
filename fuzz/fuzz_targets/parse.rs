//! Any bytes give a message or an error with a place inside the input, on both paths alike and when looking for unknown
//! fields and for coerced values, which are as many as are counted; nothing panics or hangs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::paths(input));
