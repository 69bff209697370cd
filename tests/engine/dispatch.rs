//! Which handlers are called, with which arguments, and in which order.

use hydrant::message::*;
use hydrant::{ErrorKind, ParseOptions, Verdict};

use crate::panics::panic_on_purpose;
use crate::recorder::*;

#[test]
fn every_handler_is_called_with_its_own_type_in_the_order_of_the_batch() {
    let mut types: Vec<&str> = EventType::ALL.iter().map(|known| known.as_str()).collect();
    assert_eq!(types.len(), 16);
    types.push("hologram_shown");
    types.reverse();
    let run = Run::of(Recorder::succeeding(), &batch(&types));
    let done = vec!["done"; 17];
    let mut expected = vec!["begin_batch 0".to_owned()];
    expected.extend(
        types
            .iter()
            .enumerate()
            .map(|(at, name)| format!("{name} {at}")),
    );
    expected.push(format!("end_batch {}", done.join(",")));
    assert_eq!(run.calls, expected);
    assert_eq!(run.outcomes(), done);
    assert_eq!(run.output().verdict(), Verdict::Answer);
    assert_eq!(run.output().event_counts().total(), 17);
    assert!(
        run.output()
            .event_counts()
            .iter()
            .all(|(_, count)| count == 1)
    );
    assert_eq!(run.output().tally().unknown_members, 1);
}

#[test]
fn notifications_come_before_events_wherever_they_are_in_the_message() {
    let body = batch_with(NOTIFICATIONS, &["screen_view", "error"]);
    let after = body.replacen(NOTIFICATIONS, "", 1).replacen(
        "]}",
        &format!("],{}}}", NOTIFICATIONS.trim_end_matches(',')),
        1,
    );
    for body in [body, after] {
        let run = Run::of(Recorder::succeeding(), &body);
        let expected = [
            "begin_batch 0",
            "ccpa_consent_state 0",
            "new_notification 1",
            "gdpr_consent_state 2",
            "screen_view 0",
            "error 1",
            "end_batch done,done",
        ];
        assert_eq!(run.calls, expected, "{body}");
        assert_eq!(texts(run.output().notifications()), ["done"; 3]);
        let from: Vec<Option<usize>> = run.records().iter().map(|(event, _)| *event).collect();
        assert_eq!(from, [None, None, None, None, Some(0), Some(1), None]);
    }
}

#[test]
fn heartbeats_are_answered_without_calling_a_handler() {
    for body in [
        r#"{"type":"event_processing_request"}"#,
        r#"{"type":"event_processing_request","events":[]}"#,
        r#"{"type":"event_processing_request","events":null,"system_notifications":[],"account":{"account_id":7},"mpid":"1"}"#,
        r#"{"type":"event_processing_request","runtime_environment":{"type":"ios"},"user_attributes":{},"user_identities":null}"#,
        r#"{"type":"audience_membership_change_request"}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[]}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":null,"account":{}}"#,
    ] {
        let run = Run::of(Recorder::new(|_, _| panic_on_purpose()), body);
        assert_eq!(run.calls, [""; 0], "{body}");
        assert_eq!(run.output().verdict(), Verdict::Answer, "{body}");
        assert!(run.records().is_empty());
    }
}

#[test]
fn batches_without_events_that_have_data_are_not_heartbeats() {
    for field in [
        r#""user_attributes":{"a":"b"}"#,
        r#""user_attribute_lists":{"a":["b"]}"#,
        r#""user_identities":[{"type":"email","encoding":"raw","value":"a@b.c"}]"#,
        r#""partner_identities":[{"type":"p","encoding":"raw","value":"a"}]"#,
        r#""consent_state":{}"#,
    ] {
        let body = format!(r#"{{"type":"event_processing_request",{field}}}"#);
        let run = Run::of(Recorder::succeeding(), &body);
        assert_eq!(run.calls, ["begin_batch 0", "end_batch "], "{field}");
    }
}

#[test]
fn events_that_are_not_registered_or_of_no_interest_are_skipped_undecoded() {
    let body = batch(&["session_end", "screen_view", "hologram_shown", "error"]).replace(
        r#""type":"session_end""#,
        // This event would be refused if it were decoded.
        r#""type":"session_end","session_length_ms":[true],"id":{}"#,
    );
    let mut uninterested = Recorder::succeeding();
    uninterested.interests = Interests::none().with(EventType::ScreenView);
    let mut unregistered = Recorder::succeeding();
    unregistered.registered = vec![EventType::ScreenView];
    // Interests restrict the registered types, and do not add to them.
    let mut both = Recorder::succeeding();
    both.registered = vec![EventType::ScreenView, EventType::SessionEnd];
    both.interests = Interests::none()
        .with(EventType::ScreenView)
        .with(EventType::Error);
    for recorder in [uninterested, unregistered, both] {
        let options = || ParseOptions::new().max_depth(20);
        let run = Run::with(
            recorder,
            &body,
            |engine| engine.with_options(options()),
            |engine| engine.with_options(options()),
        );
        let expected = [
            "begin_batch 0",
            "screen_view 1",
            "hologram_shown 2",
            "end_batch skipped,done,done,skipped",
        ];
        assert_eq!(run.calls, expected);
        let counts = run.output().outcome_counts();
        assert_eq!((counts.done, counts.skipped), (2, 2));
        assert_eq!(run.output().verdict(), Verdict::Answer);
        // Skipped events are counted as well.
        let counts = run.output().event_counts();
        for name in ["session_end", "error", "unknown"] {
            let (_, count) = counts.iter().find(|(at, _)| *at == name).unwrap();
            assert_eq!(count, 1, "{name}");
        }
    }
    let everything = Run::of(Recorder::succeeding(), &body);
    let path = "events[0].session_length_ms";
    assert_eq!(everything.result.unwrap_err().path(), path);
}

/// Both traits, the implementation for pointers and the routing have the same handlers, one for
/// each event type.
#[test]
fn both_traits_have_a_handler_for_every_event_type_and_notification() {
    let types = EventType::ALL.iter().map(|known| known.as_str());
    let notifications = SystemNotificationType::ALL
        .iter()
        .map(|known| known.as_str());
    let mut expected: Vec<&str> = notifications.chain(types).collect();
    expected.extend(["unknown_event", "unknown_notification"]);
    expected.sort_unstable();
    let mut handlers = HANDLERS.to_vec();
    handlers.sort_unstable();
    assert_eq!(handlers, expected);
    for file in ["sync.rs", "asynchronous.rs"] {
        let source = format!("{}/src/processor/{file}", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(source).unwrap();
        let mut written: Vec<&str> = source
            .lines()
            .filter_map(|line| line.strip_prefix("    fn ")?.split('(').next())
            .collect();
        let others = [
            "registration",
            "interests",
            "batch",
            "begin_batch",
            "end_batch",
            "audience_subscription",
            "audience_membership_change",
            "dsr",
        ];
        for other in others {
            assert!(written.contains(&other), "{file} has no `fn {other}`");
        }
        written.retain(|name| !others.contains(name));
        written.sort_unstable();
        assert_eq!(written, expected, "{file}");
    }
}

#[test]
fn a_malformed_message_reaches_no_handler() {
    for body in [
        batch_with(NOTIFICATIONS, &["error"]).replace("]}", "],\"mpid\":{}}"),
        batch(&["error"]).replace("}]}", "},null]}"),
        batch(&["error"]).replace("}]}", "},{}]}"),
        batch(&["error"]) + "x",
    ] {
        let run = Run::of(Recorder::succeeding(), &body);
        assert!(run.result.is_err(), "{body}");
        assert_eq!(run.calls, [""; 0], "{body}");
    }
}

#[test]
fn modules_do_not_receive_responses() {
    for name in MessageType::ALL.iter().map(|known| known.as_str()) {
        let run = Run::of(Recorder::succeeding(), &format!(r#"{{"type":"{name}"}}"#));
        if name.ends_with("_request") {
            assert_eq!(run.output().message_type().unwrap().as_str(), name);
            continue;
        }
        let error = run.result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedMessage);
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(run.calls, [""; 0]);
    }
    let run = Run::of(Recorder::succeeding(), r#"{"type":"telepathy_request"}"#);
    assert_eq!(run.result.unwrap_err().kind(), ErrorKind::UnknownValue);
}
