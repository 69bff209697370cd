//! What the sender is answered (section 11).

use hydrant::message::*;
use hydrant::{Engine, EventContext, FIREHOSE_VERSION, Handled, Processor, Verdict};

use crate::recorder::*;

#[test]
fn a_response_repeats_the_id_of_the_request_or_takes_a_fresh_one() {
    let id = "F93ADF6A-BE2C-4DD9-BE7A-3BAC9A0987EE";
    for (name, rest) in [
        ("event_processing", ""),
        (
            "audience_subscription",
            r#","audience_subscription_settings":{"list":"list-0"}"#,
        ),
        (
            "audience_membership_change",
            r#","suspend_subscription":false"#,
        ),
        ("dsr_processing", ""),
        (
            "module_registration",
            r#","sdk_version":"3.2.0","name":"Recorder","version":"1.0""#,
        ),
    ] {
        for (given, answered) in [
            (format!(r#""id":"{id}""#), id.to_lowercase()),
            (r#""id":null"#.to_owned(), FRESH_ID.to_owned()),
            (r#""id":"""#.to_owned(), FRESH_ID.to_owned()),
            (r#""timestamp_ms":1"#.to_owned(), FRESH_ID.to_owned()),
        ] {
            let body = format!(r#"{{"type":"{name}_request",{given},"firehose_version":"2.1.1"}}"#);
            let run = Run::of(Recorder::obedient(), &body);
            assert_eq!(
                run.response(),
                format!(
                    concat!(
                        r#"{{"type":"{}_response","id":"{}","timestamp_ms":1714592744066,"#,
                        r#""firehose_version":"{}"{}}}"#
                    ),
                    name, answered, FIREHOSE_VERSION, rest
                )
            );
        }
    }
}

#[test]
fn what_the_registration_says_of_itself_is_kept() {
    struct Module;
    impl Processor for Module {
        fn register(&self) -> ModuleRegistrationResponse<'_> {
            let mut registration = ModuleRegistrationResponse::default();
            registration.common.id = Some(Uuid([1; 16]));
            registration.common.timestamp_ms = Some(1);
            registration.common.firehose_version = Some("0.0.1");
            registration.sdk_version = Some("9.9");
            registration.name = Some("Module");
            registration
        }
    }
    let body = br#"{"type":"module_registration_request"}"#;
    let output = Engine::new(Module).process(body, &INVOCATION).unwrap();
    assert_eq!(
        std::str::from_utf8(output.response()).unwrap(),
        format!(
            concat!(
                r#"{{"type":"module_registration_response","id":"{}","timestamp_ms":1714592744066,"#,
                r#""firehose_version":"3.2.0","sdk_version":"9.9","name":"Module"}}"#
            ),
            FRESH_ID
        )
    );
}

#[test]
fn audience_and_dsr_replies() {
    let body = r#"{"type":"audience_subscription_request","audience_id":17,"action":"add"}"#;
    let run = Run::of(Recorder::obedient(), body);
    assert!(
        run.response()
            .ends_with(r#""audience_subscription_settings":{"list":"list-17"}}"#)
    );
    assert_eq!(run.records(), [(None, "subscription")]);

    let body = r#"{"type":"audience_membership_change_request","user_profiles":[{},{}]}"#;
    let run = Run::of(Recorder::obedient(), body);
    assert_eq!(run.calls, ["audience_membership_change 2"]);
    assert!(run.response().ends_with(r#""suspend_subscription":true}"#));
    let run = Run::of(Recorder::obedient(), &body.replace("{},{}", "{}"));
    assert!(run.response().ends_with(r#""suspend_subscription":false}"#));
    assert_eq!(run.records(), [(None, "membership")]);

    let body = r#"{"type":"dsr_processing_request","subject_request_id":"r1"}"#;
    let run = Run::of(Recorder::obedient(), body);
    assert_eq!(run.calls, ["dsr r1"]);
    assert_eq!(run.records(), [(None, "dsr")]);
}

#[test]
fn a_module_that_only_registers_answers_everything() {
    struct Silent;
    impl Processor for Silent {
        fn register(&self) -> ModuleRegistrationResponse<'_> {
            ModuleRegistrationResponse::default()
        }
    }
    let engine = Engine::new(Silent);
    for body in [
        batch_with(NOTIFICATIONS, &["error", "hologram_shown"]),
        r#"{"type":"audience_subscription_request"}"#.to_owned(),
        r#"{"type":"audience_membership_change_request","user_profiles":[{}]}"#.to_owned(),
        r#"{"type":"dsr_processing_request"}"#.to_owned(),
    ] {
        let output = engine.process(body.as_bytes(), &INVOCATION).unwrap();
        assert_eq!(output.verdict(), Verdict::Answer);
        assert!(output.records().is_empty());
        let response = std::str::from_utf8(output.response()).unwrap();
        let suspends = r#","suspend_subscription":false"#;
        assert!(
            response
                .replace(suspends, "")
                .ends_with(r#""firehose_version":"3.2.0"}"#)
        );
    }
}

#[test]
fn any_event_may_suspend_the_subscription() {
    struct Suspending;
    impl Processor for Suspending {
        fn register(&self) -> ModuleRegistrationResponse<'_> {
            ModuleRegistrationResponse::default()
        }
        fn error(&self, context: &mut EventContext<'_, '_>, _: &ErrorEvent<'_>) -> Handled {
            context.suspend_subscription();
            Ok(())
        }
    }
    let engine = Engine::new(Suspending);
    let response = |types: &[&str]| {
        let output = engine
            .process(batch(types).as_bytes(), &INVOCATION)
            .unwrap();
        String::from_utf8(output.response().to_vec()).unwrap()
    };
    assert!(
        response(&["screen_view", "error", "screen_view"])
            .ends_with(r#","suspend_subscription":true}"#)
    );
    assert!(!response(&["screen_view"]).contains("suspend"));
}
