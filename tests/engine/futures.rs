//! Futures of async handlers: they are `Send`, they borrow the message, and they may be dropped at
//! any point.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hydrant::message::*;
use hydrant::{
    AsyncProcessor, Call, Engine, Failure, Output, Processor, Registration, ResultExt, Scratch,
    Verdict,
};

use crate::panics::panic_on_purpose;
use crate::recorder::*;

/// A module that reads borrowed data before and after an `await`.
struct Borrowing;

impl AsyncProcessor for Borrowing {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Borrowing", "1.0").events([EventType::CustomEvent])
    }

    async fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        let user = batch.mpid.or_discard("no user")?;
        let key = call.account().account_settings.get("api_key").copied();
        let key = key.or_reject("no key")?;
        let names = call.by_time().translate(|event| match event {
            Event::CustomEvent(event) if event.name == Some("panic") => panic_on_purpose(),
            Event::CustomEvent(event) => event.name.or_discard("no name"),
            _ => Err(Failure::discard("not a custom event")),
        });
        tokio::task::yield_now().await;
        let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
        call.emit(format!("{user} {key} {}", names.join(" ")).as_bytes());
        Ok(())
    }
}

const BODY: &str = r#"{"type":"event_processing_request","mpid":"7","account":{"account_settings":{"api_key":"k"}},
    "events":[{"type":"custom_event","name":"late","timestamp_ms":3},{"type":"custom_event","timestamp_ms":2},
    {"type":"custom_event","name":"early","timestamp_ms":1},{"type":"custom_event","name":"panic"},
    {"type":"new_event","timestamp_ms":0},{"type":"screen_view"}]}"#;

#[test]
fn a_whole_batch_is_handled_on_any_thread_of_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let output = runtime
        .block_on(async {
            tokio::spawn(async {
                let engine = Engine::new_async(Borrowing);
                let pending = engine.process_async(BODY.as_bytes(), &INVOCATION).await;
                pending.unwrap().finish()
            })
            .await
        })
        .unwrap();
    assert_eq!(
        texts(output.events()),
        [
            "done",
            "discarded: no name",
            "done",
            "rejected: the handler panicked",
            "discarded: not a custom event",
            "skipped",
        ]
    );
    let record = output.records().iter().next().unwrap();
    assert_eq!(record.payload, b"7 k early late");
    assert_eq!(output.verdict(), Verdict::Fail);
}

/// A module whose handler is pending once per event and counts its calls.
struct PendingOnce(AtomicUsize);

impl AsyncProcessor for PendingOnce {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("PendingOnce", "1.0")
    }

    async fn screen_view(
        &self,
        call: &mut Call<'_>,
        _: &mut (),
        _: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        wait().await;
        self.0.fetch_add(1, Ordering::Relaxed);
        call.emit(b"view");
        Ok(())
    }
}

#[test]
fn a_future_may_be_dropped_at_any_point() {
    let engine = Engine::new_async(PendingOnce(AtomicUsize::new(0)));
    let (mut scratch, mut output) = (Scratch::new(), Output::new());
    let body = batch(&["screen_view"; 5]);
    for polls in 0..=5 {
        {
            let (scratch, output) = (&mut scratch, &mut output);
            let mut future =
                pin!(engine.process_into_async(body.as_bytes(), scratch, &INVOCATION, output));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..polls {
                assert!(future.as_mut().poll(&mut context).is_pending());
            }
        }
        if polls > 0 {
            let done = output.events().iter().filter(|o| o.as_str() == "done");
            assert_eq!(done.count(), polls - 1);
            let counts = output.outcome_counts();
            assert_eq!(counts.retry, 6 - polls as u64);
            assert_eq!(output.verdict(), Verdict::Retry { after: None });
            assert!(output.response().is_empty());
        }
        // Another message with the same buffers.
        let future =
            engine.process_into_async(body.as_bytes(), &mut scratch, &INVOCATION, &mut output);
        let output = block_on(future).unwrap().finish();
        assert_eq!(output.verdict(), Verdict::Answer);
        assert_eq!(output.records().len(), 5);
    }

    // Dropped futures return the buffers of the engine.
    for _ in 0..100 {
        let mut future = pin!(engine.process_async(body.as_bytes(), &INVOCATION));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(future.as_mut().poll(&mut context), Poll::Pending));
    }
    let pending = block_on(engine.process_async(body.as_bytes(), &INVOCATION));
    assert_eq!(pending.unwrap().finish().verdict(), Verdict::Answer);
}

/// A runtime panics if an async handler blocks, and a panic must not acknowledge the event.
#[test]
fn blocking_in_an_async_handler_is_never_acknowledged() {
    struct Blocking;
    impl AsyncProcessor for Blocking {
        type Batch = ();
        fn registration(&self) -> Registration {
            Registration::new("Blocking", "1.0")
        }
        async fn error(
            &self,
            _: &mut Call<'_>,
            _: &mut (),
            _: &ErrorEvent<'_>,
        ) -> Result<(), Failure> {
            tokio::runtime::Handle::current().block_on(async {});
            Ok(())
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let engine = Engine::new_async(Blocking);
    let body = batch(&["error", "screen_view"]);
    let pending = runtime.block_on(engine.process_async(body.as_bytes(), &INVOCATION));
    let output = pending.unwrap().finish();
    assert_eq!(
        texts(output.events()),
        ["rejected: the handler panicked", "done"]
    );
    assert_eq!(output.verdict(), Verdict::Fail);
}

/// A module whose handler of the third event runs until the deadline.
struct Slow;

impl Processor for Slow {
    type Batch = ();
    fn registration(&self) -> Registration {
        Registration::new("Slow", "1.0")
    }
    fn screen_view(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        _: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        // Waits for the deadline and not for a fixed time, so that the test does not depend on the
        // speed of the machine.
        while call.index() == 2 && Instant::now() < call.deadline().unwrap() {
            std::thread::yield_now();
        }
        Ok(())
    }
    fn end_batch(&self, _: &mut Call<'_>, (): ()) -> Result<(), Failure> {
        panic!("no handler is started after the deadline");
    }
}

#[test]
fn no_handler_is_started_after_the_deadline() {
    let body = batch(&["screen_view"; 5]);
    let invocation = || {
        INVOCATION
            .clone()
            .with_deadline(Instant::now() + Duration::from_secs(1))
    };
    let plain = Engine::new(Slow);
    let unordered = Engine::new(Slow).unordered(2);
    let waiting = Engine::new_async(Waiting(Slow));
    for output in [
        plain
            .process(body.as_bytes(), &invocation())
            .unwrap()
            .finish(),
        block_on(waiting.process_async(body.as_bytes(), &invocation()))
            .unwrap()
            .finish(),
    ] {
        let late = "retry: the deadline has passed";
        assert_eq!(texts(output.events()), ["done", "done", "done", late, late]);
        assert_eq!(output.verdict(), Verdict::Retry { after: None });
    }
    let output = unordered
        .process(body.as_bytes(), &invocation())
        .unwrap()
        .finish();
    assert_eq!(output.verdict(), Verdict::Retry { after: None });

    let late = INVOCATION.clone().with_deadline(Instant::now());
    for body in [
        body.as_str(),
        r#"{"type":"dsr_processing_request"}"#,
        r#"{"type":"audience_subscription_request"}"#,
        r#"{"type":"audience_membership_change_request","user_profiles":[{}]}"#,
    ] {
        let recorder = Recorder::succeeding();
        let engine = Engine::new(recorder);
        let output = engine.process(body.as_bytes(), &late).unwrap().finish();
        assert_eq!(output.verdict(), Verdict::Retry { after: None }, "{body}");
        assert!(engine.processor().calls.lock().unwrap().is_empty());
    }
}
