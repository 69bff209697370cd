//! What the sender is answered (section 11).

use hydrant::message::*;
use hydrant::{Call, Engine, Failure, Processor, Registration, Verdict};

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
            concat!(
                r#","sdk_version":"3.2.0","name":"Recorder","version":"1.0","#,
                r#""event_processing_registration":{"supported_event_types":["error"],"#,
                r#""supported_runtime_environments":["unknown","android","ios","tvos","mobileweb","#,
                r#""roku","xbox","firetv","alexa","smarttv"],"max_data_age_hours":24}"#
            ),
        ),
    ] {
        for (given, answered) in [
            (format!(r#""id":"{id}""#), id.to_lowercase()),
            (r#""id":null"#.to_owned(), FRESH_ID.to_owned()),
            (r#""id":"""#.to_owned(), FRESH_ID.to_owned()),
            (r#""timestamp_ms":1"#.to_owned(), FRESH_ID.to_owned()),
        ] {
            let body = format!(r#"{{"type":"{name}_request",{given},"firehose_version":"2.1.1"}}"#);
            let mut recorder = Recorder::succeeding();
            recorder.registered = vec![EventType::Error];
            let run = Run::of(recorder, &body);
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
fn audience_and_dsr_replies() {
    let body = r#"{"type":"audience_subscription_request","audience_id":17,"action":"add"}"#;
    let run = Run::of(Recorder::succeeding(), body);
    assert!(
        run.response()
            .ends_with(r#""audience_subscription_settings":{"list":"list-17"}}"#)
    );
    assert_eq!(run.records(), [(None, "subscription")]);

    let body = r#"{"type":"audience_membership_change_request","user_profiles":[{},{}]}"#;
    let run = Run::of(Recorder::succeeding(), body);
    assert_eq!(run.calls, ["audience_membership_change 2"]);
    assert!(run.response().ends_with(r#""suspend_subscription":true}"#));
    let run = Run::of(Recorder::succeeding(), &body.replace("{},{}", "{}"));
    assert!(run.response().ends_with(r#""suspend_subscription":false}"#));
    assert_eq!(run.records(), [(None, "membership")]);

    let body = r#"{"type":"dsr_processing_request","subject_request_id":"r1"}"#;
    let run = Run::of(Recorder::succeeding(), body);
    assert_eq!(run.calls, ["dsr r1"]);
    assert_eq!(run.records(), [(None, "dsr")]);
}

#[test]
fn a_module_that_only_registers_answers_everything() {
    struct Silent;
    impl Processor for Silent {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Silent", "1.0")
        }
    }
    let plain = Engine::new(Silent);
    let waiting = Engine::new_async(Waiting(Silent));
    for body in [
        batch_with(NOTIFICATIONS, &["error", "hologram_shown"]),
        r#"{"type":"audience_subscription_request"}"#.to_owned(),
        r#"{"type":"audience_membership_change_request","user_profiles":[{}]}"#.to_owned(),
        r#"{"type":"dsr_processing_request"}"#.to_owned(),
    ] {
        let plain = plain.process(body.as_bytes(), &INVOCATION).unwrap();
        let waiting = block_on(waiting.process_async(body.as_bytes(), &INVOCATION)).unwrap();
        for output in [plain.finish(), waiting.finish()] {
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
}

#[test]
fn any_event_may_suspend_the_subscription() {
    struct Suspending;
    impl Processor for Suspending {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Suspending", "1.0")
        }
        fn error(
            &self,
            call: &mut Call<'_>,
            _: &mut (),
            _: &ErrorEvent<'_>,
        ) -> Result<(), Failure> {
            call.suspend_subscription();
            Ok(())
        }
    }
    let engine = Engine::new(Suspending);
    let response = |types: &[&str]| {
        let pending = engine
            .process(batch(types).as_bytes(), &INVOCATION)
            .unwrap();
        String::from_utf8(pending.finish().response().to_vec()).unwrap()
    };
    assert!(
        response(&["screen_view", "error", "screen_view"])
            .ends_with(r#","suspend_subscription":true}"#)
    );
    assert!(!response(&["screen_view"]).contains("suspend"));
}

/// The host changes the answer before it is written.
#[test]
fn a_pending_answer_can_be_changed() {
    let engine = Engine::new(Recorder::succeeding());
    let body = br#"{"type":"audience_subscription_request","audience_id":17,"action":"add"}"#;
    let mut pending = engine.process(body, &INVOCATION).unwrap();
    assert!(pending.output().response().is_empty());
    assert_eq!(pending.output().verdict(), Verdict::Retry { after: None });
    pending.set_settings([("list", "other")]);
    let output = pending.finish();
    let response = std::str::from_utf8(output.response()).unwrap();
    assert!(response.ends_with(r#""audience_subscription_settings":{"list":"other"}}"#));

    let mut pending = engine
        .process(batch(&["error"]).as_bytes(), &INVOCATION)
        .unwrap();
    pending.suspend_subscription();
    let output = pending.finish();
    let response = std::str::from_utf8(output.response()).unwrap();
    assert!(response.ends_with(r#""suspend_subscription":true}"#));
}
