//! Forming batches: which accounts have their turn, which of their records fit, and whether a batch
//! waits for more.

use std::sync::Arc;
use std::time::Instant;

use super::account::{AccountKey, Standing};
use super::breaker::later;
use super::{Action, Call, Place, Scheduler, Ticket};
use crate::delivery::OutgoingRecord;

/// A batch that is being formed.
#[derive(Default)]
struct Batch {
    /// Sequence numbers.
    records: Vec<u64>,
    size: usize,
    accounts: Vec<(AccountKey, bool)>,
    /// Records that are ready because the one before them is in this batch.
    followers: Vec<u64>,
}

impl Scheduler {
    /// Forms the next batch. Otherwise sets when the first lingering record is due.
    pub(super) fn form_batch(&mut self, now: Instant, due: &mut Option<Instant>) -> Option<Action> {
        let batch = if self.limits.per_account {
            let one = self.next_account(now, due)?;
            self.fill(&[one], now)
        } else {
            let able = self.able(now);
            *due = self.lingers(&able, now);
            if due.is_some() || able.is_empty() {
                return None;
            }
            self.fill(&able, now)
        };
        self.send(batch, now)
    }

    /// The first account in turn whose records can be sent and do not linger.
    fn next_account(
        &mut self,
        now: Instant,
        due: &mut Option<Instant>,
    ) -> Option<(AccountKey, bool)> {
        let mut from = 0;
        while let Some((turn, key)) = self.turns.range(from..).next().map(|(a, b)| (*a, *b)) {
            from = turn + 1;
            let Some(probe) = self.is_able(turn, key, now) else {
                continue;
            };
            let Some(first_due) = self.lingers(&[(key, probe)], now) else {
                return Some((key, probe));
            };
            *due = Some(due.map_or(first_due, |due| due.min(first_due)));
        }
        None
    }

    /// The accounts in turn whose records can be sent, as many as a batch has records.
    fn able(&mut self, now: Instant) -> Vec<(AccountKey, bool)> {
        let (mut able, mut from) = (Vec::new(), 0);
        while able.len() < self.limits.records
            && let Some((turn, key)) = self.turns.range(from..).next().map(|(a, b)| (*a, *b))
        {
            from = turn + 1;
            let probe = self.is_able(turn, key, now);
            able.extend(probe.map(|probe| (key, probe)));
        }
        able
    }

    /// Whether records of an account can be sent, and if so, whether only as a probe. Otherwise it
    /// loses its turn.
    fn is_able(&mut self, turn: u64, key: AccountKey, now: Instant) -> Option<bool> {
        let account = self.accounts.get_mut(&key)?;
        let standing = match account.ready.is_empty() {
            true => Standing::Busy,
            false => account.standing(now, self.account_calls),
        };
        match standing {
            Standing::Ready => return Some(false),
            Standing::Probe => return Some(true),
            Standing::Busy | Standing::Until(_) => {
                account.turn = None;
                self.turns.remove(&turn);
            }
        }
        if let Standing::Until(at) = standing {
            self.wake_at(key, at);
        }
        None
    }

    /// When the first record of these accounts is due, if they wait for more.
    fn lingers(&self, accounts: &[(AccountKey, bool)], now: Instant) -> Option<Instant> {
        let (mut records, mut size) = (0usize, 0usize);
        let mut due: Option<Instant> = None;
        for (key, probe) in accounts {
            let account = self.accounts.get(key)?;
            let first = *account.ready.first()?;
            let first_due = self.items.get(&first)?.due;
            if *probe || first < self.flushed || first_due <= now {
                return None;
            }
            due = Some(due.map_or(first_due, |due| due.min(first_due)));
            records += account.ready.len();
            size = size.saturating_add(account.ready_size);
            if records >= self.limits.records || size >= self.limits.bytes {
                return None;
            }
        }
        due
    }

    /// Takes records of these accounts in turn, one at a time, while they fit.
    fn fill(&mut self, accounts: &[(AccountKey, bool)], now: Instant) -> Batch {
        let mut batch = Batch::default();
        let mut taking = accounts.to_vec();
        while !taking.is_empty() {
            taking.retain(|(key, probe)| {
                let taken = self.take(*key, &mut batch);
                if taken && !batch.accounts.iter().any(|(known, _)| known == key) {
                    batch.accounts.push((*key, *probe));
                }
                taken && !probe
            });
        }
        for sequence in std::mem::take(&mut batch.followers) {
            let place = self.items.get(&sequence).map(|item| item.place);
            if place == Some(Place::Ready) {
                self.take_ready(sequence, Place::Blocked);
            }
        }
        for (key, probe) in &batch.accounts {
            if let Some(account) = self.accounts.get_mut(key) {
                account.calls += 1;
                account.breaker.probing |= probe;
                account.pause = account.pause.take().filter(|pause| now < pause.until);
                // Its next turn is after those of the others.
                if let Some(turn) = account.turn.take() {
                    self.turns.remove(&turn);
                }
            }
            self.enlist(*key);
        }
        batch
    }

    /// Takes the first ready record of an account, if it fits.
    fn take(&mut self, key: AccountKey, batch: &mut Batch) -> bool {
        let Some(account) = self.accounts.get(&key) else {
            return false;
        };
        let Some(sequence) = account.ready.first().copied() else {
            return false;
        };
        let Some(item) = self.items.get(&sequence) else {
            return false;
        };
        let size = batch.size.saturating_add(item.size);
        if batch.records.len() >= self.limits.records
            || !batch.records.is_empty() && size > self.limits.bytes
        {
            return false;
        }
        if self.limits.per_account {
            // Settings that changed are another address, or other credentials.
            let first = batch
                .records
                .first()
                .and_then(|first| self.items.get(first));
            let account = |item: &super::Item| item.record.as_ref().map(|it| it.account.clone());
            if first.is_some_and(|first| account(first) != account(item)) {
                return false;
            }
        }
        // A source that submits a rejected record again does so before those after it.
        let submission = self.submissions.get(&item.submission);
        let is_alone = !self.limits.ordered
            || self.options.rejections_end_lanes && submission.is_some_and(|it| it.lane.is_some());
        let follower = item.next.filter(|_| !is_alone);
        batch.records.push(sequence);
        batch.size = size;
        self.take_ready(sequence, Place::InFlight);
        if let Some(follower) = follower {
            self.make_ready(follower);
            batch.followers.push(follower);
        }
        true
    }

    /// Makes a batch a call.
    fn send(&mut self, batch: Batch, now: Instant) -> Option<Action> {
        let mut records: Vec<OutgoingRecord> = Vec::with_capacity(batch.records.len());
        let mut latest = now;
        for sequence in &batch.records {
            let item = self.items.get_mut(sequence)?;
            records.push(item.record.take()?);
            let submission = self.submissions.get(&item.submission);
            latest = submission.map_or(latest, |it| it.deadline.max(latest));
        }
        if records.is_empty() {
            return None;
        }
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let records = Arc::new(records);
        let call = Call {
            sequence: batch.records,
            records: Arc::clone(&records),
            accounts: batch.accounts,
        };
        self.calls.insert(ticket, call);
        Some(Action::Send {
            ticket: Ticket(ticket),
            records,
            deadline: latest.min(later(now, self.options.call_timeout)),
        })
    }
}
