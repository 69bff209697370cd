//! Regression tests of faults in earlier versions that lost data or acknowledged failures.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use hydrant::engine::{RejectPolicy, Subject, SubscriptionReply};
use hydrant::message::*;
use hydrant::registration::{Integer, SettingValues, Settings, Text};
use hydrant::{
    AsyncProcessor, Call, Engine, Failure, Outcome, Output, Processor, Registration, Verdict,
};

use crate::panics::panic_on_purpose;
use crate::recorder::*;

const RETRY: Verdict = Verdict::Retry { after: None };

/// A module of a registration, a handler of batches and a handler of events.
struct Module<B, E>(Registration, B, E);

type Calls = fn(&mut Call<'_>) -> Result<(), Failure>;

impl Processor for Module<Option<Calls>, Calls> {
    type Batch = ();

    fn registration(&self) -> Registration {
        self.0.clone()
    }

    fn begin_batch(&self, call: &mut Call<'_>, (): &mut ()) -> Result<(), Failure> {
        self.1.map_or(Ok(()), |begin| begin(call))
    }

    fn error(&self, call: &mut Call<'_>, (): &mut (), _: &ErrorEvent<'_>) -> Result<(), Failure> {
        (self.2)(call)
    }
}

fn registration() -> Registration {
    Registration::new("Module", "1.0")
}

fn handling(event: Calls) -> Engine<Module<Option<Calls>, Calls>> {
    Engine::new(Module(registration(), None, event))
}

fn finished<P: Processor>(engine: &Engine<P>, body: &str) -> Output {
    let pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
    pending.finish()
}

fn awaited<P: AsyncProcessor>(engine: &Engine<P>, body: &str) -> Output {
    let pending = block_on(engine.process_async(body.as_bytes(), &INVOCATION)).unwrap();
    pending.finish()
}

fn outcomes(output: &Output) -> Vec<&'static str> {
    output.events().iter().map(Outcome::as_str).collect()
}

/// A module that implements `batch`.
struct Whole(Calls);

impl Processor for Whole {
    type Batch = ();

    fn registration(&self) -> Registration {
        registration()
    }

    fn batch(&self, call: &mut Call<'_>, _: &EventProcessingRequest<'_>) -> Result<(), Failure> {
        (self.0)(call)
    }
}

#[test]
fn events_that_the_host_rejects_are_dead_letters_whatever_their_outcome_was() {
    let body = batch(&["error", "error"]);
    let subjects = |output: &Output| -> Vec<Subject> {
        output.dead_letters().map(|(subject, _)| subject).collect()
    };
    let stored = |calls: Calls, record: Failure| {
        let engine = Engine::new(Whole(calls)).with_reject_policy(RejectPolicy::DeadLetter);
        let mut pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
        pending.settle_records([Err(record)]);
        let output = pending.finish();
        assert_eq!(output.verdict(), Verdict::DeadLetter);
        subjects(&output)
    };
    let discards: Calls = |call| {
        call.emit(b"important");
        Err(Failure::discard("not wanted"))
    };
    assert_eq!(
        stored(discards, Failure::reject("refused")),
        [Subject::Message]
    );
    let rejects: Calls = |call| {
        call.settle(0, Outcome::Done);
        call.emit(b"both events");
        Err(Failure::reject("the rest"))
    };
    let all = [Subject::Message, Subject::Event(1)];
    assert_eq!(stored(rejects, Failure::reject("refused")), all);
    let suspends: Calls = |call| {
        call.suspend_subscription();
        call.emit(b"important");
        Err(Failure::discard("not wanted"))
    };
    assert_eq!(stored(suspends, Failure::retry()), [Subject::Message]);
}

#[test]
fn a_failure_is_still_listed_if_the_host_settles_the_message() {
    let engine = Engine::new(Whole(|_| Err(Failure::reject("never"))));
    let body = batch(&["error", "error"]);
    let mut pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
    pending.settle_message(Outcome::Done);
    let output = pending.finish();
    assert_eq!(output.verdict(), Verdict::Fail);
    assert_eq!(output.failures().count(), 2);
}

#[test]
fn a_failure_that_another_handler_settles_is_not_lost_between_threads() {
    let begin: Calls = |call| {
        call.settle(380, Outcome::Done);
        Ok(())
    };
    let event: Calls = |call| {
        let until = Instant::now() + Duration::from_micros(20);
        while Instant::now() < until {}
        if call.index() == 379 {
            call.settle(380, Failure::retry());
        }
        Ok(())
    };
    let body = batch(&["error"; 400]);
    for threads in [0, 1, 2, 4] {
        let engine = Engine::new(Module(registration(), Some(begin), event)).unordered(threads);
        for _ in 0..60 {
            let output = finished(&engine, &body);
            assert_eq!(output.verdict(), RETRY, "{threads} threads");
            assert_eq!(output.events()[380].as_str(), "retry");
        }
    }
}

#[test]
fn the_worse_of_what_a_handler_settles_and_returns_applies() {
    for (event, outcome) in [
        (
            (|call| {
                call.emit(b"record");
                call.settle(call.index(), Outcome::Done);
                Err(Failure::retry())
            }) as Calls,
            "retry",
        ),
        (
            |call| {
                call.emit(b"record");
                call.settle(call.index(), Outcome::Done);
                panic_on_purpose()
            },
            "rejected",
        ),
        (
            |call| {
                call.emit(b"record");
                call.settle(call.index(), Failure::retry());
                Ok(())
            },
            "retry",
        ),
    ] {
        let body = batch(&["error"]);
        let waiting = Engine::new_async(Waiting(Module(registration(), None, event)));
        let plain = handling(event)
            .process(body.as_bytes(), &INVOCATION)
            .unwrap()
            .finish();
        let waiting = awaited(&waiting, &body);
        for output in [plain, waiting] {
            assert_eq!(outcomes(&output), [outcome]);
            assert!(output.records().is_empty());
        }
    }
}

#[test]
fn an_unordered_engine_gives_the_same_results_with_any_number_of_threads() {
    let body = batch(&["error", "screen_view"]);
    for threads in [0, 1, 2, 4, usize::MAX] {
        let engine = Engine::new(Whole(|_| Ok(()))).unordered(threads);
        let output = finished(&engine, &body);
        assert_eq!(
            output.verdict(),
            Verdict::Fail,
            "no handler is called: {threads} threads"
        );
        assert_eq!(outcomes(&output), ["rejected", "rejected"]);
        let engine = handling(|_| Ok(())).unordered(threads);
        let body = batch(&["error", "error"]);
        let output = finished(&engine, &body);
        assert_eq!(output.verdict(), Verdict::Answer, "{threads} threads");
    }
}

#[test]
fn outcomes_are_not_ignored_if_no_event_was_sent() {
    let body = batch(&["error"]);
    let engine = handling(|_| Ok(()));
    let mut pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
    pending.settle_records([Err(Failure::retry())]);
    assert_eq!(pending.finish().verdict(), RETRY);
    let engine = Engine::new(Whole(|call| {
        let nothing: [(usize, ()); 0] = [];
        call.settle_sent(&nothing, [Failure::retry()]);
        Ok(())
    }));
    let output = finished(&engine, &body);
    assert_eq!(output.verdict(), RETRY);
}

/// Only faults that the customer can correct suspend the subscription.
#[test]
fn a_membership_change_is_acknowledged_only_if_the_customer_can_correct_the_fault() {
    struct Audiences(fn(&AudienceMembershipChangeRequest<'_>) -> Result<(), Failure>);
    struct Nothing;
    impl<'a> Settings<'a> for Nothing {
        fn describe() -> Vec<hydrant::registration::SettingDescription> {
            Vec::new()
        }
        fn read(_: &mut SettingValues<'a>) -> Option<Self> {
            None
        }
    }
    impl Processor for Audiences {
        type Batch = ();
        fn registration(&self) -> Registration {
            registration()
                .audiences(|it| {
                    it.account_setting(Integer::new("limit", "Limit"))
                        .subscription_setting(Text::new("list_id", "List").invisible())
                })
                .erasure_with("acme.example", |it| {
                    it.account_setting(Text::new("list_id", "List"))
                })
        }
        fn audience_subscription(
            &self,
            _: &mut Call<'_>,
            _: &AudienceSubscriptionRequest<'_>,
        ) -> Result<SubscriptionReply, Failure> {
            Ok(SubscriptionReply::default())
        }
        fn audience_membership_change(
            &self,
            _: &mut Call<'_>,
            request: &AudienceMembershipChangeRequest<'_>,
        ) -> Result<(), Failure> {
            (self.0)(request)
        }
    }
    let limit = || Account::default().setting::<i64>("limit").unwrap_err();
    assert_eq!(limit().faults().len(), 1);
    let body = r#"{"type":"audience_membership_change_request","account":{"account_id":7},"user_profiles":[{"audiences":[{}]}]}"#;
    for (handler, verdict, suspends) in [
        (
            (|_| {
                Account::default().setting::<i64>("limit")?;
                Ok(())
            }) as fn(&AudienceMembershipChangeRequest<'_>) -> _,
            Verdict::Answer,
            true,
        ),
        (
            |request| {
                request.user_profiles[0].audiences[0].setting::<&str>("list_id")?;
                Ok(())
            },
            Verdict::Fail,
            false,
        ),
        (
            |request| {
                request.account.unwrap().settings::<Nothing>()?;
                Ok(())
            },
            Verdict::Fail,
            false,
        ),
        (
            |_| {
                let error = Account::default().setting::<i64>("limit").unwrap_err();
                Err(Failure::discard("not wanted").with_source(error))
            },
            Verdict::Answer,
            false,
        ),
        (
            |_| {
                let error = Account::default().setting::<i64>("limit").unwrap_err();
                Err(Failure::retry().with_source(error))
            },
            RETRY,
            false,
        ),
    ] {
        let engine = Engine::new(Audiences(handler));
        let output = finished(&engine, body);
        assert_eq!(
            (output.verdict(), output.is_suspended()),
            (verdict, suspends)
        );
    }
}

#[test]
fn an_incomplete_record_does_not_become_part_of_the_next_one() {
    let event: Calls = |call| {
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            call.emit_with(Some(b"key"), |out| {
                out.push(b"ada@example.com");
                panic_on_purpose()
            });
        }));
        if call.index() > 0 {
            call.emit(b"grace");
        }
        Ok(())
    };
    let body = batch(&["error"; 200]);
    for engine in [handling(event), handling(event).unordered(2)] {
        let output = finished(&engine, &body);
        assert_eq!(output.records().len(), 199);
        assert!(
            output
                .records()
                .iter()
                .all(|record| record.payload == b"grace")
        );
    }
}

#[test]
fn many_suspensions_are_kept() {
    let body = |account: usize, rest: &str| {
        format!(
            r#"{{"type":"event_processing_request","account":{{"account_id":{account}}}{rest}}}"#
        )
    };
    let engine = handling(|call| {
        call.account().setting::<i64>("limit")?;
        Ok(())
    });
    let suspending = handling(|call| {
        call.suspend_subscription();
        Err(Failure::retry())
    });
    for account in 0..5_000 {
        let body = body(account, r#","events":[{"type":"error"}]"#);
        drop(finished(&suspending, &body));
        drop(finished(&engine, &body));
    }
    for account in 0..5_000 {
        let heartbeat = body(account, "");
        let output = finished(&suspending, &heartbeat);
        assert!(output.is_suspended(), "{account}");
    }
}

#[test]
fn a_state_that_panics_in_drop_does_not_replace_the_result_of_the_batch() {
    #[derive(Default)]
    struct PanicsInDrop;
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic_on_purpose()
        }
    }
    struct Bombs;
    impl Processor for Bombs {
        type Batch = PanicsInDrop;
        fn registration(&self) -> Registration {
            registration()
        }
        fn begin_batch(&self, _: &mut Call<'_>, _: &mut PanicsInDrop) -> Result<(), Failure> {
            Err(Failure::retry())
        }
    }
    impl AsyncProcessor for Bombs {
        type Batch = PanicsInDrop;
        fn registration(&self) -> Registration {
            registration()
        }
        async fn begin_batch(&self, _: &mut Call<'_>, _: &mut PanicsInDrop) -> Result<(), Failure> {
            Err(Failure::retry())
        }
    }
    let body = batch(&["error"]);
    let plain = Engine::new(Bombs).with_reject_policy(RejectPolicy::Acknowledge);
    let waiting = Engine::new_async(Bombs).with_reject_policy(RejectPolicy::Acknowledge);
    let plain = finished(&plain, &body);
    let waiting = awaited(&waiting, &body);
    for output in [plain, waiting] {
        assert_eq!(output.verdict(), RETRY);
    }
}

#[test]
fn a_panic_in_drop_of_a_future_does_not_leave_the_engine() {
    struct PanicsInDrop(bool);
    impl Future for PanicsInDrop {
        type Output = Result<(), Failure>;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            if self.0 {
                panic_on_purpose()
            }
            Poll::Ready(Ok(()))
        }
    }
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic_on_purpose()
        }
    }
    struct Bombs(bool);
    impl AsyncProcessor for Bombs {
        type Batch = ();
        fn registration(&self) -> Registration {
            registration()
        }
        fn error(
            &self,
            _: &mut Call<'_>,
            (): &mut (),
            _: &ErrorEvent<'_>,
        ) -> impl Future<Output = Result<(), Failure>> + Send {
            PanicsInDrop(self.0)
        }
        fn dsr(
            &self,
            _: &mut Call<'_>,
            _: &DsrProcessingRequest<'_>,
        ) -> impl Future<Output = Result<(), Failure>> + Send {
            PanicsInDrop(self.0)
        }
    }
    for panics in [false, true] {
        let engine = Engine::new_async(Bombs(panics));
        let body = batch(&["screen_view", "error", "screen_view"]);
        let output = awaited(&engine, &body);
        assert_eq!(outcomes(&output), ["done", "rejected", "done"]);
        let body = r#"{"type":"dsr_processing_request"}"#;
        let output = awaited(&engine, body);
        assert_eq!(output.message().as_str(), "rejected");
    }
}

/// A batch does not wait for threads that handle another batch, and neither does a handler that
/// processes a message itself.
#[test]
fn a_short_batch_does_not_wait_for_a_long_one() {
    struct Sleeper(mpsc::SyncSender<()>);
    impl Processor for Sleeper {
        type Batch = ();
        fn registration(&self) -> Registration {
            registration()
        }
        fn error(
            &self,
            call: &mut Call<'_>,
            (): &mut (),
            _: &ErrorEvent<'_>,
        ) -> Result<(), Failure> {
            thread::sleep(Duration::from_millis(10));
            if call.index() == 30 {
                let _ = self.0.try_send(());
            }
            Ok(())
        }
        fn screen_view(
            &self,
            _: &mut Call<'_>,
            (): &mut (),
            _: &ScreenViewEvent<'_>,
        ) -> Result<(), Failure> {
            thread::sleep(Duration::from_millis(1));
            Ok(())
        }
    }
    let (begun, begins) = mpsc::sync_channel(1);
    let engine = Engine::new(Sleeper(begun)).unordered(4);
    thread::scope(|scope| {
        let long = scope.spawn(|| {
            let body = batch(&["error"; 600]);
            let began = Instant::now();
            drop(finished(&engine, &body));
            began.elapsed()
        });
        begins.recv().unwrap();
        let body = batch(&["screen_view"; 20]);
        let began = Instant::now();
        drop(finished(&engine, &body));
        let short = began.elapsed();
        let long = long.join().unwrap();
        assert!(short < long / 4, "{short:?} while {long:?}");
    });
}

#[test]
fn debug_of_an_output_shows_no_settings() {
    struct Subscribed;
    impl Processor for Subscribed {
        type Batch = ();
        fn registration(&self) -> Registration {
            registration().audiences(|it| it.subscription_setting(Text::new("list", "List")))
        }
        fn audience_subscription(
            &self,
            call: &mut Call<'_>,
            _: &AudienceSubscriptionRequest<'_>,
        ) -> Result<SubscriptionReply, Failure> {
            call.emit(b"hidden record");
            Ok([("list", "hidden value")].into())
        }
    }
    let engine = Engine::new(Subscribed);
    let pending = engine
        .process(br#"{"type":"audience_subscription_request"}"#, &INVOCATION)
        .unwrap();
    assert!(!format!("{pending:?}").contains("hidden"), "{pending:?}");
    let output = pending.finish();
    assert!(
        std::str::from_utf8(output.response())
            .unwrap()
            .contains("hidden value")
    );
    let shown = format!("{output:?}");
    assert!(
        !shown.contains("hidden") && !shown.contains("104, 105"),
        "{shown}"
    );
}
