//! Calls: handlers in a unit test, pointers to modules, and values from the host.

use std::sync::Arc;

use hydrant::message::*;
use hydrant::{
    AsyncProcessor, Call, Engine, Failure, Invocation, Output, ParseOptions, Processor,
    Registration, Scratch, Verdict, parse,
};

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
    fn run<P: Processor>(module: P, body: &str) -> Vec<String> {
        let engine = Engine::new(module);
        let output = engine
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish();
        assert_eq!(output.verdict(), Verdict::Answer);
        let records = output.records().iter();
        records
            .map(|record| String::from_utf8(record.payload.to_vec()).unwrap())
            .collect()
    }
    let expected = run(Recorder::succeeding(), &body);
    assert_eq!(expected.len(), 3);
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
    let invocation = Invocation::new(7, Uuid([1; 16])).with_access_token("secret-token");
    let body = br#"{"type":"dsr_processing_request"}"#;
    let engine = Engine::new(Looking);
    let pending = engine.process(body, &invocation).unwrap();
    let records = pending.output().records().iter();
    let records: Vec<_> = records.map(|r| (r.key, r.payload)).collect();
    assert_eq!(
        records,
        [
            (Some(&b"key"[..]), &b"payload"[..]),
            (None, b"{\"a\":\"b\"}"),
            (None, b"[\"x\"]"),
        ]
    );
    assert_eq!(pending.finish().verdict(), Verdict::Answer);
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
    let body = batch(&["screen_view"; 5]);
    let plain = Engine::new(Settling);
    let waiting = Engine::new_async(Waiting(Settling));
    for output in [
        plain
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish(),
        block_on(waiting.process_async(body.as_bytes(), &INVOCATION))
            .unwrap()
            .finish(),
    ] {
        let expected = [
            "done",
            "discarded: seen before",
            "rejected: refused",
            "retry",
            "done",
        ];
        assert_eq!(texts(output.events()), expected);
        assert_eq!(output.verdict(), Verdict::Retry { after: None });
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
