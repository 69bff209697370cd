//! Unordered engines: when a batch is split among threads, and that its result is the same as in
//! order.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use hydrant::message::*;
use hydrant::{Call, Engine, Failure, Output, Processor, Registration, Scratch, Verdict};

use crate::recorder::{INVOCATION, batch};

/// A module that takes a millisecond per event until a second thread handles one.
#[derive(Default)]
struct Slow {
    seen: Mutex<HashSet<ThreadId>>,
}

impl Slow {
    fn threads(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl Processor for Slow {
    /// The positions of the events.
    type Batch = Vec<usize>;

    fn registration(&self) -> Registration {
        Registration::new("Slow", "1.0").events([EventType::ScreenView])
    }

    fn begin_batch(&self, _: &mut Call<'_>, state: &mut Vec<usize>) -> Result<(), Failure> {
        state.push(usize::MAX);
        Ok(())
    }

    fn end_batch(&self, call: &mut Call<'_>, state: Vec<usize>) -> Result<(), Failure> {
        let positions = 0..call.batch().events.len();
        assert!(
            state
                .into_iter()
                .eq([usize::MAX].into_iter().chain(positions))
        );
        Ok(())
    }

    fn screen_view(
        &self,
        call: &mut Call<'_>,
        state: &mut Vec<usize>,
        _: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        self.seen.lock().unwrap().insert(thread::current().id());
        let began = Instant::now();
        while self.threads() < 2 && began.elapsed() < Duration::from_millis(1) {
            // Lets other threads run on a single core.
            thread::yield_now();
        }
        let index = call.index();
        state.push(index);
        call.emit(&index.to_le_bytes());
        Ok(())
    }
}

/// Handles one batch, checks the order of the records, and returns the number of threads that
/// handled it.
fn threads_for(events: usize, engine: &Engine<Slow>) -> usize {
    let body = batch(&vec!["screen_view"; events]);
    let output = engine
        .process(body.as_bytes(), &INVOCATION)
        .unwrap()
        .finish();
    assert_eq!(output.outcome_counts().done, events as u64);
    let records = output.records();
    assert_eq!(records.len(), events);
    for (index, record) in records.iter().enumerate() {
        assert_eq!(record.payload, index.to_le_bytes());
        assert_eq!(record.event, Some(index));
    }
    engine.processor().threads()
}

fn engine() -> Engine<Slow> {
    Engine::new(Slow::default())
}

#[test]
fn the_first_batch_is_already_split() {
    assert_eq!(threads_for(1_000, &engine().unordered(2)), 2);
    let many = threads_for(1_000, &engine().unordered(4));
    assert!((2..=4).contains(&many), "{many}");
}

#[test]
fn with_one_thread_no_batch_is_split() {
    assert_eq!(threads_for(20, &engine().unordered(1)), 1);
    assert_eq!(threads_for(20, &engine().unordered(0)), 1);
}

#[test]
fn ordered_batches_and_single_events_are_not_split() {
    assert_eq!(threads_for(20, &engine()), 1);
    assert_eq!(threads_for(1, &engine().unordered(2)), 1);
}

/// A host may have a thread pool of its own, with a scratch for each thread: while a batch is
/// handled, the thread takes no other job, which would use the same scratch.
#[test]
fn a_thread_that_waits_takes_no_other_batch() {
    thread_local! {
        static KEPT: RefCell<(Scratch, Output)> = RefCell::default();
    }
    let engine = engine().unordered(3);
    let body = batch(&vec!["screen_view"; 300]);
    let hosts = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .unwrap();
    hosts.scope(|scope| {
        for _ in 0..60 {
            scope.spawn(|_| {
                // It panics if it is borrowed already.
                KEPT.with_borrow_mut(|(scratch, output)| {
                    let pending =
                        engine.process_into(body.as_bytes(), scratch, &INVOCATION, output);
                    assert_eq!(pending.unwrap().finish().outcome_counts().done, 300);
                });
            });
        }
    });
}

/// An event can be settled from another part of the batch, even on another thread.
#[test]
fn an_event_can_settle_any_other_event() {
    struct Settling(Slow);
    impl Processor for Settling {
        type Batch = Vec<usize>;
        fn registration(&self) -> Registration {
            self.0.registration()
        }
        fn begin_batch(&self, call: &mut Call<'_>, _: &mut Vec<usize>) -> Result<(), Failure> {
            call.settle(999, Failure::discard("not wanted"));
            Ok(())
        }
        fn screen_view(
            &self,
            call: &mut Call<'_>,
            state: &mut Vec<usize>,
            event: &ScreenViewEvent<'_>,
        ) -> Result<(), Failure> {
            assert_ne!(call.index(), 999, "it is settled already");
            self.0.screen_view(call, state, event)?;
            if call.index() % 100 == 0 {
                call.settle(998 - call.index(), Failure::retry());
            }
            Ok(())
        }
    }
    let body = batch(&["screen_view"; 1_000]);
    for engine in [
        Engine::new(Settling(Slow::default())),
        Engine::new(Settling(Slow::default())).unordered(3),
    ] {
        let pending = engine.process(body.as_bytes(), &INVOCATION).unwrap();
        let output = pending.finish();
        let counts = output.outcome_counts();
        assert_eq!((counts.retry, counts.discarded, counts.done), (10, 1, 989));
        for at in 0..10 {
            assert_eq!(output.events()[998 - at * 100].as_str(), "retry");
        }
        assert_eq!(output.verdict(), Verdict::Retry { after: None });
    }
}
