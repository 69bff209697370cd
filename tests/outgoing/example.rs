//! The worked example of the specification (outgoing-mapping.md, section 9), byte for byte.

use std::path::Path;

use crate::support::map;

/// The two blocks of JSON of the section.
fn blocks() -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol/outgoing-mapping.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, section) = text.split_once("## 9. Worked example").unwrap();
    let mut blocks = section.split("```json\n").skip(1);
    let mut next = || {
        blocks
            .next()
            .unwrap()
            .split("```")
            .next()
            .unwrap()
            .to_owned()
    };
    (next(), next())
}

/// The lines without the white space between them.
fn compact(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

#[test]
fn the_worked_example() {
    let (input, expected) = blocks();
    let outcome = map(&input, &[]);
    assert_eq!(outcome.warnings, []);
    assert_eq!(outcome.records.len(), 1);
    let record = &outcome.records[0];
    assert_eq!(record.text, compact(&expected));
    assert_eq!(record.key.as_deref(), Some("-42"));
    assert_eq!(record.timestamp_ms, Some(1_714_592_744_066));
    assert_eq!(record.message_id, "00000000-0000-4000-8000-00000000002a");
    assert_eq!(record.events, [0]);
    assert!(!record.text.contains("secret"));
}
