//! Tests that `examples/embed_lambda.rs` gives the same answers in Lambda as the engine in this
//! process.
//!
//! One test runs it under `cargo lambda watch` with every sample message, and one against an
//! endpoint that sets deadlines and sends large bodies. `HYDRANT_CARGO_LAMBDA` names the program
//! `cargo-lambda` (by default the one on the path). Without the program the first test prints that
//! it is skipped; in CI (if `CI` is set) it fails.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod endpoint;
#[allow(dead_code)] // only the module is used
#[path = "../../examples/embed_lambda.rs"]
mod example;
mod http;
mod watch;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use endpoint::Endpoint;
use hydrant::{Engine, Verdict};
use hydrant_testing::generate;
use serde_json::{Value, json};

/// Tests run one at a time: they share cargo's target folder, and must not get the same free port.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn every_sample_is_answered_under_cargo_lambda_watch() {
    let Some(program) = watch::cargo_lambda() else {
        return;
    };
    let _alone = alone();
    let watch = watch::Watch::start(&program, &target());
    let mut count = 0;
    let mut answers_as_here = |name: &str, body: &[u8]| {
        let before = now_ms();
        let (status, answer) = watch.invoke(body);
        let failed = status != 200;
        check(name, body, failed, &answer, before);
        count += 1;
    };
    for (name, file) in own_samples().into_iter().chain(published_samples()) {
        let lines = name.ends_with(".ndjson");
        for message in file.split(|&byte| lines && byte == b'\n') {
            if !message.trim_ascii().is_empty() {
                answers_as_here(&name, message);
            }
        }
    }

    // A failure is answered, and the function handles the next invocation.
    let good = generate::batch(3, 1);
    for bad in [
        &b"garbage"[..],
        b"",
        b"{\"type\":\"event_processing_request\",\"events\":[{\"type\":\"custom_event\",\"name\":\"\xff\"}]}",
        faulty("panic").as_bytes(),
        faulty("panic in one event").as_bytes(),
        faulty("retry").as_bytes(),
    ] {
        answers_as_here("a bad body", bad);
        answers_as_here("a good body after a bad one", &good);
    }
    println!("{count} invocations");
}

#[test]
fn deadlines_are_kept_and_large_bodies_read() {
    let _alone = alone();
    let program = build();
    let endpoint = Endpoint::start();
    let _function = endpoint.run(&program);
    let (good, soon) = (generate::batch(3, 1), now_ms() + 60_000);

    let before = now_ms();
    let answer = endpoint.invoke(&good, soon);
    check("in time", &good, answer.failed, &answer.body, before);

    let late = endpoint.invoke(&good, before - 1);
    assert!(late.failed);
    assert_eq!(
        serde_json::from_slice::<Value>(&late.body).unwrap(),
        json!({"errorType": "deadline_exceeded", "errorMessage": "the deadline has passed"})
    );

    // Nearly the maximum size of a synchronous invocation, which arrives in many pieces, and a
    // truncated body.
    let large = generate::batch(10_000, 1);
    assert!(large.len() > 5_000_000);
    for body in [&large[..], &large[..large.len() / 2], &good] {
        let answer = endpoint.invoke(body, soon);
        check("large", body, answer.failed, &answer.body, before);
    }
}

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Compares an answer with that of the engine in this process. Timestamps must be between `before`
/// and now, and generated identifiers may differ.
fn check(name: &str, body: &[u8], failed: bool, answer: &[u8], before: u64) {
    let invocation = hydrant::host::system_invocation();
    let engine = Engine::new_async(example::Module);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let expected = match runtime.block_on(engine.process_async(body, &invocation)) {
        Ok(pending) => {
            let output = pending.finish();
            match output.verdict() {
                Verdict::Answer => Ok(value(output.response())),
                Verdict::Retry { .. } => Err(("retry", "to be tried again later".to_owned())),
                _ => {
                    let (_, failure) = output.failures().next().unwrap();
                    Err(("rejected", failure.to_string()))
                }
            }
        }
        Err(error) => Err((error.kind().as_str(), error.to_string())),
    };
    let mut answer = value(answer);
    let expected = match expected {
        Ok(mut expected) => {
            assert!(!failed, "{name}: {answer}");
            let timestamp_ms = answer["timestamp_ms"].as_u64().unwrap();
            assert!((before..=now_ms()).contains(&timestamp_ms), "{name}");
            answer["timestamp_ms"] = expected["timestamp_ms"].clone();
            if expected["id"] == invocation.fresh_id().to_string() {
                expected["id"] = answer["id"].clone();
            }
            expected
        }
        Err((error_type, message)) => {
            assert!(failed, "{name}: {answer}");
            json!({"errorType": error_type, "errorMessage": message})
        }
    };
    assert_eq!(answer, expected, "{name}");
}

fn value(text: &[u8]) -> Value {
    serde_json::from_slice(text)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
}

fn faulty(fault: &str) -> String {
    let events =
        json!([{"type": "custom_event", "name": "a"}, {"type": "custom_event", "name": "b"}]);
    let account = json!({"account_settings": {"fault": fault}});
    json!({"type": "event_processing_request", "account": account, "events": events}).to_string()
}

/// The files of `corpus/valid`.
fn own_samples() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let samples = files(&root.join("corpus/valid")).unwrap();
    assert!(!samples.is_empty());
    samples
}

/// The published samples of the Java SDK.
fn published_samples() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared =
        env::var_os("HYDRANT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let examples = shared.join("firehose/examples");
    files(&examples).unwrap_or_else(|_| {
        let examples = examples.display();
        eprintln!("SKIPPED: no published samples at {examples}; set HYDRANT_SHARED");
        Vec::new()
    })
}

/// The files of a folder with their names.
fn files(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        files.push((path.display().to_string(), std::fs::read(&path)?));
    }
    Ok(files)
}

fn build() -> PathBuf {
    let target = target();
    let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--package", "hydrant"])
        .args(["--example", "embed_lambda", "--target-dir"])
        .arg(&target)
        .status()
        .unwrap();
    assert!(built.success(), "embed_lambda does not build");
    target.join("debug/examples/embed_lambda")
}

/// The target folder, of which this test is `debug/deps/embed_lambda-*`.
fn target() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_millis().try_into().unwrap()
}
