//! The engine and the slow twin on serde_json accept the same inputs and read the same values. Tolerated: nesting between
//! the two limits is judged by each for itself (both have 128 levels), and of a text that is no JSON only the refusal counts.
#![no_main]

#[path = "../../tests/twin/mod.rs"]
mod twin;

use libfuzzer_sys::fuzz_target;
use twin::{Json, identical};

fuzz_target!(|input: &[u8]| {
    let mut written = Vec::new();
    match (hydrant::normalize(input, &mut written), twin::normalize(input)) {
        (Ok(()), Ok(expected)) => {
            let tree = Json::read(&written).expect("the engine writes JSON");
            if let Err(difference) = identical(&expected, &tree) {
                panic!("twin, engine: {difference}");
            }
        }
        (Err(_), Err(_)) => {}
        (Ok(()), Err(refusal)) => panic!("the engine accepts, the twin refuses: {refusal}"),
        (Err(error), Ok(_)) => panic!("the twin accepts, the engine refuses: {error}"),
    }
});
