//! `lint-registration`.

use std::fs;

use serde_json::{Value, json};

use crate::support::*;

const COMMON: &str = r#"{"type":"module_registration_response","name":"Acme","version":"1","#;
const ERASURE: &str = r#""dsr_processing_registration":{"supported_dsr_types":["erasure"],"domain":"dsr.acme.example"}}"#;

fn partner(name: &str) -> String {
    let permissions = format!(r#"{{"partner_identities":[{{"type":"{name}","encoding":"raw"}}]}}"#);
    format!(r#"{COMMON}"permissions":{permissions},{ERASURE}"#)
}

fn findings(args: &[&str], input: &str) -> (Option<i32>, Value) {
    let ran = run(
        [&["lint-registration", "--json", "-"], args].concat(),
        input,
    );
    (ran.status, serde_json::from_str(&ran.out).unwrap())
}

#[test]
fn findings_are_one_array_with_the_number_of_the_rule() {
    assert_eq!(findings(&[], &partner("Acme_Id")), (Some(0), json!([])));
    let bad = format!(
        r#"{COMMON}"mane":1,{}"#,
        r#""event_processing_registration":{"max_data_age_hours":0}}"#
    );
    let (status, found) = findings(&[], &bad);
    assert_eq!(status, Some(1));
    let rows: Vec<_> = found.as_array().unwrap().iter().collect();
    let keys: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["level", "message", "path", "rule"]);
    let rules: Vec<_> = rows
        .iter()
        .map(|row| (&row["rule"], row["level"].as_str().unwrap()))
        .collect();
    let expected = [
        (Value::Null, "warning"),
        (12.into(), "error"),
        (12.into(), "error"),
        (13.into(), "error"),
    ];
    assert_eq!(
        rules,
        expected.each_ref().map(|(rule, level)| (rule, *level))
    );
    assert_eq!(
        rows[3]["path"],
        "event_processing_registration.max_data_age_hours"
    );

    let ran = run(["lint-registration", "-"], bad);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (Some(1), "errors 3, warnings 1\n")
    );
    assert_eq!(ran.out.lines().count(), 4);
    assert!(ran.out.contains("(registration-13)"), "{}", ran.out);
}

#[test]
fn warnings_fail_only_if_requested() {
    let warned = partner("Acme");
    let (status, found) = findings(&[], &warned);
    assert_eq!((status, &found[0]["rule"]), (Some(0), &json!(7)));
    assert_eq!(findings(&["--deny-warnings"], &warned).0, Some(1));
}

#[test]
fn the_previous_registration_counts() {
    let folder = tempfile::tempdir().unwrap();
    let previous = folder.path().join("previous.json");
    fs::write(&previous, partner("Acme_Id")).unwrap();
    let previous = previous.to_str().unwrap();
    assert_eq!(
        findings(&["--previous", previous], &partner("Acme_Id")),
        (Some(0), json!([]))
    );
    let (status, found) = findings(&["--previous", previous], &partner("Acme_Other"));
    assert_eq!(
        (status, &found[0]["rule"], &found[0]["level"]),
        (Some(1), &json!(5), &json!("error"))
    );
}

#[test]
fn what_is_not_one_registration_is_refused() {
    let good = partner("Acme_Id");
    for (input, reason) in [
        (
            r#"{"type":"event_processing_request"}"#,
            "found `event_processing_request`",
        ),
        ("", "no message"),
        (&*format!("{good}\n{good}"), "several messages"),
        (&good[..40], "closing quote"),
        (
            r#"{"type":"module_registration_response","name":{}}"#,
            "name",
        ),
    ] {
        let ran = run(["lint-registration", "-"], input);
        assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""), "{input}");
        assert!(ran.err.contains(reason), "{reason}: {}", ran.err);
    }
    let ran = run(["lint-registration", "no-such-file"], "");
    assert_eq!(ran.status, Some(1));
    let ran = run(
        ["lint-registration", "-", "--previous", "no-such-file"],
        good,
    );
    assert!(
        ran.status == Some(1) && ran.err.contains("no-such-file"),
        "{}",
        ran.err
    );
}
