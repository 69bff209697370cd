//! The published sample messages, normalized and compared with themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

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
        // Key order counts too, so the texts are compared, without white space.
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
