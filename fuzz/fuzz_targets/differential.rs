//! The engine and the reference implementation on serde_json accept the same inputs and read the
//! same values.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::reference(input));
