//! The messages published with the reference, where they are at hand.

use crate::support::samples;
use crate::twin::{Json, identical, normalize};

#[test]
fn the_samples_are_their_own_canonical_form() {
    for (name, input) in samples() {
        let written = normalize(&input).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let own = Json::read(&input).unwrap();
        assert_eq!(identical(&written, &own), Ok(()), "{name}");
        assert_eq!(written, own, "{name}");
    }
}

#[test]
fn the_canonical_form_is_a_fixed_point() {
    for (name, input) in samples() {
        let once = normalize(&input).unwrap().to_text();
        let twice = normalize(once.as_bytes()).unwrap().to_text();
        assert_eq!(once, twice, "{name}");
    }
}
