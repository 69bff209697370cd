//! Coerced values, which must not refuse a message: every command accepts them, counts them and
//! reports their paths.

use super::support::run;

/// Messages, and the output of `normalize` for them.
const MESSAGES: &[(&str, &str)] = &[
    (
        r#"{"type":"event_processing_request","account":{"account_id":7,"account_settings":{"key":{"s3cret": [1]}}},"user_attributes":{"tags":["a", "b"]},"events":[{"type":"custom_event","name":"x","attributes":{"detail":{"a":1.50}}}]}"#,
        r#"{"type":"event_processing_request","account":{"account_id":7,"account_settings":{"key":"{\"s3cret\":[1]}"}},"user_attributes":{"tags":"[\"a\",\"b\"]"},"events":[{"type":"custom_event","name":"x","attributes":{"detail":"{\"a\":1.50}"}}]}"#,
    ),
    (
        r#"{"type":"event_processing_request","events":[{"type":"product_action","tax_amount":"null","products":[{"price":" null "}]},{"type":"screen_view","screen_name":"s","location":{"latitude":1,"longitude":"-inf"}}]}"#,
        r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{"position":0}]},{"type":"screen_view","screen_name":"s"}]}"#,
    ),
    (
        r#"{"type":"dsr_processing_request","submitted_time":"1990-12-31T15:59:60-08:00"}"#,
        r#"{"type":"dsr_processing_request","submitted_time":662687999.000000000}"#,
    ),
    (
        r#"{"type":"dsr_processing_request","submitted_time":"null"}"#,
        r#"{"type":"dsr_processing_request"}"#,
    ),
    (
        r#"{"type":"event_processing_request","user_attribute_lists":{"a":"b","c":[null]},"events":[{"type":"custom_event","session_id":5.7,"name":"\ud800","location":{"latitude":null,"longitude":8.5}}]}"#,
        r#"{"type":"event_processing_request","user_attribute_lists":{"a":["b"],"c":[null]},"events":[{"type":"custom_event","session_id":5,"name":"�"}]}"#,
    ),
    (
        r#"{"type":"audience_membership_change_request","user_profiles":[{"removed_audiences":[{"audience_id":4739181022375519}]}]}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":4739181022375519,"action":"delete"}]}]}"#,
    ),
];

/// The rules of the findings on all of them, with their paths.
const FINDINGS: &[(&str, &str)] = &[
    ("attribute-text", "user_attributes.tags"),
    ("attribute-text", "events[0].attributes.detail"),
    ("null-text", "events[0].tax_amount"),
    ("null-text", "events[0].products[0].price"),
    ("location-finite", "events[1].location"),
    ("real-time", "submitted_time"),
    ("null-text", "submitted_time"),
    ("attribute-list", "user_attribute_lists.a"),
    ("null-element", "user_attribute_lists.c[0]"),
    ("whole-number", "events[0].session_id"),
    ("lone-surrogate", "events[0].name"),
    ("location-finite", "events[0].location"),
    ("audience-list", "user_profiles[0].removed_audiences"),
    (
        "audience-id",
        "user_profiles[0].removed_audiences[0].audience_id",
    ),
];

fn stream() -> String {
    MESSAGES
        .iter()
        .map(|(message, _)| format!("{message}\n"))
        .collect()
}

#[test]
fn odd_values_are_normalized() {
    let expected: String = MESSAGES
        .iter()
        .map(|(_, normal)| format!("{normal}\n"))
        .collect();
    let ran = run(["normalize"], stream());
    assert_eq!((ran.status, ran.out), (Some(0), expected), "{}", ran.err);
}

#[test]
fn odd_values_are_findings_of_validate() {
    let ran = run(["validate", "--json"], stream());
    assert_eq!(ran.status, Some(0));
    assert!(!ran.out.contains("s3cret"), "{}", ran.out);
    let found: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (rule, path) in FINDINGS {
        let count = found
            .iter()
            .filter(|finding| finding["rule"] == *rule && finding["path"] == *path)
            .count();
        assert_eq!(count, 1, "{rule} {path} in {}", ran.out);
    }
    let settings = found.iter().filter(|finding| {
        finding["rule"] == "attribute-text"
            && finding["path"]
                .as_str()
                .is_some_and(|path| path.starts_with("account.account_settings"))
    });
    assert_eq!(settings.count(), 1, "{}", ran.out);
    assert_eq!(
        run(["validate", "--deny-warnings"], stream()).status,
        Some(1)
    );
}

#[test]
fn odd_values_are_counted_by_inspect_and_process() {
    for (message, shown) in [
        (MESSAGES[0].0, &["objects as attributes  3"][..]),
        (
            MESSAGES[1].0,
            &["texts \"null\"  2", "dropped locations  1"][..],
        ),
        (MESSAGES[2].0, &["adjusted times  1"][..]),
        (
            MESSAGES[4].0,
            &[
                "texts as lists  1",
                "null elements  1",
                "truncated numbers  1",
                "lone surrogates  1",
                "dropped locations  1",
            ][..],
        ),
        (
            MESSAGES[5].0,
            &["long audience ids  1", "audience lists before 2.0  1"][..],
        ),
    ] {
        let ran = run(["inspect"], message);
        let lines: Vec<String> = ran
            .out
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        for shown in shown {
            let shown = shown.replace("  ", " ");
            assert!(lines.contains(&shown), "{shown} in {}", ran.out);
        }
    }
    let ran = run(
        ["process", "--report", "json", "--output", "null"],
        stream(),
    );
    let report: serde_json::Value = serde_json::from_str(ran.err.trim_end()).unwrap();
    let expected = serde_json::json!({
        "json_texts": 3,
        "single_texts": 1,
        "null_texts": 3,
        "null_elements": 1,
        "truncated_numbers": 1,
        "lone_surrogates": 1,
        "adjusted_times": 1,
        "dropped_locations": 2,
        "long_audience_ids": 1,
        "former_audience_lists": 1,
    });
    assert_eq!(report["coerced"], expected);
    let ran = run(["process", "--output", "null"], stream());
    assert!(ran.err.contains("dropped locations"), "{}", ran.err);
    let ran = run(["process", "--output", "null"], MESSAGES[2].0);
    assert!(!ran.err.contains("dropped locations"), "{}", ran.err);
}

/// The output of `process` for an event is also linear in its input.
#[test]
fn large_exponents_are_not_spelled_out() {
    let prices = r#"{"price":1e998},"#.repeat(500);
    let body = format!(
        r#"{{"type":"event_processing_request","events":[{{"type":"product_action","total_amount":1E-998,"products":[{prices}{{}}]}}]}}"#
    );
    for command in ["normalize", "process", "inspect", "validate"] {
        let ran = run([command], &body);
        assert_eq!(ran.status, Some(0), "{command}: {}", ran.err);
        assert!(
            ran.out.len() < 8 * body.len(),
            "{command}: {}",
            ran.out.len()
        );
        assert!(!ran.out.contains("00000000000000000000"), "{command}");
    }
}
