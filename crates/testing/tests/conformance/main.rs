//! Tests that generated messages follow the protocol: every message is checked field by field by
//! the declarations of `hydrant`, and every declared field and enumeration value must occur.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod checker;
mod consistency;
mod node;

use std::collections::BTreeSet;

use checker::Checker;
use hydrant_testing::generate::{Generator, Kind, Options, batch};
use serde_json::Value;

fn lines(options: &Options, count: usize) -> Vec<Vec<u8>> {
    let mut generator = Generator::new(options.clone());
    let line = |_| {
        let mut line = Vec::new();
        generator.next_line(&mut line);
        line
    };
    (0..count).map(line).collect()
}

#[test]
fn messages_have_the_form_that_the_reference_writes() {
    let mut checker = Checker::new();
    for line in lines(&Options::default(), 1_500) {
        checker.message(&line);
    }
    for kind in Kind::ALL {
        for line in lines(&Options::default().kind(kind).events(0..=4), 500) {
            checker.message(&line);
        }
    }
    let missing = checker.missing();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn a_mixed_stream_has_every_event_runtime_and_message() {
    let mut checker = Checker::new();
    let mut heartbeats = 0;
    for line in lines(&Options::default(), 2_000) {
        checker.message(&line);
        let message: Value = serde_json::from_slice(&line).unwrap();
        let fields = message.as_object().unwrap().len();
        heartbeats += usize::from(fields == 5 && message.get("account").is_some());
    }
    let missing = checker.missing_objects();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!((20..300).contains(&heartbeats), "{heartbeats}");
}

#[test]
fn batches_have_all_event_types() {
    for seed in 0..5 {
        let line = batch(1_000, seed);
        Checker::new().message(&line);
        let message: Value = serde_json::from_slice(&line).unwrap();
        let events = message["events"].as_array().unwrap();
        let types: BTreeSet<_> = events
            .iter()
            .map(|event| event["type"].as_str().unwrap())
            .collect();
        assert_eq!((events.len(), types.len()), (1_000, 16), "seed {seed}");
    }
}
