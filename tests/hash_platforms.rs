//! Compares every platform of this CPU with the RustCrypto crates, one value at a time.
//!
//! The tests run for all of `Platform::available()`, so a new platform needs no new test. They
//! check that a digest depends only on its own value, and not on its lane or on the values in other
//! lanes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization, Platform};
use hydrant::message::{Identity, IdentityEncoding};
use proptest::prelude::*;
use sha2::Digest as _;

/// The reference implementation.
fn reference(algorithm: Algorithm, normalization: Normalization, value: &str) -> String {
    let value = match normalization.trim {
        true if Identity::new(IdentityEncoding::Raw, value).is_blank() => "",
        true => value.trim_matches(|c: char| c <= '\u{20}' || c.is_whitespace()),
        false => value,
    };
    let value = match normalization.lower_case {
        true => value.to_lowercase(),
        false => value.to_owned(),
    };
    let digest = match algorithm {
        Algorithm::Md5 => md5::Md5::digest(&value).to_vec(),
        Algorithm::Sha1 => sha1::Sha1::digest(&value).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(&value).to_vec(),
        other => panic!("{other} has no reference implementation"),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Asserts that every platform encodes `values`, in batches of `batch`, as the reference
/// implementation does.
fn check(values: &[String], batch: usize, normalization: Normalization) {
    let inputs: Vec<Input<'_>> = values.iter().map(|value| Input::Raw(value)).collect();
    let mut digests = HexDigests::new();
    for &algorithm in Algorithm::ALL {
        let expected: Vec<String> = values
            .iter()
            .map(|value| reference(algorithm, normalization, value))
            .collect();
        for platform in Platform::available() {
            let mut hasher = Hasher::with_platform(platform);
            if batch == 1 {
                for (value, expected) in values.iter().zip(&expected) {
                    let found = hasher.hash_one(algorithm, normalization, value);
                    assert_eq!(found, expected.as_str(), "{algorithm} on {platform}");
                }
            }
            for (inputs, expected) in inputs.chunks(batch).zip(expected.chunks(batch)) {
                hasher.hash_many(algorithm, normalization, inputs, &mut digests);
                assert_eq!(digests.len(), expected.len());
                for (place, (found, expected)) in digests.iter().zip(expected).enumerate() {
                    assert_eq!(
                        found, expected,
                        "{algorithm} on {platform}, {place} of {batch}"
                    );
                }
            }
        }
    }
}

#[test]
fn platforms_are_named_and_end_with_the_portable_one() {
    let all: Vec<Platform> = Platform::available().collect();
    println!("platforms tested: {all:?}");
    assert_eq!(all.first(), Some(&Platform::detect()));
    assert_eq!(all.last(), Some(&Platform::PORTABLE));
    for (index, platform) in all.iter().enumerate() {
        assert_eq!(all.iter().position(|other| other == platform), Some(index));
        assert_eq!(platform.as_str().parse(), Ok(*platform));
        assert_eq!(platform.as_str().to_uppercase().parse(), Ok(*platform));
        assert_eq!(platform.to_string(), platform.as_str());
    }
    let error = "mmx".parse::<Platform>().unwrap_err().to_string();
    for platform in all {
        assert!(error.contains(platform.as_str()), "{error}");
    }
}

#[test]
fn every_length_beside_every_other_length() {
    let letters: String = ('!'..='~').cycle().take(300).collect();
    let values: Vec<String> = (0..=300).map(|len| letters[..len].to_owned()).collect();
    // Adjacent values that differ by one block, and by many.
    let mut mixed = values.clone();
    mixed.sort_by_key(|value| value.len() % 7 * 1000 + value.len() % 63);
    for values in [values, mixed] {
        for batch in [1, 19, values.len()] {
            check(&values, batch, Normalization::STANDARD);
            check(&values, batch, Normalization::VERBATIM);
        }
    }
}

#[test]
fn every_number_of_messages() {
    for short in [11, 90] {
        let values: Vec<String> = (0..140)
            .map(|i| format!("{i}{}", "Ab".repeat((short + i % 9) / 2)))
            .collect();
        for count in (0..35).chain([47, 48, 49, 63, 64, 65, 127, 128, 129, values.len()]) {
            check(&values[..count], usize::MAX, Normalization::STANDARD);
        }
    }
}

#[test]
fn bytes_of_every_value_at_every_place() {
    // Lower-casing depends on the value of a byte, and padding on its position in a block.
    for c in '\0'..='\u{ff}' {
        let values: Vec<String> = [0, 1, 7, 8, 14, 15, 16, 31, 32, 47, 52, 55, 56, 63, 64, 117]
            .iter()
            .map(|&place| format!("{}{c}{}", "Q".repeat(place), "z".repeat(place % 3)))
            .collect();
        check(&values, usize::MAX, Normalization::STANDARD);
    }
}

/// Text for all code paths: short, of two blocks, longer, Unicode, white space.
fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -~]{0,58}",
        3 => "[A-Za-z0-9@.]{54,66}",
        2 => "[A-Z]{60,122}",
        1 => "[ -~]{110,300}",
        1 => "[ΑΣας.İ𐐀ẞ' a-]{0,40}",
        1 => "[@\\[`{/:\u{7f}\u{80}\u{0}]{0,70}",
        1 => "\\PC{0,60}",
        1 => any::<String>(),
    ];
    let white = "[ \t\n\u{0}\u{1c}\u{85}\u{a0}\u{3000}]{0,3}";
    (white, piece, white).prop_map(|(before, text, after)| before + &text + &after)
}

proptest! {
    // Each case runs dozens of batches.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_batch_equals_the_reference(
        values in prop::collection::vec(value(), 0..150),
        batch in 1..150_usize,
        trim: bool,
        lower_case: bool,
    ) {
        check(&values, batch, Normalization::STANDARD.trim(trim).lower_case(lower_case));
    }
}
