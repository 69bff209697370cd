//! The normal form is a fixed point: `normalize` leaves its own output unchanged.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::round_trip(input));
