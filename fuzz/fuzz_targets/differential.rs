//! The engine and the reference implementation on serde_json accept the same inputs and read the same values. Tolerated:
//! nesting between the two limits, which each checks by itself (both have 128 levels); and of a text that is not JSON only
//! the refusal counts.
#![no_main]

use hydrant_reference::{Json, identical};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut written = Vec::new();
    match (hydrant::normalize(input, &mut written), hydrant_reference::normalize(input)) {
        (Ok(()), Ok(expected)) => {
            let tree = Json::read(&written).expect("the engine writes JSON");
            if let Err(difference) = identical(&expected, &tree) {
                panic!("reference, engine: {difference}");
            }
        }
        (Err(_), Err(_)) => {}
        (Ok(()), Err(refusal)) => panic!("the engine accepts, the reference refuses: {refusal}"),
        (Err(error), Ok(_)) => panic!("the reference accepts, the engine refuses: {error}"),
    }
});
