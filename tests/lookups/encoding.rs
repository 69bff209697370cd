//! Compares digests of identities with those of the RustCrypto crates.

use hydrant::hash::{Algorithm, is_digest};
use hydrant::message::{Identity, IdentityEncoding};
use md5::{Digest, Md5};
use proptest::prelude::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn reference(algorithm: Algorithm, value: &str) -> String {
    let value = value
        .trim_matches(|c: char| c <= ' ' || c.is_whitespace())
        .to_lowercase();
    match algorithm {
        Algorithm::Md5 => hex(&Md5::digest(value)),
        Algorithm::Sha1 => hex(&sha1::Sha1::digest(value)),
        Algorithm::Sha256 => hex(&sha2::Sha256::digest(value)),
        _ => panic!("{algorithm} has no reference implementation"),
    }
}

fn encoded(encoding: IdentityEncoding<'_>, algorithm: Algorithm, value: &str) -> Option<String> {
    let digest = Identity::new(encoding, value).encode(algorithm)?;
    Some(digest.to_string())
}

const DIGEST: &str = "900150983cd24fb0d6963f7d28e17f72";

#[test]
fn the_declared_encoding_decides() {
    let upper = format!(" {}\n", DIGEST.to_uppercase());
    assert_eq!(
        encoded(IdentityEncoding::Md5, Algorithm::Md5, &upper).as_deref(),
        Some(DIGEST)
    );
    assert_eq!(
        encoded(IdentityEncoding::Md5, Algorithm::Sha1, DIGEST),
        None
    );
    assert_eq!(
        encoded(IdentityEncoding::Md5, Algorithm::Md5, "ada@example.com"),
        None
    );
    assert_eq!(
        encoded(IdentityEncoding::Sha256, Algorithm::Sha256, DIGEST),
        None
    );
    for unknown in ["", "MD5", "sha-256", "plain"] {
        let encoding = IdentityEncoding::from(unknown);
        for &algorithm in Algorithm::ALL {
            assert_eq!(encoded(encoding, algorithm, DIGEST), None, "{unknown}");
            assert_eq!(
                encoded(encoding, algorithm, "ada@example.com"),
                None,
                "{unknown}"
            );
        }
        assert_eq!(Identity::new(encoding, "ada@example.com").raw(), None);
    }
}

#[test]
fn a_raw_value_of_digest_form_is_hashed_and_reported() {
    let raw = Identity::new(IdentityEncoding::Raw, DIGEST);
    assert_eq!(
        raw.encode(Algorithm::Md5).unwrap(),
        &*reference(Algorithm::Md5, DIGEST)
    );
    assert!(raw.looks_like_digest());
    assert!(!Identity::new(IdentityEncoding::Raw, "ada@example.com").looks_like_digest());
    assert!(!Identity::new(IdentityEncoding::Md5, DIGEST).looks_like_digest());
}

#[test]
fn blank_values_have_no_digest() {
    for blank in [
        "",
        " ",
        "\t\r\n",
        "\u{a0}",
        "\u{2003}\u{3000}",
        "\u{85}",
        "\0",
        "\u{1c} \u{a0}",
        "\u{200b}",
        "\u{200c}\u{200d}",
        " \u{feff}\t",
        "\u{2060}\u{a0}\u{ad}",
        "\u{180e}",
        "\u{2800}\u{2800}",
        "\u{7f}",
        "\u{200e}\u{202a}\u{202c}",
        "\u{3164}\u{fe0f}",
    ] {
        for encoding in IdentityEncoding::ALL {
            let identity = Identity::new(*encoding, blank);
            assert!(identity.is_blank() && identity.raw().is_none(), "{blank:?}");
            for &algorithm in Algorithm::ALL {
                assert!(identity.encode(algorithm).is_none(), "{blank:?}");
            }
        }
    }
}

#[test]
fn placeholders_have_no_digest() {
    let nil = "00000000-0000-0000-0000-000000000000";
    let raw = [
        nil,
        "{00000000-0000-0000-0000-000000000000}",
        "00000000000000000000000000000000",
        "0000000000000000",
    ];
    let mut values: Vec<String> = raw.map(str::to_owned).to_vec();
    let zeros = [15, 40, 64].map(|digits| "0".repeat(digits));
    let hashed = ["", raw[0], raw[1], raw[2], raw[3]].map(str::to_owned);
    for hashed in hashed.iter().chain(&zeros) {
        values.extend(Algorithm::ALL.iter().map(|&it| reference(it, hashed)));
    }
    // MD5 of a space, a line feed, and CR LF.
    values.extend([
        "7215ee9c7d9dc229d2921a40e899ec5f".to_owned(),
        "68b329da9893e34099c7d8ad5cb9c940".to_owned(),
        "81051bcc2cf1bedf378224b0a93e2877".to_owned(),
        "(0000-0000:0000_0000)".to_owned(),
    ]);
    for algorithm in Algorithm::ALL {
        values.push("0".repeat(algorithm.hex_len()));
    }
    for value in values {
        for form in [
            value.clone(),
            value.to_uppercase(),
            format!(" {value}\n"),
            format!("\u{feff}{value}\u{a0}"),
        ] {
            for encoding in IdentityEncoding::ALL {
                let identity = Identity::new(*encoding, &form);
                assert!(
                    identity.identifies_nobody() && !identity.is_blank(),
                    "{form:?}"
                );
                assert!(identity.raw().is_none() && !identity.looks_like_digest());
                for &algorithm in Algorithm::ALL {
                    assert!(identity.encode(algorithm).is_none(), "{form:?}");
                }
            }
        }
    }
    // Anything that differs is an identity.
    for value in [
        "0",
        "-",
        "000000000000000",
        "00000000-0000-0000-0000-000000000001",
        "d41d8cd98f00b204e9800998ecf8427f",
        "d41d8cd98f00b204e9800998ecf8427",
        "\u{200b}a",
        "0 0000000000000000",
    ] {
        assert!(
            !Identity::new(IdentityEncoding::Raw, value).identifies_nobody(),
            "{value}"
        );
        let digest = reference(Algorithm::Sha256, value);
        assert_eq!(
            encoded(IdentityEncoding::Raw, Algorithm::Sha256, value),
            Some(digest)
        );
    }
}

#[test]
fn debug_does_not_show_the_value() {
    let identity = Identity::new(IdentityEncoding::Raw, "ada@example.com");
    assert_eq!(
        format!("{identity:?}"),
        "Identity { encoding: Raw, value: \"[redacted]\" }".replace('"', "")
    );
}

#[test]
fn encodings_convert_to_algorithms_and_back() {
    for &algorithm in Algorithm::ALL {
        let encoding = IdentityEncoding::from(algorithm);
        assert_eq!(encoding.as_str(), algorithm.as_str());
        assert_eq!(Algorithm::try_from(encoding), Ok(algorithm));
    }
    assert!(Algorithm::try_from(IdentityEncoding::Raw).is_err());
    assert!(Algorithm::try_from(IdentityEncoding::from("crc32")).is_err());
}

proptest! {
    #[test]
    fn raw_values_are_hashed_as_by_the_reference(value in "\\PC{0,200}|[ A-Za-z0-9@.]{0,150}") {
        for &algorithm in Algorithm::ALL {
            let identity = Identity::new(IdentityEncoding::Raw, &value);
            let expected = (!identity.identifies_nobody()).then(|| reference(algorithm, &value));
            prop_assert_eq!(encoded(IdentityEncoding::Raw, algorithm, &value), expected);
        }
    }

    #[test]
    fn the_result_is_a_digest_or_none(value in "\\PC{0,80}|[0-9a-fA-F]{30,70}", encoding in 0..5_usize) {
        let encoding = IdentityEncoding::ALL.get(encoding).copied().unwrap_or(IdentityEncoding::from("x"));
        for &algorithm in Algorithm::ALL {
            if let Some(digest) = encoded(encoding, algorithm, &value) {
                prop_assert!(is_digest(algorithm, &digest));
                prop_assert_eq!(digest.to_lowercase(), digest);
            }
        }
    }
}
