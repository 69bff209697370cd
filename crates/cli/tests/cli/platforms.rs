//! Hashing of identities on every platform, also of many at once: the output is always the same.

use std::fmt::Write as _;
use std::fs;

use hydrant::hash::Platform;

use crate::support::*;

/// A run with the variable set.
fn on(platform: &str, args: &[&str]) -> Ran {
    let mut command = hydrant(args);
    let output = command.env("HYDRANT_HASH_PLATFORM", platform).output();
    let output = output.unwrap();
    Ran {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn digest<D: sha2::Digest>(value: &str) -> String {
    let digest = D::digest(value.trim().to_lowercase());
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The identity of the user in message number `i` and its encoding: not all are raw, and some are
/// too long for the lanes.
fn user(i: usize) -> (String, &'static str) {
    match i % 7 {
        3 => (format!("{i:032x}"), "md5"),
        5 => (format!("{}{i}@example.com", "LONG".repeat(i % 50)), "raw"),
        _ => (format!(" Name{i}@Example.com"), "raw"),
    }
}

/// Messages of zero to four events, and the expected lines.
fn messages(count: usize) -> (String, String) {
    let (mut input, mut expected) = (String::new(), String::new());
    for i in 0..count {
        let (value, encoding) = user(i);
        let events = vec![r#"{"type":"custom_event"}"#; i % 5];
        let identities = identities(&email(encoding, &value));
        let events = events.join(",");
        let batch = format!(r#"{{"type":"event_processing_request","events":[{events}]"#);
        writeln!(input, "{batch}{identities}}}").unwrap();
        let (md5, sha256) = match encoding {
            "raw" => (digest::<md5::Md5>(&value), digest::<sha2::Sha256>(&value)),
            _ => (value.clone(), value),
        };
        let user_encoding = if encoding == "raw" {
            "sha256"
        } else {
            encoding
        };
        for _ in 0..i % 5 {
            writeln!(
                expected,
                r#"{{"event_type":"custom_event","id":null,"timestamp_ms":null,"user":{{"type":"email","encoding":"{user_encoding}","value":"{sha256}"}},"identities":{{"email":{{"encoding":"md5","value":"{md5}"}}}}}}"#
            )
            .unwrap();
        }
    }
    (input, expected)
}

#[test]
fn digests_are_those_of_their_own_message_on_every_platform() {
    let (input, expected) = messages(5000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stream.ndjson");
    fs::write(&path, input).unwrap();
    let path = path.to_str().unwrap();
    for platform in Platform::available() {
        for threads in ["1", "3"] {
            let args = ["process", path, "--hash", "email=md5", "-q", "-t", threads];
            let ran = on(&platform.as_str().to_uppercase(), &args);
            assert!(
                ran.out == expected,
                "{platform}, {threads} threads: {}",
                ran.err
            );
            assert_eq!(ran.status, Some(0), "{platform}");
        }
    }
}

#[test]
fn lines_before_a_refusal_are_whole() {
    let (input, expected) = messages(100);
    let input = input + REFUSED + "\n";
    let args = ["process", "-q", "--hash", "email=md5"];
    let ran = run(args, input.clone() + &messages(3).0);
    assert_eq!((ran.status, &ran.out), (Some(1), &expected));
    let ran = run(
        args.iter().chain(&["--keep-going"]),
        input + &messages(100).0,
    );
    assert_eq!(
        (ran.status, ran.out),
        (Some(1), expected.clone() + &expected)
    );
}

#[test]
fn lines_are_hashed_alike_on_every_platform() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identities.txt");
    let values: Vec<String> = (0..500).map(|i| user(i).0).collect();
    fs::write(&path, values.join("\n")).unwrap();
    let args = ["hash", "-a", "sha1", path.to_str().unwrap()];
    let expected: String = values
        .iter()
        .map(|value| digest::<sha1::Sha1>(value) + "\n")
        .collect();
    for platform in Platform::available() {
        assert_eq!(on(platform.as_str(), &args).good(), expected, "{platform}");
    }
    // The same effect as an unset variable.
    assert_eq!(on("", &args).good(), expected);
}

#[test]
fn platforms_that_are_none_of_this_cpu_are_refused() {
    let other = if cfg!(target_arch = "aarch64") {
        "avx2"
    } else {
        "neon"
    };
    for name in [other, "fastest", "sse4.1 "] {
        for args in [&["hash", "-a", "md5"][..], &["process"]] {
            let ran = on(name, args);
            assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{name}");
            let begin = format!("error: HYDRANT_HASH_PLATFORM={name}: not a hash platform of");
            assert!(ran.err.starts_with(&begin), "{}", ran.err);
            for platform in Platform::available() {
                let found = ran.err.contains(&format!("`{platform}`"));
                assert!(found, "{}", ran.err);
            }
        }
        // Commands that do not hash ignore it.
        assert_eq!(on(name, &["generate", "--messages", "1"]).status, Some(0));
    }
    for command in ["hash", "process"] {
        let help = on("", &[command, "--help"]).good();
        assert!(help.contains("HYDRANT_HASH_PLATFORM"), "{help}");
    }
}
