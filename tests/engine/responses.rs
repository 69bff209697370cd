//! The responses to the sender (section 11).

use hydrant::message::*;
use hydrant::{Call, Engine, Failure, Outcome, Processor, Registration, Verdict};

use hydrant_testing::build::{Batch, error, screen_view};
use hydrant_testing::{Harness, json};

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
                r#""roku","xbox","firetv","alexa","smarttv"],"max_data_age_hours":24},"#,
                r#""audience_processing_registration":{"audience_subscription_settings":["#,
                r#"{"type":"text","id":"list","name":"List","visible":false,"required":false,"#,
                r#""confidential":false}]}"#
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

/// Without a handler, registered events and notifications, membership changes and data subject
/// requests are not acknowledged.
#[test]
fn a_module_without_handlers_acknowledges_only_unregistered_types() {
    struct Silent(Registration);
    impl Processor for Silent {
        type Batch = ();
        fn registration(&self) -> Registration {
            self.0.clone()
        }
    }
    let nothing = || Registration::new("Silent", "1.0");
    let notified = || {
        nothing().events_with([], |it| {
            it.notifications(SystemNotificationType::ALL.to_vec())
        })
    };
    let batch = batch_with(NOTIFICATIONS, &["error", "hologram_shown"]);
    let (answer, fail) = (Verdict::Answer, Verdict::Fail);
    for (registration, body, verdict) in [
        (nothing(), batch.as_str(), answer),
        (nothing().events([EventType::Error]), &batch, fail),
        (nothing().events([EventType::Impression]), &batch, answer),
        (notified(), &batch, fail),
        (
            notified(),
            r#"{"type":"event_processing_request","events":[{"type":"error"}]}"#,
            answer,
        ),
        (
            nothing(),
            r#"{"type":"audience_subscription_request"}"#,
            answer,
        ),
        (
            nothing(),
            r#"{"type":"audience_membership_change_request","user_profiles":[{}]}"#,
            fail,
        ),
        (
            nothing(),
            r#"{"type":"audience_membership_change_request"}"#,
            answer,
        ),
        (nothing(), r#"{"type":"dsr_processing_request"}"#, fail),
        (
            nothing(),
            r#"{"type":"module_registration_request"}"#,
            answer,
        ),
    ] {
        let plain = Harness::new(Silent(registration.clone()));
        let waiting = Harness::new_async(Waiting(Silent(registration)));
        for run in [plain.process(body), block_on(waiting.process_async(body))] {
            run.assert_verdict(verdict).assert_records([""; 0]);
            assert_eq!(run.output().response().is_empty(), verdict == fail);
            let reasons = run.output().failures();
            for reason in reasons.map(|(_, failure)| failure.to_string()) {
                assert_eq!(
                    reason,
                    "rejected: registered, but there is no handler for it"
                );
            }
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
    let harness = Harness::new(Suspending);
    let views = || Batch::new().event(screen_view("home"));
    let suspended = harness.process(views().event(error("revoked")).event(screen_view("home")));
    suspended.assert_response(json!({"suspend_subscription": true}));
    let response = harness.process(views()).response();
    assert_eq!(response.get("suspend_subscription"), None);
}

/// The host changes the response before it is written.
#[test]
fn a_pending_response_can_be_changed() {
    let engine = Engine::new(Recorder::succeeding());
    let body = br#"{"type":"audience_subscription_request","audience_id":17,"action":"add"}"#;
    let mut pending = engine.process(body, &INVOCATION).unwrap();
    assert!(pending.output().response().is_empty());
    assert_eq!(pending.output().verdict(), Verdict::Retry { after: None });
    pending.set_settings([("list", "other")]);
    let output = pending.finish();
    let response = std::str::from_utf8(output.response()).unwrap();
    assert!(response.ends_with(r#""audience_subscription_settings":{"list":"other"}}"#));

    let mut pending = engine.process(body, &INVOCATION).unwrap();
    pending.set_settings([("list", "other"), ("lsit", "other")]);
    let output = pending.finish();
    assert_eq!(output.verdict(), Verdict::Fail);
    let reason = "rejected: the reply has the setting `lsit`, which is not registered";
    assert_eq!(output.message().to_string(), reason);

    let mut pending = engine
        .process(batch(&["error"]).as_bytes(), &INVOCATION)
        .unwrap();
    pending.suspend_subscription();
    let output = pending.finish();
    let response = std::str::from_utf8(output.response()).unwrap();
    assert!(response.ends_with(r#""suspend_subscription":true}"#));
}

/// The outcome of an event is the worst of its records', in any order.
#[test]
fn an_event_is_done_if_all_its_records_are_delivered() {
    struct Three;
    impl Processor for Three {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Three", "1.0")
        }
        fn error(
            &self,
            call: &mut Call<'_>,
            (): &mut (),
            _: &ErrorEvent<'_>,
        ) -> Result<(), Failure> {
            (0..3).for_each(|_| call.emit(b"record"));
            Ok(())
        }
        fn end_batch(&self, call: &mut Call<'_>, (): ()) -> Result<(), Failure> {
            (0..2).for_each(|_| call.emit(b"summary"));
            Ok(())
        }
    }
    let engine = Engine::new(Three);
    let after = |seconds| Failure::retry_after(std::time::Duration::from_secs(seconds));
    let done = || Outcome::Done;
    let failed = |failure: Failure| Outcome::from(failure);
    let (discard, reject) = (
        || failed(Failure::discard("")),
        || failed(Failure::reject("")),
    );
    let of = |outcomes: Vec<Outcome>| {
        let body = batch(&["error"]);
        let mut pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
        pending.settle_records(outcomes);
        let output = pending.finish();
        let (event, message) = (output.events()[0].as_str(), output.message().as_str());
        (event, message, output.verdict())
    };
    let retry = Verdict::Retry { after: None };
    let later = Verdict::Retry {
        after: Some(std::time::Duration::from_secs(9)),
    };
    for (outcomes, expected) in [
        (
            [done(), done(), done(), done(), done()],
            ("done", "done", Verdict::Answer),
        ),
        (
            [failed(Failure::retry()), done(), done(), done(), done()],
            ("retry", "done", retry),
        ),
        (
            [
                done(),
                failed(Failure::retry()),
                reject(),
                discard(),
                done(),
            ],
            ("retry", "discarded", retry),
        ),
        (
            [
                failed(after(9)),
                failed(after(2)),
                failed(Failure::retry()),
                done(),
                done(),
            ],
            ("retry", "done", later),
        ),
        (
            [reject(), discard(), done(), done(), done()],
            ("rejected", "done", Verdict::Fail),
        ),
        (
            [discard(), done(), Outcome::Skipped, done(), done()],
            ("discarded", "done", Verdict::Answer),
        ),
        (
            [done(), done(), done(), failed(Failure::retry()), done()],
            ("done", "retry", retry),
        ),
        (
            [done(), done(), done(), done(), Outcome::Unsettled],
            ("done", "retry", retry),
        ),
    ] {
        assert_eq!(of(outcomes.to_vec()), expected, "{outcomes:?}");
    }
    // The number of outcomes differs from that of the records.
    for outcomes in [vec![done(); 4], vec![done(); 6], Vec::new()] {
        assert_eq!(of(outcomes), ("retry", "retry", retry));
    }
}

/// If a reply has more or fewer statuses than events, none of the events is done.
#[test]
fn events_that_were_sent_together_are_settled_together() {
    struct Sender(usize);
    impl Processor for Sender {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Sender", "1.0")
        }
        fn batch(
            &self,
            call: &mut Call<'_>,
            _: &EventProcessingRequest<'_>,
        ) -> Result<(), Failure> {
            let sent = call.by_time().translate(|event| match event {
                Event::Error(_) => Err(Failure::discard("not wanted")),
                _ => Ok(()),
            });
            let outcomes = [
                Outcome::Done,
                Failure::reject("refused").into(),
                Outcome::Done,
            ];
            call.settle_sent(&sent, outcomes.into_iter().take(self.0));
            Ok(())
        }
    }
    let views = || Batch::new().event(screen_view("home"));
    let batch = views()
        .event(error("no network"))
        .event(screen_view("news"));
    for (statuses, expected) in [
        (2, ["done", "discarded", "rejected"]),
        (1, ["retry", "discarded", "retry"]),
        (3, ["retry", "discarded", "retry"]),
        (0, ["retry", "discarded", "retry"]),
    ] {
        let run = Harness::new(Sender(statuses)).process(&batch);
        run.assert_outcomes(expected);
    }
}

#[test]
fn the_output_names_the_message_and_the_time_of_its_parsing() {
    use std::time::{Duration, Instant};

    let engine = Engine::new(Recorder::succeeding());
    let body = r#"{"type":"event_processing_request","id":"f93adf6a-be2c-4dd9-be7a-3bac9a0987ee","timestamp_ms":7}"#;
    let before = Instant::now();
    let invocation = hydrant::Invocation::new(1_714_592_744_066, Uuid([7; 16]));
    let output = engine
        .process(body.as_bytes(), &invocation)
        .unwrap()
        .finish();
    let id = output.message_id().unwrap().to_string();
    assert_eq!(id, "f93adf6a-be2c-4dd9-be7a-3bac9a0987ee");
    assert_eq!(output.timestamp_ms(), Some(7));
    assert_eq!(output.parsed_at(), None);

    let timed = invocation.with_deadline(before + Duration::from_secs(60));
    let mut output = engine.process(body.as_bytes(), &timed).unwrap().finish();
    let parsed_at = output.parsed_at().unwrap();
    assert!((before..=Instant::now()).contains(&parsed_at));

    output.clear();
    let nothing = (
        output.message_id(),
        output.timestamp_ms(),
        output.parsed_at(),
    );
    assert_eq!(nothing, (None, None, None));
}
