//! Any bytes give a message or an error with a place inside the input, on both paths alike and when looking for unknown
//! fields; nothing panics or hangs.
#![no_main]

use hydrant::internals::complete_path_only;
use hydrant::validate::{findings, unknown_fields};
use hydrant::{ParseOptions, Scratch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut scratch = Scratch::new();
    for strict in [false, true] {
        let mut results = Vec::new();
        let options = ParseOptions::new().strict(strict);
        for options in [&options, &complete_path_only(options.clone())] {
            match hydrant::parse(input, &mut scratch, options) {
                Ok(parsed) => {
                    let _ = findings(&parsed.message);
                    results.push((format!("{:?}", parsed.message), parsed.tally));
                }
                Err(error) => {
                    assert!(error.location().is_none_or(|at| at.offset <= input.len()));
                    let _ = (error.to_string(), error.pretty("input"), error.path());
                    results.push((error.to_string(), Default::default()));
                }
            }
        }
        assert!(results[0] == results[1], "the fast path changes the result");
        let refused = unknown_fields(input, &mut scratch, &options).err().map(|error| error.to_string());
        let parsed = hydrant::parse(input, &mut scratch, &options);
        assert!(refused == parsed.err().map(|error| error.to_string()), "unknown fields change the result");
    }
});
