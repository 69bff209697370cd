//! Messages are found by their structure, in every command and independently of the file name, and
//! in the events of other services.

use std::fs;

use flate2::write::GzEncoder;
use std::io::Write;

use crate::support::*;

/// A message over several lines.
fn pretty(message: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(message).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

/// Two messages in all forms, and the equivalent stream of lines.
fn forms() -> (String, Vec<(&'static str, String)>) {
    let (one, two) = (plain(), RESPONSE.to_owned());
    let forms = vec![
        (
            "over lines",
            format!("{}\n{}\n", pretty(&one), pretty(&two)),
        ),
        (
            "over lines of Windows",
            format!("{}{}", pretty(&one), pretty(&two)).replace('\n', "\r\n"),
        ),
        ("an array", format!("[{one},{two}]")),
        (
            "an array over lines",
            format!("[\n{},\n  {}\n]\n", pretty(&one), two),
        ),
        ("an array for each", format!("[{one}][{two}]")),
        ("concatenated", format!("{one}{two}")),
        ("marked", format!("\u{feff}{one}\n\u{feff}{}", pretty(&two))),
        (
            "commas first",
            format!("{}\n{two}", one.replace(',', "\n,")),
        ),
    ];
    (format!("{one}\n{two}\n"), forms)
}

#[test]
fn every_command_finds_the_same_messages_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, forms) = forms();
    for args in [
        &["process", "-q"][..],
        &["normalize"],
        &["validate", "-q"],
        &["inspect", "--number", "2"],
        &["normalize", "-k", "-t", "3"],
    ] {
        // Line numbers differ.
        let numbered = |text: String| {
            let digits: Vec<&str> = text.split(|c: char| c.is_ascii_digit()).collect();
            digits
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<String>()
        };
        let expected = run(args, &lines);
        assert_eq!(expected.status, Some(0), "{}", expected.err);
        for (name, text) in &forms {
            let ran = run(args, text);
            assert_eq!(ran.status, Some(0), "{args:?} {name}: {}", ran.err);
            let (out, wanted) = (numbered(ran.out), numbered(expected.out.clone()));
            assert_eq!(out, wanted, "{args:?} {name}");
        }
    }
    for (name, text) in &forms {
        for file in ["a.json", "a.ndjson", "a.txt", "a.json.gz"] {
            let path = folder.path().join(file);
            let mut bytes = text.clone().into_bytes();
            if file.ends_with("gz") {
                let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(&bytes).unwrap();
                bytes = encoder.finish().unwrap();
            }
            fs::write(&path, bytes).unwrap();
            let ran = run(["normalize".as_ref(), path.as_os_str()], "");
            assert_eq!(ran.good().lines().count(), 2, "{name} in {file}");
        }
    }
}

#[test]
fn places_are_those_in_the_file() {
    let text = format!("[{RESPONSE},{REFUSED}]\n  {REFUSED}\n{}", pretty(REFUSED));
    let ran = run(["validate", "--json"], &text);
    let places: Vec<_> = ran
        .json()
        .iter()
        .filter(|found| found["level"] == "refused")
        .map(|found| ["line", "column", "offset"].map(|key| found[key].as_u64().unwrap()))
        .collect();
    let column = RESPONSE.len() as u64 + 3;
    assert_eq!(
        places,
        [[1, column + 45, 45], [2, 48, 45], [4, 14, 15]],
        "{}",
        ran.out
    );
    let ran = run(["normalize"], format!("{RESPONSE}é{REFUSED}"));
    assert!(ran.err.contains("--> <stdin>:1:37"), "{}", ran.err);
}

#[test]
fn one_bad_message_does_not_cost_its_neighbours() {
    let cut = &plain()[..60];
    let normal = run(["normalize"], plain()).out;
    let normal = normal.trim_end();
    let open = r#"{"type":"event_processing_request","events":["#;
    for bad in ["oops", cut, open, "{", "]", "{\"a\":\"", "[1,2]", REFUSED] {
        let text = format!("{RESPONSE}\n{bad}\n{RESPONSE}\n{RESPONSE}\n{RESPONSE}\n");
        let ran = run(["normalize", "--keep-going"], &text);
        assert_eq!(ran.status, Some(1), "{bad}");
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!(
            lines.iter().filter(|line| **line == RESPONSE).count(),
            4,
            "{bad}: {}",
            ran.out
        );
        // The same on one line, as in objects that Amazon Data Firehose writes to S3.
        for text in [
            format!("{RESPONSE}{bad}{}{RESPONSE}\n", plain()),
            format!("[{RESPONSE},{bad},{},{RESPONSE}]", plain()),
        ] {
            let ran = run(["normalize", "--keep-going"], &text);
            let lines = ran.out.lines();
            let whole = lines
                .filter(|line| *line == RESPONSE || *line == normal)
                .count();
            assert_eq!(whole, 3, "{text}: {}", ran.err);
        }
    }
    for bad in [
        "[{},]",
        "[{}",
        "[,]",
        "[{}}, {}]",
        "[{},{\"a\":[1,{}]",
        "{}\0{}",
        "{},{}",
    ] {
        let text = format!("{}\n{RESPONSE}", bad.replace("{}", RESPONSE));
        let ran = run(["normalize", "--keep-going"], &text);
        assert_eq!(ran.status, Some(1), "{bad}");
        let good = text.matches(RESPONSE).count();
        assert_eq!(
            ran.out.lines().filter(|line| *line == RESPONSE).count(),
            good,
            "{bad}: {}",
            ran.out
        );
    }
}

#[test]
fn the_limit_is_that_of_one_message() {
    let messages = vec![plain(); 200].join(",");
    let limit = (plain().len() + 10).to_string();
    for text in [
        format!("[{messages}]"),
        messages.replace("},{\"type\":\"event_p", "}{\"type\":\"event_p"),
    ] {
        let ran = run(["normalize", "--max-bytes", &limit], &text);
        assert_eq!(ran.good().lines().count(), 200);
    }
    let ran = run(
        ["normalize", "-k", "--max-bytes", "60"],
        format!("[{},{RESPONSE}]", plain()),
    );
    let out: Vec<&str> = ran.out.lines().collect();
    assert!(out[0].contains("too_large"), "{}", ran.out);
    assert_eq!(out[1..], [RESPONSE]);
    // White space does not count, wherever blocks end.
    let blank = " ".repeat(600_000);
    for text in [
        format!("{blank}\n{RESPONSE}\n"),
        format!("{RESPONSE}{blank}\n{blank}"),
    ] {
        let out = run(["normalize", "--max-bytes", "100"], text).good();
        assert_eq!(out, format!("{RESPONSE}\n"));
    }
}

pub(crate) fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = text.as_bytes().chunks(3).map(|group| {
        let bits = group
            .iter()
            .fold(0usize, |bits, byte| bits << 8 | usize::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        let digit = |at: usize| match at <= group.len() {
            true => char::from(DIGITS[bits >> (18 - 6 * at) & 63]),
            false => '=',
        };
        (0..4).map(digit).collect::<String>()
    });
    groups.collect()
}

fn sqs(bodies: &[&str]) -> String {
    let records = bodies
        .iter()
        .map(|body| serde_json::json!({"messageId": "1", "eventSource": "aws:sqs", "body": body}));
    serde_json::json!({"Records": records.collect::<Vec<_>>()}).to_string()
}

#[test]
fn wrappers_are_named_and_taken_off_on_demand() {
    let sns = serde_json::json!({"Type": "Notification", "TopicArn": "arn:t", "Message": RESPONSE});
    let http = |body: &str| serde_json::json!({"httpMethod": "POST", "isBase64Encoded": true, "body": base64(body)});
    let many = format!("[{RESPONSE},\n{RESPONSE}]{RESPONSE}");
    for (wrapped, count) in [
        (sqs(&[RESPONSE, RESPONSE]), 2),
        (sqs(&[&sns.to_string(), RESPONSE]), 2),
        (pretty(&sqs(&[&sqs(&[&http(&many).to_string()])])), 3),
        (http(&pretty(RESPONSE)).to_string(), 1),
        (format!("{}{}", sqs(&[RESPONSE]), http(RESPONSE)), 2),
    ] {
        for command in ["normalize", "process", "validate", "inspect"] {
            let ran = run([command], &wrapped);
            assert_eq!(ran.status, Some(1), "{wrapped}");
            let said = ran.out + &ran.err;
            assert!(said.contains(" event, which wraps it in `"), "{said}");
            assert!(said.contains("--unwrap"), "{said}");
            let ran = run([command, "--unwrap"], &wrapped);
            assert_eq!(ran.status, Some(0), "{wrapped}: {}", ran.err);
        }
        let out = run(["normalize", "--unwrap"], &wrapped).good();
        assert_eq!(out, format!("{RESPONSE}\n").repeat(count), "{wrapped}");
    }
    // A message that is not wrapped is one message, and an invalid one does not affect the others.
    let text = [&sqs(&[RESPONSE, "jane@example.com", RESPONSE]), RESPONSE].join("\n");
    let ran = run(["process", "--unwrap", "-k"], &text);
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("<stdin>:1 (text 2 of an SQS event):1:1"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("jane"), "{}", ran.err);
    assert_eq!(
        run(["normalize", "--unwrap", "-k"], &text)
            .out
            .lines()
            .count(),
        4
    );
    // Neither does a record without a text.
    let odd = serde_json::json!({"Records": [{"odd": 1}, {"eventSource": "aws:sqs", "body": RESPONSE},
        {"eventSource": "aws:sqs", "body": null}, {"eventSource": "aws:sqs", "body": RESPONSE}]});
    let ran = run(["normalize", "--unwrap", "-k"], odd.to_string());
    assert_eq!(ran.status, Some(1));
    let whole = ran.out.lines().filter(|line| *line == RESPONSE);
    assert_eq!((whole.count(), ran.out.lines().count()), (2, 4));
    for nothing in [
        r#"{"Records":[{"eventSource":"aws:s3","s3":{}}]}"#,
        r#"{"key1":"value1","key2":"value2","key3":"value3"}"#,
        r#"{"awslogs":{"data":"H4sI"}}"#,
        r#"{"httpMethod":"GET","body":null}"#,
        r#"{"Records":[{"eventSource":"aws:kinesis","kinesis":{"data":"jane@example"}}]}"#,
    ] {
        let ran = run(["normalize", "--unwrap"], nothing);
        assert_eq!(ran.status, Some(1), "{nothing}");
        assert!(
            ran.err.contains("event") && !ran.err.contains("jane"),
            "{}",
            ran.err
        );
    }
}

/// Several messages in one text, and events in an array.
#[test]
fn wrappers_of_several_messages_are_separated() {
    let two = format!("[{RESPONSE},{RESPONSE}]");
    let record = sqs(&[RESPONSE]);
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let record = &record["Records"][0];
    for (wrapped, count) in [
        (serde_json::json!(two).to_string(), 2),
        (serde_json::json!(format!("{RESPONSE}{RESPONSE}\n{RESPONSE}")).to_string(), 3),
        (serde_json::json!({"headers": {}, "body": format!("{RESPONSE}\n{RESPONSE}")}).to_string(), 2),
        (serde_json::json!({"body-json": [serde_json::from_str::<serde_json::Value>(RESPONSE).unwrap()]}).to_string(), 1),
        (serde_json::json!([record, record]).to_string(), 2),
        (pretty(&serde_json::json!([record, record, record]).to_string()), 3),
        // More than are held at a time.
        (serde_json::json!({"headers": {}, "body": RESPONSE.repeat(1000)}).to_string(), 1000),
        (serde_json::json!({"headers": {}, "body": format!("{RESPONSE}\n").repeat(1000)}).to_string(), 1000),
    ] {
        let out = run(["normalize", "--unwrap"], &wrapped).good();
        assert_eq!(out, format!("{RESPONSE}\n").repeat(count), "{wrapped}");
    }
    // The positions of later ones are right, too.
    let lines = format!("{RESPONSE}\n").repeat(1000) + "  oops";
    let ran = run(
        ["normalize", "--unwrap"],
        serde_json::json!({"headers": {}, "body": lines}).to_string(),
    );
    assert!(ran.err.contains("event):1001:3 "), "{}", ran.err);
}

#[test]
fn a_cloud_event_with_a_type_of_the_protocol_is_unwrapped() {
    let message = r#"{"type":"event_processing_request","events":[{"type":"session_start"}]}"#;
    let event = format!(
        r#"{{"type":"event_processing_request","specversion":"1.0","source":"s","data":{message}}}"#
    );
    for text in [
        event.clone(),
        format!("{event}{event}"),
        format!("[{event},{message}]"),
    ] {
        let ran = run(["normalize", "--unwrap"], &text);
        let count = ran.good().matches("session_start").count();
        assert_eq!(count, text.matches("session_start").count(), "{text}");
    }
}

#[test]
fn unwrapping_is_not_proposed_to_who_does_it() {
    let mut deep = RESPONSE.to_owned();
    for _ in 0..9 {
        deep = serde_json::json!({"httpMethod": "POST", "body": deep}).to_string();
    }
    for wrapped in [
        r#"{"Records":[]}"#,
        r#"{"httpMethod":"GET","body":null}"#,
        r#"{"Records":[{"eventSource":"aws:s3","s3":{}}]}"#,
        r#"{"eventSource":"aws:kafka","records":{"t":[7]}}"#,
        r#"{"logEvents":7}"#,
        r#"{"awslogs":{"data":"H4sI"}}"#,
        &deep,
    ] {
        for command in ["normalize", "process", "validate", "inspect"] {
            let said = |args: &[&str]| {
                let ran = run(args, wrapped);
                assert_eq!(ran.status, Some(1), "{wrapped}");
                ran.out + &ran.err
            };
            assert!(said(&[command]).contains("--unwrap"), "{wrapped}");
            let said = said(&[command, "--unwrap"]);
            assert!(
                said.contains("event") && !said.contains("--unwrap"),
                "{said}"
            );
        }
    }
}

#[test]
fn complaints_are_bounded() {
    let text = "oops\n".repeat(20_000) + &format!("{REFUSED}\n").repeat(3);
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    for threads in ["1", "3"] {
        let args = [
            "process",
            "-k",
            "-q",
            "-t",
            threads,
            "--report-file",
            report.to_str().unwrap(),
        ];
        let ran = run(args, &text);
        assert_eq!(ran.status, Some(1));
        assert_eq!(ran.err.matches("error: expected a value").count(), 100);
        assert_eq!(ran.err.matches("error: expected an object").count(), 3);
        assert!(
            ran.err
                .contains("error: 19900 more of these errors are not shown: syntax 19900"),
            "{}",
            ran.err
        );
        let report: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
        assert_eq!(report["errors_by_kind"]["syntax"], 20_000);
        assert_eq!(report["refused"], 20_003);
        let ran = run(["validate", "-t", threads], &text);
        assert_eq!(ran.out.matches("error: expected a value").count(), 100);
        assert!(
            ran.out
                .ends_with("19900 more findings are not shown (--max-findings): syntax 19900\n"),
            "{}",
            ran.out
        );
    }
    let all = run(["validate", "--max-findings", "0"], &text);
    assert_eq!(all.out.matches("error: expected").count(), 20_003);
    assert_eq!(run(["validate", "--json"], &text).json().len(), 20_003);
    let some = run(["validate", "--json", "--max-findings", "2"], &text);
    assert_eq!(some.json().len(), 4);
    assert!(some.err.contains("19999 more findings"), "{}", some.err);
}

#[test]
fn errors_of_validate_end_with_status_1() {
    let registration = r#"{"type":"module_registration_response","id":"66062a39-ea83-450e-9d5e-92829b6e565d","timestamp_ms":1714592744066,"firehose_version":"3.2.0","name":"Acme"}"#;
    let ran = run(["validate"], registration);
    assert!(
        ran.err.contains("refused 0, errors ") && !ran.err.contains("errors 0"),
        "{}",
        ran.err
    );
    assert_eq!(ran.status, Some(1));
}

#[test]
fn what_is_not_seen_is_escaped() {
    let odd = "\u{202e}\u{200b}\u{2066}\u{feff}\u{2028}\u{ad}";
    let message = format!(
        r#"{{"type":"event_processing_request","{odd}":1,"events":[{{"type":"{odd}"}}],"source_channel":"{odd}"}}"#
    );
    let refused =
        format!(r#"{{"type":"event_processing_request","user_attribute_lists":{{"{odd}":{{}}}}}}"#);
    let shown = |ran: Ran| {
        let text = ran.out + &ran.err;
        assert!(
            !text.is_empty() && !text.contains(|c| odd.contains(c)),
            "{text:?}"
        );
        text
    };
    for args in [&["validate"][..], &["validate", "--json"], &["inspect"]] {
        shown(run(args, &message));
    }
    for args in [
        &["validate"][..],
        &["validate", "--json"],
        &["inspect"],
        &["normalize", "-k"],
        &["normalize"],
        &["process", "-q", "-k"],
    ] {
        shown(run(args, &refused));
    }
    let json = shown(run(["validate", "--json"], &message));
    assert!(
        json.contains(r"\u202e") || json.contains(r"u{202e}"),
        "{json}"
    );
}

#[test]
fn numbers_that_are_none_are_refused_in_plain_words() {
    for (args, expected) in [
        (
            &["process", "--threads", "0"][..],
            "expected a number from 1 to 65535",
        ),
        (
            &["normalize", "-t", "x"],
            "expected a number from 1 to 65535",
        ),
        (
            &["process", "--repeat", "0"],
            "expected a number from 1 to 4294967295",
        ),
        (
            &["normalize", "--max-depth", "0"],
            "expected a number from 1 to 1000",
        ),
        (
            &["normalize", "--max-bytes", "0"],
            "expected a number of bytes",
        ),
        (&["validate", "--max-findings", "-1"], "expected a number"),
        (&["inspect", "--line", "0"], "expected a number from 1 on"),
        (
            &["inspect", "--number", "one"],
            "expected a number from 1 on",
        ),
        (&["generate", "--messages", "1.5"], "expected a number"),
        (&["generate", "--seed", ""], "expected a number"),
        (
            &["generate", "--events", "a"],
            "expected A..B or one number",
        ),
    ] {
        let args: Vec<String> = match args {
            [first @ .., option, value] => first
                .iter()
                .map(|arg| (*arg).to_owned())
                .chain([format!("{option}={value}")])
                .collect(),
            _ => unreachable!(),
        };
        let ran = run(&args, "");
        assert_eq!(ran.status, Some(2), "{args:?}");
        assert!(ran.err.contains(expected), "{args:?}: {}", ran.err);
    }
}
