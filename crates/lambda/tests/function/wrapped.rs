//! HTTP requests as events of API Gateway, function URLs and load balancers.

use std::time::Duration;

use hydrant_testing::generate;
use serde_json::{Value, json};

use super::check::{expected, same_response};
use super::endpoint::Fault;
use super::function::{Function, faulty, now_ms, value, with_names};

/// The event of each service with this body.
fn events(body: &Value, base64: bool) -> [(&'static str, Value); 3] {
    let rest = json!({"resource": "/", "path": "/", "httpMethod": "POST", "headers": {"Authorization": "Bearer t0ken"},
        "requestContext": {"resourcePath": "/", "stage": "prod"}, "isBase64Encoded": base64, "body": body});
    let http = json!({"version": "2.0", "routeKey": "$default", "rawPath": "/", "headers": {"content-type": "text/plain"},
        "requestContext": {"http": {"method": "POST", "path": "/"}}, "isBase64Encoded": base64, "body": body});
    let balancer = json!({"requestContext": {"elb": {"targetGroupArn": "arn"}}, "httpMethod": "POST", "path": "/",
        "headers": {"host": "example.com"}, "isBase64Encoded": base64, "body": body});
    [
        ("api gateway", rest),
        ("function url", http),
        ("load balancer", balancer),
    ]
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (word >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= chunk.len() {
                DIGITS[index] as char
            } else {
                '='
            });
        }
    }
    text
}

/// The status, the headers and the body of the answer to each form of the event.
fn requests(function: &mut Function, body: &[u8]) -> Vec<(&'static str, Value)> {
    let mut answers = Vec::new();
    let text = std::str::from_utf8(body).ok().map(|text| json!(text));
    let forms = [
        text.map(|text| (text, false)),
        Some((json!(base64(body)), true)),
    ];
    for (body, base64) in forms.into_iter().flatten() {
        for (name, event) in events(&body, base64) {
            let (failed, answer) = function.answer(&event);
            assert!(!failed, "{name}: {answer}");
            assert_eq!(answer["isBase64Encoded"], false);
            assert_eq!(
                answer["headers"]["content-type"],
                "application/json;charset=utf-8"
            );
            answers.push((name, answer));
        }
    }
    answers
}

#[test]
fn requests_get_the_response_of_the_engine() {
    let mut function = Function::start("http", "", &[]);
    for body in [
        generate::batch(3, 1),
        br#"{"type":"module_registration_request","id":"76e558fa-f456-437c-bb81-e658f75a7bd9"}"#
            .to_vec(),
        faulty("").into_bytes(),
    ] {
        let before = now_ms();
        for (name, answer) in requests(&mut function, &body) {
            assert_eq!(answer["statusCode"], 200, "{name}: {answer}");
            let response = value(answer["body"].as_str().unwrap().as_bytes());
            same_response(name, response, expected(&body).unwrap(), before);
        }
    }
}

#[test]
fn statuses_say_whether_to_repeat() {
    let mut function = Function::start("statuses", "", &[]);
    let not_utf8 = b"{\"type\":\"event_processing_request\",\"id\":\"\xff\"}";
    for (body, status, after) in [
        (&b"garbage"[..], 400, None),
        (b"", 400, None),
        (not_utf8, 400, None),
        (br#"{"type":"event_processing_response"}"#, 400, None),
        (faulty("retry").as_bytes(), 503, None),
        (faulty("retry later").as_bytes(), 503, Some("2")),
        (faulty("reject").as_bytes(), 500, None),
        (faulty("panic").as_bytes(), 500, None),
    ] {
        for (name, answer) in requests(&mut function, body) {
            let case = format!("{name}, {}: {answer}", String::from_utf8_lossy(body));
            assert_eq!(answer["statusCode"], status, "{case}");
            assert_eq!(answer["headers"]["retry-after"].as_str(), after, "{case}");
            let error = value(answer["body"].as_str().unwrap().as_bytes());
            let (error_type, message) = expected(body).unwrap_err();
            if !body.is_empty() {
                assert_eq!(error["errorType"], error_type, "{case}");
                assert_eq!(error["errorMessage"], message, "{case}");
            }
        }
    }
    for (name, event) in events(&Value::Null, false) {
        let (failed, answer) = function.answer(&event);
        assert!(!failed && answer["statusCode"] == 400, "{name}: {answer}");
    }
    for (name, event) in events(&json!(faulty("never end")), false) {
        let deadline_ms = now_ms() + 1_000;
        let answer = function
            .endpoint
            .invoke(event.to_string().as_bytes(), deadline_ms);
        let answer = value(&answer.body);
        assert_eq!(answer["statusCode"], 503, "{name}: {answer}");
    }
}

/// An error of the function would be 502 for the sender.
#[test]
fn requests_that_are_not_processed_get_a_status() {
    let mut function = Function::start("not-processed", "sinks", &[]);
    let answer = |function: &mut Function, event: &Value, deadline_ms, fault| {
        let event = event.to_string();
        function.endpoint.send(event.as_bytes(), deadline_ms, fault);
        let answer = function.endpoint.receive();
        let text = value(&answer.body);
        assert!(!answer.failed, "{text}");
        let error = value(text["body"].as_str().unwrap().as_bytes());
        (text["statusCode"].clone(), error["errorType"].clone())
    };
    // The deadline passes while the body arrives.
    for (name, event) in events(&json!(faulty("")), false) {
        let slow = Fault::Slow(Duration::from_millis(400));
        let late = answer(&mut function, &event, now_ms() + 300, slow);
        assert_eq!(late, (json!(503), json!("deadline_exceeded")), "{name}");
    }
    let body = with_names("emit", &["panic in the host"]);
    for (name, event) in events(&json!(body), false) {
        let panicked = answer(&mut function, &event, now_ms() + 60_000, Fault::None);
        assert_eq!(panicked, (json!(500), json!("panicked")), "{name}");
    }
    let direct = function.invoke(body.as_bytes());
    assert!(direct.failed);
    assert_eq!(value(&direct.body)["errorType"], "panicked");
}

#[test]
fn handlers_get_the_token_of_the_customer() {
    let mut function = Function::start("token", "", &[]);
    for (name, answer) in requests(&mut function, faulty("needs a token").as_bytes()) {
        let status = if name == "api gateway" { 200 } else { 500 };
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
    }
}

/// An event with several messages, for which one response says nothing, and others without any.
#[test]
fn other_events_are_refused() {
    let mut function = Function::start("other-events", "", &[]);
    let message = faulty("");
    for event in [
        json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": message}]}),
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message}}]}),
        json!(message),
        json!({"key1": "value1", "key2": "value2", "key3": "value3"}),
    ] {
        let (failed, answer) = function.answer(&event);
        assert!(failed, "{event}");
        assert_eq!(answer["errorType"], "wrapped", "{answer}");
    }
}
