//! The records that connections deliver: the engine and the reference implementation make the same
//! ones of a message, under settings that are derived from it, and they are read back.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::records(input));
