//! The published sample messages do not change when they are normalized.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::path::PathBuf;

fn shared() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shared =
        std::env::var_os("HYDRANT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let examples = shared.join("firehose/examples");
    if examples.is_dir() {
        return Some(examples);
    }
    eprintln!(
        "SKIPPED: no published samples at {}; set HYDRANT_SHARED",
        examples.display()
    );
    None
}

#[test]
fn samples_are_their_own_normal_form() {
    let Some(examples) = shared() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read(&path).unwrap();
        let mut out = Vec::new();
        hydrant::normalize(&text, &mut out)
            .unwrap_or_else(|e| panic!("{}", e.pretty(&path.display().to_string())));
        // The order of keys must not change either, so the texts are compared without white space.
        let raw: &serde_json::value::RawValue = serde_json::from_slice(&text).unwrap();
        let mut compact = Vec::new();
        let mut in_string = false;
        let mut escaped = false;
        for byte in raw.get().bytes() {
            if in_string || !byte.is_ascii_whitespace() {
                compact.push(byte);
            }
            match byte {
                b'"' if !escaped => in_string = !in_string,
                _ => {}
            }
            escaped = byte == b'\\' && !escaped;
        }
        assert_eq!(
            String::from_utf8(out).unwrap(),
            String::from_utf8(compact).unwrap(),
            "{}",
            path.display()
        );
        count += 1;
    }
    assert_eq!(count, 11);
}

/// Ordinary generated messages are already canonical, so normalizing changes no byte.
#[test]
fn generated_messages_are_their_own_normal_form() {
    use hydrant_testing::generate::{Generator, Options};
    for seed in 1..=4 {
        let mut generator = Generator::new(Options::default().seed(seed).escapes(false));
        for number in 0..500 {
            let (mut message, mut out) = (Vec::new(), Vec::new());
            generator.write_message(&mut message);
            hydrant::normalize(&message, &mut out)
                .unwrap_or_else(|e| panic!("{}", e.pretty("generated")));
            let differs = (0..out.len().min(message.len())).find(|&at| message[at] != out[at]);
            let at = differs.unwrap_or(out.len().min(message.len()));
            let near = |bytes: &[u8]| {
                String::from_utf8_lossy(&bytes[at.saturating_sub(60)..bytes.len().min(at + 60)])
                    .into_owned()
            };
            assert!(
                message == out,
                "seed {seed}, message {number}:\n{}\n{}",
                near(&message),
                near(&out)
            );
        }
    }
}
