//! Tests that the corpus is complete: it contains every row of the protocol, golden outputs, and
//! the locations of refusals.
//!
//! These tests use only the reference implementation. Other tests compare the engine with the same
//! files.
//!
//! `HYDRANT_BLESS=1 cargo test --test corpus` rewrites the golden files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use hydrant_reference::mutate::{Damage, apply, nodes, prune};
use hydrant_reference::tables::{Enumeration, Family, Kind, Model, Presence, messages::MESSAGES};
use hydrant_reference::{Json, Seen, normalize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use support::File;

/// Every row and every wire value in the tables.
#[derive(Default)]
struct Protocol {
    /// (model, field), with its presence, which decides whether null is refused.
    fields: BTreeMap<(&'static str, &'static str), Presence>,
    /// (family or enumeration, wire value).
    values: BTreeSet<(&'static str, &'static str)>,
    /// Families and enumerations that keep unknown values.
    open: BTreeSet<&'static str>,
}

impl Protocol {
    fn of_the_tables() -> Self {
        let mut protocol = Self::default();
        protocol.family(&MESSAGES);
        protocol
    }

    fn family(&mut self, family: &'static Family) {
        for (value, model) in family.members {
            self.values.insert((family.name, value));
            self.model(model);
        }
        if family.keeps_unknown {
            self.open.insert(family.name);
        }
    }

    fn model(&mut self, model: &'static Model) {
        for field in model.fields() {
            self.fields.insert((model.name, field.name), field.presence);
            self.kind(&field.kind);
        }
    }

    fn kind(&mut self, kind: &'static Kind) {
        match kind {
            Kind::Enum(enumeration) => self.enumeration(enumeration),
            Kind::Object(model) => self.model(model),
            Kind::OneOf(family) => self.family(family),
            Kind::List(element) | Kind::Map(element) => self.kind(element),
            Kind::MapOf(keys, value) => {
                self.enumeration(keys);
                self.kind(value);
            }
            _ => {}
        }
    }

    fn enumeration(&mut self, enumeration: &'static Enumeration) {
        self.values.extend(
            enumeration
                .values
                .iter()
                .map(|value| (enumeration.name, *value)),
        );
        self.open.insert(enumeration.name);
    }
}

fn seen_in_valid_files() -> Seen {
    let mut all = Seen::default();
    for file in support::files("valid") {
        for message in file.messages() {
            let seen = hydrant_reference::seen(message);
            all.fields.extend(seen.fields);
            all.nulls.extend(seen.nulls);
            all.values.extend(seen.values);
            all.unknown.extend(seen.unknown);
        }
    }
    all
}

#[test]
fn every_field_occurs_with_a_value_and_as_null() {
    let protocol = Protocol::of_the_tables();
    let seen = seen_in_valid_files();
    assert!(
        protocol.fields.len() > 300,
        "the tables have shrunk to {}",
        protocol.fields.len()
    );
    for (field, presence) in &protocol.fields {
        assert!(
            seen.fields.contains(field),
            "no valid file contains {field:?}"
        );
        let nullable = *presence == Presence::Free;
        assert_eq!(seen.nulls.contains(field), nullable, "null in {field:?}");
    }
}

#[test]
fn every_wire_value_occurs_and_an_unknown_one_of_every_kind() {
    let protocol = Protocol::of_the_tables();
    let seen = seen_in_valid_files();
    for value in &protocol.values {
        assert!(
            seen.values.contains(value),
            "no valid file contains {value:?}"
        );
    }
    for name in &protocol.open {
        assert!(
            seen.unknown.contains_key(name),
            "no valid file contains an unknown {name}"
        );
    }
}

/// Seconds from the year 5138 on have twelve digits, and numbers of that size are read as
/// milliseconds (D5). Only such instants do not survive a round trip.
const UNSTABLE: [&str; 1] = ["stream-submitted-times-far-away.ndjson"];

/// Compares the golden files of a folder, or writes them if `HYDRANT_BLESS` is set. Returns the
/// names of the files.
fn check_golden(folder: &str, golden: &str, files: &[&File]) -> BTreeSet<String> {
    let bless = std::env::var_os("HYDRANT_BLESS").is_some();
    let golden = support::corpus_root().join(golden);
    fs::create_dir_all(&golden).unwrap();
    for file in files {
        let mut output = String::new();
        for message in file.messages() {
            let written = normalize(message).unwrap_or_else(|refusal| {
                panic!("{folder}/{}: {refusal}", file.name);
            });
            let line = written.to_text();
            let again = normalize(line.as_bytes()).map(|again| again.to_text());
            assert!(
                again.as_ref() == Ok(&line) || UNSTABLE.contains(&file.name.as_str()),
                "{folder}/{}: not a fixed point: {line} gives {again:?}",
                file.name
            );
            output.push_str(&line);
            output.push('\n');
        }
        let path = golden.join(&file.name);
        if bless {
            fs::write(&path, &output).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{}: {error}; write it with HYDRANT_BLESS=1", path.display());
        });
        assert_eq!(
            kept, output,
            "{folder}/{} differs from its golden file",
            file.name
        );
    }
    files.iter().map(|file| file.name.clone()).collect()
}

#[test]
fn valid_files_give_their_golden_output() {
    let files = support::files("valid");
    let names = check_golden("valid", "golden", &files.iter().collect::<Vec<_>>());
    let golden = support::files("golden")
        .into_iter()
        .map(|file| file.name)
        .collect();
    assert_eq!(names, golden, "golden files and valid files differ");
}

#[test]
fn invalid_files_are_refused_at_the_expected_place() {
    let expected = support::expected("invalid");
    let files = support::files("invalid");
    let listed: Vec<&str> = expected.iter().map(|row| row.name.as_str()).collect();
    let present: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        listed, present,
        "expected.tsv lists every file once, by name"
    );
    for (file, row) in files.iter().zip(&expected) {
        let all = hydrant_reference::refusals(&file.bytes);
        assert_eq!(all.len(), 1, "{} shows one refusal: {all:?}", file.name);
        assert_eq!(all[0].path, row.path, "{}: {}", file.name, all[0]);
        assert_eq!(
            normalize(&file.bytes).as_ref(),
            Err(&all[0]),
            "{}",
            file.name
        );
    }
}

#[test]
fn regressions_are_refused_or_give_their_golden_output() {
    let expected = support::expected("regress");
    let files = support::files("regress");
    for row in &expected {
        let file = files.iter().find(|file| file.name == row.name);
        let file = file.unwrap_or_else(|| panic!("no file regress/{}", row.name));
        for message in file.messages() {
            let refusal = normalize(message).expect_err(&row.name);
            assert_eq!(refusal.path, row.path, "{}: {refusal}", row.name);
        }
    }
    let refused = |file: &&File| expected.iter().any(|row| row.name == file.name);
    let accepted: Vec<&File> = files.iter().filter(|file| !refused(file)).collect();
    let names = check_golden("regress", "golden/regress", &accepted);
    let golden = support::files("golden/regress")
        .into_iter()
        .map(|file| file.name)
        .collect();
    assert_eq!(
        names, golden,
        "golden files and accepted regressions differ"
    );
}

#[test]
fn file_names_are_kebab_case_and_unique() {
    let mut names = BTreeSet::new();
    for folder in ["valid", "invalid", "regress"] {
        for file in support::files(folder) {
            let stem = file.name.split('.').next().unwrap();
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(
                stem.chars().all(plain),
                "{folder}/{} is not kebab-case",
                file.name
            );
            assert!(
                names.insert(file.name.clone()),
                "{} occurs twice",
                file.name
            );
        }
    }
}

/// Mutations by node must leave valid JSON; otherwise comparisons would only test syntax errors.
#[test]
fn mutated_messages_are_still_json() {
    let odd = || r#"[null,{"a":"\ud800"}]"#.to_owned();
    let damages = [
        Damage::Drop,
        Damage::Double,
        Damage::Advance,
        Damage::Replace(odd()),
        Damage::Rename(r#""type""#.to_owned()),
        Damage::Overrule(odd()),
    ];
    let file = support::files("valid")
        .into_iter()
        .find(|f| f.name == "type-last.json")
        .unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    let nodes = nodes(&text);
    assert_eq!(nodes.len(), 17);
    for node in &nodes {
        for damage in &damages {
            let damaged = apply(&text, node, damage);
            let tree = Json::read(damaged.as_bytes());
            assert!(
                tree.is_ok(),
                "{damage:?} of {node:?} gives {damaged}: {tree:?}"
            );
            let renamed_element = matches!(damage, Damage::Rename(_)) && node.key.is_none();
            let is_type = text[node.value.start..].starts_with("\"event_processing_request\"");
            assert!(
                renamed_element || is_type || damaged != text,
                "{damage:?} of {node:?}"
            );
        }
        let spine = prune(&text, node);
        let left = &hydrant_reference::mutate::nodes(&spine.text)[spine.node];
        assert_eq!(spine.text[left.value.clone()], text[node.value.clone()]);
        assert!(normalize(spine.text.as_bytes()).is_ok(), "{}", spine.text);
    }
}
