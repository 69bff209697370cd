//! Every sample message under `cargo lambda watch`, and many and large messages against the
//! endpoint.

use hydrant_testing::generate;
use serde_json::{Value, json};

use super::check::check;
use super::endpoint::Fault;
use super::function::{self, Function, faulty, lines, now_ms, samples, soon, value};
use super::watch;

/// Bodies that are not answered.
fn bad() -> Vec<Vec<u8>> {
    let not_utf8 =
        br#"{"type":"event_processing_request","events":[{"type":"custom_event","name":""#;
    vec![
        b"garbage".to_vec(),
        b"".to_vec(),
        [&not_utf8[..], b"\xff\"}]}"].concat(),
        faulty("panic").into_bytes(),
        faulty("panic in one event").into_bytes(),
        faulty("retry").into_bytes(),
        faulty("retry later").into_bytes(),
        faulty("reject").into_bytes(),
    ]
}

/// Bodies that are answered: heartbeats of events and audiences, and the documented test message.
fn heartbeats() -> [&'static [u8]; 4] {
    [
        br#"{"type":"event_processing_request","id":"61414618-9724-40ef-b03c-f646c95552a8","events":[]}"#,
        br#"{"type":"event_processing_request","id":"61414618-9724-40ef-b03c-f646c95552a8"}"#,
        br#"{"type":"audience_membership_change_request","id":"61414618-9724-40ef-b03c-f646c95552a8","timestamp_ms":1583958296525,"firehose_version":"2.1.1","account":{"account_id":123456,"account_settings":{"Example String Setting":"Example Setting Value"}}}"#,
        br#"{"type":"module_registration_request","id":"76e558fa-f456-437c-bb81-e658f75a7bd9","timestamp_ms":1446250094767}"#,
    ]
}

#[test]
fn every_message_is_answered_under_cargo_lambda_watch() {
    let Some(program) = watch::cargo_lambda() else {
        return;
    };
    let watch = watch::Watch::start(&program, function::program(), &[]);
    let mut count = 0;
    let mut answers_as_here = |name: &str, body: &[u8]| {
        let before = now_ms();
        let (status, answer) = watch.invoke(body);
        check(name, body, status != 200, &answer, before);
        count += 1;
    };
    for (name, message) in samples() {
        answers_as_here(&name, &message);
    }
    for message in heartbeats() {
        answers_as_here("a heartbeat", message);
    }
    // A failure is answered, and the function handles the next invocation.
    let good = generate::batch(3, 1);
    for body in bad() {
        answers_as_here("a bad body", &body);
        answers_as_here("a good body after a bad one", &good);
    }
    let request = json!({"version": "2.0", "routeKey": "$default", "rawPath": "/", "headers": {},
        "requestContext": {"http": {"method": "POST", "path": "/"}}, "isBase64Encoded": false,
        "body": String::from_utf8(good).unwrap()});
    let (status, answer) = watch.invoke(request.to_string().as_bytes());
    assert_eq!((status, &value(&answer)["statusCode"]), (200, &json!(200)));
    println!("{count} invocations");
}

#[test]
fn every_message_is_answered_at_the_endpoint() {
    for mode in ["", "silent"] {
        let mut function = Function::start(&format!("messages-{mode}"), mode, &[]);
        let others = heartbeats().map(|body| ("a heartbeat".to_owned(), body.to_vec()));
        let bad = bad()
            .into_iter()
            .map(|body| ("a bad body".to_owned(), body));
        for (name, body) in samples().into_iter().chain(others).chain(bad) {
            let before = now_ms();
            let answer = function.invoke(&body);
            check(&name, &body, answer.failed, &answer.body, before);
        }
    }
}

#[test]
fn synchronous_modules_are_hosted() {
    let mut function = Function::start("synchronous", "synchronous", &[]);
    let body = generate::batch(3, 1);
    let before = now_ms();
    let answer = function.invoke(&body);
    check("a batch", &body, answer.failed, &answer.body, before);
    let late = function.endpoint.invoke(&body, now_ms() - 1);
    assert!(late.failed);
}

/// Nearly the maximum size of a synchronous invocation, and a truncated body.
#[test]
fn large_messages_are_read() {
    let mut function = Function::start("large", "", &[]);
    let large = generate::batch(10_000, 1);
    assert!((5_000_000..6 << 20).contains(&large.len()));
    for body in [
        &large[..],
        &large[..large.len() / 2],
        &generate::batch(3, 1),
    ] {
        let before = now_ms();
        let answer = function.invoke(body);
        check("large", body, answer.failed, &answer.body, before);
    }
}

#[test]
fn a_thousand_invocations_are_answered() {
    let mut function = Function::start("thousand", "", &[]);
    let bodies: Vec<Vec<u8>> = (0..8).map(|seed| generate::batch(4, seed)).collect();
    for index in 0..1000 {
        let body = &bodies[index % bodies.len()];
        let before = now_ms();
        let answer = function.invoke(body);
        if index % 50 == 0 {
            check("one of many", body, answer.failed, &answer.body, before);
        }
        assert!(!answer.failed);
    }
    let cold = |line: &&Value| line["cold_start"] == true;
    let printed = lines(&function.process.output());
    assert_eq!(printed.iter().filter(cold).count(), 1);
}

/// Invocations that reach one environment at the same time are handled at the same time: some of
/// them never end, and the others are answered.
#[test]
fn concurrent_invocations_are_answered() {
    let concurrency = [("AWS_LAMBDA_MAX_CONCURRENCY", "4")];
    for memory in ["256", "4096"] {
        let memory = ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory);
        let variables = [concurrency[0], memory];
        let mut function = Function::start(&format!("concurrent-{}", memory.1), "", &variables);
        let (stuck, soon) = (faulty("never end"), soon());
        let blocked: Vec<String> = (0..3)
            .map(|_| {
                let deadline_ms = now_ms() + 20_000;
                function
                    .endpoint
                    .send(stuck.as_bytes(), deadline_ms, Fault::None)
            })
            .collect();
        let body = generate::batch(3, 1);
        let before = now_ms();
        for _ in 0..100 {
            let id = function.endpoint.send(&body, soon, Fault::None);
            let answer = function.endpoint.receive();
            assert!(!blocked.contains(&answer.id));
            assert_eq!(answer.id, id);
            check("concurrent", &body, answer.failed, &answer.body, before);
        }
    }
}

#[test]
fn what_cannot_finish_is_to_be_retried() {
    let mut function = Function::start("deadlines", "", &[]);
    let late = json!({"errorType": "deadline_exceeded", "errorMessage": "the deadline has passed"});
    let answer = function
        .endpoint
        .invoke(&generate::batch(3, 1), now_ms() - 1);
    assert!(answer.failed);
    assert_eq!(value(&answer.body), late);

    // The handler is stopped before the deadline of the invocation.
    let deadline_ms = now_ms() + 2_000;
    let answer = function
        .endpoint
        .invoke(faulty("never end").as_bytes(), deadline_ms);
    assert!(answer.failed && now_ms() < deadline_ms);
    assert_eq!(value(&answer.body), late);

    let body = generate::batch(3, 1);
    let before = now_ms();
    let answer = function.invoke(&body);
    check(
        "after the deadline",
        &body,
        answer.failed,
        &answer.body,
        before,
    );
    let printed = lines(&function.process.output());
    let unsettled = printed.iter().filter(|line| line["outcome"] == "unsettled");
    let ids: Vec<&Value> = unsettled.map(|line| &line["event_id"]).collect();
    assert_eq!(ids, [&function::event_id(0), &function::event_id(1)]);
}

#[test]
fn a_program_that_is_not_a_function_says_so() {
    let output = std::process::Command::new(function::program())
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("cargo lambda watch"), "{text}");
}

#[test]
fn a_wrong_address_of_the_runtime_api_is_an_error() {
    for address in ["", "a b", "/2018-06-01", "http://"] {
        let output = std::process::Command::new(function::program())
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "_")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "4096")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{address}");
        assert!(text.contains("is not an address"), "{address}: {text}");
        assert!(!text.contains("panicked"), "{address}: {text}");
    }
}

#[test]
fn dead_letters_in_files_are_refused() {
    let mut function = Function::start("files", "files", &[]);
    assert!(!function.process.wait().success());
    let text = function.process.output();
    assert!(text.contains("a file in AWS Lambda is lost"), "{text}");
}

/// With less than two virtual CPUs the function has one thread.
#[cfg(target_os = "linux")]
#[test]
fn a_small_function_has_one_thread() {
    let mut function = Function::start("threads", "sinks", &[]);
    let answer = function.invoke(faulty("emit").as_bytes());
    assert!(!answer.failed);
    let tasks = format!("/proc/{}/task", function.process.process.id());
    assert_eq!(std::fs::read_dir(tasks).unwrap().count(), 1);
}

/// Metrics have the values of the messages, and log lines name them.
#[test]
fn metrics_and_log_lines_describe_the_messages() {
    let mut function = Function::start("metrics", "", &[]);
    let answer = function.invoke(faulty("").as_bytes());
    assert!(!answer.failed);
    assert!(
        function
            .invoke(faulty("panic in one event").as_bytes())
            .failed
    );
    assert!(function.invoke(b"garbage").failed);
    let printed = lines(&function.process.output());
    let metrics: Vec<&Value> = printed
        .iter()
        .filter(|line| line["_aws"].is_object())
        .collect();
    let [answered, rejected, refused] = metrics[..] else {
        panic!("{metrics:?}");
    };
    assert_eq!(answered["FunctionName"], "function");
    assert_eq!(
        answered["_aws"]["CloudWatchMetrics"][0]["Namespace"],
        "Hydrant"
    );
    let lag = answered["Lag"][0].as_f64().unwrap();
    assert!((0.0..60_000.0).contains(&lag), "{lag}");
    for time in ["ParseTime", "HandleTime"] {
        assert!(answered[time][0].as_f64().unwrap() > 0.0, "{time}");
    }
    for (metrics, expected) in [
        (
            answered,
            json!({"Messages": 1, "Answered": 1, "ColdStart": 1, "BatchSize": [2.0],
            "Events.custom_event": 2, "Outcomes.done": 2}),
        ),
        (
            rejected,
            json!({"Messages": 1, "Rejected": 1, "Outcomes.done": 1, "Outcomes.rejected": 1}),
        ),
        (refused, json!({"Messages": 1, "Refused": 1})),
    ] {
        for (name, expected) in expected.as_object().unwrap() {
            assert_eq!(&metrics[name], expected, "{name}: {metrics}");
        }
    }
    assert!(refused["BatchSize"].is_null() && rejected["ColdStart"].is_null());

    let first = printed
        .iter()
        .find(|line| line["message"] == "message answered")
        .unwrap();
    for (name, expected) in json!({"level": "INFO", "request_id": "request-1", "source": "invoke",
        "message_id": "b4d1a6f0-5f0e-4a0c-8c65-2f6c1b9d1a11", "message_type": "event_processing_request",
        "account_id": 7, "events": 2, "events_by_type": "custom_event=2", "done": 2,
        "verdict": "answered", "cold_start": true}).as_object().unwrap()
    {
        assert_eq!(&first[name], expected, "{name}: {first}");
    }
    let failed = printed
        .iter()
        .find(|line| line["message"] == "not done")
        .unwrap();
    for (name, expected) in json!({"request_id": "request-2", "part": "event", "index": 0,
        "event_id": function::event_id(0), "outcome": "rejected", "reason": "the handler panicked"})
    .as_object()
    .unwrap()
    {
        assert_eq!(&failed[name], expected, "{name}: {failed}");
    }
}

/// Without logs and metrics nothing is printed.
#[test]
fn logs_and_metrics_can_be_turned_off() {
    let mut function = Function::start("silent", "silent", &[]);
    assert!(!function.invoke(faulty("").as_bytes()).failed);
    assert!(function.invoke(b"garbage").failed);
    assert_eq!(function.process.output(), "");
    let mut function = Function::start("level", "sinks", &[("AWS_LAMBDA_LOG_LEVEL", "WARN")]);
    assert!(!function.invoke(faulty("").as_bytes()).failed);
    assert_eq!(function.process.output(), "");
}
