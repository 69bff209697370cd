//! The fuzz targets are built, documented, and have a dictionary of everything that the
//! declarations know. `HYDRANT_BLESS=1` writes the dictionary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hydrant::message::Message;
use hydrant::schema::{FamilyInfo, Kind};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// JSON of every kind, with what ends or breaks it.
const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\\"",
    "\\\\",
    "\\n",
    "\\u0000",
    "\\ud83d",
    "\\ude00",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1e400",
    "1E-5",
    "2147483648",
    "9223372036854775808",
    "0.1",
    "\u{feff}",
    "\u{a0}",
    "\0",
    "  ",
    "\n",
];

/// The names of all fields, the tags of all members, and the texts of all enumerations.
fn words() -> BTreeSet<&'static str> {
    let mut words = BTreeSet::from(["type"]);
    let root = Kind::Family(&Message::INFO);
    collect(&root, &mut words);
    root.visit_models(&mut |model| {
        for field in model.fields() {
            words.insert(field.name);
            collect(&field.kind, &mut words);
        }
    });
    words
}

fn collect(kind: &Kind, words: &mut BTreeSet<&'static str>) {
    match kind {
        Kind::Enum(values) => words.extend(values.values),
        Kind::Family(FamilyInfo { members, .. }) => {
            words.extend(members.iter().map(|member| member.tag))
        }
        Kind::List(element) | Kind::Nullable(element) => collect(element, words),
        Kind::Map(map) => {
            words.extend(map.keys.iter().flat_map(|keys| keys.values));
            collect(&map.values, words);
        }
        _ => {}
    }
}

/// An entry: what is not printable ASCII, quotes and backslashes are escaped by their number.
fn entry(out: &mut String, text: &str) {
    out.push('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => write!(out, "\\{}", char::from(byte)).unwrap(),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => write!(out, "\\x{byte:02x}").unwrap(),
        }
    }
    out.push_str("\"\n");
}

#[test]
fn the_dictionary_has_every_declared_name() {
    let mut expected = String::from("# Written by tests/fuzzing.rs from the declarations.\n");
    for text in JSON {
        entry(&mut expected, text);
    }
    for word in words() {
        entry(&mut expected, &format!("\"{word}\""));
    }
    if std::env::var_os("HYDRANT_BLESS").is_some() {
        std::fs::write(folder().join("json.dict"), &expected).unwrap();
    }
    let advice = "HYDRANT_BLESS=1 cargo test --test fuzzing writes fuzz/json.dict";
    assert!(read("json.dict") == expected, "{advice}");
}

#[test]
fn every_target_is_built_and_documented() {
    let (manifest, readme) = (read("Cargo.toml"), read("README.md"));
    let mut targets = 0;
    for file in std::fs::read_dir(folder().join("fuzz_targets")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let target = name.strip_suffix(".rs").unwrap();
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}\"")),
            "{name}"
        );
        assert!(readme.contains(&format!("\n| `{target}` |")), "{name}");
        targets += 1;
    }
    assert_eq!(targets, manifest.matches("[[bin]]").count());
}
