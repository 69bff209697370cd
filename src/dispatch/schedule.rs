//! In order on one thread, or on all cores with the same result. How many threads take part is decided by what handlers
//! cost, as `cost` measures it: every batch begins on the thread that brought it, and stays there where others would
//! come too late to help.

use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::cost::{Cost, Pace, Watch};
use super::route;
use crate::message::{Event, EventProcessingRequest};
use crate::processor::{EventContext, Invocation, Outcome, Processor, Records};

/// Whether the events of one batch may be handled at the same time. Batches of a stream always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// One after the other, in the order of the batch: what integrations need that update one user.
    #[default]
    InOrder,
    /// On all cores, where that is faster. Records and outcomes still come in the order of the batch.
    Unordered,
}

/// How long the calling thread stays awake for the others to finish, in nanoseconds.
const PATIENCE: u64 = 50_000;

/// Who may handle the events of a batch.
pub(super) struct Crew<'e> {
    pub(super) order: Order,
    /// Helpers come from here, or from rayon's global pool.
    pub(super) pool: Option<&'e rayon::ThreadPool>,
    /// How many threads at most, the calling one included.
    pub(super) threads: usize,
    pub(super) cost: &'e Cost,
}

impl Crew<'_> {
    /// Does not start a pool for one thread.
    fn threads(&self) -> usize {
        if self.threads < 2 {
            return 1;
        }
        let pool = self.pool.map_or_else(
            rayon::current_num_threads,
            rayon::ThreadPool::current_num_threads,
        );
        self.cost.free(pool.min(self.threads))
    }
}

/// What all handlers of a batch get.
pub(super) struct Batch<'b, 'a, P: ?Sized> {
    pub(super) processor: &'b P,
    pub(super) request: &'a EventProcessingRequest<'a>,
    pub(super) invocation: &'b Invocation,
}

/// What one run over events leaves.
pub(super) struct Run<'r> {
    pub(super) records: &'r mut Records,
    pub(super) outcomes: &'r mut Vec<Outcome>,
    pub(super) suspend: &'r mut bool,
}

/// Handles all events of a batch.
pub(super) fn events<P: Processor + ?Sized>(
    batch: &Batch<'_, '_, P>,
    crew: &Crew<'_>,
    run: &mut Run<'_>,
) {
    let events = batch.request.events;
    if crew.order == Order::InOrder || crew.threads < 2 || events.len() < 2 {
        return serially(batch, 0, events, run);
    }
    unordered(batch, crew, run);
}

/// Apart from what all other batches need.
#[inline(never)]
fn unordered<P: Processor + ?Sized>(batch: &Batch<'_, '_, P>, crew: &Crew<'_>, run: &mut Run<'_>) {
    let events = batch.request.events;
    let _busy = crew.cost.begin();
    let mut watch = Watch::start();
    let (mut done, mut next) = (0, crew.cost.first_look());
    let mut before = crew.cost.pace();
    loop {
        let end = next.min(events.len());
        serially(batch, done, events.get(done..end).unwrap_or_default(), run);
        done = end;
        let left = events.get(done..).unwrap_or_default();
        if left.is_empty() {
            return crew.cost.learn(watch.nanos(), done);
        }
        let pace = watch.look(done);
        let confirmed = pace.confirmed_by(before);
        if confirmed.pays(left.len()) && crew.cost.may_share() {
            let threads = crew.threads();
            if threads > 1 {
                let shared = Shared {
                    batch,
                    left,
                    first: done,
                    pace: confirmed,
                    size: confirmed.piece(left.len(), threads),
                    next: AtomicUsize::new(0),
                    finished: Mutex::default(),
                };
                return together(&shared, run, crew, threads);
            }
        }
        (before, next) = (pace, done * 2);
    }
}

/// Handles what is left of a batch on several threads, this one among them.
fn together<P: Processor + ?Sized>(
    shared: &Shared<'_, '_, P>,
    run: &mut Run<'_>,
    crew: &Crew<'_>,
    threads: usize,
) {
    let watch = Watch::start();
    let pieces = shared.left.len().div_ceil(shared.size);
    let helpers = (threads - 1).min(pieces);
    let helped = &AtomicUsize::new(0);
    scoped(crew.pool, |scope| {
        for _ in 0..helpers {
            scope.spawn(move |_| {
                shared.help();
                helped.fetch_add(1, Ordering::Release);
            });
        }
        shared.help();
        // Going to sleep and being woken takes longer than the last piece of the others.
        let patience = Watch::start();
        while helped.load(Ordering::Acquire) < helpers && patience.nanos() < PATIENCE {
            std::hint::spin_loop();
        }
    });
    let mut finished = shared.finished();
    let events = shared.left.len();
    crew.cost.shared(shared.pace, events, watch.nanos());
    crew.cost.learn(finished.nanos, events);
    finished.pieces.sort_unstable_by_key(|(at, _)| *at);
    for (_, piece) in finished.pieces.drain(..) {
        run.records.append(&piece.records);
        run.outcomes.extend(piece.outcomes);
        *run.suspend |= piece.suspend;
    }
}

fn scoped<'s>(pool: Option<&rayon::ThreadPool>, lead: impl FnOnce(&rayon::Scope<'s>)) {
    match pool {
        Some(pool) => pool.in_place_scope(lead),
        None => rayon::in_place_scope(lead),
    }
}

/// What is left of a batch, for several threads to take pieces of.
struct Shared<'s, 'a, P: ?Sized> {
    batch: &'s Batch<'s, 'a, P>,
    left: &'s [Event<'a>],
    /// The position of the first one in the batch.
    first: usize,
    /// What is expected of them on one thread.
    pace: Pace,
    /// Events of a piece.
    size: usize,
    /// The piece that is taken next.
    next: AtomicUsize,
    finished: Mutex<Finished>,
}

#[derive(Default)]
struct Finished {
    pieces: Vec<(usize, Piece)>,
    /// The time it took, of all threads together.
    nanos: u64,
}

impl<P: Processor + ?Sized> Shared<'_, '_, P> {
    /// Handles pieces until there are none.
    fn help(&self) {
        let watch = Watch::start();
        let mut pieces = Vec::new();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let start = at.saturating_mul(self.size);
            let events = self.left.get(start..).unwrap_or_default();
            let events = events.get(..self.size).unwrap_or(events);
            if events.is_empty() {
                break;
            }
            let mut piece = Piece::default();
            piece.outcomes.reserve_exact(events.len());
            serially(self.batch, self.first + start, events, &mut piece.run());
            pieces.push((at, piece));
        }
        let nanos = watch.nanos();
        let mut finished = self.finished();
        finished.pieces.append(&mut pieces);
        finished.nanos += nanos;
    }

    /// Nobody panics while holding it, so nothing half-done can be in it.
    fn finished(&self) -> MutexGuard<'_, Finished> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one piece of a batch leaves; put together in order afterwards.
#[derive(Default)]
struct Piece {
    records: Records,
    outcomes: Vec<Outcome>,
    suspend: bool,
}

impl Piece {
    fn run(&mut self) -> Run<'_> {
        Run {
            records: &mut self.records,
            outcomes: &mut self.outcomes,
            suspend: &mut self.suspend,
        }
    }
}

fn serially<P: Processor + ?Sized>(
    batch: &Batch<'_, '_, P>,
    first: usize,
    events: &[Event<'_>],
    run: &mut Run<'_>,
) {
    let mut context = EventContext::new(batch.request, batch.invocation, run.records, run.suspend);
    // Done unless something else comes of it: an outcome that is handed over for every event costs more than the rest.
    let before = run.outcomes.len();
    let done = iter::repeat_with(|| Outcome::Done).take(events.len());
    run.outcomes.extend(done);
    let outcomes = run.outcomes.get_mut(before..).unwrap_or_default();
    for ((index, event), outcome) in (first..).zip(events).zip(outcomes) {
        context.set_event(index);
        if let Err(other) = route::event(batch.processor, &mut context, event) {
            *outcome = other;
        }
    }
    context.records().set_event(None);
}
