//! Any bytes give a message or an error with a position inside the input. Both paths, and the
//! searches for unknown fields and coerced values, agree; the number of coerced values found equals
//! the tally; nothing panics or hangs.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hydrant_fuzz::checks::paths(input));
