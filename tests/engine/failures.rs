//! What becomes of handlers that fail or panic, and what the host is told.

use std::time::Duration;

use hydrant::message::*;
use hydrant::{
    Engine, EventContext, Failure, Handled, Outcome, Output, Processor, Scratch, Verdict,
};

use crate::panics::panic_on_purpose;
use crate::recorder::*;

#[test]
fn a_failed_event_stops_no_other_and_its_records_vanish() {
    let recorder = Recorder::new(|handler, _| match handler {
        "session_start" => Err(Failure::retry_after(Duration::from_secs(3))),
        "screen_view" => Err(Failure::drop("not wanted")),
        "error" => Err(Failure::fatal("never")),
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
    let retry = |seconds: Option<u64>| Outcome::Retry {
        after: seconds.map(Duration::from_secs),
    };
    assert_eq!(
        run.output().events(),
        [
            Outcome::Done,
            retry(Some(3)),
            Failure::drop("not wanted").into_outcome(),
            fatal("never"),
            fatal("the handler panicked"),
            retry(None),
            Outcome::Done,
        ]
    );
    assert_eq!(
        run.output().notifications(),
        [Outcome::Done, fatal("the handler panicked"), retry(Some(8))]
    );
    let expected = [
        (None, "begin_batch 0"),
        (None, "ccpa_consent_state 0"),
        (Some(0), "custom_event 0"),
        (Some(6), "session_end 6"),
        (None, "end_batch"),
    ];
    assert_eq!(run.records(), expected);
    let counts = run.output().outcome_counts();
    assert_eq!(
        (counts.done, counts.retry, counts.dropped, counts.fatal),
        (2, 2, 1, 2)
    );
    // The longest time of all, notifications included.
    let after = Some(Duration::from_secs(8));
    assert_eq!(run.output().verdict(), Verdict::Retry { after });
    // No hook failed: there is a response, should the host deliver the failed events elsewhere.
    assert!(run.response().contains("event_processing_response"));
    assert_eq!(run.output().failure(), None);
}

#[test]
fn verdicts() {
    const RETRY: Verdict = Verdict::Retry { after: None };
    let cases: [(Behaviour, Verdict, bool); 6] = [
        (|_, _| Ok(()), Verdict::Answer, true),
        (
            |handler, _| (handler != "error").then_some(()).ok_or(Failure::drop("x")),
            Verdict::Answer,
            true,
        ),
        (
            |handler, _| {
                (handler != "error")
                    .then_some(())
                    .ok_or(Failure::fatal("x"))
            },
            Verdict::Answer,
            true,
        ),
        (
            |handler, _| (handler != "error").then_some(()).ok_or(Failure::retry()),
            RETRY,
            true,
        ),
        (
            |handler, _| {
                (handler != "end_batch")
                    .then_some(())
                    .ok_or(Failure::retry())
            },
            RETRY,
            false,
        ),
        (
            |handler, _| {
                (handler != "end_batch")
                    .then_some(())
                    .ok_or_else(|| panic_on_purpose())
            },
            Verdict::Fail,
            false,
        ),
    ];
    for (case, (behave, verdict, answered)) in cases.into_iter().enumerate() {
        let run = Run::of(Recorder::new(behave), &batch(&["error", "screen_view"]));
        assert_eq!(run.output().verdict(), verdict, "case {case}");
        assert_eq!(!run.response().is_empty(), answered, "case {case}");
    }
}

#[test]
fn if_the_batch_cannot_begin_nothing_of_it_happens() {
    let cases: [(Behaviour, Outcome, Verdict); 4] = [
        (
            |_, _| Err(Failure::retry_after(Duration::from_millis(5))),
            Failure::retry_after(Duration::from_millis(5)).into_outcome(),
            Verdict::Retry {
                after: Some(Duration::from_millis(5)),
            },
        ),
        (
            |_, _| Err(Failure::fatal("no account")),
            fatal("no account"),
            Verdict::Fail,
        ),
        (
            |_, _| Err(Failure::drop("no account")),
            Failure::drop("no account").into_outcome(),
            Verdict::Fail,
        ),
        (
            |_, _| panic_on_purpose(),
            fatal("the handler panicked"),
            Verdict::Fail,
        ),
    ];
    for (behave, outcome, verdict) in cases {
        let body = batch_with(NOTIFICATIONS, &["error", "hologram_shown"]);
        let run = Run::of(Recorder::new(behave), &body);
        assert_eq!(run.calls, ["begin_batch 0"]);
        assert_eq!(run.output().failure(), Some(&outcome));
        assert_eq!(run.output().events(), vec![outcome.clone(); 2]);
        assert_eq!(run.output().notifications(), vec![outcome; 3]);
        assert_eq!(run.output().verdict(), verdict);
        assert!(run.records().is_empty() && run.response().is_empty());
    }
}

#[test]
fn if_the_batch_cannot_end_there_is_no_response_but_what_was_done_stays_known() {
    let recorder = Recorder::new(|handler, _| match handler {
        "end_batch" => Err(Failure::fatal("flush failed")),
        _ => Ok(()),
    });
    let run = Run::of(recorder, &batch(&["error"]));
    assert_eq!(run.output().failure(), Some(&fatal("flush failed")));
    assert_eq!(run.outcomes(), ["done"]);
    assert_eq!(
        run.records(),
        [(None, "begin_batch 0"), (Some(0), "error 0")]
    );
    assert_eq!(run.output().verdict(), Verdict::Fail);
}

#[test]
fn handlers_of_other_messages_that_fail_or_panic_leave_neither_response_nor_records() {
    let bodies = [
        r#"{"type":"audience_subscription_request"}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[{}]}"#,
        r#"{"type":"dsr_processing_request"}"#,
        r#"{"type":"module_registration_request"}"#,
    ];
    for body in bodies {
        let run = Run::of(Recorder::new(|_, _| panic_on_purpose()), body);
        assert_eq!(
            run.output().failure(),
            Some(&fatal("the handler panicked")),
            "{body}"
        );
        assert_eq!(run.output().verdict(), Verdict::Fail);
        assert!(run.records().is_empty() && run.response().is_empty());
    }
    for body in &bodies[..3] {
        let run = Run::of(Recorder::new(|_, _| Err(Failure::retry())), body);
        assert_eq!(
            run.output().verdict(),
            Verdict::Retry { after: None },
            "{body}"
        );
        assert!(run.records().is_empty() && run.response().is_empty());
        let run = Run::of(Recorder::new(|_, _| Err(Failure::drop("no"))), body);
        assert_eq!(run.output().verdict(), Verdict::Fail, "{body}");
    }
}

#[test]
fn the_text_of_a_panic_stays_out_of_the_outcome() {
    struct Talkative;
    impl Processor for Talkative {
        fn register(&self) -> ModuleRegistrationResponse<'_> {
            ModuleRegistrationResponse::default()
        }
        fn begin_batch(&self, _: &mut EventContext<'_, '_>) -> Handled {
            // Keeps the hook quiet for this thread's next panic as well as for this one.
            std::panic::resume_unwind(Box::new("jane@example.com".to_owned()))
        }
    }
    let output = Engine::new(Talkative)
        .process(batch(&["error"]).as_bytes(), &INVOCATION)
        .unwrap();
    assert!(!format!("{output:?}").contains("jane"));
}

#[test]
fn an_output_that_is_used_again_keeps_nothing() {
    let engine = Engine::new(Recorder::obedient());
    let (mut scratch, mut output) = (Scratch::new(), Output::new());
    let body = batch_with(NOTIFICATIONS, &["error", "hologram_shown"]);
    let mut process = |body: &str, output: &mut Output| {
        engine.process_into(body.as_bytes(), &mut scratch, &INVOCATION, output)
    };
    process(&body, &mut output).unwrap();
    assert!(process("{", &mut output).is_err());
    assert!(output.response().is_empty() && output.records().is_empty());
    assert!(output.events().is_empty() && output.notifications().is_empty());
    assert_eq!(
        (output.message_type(), output.event_counts().total()),
        (None, 0)
    );
    assert_eq!(output.tally(), hydrant::Tally::default());
    assert_eq!(output.verdict(), Verdict::Fail);
    process(r#"{"type":"event_processing_request"}"#, &mut output).unwrap();
    assert_eq!(output.verdict(), Verdict::Answer);
}
