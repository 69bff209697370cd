//! The validator takes any message, and a registration that is read and written is the same registration.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::validator(input));
