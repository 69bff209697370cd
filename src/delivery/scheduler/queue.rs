//! The records that wait: pushing, blocking by key, deadlines, and forgetting.

use std::time::Instant;

use super::account::{Account, AccountKey, Halt};
use super::breaker::later;
use super::lane::BROKEN;
use super::{Item, Place, Resolution, Room, Scheduler, Submission, SubmissionId};
use crate::delivery::{Fate, OutgoingRecord, Resolved};

/// The memory of a record beyond its payload and key: its entries in the structures of the
/// scheduler, rounded up.
const OVERHEAD: usize = 512;

const NO_TIME: &str = "the deadline passed";

impl Scheduler {
    /// Adds the records of a submission, each with its [`Sink::size`](crate::delivery::Sink::size).
    /// They are resolved together, at the latest at the deadline.
    ///
    /// It does not check for room; call [`room`](Self::room) before.
    pub fn push(
        &mut self,
        records: impl IntoIterator<Item = (OutgoingRecord, usize)>,
        deadline: Instant,
        now: Instant,
    ) -> SubmissionId {
        self.add(None, records, deadline, now)
    }

    pub(super) fn add(
        &mut self,
        lane: Option<u64>,
        records: impl IntoIterator<Item = (OutgoingRecord, usize)>,
        deadline: Instant,
        now: Instant,
    ) -> SubmissionId {
        let is_broken = lane.is_some_and(|lane| self.is_broken(lane));
        let id = self.next_submission;
        self.next_submission += 1;
        let mut submission = Submission {
            deadline,
            records: Vec::new(),
            open: 0,
            lane,
            cancelled: false,
        };
        // Half of the time, if there is less than the linger.
        let patience = deadline.saturating_duration_since(now) / 2;
        let due = later(now, self.options.linger.min(patience));
        let mut fails = false;
        for (record, size) in records {
            let position = submission.records.len();
            let refusal = match is_broken {
                true => Some(Fate::retry(BROKEN)),
                false => self.refusal(&record, size, deadline, now),
            };
            fails |= refusal.as_ref().is_some_and(|fate| self.ends_lane(fate));
            let result = match refusal {
                Some(fate) => {
                    self.count(&fate);
                    Ok(Resolved::new(fate, 0))
                }
                None => {
                    submission.open += 1;
                    Err(self.enqueue(record, size, id, position, due))
                }
            };
            submission.records.push(result);
        }
        if submission.open == 0 {
            self.resolve(id, submission);
        } else {
            if let Some(found) = lane.and_then(|lane| self.lanes.get_mut(&lane)) {
                found.open.insert(id);
            }
            self.deadlines.insert((deadline, id));
            self.submissions.insert(id, submission);
        }
        if let Some(lane) = lane.filter(|_| fails) {
            self.break_lane(lane, id);
        }
        SubmissionId(id)
    }

    /// Whether these records can be pushed without exceeding a capacity. If nothing else is there,
    /// any number can.
    #[must_use]
    pub fn room(&self, records: &[OutgoingRecord]) -> Room {
        let bytes: usize = records.iter().map(memory).sum();
        let options = &self.options;
        let fits = self.items.len() + records.len() <= options.capacity_records
            && self.bytes.saturating_add(bytes) <= options.capacity_bytes;
        if !fits && !self.items.is_empty() {
            return Room::Full;
        }
        let share = |capacity: usize| {
            let percent = usize::from(options.account_percent.min(100));
            (capacity / 100).saturating_mul(percent) + capacity % 100 * percent / 100
        };
        let (most_records, most_bytes) = (
            share(options.capacity_records),
            share(options.capacity_bytes),
        );
        let mut demands: Vec<(AccountKey, usize, usize)> = Vec::new();
        for record in records {
            let (key, bytes) = (key_of(record), memory(record));
            match demands.iter_mut().find(|(account, ..)| *account == key) {
                Some((_, records, sum)) => (*records, *sum) = (*records + 1, *sum + bytes),
                None => demands.push((key, 1, bytes)),
            }
        }
        let fits = demands.iter().all(|(key, records, bytes)| {
            self.accounts.get(key).is_none_or(|account| {
                account.records.is_empty()
                    || account.records.len() + records <= most_records
                        && account.bytes.saturating_add(*bytes) <= most_bytes
            })
        });
        match fits {
            true => Room::Yes,
            false => Room::AccountFull,
        }
    }

    /// The fate of a record that is not even queued.
    fn refusal(
        &mut self,
        record: &OutgoingRecord,
        size: usize,
        deadline: Instant,
        now: Instant,
    ) -> Option<Fate> {
        let most = self.limits.record_bytes;
        if size > most {
            let reason = format!("the record has {size} bytes, and the target accepts {most}");
            return Some(Fate::rejected(reason));
        }
        if let Some(halt) = self.halt_of(record, now) {
            return Some(Fate::halted(halt.reason));
        }
        if deadline <= now {
            return Some(Fate::retry(NO_TIME));
        }
        self.accounts.get(&key_of(record))?.too_late(deadline, now)
    }

    /// Why a record cannot be sent. Other settings of the account end its halt, and so does time.
    fn halt_of(&mut self, record: &OutgoingRecord, now: Instant) -> Option<Halt> {
        if self.halt.as_ref().is_some_and(|halt| !halt.holds(now)) {
            self.halt = None;
        }
        let account = self.accounts.get_mut(&key_of(record));
        if let Some(account) = account
            && let Some(halt) = &account.halt
        {
            if halt.holds(now) && halt.account == record.account {
                return Some(halt.clone());
            }
            account.halt = None;
            account.breaker.answered();
        }
        self.halt.clone()
    }

    fn enqueue(
        &mut self,
        record: OutgoingRecord,
        size: usize,
        submission: u64,
        position: usize,
        due: Instant,
    ) -> u64 {
        let (sequence, bytes) = (self.next_sequence, memory(&record));
        self.next_sequence += 1;
        let key = key_of(&record);
        let account = self.accounts.entry(key).or_default();
        account.records.insert(sequence);
        account.bytes += bytes;
        self.bytes += bytes;
        let mut previous = None;
        if let Some(name) = &record.key {
            match account.last.get_mut(name) {
                Some(last) => previous = Some(std::mem::replace(last, sequence)),
                None => {
                    account.last.insert(name.clone(), sequence);
                }
            }
        }
        if let Some(item) = previous.and_then(|it| self.items.get_mut(&it)) {
            item.next = Some(sequence);
        }
        let item = Item {
            submission,
            position,
            account: key,
            size,
            bytes,
            attempts: 0,
            due,
            place: Place::Blocked,
            previous,
            next: None,
            record: Some(record),
            reason: None,
        };
        self.items.insert(sequence, item);
        if previous.is_none() {
            self.make_ready(sequence);
        }
        sequence
    }

    /// Moves a blocked or delayed record to those that can be sent.
    pub(super) fn make_ready(&mut self, sequence: u64) {
        let Some(item) = self.items.get_mut(&sequence) else {
            return;
        };
        if let Place::Delayed(at) = item.place {
            self.delayed.remove(&(at, sequence));
        }
        item.place = Place::Ready;
        if let Some(account) = self.accounts.get_mut(&item.account) {
            account.ready.insert(sequence);
            account.ready_size += item.size;
            enlist(account, item.account, &mut self.turns, &mut self.next_turn);
        }
    }

    /// Takes a record from those that can be sent.
    pub(super) fn take_ready(&mut self, sequence: u64, place: Place) {
        let Some(item) = self.items.get_mut(&sequence) else {
            return;
        };
        item.place = place;
        if let Some(account) = self.accounts.get_mut(&item.account)
            && account.ready.remove(&sequence)
        {
            account.ready_size -= item.size;
        }
    }

    /// Ends a record: the next of its key can be sent. Its result is not stored.
    pub(super) fn release(&mut self, sequence: u64, key: Option<&[u8]>) {
        match self.items.get(&sequence).map(|item| item.place) {
            Some(Place::Ready) => self.take_ready(sequence, Place::Blocked),
            Some(Place::Delayed(at)) => {
                self.delayed.remove(&(at, sequence));
            }
            _ => {}
        }
        let Some(item) = self.items.remove(&sequence) else {
            return;
        };
        self.bytes -= item.bytes;
        let Some(account) = self.accounts.get_mut(&item.account) else {
            return;
        };
        account.records.remove(&sequence);
        account.bytes -= item.bytes;
        if account.records.is_empty() {
            self.emptied.push(item.account);
        }
        let own = item.record.as_ref().and_then(|it| it.key.as_deref());
        if let Some(name) = key.or(own).filter(|_| item.next.is_none()) {
            match item.previous {
                None => {
                    account.last.remove(name);
                }
                Some(previous) => {
                    if let Some(last) = account.last.get_mut(name) {
                        *last = previous;
                    }
                }
            }
        }
        self.unlink(item.previous, item.next);
    }

    /// Joins the neighbours of a record that has ended. The next one is ready if it is the first
    /// now.
    fn unlink(&mut self, previous: Option<u64>, next: Option<u64>) {
        if let Some(item) = previous.and_then(|it| self.items.get_mut(&it)) {
            item.next = next;
        }
        let Some(next) = next else {
            return;
        };
        if let Some(item) = self.items.get_mut(&next) {
            item.previous = previous;
            if previous.is_none() && item.place == Place::Blocked {
                self.make_ready(next);
            }
        }
    }

    /// Stores the result of a record whose submission is not resolved, and counts it.
    pub(super) fn settle(&mut self, submission: u64, position: usize, result: Resolved) {
        let Some(found) = self.submissions.get_mut(&submission) else {
            return;
        };
        let Some(slot) = found.records.get_mut(position).filter(|it| it.is_err()) else {
            return;
        };
        let fate = result.fate.clone();
        *slot = Ok(result);
        found.open -= 1;
        let lane = found.lane;
        if found.open == 0
            && let Some(ended) = self.submissions.remove(&submission)
        {
            self.deadlines.remove(&(ended.deadline, submission));
            self.resolve(submission, ended);
            if let Some(lane) = lane {
                self.leave_lane(lane, submission);
            }
        }
        if !fate.is_delivered() {
            self.count(&fate);
        }
        if let Some(lane) = lane.filter(|_| self.ends_lane(&fate)) {
            self.break_lane(lane, submission);
        }
    }

    fn resolve(&mut self, id: u64, submission: Submission) {
        let records = submission.records.into_iter();
        self.resolutions.push_back(Resolution {
            submission: SubmissionId(id),
            records: records.filter_map(Result::ok).collect(),
        });
    }

    /// Resolves the submissions whose deadline has passed.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some((deadline, submission)) = self.deadlines.first().copied()
            && deadline <= now
        {
            self.end(submission, |item| match &item.reason {
                Some(reason) => Fate::retry(format!("{NO_TIME}; the last attempt: {reason}")),
                None => Fate::retry(NO_TIME),
            });
        }
    }

    /// Resolves a submission. Its records that are in flight stay until their call ends, the others
    /// are forgotten.
    pub(super) fn end(&mut self, submission: u64, fate: impl Fn(&Item) -> Fate) {
        let Some(ended) = self.submissions.get(&submission) else {
            return;
        };
        let open: Vec<u64> = ended
            .records
            .iter()
            .filter_map(|it| it.clone().err())
            .collect();
        for sequence in open {
            let Some(item) = self.items.get(&sequence) else {
                continue;
            };
            let in_flight = item.place == Place::InFlight;
            let attempts = item.attempts + u32::from(in_flight);
            let (position, result) = (item.position, Resolved::new(fate(item), attempts));
            if !in_flight {
                self.release(sequence, None);
            }
            self.settle(submission, position, result);
        }
    }

    /// Makes records ready whose time has come, and gives turns to accounts.
    pub(super) fn wake(&mut self, now: Instant) {
        while let Some((at, sequence)) = self.delayed.first().copied()
            && at <= now
        {
            self.delayed.remove(&(at, sequence));
            self.make_ready(sequence);
        }
        while let Some((at, key)) = self.wakes.first().copied()
            && at <= now
        {
            self.wakes.remove(&(at, key));
            if let Some(account) = self.accounts.get_mut(&key) {
                account.wake = None;
                enlist(account, key, &mut self.turns, &mut self.next_turn);
            }
            self.tidy(key, now);
        }
    }

    /// Looks at an account again at this time.
    pub(super) fn wake_at(&mut self, key: AccountKey, at: Instant) {
        if let Some(account) = self.accounts.get_mut(&key) {
            if let Some(before) = account.wake.replace(at) {
                self.wakes.remove(&(before, key));
            }
            self.wakes.insert((at, key));
        }
    }

    /// Gives a turn to an account that has ready records.
    pub(super) fn enlist(&mut self, key: AccountKey) {
        if let Some(account) = self.accounts.get_mut(&key) {
            enlist(account, key, &mut self.turns, &mut self.next_turn);
        }
    }

    /// Forgets an account that has no records and is not in trouble.
    pub(super) fn tidy(&mut self, key: AccountKey, now: Instant) {
        let Some(account) = self.accounts.get(&key).filter(|it| it.is_idle(now)) else {
            return;
        };
        if let Some(turn) = account.turn {
            self.turns.remove(&turn);
        }
        if let Some(at) = account.wake {
            self.wakes.remove(&(at, key));
        }
        self.accounts.remove(&key);
    }

    /// Whether nothing of a lane is sent after a record with this fate.
    fn ends_lane(&self, fate: &Fate) -> bool {
        match fate {
            Fate::Delivered => false,
            Fate::Rejected { .. } => self.options.rejections_end_lanes,
            Fate::Retry { .. } | Fate::Halted { .. } => true,
        }
    }

    /// Counts a fate that ends a record.
    pub(super) fn count(&mut self, fate: &Fate) {
        let counter = match fate {
            Fate::Delivered => &mut self.counters.delivered,
            Fate::Rejected { .. } => &mut self.counters.rejected,
            Fate::Retry { .. } => &mut self.counters.given_up,
            Fate::Halted { .. } => &mut self.counters.halted,
        };
        *counter += 1;
    }
}

/// Gives a turn to an account that has ready records and no turn.
fn enlist(
    account: &mut Account,
    key: AccountKey,
    turns: &mut std::collections::BTreeMap<u64, AccountKey>,
    next: &mut u64,
) {
    if account.turn.is_none() && !account.ready.is_empty() {
        account.turn = Some(*next);
        turns.insert(*next, key);
        *next += 1;
    }
}

pub(super) fn key_of(record: &OutgoingRecord) -> AccountKey {
    record.account.as_ref().map(|account| account.id())
}

/// The memory that a record uses.
fn memory(record: &OutgoingRecord) -> usize {
    // The key is there twice: in the record, and in `Account::last`.
    let key = record.key.as_ref().map_or(0, Vec::len);
    record.payload.len() + 2 * key + OVERHEAD
}
