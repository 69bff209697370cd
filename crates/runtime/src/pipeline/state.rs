//! What the handles and the driver of a pipeline share.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hydrant::delivery::{Fate, LaneId, OutgoingRecord, Resolved, Room, Scheduler, SubmissionId};
use tokio::sync::{Notify, oneshot};

use super::CLOSED;

pub(super) struct Shared<S> {
    pub(super) sink: S,
    state: Mutex<State>,
    /// The driver has something to do.
    pub(super) changed: Notify,
}

pub(super) struct State {
    pub(super) scheduler: Scheduler,
    receipts: HashMap<SubmissionId, oneshot::Sender<Vec<Resolved>>>,
    /// Submissions without room, in order.
    waiters: VecDeque<Waiter>,
    /// Submissions up to which something waits until they are resolved.
    flushes: Vec<(SubmissionId, oneshot::Sender<()>)>,
    /// The last submission.
    last: Option<SubmissionId>,
    /// There are no handles, or it is closing: the driver ends when everything is resolved.
    pub(super) finishing: bool,
    /// Nothing more is accepted.
    closed: bool,
    /// When what is not resolved is given up.
    pub(super) closing: Option<Instant>,
    closes: Vec<oneshot::Sender<()>>,
    /// The driver has ended.
    ended: bool,
}

/// A submission that waits for room.
pub(super) struct Waiter {
    pub(super) lane: Option<LaneId>,
    pub(super) records: Vec<OutgoingRecord>,
    pub(super) sizes: Vec<usize>,
    pub(super) deadline: Instant,
    pub(super) receipt: oneshot::Sender<Vec<Resolved>>,
    pub(super) admitted: oneshot::Sender<()>,
}

impl<S> Shared<S> {
    pub(super) fn new(sink: S, scheduler: Scheduler) -> Self {
        Self {
            sink,
            state: Mutex::new(State {
                scheduler,
                receipts: HashMap::new(),
                waiters: VecDeque::new(),
                flushes: Vec::new(),
                last: None,
                finishing: false,
                closed: false,
                closing: None,
                closes: Vec::new(),
                ended: false,
            }),
            changed: Notify::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that may panic runs while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Pushes a submission, or lets it wait; `true` if it waits.
    pub(super) fn admit_or_wait(&mut self, waiter: Waiter, now: Instant) -> bool {
        if self.closed {
            let count = waiter.records.len();
            let results = vec![Resolved::new(Fate::retry(CLOSED), 0); count];
            let _ = waiter.receipt.send(results);
            return false;
        }
        if self.waiters.is_empty() && self.scheduler.room(&waiter.records) == Room::Yes {
            self.push(waiter, now);
            return false;
        }
        self.waiters.push_back(waiter);
        // Others may wait only for room of their accounts.
        self.admit(now);
        true
    }

    fn push(&mut self, waiter: Waiter, now: Instant) {
        let records = waiter.records.into_iter().zip(waiter.sizes);
        let id = match waiter.lane {
            Some(lane) => self.scheduler.push_in(lane, records, waiter.deadline, now),
            None => self.scheduler.push(records, waiter.deadline, now),
        };
        self.receipts.insert(id, waiter.receipt);
        self.last = Some(id);
        let _ = waiter.admitted.send(());
    }

    /// Pushes the submissions that have room now. One whose account has none lets those of other
    /// accounts pass, and none of its own. One of a lane whose time is over is pushed in any case:
    /// it is refused, which ends the lane.
    pub(super) fn admit(&mut self, now: Instant) {
        let mut kept = Vec::new();
        let mut full: Vec<Option<i32>> = Vec::new();
        while let Some(waiter) = self.waiters.pop_front() {
            if waiter.lane.is_some() && waiter.deadline <= now {
                self.push(waiter, now);
                continue;
            }
            if waiter.admitted.is_closed() {
                continue;
            }
            let mut accounts = waiter.records.iter().map(account);
            let room = match accounts.any(|account| full.contains(&account)) {
                true => Room::AccountFull,
                false => self.scheduler.room(&waiter.records),
            };
            match room {
                Room::Yes => self.push(waiter, now),
                Room::AccountFull => {
                    for account in waiter.records.iter().map(account) {
                        if !full.contains(&account) {
                            full.push(account);
                        }
                    }
                    kept.push(waiter);
                }
                Room::Full => {
                    kept.push(waiter);
                    break;
                }
            }
        }
        for waiter in kept.into_iter().rev() {
            self.waiters.push_front(waiter);
        }
    }

    /// Sends results to receipts and to those who wait for them; whether there were any.
    pub(super) fn report(&mut self) -> bool {
        let mut is_any = false;
        while let Some(resolution) = self.scheduler.pop_resolution() {
            is_any = true;
            if let Some(receipt) = self.receipts.remove(&resolution.submission) {
                let _ = receipt.send(resolution.records);
            }
        }
        let oldest = self.scheduler.oldest();
        let open = |upto: &SubmissionId| oldest.is_some_and(|oldest| oldest <= *upto);
        for (_, flushed) in self.flushes.extract_if(.., |(upto, _)| !open(upto)) {
            let _ = flushed.send(());
        }
        is_any
    }

    /// The end of everything that was submitted, unless it has come.
    pub(super) fn flush(&mut self) -> Option<oneshot::Receiver<()>> {
        self.scheduler.flush();
        let last = self.last.filter(|_| !self.ended)?;
        let (sender, receiver) = oneshot::channel();
        self.flushes.push((last, sender));
        Some(receiver)
    }

    /// The end of the driver, unless it has come.
    pub(super) fn close(&mut self, at: Option<Instant>) -> Option<oneshot::Receiver<()>> {
        self.scheduler.flush();
        self.finishing = true;
        self.closed = true;
        self.closing = self.closing.into_iter().chain(at).min();
        if self.ended {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        self.closes.push(sender);
        Some(receiver)
    }

    /// Ends all waiting. What is not resolved then never is: receipts see that.
    pub(super) fn end(&mut self) {
        self.ended = true;
        self.closed = true;
        self.report();
        self.receipts.clear();
        self.waiters.clear();
        self.flushes.clear();
        self.closes.clear();
    }

    /// Whether submissions wait for room.
    pub(super) fn waits(&self) -> bool {
        !self.waiters.is_empty()
    }

    /// Refuses those who wait for room, if nothing more is accepted.
    pub(super) fn refuse_waiters(&mut self) {
        if !self.closed {
            return;
        }
        for waiter in std::mem::take(&mut self.waiters) {
            let results = vec![Resolved::new(Fate::retry(CLOSED), 0); waiter.records.len()];
            let _ = waiter.receipt.send(results);
        }
    }
}

fn account(record: &OutgoingRecord) -> Option<i32> {
    record.account.as_ref().map(|account| account.id())
}
