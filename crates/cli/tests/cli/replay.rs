//! `hydrant replay` and `hydrant diff`.

use std::fs;
use std::path::Path;

use hydrant_testing::http_server::{HttpReply, HttpServer};
use hydrant_testing::{Value, json};

use crate::support::*;

/// The line of a request that was received at this time.
fn line(number: u32, received_ms: u64) -> Value {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    json!({
        "recording": 1,
        "received_ms": received_ms,
        "type": "event_processing_request",
        "id": id,
        "request": {
            "type": "event_processing_request",
            "id": id,
            "account": {"account_id": 7, "account_settings": {}},
        },
        "status": 200,
        "service_us": 900,
        "ended": "answered",
        "error": null,
        "outcome": "done",
        "not_done": [],
        "response": {"type": "event_processing_response", "id": id, "timestamp_ms": number},
        "records": [{"bytes": 4, "sha256": "00"}],
    })
}

fn write(path: &Path, lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(path, lines.concat()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn requests_are_played_with_settings_and_measured() {
    let server = HttpServer::start(|_| HttpReply::new(200)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<Value> = (0..20).map(|it| line(it, 1000 + u64::from(it))).collect();
    let file = write(&folder.path().join("a.ndjson"), &lines);
    let settings = folder.path().join("settings.json");
    fs::write(&settings, r#"{"7":{"api_key":"k"}}"#).unwrap();
    let args = [
        "replay",
        &file,
        "--to",
        &server.url(),
        "--json",
        "--settings",
    ];
    let args = args.iter().copied().chain([settings.to_str().unwrap()]);
    let ran = run(args, "");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let report = &ran.json()[0];
    for (field, count) in [
        ("requests", 20),
        ("sent", 20),
        ("answered", 20),
        ("attempts", 20),
    ] {
        assert_eq!(report[field], count, "{field}");
    }
    assert_eq!(report["ends"], json!({"200": 20}));
    let latency = &report["latency_ms"];
    let at = |name: &str| latency[name].as_f64().unwrap();
    assert!(at("p50") > 0.0 && at("p50") <= at("p99") && at("p99") <= at("max"));
    let requests = server.requests();
    assert_eq!(requests.len(), 20);
    for request in requests {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["account"]["account_settings"], json!({"api_key": "k"}));
    }
}

#[test]
fn time_passes_as_in_the_recording_or_faster_or_at_a_rate() {
    let server = HttpServer::start(|_| HttpReply::new(200)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder.path().join("a.ndjson"), &[line(1, 0), line(2, 400)]);
    let seconds = |args: &[&str]| {
        let url = server.url();
        let args = [&["replay", &file, "--to", &url, "--json"], args].concat();
        let ran = run(args, "");
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        ran.json()[0]["seconds"].as_f64().unwrap()
    };
    // A run can take longer, but not less than the times say.
    assert!(seconds(&[]) >= 0.4);
    assert!(seconds(&["--speed", "2"]) >= 0.2);
    assert!(seconds(&["--rate", "5"]) >= 0.2);
    let ran = run(
        [
            "replay",
            &file,
            "--to",
            &server.url(),
            "--rate",
            "5",
            "--speed",
            "2",
        ],
        "",
    );
    assert_eq!(ran.status, Some(2));
}

#[test]
fn throttled_requests_are_repeated_after_the_time_that_was_asked_for() {
    let server = HttpServer::start(|request| match request.number {
        0 => HttpReply::new(429).with_header("Retry-After", "1"),
        _ => HttpReply::new(200),
    });
    let server = server.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder.path().join("a.ndjson"), &[line(1, 0), line(2, 100)]);
    let ran = run(["replay", &file, "--to", &server.url(), "--json"], "");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let report = &ran.json()[0];
    assert_eq!(
        (&report["throttled"], &report["attempts"]),
        (&1.into(), &3.into())
    );
    assert!(report["seconds"].as_f64().unwrap() >= 1.0);
    // The latency counts from the time at which the request was due.
    assert!(report["latency_ms"]["max"].as_f64().unwrap() >= 1000.0);
    assert!(report["attempt_ms"]["max"].as_f64().unwrap() < 1000.0);
}

#[test]
fn requests_that_are_not_answered_are_counted() {
    let server = HttpServer::start(|_| HttpReply::new(400)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut refused = line(2, 0);
    refused["request"] = Value::Null;
    let lines = [json!({"recording": 1, "left_out": 3}), line(1, 0), refused];
    let file = write(&folder.path().join("a.ndjson"), &lines);
    let ran = run(["replay", &file, "--to", &server.url()], "");
    assert_eq!(ran.status, Some(1));
    assert_eq!(server.requests().len(), 1);
    assert!(
        ran.out.contains("p99") && ran.out.contains("  400"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("without their text: 1"), "{}", ran.err);
    assert!(ran.err.contains("missing: 3"), "{}", ran.err);
}

#[test]
fn what_is_not_a_recording_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.ndjson");
    fs::write(&file, format!("{}\n{}\n", line(1, 0), plain())).unwrap();
    let file = file.to_str().unwrap();
    for args in [
        &["replay", file, "--to", "http://127.0.0.1:1/"][..],
        &["diff", file, file],
    ] {
        let ran = run(args, "");
        assert_eq!(ran.status, Some(1));
        assert!(
            ran.err.contains("a.ndjson:2: not a line of a recording"),
            "{}",
            ran.err
        );
    }
    let newer = write(&folder.path().join("b.ndjson"), &[json!({"recording": 2})]);
    let ran = run(["diff", &newer, &newer], "");
    assert!(
        ran.err.contains("b.ndjson:1: recorded by a newer version"),
        "{}",
        ran.err
    );
    // A host that was killed leaves a part of a line.
    let broken = folder.path().join("c.ndjson");
    fs::write(&broken, format!("{}\n{{\"recording\":1,\"req", line(1, 0))).unwrap();
    let broken = broken.to_str().unwrap();
    let ran = run(["diff", broken, broken], "");
    assert_eq!(ran.status, Some(0));
    assert!(
        ran.err
            .contains("c.ndjson:2: the last line is not complete"),
        "{}",
        ran.err
    );
}

#[test]
fn differences_are_found_and_times_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let before: Vec<Value> = (0..5).map(|it| line(it, 1000)).collect();
    let mut after: Vec<Value> = (0..5).map(|it| line(it, 5000)).collect();
    for line in &mut after {
        line["service_us"] = 5.into();
        line["response"]["timestamp_ms"] = 99.into();
        line["response"]["id"] = "other".into();
    }
    after.reverse();
    let a = write(&folder.path().join("a.ndjson"), &before);
    let b = write(&folder.path().join("b.ndjson"), &after);
    let ran = run(["diff", &a, &b], "");
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), ""));
    assert!(ran.err.contains("same 5, different 0"), "{}", ran.err);

    // In the order of the numbers again.
    after.reverse();
    after[0]["status"] = 503.into();
    after[0]["ended"] = "retry".into();
    after[1]["not_done"] = json!([{"part": "event", "index": 0, "outcome": "discarded: no name"}]);
    after[2]["records"][0]["sha256"] = "01".into();
    after[3]["response"]["suspend_subscription"] = true.into();
    after.push(line(7, 0));
    let b = write(&folder.path().join("b.ndjson"), &after);
    let ran = run(["diff", &a, &b, "--json"], "");
    assert_eq!(ran.status, Some(1));
    let fields: Vec<Value> = ran.json().iter().map(|it| it["field"].clone()).collect();
    let expected = [
        "ended", "status", "not_done", "records", "response", "request",
    ];
    assert_eq!(fields, expected);
    assert!(
        ran.err
            .contains("same 1, different 4, only in A 0, only in B 1"),
        "{}",
        ran.err
    );
    let text = run(["diff", &a, &b], "").out;
    assert!(
        text.contains("discarded: no name") && text.contains("\n  A: []\n"),
        "{text}"
    );
}

/// The platform repeats what fails, and so does `replay`.
#[test]
fn repeats_of_failed_requests_are_not_played_and_those_of_answered_ones_are() {
    let server = HttpServer::start(|_| HttpReply::new(200)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut lines: Vec<Value> = [1, 1, 1, 1, 2].map(|it| line(it, 0)).into();
    lines[0]["status"] = 503.into();
    lines[1]["status"] = 429.into();
    let file = write(&folder.path().join("a.ndjson"), &lines);
    let ran = run(["replay", &file, "--to", &server.url(), "--json"], "");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    // The first one, the one after the answer, and the other one.
    assert_eq!(server.requests().len(), 3);
    assert!(ran.err.contains("is repeated here: 2"), "{}", ran.err);
}

#[test]
fn equal_requests_are_compared_in_the_order_in_which_they_were_received() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = [line(1, 1000), line(1, 2000)];
    lines[0]["status"] = 400.into();
    let a = write(&folder.path().join("a.ndjson"), &lines);
    lines.reverse();
    let b = write(&folder.path().join("b.ndjson"), &lines);
    let ran = run(["diff", &a, &b], "");
    assert_eq!(ran.status, Some(0), "{}", ran.out);
    assert!(ran.err.contains("same 2, different 0"), "{}", ran.err);
    let b = write(&folder.path().join("b.ndjson"), &lines[1..]);
    let ran = run(["diff", &a, &b], "");
    assert!(
        ran.err.contains("same 1, different 0, only in A 1"),
        "{}",
        ran.err
    );
}

/// `replay` repeats requests, and how often depends on the run.
#[test]
fn of_the_attempts_of_a_request_the_last_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = [line(1, 1000), line(1, 2000), line(1, 3000)];
    lines[0]["status"] = 503.into();
    lines[1]["status"] = 429.into();
    let a = write(&folder.path().join("a.ndjson"), &lines[2..]);
    let b = write(&folder.path().join("b.ndjson"), &lines);
    let ran = run(["diff", &a, &b], "");
    assert_eq!(ran.status, Some(0), "{}", ran.out);
    assert!(ran.err.contains("same 1, different 0"), "{}", ran.err);
    assert!(
        ran.err
            .contains("b.ndjson: attempts that failed and were repeated")
    );
    assert!(ran.err.contains("not compared: 2"), "{}", ran.err);
    // Without an answer, the last failure is what became of it.
    let b = write(&folder.path().join("b.ndjson"), &lines[..2]);
    let ran = run(["diff", &a, &b, "--json"], "");
    assert_eq!(ran.status, Some(1));
    assert_eq!(ran.json()[0]["b"], 429);
}

#[test]
fn what_cannot_be_a_recording_is_refused_without_a_line_break_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.ndjson");
    let path = file.to_str().unwrap();
    for (text, reason) in [
        ("garbage", "a.ndjson:1: not a line"),
        ("{\"recorded\":1}", "a.ndjson:1: not a line"),
        ("", "no request in"),
        ("{\"recording\":1,\"req", "no request in"),
    ] {
        fs::write(&file, text).unwrap();
        for args in [
            &["diff", path, path][..],
            &["replay", path, "--to", "http://127.0.0.1:1/"],
        ] {
            let ran = run(args, "");
            assert_eq!(ran.status, Some(1), "{args:?}: {text}");
            assert!(ran.err.contains(reason), "{}", ran.err);
        }
    }
    // A whole line counts.
    fs::write(&file, line(1, 0).to_string()).unwrap();
    let ran = run(["diff", path, path], "");
    assert!(ran.err.contains("same 1,"), "{}", ran.err);
    // A line that does not end. The file takes no space.
    fs::File::create(&file).unwrap().set_len(257 << 20).unwrap();
    let ran = run(["replay", path, "--to", "http://127.0.0.1:1/"], "");
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.err.contains("a.ndjson:1: longer than 256 MiB"),
        "{}",
        ran.err
    );
}

/// A recording of `hydrant serve` is played against another host, whose recording is the same.
#[cfg(all(unix, feature = "serve"))]
#[test]
fn a_recording_of_a_host_can_be_played_and_compared() {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let recordings = ["a", "b"].map(|name| folder.path().join(name));
    let [a, b] = recordings.each_ref().map(|path| path.to_str().unwrap());
    let start = |recording: &str| -> (Child, String) {
        let args = [
            "serve",
            "--to",
            "null",
            "--listen",
            "127.0.0.1:0",
            "--record",
            recording,
        ];
        let mut command = hydrant_with_signals(&args);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut lines = lines.map(|line| line.unwrap());
        let url = lines.find_map(|line| Some(line.strip_prefix("listening at ")?.to_owned()));
        (child, url.unwrap())
    };
    // The recorder writes what waits at the end.
    let end = |mut child: Child| {
        let mut kill = std::process::Command::new("kill");
        kill.args(["-TERM", &child.id().to_string()]);
        assert!(kill.status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    };
    let (host, url) = start(a);
    let text = generated("--messages 20 --events 1..3 --kind events --seed 3");
    let ran = run(["send", "-", "--to", &url], &text);
    assert_eq!(ran.status, Some(0), "{} {}", ran.out, ran.err);
    end(host);
    let (host, url) = start(b);
    let ran = run(["replay", a, "--to", &url, "--rate", "1000", "--json"], "");
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(ran.json()[0]["answered"], 20);
    end(host);
    let ran = run(["diff", a, b], "");
    assert_eq!(ran.status, Some(0), "{}", ran.out);
    assert!(ran.err.contains("same 20, different 0"), "{}", ran.err);

    // No identity of a message is in the recording, and no setting.
    let mut recording = String::new();
    for file in fs::read_dir(a).unwrap() {
        recording += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let mut values = 0;
    for line in text.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let identities = message["user_identities"].as_array();
        let identities = identities
            .into_iter()
            .flatten()
            .map(|it| it["value"].clone());
        let settings = message["account"]["account_settings"].as_object();
        let settings = settings.into_iter().flatten().map(|it| it.1.clone());
        for value in identities.chain(settings) {
            let value = value.as_str().unwrap().to_owned();
            if value.len() > 5 {
                values += 1;
                assert!(!recording.contains(&format!("\"{value}\"")), "{value}");
            }
        }
    }
    assert!(values > 20, "{values}");
}
