//! Compares identity encoding with published vectors and with a reference implementation: the
//! RustCrypto crates, one value at a time, after `str::trim_matches` and `str::to_lowercase`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use hydrant::hash::{
    Algorithm, EmailGmail, Hasher, HexDigests, Input, Normalization, Profile, hash_many, hash_one,
    hash_one_as, is_digest, normalize,
};
use hydrant::message::{Identity, IdentityEncoding};
use proptest::prelude::*;
use sha2::Digest as _;

const NORMALIZATIONS: [Normalization; 4] = [
    Normalization::STANDARD,
    Normalization::VERBATIM,
    Normalization::STANDARD.lower_case(false),
    Normalization::STANDARD.trim(false),
];

/// The reference implementation.
fn reference(algorithm: Algorithm, normalization: Normalization, value: &str) -> String {
    let value = reference_text(normalization, value);
    let digest = match algorithm {
        Algorithm::Md5 => md5::Md5::digest(&value).to_vec(),
        Algorithm::Sha1 => sha1::Sha1::digest(&value).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(&value).to_vec(),
        other => panic!("{other} has no reference implementation"),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn reference_text(normalization: Normalization, value: &str) -> String {
    let trimmed = if !normalization.trim {
        value
    } else if Identity::new(IdentityEncoding::Raw, value).is_blank() {
        ""
    } else {
        value.trim_matches(|c: char| c <= '\u{20}' || c.is_whitespace())
    };
    if normalization.lower_case {
        trimmed.to_lowercase()
    } else {
        trimmed.to_owned()
    }
}

fn reference_many(
    algorithm: Algorithm,
    normalization: Normalization,
    inputs: &[Input<'_>],
) -> Vec<String> {
    let encode = |input: &Input<'_>| match input {
        Input::Raw(value) => reference(algorithm, normalization, value),
        Input::Encoded(value) => (*value).to_owned(),
    };
    inputs.iter().map(encode).collect()
}

fn assert_same(found: &HexDigests, expected: &[String]) {
    assert_eq!(found.len(), expected.len());
    assert!(
        found.iter().eq(expected),
        "digests differ from those made one at a time"
    );
}

#[test]
fn published_vectors() {
    let million = "a".repeat(1_000_000);
    let digits = "1234567890".repeat(8);
    let alphabet = "abcdefghijklmnopqrstuvwxyz";
    let both_cases = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    let four_blocks = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
                       hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
    let vectors: [(Algorithm, &str, &str); 17] = [
        // RFC 1321, A.5.
        (Algorithm::Md5, "", "d41d8cd98f00b204e9800998ecf8427e"),
        (Algorithm::Md5, "a", "0cc175b9c0f1b6a831c399e269772661"),
        (Algorithm::Md5, "abc", "900150983cd24fb0d6963f7d28e17f72"),
        (
            Algorithm::Md5,
            "message digest",
            "f96b697d7cb7938d525a2f31aaf161d0",
        ),
        (Algorithm::Md5, alphabet, "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            Algorithm::Md5,
            both_cases,
            "d174ab98d277d9f5a5611c2c9f419d9f",
        ),
        (Algorithm::Md5, &digits, "57edf4a22be3c955ac49da2e2107b67a"),
        // FIPS 180 and the example values that NIST publishes with it.
        (
            Algorithm::Sha1,
            "",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ),
        (
            Algorithm::Sha1,
            "abc",
            "a9993e364706816aba3e25717850c26c9cd0d89d",
        ),
        (
            Algorithm::Sha1,
            two_blocks,
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
        ),
        (
            Algorithm::Sha1,
            four_blocks,
            "a49b2446a02c645bf419f995b67091253a04a259",
        ),
        (
            Algorithm::Sha1,
            &million,
            "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
        ),
        (
            Algorithm::Sha256,
            "",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            Algorithm::Sha256,
            "abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            Algorithm::Sha256,
            two_blocks,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            Algorithm::Sha256,
            four_blocks,
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        ),
        (
            Algorithm::Sha256,
            &million,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        ),
    ];
    for (algorithm, message, expected) in vectors {
        let name = format!("{algorithm} of {} bytes", message.len());
        assert_eq!(
            hash_one(algorithm, Normalization::VERBATIM, message),
            expected,
            "{name}"
        );
        let many = hash_many(algorithm, Normalization::VERBATIM, &[Input::Raw(message)]);
        assert_eq!(many.get(0), Some(expected), "{name}");
    }
}

#[test]
fn e_mail_addresses_hash_as_widely_published() {
    // The example in the documentation of Gravatar.
    for value in ["MyEmailAddress@example.com ", "myemailaddress@example.com"] {
        assert_eq!(
            hash_one(Algorithm::Md5, Normalization::STANDARD, value),
            "0bc83cb571cd1c50ba6f3e8a78ef1346"
        );
        assert_eq!(
            hash_one(Algorithm::Sha256, Normalization::STANDARD, value),
            "84059b07d4be67b806386c0aad8070a23f18836bbaae342275dc0a83414c32ee"
        );
    }
}

#[test]
fn batches_of_every_length_equal_the_reference() {
    let ascii: String = ('!'..='~').cycle().take(300).collect();
    // Characters of two and three bytes, some with a lower case of another length.
    let wide: String = "ÄßİΣẞKDž日ǅ".chars().cycle().take(300).collect();
    for text in [ascii, wide] {
        let values: Vec<&str> = (0..=300).filter_map(|len| text.get(..len)).collect();
        assert!(values.len() > 100);
        let inputs: Vec<Input<'_>> = values.iter().copied().map(Input::Raw).collect();
        for &algorithm in Algorithm::ALL {
            for normalization in NORMALIZATIONS {
                let expected = reference_many(algorithm, normalization, &inputs);
                assert_same(&hash_many(algorithm, normalization, &inputs), &expected);
                for (value, expected) in values.iter().zip(&expected) {
                    let found = hash_one(algorithm, normalization, value);
                    assert_eq!(
                        found.as_str(),
                        expected,
                        "{algorithm}, {} bytes",
                        value.len()
                    );
                }
            }
        }
    }
}

#[test]
fn encoded_values_are_passed_through_unchanged() {
    let sha256 = reference(
        Algorithm::Sha256,
        Normalization::STANDARD,
        "ada@example.com",
    );
    let texts = [
        sha256.as_str(),
        "",
        "  UPPER Case ",
        "日本 \u{0}",
        &"9".repeat(10_000),
    ];
    for &algorithm in Algorithm::ALL {
        let encoded: Vec<Input<'_>> = texts.into_iter().map(Input::Encoded).collect();
        assert!(
            hash_many(algorithm, Normalization::STANDARD, &encoded)
                .iter()
                .eq(texts)
        );

        // A digest is passed through as encoded, and hashed again as raw.
        let once = hash_many(algorithm, Normalization::STANDARD, &[Input::Raw("Ada")]);
        let digest = once.get(0).unwrap();
        let again = [Input::Encoded(digest), Input::Raw(digest)];
        let again = hash_many(algorithm, Normalization::STANDARD, &again);
        assert_eq!(again.get(0), Some(digest));
        assert_ne!(again.get(1), Some(digest));
        assert!(is_digest(algorithm, digest) && is_digest(algorithm, again.get(1).unwrap()));
    }
}

#[test]
fn a_reused_output_holds_only_the_last_batch() {
    let mut hasher = Hasher::new();
    let mut digests = HexDigests::new();
    let many = vec![Input::Raw("many"); 200];
    hasher.hash_many(
        Algorithm::Sha256,
        Normalization::STANDARD,
        &many,
        &mut digests,
    );
    assert_eq!(
        (digests.len(), digests.get(199).map(str::len)),
        (200, Some(64))
    );

    hasher.hash_many(
        Algorithm::Md5,
        Normalization::STANDARD,
        &[Input::Raw("abc")],
        &mut digests,
    );
    assert_eq!(digests.get(0), Some("900150983cd24fb0d6963f7d28e17f72"));
    assert_eq!((digests.len(), digests.get(1)), (1, None));

    hasher.hash_many(Algorithm::Md5, Normalization::STANDARD, &[], &mut digests);
    assert!(digests.is_empty());
    hasher.hash_iter(
        Algorithm::Md5,
        Normalization::STANDARD,
        many.clone(),
        &mut digests,
    );
    assert_eq!(digests.len(), 200);
    hasher.hash_iter(Algorithm::Md5, Normalization::STANDARD, [], &mut digests);
    assert_eq!((digests.len(), digests.get(0)), (0, None));
    assert_eq!(digests, HexDigests::new());

    hasher.hash_many(Algorithm::Md5, Normalization::STANDARD, &many, &mut digests);
    digests.clear();
    assert!(digests.is_empty() && digests.iter().next().is_none());
}

#[test]
fn debug_shows_neither_values_nor_digests() {
    let value = "ada@example.com";
    let inputs = [
        Input::Raw(value),
        Input::Encoded("5f4dcc3b5aa765d61d8327deb882cf99"),
    ];
    let mut hasher = Hasher::new();
    let mut digests = HexDigests::new();
    hasher.hash_many(
        Algorithm::Md5,
        Normalization::STANDARD,
        &inputs,
        &mut digests,
    );
    let one = hash_one(Algorithm::Md5, Normalization::STANDARD, value);

    let shown = format!(
        "{inputs:?} {hasher:?} {digests:?} {:?} {one:?}",
        digests.iter()
    );
    let digest = one.to_string();
    for secret in [
        value,
        "example",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        &digest,
        &digest[..8],
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("[redacted]"));
}

/// Text for all code paths: e-mail addresses, long text, blanks, white space, Unicode.
fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[A-Za-z0-9._]{1,20}@[A-Za-z]{1,12}\\.(com|ORG)",
        1 => "[ -~]{50,70}",
        1 => "[ -~]{0,300}",
        1 => "[ΑΣας.İ𐐀ẞ' a-]{0,40}",
        1 => "\\PC{0,40}",
        1 => any::<String>(),
    ];
    let white = "[ \t\n\u{0}\u{1c}\u{85}\u{a0}\u{3000}\u{200b}\u{7f}]{0,3}";
    (white, piece, white).prop_map(|(before, text, after)| before + &text + &after)
}

proptest! {
    #[test]
    fn random_batches_equal_the_reference(
        values in prop::collection::vec((value(), prop::bool::weighted(0.2)), 0..200),
        cuts in prop::collection::vec(0..200_usize, 0..6),
        algorithm in prop::sample::select(Algorithm::ALL),
        normalization in prop::sample::select(&NORMALIZATIONS[..]),
    ) {
        let inputs: Vec<Input<'_>> = values
            .iter()
            .map(|(value, encoded)| if *encoded { Input::Encoded(value) } else { Input::Raw(value) })
            .collect();
        let expected = reference_many(algorithm, normalization, &inputs);

        let mut hasher = Hasher::new();
        let mut digests = HexDigests::new();
        hasher.hash_many(algorithm, normalization, &inputs, &mut digests);
        assert_same(&digests, &expected);
        hasher.hash_iter(algorithm, normalization, inputs.iter().copied(), &mut digests);
        assert_same(&digests, &expected);

        // The same inputs in batches of any size, with the same buffers.
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(inputs.len())).collect();
        cuts.extend([0, inputs.len()]);
        cuts.sort_unstable();
        for pair in cuts.windows(2) {
            let group = pair[0]..pair[1];
            hasher.hash_many(algorithm, normalization, &inputs[group.clone()], &mut digests);
            assert_same(&digests, &expected[group]);
        }
    }

    #[test]
    fn normalization_agrees_with_the_standard_library(
        value in value(),
        normalization in prop::sample::select(&NORMALIZATIONS[..]),
    ) {
        let mut buffer = String::from("left from before");
        let expected = reference_text(normalization, &value);
        prop_assert_eq!(normalize(&value, normalization, &mut buffer), &expected);
    }
}

/// The text that the profile hashes, computed in another way.
fn reference_email(value: &str) -> Option<String> {
    let white = |c: char| c <= ' ' || c.is_whitespace();
    let text = reference_text(Normalization::STANDARD, value).replace(white, "");
    let [local, domain] = text.split('@').collect::<Vec<_>>().try_into().ok()?;
    let local = match domain {
        "gmail.com" | "googlemail.com" => local.split('+').next()?.replace('.', ""),
        _ => local.to_owned(),
    };
    (!local.is_empty() && !domain.is_empty()).then(|| format!("{local}@{domain}"))
}

/// E-mail addresses at the domains with rules and at others, and other text.
fn address() -> impl Strategy<Value = String> {
    let local = "[A-Za-zΣÄ.+ @]{0,12}";
    let domain = prop_oneof![
        2 => "(gmail|GoogleMail)[.]com",
        1 => "(GMAIL|google)[.ı ]{0,2}c[oO]m[.]?",
        1 => "[a-z@.]{0,8}",
    ];
    prop_oneof![
        4 => (local, domain).prop_map(|(local, domain)| format!("{local}@{domain}")),
        1 => value(),
    ]
}

proptest! {
    #[test]
    fn email_addresses_are_normalized_as_by_the_reference(value in address()) {
        let mut buffer = String::from("left from before");
        let found = EmailGmail.normalize(&value, &mut buffer).map(str::to_owned);
        prop_assert_eq!(&found, &reference_email(&value));
        if let Some(text) = found {
            // Its text is its own text, and also in the normal form of the protocol.
            prop_assert_eq!(EmailGmail.normalize(&text, &mut buffer), Some(text.as_str()));
            prop_assert_eq!(normalize(&text, Normalization::STANDARD, &mut buffer), &text);
        }
    }

    #[test]
    fn random_batches_with_a_profile_equal_the_reference(
        values in prop::collection::vec((address(), prop::bool::weighted(0.2)), 0..200),
        algorithm in prop::sample::select(Algorithm::ALL),
        normalization in prop::sample::select(&NORMALIZATIONS[..]),
    ) {
        let inputs: Vec<Input<'_>> = values
            .iter()
            .map(|(value, encoded)| if *encoded { Input::Encoded(value) } else { Input::Raw(value) })
            .collect();
        let one = |input: &Input<'_>| match input {
            Input::Raw(value) => {
                let expected = reference_email(value)
                    .map(|text| reference(algorithm, Normalization::VERBATIM, &text));
                let found = hash_one_as(algorithm, EmailGmail, value);
                assert_eq!(found.as_deref(), expected.as_deref());
                expected.unwrap_or_default()
            }
            Input::Encoded(value) => (*value).to_owned(),
        };
        let expected: Vec<String> = inputs.iter().map(one).collect();
        let mut hasher = Hasher::new();
        let mut digests = HexDigests::new();
        hasher.hash_iter_as(algorithm, EmailGmail, inputs.iter().copied(), &mut digests);
        assert_same(&digests, &expected);

        // The profile of the protocol gives what the batches give.
        hasher.hash_iter_as(algorithm, normalization, inputs.iter().copied(), &mut digests);
        assert_same(&digests, &reference_many(algorithm, normalization, &inputs));
        hasher.hash_many(algorithm, normalization, &inputs, &mut digests);
        assert_same(&digests, &reference_many(algorithm, normalization, &inputs));
    }
}

#[test]
fn identities_are_encoded_with_a_profile() {
    let jane = "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f";
    let encode = |encoding, value| {
        let identity = Identity::new(encoding, value);
        identity.encode_as(Algorithm::Sha256, EmailGmail)
    };
    let raw = |value| encode(IdentityEncoding::Raw, value);
    assert_eq!(raw("JaneSaoirse+Work@gmail.com").unwrap(), jane);
    for nobody in [" ", "Jane", "0000000000000000", "+@gmail.com"] {
        assert_eq!(raw(nobody), None);
    }
    // A digest stays as it is.
    let upper_case = format!(" {} ", jane.to_uppercase());
    assert_eq!(encode(IdentityEncoding::Sha256, &upper_case).unwrap(), jane);
    assert_eq!(encode(IdentityEncoding::Md5, &upper_case), None);
}

#[test]
fn nothing_is_allocated_after_warm_up() {
    let long = "Long.Identity+".repeat(40);
    let values = [
        " Ada@Example.com ",
        "",
        "\u{a0}ÄÖÜ-İ@Beispiel.DE",
        long.as_str(),
        "straße",
    ];
    let raw: Vec<Input<'_>> = values
        .into_iter()
        .cycle()
        .take(1000)
        .map(Input::Raw)
        .collect();
    let mixed: Vec<Input<'_>> = raw
        .iter()
        .enumerate()
        .map(|(i, input)| {
            if i % 7 == 3 {
                Input::Encoded(input.value())
            } else {
                *input
            }
        })
        .collect();

    let mut hasher = Hasher::new();
    let mut digests = HexDigests::new();
    let mut run = || {
        for &algorithm in Algorithm::ALL {
            for normalization in NORMALIZATIONS {
                for inputs in [&raw, &mixed] {
                    hasher.hash_many(algorithm, normalization, inputs, &mut digests);
                    hasher.hash_iter(
                        algorithm,
                        normalization,
                        inputs.iter().copied(),
                        &mut digests,
                    );
                    black_box(digests.iter().map(str::len).sum::<usize>());
                }
                black_box(hash_one(algorithm, normalization, " Ada@Example.com ").len());
                hasher.hash_iter_as(algorithm, EmailGmail, mixed.iter().copied(), &mut digests);
            }
        }
    };
    assert_ne!(allocations(&mut run), 0, "the counter counts");
    assert_eq!(allocations(&mut run), 0);
}

/// The number of heap allocations of `f` on this thread.
fn allocations(f: impl FnOnce()) -> usize {
    let before = COUNT.get();
    f();
    COUNT.get() - before
}

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is forwarded unchanged to the system allocator, which fulfils the contract of
// the trait. The counter is a thread-local `Cell` without destructor and does not allocate.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller fulfils the contract of the method, which is the same for `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as above; `old` came from `System`.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        // SAFETY: as above; `old` came from `System`.
        unsafe { System.dealloc(old, layout) }
    }
}
