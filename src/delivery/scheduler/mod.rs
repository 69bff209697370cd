//! [`Scheduler`]: decides which records are sent when, and what becomes of them. It is a state
//! machine without clock, threads and I/O: the caller passes the time, makes the calls that
//! [`Scheduler::next`] asks for, and reports their fates.
//!
//! ```text
//!  push ──► ready ──► in flight ──► resolved        a record of an account
//!             ▲           │
//!             └─ delayed ◄┘ retry                   full jitter, or the time that the target named
//!
//!  key:  1st record ready, delayed or in flight; the others are blocked until it is resolved
//!       3 ⇄ 7 ⇄ 9       each record names its neighbours; the map of keys has the last one
//! ```
//!
//! Accounts take turns. One that fails again and again (`breaker`), is paused by its target or is
//! halted has no turns, and its share of the capacity is limited, so that it does not delay others.

mod account;
mod batch;
mod breaker;
mod complete;
mod lane;
mod options;
mod queue;
mod stats;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::retry::Jitter;
use super::{BatchLimits, Fate, OutgoingRecord, Resolved};
use account::{Account, AccountKey, Halt};
use lane::Lane;

pub use lane::LaneId;
pub use options::SchedulerOptions;
pub use stats::{AccountState, SchedulerStats};

/// By numbers, which are looked up several times for each record. Keys are chosen by others, and
/// are not hashed with it.
type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Identifies the records of one [`push`](Scheduler::push).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubmissionId(u64);

/// Identifies a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What the caller of [`Scheduler::next`] does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Calls [`Sink::deliver`](super::Sink::deliver), and reports the result to
    /// [`Scheduler::complete`], also if the call panics or does not end. Calls `next` again at
    /// once.
    Send {
        /// Identifies the call.
        ticket: Ticket,
        /// The records. The scheduler has a reference, too, so that a call cannot lose them.
        records: Arc<Vec<OutgoingRecord>>,
        /// When the call must have ended.
        deadline: Instant,
    },
    /// Calls `next` at this time, or after the next change.
    WaitUntil(Instant),
    /// Calls `next` after the next change.
    Idle,
}

/// What became of the records of one submission.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolution {
    /// The submission.
    pub submission: SubmissionId,
    /// One result for each record, in the order in which they were pushed.
    pub records: Vec<Resolved>,
}

/// Whether records can be pushed without exceeding a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// They can.
    Yes,
    /// One of their accounts uses its share of the capacity; records of others may have room.
    AccountFull,
    /// The capacity is used.
    Full,
}

/// Decides which records are sent when, and what becomes of them.
///
/// - Records with the same account and key are delivered in the order in which they were pushed: a
///   record is not sent before every earlier one is resolved. Records without a key have no order.
/// - Batches respect [`BatchLimits`]; only the records of a call that failed are sent again.
/// - Of the submissions of a lane, nothing is sent after a record that is to be retried or is halted.
/// - Every record is resolved exactly once, at the latest at the deadline of its submission. A call
///   that is in flight then goes on, but nobody waits for it.
///
/// ```
/// use std::time::{Duration, Instant};
/// use hydrant::delivery::{Action, BatchLimits, Fate, OutgoingRecord, Scheduler, SchedulerOptions};
///
/// let mut limits = BatchLimits::single(1 << 20);
/// limits.records = 500;
/// let mut scheduler = Scheduler::new(limits, SchedulerOptions::default(), 7);
/// let now = Instant::now();
/// let records = ["a", "b"].map(|payload| (OutgoingRecord::new(payload), payload.len()));
/// let submission = scheduler.push(records, now + Duration::from_secs(60), now);
/// let Action::Send { ticket, records, .. } = scheduler.next(now) else { panic!() };
/// assert_eq!(records.len(), 2);
/// scheduler.complete(ticket, vec![Fate::Delivered, Fate::rejected("not JSON")], now);
/// let resolution = scheduler.pop_resolution().unwrap();
/// assert_eq!(resolution.submission, submission);
/// assert!(resolution.records[0].fate.is_delivered());
/// assert!(matches!(scheduler.next(now), Action::Idle));
/// ```
#[derive(Debug)]
pub struct Scheduler {
    limits: BatchLimits,
    options: SchedulerOptions,
    /// The greatest number of calls at the same time with records of one account.
    account_calls: usize,
    jitter: Jitter,
    /// The records that wait or are in flight, by sequence number.
    items: Map<u64, Item>,
    /// The memory that they use.
    bytes: usize,
    accounts: Map<AccountKey, Account>,
    /// The accounts that have ready records, in the order in which they are served.
    turns: BTreeMap<u64, AccountKey>,
    /// The records that wait for their retry, by time.
    delayed: BTreeSet<(Instant, u64)>,
    /// The accounts that are paused or whose breaker is open, by time.
    wakes: BTreeSet<(Instant, AccountKey)>,
    submissions: BTreeMap<u64, Submission>,
    lanes: BTreeMap<u64, Lane>,
    deadlines: BTreeSet<(Instant, u64)>,
    calls: Map<u64, Call>,
    resolutions: VecDeque<Resolution>,
    /// Accounts that may be idle.
    emptied: Vec<AccountKey>,
    halt: Option<Halt>,
    /// Records with smaller sequence numbers do not linger.
    flushed: u64,
    next_sequence: u64,
    next_submission: u64,
    next_lane: u64,
    next_ticket: u64,
    next_turn: u64,
    counters: SchedulerStats,
}

/// A record that waits or is in flight.
#[derive(Debug)]
struct Item {
    submission: u64,
    /// Its position in the submission.
    position: usize,
    account: AccountKey,
    /// What it counts towards the limits of a batch.
    size: usize,
    /// The memory that it uses.
    bytes: usize,
    attempts: u32,
    /// Until when it may wait for others to fill its batch.
    due: Instant,
    place: Place,
    /// The records of its key before and after it.
    previous: Option<u64>,
    next: Option<u64>,
    /// `None` while it is in flight.
    record: Option<OutgoingRecord>,
    /// Why the last attempt failed.
    reason: Option<std::borrow::Cow<'static, str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// After another record of its key.
    Blocked,
    Ready,
    Delayed(Instant),
    InFlight,
}

/// A submission that is not resolved.
#[derive(Debug)]
struct Submission {
    deadline: Instant,
    /// The sequence number of each record, or its result.
    records: Vec<Result<Resolved, u64>>,
    /// The number of records without a result.
    open: usize,
    lane: Option<u64>,
    /// Whether its records are not sent again.
    cancelled: bool,
}

/// A call in flight.
#[derive(Debug)]
struct Call {
    sequence: Vec<u64>,
    records: Arc<Vec<OutgoingRecord>>,
    /// The accounts, and whether the call is a probe of theirs.
    accounts: Vec<(AccountKey, bool)>,
}

impl Scheduler {
    /// A scheduler for a sink with these limits. `seed` makes its jitter repeatable; two processes
    /// should not have the same.
    #[must_use]
    pub fn new(limits: BatchLimits, options: SchedulerOptions, seed: u64) -> Self {
        let limits = BatchLimits {
            records: limits.records.max(1),
            record_bytes: limits.record_bytes.min(limits.bytes),
            in_flight: limits.in_flight.max(1),
            ..limits
        };
        let account_calls = options
            .account_in_flight
            .unwrap_or(match limits.per_account {
                true => limits.in_flight.div_ceil(4),
                false => limits.in_flight,
            });
        Self {
            limits,
            options,
            account_calls: account_calls.max(1),
            jitter: Jitter::new(seed),
            items: Map::default(),
            bytes: 0,
            accounts: Map::default(),
            turns: BTreeMap::new(),
            delayed: BTreeSet::new(),
            wakes: BTreeSet::new(),
            submissions: BTreeMap::new(),
            lanes: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            calls: Map::default(),
            resolutions: VecDeque::new(),
            emptied: Vec::new(),
            halt: None,
            flushed: 0,
            next_sequence: 0,
            next_submission: 0,
            next_lane: 0,
            next_ticket: 0,
            next_turn: 0,
            counters: SchedulerStats::default(),
        }
    }

    /// What there is to do. Time must not go backwards.
    pub fn next(&mut self, now: Instant) -> Action {
        self.expire(now);
        self.wake(now);
        for account in std::mem::take(&mut self.emptied) {
            self.tidy(account, now);
        }
        let mut due = None;
        if self.calls.len() < self.limits.in_flight
            && let Some(send) = self.form_batch(now, &mut due)
        {
            return send;
        }
        let delayed = self.delayed.first().map(|(at, _)| *at);
        let wake = self.wakes.first().map(|(at, _)| *at);
        let deadline = self.deadlines.first().map(|(at, _)| *at);
        let times = [due, delayed, wake, deadline];
        match times.into_iter().flatten().min() {
            Some(at) => Action::WaitUntil(at),
            None => Action::Idle,
        }
    }

    /// The next submission that is resolved. Ask after each call of another method.
    pub fn pop_resolution(&mut self) -> Option<Resolution> {
        self.resolutions.pop_front()
    }

    /// Lets the records that are pushed so far not linger.
    pub fn flush(&mut self) {
        self.flushed = self.next_sequence;
    }

    /// The oldest submission that is not resolved.
    #[must_use]
    pub fn oldest(&self) -> Option<SubmissionId> {
        self.submissions.keys().next().copied().map(SubmissionId)
    }

    /// Whether every submission is resolved and no call is in flight.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.submissions.is_empty() && self.calls.is_empty()
    }

    /// Resolves every submission: the records without a fate are to be retried.
    pub fn give_up(&mut self, reason: &'static str) {
        let open: Vec<u64> = self.submissions.keys().copied().collect();
        for submission in open {
            self.end(submission, |_| Fate::retry(reason));
        }
    }

    /// Lets the connection and all accounts be tried again after they were halted.
    pub fn resume(&mut self) {
        self.halt = None;
        self.accounts.retain(|_, account| {
            account.halt = None;
            let kept = !account.records.is_empty() || account.calls > 0 || account.wake.is_some();
            if let Some(turn) = account.turn.filter(|_| !kept) {
                self.turns.remove(&turn);
            }
            kept
        });
    }

    /// Lets an account be tried again after it was halted.
    pub fn resume_account(&mut self, account: i32, now: Instant) {
        if let Some(found) = self.accounts.get_mut(&Some(account)) {
            found.halt = None;
        }
        self.tidy(Some(account), now);
    }
}
