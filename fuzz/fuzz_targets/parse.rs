//! Any bytes give a message or an error with a place inside the input, on both paths alike and when looking for unknown
//! fields and for coerced values, which are as many as are counted; nothing panics or hangs.
#![no_main]

use hydrant::internals::complete_path_only;
use hydrant::message::Message;
use hydrant::validate::{coercions, findings, unknown_fields};
use hydrant::{ParseOptions, Scratch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (mut scratch, mut other) = (Scratch::new(), Scratch::new());
    for strict in [false, true] {
        let options = ParseOptions::new().strict(strict);
        let fast = hydrant::parse(input, &mut scratch, &options);
        let complete = hydrant::parse(input, &mut other, &complete_path_only(options.clone()));
        // As values, because `Debug` does not show secrets, and as they are written.
        let same = match (&fast, &complete) {
            (Ok(fast), Ok(complete)) => {
                let _ = (findings(&fast.message), format!("{:?}", fast.message));
                fast.message == complete.message
                    && fast.tally == complete.tally
                    && text_of(&fast.message) == text_of(&complete.message)
            }
            (Err(fast), Err(complete)) => {
                assert!(fast.location().is_none_or(|at| at.offset <= input.len()));
                let _ = (fast.to_string(), fast.pretty("input"), fast.path());
                fast == complete
            }
            _ => false,
        };
        assert!(same, "the fast path changes the result");
        let parsed = fast.map(|parsed| parsed.tally);
        let refused = unknown_fields(input, &mut scratch, &options).err();
        assert!(refused.as_ref() == parsed.as_ref().err(), "unknown fields change the result");
        match (coercions(input, &mut scratch, &options), parsed) {
            (Ok(found), Ok(tally)) => assert!(
                found.len() == tally.coercions() || tally.coercions() > 10_000,
                "what is counted is not what is found"
            ),
            (found, parsed) => assert!(found.err() == parsed.err(), "coercions change the result"),
        }
    }
});

fn text_of(message: &Message<'_>) -> Vec<u8> {
    let mut written = Vec::new();
    hydrant::write::message(message, &mut written);
    written
}
