//! Batches of identities, plain and already encoded, in any mixture: `hash_many` on every platform
//! of this CPU is compared with the RustCrypto crates, one value at a time, with the standard
//! library's trimming and lower-casing.
#![no_main]

use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization, Platform};
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
});

fn one_at_a_time(algorithm: Algorithm, input: Input<'_>) -> String {
    let Input::Raw(value) = input else {
        return input.value().to_owned();
    };
    let text = if Identity::new(IdentityEncoding::Raw, value).is_blank() {
        String::new()
    } else {
        value
            .trim_matches(|c: char| c <= ' ' || c.is_whitespace())
            .to_lowercase()
    };
    let digest = match algorithm {
        Algorithm::Md5 => md5::Md5::digest(text).to_vec(),
        Algorithm::Sha1 => sha1::Sha1::digest(text).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(text).to_vec(),
        other => panic!("{other} has no reference implementation"),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
