//! Differential tests: the engine and the reference implementation parse the same bytes and must
//! agree on whether they are accepted, on every value of the canonical form, and on the location of
//! a refusal.
//!
//! The input comes from four sources: the corpus, the published samples (if they are available),
//! the generator, and mutations of the corpus by node and by byte. A difference is printed with its
//! input; minimise it and add it to `corpus/regress/` before the fix.
//!
//! These tests contain no rules of the protocol: the specification decides which result is right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use hydrant::internals::complete_path_only;
use hydrant::message::Message;
use hydrant::validate::coercions;
use hydrant::{ParseOptions, Parsed, Scratch};
use hydrant_reference::mutate::{Damage, apply, nodes, prune};
use hydrant_reference::{Json, identical, odd, raws};
use hydrant_testing::generate::{Generator, Options};
use proptest::prelude::*;
use proptest::{collection, sample};
use support::damage::{bodies, byte, changed, damaged, originals, step};
use support::hidden::hidden;

/// Compares the results of both implementations for one body.
fn agree(input: &[u8]) -> Result<(), String> {
    let mut written = Vec::new();
    let engine = hydrant::normalize(input, &mut written);
    same_paths(input)?;
    let refusals = hydrant_reference::refusals(input);
    match (engine, refusals.first()) {
        (Ok(()), None) => {
            same_text(input, &written)?;
            same_coercions(input)
        }
        (Ok(()), Some(refusal)) => {
            let written = String::from_utf8_lossy(&written);
            Err(format!(
                "engine accepts, reference refuses at {refusal}\nengine wrote {written}"
            ))
        }
        (Err(error), None) => {
            let path = error.path();
            Err(format!(
                "reference accepts, engine refuses at {path}: {error}"
            ))
        }
        (Err(error), Some(_)) => {
            let offset = error.location().map_or(0, |at| at.offset);
            if offset > input.len() {
                return Err(format!("offset {offset} is outside of the body: {error}"));
            }
            if hydrant_reference::text::Document::read(input).is_err() {
                return Ok(()); // the paths of syntax errors may differ
            }
            // Which of several faults is found first depends on the order of parsing, so any is
            // accepted.
            match refusals
                .iter()
                .any(|refusal| same_place(refusal.path.as_deref(), &error))
            {
                true => Ok(()),
                false => {
                    let reference: Vec<String> = refusals.iter().map(ToString::to_string).collect();
                    Err(format!(
                        "engine refuses at {error}, reference at {}",
                        reference.join(" or at ")
                    ))
                }
            }
        }
    }
}

/// The fast path and the complete path give the same message, the same tally and the same error.
/// Messages are compared as values, because `Debug` does not show secrets, and as they are written,
/// because equal values may have different texts.
fn same_paths(input: &[u8]) -> Result<(), String> {
    for strict in [false, true] {
        let options = ParseOptions::new().strict(strict);
        let (mut one, mut other) = (Scratch::new(), Scratch::new());
        let fast = hydrant::parse(input, &mut one, &options);
        let complete = hydrant::parse(input, &mut other, &complete_path_only(options));
        let same = match (&fast, &complete) {
            (Ok(fast), Ok(complete)) => {
                fast.message == complete.message
                    && fast.tally == complete.tally
                    && text_of(fast) == text_of(complete)
            }
            (Err(fast), Err(complete)) => fast == complete,
            _ => false,
        };
        if !same {
            return Err(format!(
                "the fast path changes the result: {}, complete: {}",
                outcome(fast),
                outcome(complete)
            ));
        }
    }
    Ok(())
}

fn text_of(parsed: &Parsed<Message<'_>>) -> String {
    let mut written = Vec::new();
    hydrant::write::message(&parsed.message, &mut written);
    String::from_utf8(written).unwrap()
}

fn outcome(read: Result<Parsed<Message<'_>>, hydrant::Error>) -> String {
    match read {
        Ok(parsed) => format!("{:?} {}", parsed.tally, text_of(&parsed)),
        Err(error) => error.to_string(),
    }
}

/// Both coerce the same values; the engine counts as many as it lists.
fn same_coercions(input: &[u8]) -> Result<(), String> {
    let options = ParseOptions::new();
    let mut scratch = Scratch::new();
    let tally = hydrant::parse(input, &mut scratch, &options)
        .map_err(|error| error.to_string())?
        .tally;
    let found = coercions(input, &mut scratch, &options).map_err(|error| error.to_string())?;
    let count = |rule| found.iter().filter(|finding| finding.rule == rule).count();
    let counted = [
        ("attribute-text", tally.json_texts),
        ("attribute-list", tally.single_texts),
        ("null-text", tally.null_texts),
        ("null-element", tally.null_elements),
        ("whole-number", tally.truncated_numbers),
        ("lone-surrogate", tally.lone_surrogates),
        ("real-time", tally.adjusted_times),
        ("location-finite", tally.dropped_locations),
        ("audience-id", tally.long_audience_ids),
        ("audience-list", tally.former_audience_lists),
    ];
    for (rule, expected) in counted {
        if count(rule) != expected {
            return Err(format!(
                "{expected} counted by {rule}, {} found",
                count(rule)
            ));
        }
    }
    // The engine cuts keys after 100 characters.
    let shown = |rule: &'static str, path: &str| (rule, path.chars().take(100).collect::<String>());
    let mut engine: Vec<_> = found
        .iter()
        .map(|it| shown(it.rule, &hidden(&it.path, true)))
        .collect();
    let reference = hydrant_reference::coercions(input);
    let mut reference: Vec<_> = reference
        .iter()
        .map(|(rule, path)| shown(rule, &hidden(path, true)))
        .collect();
    engine.sort_unstable();
    reference.sort_unstable();
    if engine == reference {
        Ok(())
    } else {
        Err(format!(
            "engine coerces {engine:?}, reference {reference:?}"
        ))
    }
}

/// Whether both name the same place. The engine cuts a very long path and marks the cut, and does
/// not show every key.
fn same_place(reference: Option<&str>, error: &hydrant::Error) -> bool {
    let in_error = |path: &str| hidden(path, false);
    let (engine, reference) = (place(error).map(in_error), reference.map(in_error));
    match (engine.as_deref(), reference.as_deref()) {
        (Some(engine), Some(reference)) => match engine.strip_suffix('…') {
            Some(start) => reference.starts_with(start),
            None => engine == reference,
        },
        (engine, reference) => engine == reference,
    }
}

/// The JSON path of a refusal; `None` at the top.
fn place(error: &hydrant::Error) -> Option<&str> {
    Some(error.path()).filter(|path| !path.is_empty())
}

fn same_text(input: &[u8], written: &[u8]) -> Result<(), String> {
    let canonical = hydrant_reference::normalize(input).expect("no refusal was found");
    let text = std::str::from_utf8(written).map_err(|error| error.to_string())?;
    if text.contains('\n') {
        return Err("engine writes more than one line".to_owned());
    }
    let tree =
        Json::read(written).map_err(|refusal| format!("engine writes no JSON: {refusal}"))?;
    identical(&canonical, &tree)
        .map_err(|difference| format!("reference, engine: {difference}"))?;
    // Trees do not show the source text of unknown elements, so it is compared here.
    match raws(&canonical).into_iter().find(|raw| !text.contains(raw)) {
        Some(raw) => Err(format!(
            "engine does not write the unknown element as {raw}"
        )),
        None => Ok(()),
    }
}

#[track_caller]
fn assert_agree(input: &[u8], origin: &str) {
    if let Err(difference) = agree(input) {
        panic!("{origin}: {difference}\ninput: {}", shown(input));
    }
}

fn shown(input: &[u8]) -> String {
    match std::str::from_utf8(input) {
        Ok(text) => text.chars().take(20_000).collect(),
        Err(_) => input
            .escape_ascii()
            .to_string()
            .chars()
            .take(20_000)
            .collect(),
    }
}

/// Collects differences, so that one run shows all of them.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check(&mut self, input: &[u8], origin: &str) {
        if let Err(difference) = agree(input) {
            let input: String = shown(input).chars().take(600).collect();
            self.0
                .push(format!("{origin}: {difference}\n  input: {input}"));
        }
    }
}

impl Drop for Differences {
    fn drop(&mut self) {
        let shown: Vec<&str> = self.0.iter().take(40).map(String::as_str).collect();
        assert!(
            shown.is_empty(),
            "{} differences:\n{}",
            self.0.len(),
            shown.join("\n")
        );
    }
}

#[test]
fn the_corpus_gives_the_same_results() {
    let mut differences = Differences::default();
    for folder in ["valid", "invalid", "regress"] {
        for file in support::files(folder) {
            for message in file.messages() {
                differences.check(message, &format!("{folder}/{}", file.name));
            }
        }
    }
}

#[test]
fn refused_corpus_files_are_refused_at_the_expected_place() {
    let mut differences = Vec::new();
    for folder in ["invalid", "regress"] {
        let files = support::files(folder);
        for row in support::expected(folder) {
            let file = files
                .iter()
                .find(|file| file.name == row.name)
                .expect("a listed file");
            let error = hydrant::normalize(&file.bytes, &mut Vec::new()).expect_err(&row.name);
            let is_text = hydrant_reference::text::Document::read(&file.bytes).is_err();
            if !is_text && !same_place(row.path.as_deref(), &error) {
                differences.push(format!(
                    "{folder}/{}: {error}, expected {:?}",
                    row.name, row.path
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_samples_give_the_same_results() {
    for (name, bytes) in support::samples() {
        assert_agree(&bytes, &name);
    }
}

#[test]
fn the_canonical_form_gives_the_same_results() {
    let mut differences = Differences::default();
    for file in support::files("golden") {
        for message in file.messages() {
            differences.check(message, &file.name);
        }
    }
}

#[test]
fn bodies_around_every_limit_give_the_same_results() {
    let body = |value: String| format!(r#"{{"type":"event_processing_request","x":{value}}}"#);
    for depth in [
        1, 2, 63, 64, 126, 127, 128, 129, 255, 256, 257, 1023, 1024, 50_000,
    ] {
        assert_agree(
            body("[".repeat(depth) + &"]".repeat(depth)).as_bytes(),
            "arrays",
        );
        assert_agree(
            body("{\"\":".repeat(depth) + "0" + &"}".repeat(depth)).as_bytes(),
            "objects",
        );
    }
    let frame = body(String::new()).len() + 2;
    for size in [
        hydrant_reference::MAX_BYTES - 1,
        hydrant_reference::MAX_BYTES,
        hydrant_reference::MAX_BYTES + 1,
    ] {
        let body = body(format!("\"{}\"", "x".repeat(size - frame)));
        assert_eq!(body.len(), size);
        let reference = hydrant_reference::text::Document::read(body.as_bytes()).is_ok();
        let engine = hydrant::normalize(body.as_bytes(), &mut Vec::new()).is_ok();
        assert_eq!(reference, engine, "{size} bytes");
    }
}

#[test]
fn generated_messages_are_accepted_with_the_same_results() {
    generated(Options::default(), 250, true);
    generated(
        Options::default()
            .seed(2)
            .shuffle(true)
            .pretty(true)
            .events(0..=5),
        400,
        true,
    );
}

#[test]
fn hostile_messages_give_the_same_results() {
    for seed in 1..=2 {
        generated(
            Options::default().seed(seed).hostile(true).events(0..=4),
            1000,
            false,
        );
    }
}

fn generated(options: Options, count: usize, all_valid: bool) {
    let mut differences = Differences::default();
    let mut generator = Generator::new(options);
    let mut line = Vec::new();
    for number in 0..count {
        line.clear();
        generator.write_message(&mut line);
        if all_valid {
            assert_eq!(
                hydrant_reference::refusals(&line),
                [],
                "generated message {number}"
            );
        }
        differences.check(&line, &format!("generated message {number}"));
    }
}

/// Replaces every node of the messages that contain every field with every odd value.
#[test]
fn odd_values_in_every_field_give_the_same_results() {
    let mut differences = Differences::default();
    let values = odd::values();
    for message in support::files("valid") {
        if !message.name.ends_with("every-field.json") {
            continue;
        }
        let text = String::from_utf8(message.bytes).unwrap();
        for (number, node) in nodes(&text).into_iter().enumerate() {
            let spine = prune(&text, &node);
            let target = nodes(&spine.text).remove(spine.node);
            for value in &values {
                let damaged = apply(&spine.text, &target, &Damage::Replace(value.clone()));
                differences.check(
                    damaged.as_bytes(),
                    &format!("{} node {number}", message.name),
                );
            }
        }
    }
}

/// Removes, duplicates, moves and replaces every node of every message.
#[test]
fn mutations_of_every_node_give_the_same_results() {
    let mut differences = Differences::default();
    let (values, keys) = (odd::values(), odd::keys());
    for (number, text) in originals().iter().enumerate() {
        for (index, node) in nodes(text).iter().enumerate().step_by(1 + text.len() / 400) {
            let pick = number * 31 + index * 7;
            let damages = [
                Damage::Drop,
                Damage::Double,
                Damage::Advance,
                Damage::Rename(keys[pick % keys.len()].clone()),
                Damage::Overrule(values[pick % values.len()].clone()),
            ];
            for damage in damages {
                let damaged = apply(text, node, &damage);
                differences.check(damaged.as_bytes(), &format!("{damage:?} of node {index}"));
            }
        }
    }
}

fn config(cases: u32) -> ProptestConfig {
    // Failing inputs are kept as files in corpus/regress, not as seeds in a file of proptest.
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn messages_with_mutated_nodes_give_the_same_results(
        message in sample::select(originals()),
        steps in collection::vec(step(), 1..5),
    ) {
        let damaged = damaged(&message, &steps);
        prop_assert_eq!(agree(damaged.as_bytes()), Ok(()), "input: {}", damaged);
    }

    #[test]
    fn messages_with_mutated_bytes_give_the_same_results(
        body in sample::select(bodies()),
        changes in collection::vec(byte(), 1..4),
    ) {
        let changed = changed(body, &changes);
        prop_assert_eq!(agree(&changed), Ok(()), "input: {}", shown(&changed));
    }
}
