//! Deferred digests equal digests that are computed one at a time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use hydrant::hash::{
    Algorithm, Deferred, DeferredDigests, EmailGmail, Normalization, Platform, Profile, hash_one,
};
use hydrant::message::{Identity, IdentityEncoding};
use hydrant::write::JsonWriter;
use proptest::prelude::*;

/// One step of writing an output.
#[derive(Clone, Debug)]
enum Step {
    /// Other bytes, including hyphens.
    Text(String),
    /// A new digest.
    Reserve(usize, String),
    /// An earlier digest again.
    Repeat(usize),
    /// A new digest, placed by its offset.
    Place(usize, String),
    /// A field.
    Field(usize, String),
    /// A new digest of an identity with a profile.
    OfProfile(usize, String),
}

/// Its text is not the normal form of the protocol, so it must not be normalized again.
struct Shouted;

impl Profile for Shouted {
    fn normalize<'b>(&self, value: &'b str, buffer: &'b mut String) -> Option<&'b str> {
        *buffer = format!(" {} ", value.to_uppercase());
        value.contains('a').then_some(buffer)
    }
}

fn step() -> impl Strategy<Value = Step> {
    let value = || prop_oneof!["[ a-zA-Z@.]{0,20}", "\\PC{0,10}", "[A-Z]{50,200}"];
    let algorithm = || 0..Algorithm::ALL.len();
    prop_oneof![
        "[-a-f0-9]{0,40}".prop_map(Step::Text),
        (algorithm(), value()).prop_map(|(algorithm, value)| Step::Reserve(algorithm, value)),
        (0..100_usize).prop_map(Step::Repeat),
        (algorithm(), value()).prop_map(|(algorithm, value)| Step::Place(algorithm, value)),
        (algorithm(), value()).prop_map(|(algorithm, value)| Step::Field(algorithm, value)),
        (algorithm(), value()).prop_map(|(algorithm, value)| Step::OfProfile(algorithm, value)),
    ]
}

fn direct(algorithm: Algorithm, value: &str) -> String {
    hash_one(algorithm, Normalization::STANDARD, value).to_string()
}

/// Writes one output with placeholders, and the expected one with digests that are computed
/// directly.
fn run(steps: &[Step], digests: &mut DeferredDigests) -> (Vec<u8>, Vec<u8>) {
    let (mut out, mut expected) = (Vec::new(), Vec::new());
    let mut so_far: Vec<(Deferred, String)> = Vec::new();
    for step in steps {
        let (digest, text) = match step {
            Step::Text(text) => {
                out.extend_from_slice(text.as_bytes());
                expected.extend_from_slice(text.as_bytes());
                continue;
            }
            Step::Reserve(algorithm, value) => {
                let algorithm = Algorithm::ALL[*algorithm];
                let text = direct(algorithm, value);
                (digests.reserve(algorithm, value, &mut out), text)
            }
            Step::Repeat(index) => {
                let Some((digest, text)) = so_far.get(index % so_far.len().max(1)).cloned() else {
                    continue;
                };
                digests.write(digest, &mut out);
                (digest, text)
            }
            Step::Place(algorithm, value) => {
                let algorithm = Algorithm::ALL[*algorithm];
                let digest = digests.add(algorithm, value);
                digests.place(digest, out.len());
                out.extend_from_slice(digest.placeholder().as_bytes());
                (digest, direct(algorithm, value))
            }
            Step::OfProfile(algorithm, value) => {
                let algorithm = Algorithm::ALL[*algorithm];
                let identity = Identity::new(IdentityEncoding::Raw, value);
                let digest = digests.add_identity_as(algorithm, Shouted, identity);
                let text = identity.encode_as(algorithm, Shouted);
                assert_eq!(digest.is_some(), text.is_some());
                let (Some(digest), Some(text)) = (digest, text) else {
                    continue;
                };
                digests.write(digest, &mut out);
                (digest, text.to_string())
            }
            Step::Field(algorithm, value) => {
                let algorithm = Algorithm::ALL[*algorithm];
                let (digest, text) = (digests.add(algorithm, value), direct(algorithm, value));
                JsonWriter::new(&mut out).digest_field("k", digest, digests);
                JsonWriter::new(&mut expected).text_field("k", &text);
                so_far.push((digest, text));
                continue;
            }
        };
        expected.extend_from_slice(text.as_bytes());
        so_far.push((digest, text));
    }
    (out, expected)
}

proptest! {
    #[test]
    fn deferred_digests_equal_direct_ones(batches in prop::collection::vec(prop::collection::vec(step(), 0..60), 1..4)) {
        let mut digests = DeferredDigests::new();
        for steps in batches {
            let (mut out, expected) = run(&steps, &mut digests);
            prop_assert_eq!(digests.fill(&mut out), Ok(()));
            prop_assert_eq!(String::from_utf8(out).unwrap(), String::from_utf8(expected).unwrap());
            prop_assert!(digests.is_empty());
        }
    }

    #[test]
    fn an_output_that_was_moved_is_reported_and_not_damaged(steps in prop::collection::vec(step(), 0..20), shift in 1..9_usize) {
        let mut digests = DeferredDigests::new();
        let (out, _) = run(&steps, &mut digests);
        let mut moved = vec![b'x'; shift];
        moved.extend_from_slice(&out);
        moved.truncate(out.len());
        let before = moved.clone();
        // Only hyphens may be overwritten, including those of another placeholder.
        let _ = digests.fill(&mut moved);
        for (before, after) in before.iter().zip(&moved) {
            prop_assert!(before == after || *before == b'-');
        }
    }
}

#[test]
fn identities_decide_by_their_encoding() {
    let digest = direct(Algorithm::Md5, "abc");
    let upper = format!(" {} ", digest.to_uppercase());
    for platform in Platform::available() {
        let mut digests = DeferredDigests::with_platform(platform);
        let (mut out, mut expected) = (Vec::new(), String::new());
        for (encoding, value) in [
            (IdentityEncoding::Raw, " ABC"),
            (IdentityEncoding::Md5, &*upper),
            (IdentityEncoding::Raw, &*upper),
            (IdentityEncoding::Sha1, "abc"),
            (IdentityEncoding::Raw, "\u{a0}"),
            (IdentityEncoding::from("crc32"), "abc"),
        ] {
            let identity = Identity::new(encoding, value);
            let added = digests.add_identity(Algorithm::Md5, identity);
            let direct = identity.encode(Algorithm::Md5);
            assert_eq!(added.is_some(), direct.is_some(), "{encoding} {value:?}");
            if let (Some(added), Some(direct)) = (added, direct) {
                digests.write(added, &mut out);
                expected.push_str(&direct);
            }
        }
        assert_eq!(digests.len(), 3);
        digests.fill(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{platform}");
    }
}

#[test]
fn a_profile_applies_to_raw_identities() {
    let upper = direct(Algorithm::Md5, "abc").to_uppercase();
    let mut digests = DeferredDigests::new();
    let (mut out, mut expected) = (Vec::new(), String::new());
    for (encoding, value, known) in [
        (IdentityEncoding::Raw, "Ada.Lovelace+x@gmail.com", true),
        (IdentityEncoding::Raw, "Ada", false),
        (IdentityEncoding::Raw, " ", false),
        (IdentityEncoding::Md5, &*upper, true),
        (IdentityEncoding::Sha1, &*upper, false),
    ] {
        let identity = Identity::new(encoding, value);
        let added = digests.add_identity_as(Algorithm::Md5, EmailGmail, identity);
        assert_eq!(added.is_some(), known, "{encoding} {value:?}");
        let direct = identity.encode_as(Algorithm::Md5, EmailGmail);
        assert_eq!(direct.is_some(), known, "{encoding} {value:?}");
        if let (Some(added), Some(direct)) = (added, direct) {
            digests.write(added, &mut out);
            expected.push_str(&direct);
        }
    }
    assert!(expected.starts_with(&direct(Algorithm::Md5, "adalovelace@gmail.com")));
    digests.fill(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn places_without_a_placeholder_are_counted() {
    let mut digests = DeferredDigests::new();
    let mut out = Vec::new();
    let digest = digests.reserve(Algorithm::Md5, "abc", &mut out);
    out.extend_from_slice(b"0123456789");
    for offset in [1, out.len() - 1, out.len(), usize::MAX] {
        digests.place(digest, offset);
    }
    let error = digests.fill(&mut out).unwrap_err();
    assert_eq!(error.count(), 4);
    assert_eq!(
        out,
        format!("{}0123456789", direct(Algorithm::Md5, "abc")).as_bytes()
    );
}

#[test]
fn digests_of_other_instances_and_outputs_are_reported() {
    let (mut one, mut other) = (DeferredDigests::new(), DeferredDigests::new());
    let mut out = Vec::new();
    let ada = one.reserve(Algorithm::Md5, "ada", &mut out);
    let grace = other.add(Algorithm::Md5, "grace");
    one.write(grace, &mut out);
    assert_eq!(one.fill(&mut out).unwrap_err().count(), 1);
    assert!(out.ends_with(grace.placeholder().as_bytes()));

    let mut out = Vec::new();
    one.write(ada, &mut out);
    assert_eq!(one.fill(&mut out).unwrap_err().count(), 1);
    assert_eq!(one.fill(&mut out), Ok(()), "reported once");

    one.write(ada, &mut out);
    one.clear();
    assert_eq!(one.fill(&mut out), Ok(()));
}

#[test]
fn nothing_shows_the_values() {
    let mut digests = DeferredDigests::new();
    digests.add(Algorithm::Sha256, "ada@example.com");
    assert_eq!(format!("{digests:?}"), "DeferredDigests { len: 1, .. }");
}
