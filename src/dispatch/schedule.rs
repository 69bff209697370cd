//! In order on one thread, or on all cores with the same result.

use rayon::prelude::*;

use super::route;
use crate::message::{Event, EventProcessingRequest};
use crate::processor::{EventContext, Invocation, Outcome, Processor, Records};

/// Whether the events of one batch may be handled at the same time. Batches of a stream always may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// One after the other, in the order of the batch: what integrations need that update one user.
    #[default]
    InOrder,
    /// On all cores. Records and outcomes still come in the order of the batch.
    Unordered,
}

/// Fewer events than this are not worth waking another thread for.
const PARALLEL_FROM: usize = 64;

/// What one run over events leaves.
pub(super) struct Run<'r> {
    pub(super) records: &'r mut Records,
    pub(super) outcomes: &'r mut Vec<Outcome>,
    pub(super) suspend: &'r mut bool,
}

/// Handles all events of a batch.
pub(super) fn events<P: Processor + ?Sized>(
    processor: &P,
    request: &EventProcessingRequest<'_>,
    invocation: &Invocation,
    order: Order,
    pool: Option<&rayon::ThreadPool>,
    run: Run<'_>,
) {
    let count = request.events.len();
    let threads = pool.map_or_else(
        rayon::current_num_threads,
        rayon::ThreadPool::current_num_threads,
    );
    if order == Order::InOrder || threads < 2 || count < PARALLEL_FROM {
        serially(processor, request, invocation, 0, request.events, run);
        return;
    }
    // Some chunks more than threads, so that a slow event does not leave the others idle.
    let chunk = count.div_ceil(threads * 4).max(PARALLEL_FROM / 4);
    let work = || -> Vec<Piece> {
        request
            .events
            .par_chunks(chunk)
            .enumerate()
            .map(|(index, events)| {
                let mut piece = Piece::default();
                let run = Run {
                    records: &mut piece.records,
                    outcomes: &mut piece.outcomes,
                    suspend: &mut piece.suspend,
                };
                serially(processor, request, invocation, index * chunk, events, run);
                piece
            })
            .collect()
    };
    let pieces = match pool {
        Some(pool) => pool.install(work),
        None => work(),
    };
    for piece in pieces {
        run.records.append(&piece.records);
        run.outcomes.extend(piece.outcomes);
        *run.suspend |= piece.suspend;
    }
}

/// What one chunk of events leaves; put together in order afterwards.
#[derive(Default)]
struct Piece {
    records: Records,
    outcomes: Vec<Outcome>,
    suspend: bool,
}

fn serially<P: Processor + ?Sized>(
    processor: &P,
    request: &EventProcessingRequest<'_>,
    invocation: &Invocation,
    first: usize,
    events: &[Event<'_>],
    run: Run<'_>,
) {
    let mut context = EventContext::new(request, invocation, run.records, run.suspend);
    for (index, event) in (first..).zip(events) {
        context.set_event(index);
        run.outcomes
            .push(route::event(processor, &mut context, event));
    }
    context.records().set_event(None);
}
