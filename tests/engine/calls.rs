//! Calls: handlers in a unit test, pointers to modules, and values from the host.

use std::sync::Arc;

use hydrant::message::*;
use hydrant::{
    AsyncProcessor, Call, Engine, Failure, Output, ParseOptions, Processor, Registration, Scratch,
    Verdict, parse,
};

use hydrant_testing::build::{Batch, DataSubjectRequest, screen_view};
use hydrant_testing::{ExpectedRecord, Harness};

use crate::recorder::*;

/// A handler is called without an engine, with a message that was parsed or built.
#[test]
fn handlers_can_be_called_in_a_unit_test() {
    let body = batch(&["screen_view", "error"]);
    let (mut scratch, mut output) = (Scratch::new(), Output::new());
    let options = ParseOptions::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &options).unwrap();
    let Message::EventProcessingRequest(batch) = parsed.message else {
        panic!()
    };
    let module = Recorder::succeeding();
    let mut call = Call::of_batch(batch, &INVOCATION, &mut output);
    Processor::batch(&module, &mut call, batch).unwrap();
    assert_eq!(texts(call.outcomes()), ["done", "done"]);

    let mut call = Call::of_batch(batch, &INVOCATION, &mut output);
    let waiting = Waiting(Recorder::succeeding());
    block_on(AsyncProcessor::batch(&waiting, &mut call, batch)).unwrap();
    assert_eq!(texts(call.outcomes()), ["done", "done"]);
    assert_eq!(output.records().len(), 4);

    let request = DsrProcessingRequest::default();
    let mut call = Call::of_account(None, &INVOCATION, &mut output);
    module.dsr(&mut call, &request).unwrap();
    assert_eq!(call.batch().events.len(), 0);
    assert_eq!(call.account().account_id, 0);
}

#[test]
fn pointers_to_modules_are_modules() {
    let body = batch(&["screen_view"]);
    let recorder = Recorder::succeeding();
    let boxed: Box<dyn Processor<Batch = Vec<String>>> = Box::new(Recorder::succeeding());
    fn run<P: Processor>(module: P, body: &str) -> String {
        let run = Harness::new(module).process(body);
        assert_eq!(run.output().records().len(), 3);
        run.assert_answered().snapshot()
    }
    let expected = run(Recorder::succeeding(), &body);
    assert_eq!(run(&recorder, &body), expected);
    assert_eq!(run(boxed, &body), expected);
    assert_eq!(run(Arc::new(Recorder::succeeding()), &body), expected);
}

#[test]
fn a_call_has_the_values_from_the_host() {
    struct Looking;
    impl Processor for Looking {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Looking", "1.0")
        }
        fn dsr(&self, call: &mut Call<'_>, _: &DsrProcessingRequest<'_>) -> Result<(), Failure> {
            assert_eq!(call.access_token(), Some("secret-token"));
            assert_eq!(call.invocation().now_ms(), 7);
            assert!(call.deadline().is_none());
            assert!(!format!("{call:?} {:?}", call.invocation()).contains("secret"));
            call.emit_keyed(b"key", b"payload");
            call.emit_json(|json| json.text_field("a", "b"));
            call.emit_with(None, |out| {
                out.push(b"[");
                out.json().text("x");
                out.push(b"]");
            });
            Ok(())
        }
    }
    let harness = Harness::new(Looking).at(7).access_token("secret-token");
    harness
        .process(DataSubjectRequest::new())
        .assert_answered()
        .assert_records::<ExpectedRecord>([
            ("key", "payload").into(),
            r#"{"a":"b"}"#.into(),
            r#"["x"]"#.into(),
        ]);
}

/// The handler of a settled event is not called, and the outcome does not change.
#[test]
fn settled_events_stay_settled() {
    struct Settling;
    impl Processor for Settling {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Settling", "1.0")
        }
        fn begin_batch(&self, call: &mut Call<'_>, (): &mut ()) -> Result<(), Failure> {
            call.settle_each([(1, Failure::discard("seen before"))]);
            Ok(())
        }
        fn screen_view(
            &self,
            call: &mut Call<'_>,
            (): &mut (),
            _: &ScreenViewEvent<'_>,
        ) -> Result<(), Failure> {
            assert_ne!(call.index(), 1);
            if call.index() == 2 {
                call.settle(2, Failure::reject("refused"));
            }
            Ok(())
        }
        fn end_batch(&self, call: &mut Call<'_>, (): ()) -> Result<(), Failure> {
            // Settled events are left out.
            assert_eq!(call.events().len(), 0);
            call.settle(3, Failure::retry());
            Err(Failure::discard("applies only to unsettled events"))
        }
    }
    let batch = Batch::new().events((0..5).map(|_| screen_view("home")));
    let waiting = Harness::new_async(Waiting(Settling));
    for run in [
        Harness::new(Settling).process(&batch),
        block_on(waiting.process_async(&batch)),
    ] {
        run.assert_verdict(Verdict::Retry { after: None })
            .assert_outcomes([
                "done",
                "discarded: seen before",
                "rejected: refused",
                "retry",
                "done",
            ]);
    }
}

#[test]
fn public_types_cross_threads() {
    fn crosses<T: Send + Sync>() {}
    crosses::<Engine<Recorder>>();
    crosses::<hydrant::Pending<'_>>();
    crosses::<Output>();
    crosses::<Failure>();
    crosses::<hydrant::Outcome>();
    crosses::<hydrant::Error>();
    crosses::<Registration>();
    fn moves<T: Send>() {}
    moves::<Scratch>();
    crosses::<Call<'_>>();
    crosses::<Message<'_>>();
}
