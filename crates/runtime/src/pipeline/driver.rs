//! The task of a pipeline: makes the calls that the scheduler asks for, and reports what comes back.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hydrant::delivery::{Action, Fate, OutgoingRecord, Sink, Ticket};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{sleep_until, timeout_at};

use super::now;
use super::state::Shared;

/// Ends the state also if the task is dropped, even before it runs, so that nobody waits for it.
pub(super) struct End<S>(pub(super) Arc<Shared<S>>);

impl<S> Drop for End<S> {
    fn drop(&mut self) {
        self.0.state().end();
    }
}

pub(super) async fn run<S: Sink + 'static>(end: End<S>, grace: Duration) {
    let shared = Arc::clone(&end.0);
    let mut calls = Calls::default();
    while let Some(action) = next(&shared) {
        let until = match action {
            Action::Send {
                ticket,
                records,
                deadline,
            } => {
                calls.start(&shared, ticket, records, deadline, grace);
                continue;
            }
            Action::WaitUntil(at) => Some(at),
            _ => None,
        };
        let until = until.into_iter().chain(shared.state().closing).min();
        tokio::select! {
            Some((ticket, fates)) = calls.ended() => {
                shared.state().scheduler.complete(ticket, fates, now());
            }
            () = shared.changed.notified() => {}
            () = sleep_until(until.unwrap_or_else(now).into()), if until.is_some() => {}
        }
    }
    // Calls that outlived the grace are abandoned.
    drop(calls);
    shared.sink.close().await;
    drop(end);
}

/// What there is to do; `None` if the pipeline ends.
fn next<S>(shared: &Shared<S>) -> Option<Action> {
    let (mut state, now) = (shared.state(), now());
    state.refuse_waiters();
    if state.closing.is_some_and(|at| at <= now) {
        state.scheduler.give_up(super::CLOSED);
        state.report();
        return None;
    }
    let action = loop {
        state.admit(now);
        let action = state.scheduler.next(now);
        // What has ended has left room.
        if !state.report() || !state.waits() || matches!(action, Action::Send { .. }) {
            break action;
        }
    };
    let idle = state.scheduler.is_idle() && !state.waits();
    (!(state.finishing && idle)).then_some(action)
}

/// The calls in flight.
#[derive(Default)]
struct Calls {
    tasks: JoinSet<Vec<Fate>>,
    tickets: HashMap<Id, Ticket>,
}

impl Calls {
    fn start<S: Sink + 'static>(
        &mut self,
        shared: &Arc<Shared<S>>,
        ticket: Ticket,
        records: Arc<Vec<OutgoingRecord>>,
        deadline: Instant,
        grace: Duration,
    ) {
        let shared = Arc::clone(shared);
        let task = self.tasks.spawn(async move {
            let call = shared.sink.deliver(&records, deadline);
            let end = deadline.checked_add(grace).unwrap_or(deadline);
            // No fates are a retry of all.
            timeout_at(end.into(), call).await.unwrap_or_default()
        });
        self.tickets.insert(task.id(), ticket);
    }

    /// The next call that ends, also by a panic; `None` if there is none.
    async fn ended(&mut self) -> Option<(Ticket, Vec<Fate>)> {
        let ended: Result<(Id, Vec<Fate>), JoinError> = self.tasks.join_next_with_id().await?;
        let (id, fates) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), Vec::new()),
        };
        self.tickets.remove(&id).map(|ticket| (ticket, fates))
    }
}
