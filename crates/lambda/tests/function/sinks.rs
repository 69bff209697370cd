//! Records and dead letters reach their targets before the answer.

use serde_json::json;

use super::function::{Function, faulty, now_ms, value, with_names};

#[test]
fn records_are_delivered_before_the_answer() {
    let mut function = Function::start("records", "sinks", &[]);
    let answer = function.invoke(with_names("emit", &["one", "two"]).as_bytes());
    assert!(!answer.failed);
    let printed = function.process.output();
    assert!(
        printed.contains("RECORD one\n") && printed.contains("RECORD two\n"),
        "{printed}"
    );
}

/// An address or an authentication may need them.
#[test]
fn a_target_gets_the_settings_of_the_account() {
    let mut function = Function::start("settings", "sinks", &[]);
    let answer = function.invoke(with_names("emit", &["setting"]).as_bytes());
    assert!(!answer.failed);
    let printed = function.process.output();
    assert!(printed.contains("SETTING emit\n"), "{printed}");
}

/// A target that is busy beyond the deadline, or never answers.
#[test]
fn records_that_are_not_delivered_are_to_be_retried() {
    let mut function = Function::start("undelivered", "sinks", &[]);
    for name in ["busy", "hang"] {
        let body = with_names("emit", &["good", name]);
        let deadline_ms = now_ms() + 1_500;
        let answer = function.endpoint.invoke(body.as_bytes(), deadline_ms);
        assert!(answer.failed && now_ms() < deadline_ms, "{name}");
        let error_type = value(&answer.body)["errorType"].clone();
        assert!(
            ["retry", "deadline_exceeded"].contains(&error_type.as_str().unwrap()),
            "{error_type}"
        );
    }
}

#[test]
fn what_is_rejected_becomes_a_dead_letter() {
    let mut function = Function::start("letters", "sinks", &[]);
    // By the module, and by the target.
    for body in [
        faulty("reject one event"),
        with_names("emit", &["bad", "good"]),
    ] {
        let answer = function.invoke(body.as_bytes());
        assert!(!answer.failed, "{:?}", value(&answer.body));
    }
    let printed = function.process.output();
    let letters: Vec<_> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("LETTER "))
        .collect();
    assert_eq!(letters.len(), 2, "{printed}");
    // A record that `batch` emits belongs to the message.
    let expected = [(json!(0), "a"), (json!(null), "bad")];
    for (letter, (event, name)) in letters.iter().zip(expected) {
        let letter = value(letter.as_bytes());
        assert_eq!(letter["event"], event);
        assert_eq!(letter["message"]["events"][0]["name"], name);
        assert!(letter["message"]["account"]["account_settings"].is_null());
    }
    assert!(printed.contains("RECORD b\n") && printed.contains("RECORD good\n"));
}

#[test]
fn a_message_whose_dead_letter_is_not_stored_is_to_be_retried() {
    let mut function = Function::start("no-letter", "sinks", &[]);
    let body = with_names("reject one event", &["no letter", "b"]);
    let deadline_ms = now_ms() + 1_500;
    let answer = function.endpoint.invoke(body.as_bytes(), deadline_ms);
    assert!(answer.failed && now_ms() < deadline_ms);
    let answer = value(&answer.body);
    assert_eq!(answer["errorType"], "retry", "{answer}");
    // Why it was rejected, and why it is not stored.
    let message = answer["errorMessage"].as_str().unwrap();
    for part in [
        "the first one",
        "the destination of dead letters",
        "no letter",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn records_without_a_target_are_not_lost() {
    let mut function = Function::start("no-target", "", &[]);
    let answer = function.invoke(faulty("emit").as_bytes());
    assert!(answer.failed);
    let expected = "retry: the module emits records, but the host has no sink for them";
    assert_eq!(value(&answer.body)["errorMessage"], expected);
}
