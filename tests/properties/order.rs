//! The result does not depend on the number of threads.

use hydrant::message::*;
use hydrant::{Call, Engine, Failure, Invocation, Outcome, Output, Processor, Registration};
use hydrant_testing::generate::batch;
use proptest::prelude::*;

use crate::panics::panic_on_purpose;

/// A module that emits some records per event, fails some events and panics at some, depending only
/// on their positions. Each event takes some time; otherwise no batch would be split.
struct Varied {
    seed: u64,
    interests: Interests,
}

/// Takes about 5 microseconds.
fn work(seed: u64) -> u64 {
    (0..2_000).fold(seed, |value, step| std::hint::black_box(mixed(value, step)))
}

fn mixed(seed: u64, number: u64) -> u64 {
    let mut value = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value ^ (value >> 32)
}

impl Varied {
    fn handle(&self, call: &mut Call<'_>, kind: &str) -> Result<(), Failure> {
        let index = call.index();
        let fate = mixed(self.seed, index as u64);
        std::hint::black_box(work(fate));
        for record in 0..fate % 4 {
            let payload = format!("{kind} {index}.{record}");
            match fate >> (8 + record) & 1 {
                0 => call.emit(payload.as_bytes()),
                _ => call.emit_keyed(
                    &fate.to_le_bytes()[..(fate % 9) as usize],
                    payload.as_bytes(),
                ),
            }
        }
        match fate >> 16 & 15 {
            0 => Err(Failure::retry_after(std::time::Duration::from_millis(
                fate % 100,
            ))),
            1 => Err(Failure::discard("not wanted")),
            2 => Err(Failure::reject(format!("number {index}"))),
            3 => panic_on_purpose(),
            4 => {
                call.suspend_subscription();
                Ok(())
            }
            5 => {
                // An incomplete record is removed as well.
                call.emit_with(None, |out| {
                    out.push(b"half a record");
                    panic_on_purpose();
                });
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

macro_rules! varied {
    ($($handler:ident: $model:ident),* $(,)?) => {$(
        fn $handler(&self, call: &mut Call<'_>, _: &mut (), _: &$model<'_>) -> Result<(), Failure> {
            self.handle(call, stringify!($handler))
        }
    )*};
}

impl Processor for Varied {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Bench", "1.0")
    }

    fn interests(&self) -> Interests {
        self.interests
    }

    fn begin_batch(&self, call: &mut Call<'_>, _: &mut ()) -> Result<(), Failure> {
        call.emit(b"begin");
        Ok(())
    }

    fn end_batch(&self, call: &mut Call<'_>, (): ()) -> Result<(), Failure> {
        call.emit(format!("end of {}", call.outcomes().len()).as_bytes());
        Ok(())
    }

    varied! {
        session_start: SessionStartEvent,
        session_end: SessionEndEvent,
        custom_event: CustomEvent,
        screen_view: ScreenViewEvent,
        error: ErrorEvent,
        privacy_setting_change: PrivacySettingChangeEvent,
        user_attribute_change: UserAttributeChangeEvent,
        user_identity_change: UserIdentityChangeEvent,
        push_subscription: PushSubscriptionEvent,
        application_state_transition: ApplicationStateTransitionEvent,
        push_message_receipt: PushMessageReceiptEvent,
        product_action: ProductActionEvent,
        promotion_action: PromotionActionEvent,
        impression: ImpressionEvent,
        attribution: AttributionEvent,
        push_message_open: PushMessageOpenEvent,
        unknown_event: UnknownEvent,
    }
}

const INVOCATION: Invocation = Invocation::new(1, Uuid([7; 16]));

/// The public content of an output.
fn seen(output: &Output) -> impl PartialEq + std::fmt::Debug + use<> {
    let records: Vec<_> = output
        .records()
        .iter()
        .map(|record| {
            (
                record.event,
                record.key.map(<[u8]>::to_vec),
                record.payload.to_vec(),
            )
        })
        .collect();
    (
        (
            output.response().to_vec(),
            output.verdict(),
            output.message().to_string(),
            output.is_suspended(),
        ),
        (texts(output.events()), texts(output.notifications())),
        records,
        (
            *output.event_counts(),
            output.outcome_counts(),
            output.tally(),
        ),
    )
}

fn texts(outcomes: &[Outcome]) -> Vec<String> {
    outcomes.iter().map(ToString::to_string).collect()
}

fn process(engine: &Engine<Varied>, body: &[u8]) -> Output {
    engine.process(body, &INVOCATION).unwrap().finish()
}

/// A batch with some events of an unknown type.
fn some_batch(events: usize, seed: u64) -> Vec<u8> {
    let text = String::from_utf8(batch(events, seed)).unwrap();
    text.replace(r#""type":"session_end""#, r#""type":"session_begin""#)
        .into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn unordered_results_equal_ordered_ones(
        events in 0..700usize,
        seed in any::<u64>(),
        fates in any::<u64>(),
        wanted in any::<u16>(),
    ) {
        // All types in half of the cases.
        let interests = EventType::ALL.iter().enumerate().fold(Interests::all(), |interests, (at, known)| {
            if fates & 1 == 0 && wanted >> at & 1 == 0 { interests.without(*known) } else { interests }
        });
        let engine = || Engine::new(Varied { seed: fates, interests });
        let body = some_batch(events, seed);
        let in_order = process(&engine(), &body);
        let expected = seen(&in_order);
        prop_assert_eq!(in_order.events().len(), events);

        // Records are in event order, and only from events that are done.
        let from: Vec<usize> = in_order.records().iter().filter_map(|record| record.event).collect();
        prop_assert!(from.is_sorted());
        prop_assert!(from.iter().all(|at| matches!(in_order.events()[*at], Outcome::Done)));
        for (at, outcome) in in_order.events().iter().enumerate().filter(|(_, outcome)| matches!(outcome, Outcome::Done)) {
            let emitted = from.iter().filter(|from| **from == at).count() as u64;
            prop_assert_eq!(emitted, mixed(fates, at as u64) % 4, "{:?}", outcome);
        }
        let halves = in_order.records().iter().filter(|record| record.payload.starts_with(b"half")).count();
        prop_assert_eq!(halves, 0);

        for threads in [1, 2, 4] {
            let engine = engine().unordered(threads);
            prop_assert_eq!(&seen(&process(&engine, &body)), &expected, "{} threads", threads);
            // A second time with the same buffers.
            prop_assert_eq!(&seen(&process(&engine, &body)), &expected);
        }
    }
}

/// Several threads use one engine at the same time, in order or unordered.
#[test]
fn one_engine_serves_many_threads() {
    let varied = Varied {
        seed: 3,
        interests: Interests::all(),
    };
    let engine = Engine::new(varied).unordered(3);
    let bodies: Vec<Vec<u8>> = (0..8)
        .map(|seed| some_batch(200 + seed as usize, seed))
        .collect();
    let expected: Vec<_> = bodies
        .iter()
        .map(|body| seen(&process(&engine, body)))
        .collect();
    std::thread::scope(|scope| {
        for first in 0..4 {
            let (engine, bodies, expected) = (&engine, &bodies, &expected);
            scope.spawn(move || {
                for round in 0..20 {
                    let at = (first + round) % bodies.len();
                    let output = process(engine, &bodies[at]);
                    assert!(seen(&output) == expected[at]);
                }
            });
        }
    });
}
