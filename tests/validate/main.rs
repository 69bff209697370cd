//! The findings of the validator through the public API: one row for each way to violate each rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod coerced;
mod events;
mod messages;
mod outgoing;
mod registration;
mod unknown;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use hydrant::validate::{self, Finding, Level, RULES};
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_testing::generate::{Generator, Kind, Options};

/// A message and its findings, each as `level rule path: text`.
type Row = (String, Vec<&'static str>);

fn findings(body: &str) -> Vec<Finding> {
    let mut scratch = Scratch::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::default())
        .unwrap_or_else(|error| panic!("{error}: {body}"));
    validate::findings(&parsed.message)
}

fn shown(found: &[Finding]) -> Vec<String> {
    found
        .iter()
        .map(|w| format!("{} {} {}: {}", w.level.as_str(), w.rule, w.path, w.message))
        .collect()
}

fn check(rows: Vec<Row>) {
    for (body, expected) in rows {
        assert_eq!(shown(&findings(&body)), expected, "{body:.2000}");
    }
}

/// Every rule is violated by a row.
#[test]
fn every_rule_has_a_row() {
    let rows = [
        messages::rows(),
        events::rows(),
        registration::rows(),
        outgoing::rows(),
    ]
    .concat();
    let broken: BTreeSet<&str> = rows
        .iter()
        .flat_map(|(_, expected)| expected)
        .map(|line| line.split(' ').nth(1).unwrap())
        // Rule 5 compares two registrations.
        .chain(["more", "unknown-field", "value-form", "registration-5"])
        .chain(coerced::RULES)
        .collect();
    let rules: Vec<&str> = RULES.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(broken, rules.iter().copied().collect());
    assert_eq!(broken.len(), rules.len(), "a rule is declared twice");
}

#[test]
fn ordinary_messages_have_no_findings() {
    for kind in Kind::ALL {
        let mut generator = Generator::new(Options::default().kind(kind));
        let mut scratch = Scratch::new();
        for _ in 0..500 {
            let mut line = Vec::new();
            generator.next_line(&mut line);
            let parsed = parse(&line, &mut scratch, &ParseOptions::default()).unwrap();
            let found = validate::findings(&parsed.message);
            assert!(
                found.is_empty(),
                "{:?} in {}",
                shown(&found),
                String::from_utf8_lossy(&line)
            );
        }
    }
}

#[test]
fn findings_beyond_the_limit_are_counted() {
    let body = format!(
        r#"{{"type":"event_processing_request","events":[{}]}}"#,
        vec![r#"{"type":"x"}"#; 20_000].join(",")
    );
    let found = findings(&body);
    assert_eq!(found.len(), 10_001);
    let last = found.last().unwrap();
    // Four are about the message: id, timestamp_ms, firehose_version, account.
    assert_eq!(last.message, "10004 more findings are not listed");
    assert_eq!(
        (last.rule, last.level, last.path.as_str()),
        ("more", Level::Warning, "")
    );
}

#[test]
fn findings_are_displayed_on_one_line() {
    let found = findings(r#"{"type":"event_processing_response","timestamp_ms":1714592744066}"#);
    assert_eq!(
        found[0].to_string(),
        "warning: missing field `id` (required-field)"
    );
    let body =
        r#"{"type":"event_processing_request","user_profiles":[],"events":[{"type":"a\nb"}]}"#;
    let last = findings(body).pop().unwrap();
    assert_eq!(
        last.to_string(),
        r#"warning: unknown type "a\nb" at events[0] (unknown-member)"#
    );
}

/// Two of the published samples have findings, which are known: D6 and D9 of the protocol.
#[test]
fn published_samples() {
    let shared = std::env::var_os("HYDRANT_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("firehose/examples");
    if !folder.is_dir() {
        let line = format!(
            "SKIPPED: no published samples in {}; set HYDRANT_SHARED to the folder that holds `firehose/examples`\n",
            folder.display()
        );
        // Not `eprintln!`: the output of a passing test is captured, and this must be seen.
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    }
    let mut found = BTreeMap::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let findings = shown(&findings(&std::fs::read_to_string(&path).unwrap()));
        if !findings.is_empty() {
            found.insert(
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                findings,
            );
        }
        count += 1;
    }
    assert_eq!(count, 11);
    let ignored = "warning audience-attribute user_profiles[0].audiences[1].user_attributes[2]: ignored, because `key` or `action` is missing";
    let expected = [
        ("AudienceMembershipChangeRequest", ignored),
        (
            "DsrProcessingRequest",
            "warning required-field : missing field `account`",
        ),
    ];
    assert_eq!(
        found,
        expected
            .map(|(name, finding)| (name.to_owned(), vec![finding.to_owned()]))
            .into()
    );
}
