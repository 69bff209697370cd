//! Differential tests of the outgoing mapping: the engine and the reference implementation map the
//! same messages with the same settings, and must agree on every record and on what was lost.
//!
//! The messages are those of `tests/differential.rs`; the settings are each setting alone, and random
//! combinations of all. `support/outgoing` compares.
//!
//! These tests contain no rules of the mapping: the specification decides which result is right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "support/outgoing/mod.rs"]
mod mapped;
mod support;

use hydrant::Scratch;
use hydrant_reference::mutate::{Damage, apply, nodes};
use hydrant_reference::{decoded, odd};
use hydrant_testing::generate::{Generator, Kind, Options};
use mapped::{Case, Compared, Read, case, each_setting, shown};
use proptest::prelude::*;
use proptest::{collection, sample};
use support::damage::{bodies, byte, changed, damaged, originals, step};

/// Collects differences, so that one run shows all of them.
#[derive(Default)]
struct Differences {
    found: Vec<String>,
    compared: Compared,
    scratch: Scratch,
}

impl Differences {
    fn check<'c>(&mut self, input: &[u8], origin: &str, cases: impl IntoIterator<Item = &'c Case>) {
        let Some(read) = Read::new(input) else { return };
        for case in cases {
            match read.agree(case, &mut self.scratch) {
                Ok(compared) => self.compared += compared,
                Err(difference) => {
                    let input: String = shown(input).chars().take(1500).collect();
                    self.found.push(format!(
                        "{origin}, {case:?}: {difference}\n  input: {input}"
                    ));
                }
            }
        }
    }

    /// Fails if there were differences, or if hardly anything was compared.
    #[track_caller]
    fn finish(self, least: Compared) {
        let Self {
            found, compared, ..
        } = self;
        let shown: Vec<&str> = found.iter().take(12).map(String::as_str).collect();
        assert!(
            shown.is_empty(),
            "{} differences:\n{}",
            found.len(),
            shown.join("\n")
        );
        assert!(
            compared.records >= least.records
                && compared.parts >= least.parts
                && compared.oversize >= least.oversize
                && compared.warnings >= least.warnings,
            "too little was compared: {compared:?}"
        );
    }
}

fn generated(options: Options, count: usize) -> Vec<Vec<u8>> {
    let mut generator = Generator::new(options);
    (0..count)
        .map(|_| {
            let mut message = Vec::new();
            generator.write_message(&mut message);
            message
        })
        .collect()
}

fn options(kind: Kind, seed: u64) -> Options {
    Options::default().kind(kind).seed(seed).events(0..=8)
}

#[test]
fn the_corpus_and_the_samples_give_the_same_records_with_each_setting() {
    let mut differences = Differences::default();
    let cases = each_setting();
    for folder in ["valid", "regress", "golden"] {
        for file in support::files(folder) {
            for message in file.messages() {
                differences.check(message, &format!("{folder}/{}", file.name), &cases);
            }
        }
    }
    for (name, bytes) in support::samples() {
        differences.check(&bytes, &name, &cases);
    }
    differences.finish(Compared {
        records: 3000,
        parts: 1000,
        oversize: 100,
        warnings: 100,
    });
}

#[test]
fn generated_messages_give_the_same_records_with_each_setting() {
    let mut differences = Differences::default();
    let cases = each_setting();
    for kind in [Kind::Events, Kind::Audiences, Kind::Subscriptions] {
        for (number, message) in generated(options(kind, 21), 40).iter().enumerate() {
            differences.check(message, &format!("{kind} {number}"), &cases);
        }
    }
    differences.finish(Compared {
        records: 5000,
        parts: 1000,
        oversize: 200,
        warnings: 100,
    });
}

#[test]
fn generated_messages_give_the_same_records_with_random_settings() {
    let mut differences = Differences::default();
    for (seed, kind, hostile, count) in [
        (31, Kind::Events, false, 600),
        (32, Kind::Audiences, false, 200),
        (33, Kind::Events, true, 1500),
        (34, Kind::Mixed, true, 1500),
        (35, Kind::Audiences, true, 500),
    ] {
        let messages = generated(options(kind, seed).hostile(hostile), count);
        for (number, message) in messages.iter().enumerate() {
            let cases = [0, 1, 2].map(|more| case(seed * 1_000_000 + number as u64 * 3 + more));
            differences.check(message, &format!("{kind} {seed} {number}"), &cases);
        }
    }
    differences.finish(Compared {
        records: 5000,
        parts: 1000,
        oversize: 200,
        warnings: 500,
    });
}

/// Replaces nodes of the messages that contain every field with every odd value, and removes,
/// duplicates, moves and renames them.
#[test]
fn odd_values_in_every_field_give_the_same_records() {
    let mut differences = Differences::default();
    let (values, keys) = (odd::values(), odd::keys());
    let everything = each_setting()
        .into_iter()
        .filter(|case| case.settings.len() > 4);
    let everything: Vec<Case> = everything.filter(|case| case.limit == usize::MAX).collect();
    for (turn, file) in support::files("valid").into_iter().enumerate() {
        if !file.name.ends_with("every-field.json") {
            continue;
        }
        let text = String::from_utf8(file.bytes).unwrap();
        for (number, node) in nodes(&text).into_iter().enumerate() {
            let pick = turn * 31 + number * 7;
            let mut damages = vec![
                Damage::Drop,
                Damage::Double,
                Damage::Advance,
                Damage::Rename(keys[pick % keys.len()].clone()),
                Damage::Overrule(values[pick % values.len()].clone()),
            ];
            damages.extend(
                (0..6)
                    .map(|more| Damage::Replace(values[(pick + more * 5) % values.len()].clone())),
            );
            for (which, damage) in damages.iter().enumerate() {
                let damaged = apply(&text, &node, damage);
                let origin = format!("{} node {number} {damage:?}", file.name);
                differences.check(
                    damaged.as_bytes(),
                    &origin,
                    [
                        &everything[(number + which) % everything.len()],
                        &case(pick as u64),
                    ],
                );
            }
        }
    }
    differences.finish(Compared {
        records: 5000,
        parts: 1000,
        oversize: 0,
        warnings: 500,
    });
}

fn config(cases: u32) -> ProptestConfig {
    // Failing inputs are kept as files in corpus/regress, not as seeds in a file of proptest.
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn agree(input: &[u8], seed: u64) -> Result<(), String> {
    let Some(read) = Read::new(input) else {
        return Ok(());
    };
    let case = case(seed);
    let compared = read.agree(&case, &mut Scratch::new());
    compared
        .map(|_| ())
        .map_err(|difference| format!("{case:?}: {difference}"))
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn messages_with_mutated_nodes_give_the_same_records(
        message in sample::select(originals()),
        steps in collection::vec(step(), 1..5),
        seed in any::<u64>(),
    ) {
        let damaged = damaged(&message, &steps);
        prop_assert_eq!(agree(damaged.as_bytes(), seed), Ok(()), "input: {}", damaged);
    }

    #[test]
    fn generated_messages_with_mutated_nodes_give_the_same_records(
        (number, hostile) in (any::<u64>(), any::<bool>()),
        steps in collection::vec(step(), 0..4),
        seed in any::<u64>(),
    ) {
        let message = generated(options(Kind::Events, number).hostile(hostile), 1).remove(0);
        // Those that are nested too deeply cannot be mutated, either.
        let Ok(message) = String::from_utf8(message) else { return Ok(()) };
        if decoded(message.as_bytes()).is_err() {
            return Ok(());
        }
        let damaged = damaged(&message, &steps);
        prop_assert_eq!(agree(damaged.as_bytes(), seed), Ok(()), "input: {}", damaged);
    }

    #[test]
    fn messages_with_mutated_bytes_give_the_same_records(
        body in sample::select(bodies()),
        changes in collection::vec(byte(), 1..4),
        seed in any::<u64>(),
    ) {
        let changed = changed(body, &changes);
        prop_assert_eq!(agree(&changed, seed), Ok(()), "input: {}", shown(&changed));
    }
}
