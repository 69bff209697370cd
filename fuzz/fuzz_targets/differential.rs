//! The engine and the reference implementation on serde_json accept the same inputs, read the same
//! values, and coerce as many. Tolerated: nesting between the two limits, which each checks by
//! itself (both have 128 levels); and of a text that is not JSON only the refusal counts.
#![no_main]

use hydrant::{ParseOptions, Scratch};
use hydrant_reference::{Json, identical};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (mut written, mut scratch) = (Vec::new(), Scratch::new());
    match (hydrant::normalize(input, &mut written), hydrant_reference::normalize(input)) {
        (Ok(()), Ok(expected)) => {
            let tree = Json::read(&written).expect("the engine writes JSON");
            if let Err(difference) = identical(&expected, &tree) {
                panic!("reference, engine: {difference}");
            }
            let options = ParseOptions::new();
            let parsed = hydrant::parse(input, &mut scratch, &options).expect("it was normalized");
            let coerced = hydrant_reference::coercions(input).len();
            assert_eq!(parsed.tally.coercions(), coerced, "coerced values");
        }
        (Err(_), Err(_)) => {}
        (Ok(()), Err(refusal)) => panic!("the engine accepts, the reference refuses: {refusal}"),
        (Err(error), Ok(_)) => panic!("the reference accepts, the engine refuses: {error}"),
    }
});
