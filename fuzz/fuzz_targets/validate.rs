//! The validator accepts any message, and a registration is unchanged after it is written and read
//! again.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::validator(input));
