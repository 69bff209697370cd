//! The memory of the program for hostile input: at most a multiple of its size. The peak is `VmHWM`
//! in `/proc/PID/status`, so these tests are for Linux only.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::*;

const MIB: usize = 1 << 20;

/// The memory for an empty input: the program, its threads and its buffers.
const FIXED: usize = 32 * MIB;

/// The README states it.
const MULTIPLE: usize = 300;

/// A message of about this many bytes: a batch with many copies of `item`, separated by commas, at
/// this position.
fn filled(before: &str, item: &str, after: &str, bytes: usize) -> String {
    let count = bytes / (item.len() + 1);
    let items = vec![item; count].join(",");
    format!(r#"{{"type":"event_processing_request",{before}{items}{after}}}"#)
}

/// A membership change with many empty objects in this place.
fn audiences(before: &str, after: &str, bytes: usize) -> String {
    let items = vec!["{}"; bytes / 3].join(",");
    format!(
        r#"{{"type":"audience_membership_change_request","user_profiles":[{before}{items}{after}]}}"#
    )
}

fn shapes(bytes: usize) -> Vec<(&'static str, String)> {
    let event = r#"{"type":"custom_event","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":7,"name":"a name","attributes":{"a":"b"}}"#;
    let nested = "[".repeat(100) + &"]".repeat(100);
    let text = "x".repeat(bytes);
    vec![
        ("events", filled(r#""events":["#, event, "]", bytes)),
        ("many small messages", "{}".repeat(bytes / 2)),
        (
            "an array of small messages",
            format!("[{}]", vec![RESPONSE; bytes / 40].join(",")),
        ),
        ("garbage lines", "x\n".repeat(bytes / 2)),
        ("cut lines", "{\"a\":[\n".repeat(bytes / 7)),
        ("brackets", "[".repeat(bytes)),
        ("nested", filled(r#""unknown":["#, &nested, "]", bytes)),
        (
            "a long string",
            format!(r#"{{"type":"event_processing_request","source_id":"{text}"}}"#),
        ),
        (
            "a long string without end",
            format!(r#"{{"type":"event_processing_request","source_id":"{text}"#),
        ),
        ("unknown fields", filled("", r#""aaaaaaaa":1"#, "", bytes)),
        ("white space", " ".repeat(bytes)),
        (
            "empty products",
            filled(
                r#""events":[{"type":"product_action","products":["#,
                "{}",
                "]}]",
                bytes,
            ),
        ),
        (
            "empty audiences",
            audiences(r#"{"audiences":["#, "]}", bytes),
        ),
        (
            "empty audiences of former protocols",
            audiences(r#"{"added_audiences":["#, "]}", bytes),
        ),
        ("empty profiles", audiences("", "", bytes)),
    ]
}

/// The peak memory of a process after it has ended.
fn peak(mut child: Child) -> usize {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        // A process that has ended has no memory, and so no such line.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(kilobytes.unwrap_or(0usize) * 1024);
        if child.try_wait().unwrap().is_some() {
            return most;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Wrappers of very many messages, and of records without any.
fn wrappers(bytes: usize) -> Vec<(&'static str, String)> {
    let many = "{}".repeat(bytes / 2);
    let of_records = |record: &str| vec![record; bytes / (record.len() + 1)].join(",");
    let sqs = r#"{"eventSource":"aws:sqs","body":"{}"}"#;
    vec![
        (
            "a body of small messages",
            format!(r#"{{"httpMethod":"POST","body":"{many}"}}"#),
        ),
        ("a string of small messages", format!("\"{many}\"")),
        (
            "an array of small messages in a body",
            format!(r#"{{"body":"[{}]","headers":{{}}}}"#, of_records("{}")),
        ),
        (
            "small records",
            format!(r#"{{"Records":[{}]}}"#, of_records(sqs)),
        ),
        (
            "empty records",
            format!(r#"{{"Records":[{sqs},{}]}}"#, of_records("{}")),
        ),
        (
            "numbers for records",
            format!(
                r#"{{"eventSource":"aws:kafka","records":{{"t":[{}]}}}}"#,
                of_records("7")
            ),
        ),
        (
            "numbers for log events",
            format!(r#"{{"logEvents":[{}]}}"#, of_records("7")),
        ),
    ]
}

#[test]
fn memory_is_bounded_by_a_multiple_of_the_input() {
    let commands = [
        &["process", "-q", "-k", "-t", "2", "--output", "null"][..],
        &["normalize", "-k", "-t", "2", "--output", "null"],
        &["validate", "-t", "2"],
        &["inspect"],
    ];
    assert_bounded(shapes(2 * MIB), &commands);
}

#[test]
fn memory_for_wrappers_is_bounded_too() {
    let commands = [
        &[
            "process", "--unwrap", "-q", "-k", "-t", "2", "--output", "null",
        ][..],
        &["normalize", "--unwrap", "-k", "-t", "2", "--output", "null"],
        &["validate", "--unwrap", "-t", "2"],
        &["validate", "--unwrap", "--json", "-t", "2"],
        &["inspect", "--unwrap"],
    ];
    assert_bounded(wrappers(MIB), &commands);
}

fn assert_bounded(shapes: Vec<(&'static str, String)>, commands: &[&[&str]]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input");
    for (name, text) in shapes {
        fs::write(&file, &text).unwrap();
        for args in commands {
            let mut command = hydrant(*args);
            command.arg(&file).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            // A process that ends within a millisecond may not be seen.
            let mut peaks = (0..50).map(|_| peak(command.spawn().unwrap()));
            let peak = peaks.find(|peak| *peak > MIB).unwrap_or_default();
            let limit = FIXED + MULTIPLE * text.len();
            println!("{name}: {} takes {} MiB", args.join(" "), peak / MIB);
            assert!(
                peak > MIB && peak <= limit,
                "{name}: {args:?} takes {} MiB",
                peak / MIB
            );
        }
    }
}

/// An identity that every line of the output would have.
#[test]
fn output_grows_with_the_input_and_not_with_its_square() {
    let identity = |bytes| email("raw", &"a".repeat(bytes));
    let events = vec![r#"{"type":"custom_event"}"#; 1000].join(",");
    for bytes in [10, 1000, 40_000] {
        let message = format!(
            r#"{{"type":"event_processing_request","events":[{events}],"user_identities":[{}]}}"#,
            identity(bytes)
        );
        for args in [
            &["process", "-q"][..],
            &["process", "-q", "--show-identities"],
        ] {
            let out = run(args, &message).good();
            assert_eq!(out.lines().count(), 1000);
            assert!(out.len() < 1000 * 1300, "{args:?}: {} bytes", out.len());
        }
    }
}
