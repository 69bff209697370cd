//! When other threads help with a batch: if its handlers take long, if order does not matter, and if there may be any.

use std::collections::HashSet;
use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use hydrant::message::*;
use hydrant::{Engine, EventContext, Handled, Order, Processor};
use rayon::ThreadPoolBuilder;

use crate::recorder::{INVOCATION, batch};

/// Takes a millisecond per event until a second thread has been seen.
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
    fn register(&self) -> ModuleRegistrationResponse<'_> {
        ModuleRegistrationResponse::default()
    }

    fn screen_view(&self, context: &mut EventContext<'_, '_>, _: &ScreenViewEvent<'_>) -> Handled {
        self.seen.lock().unwrap().insert(thread::current().id());
        let began = Instant::now();
        while self.threads() < 2 && began.elapsed() < Duration::from_millis(1) {
            // A single core must have time for the others.
            thread::yield_now();
        }
        let index = context.index().to_le_bytes();
        context.emit(&index);
        Ok(())
    }
}

/// Handles one batch, checks the order of the records, and says how many threads took part.
fn threads_for(events: usize, engine: &Engine<Slow>) -> usize {
    let body = batch(&vec!["screen_view"; events]);
    let output = engine.process(body.as_bytes(), &INVOCATION).unwrap();
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
    Engine::new(Slow::default()).with_order(Order::Unordered)
}

#[test]
fn others_help_with_the_first_batch_already() {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    assert_eq!(threads_for(1_000, &engine().with_pool(pool(2).unwrap())), 2);
    let many = threads_for(1_000, &engine().with_pool(pool(4).unwrap()));
    assert!((2..=4).contains(&many), "{many}");
}

#[test]
fn nobody_helps_where_there_may_be_one_thread() {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(threads_for(20, &engine().with_pool(pool)), 1);
    assert_eq!(threads_for(20, &engine().with_threads(1)), 1);
    assert_eq!(threads_for(20, &engine().with_threads(0)), 1);
}

#[test]
fn nobody_helps_in_order_or_with_a_single_event() {
    let pool = || ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let in_order = Engine::new(Slow::default()).with_pool(pool());
    assert_eq!(threads_for(20, &in_order), 1);
    assert_eq!(threads_for(1, &engine().with_pool(pool())), 1);
}
