//! Normal form is a fixed point: what `normalize` writes, it reads and writes again without a change.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::round_trip(input));
