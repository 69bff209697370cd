//! Outgoing batches in `normalize`, `validate` and `inspect`.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::framing::base64;
use crate::support::*;

/// A unique value.
const SECRET: &str = "7731994406625528";

fn corpus(name: &str) -> String {
    fs::read_to_string(repository(&format!("corpus/outgoing/{name}"))).unwrap()
}

fn golden(name: &str) -> String {
    fs::read_to_string(repository(&format!("corpus/golden/outgoing/{name}"))).unwrap()
}

/// A batch on one line, as it is written, with this number.
fn small(number: u32) -> String {
    format!(
        r#"{{"schema_version":2,"message_type":"events","batch_id":{number},"environment":"production","system_notifications":[],"events":[]}}"#
    )
}

#[test]
fn normalize_writes_the_golden_files() {
    for name in [
        "batch-every-event.json",
        "batch-data-before-type.json",
        "batch-unknown-events.json",
        "stream-both-forms-of-values.ndjson",
    ] {
        assert_eq!(
            run(["normalize"], corpus(name)).good(),
            golden(name),
            "{name}"
        );
        assert_eq!(
            run(["normalize"], golden(name)).good(),
            golden(name),
            "{name}"
        );
    }
}

#[test]
fn batches_are_found_in_every_form_and_between_messages() {
    let (one, two) = (small(1), small(2));
    let pretty: Value = serde_json::from_str(&one).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap();
    let expected = format!("{one}\n{RESPONSE}\n{two}\n");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(expected.as_bytes()).unwrap();
    for text in [
        expected.clone(),
        format!("{one}{RESPONSE}{two}"),
        format!("[{one},{RESPONSE},{two}]"),
        format!("{pretty}\n{RESPONSE}\n{two}"),
        format!("\u{feff}{one}\n{RESPONSE}{two}"),
    ]
    .map(String::into_bytes)
    .into_iter()
    .chain([gzip.finish().unwrap()])
    {
        assert_eq!(run(["normalize"], &text).good(), expected);
        let counted = run(["validate", "--json"], &text).err;
        assert!(counted.starts_with("messages 3, refused 0"), "{counted}");
        assert!(
            run(["inspect", "-n", "3"], &text)
                .good()
                .contains("batch id                      2\n")
        );
    }
}

#[test]
fn a_broken_batch_does_not_cost_its_neighbours() {
    let (one, two) = (small(1), small(2));
    let events = r#"{"events":[{"data":{"event_name":"n"},"event_type":"custom_event"}]}"#;
    let normal = run(["normalize"], events).good();
    for cut in [
        r#"{"schema_version":2,"events":[{"data":{"event_na"#,
        r#"{"events":[{"event_type":"custom_event","data":{"a":[1,"#,
        r#"{"batch_id":"#,
    ] {
        for next in ["\n", ""] {
            let ran = run(
                ["normalize", "-k"],
                format!("{one}\n{cut}{next}{two}\n{cut}{next}{events}"),
            );
            assert_eq!(ran.status, Some(1), "{cut}");
            let lines: Vec<&str> = ran.out.lines().collect();
            assert_eq!(lines.len(), 5, "{cut}: {}", ran.out);
            assert_eq!(
                [lines[0], lines[2], lines[4]],
                [&one, &two, normal.trim_end()]
            );
            assert!(
                lines[1].starts_with(r#"{"error":{"kind":"syntax""#),
                "{}",
                lines[1]
            );
        }
    }
}

#[test]
fn errors_have_path_line_and_column() {
    let text = "{\"schema_version\": 2, \"events\": [\n  {\"event_type\": \"screen_view\", \"data\": {\"session_id\": \"x\"}}\n]}";
    let ran = run(["normalize"], text);
    assert_eq!(ran.status, Some(1));
    let place = "error: expected a 64-bit integer, found a string of 1 character\n  --> <stdin>:2:56 (byte 89)\n   at events[0].data.session_id\n";
    assert!(ran.err.starts_with(place), "{}", ran.err);
    let found = run(["validate", "--json"], text).json();
    assert_eq!(
        (
            &found[0]["level"],
            &found[0]["path"],
            &found[0]["line"],
            &found[0]["column"]
        ),
        (
            &json!("refused"),
            &json!("events[0].data.session_id"),
            &json!(2),
            &json!(56)
        )
    );
    // A syntax error is placed by the declarations of the batch.
    let ran = run(
        ["normalize"],
        r#"{"schema_version":2,"device_info":{"brand":}}"#,
    );
    assert!(
        ran.err.contains("\n   at device_info.brand\n"),
        "{}",
        ran.err
    );
    // What is neither is refused as a message without its type.
    let ran = run(["normalize"], r#"{"events":[]}"#);
    assert!(
        ran.err
            .starts_with("error: missing field `type` of the message"),
        "{}",
        ran.err
    );
}

#[test]
fn batches_in_wrappers_are_read() {
    let (one, two) = (small(1), small(2));
    let expected = format!("{one}\n{two}\n");
    for event in [
        json!({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": base64(&one)}},
            {"eventSource": "aws:kinesis", "kinesis": {"data": base64(&two)}}]}),
        json!({"eventSource": "aws:kafka", "bootstrapServers": "b",
            "records": {"t-0": [{"topic": "t", "partition": 0, "offset": 1, "value": base64(&one)},
                {"topic": "t", "partition": 0, "offset": 2, "value": base64(&two)}]}}),
        json!({"invocationId": "i", "deliveryStreamArn": "d", "region": "r",
            "records": [{"recordId": "1", "data": base64(&format!("{one}{two}"))}]}),
        json!({"Records": [{"eventSource": "aws:sqs", "body": format!("{one}\n{two}")}]}),
        json!({"specversion": "1.0", "type": "batch", "source": "s", "id": "1",
            "data": [serde_json::from_str::<Value>(&one).unwrap(), serde_json::from_str::<Value>(&two).unwrap()]}),
    ] {
        let ran = run(["normalize", "--unwrap"], event.to_string());
        let lines = |text: &str| -> Vec<Value> {
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        assert_eq!(lines(&ran.out), lines(&expected), "{event} {}", ran.err);
        let ran = run(["normalize"], event.to_string());
        assert_eq!(ran.status, Some(1));
        assert!(ran.err.contains("event"), "{}", ran.err);
    }
}

#[test]
fn validate_has_findings() {
    let text = r#"{"schema_version":2,"bacth_id":1,"source_info":{"channel":"native","is_historical":"true"},"events":[{"event_type":"profile","data":{}}]}"#;
    let ran = run(["validate", "--json"], format!("{}\n{text}", small(1)));
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let found: Vec<(Value, Value)> = ran
        .json()
        .into_iter()
        .map(|found| {
            assert_eq!(
                (&found["line"], &found["level"]),
                (&json!(2), &json!("warning"))
            );
            (found["rule"].clone(), found["path"].clone())
        })
        .collect();
    let expected = [
        ("required-field", "events[0].data"),
        ("required-field", "events[0].data"),
        ("required-field", "events[0].data"),
        ("unknown-field", ""),
        ("value-form", "source_info.is_historical"),
    ];
    assert_eq!(
        found,
        expected.map(|(rule, path)| (json!(rule), json!(path)))
    );
    assert_eq!(run(["validate", "-d"], text).status, Some(1));
    let ran = run(["validate", "-d"], corpus("batch-every-event.json"));
    assert_eq!((ran.status, &*ran.out), (Some(0), ""), "{}", ran.err);
}

#[test]
fn inspect_shows_batches_and_masks_identities() {
    let text = corpus("batch-every-event.json");
    let hidden = [
        "reader-4711",
        "mara@",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "r-90210",
        "Porto",
        "crime",
        "6713029485710239844",
        "8c2f4f3a",
        "203.0.113.7",
        "9774d56d682e549c",
        "7f8a6c1e",
        "token-harbour-1",
        "hw-77",
    ];
    let shown = run(["inspect"], &text).good();
    for value in hidden {
        assert!(!shown.contains(value), "{value}: {shown}");
    }
    for line in [
        "outgoing batch\n",
        "  batch id                      -7302415583941128847\n",
        "  time                          2024-05-01T19:45:44.066Z\n",
        "  email                         raw  [redacted]\n",
        "  mobile_number                 md5  [redacted]\n",
        "  genres                        [redacted]\n",
        "  push token                    [redacted]\n",
        "events (19)\n",
        "shelf opened (navigation)\n",
        "purchase, 1 product, 23.50 EUR\n",
        "new (1 product)\n",
        "+genres\n",
        "+email\n",
        "4066 ms\n",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let shown = run(["inspect", "--show-identities"], &text).good();
    // The token of a registration and the hardware are not part of the view.
    for value in hidden.into_iter().filter(|value| *value != "hw-77") {
        assert!(shown.contains(value), "{value}: {shown}");
    }
    let shown = run(["inspect"], corpus("batch-unknown-events.json")).good();
    assert!(shown.contains("hologram"), "{shown}");
    assert_eq!(
        shown.matches("not known to this version").count(),
        3,
        "{shown}"
    );
    assert!(
        shown.contains("unknown objects               3\n"),
        "{shown}"
    );
}

/// Not in the place of another value, as a key, as a type, or below a misspelt field.
#[test]
fn no_secret_is_shown() {
    let body = |fields: &str| format!(r#"{{"schema_version":2,{fields}}}"#).replace('$', SECRET);
    let event = |kind: &str, data: &str| {
        body(&format!(
            r#""events":[{{"data":{{{data}}},"event_type":"{kind}"}}]"#
        ))
    };
    for text in [
        body(r#""mpid":"$x""#),
        body(r#""mpid":["$"]"#),
        body(r#""mp_deviceid":"$""#),
        body(r#""ip":{"$":1}"#),
        body(r#""api_key":["$"]"#),
        body(r#""user_identities":{"email":"$"}"#),
        body(r#""user_identities":["$"]"#),
        body(r#""user_identities":[{"identity_type":"email","identity":["$"]}]"#),
        body(r#""user_identities":[{"identity_type":["$"],"identity":"a"}]"#),
        body(r#""user_identities":[{"identity":"$","timestamp_unixtime_ms":"$x"}]"#),
        body(r#""user_identites":{"$":1},"events":7"#),
        body(r#""partner_identities":["$"]"#),
        body(r#""device_info":{"push_token":["$"]}"#),
        body(r#""device_info":{"ios_idfv":"$"}"#),
        body(r#""device_info":{"android_uuid":"$","brand":[]}"#),
        body(r#""consent_state":{"gdpr":{"p":{"hardware_id":["$"]}}}"#),
        body(r#""user_identities":[{"identity":"$",]"#),
        body(r#""device_info":{"push_token":"$""#),
        event("push_registration", r#""registration_token":["$"]"#),
        event("push_message", r#""push_message_token":{"$":1}"#),
        event("profile", r#""previous_mpid":"$x""#),
        event(
            "user_identity_change",
            r#""new":{"$":1,"timestamp_unixtime_ms":[]}"#,
        ),
        event("user_identity_change", r#""old":"$""#),
        body(r#""events":[{"data":{"$":"$"},"event_type":"hologram"},7]"#),
    ] {
        for args in [
            &["normalize"][..],
            &["normalize", "-k"],
            &["validate"],
            &["validate", "--json"],
            &["inspect"],
        ] {
            let ran = run(args, &text);
            assert_eq!(ran.status, Some(1), "{args:?} {text}");
            let said = ran.out + &ran.err;
            assert!(!said.is_empty() && !said.contains(SECRET), "{text}\n{said}");
        }
    }
    // Accepted, and neither shown by `inspect` nor in findings.
    for text in [
        body(
            r#""mpid":$,"ip":"$","api_key":"$","api_keys":["$"],"partner_identity":"$","origin_mpid":$"#,
        ),
        body(
            r#""user_identities":[{"identity_type":"$","identity":"$","encoding":"$","$":1}],"partner_identities":{"p":"$"}"#,
        ),
        body(
            r#""device_info":{"android_uuid":"$","push_token":"$","amp_id":"$","microsoft_advertising_id":"$"}"#,
        ),
        event(
            "user_identity_change",
            r#""new":{"identity_type":"$","identity":"$","encoding":"$"},"old":{"identity":"$"}"#,
        ),
        event("push_registration", r#""registration_token":"$""#),
        event("push_message", r#""push_message_token":"$""#),
        event("profile", r#""previous_mpid":$,"current_mpid":$"#),
    ] {
        for args in [&["validate"][..], &["validate", "--json"], &["inspect"]] {
            let ran = run(args, &text);
            assert_eq!(ran.status, Some(0), "{args:?} {text} {}", ran.err);
            let said = ran.out + &ran.err;
            assert!(!said.is_empty() && !said.contains(SECRET), "{text}\n{said}");
        }
    }
}
