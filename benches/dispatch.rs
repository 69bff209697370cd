//! Dispatch: the time of calling the handlers in addition to parsing, and when two cores are faster
//! than one.
//!
//! Inputs: `generate::batch` of 1, 10, 100 and 1,000 events. First, `parse` alone is compared with
//! `Engine::process_into` and a processor that does nothing: the difference is the time of
//! dispatch, response included. A third contender writes the same response without an engine, which
//! shows the share of the response. A fourth has a deadline, which is compared with the clock
//! before each handler, and a fifth has async handlers that never wait. Then handlers that compute
//! for 0 to 50 µs each, unordered and in order: if other threads do not help, the engine must not
//! be slower for trying. Both orders are checked to emit the same records, one per event.
//!
//! `cargo bench --bench dispatch`, not pinned to one core, on an idle machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::cell::RefCell;
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hydrant::message::*;
use hydrant::{
    AsyncProcessor, Call, Engine, Error, Failure, Invocation, Output, ParseOptions, Pending,
    Processor, Registration, Scratch, parse, write,
};
use support::{Bench, Input};

/// The work of one handler, in nanoseconds.
const WORK: [u32; 6] = [0, 100, 1_000, 2_000, 10_000, 50_000];

fn main() {
    let mut bench = Bench::new("dispatch");
    let steps_per_us = calibrated();
    for events in [1, 10, 100, 1_000] {
        overhead(&mut bench, &Input::batch(events));
    }
    let mut ratios = String::new();
    for events in [10, 100, 1_000] {
        let input = Input::batch(events);
        for nanos in WORK {
            let steps = (steps_per_us * f64::from(nanos) / 1e3) as u32;
            let ratio = orders(&mut bench, &input, nanos, steps);
            ratios += &format!(
                "  {events:>6} x {:>5} us {ratio:>8.2}\n",
                f64::from(nanos) / 1e3
            );
        }
    }
    bench.finish();
    println!("unordered, times as fast as in order:\n{ratios}");
}

/// Parsing alone, and with handlers that do nothing.
fn overhead(bench: &mut Bench, input: &Input) {
    let body = &input.bodies[0];
    let (engine, waiting) = (Engine::new(Idle), Engine::new_async(Idle));
    let invocation = invocation();
    let in_time = invocation
        .clone()
        .with_deadline(Instant::now() + Duration::from_secs(3_600));
    let options = ParseOptions::new();
    // All use the same buffers, because memory addresses affect the times more than the measured
    // differences.
    let buffers = RefCell::new(Buffers::default());
    let plain = || {
        let Buffers {
            scratch, output, ..
        } = &mut *buffers.borrow_mut();
        black_box(finished(engine.process_into(
            body,
            scratch,
            &invocation,
            output,
        )));
    };
    let timed = || {
        let Buffers {
            scratch, output, ..
        } = &mut *buffers.borrow_mut();
        black_box(finished(
            engine.process_into(body, scratch, &in_time, output),
        ));
    };
    let polled = || {
        let Buffers {
            scratch, output, ..
        } = &mut *buffers.borrow_mut();
        let future = waiting.process_into_async(body, scratch, &invocation, output);
        black_box(finished(ready(future)));
    };
    let alone = || {
        let scratch = &mut buffers.borrow_mut().scratch;
        black_box(parse(body, scratch, &options).unwrap());
    };
    let answered = || {
        let Buffers {
            scratch, response, ..
        } = &mut *buffers.borrow_mut();
        respond(body, scratch, &options, &invocation, response);
        black_box(response);
    };
    answered();
    for run in [&plain as &dyn Fn(), &timed, &polled] {
        buffers.borrow_mut().output.clear();
        run();
        let Buffers {
            output, response, ..
        } = &*buffers.borrow();
        assert_eq!(output.outcome_counts().done, input.events as u64);
        assert_eq!(response, output.response());
    }

    let name = format!("{}, no work", input.name);
    let rounds = bench
        .race_on(&name, &input.describe(), input.bytes())
        .contender("process_into, no-op processor", plain)
        .contender("process_into, with a deadline", timed)
        .contender("process_into_async, no-op processor", polled)
        .contender("parse alone", alone)
        .contender("parse and the response", answered)
        .often()
        .rounds();
    if let [all, timed, polled, parse, responded] = &rounds[..] {
        let beyond = |less: &[Duration], more: &[Duration]| median_difference(less, more);
        let events = input.events as f64;
        for (what, nanos) in [
            ("beyond parse, ns per event", beyond(parse, all) / events),
            (
                "beyond the response, ns per event",
                beyond(responded, all) / events,
            ),
            ("a deadline, ns per event", beyond(all, timed) / events),
            (
                "async beyond plain, ns per event",
                beyond(all, polled) / events,
            ),
            ("async beyond plain, ns per message", beyond(all, polled)),
        ] {
            bench.note(&name, what, nanos);
        }
    }
}

#[derive(Default)]
struct Buffers {
    scratch: Scratch,
    output: Output,
    response: Vec<u8>,
}

/// The median over all rounds of the difference between two contenders in the same round, in
/// nanoseconds. The speed of the machine varies more than that from round to round.
fn median_difference(less: &[Duration], more: &[Duration]) -> f64 {
    let rounds = less.iter().zip(more);
    let mut differences: Vec<f64> = rounds
        .map(|(less, more)| (more.as_secs_f64() - less.as_secs_f64()) * 1e9)
        .collect();
    differences.sort_unstable_by(f64::total_cmp);
    differences
        .get(differences.len() / 2)
        .copied()
        .unwrap_or_default()
}

/// Finishes the message.
fn finished<'o>(pending: Result<Pending<'_, &'o mut Output>, Error>) -> &'o Output {
    pending.unwrap().finish()
}

/// The result of a future that does not wait.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it never waits"),
    }
}

/// The response of the engine to a batch, written without an engine.
fn respond(
    body: &[u8],
    scratch: &mut Scratch,
    options: &ParseOptions,
    invocation: &Invocation,
    response: &mut Vec<u8>,
) {
    let parsed = parse(body, scratch, options).unwrap();
    let Message::EventProcessingRequest(request) = parsed.message else {
        panic!("no batch")
    };
    let mut answer = EventProcessingResponse::default();
    answer.common.id = Some(request.common.id.unwrap_or(invocation.fresh_id()));
    answer.common.timestamp_ms = Some(invocation.now_ms());
    answer.common.firehose_version = Some(FIREHOSE_VERSION);
    response.clear();
    write::message(&Message::EventProcessingResponse(&answer), response);
}

/// Handlers with work to do, unordered and in order. Returns the speed-up of the unordered ones.
fn orders(bench: &mut Bench, input: &Input, nanos: u32, steps: u32) -> f64 {
    let body = &input.bodies[0];
    let invocation = invocation();
    let engines = [2, 1].map(|threads| Engine::new(Busy { steps }).unordered(threads));
    let [mut unordered, mut in_order] = [(); 2].map(|()| (Scratch::new(), Output::new()));
    for (engine, (scratch, output)) in engines.iter().zip([&mut unordered, &mut in_order]) {
        finished(engine.process_into(body, scratch, &invocation, output));
    }
    assert_eq!(unordered.1.records().len(), input.events);
    assert!(unordered.1.records() == in_order.1.records());

    let name = format!("{}, {} us of work each", input.name, f64::from(nanos) / 1e3);
    let medians = bench
        .race_on(&name, &input.describe(), input.bytes())
        .contender("unordered", || {
            let (scratch, output) = &mut unordered;
            finished(engines[0].process_into(body, scratch, &invocation, output));
        })
        .contender("in order", || {
            let (scratch, output) = &mut in_order;
            finished(engines[1].process_into(body, scratch, &invocation, output));
        })
        .on_the_wall()
        .only_in_turn()
        .run();
    match medians[..] {
        [unordered, in_order] => in_order.div_duration_f64(unordered),
        _ => f64::NAN,
    }
}

fn invocation() -> Invocation {
    Invocation::new(1_714_592_744_067, Uuid::from_random([7; 16]))
}

/// Does nothing.
struct Idle;

impl AsyncProcessor for Idle {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Bench", "1.0")
    }
}

impl Processor for Idle {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Bench", "1.0")
    }
}

/// Computes for a while, and emits one record per event.
struct Busy {
    steps: u32,
}

impl Busy {
    fn work(&self, call: &mut Call<'_>) -> Result<(), Failure> {
        let index = call.index() as u64;
        call.emit(&mixed(index, self.steps).to_le_bytes());
        Ok(())
    }
}

macro_rules! busy {
    ($($method:ident: $model:ident),* $(,)?) => {
        impl Processor for Busy {
            type Batch = ();

            fn registration(&self) -> Registration {
                Registration::new("Bench", "1.0")
            }
            $( fn $method(&self, call: &mut Call<'_>, _: &mut (), _: &$model<'_>) -> Result<(), Failure> {
                self.work(call)
            } )*
        }
    };
}

busy! {
    session_start: SessionStartEvent, session_end: SessionEndEvent, custom_event: CustomEvent,
    screen_view: ScreenViewEvent, error: ErrorEvent, privacy_setting_change: PrivacySettingChangeEvent,
    user_attribute_change: UserAttributeChangeEvent, user_identity_change: UserIdentityChangeEvent,
    push_subscription: PushSubscriptionEvent, application_state_transition: ApplicationStateTransitionEvent,
    push_message_receipt: PushMessageReceiptEvent, product_action: ProductActionEvent,
    promotion_action: PromotionActionEvent, impression: ImpressionEvent, attribution: AttributionEvent,
    push_message_open: PushMessageOpenEvent,
}

/// Steps of xorshift64 (Marsaglia, 2003), each of which depends on the previous one.
fn mixed(seed: u64, steps: u32) -> u64 {
    let mut state = seed | 1 << 40;
    for _ in 0..steps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state)
}

/// The number of steps per microsecond on this machine. The work is a count and not a time, because
/// two threads on one core must not both seem busy.
fn calibrated() -> f64 {
    const STEPS: u32 = 200_000;
    let fastest = (0..20)
        .map(|seed| {
            let start = Instant::now();
            mixed(seed, STEPS);
            start.elapsed()
        })
        .min()
        .unwrap();
    f64::from(STEPS) / (fastest.as_secs_f64() * 1e6)
}
