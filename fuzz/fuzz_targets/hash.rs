//! Batches of identities, plain and already encoded, in any mixture: `hash_many` on every platform
//! of this CPU is compared with the RustCrypto crates, one value at a time, with the standard
//! library's trimming and lower-casing; so is `hash_iter_as` with the profile for e-mail addresses.
#![no_main]

use hydrant::hash::{
    Algorithm, EmailGmail, Hasher, HexDigests, Input, Normalization, Platform, Profile,
};
use hydrant::message::{Identity, IdentityEncoding};
use sha2::Digest as _;

libfuzzer_sys::fuzz_target!(|batch: (u8, Vec<(bool, &str)>)| {
    let algorithm = Algorithm::ALL[usize::from(batch.0) % Algorithm::ALL.len()];
    let input = |&(raw, value)| {
        if raw {
            Input::Raw(value)
        } else {
            Input::Encoded(value)
        }
    };
    let inputs: Vec<Input<'_>> = batch.1.iter().map(input).collect();
    let expected: Vec<String> = inputs
        .iter()
        .map(|input| one_at_a_time(algorithm, *input))
        .collect();
    for platform in Platform::available() {
        let mut digests = HexDigests::new();
        Hasher::with_platform(platform).hash_many(
            algorithm,
            Normalization::STANDARD,
            &inputs,
            &mut digests,
        );
        assert!(
            digests.iter().eq(expected.iter().map(String::as_str)),
            "{}",
            platform.as_str()
        );
    }
    let mut digests = HexDigests::new();
    Hasher::new().hash_iter_as(algorithm, EmailGmail, inputs.iter().copied(), &mut digests);
    for (input, found) in inputs.iter().zip(&digests) {
        let Input::Raw(value) = input else {
            assert_eq!(found, input.value());
            continue;
        };
        let expected = address(value);
        let digest = expected.as_ref().map(|text| digest(algorithm, text));
        assert_eq!(found, digest.unwrap_or_default());
        if let Some(text) = &expected {
            let mut buffer = String::new();
            assert_eq!(EmailGmail.normalize(text, &mut buffer), Some(text.as_str()));
        }
    }
});

/// The text of an e-mail address that is hashed.
fn address(value: &str) -> Option<String> {
    let text = normal(value).replace(is_white, "");
    let [local, domain] = text.split('@').collect::<Vec<_>>().try_into().ok()?;
    let local = match domain {
        "gmail.com" | "googlemail.com" => local.split('+').next()?.replace('.', ""),
        _ => local.to_owned(),
    };
    (!local.is_empty() && !domain.is_empty()).then(|| format!("{local}@{domain}"))
}

fn one_at_a_time(algorithm: Algorithm, input: Input<'_>) -> String {
    let Input::Raw(value) = input else {
        return input.value().to_owned();
    };
    digest(algorithm, &normal(value))
}

fn is_white(c: char) -> bool {
    c <= ' ' || c.is_whitespace()
}

fn normal(value: &str) -> String {
    if Identity::new(IdentityEncoding::Raw, value).is_blank() {
        String::new()
    } else {
        value.trim_matches(is_white).to_lowercase()
    }
}

fn digest(algorithm: Algorithm, text: &str) -> String {
    let digest = match algorithm {
        Algorithm::Md5 => md5::Md5::digest(text).to_vec(),
        Algorithm::Sha1 => sha1::Sha1::digest(text).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(text).to_vec(),
        other => panic!("{other} has no reference implementation"),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
