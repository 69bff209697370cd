//! Handlers that fail or panic.

use std::time::Duration;

use hydrant::engine::FailureKind;
use hydrant::message::*;
use hydrant::registration::SettingError;
use hydrant::{
    Call, Engine, Failure, Outcome, Output, Processor, Registration, ResultExt, Scratch, Verdict,
};

use crate::panics::panic_on_purpose;
use crate::recorder::*;

#[test]
fn a_failed_event_does_not_stop_others_and_its_records_are_removed() {
    let recorder = Recorder::new(|handler, _| match handler {
        "session_start" => Err(Failure::retry_after(Duration::from_secs(3))),
        "screen_view" => Err(Failure::discard("not wanted")),
        "error" => Err(Failure::reject("never")),
        "impression" => panic_on_purpose(),
        "attribution" => Err(Failure::retry()),
        "gdpr_consent_state" => Err(Failure::retry_after(Duration::from_secs(8))),
        "new_notification" => panic_on_purpose(),
        _ => Ok(()),
    });
    let types = [
        "custom_event",
        "session_start",
        "screen_view",
        "error",
        "impression",
        "attribution",
        "session_end",
    ];
    let run = Run::of(recorder, &batch_with(NOTIFICATIONS, &types));
    assert_eq!(
        texts(run.output().events()),
        [
            "done",
            "retry after 3s",
            "discarded: not wanted",
            "rejected: never",
            "rejected: the handler panicked",
            "retry",
            "done",
        ]
    );
    assert_eq!(
        texts(run.output().notifications()),
        ["done", "rejected: the handler panicked", "retry after 8s"]
    );
    let expected = [
        (None, "begin_batch 0"),
        (None, "ccpa_consent_state 0"),
        (Some(0), "custom_event 0"),
        (Some(6), "session_end 6"),
        (
            None,
            "end_batch after begin_batch 0, ccpa_consent_state 0, custom_event 0, session_end 6",
        ),
    ];
    assert_eq!(run.records(), expected);
    let counts = run.output().outcome_counts();
    assert_eq!(
        (counts.done, counts.retry, counts.discarded, counts.rejected),
        (2, 2, 1, 2)
    );
    // The longest delay of all events and notifications.
    let after = Some(Duration::from_secs(8));
    assert_eq!(run.output().verdict(), Verdict::Retry { after });
    assert!(run.response().is_empty());
}

/// `?` on an error of any type means *retry*, so that an unclassified error cannot lose an event.
#[test]
fn an_unclassified_error_is_never_acknowledged() {
    fn unclassified() -> Result<(), Failure> {
        let secret = "secret-key-4711";
        secret.parse::<u32>()?;
        std::fs::read("/nonexistent")?;
        Ok(())
    }
    let recorder = Recorder::new(|handler, _| match handler {
        "error" => unclassified(),
        _ => Ok(()),
    });
    let run = Run::of(recorder, &batch(&["screen_view", "error"]));
    let failure = run.output().events()[1].failure().unwrap();
    assert_eq!(failure.kind(), FailureKind::Retry { after: None });
    assert_eq!(run.output().verdict(), Verdict::Retry { after: None });
    assert!(run.response().is_empty());

    // The same for everything that converts into a boxed error.
    fn boxed() -> Result<(), Failure> {
        Err(Box::<dyn std::error::Error + Send + Sync>::from("secret"))?;
        Ok(())
    }
    fn text() -> Result<(), Failure> {
        Err("secret")?;
        Ok(())
    }
    for failure in [boxed().unwrap_err(), text().unwrap_err()] {
        assert_eq!(failure.kind(), FailureKind::Retry { after: None });
        assert_eq!(failure.source().unwrap().to_string(), "secret");
        let shown = format!("{failure} {failure:?} {:?}", Outcome::from(failure.clone()));
        assert!(!shown.contains("secret"), "{shown}");
    }
}

/// A panic rejects the event.
#[test]
fn a_panic_is_never_acknowledged() {
    let run = Run::of(
        Recorder::new(|handler, _| match handler {
            "error" => panic_on_purpose(),
            _ => Ok(()),
        }),
        &batch(&["screen_view", "error"]),
    );
    assert_eq!(run.output().verdict(), Verdict::Fail);
    assert!(run.response().is_empty());
    assert_eq!(
        texts(run.output().events()),
        ["done", "rejected: the handler panicked"]
    );
}

/// Classified errors keep their source and show only the reason.
#[test]
fn classified_errors() {
    let number = || "secret".parse::<u32>();
    let retry = number().or_retry().unwrap_err();
    assert_eq!(retry.kind(), FailureKind::Retry { after: None });
    let discarded = number().or_discard("no number").unwrap_err();
    assert_eq!(discarded.kind(), FailureKind::Discard);
    let rejected = number().or_reject("no number").unwrap_err();
    assert_eq!(rejected.kind(), FailureKind::Reject);
    for failure in [&retry, &discarded, &rejected] {
        assert!(
            failure
                .source()
                .unwrap()
                .to_string()
                .contains("invalid digit")
        );
        assert!(!format!("{failure} {failure:?}").contains("invalid digit"));
    }
    assert_eq!(None::<u8>.or_retry().unwrap_err().to_string(), "retry");
    assert_eq!(
        None::<u8>.or_reject("nothing").unwrap_err().to_string(),
        "rejected: nothing"
    );
}

#[test]
fn if_begin_batch_fails_no_other_handler_is_called() {
    let cases: [(Behaviour, &str, Verdict); 4] = [
        (
            |_, _| Err(Failure::retry_after(Duration::from_millis(5))),
            "retry after 5ms",
            Verdict::Retry {
                after: Some(Duration::from_millis(5)),
            },
        ),
        (
            |_, _| Err(Failure::reject("no account")),
            "rejected: no account",
            Verdict::Fail,
        ),
        // Discarded by a rule of the module: the message is answered, so that it is not repeated.
        (
            |_, _| Err(Failure::discard("no consent")),
            "discarded: no consent",
            Verdict::Answer,
        ),
        (
            |_, _| panic_on_purpose(),
            "rejected: the handler panicked",
            Verdict::Fail,
        ),
    ];
    for (behave, outcome, verdict) in cases {
        let body = batch_with(NOTIFICATIONS, &["error", "hologram_shown"]);
        let run = Run::of(Recorder::new(behave), &body);
        assert_eq!(run.calls, ["begin_batch 0"]);
        assert_eq!(run.output().message().to_string(), outcome);
        assert_eq!(texts(run.output().events()), [outcome; 2]);
        assert_eq!(texts(run.output().notifications()), [outcome; 3]);
        assert_eq!(run.output().verdict(), verdict);
        assert!(run.records().is_empty());
        assert_eq!(run.response().is_empty(), verdict != Verdict::Answer);
    }
}

#[test]
fn if_end_batch_fails_there_is_no_response_and_outcomes_are_kept() {
    let recorder = Recorder::new(|handler, _| match handler {
        "end_batch" => Err(Failure::reject("flush failed")),
        _ => Ok(()),
    });
    let run = Run::of(recorder, &batch(&["error"]));
    assert_eq!(run.output().message().to_string(), "rejected: flush failed");
    assert_eq!(run.outcomes(), ["done"]);
    assert_eq!(
        run.records(),
        [(None, "begin_batch 0"), (Some(0), "error 0")]
    );
    assert_eq!(run.output().verdict(), Verdict::Fail);
    assert!(run.response().is_empty());
}

#[test]
fn handlers_of_other_messages_that_fail_or_panic() {
    let bodies = [
        r#"{"type":"audience_subscription_request"}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[{}]}"#,
        r#"{"type":"dsr_processing_request"}"#,
    ];
    let cases: [(Behaviour, Verdict); 4] = [
        (|_, _| panic_on_purpose(), Verdict::Fail),
        (|_, _| Err(Failure::retry()), Verdict::Retry { after: None }),
        (|_, _| Err(Failure::reject("no")), Verdict::Fail),
        (|_, _| Err(Failure::discard("no")), Verdict::Answer),
    ];
    for body in bodies {
        for (behave, verdict) in cases {
            let run = Run::of(Recorder::new(behave), body);
            assert_eq!(run.output().verdict(), verdict, "{body}");
            assert!(run.records().is_empty(), "{body}");
            assert_eq!(run.response().is_empty(), verdict != Verdict::Answer);
        }
    }
}

/// `?` on a `SettingError` rejects, and the reason names the settings.
#[test]
fn setting_errors_are_recognized() {
    fn settings() -> Result<(), Failure> {
        let account = Account::default();
        account.setting::<i64>("limit")?;
        Ok(())
    }
    let failure = settings().unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Reject);
    let error: &SettingError = failure.setting_error().unwrap();
    assert_eq!(error.to_string(), failure.reason());
    assert!(failure.reason().contains("limit"));
}

#[test]
fn the_text_of_a_panic_is_not_in_the_outcome() {
    struct PanicsWithText;
    impl Processor for PanicsWithText {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("PanicsWithText", "1.0")
        }
        fn begin_batch(&self, _: &mut Call<'_>, (): &mut ()) -> Result<(), Failure> {
            // Unlike a panic, this does not call the panic hook.
            std::panic::resume_unwind(Box::new("jane@example.com".to_owned()))
        }
    }
    let output = Engine::new(PanicsWithText)
        .process(batch(&["error"]).as_bytes(), &INVOCATION)
        .unwrap()
        .finish();
    assert!(!format!("{output:?}").contains("jane"));
}

/// The payload of a panic is a value of user code, and dropping it may panic as well.
#[test]
fn a_panic_whose_payload_panics_is_contained() {
    struct PanicsInDrop;
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new(PanicsInDrop))
        }
    }
    struct Bombing;
    impl Processor for Bombing {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Bombing", "1.0")
        }
        fn error(&self, _: &mut Call<'_>, (): &mut (), _: &ErrorEvent<'_>) -> Result<(), Failure> {
            std::panic::resume_unwind(Box::new(PanicsInDrop))
        }
    }
    let body = batch(&["error", "screen_view"]);
    let plain = Engine::new(Bombing);
    let waiting = Engine::new_async(Waiting(Bombing));
    for output in [
        plain
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish(),
        block_on(waiting.process_async(body.as_bytes(), &INVOCATION))
            .unwrap()
            .finish(),
    ] {
        assert_eq!(
            texts(output.events()),
            ["rejected: the handler panicked", "done"]
        );
    }
}

#[test]
fn a_reused_output_keeps_nothing() {
    let engine = Engine::new(Recorder::new(|handler, _| match handler {
        "hologram_shown" => Err(Failure::reject("no")),
        _ => Ok(()),
    }));
    let (mut scratch, mut output) = (Scratch::new(), Output::new());
    let body = batch_with(NOTIFICATIONS, &["error", "hologram_shown"]);
    let mut process = |body: &str, output: &mut Output| {
        let body = body.as_bytes();
        engine
            .process_into(body, &mut scratch, &INVOCATION, output)
            .map(|pending| pending.finish().verdict())
    };
    assert_eq!(process(&body, &mut output).unwrap(), Verdict::Fail);
    assert!(process("{", &mut output).is_err());
    assert!(output.response().is_empty() && output.records().is_empty());
    assert!(output.events().is_empty() && output.notifications().is_empty());
    assert_eq!(
        (output.message_type(), output.event_counts().total()),
        (None, 0)
    );
    assert_eq!(output.tally(), hydrant::Tally::default());
    assert_eq!(output.failures().count(), 0);
    assert_eq!(output.verdict(), Verdict::Retry { after: None });
    let answered = process(r#"{"type":"event_processing_request"}"#, &mut output);
    assert_eq!(answered.unwrap(), Verdict::Answer);
}

/// The host settles what it could not deliver.
#[test]
fn records_are_settled_after_their_delivery() {
    let engine = Engine::new(Recorder::succeeding());
    let body = batch(&["error", "screen_view", "error"]);
    let pending = || engine.process(body.as_bytes(), &INVOCATION).unwrap();

    let mut failed = pending();
    failed.settle(1, Failure::retry_after(Duration::from_secs(1)));
    let output = failed.finish();
    assert_eq!(texts(output.events()), ["done", "retry after 1s", "done"]);
    let after = Some(Duration::from_secs(1));
    assert_eq!(output.verdict(), Verdict::Retry { after });

    let mut of_the_batch = pending();
    of_the_batch.settle_message(Failure::reject("no such topic"));
    assert_eq!(of_the_batch.finish().verdict(), Verdict::Fail);

    let mut corrected = pending();
    corrected.settle(0, Failure::retry());
    corrected.settle(0, Outcome::Done);
    assert_eq!(corrected.finish().verdict(), Verdict::Answer);

    // An event failed, and it is unknown which.
    let mut unknown = pending();
    unknown.settle(3, Failure::discard("not wanted"));
    let output = unknown.finish();
    assert_eq!(output.verdict(), Verdict::Retry { after: None });
    assert!(output.message().to_string().contains("event 3 of 3"));
}
