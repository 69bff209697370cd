//! Handles the events of one batch on several threads, with the same result as in order. Every
//! batch starts on the calling thread and stays there unless the measured run time of the handlers
//! (`cost.rs`) shows that waking other threads is worth it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::cost::{Cost, Helpers, PerEvent, Watch};
use crate::message::{Event, EventProcessingRequest};
use crate::processor::{
    ByName, Call, Contained, Effects, Failure, Merge, Outcome, Processor, Received, begin, end,
    events,
};

/// How long the calling thread spins until the others have finished before it blocks, in
/// nanoseconds.
const SPIN: u64 = 50_000;

/// The scheduler of an engine.
pub(super) struct Unordered<P> {
    /// Maximum number of threads for one batch, including the calling one.
    threads: usize,
    /// The other threads, started when they are first needed; `None` if they cannot be started.
    pool: OnceLock<Option<ThreadPool>>,
    cost: Cost,
    /// [`handle`] for this module. It is a pointer because only [`new`](Self::new) knows that the
    /// state implements [`Merge`].
    handle: Handle<P>,
}

type Handle<P> = fn(&Unordered<P>, &Batch<'_, '_, P>, &mut Effects) -> Result<(), Failure>;

/// The inputs that the handlers of a batch have in common.
struct Batch<'b, 'a, P> {
    processor: &'b P,
    request: &'a EventProcessingRequest<'a>,
    received: Received<'b>,
}

impl<P: Processor> Unordered<P> {
    pub(super) fn new(threads: usize) -> Self
    where
        P::Batch: Merge,
    {
        Self {
            threads,
            pool: OnceLock::new(),
            cost: Cost::default(),
            handle: handle::<P>,
        }
    }

    /// Handles a batch. `effects` already holds an outcome for each of its events.
    pub(super) fn batch(
        &self,
        processor: &P,
        request: &EventProcessingRequest<'_>,
        received: Received<'_>,
        effects: &mut Effects,
    ) -> Result<(), Failure> {
        let batch = Batch {
            processor,
            request,
            received,
        };
        (self.handle)(self, &batch, effects)
    }

    /// The thread pool, and a guard of the threads that help with this batch.
    fn helpers(&self) -> Option<(&ThreadPool, Helpers<'_>)> {
        // A thread of a pool of the host, or of ours, would take other jobs of its pool while it
        // waits for the helpers, and they may use what this one has borrowed.
        if rayon::current_thread_index().is_some() {
            return None;
        }
        let wanted = self.cost.free(self.threads).saturating_sub(1);
        let helpers = self
            .cost
            .take_helpers(wanted, self.threads.saturating_sub(1));
        if helpers.count() == 0 {
            return None;
        }
        let pool = self.pool.get_or_init(|| {
            let builder = ThreadPoolBuilder::new().num_threads(self.threads - 1);
            builder
                .thread_name(|index| format!("hydrant-{index}"))
                .build()
                .ok()
        });
        Some((pool.as_ref()?, helpers))
    }
}

/// Handles a batch.
fn handle<P: Processor>(
    unordered: &Unordered<P>,
    batch: &Batch<'_, '_, P>,
    effects: &mut Effects,
) -> Result<(), Failure>
where
    P::Batch: Merge,
{
    let Batch {
        processor,
        request,
        received,
    } = *batch;
    let mut state = Contained::<P::Batch>::default();
    let mut call = Call::part_of_batch(request, received, effects);
    begin(processor, &mut call, state.get(), request)?;
    if request.events.len() < 2 {
        events(processor, &mut call, state.get(), 0, request.events)?;
    } else {
        handle_events(unordered, batch, effects, state.get())?;
    }
    let mut call = Call::part_of_batch(request, received, effects);
    end(processor, &mut call, state.take())
}

/// Handles events in order until measurements show that splitting the rest among threads is faster.
fn handle_events<P: Processor>(
    unordered: &Unordered<P>,
    batch: &Batch<'_, '_, P>,
    effects: &mut Effects,
    state: &mut P::Batch,
) -> Result<(), Failure>
where
    P::Batch: Merge,
{
    let (all, cost) = (batch.request.events, &unordered.cost);
    let _busy = cost.begin();
    let mut watch = Watch::start();
    let (mut done, mut next) = (0, cost.first_lap());
    let mut before = cost.per_event();
    loop {
        let end = next.min(all.len());
        let mut call = Call::part_of_batch(batch.request, batch.received, effects);
        let some = all.get(done..end).unwrap_or_default();
        events(batch.processor, &mut call, state, done, some)?;
        done = end;
        let left = all.get(done..).unwrap_or_default();
        if left.is_empty() {
            cost.learn(watch.nanos(), done);
            return Ok(());
        }
        let per_event = watch.lap(done);
        let confirmed = per_event.confirmed_by(before);
        if confirmed.pays(left.len())
            && cost.may_share()
            && let Some((pool, helpers)) = unordered.helpers()
        {
            let shared = Shared {
                batch,
                left,
                outcomes: effects.events.get(done..).unwrap_or_default(),
                first: done,
                by_name: effects.by_name,
                size: confirmed.chunk(left.len(), helpers.count() + 1),
                next: AtomicUsize::new(0),
                finished: Mutex::new(Finished::default()),
            };
            let finished = in_parallel(&shared, pool, &helpers, cost, confirmed);
            return finished.merge(effects, state);
        }
        (before, next) = (per_event, done * 2);
    }
}

/// Handles the rest of a batch on several threads, including this one.
fn in_parallel<P: Processor>(
    shared: &Shared<'_, '_, P>,
    pool: &ThreadPool,
    helpers: &Helpers<'_>,
    cost: &Cost,
    expected: PerEvent,
) -> Finished<P::Batch> {
    let watch = Watch::start();
    let chunks = shared.left.len().div_ceil(shared.size);
    let helpers = helpers.count().min(chunks);
    let helped = &AtomicUsize::new(0);
    pool.in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(move |_| {
                shared.help();
                helped.fetch_add(1, Ordering::Release);
            });
        }
        shared.help();
        // Blocking and being woken takes longer than the last chunk of the other threads.
        let spinning = Watch::start();
        while helped.load(Ordering::Acquire) < helpers && spinning.nanos() < SPIN {
            std::hint::spin_loop();
        }
    });
    let finished = std::mem::take(&mut *shared.finished());
    let events = shared.left.len();
    cost.shared(expected, events, watch.nanos());
    cost.learn(finished.nanos, events);
    finished
}

/// The rest of a batch, from which several threads take chunks.
struct Shared<'s, 'a, P: Processor> {
    batch: &'s Batch<'s, 'a, P>,
    left: &'s [Event<'a>],
    /// The outcomes of these events so far: settled events are not handled.
    outcomes: &'s [Outcome],
    /// The position of the first of these events in the batch.
    first: usize,
    by_name: ByName,
    /// The number of events in a chunk.
    size: usize,
    /// The index of the next chunk.
    next: AtomicUsize,
    finished: Mutex<Finished<P::Batch>>,
}

/// The chunks that were handled.
struct Finished<S> {
    chunks: Vec<Chunk<S>>,
    /// The run time summed over all threads.
    nanos: u64,
}

/// The result of one chunk of a batch.
struct Chunk<S> {
    effects: Effects,
    state: S,
    ended: Result<(), Failure>,
}

impl<S> Default for Finished<S> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            nanos: 0,
        }
    }
}

impl<S: Merge> Finished<S> {
    /// Merges the chunks in the order of their events.
    fn merge(mut self, effects: &mut Effects, state: &mut S) -> Result<(), Failure> {
        self.chunks
            .sort_unstable_by_key(|chunk| chunk.effects.first);
        let mut ended = Ok(());
        for chunk in self.chunks {
            effects.absorb(chunk.effects);
            state.merge(chunk.state);
            ended = ended.and(chunk.ended);
        }
        ended
    }
}

impl<P: Processor> Shared<'_, '_, P> {
    /// Handles chunks until none is left.
    fn help(&self) {
        let watch = Watch::start();
        let mut chunks = Vec::new();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let start = at.saturating_mul(self.size);
            let some = self.left.get(start..).unwrap_or_default();
            let some = some.get(..self.size).unwrap_or(some);
            if some.is_empty() {
                break;
            }
            chunks.push(self.chunk(start, some));
        }
        let nanos = watch.nanos();
        let mut finished = self.finished();
        finished.chunks.append(&mut chunks);
        finished.nanos += nanos;
    }

    fn chunk(&self, start: usize, some: &[Event<'_>]) -> Chunk<P::Batch> {
        let outcomes = self.outcomes.get(start..).unwrap_or_default();
        let mut chunk = Chunk {
            effects: Effects::part(self.first + start, outcomes, some.len(), self.by_name),
            state: P::Batch::default(),
            ended: Ok(()),
        };
        let Batch {
            processor,
            request,
            received,
        } = *self.batch;
        let mut call = Call::part_of_batch(request, received, &mut chunk.effects);
        let first = self.first + start;
        chunk.ended = events(processor, &mut call, &mut chunk.state, first, some);
        chunk
    }

    /// Nothing panics while the lock is held, so the data is complete even if the lock is poisoned.
    fn finished(&self) -> MutexGuard<'_, Finished<P::Batch>> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
