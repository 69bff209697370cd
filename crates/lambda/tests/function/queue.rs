//! Events of Amazon SQS and their partial answers.

use serde_json::{Value, json};

use super::function::{Function, faulty, now_ms, value};

fn record(id: &str, group: Option<&str>, body: &str) -> Value {
    let mut record = json!({"messageId": id, "receiptHandle": "h", "body": body,
        "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}, "md5OfBody": "",
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue", "awsRegion": "us-east-1"});
    if let Some(group) = group {
        record["attributes"]["MessageGroupId"] = json!(group);
    }
    record
}

fn failures(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|it| it["itemIdentifier"].as_str().unwrap())
        .collect()
}

#[test]
fn records_that_failed_are_listed() {
    let mut function = Function::start("sqs", "sqs", &[]);
    let good = faulty("");
    let notification =
        json!({"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:1:t",
        "Message": good})
        .to_string();
    let bad_notification =
        json!({"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:1:t",
        "Message": faulty("retry")})
        .to_string();
    let event = json!({"Records": [
        record("good", None, &good),
        record("retry", None, &faulty("retry")),
        record("heartbeat", None, r#"{"type":"event_processing_request"}"#),
        record("panic", None, &faulty("panic")),
        record("garbage", None, "garbage"),
        record("empty", None, ""),
        record("sns", None, &notification),
        record("bad sns", None, &bad_notification),
        record("last", None, &good),
    ]});
    let (failed, answer) = function.answer(&event);
    assert!(!failed, "{answer}");
    assert_eq!(
        failures(&answer),
        ["retry", "panic", "garbage", "empty", "bad sns"]
    );
    let (failed, answer) = function.answer(&json!({"Records": []}));
    assert!(!failed && failures(&answer).is_empty());
}

/// Otherwise a later message of the group would be handled before the one that comes again.
#[test]
fn a_failure_fails_the_rest_of_its_group() {
    let mut function = Function::start("fifo", "sqs", &[]);
    let (good, bad) = (faulty(""), faulty("retry"));
    let event = json!({"Records": [
        record("a1", Some("a"), &good),
        record("b1", Some("b"), &bad),
        record("a2", Some("a"), &good),
        record("b2", Some("b"), &good),
        record("c1", Some("c"), &good),
        record("b3", Some("b"), &good),
    ]});
    let (failed, answer) = function.answer(&event);
    assert!(!failed);
    assert_eq!(failures(&answer), ["b1", "b2", "b3"]);
}

/// What is stuck does not use up the time of other records, only that of its message group.
#[test]
fn records_after_the_deadline_fail() {
    let mut function = Function::start("sqs-late", "sqs", &[]);
    let event = json!({"Records": [
        record("good", None, &faulty("")),
        record("stuck", None, &faulty("never end")),
        record("later", None, &faulty("")),
        record("stuck too", Some("a"), &faulty("never end")),
        record("behind", Some("a"), &faulty("")),
        record("other group", Some("b"), &faulty("")),
    ]});
    let deadline_ms = now_ms() + 1_500;
    let answer = function
        .endpoint
        .invoke(event.to_string().as_bytes(), deadline_ms);
    assert!(!answer.failed && now_ms() < deadline_ms);
    assert_eq!(
        failures(&value(&answer.body)),
        ["stuck", "stuck too", "behind"]
    );
}

/// A record without an identifier could not be listed, and would be deleted.
#[test]
fn other_events_fail() {
    let mut function = Function::start("not-sqs", "sqs", &[]);
    for event in [
        "garbage".to_owned(),
        String::new(),
        faulty(""),
        json!({"Records": [{"body": "{}"}]}).to_string(),
        json!({"Records": [record("", None, &faulty(""))]}).to_string(),
        json!({"Records": [{"messageId": "1"}]}).to_string(),
    ] {
        let answer = function.invoke(event.as_bytes());
        assert!(answer.failed, "{event}");
        assert_eq!(value(&answer.body)["errorType"], "not_sqs");
    }
}
