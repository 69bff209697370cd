//! Nothing that the function prints or answers contains identities, settings or tokens, whatever
//! the messages are.

use serde_json::{Value, json};

use super::function::{Function, now_ms};

/// What is planted.
const SECRETS: [&str; 6] = [
    "planted-person@example.com",
    "planted-customer-id",
    "planted-device-id",
    "planted-setting",
    "planted-audience-setting",
    "planted-access-token",
];

fn account(fault: &str) -> Value {
    json!({"account_id": 7, "account_settings": {"fault": fault, "api key": "planted-setting"}})
}

fn batch(fault: &str) -> String {
    json!({
        "type": "event_processing_request",
        "id": "b4d1a6f0-5f0e-4a0c-8c65-2f6c1b9d1a11",
        "timestamp_ms": now_ms(),
        "account": account(fault),
        "user_identities": [
            {"type": "email", "encoding": "raw", "value": "planted-person@example.com"},
            {"type": "customer", "encoding": "raw", "value": "planted-customer-id"}],
        "runtime_environment": {"type": "ios", "identities": [
            {"type": "ios_advertising_id", "encoding": "raw", "value": "planted-device-id"}]},
        "events": [{"type": "custom_event", "name": "a"}, {"type": "custom_event", "name": "b"}],
    })
    .to_string()
}

fn others() -> [String; 3] {
    let identity =
        json!({"type": "email", "encoding": "raw", "value": "planted-person@example.com"});
    [
        json!({"type": "audience_membership_change_request", "account": account(""),
            "user_profiles": [{"user_identities": [identity], "audiences": [{"audience_id": 1,
                "audience_subscription_settings": {"list": "planted-audience-setting"}}]}]}),
        json!({"type": "audience_subscription_request", "account": account(""), "audience_id": 1,
            "audience_subscription_settings": {"list": "planted-audience-setting"}}),
        json!({"type": "dsr_processing_request", "account": account(""),
            "subject_identities": {"email": {"value": "planted-person@example.com", "encoding": "raw"}}}),
    ]
    .map(|message| message.to_string())
}

/// Each message, and damaged ones: truncated, with a value of another type, with a byte that is
/// wrong.
fn messages() -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let faults = [
        "",
        "panic",
        "panic with data",
        "panic in one event",
        "retry",
        "reject",
        "emit",
    ];
    let batches = faults.map(batch);
    messages.extend(batches.into_iter().chain(others()).map(String::into_bytes));
    for message in others().into_iter().chain([batch("")]) {
        let message = message.into_bytes();
        for at in (0..message.len()).step_by(7) {
            messages.push(message[..at].to_vec());
            for byte in [b'"', b'{', b'}', b':', b'1', 0xff] {
                let mut damaged = message.clone();
                damaged[at] = byte;
                messages.push(damaged);
            }
        }
    }
    messages
}

fn without_secrets(name: &str, text: &str) {
    for secret in SECRETS {
        if let Some(at) = text.find(secret) {
            let from = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let line = text[from..].lines().next().unwrap();
            panic!("{name} has {secret}: {line}");
        }
    }
}

#[test]
fn nothing_secret_is_printed_or_answered() {
    let messages = messages();
    assert!(messages.iter().any(|message| {
        SECRETS[..4]
            .iter()
            .all(|secret| String::from_utf8_lossy(message).contains(secret))
    }));
    for (mode, level) in [("", "TRACE"), ("sinks", "INFO"), ("sqs", "TRACE")] {
        let variables = [("AWS_LAMBDA_LOG_LEVEL", level), ("RUST_BACKTRACE", "1")];
        let mut function = Function::start(&format!("hostile-{mode}"), mode, &variables);
        for message in &messages {
            let text = String::from_utf8_lossy(message);
            let event = match mode {
                "sqs" => json!({"Records": [{"messageId": "1", "body": text}]}),
                _ => {
                    json!({"version": "2.0", "rawPath": "/", "headers": {"authorization": "Bearer planted-access-token"},
                    "requestContext": {"http": {"method": "POST"}}, "isBase64Encoded": false, "body": text})
                }
            };
            for body in [message.clone(), event.to_string().into_bytes()] {
                let answer = function.invoke(&body);
                without_secrets("an answer", &String::from_utf8_lossy(&answer.body));
            }
        }
        let printed = function.process.output();
        // Dead letters are not printed by the host, but by the target of the test.
        let printed: Vec<&str> = printed
            .lines()
            .filter(|line| !line.starts_with("LETTER "))
            .collect();
        assert!(printed.len() > messages.len(), "{mode}");
        without_secrets(mode, &printed.join("\n"));
    }
}
