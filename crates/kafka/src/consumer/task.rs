//! [`PartitionTask`]: hands the records of a partition over in order, and again after a failure.

use std::collections::VecDeque;
use std::future::{pending, ready};
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use hydrant_runtime::source::{Handler, Lane, Outcome, Pending, SourceRecord, wait_after};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// A record that is not settled, or comes after one that is not.
pub(super) struct Held {
    pub(super) offset: i64,
    pub(super) record: Arc<SourceRecord>,
    /// It was settled although a record before it was not, and is not handed over again.
    pub(super) settled: bool,
}

/// What a task tells its source.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) partition: i32,
    /// Which of the tasks that the partition has had.
    pub(super) generation: u64,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// This record and all before it are settled.
    Settled(i64),
    Unsettled {
        offset: i64,
        reason: String,
        wait: Duration,
    },
    /// The source must end.
    Stop(String),
    /// The task has ended.
    Ended { panicked: bool },
}

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Hands over records.
    Run,
    /// Waits for those that it handed over, until this time.
    Drain(Instant),
    /// Cancels them and waits for what is in flight.
    Cancel,
}

pub(super) struct PartitionTask<H> {
    pub(super) handler: Arc<H>,
    pub(super) partition: i32,
    pub(super) generation: u64,
    pub(super) records: mpsc::UnboundedReceiver<Held>,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) notes: Sender<Note>,
    /// The task that had the partition before, which may not have ended.
    pub(super) before: Option<JoinHandle<()>>,
}

/// Why an attempt ended.
enum End {
    /// Everything that was handed over is settled, and nothing else is wanted.
    Drained,
    Cancelled,
    Unsettled(String),
    Stop(String),
}

/// The records since the first that is not settled, and those on their way.
struct Attempt<'t> {
    /// Records that are not settled, in order.
    held: VecDeque<Held>,
    /// How many of them were handed over.
    handed: usize,
    on_the_way: FuturesOrdered<Pending>,
    records: &'t mut mpsc::UnboundedReceiver<Held>,
    phase: watch::Receiver<Phase>,
    /// Whether a record was settled since the last failure.
    progressed: bool,
    settled: &'t dyn Settled,
}

/// Tells the source about a settled record.
trait Settled: Sync {
    fn settled(&self, offset: i64);
}

impl<H: Handler> Settled for Outbox<H> {
    fn settled(&self, offset: i64) {
        self.note(What::Settled(offset));
    }
}

/// Tells the source at the latest when the task is dropped, also by a panic.
struct Outbox<H> {
    handler: Arc<H>,
    partition: i32,
    generation: u64,
    notes: Sender<Note>,
    ended: bool,
}

impl<H> Outbox<H> {
    fn note(&self, what: What) {
        let note = Note {
            partition: self.partition,
            generation: self.generation,
            what,
        };
        // Without a receiver, the source has ended.
        let _ = self.notes.send(note);
    }
}

impl<H> Drop for Outbox<H> {
    fn drop(&mut self) {
        let panicked = !self.ended;
        self.note(What::Ended { panicked });
    }
}

impl<H: Handler> PartitionTask<H> {
    pub(super) async fn run(mut self) {
        let mut outbox = Outbox {
            handler: self.handler,
            partition: self.partition,
            generation: self.generation,
            notes: self.notes,
            ended: false,
        };
        if let Some(before) = self.before.take() {
            let _ = before.await;
        }
        let mut attempt = Attempt {
            held: VecDeque::new(),
            handed: 0,
            on_the_way: FuturesOrdered::new(),
            records: &mut self.records,
            phase: self.phase,
            progressed: false,
            settled: &outbox,
        };
        let mut failures = 0;
        loop {
            let mut lane = outbox.handler.open();
            let end = attempt.run(&mut lane).await;
            if !matches!(end, End::Drained) {
                lane.cancel();
                attempt.finish(matches!(end, End::Cancelled)).await;
            }
            drop(lane);
            match end {
                End::Drained | End::Cancelled => break,
                End::Stop(reason) => {
                    outbox.note(What::Stop(reason));
                    break;
                }
                End::Unsettled(reason) => {
                    failures = if attempt.progressed { 1 } else { failures + 1 };
                    let wait = wait_after(failures);
                    let offset = attempt.held.front().map_or(0, |record| record.offset);
                    outbox.note(What::Unsettled {
                        offset,
                        reason,
                        wait,
                    });
                    if !attempt.rest(wait).await {
                        break;
                    }
                }
            }
        }
        drop(attempt);
        outbox.ended = true;
    }
}

impl Attempt<'_> {
    /// Hands over the records that are held, and those that come.
    async fn run(&mut self, lane: &mut impl Lane) -> End {
        self.handed = 0;
        self.progressed = false;
        loop {
            let next = match *self.phase.borrow() {
                Phase::Run => self.held.get(self.handed),
                Phase::Drain(_) | Phase::Cancel => None,
            };
            if next.is_some_and(|held| held.settled) {
                let known = Box::pin(ready(Outcome::Settled));
                self.on_the_way.push_back(known);
                self.handed += 1;
                continue;
            }
            let next = next.map(|held| Arc::clone(&held.record));
            let Some(record) = next else {
                match self.step().await {
                    ControlFlow::Continue(()) => continue,
                    ControlFlow::Break(end) => return end,
                }
            };
            let mut accepting = pin!(lane.accept(record));
            loop {
                tokio::select! {
                    biased;
                    accepted = &mut accepting => {
                        self.on_the_way.push_back(accepted);
                        self.handed += 1;
                        break;
                    }
                    stepped = self.step() => match stepped {
                        ControlFlow::Break(end) => return end,
                        // What is not taken need not be.
                        ControlFlow::Continue(()) if *self.phase.borrow() != Phase::Run => break,
                        ControlFlow::Continue(()) => {}
                    },
                }
            }
        }
    }

    /// Waits for the next thing that happens, except that a record is taken.
    async fn step(&mut self) -> ControlFlow<End> {
        let phase = *self.phase.borrow_and_update();
        if phase == Phase::Cancel {
            return ControlFlow::Break(End::Cancelled);
        }
        let drain = match phase {
            Phase::Drain(until) => Some(until),
            _ => None,
        };
        if drain.is_some() && self.on_the_way.is_empty() {
            return ControlFlow::Break(End::Drained);
        }
        tokio::select! {
            biased;
            // Without a sender, the source has ended.
            changed = self.phase.changed() => if changed.is_err() {
                return ControlFlow::Break(End::Cancelled);
            },
            Some(outcome) = self.on_the_way.next() => return self.take(outcome),
            Some(record) = self.records.recv(), if drain.is_none() => self.held.push_back(record),
            () = until(drain) => return ControlFlow::Break(End::Cancelled),
        }
        ControlFlow::Continue(())
    }

    /// Takes the outcome of the first record.
    fn take(&mut self, outcome: Outcome) -> ControlFlow<End> {
        match outcome {
            Outcome::Settled => {
                if let Some(record) = self.held.pop_front() {
                    self.handed -= 1;
                    self.progressed = true;
                    self.settled.settled(record.offset);
                }
                ControlFlow::Continue(())
            }
            Outcome::Unsettled { reason } => ControlFlow::Break(End::Unsettled(reason)),
            Outcome::Stop { reason } => ControlFlow::Break(End::Stop(reason)),
            _ => {
                let reason = "its outcome is not known".to_owned();
                ControlFlow::Break(End::Unsettled(reason))
            }
        }
    }

    /// Waits for what is in flight after it was cancelled. If the records before were settled, so
    /// are those that were settled up to the first that was not. Those after it that were settled
    /// are remembered.
    async fn finish(&mut self, mut counts: bool) {
        // The first record is the one whose outcome ended the attempt.
        let mut position = 0;
        while let Some(outcome) = self.on_the_way.next().await {
            if counts {
                counts = self.take(outcome).is_continue();
                continue;
            }
            position += 1;
            if let Some(held) = self.held.get_mut(position) {
                held.settled |= matches!(outcome, Outcome::Settled);
            }
        }
        self.handed = 0;
    }

    /// Waits until the next attempt; `false` if there is none.
    async fn rest(&mut self, wait: Duration) -> bool {
        let end = Instant::now() + wait;
        loop {
            if *self.phase.borrow_and_update() != Phase::Run {
                return false;
            }
            tokio::select! {
                changed = self.phase.changed() => if changed.is_err() {
                    return false;
                },
                () = sleep_until(end) => return true,
            }
        }
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
