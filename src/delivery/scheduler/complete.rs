//! The end of a call: fates, retries, the breaker, and halts.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::account::{AccountKey, Halt, Pause};
use super::breaker::later;
use super::{Call, Place, Scheduler, Ticket};
use crate::delivery::retry::fraction;
use crate::delivery::{Fate, OutgoingRecord, RecordAccount, Resolved};

/// What a call tells about one account.
#[derive(Default)]
struct Reaction {
    /// Whether the target answered: with another fate than a retry.
    answered: bool,
    /// The longest time that it named, and why it failed.
    failed: Option<(Option<Duration>, Cow<'static, str>)>,
}

impl Scheduler {
    /// Reports the result of a call: the fate of each record, in order. Any other number of fates,
    /// such as none after a panic, is a retry of all records, which may have arrived.
    ///
    /// Drop the records of the action before, so that they are not copied.
    pub fn complete(&mut self, ticket: Ticket, fates: Vec<Fate>, now: Instant) {
        let Some(mut call) = self.calls.remove(&ticket.0) else {
            return;
        };
        self.counters.calls += 1;
        let fates = match fates.len() == call.sequence.len() {
            true => fates,
            false => {
                self.counters.failed_calls += 1;
                let unknown = "the call ended without a result for each record";
                vec![Fate::retry(unknown); call.sequence.len()]
            }
        };
        self.react(&call, &fates, now);
        let records = std::mem::take(&mut call.records);
        let records = Arc::try_unwrap(records).unwrap_or_else(|shared| (*shared).clone());
        let (mut repeated, mut halts) = (Vec::new(), Vec::new());
        for ((sequence, record), fate) in call.sequence.iter().zip(records).zip(fates) {
            let Some(item) = self.items.get_mut(sequence) else {
                continue;
            };
            item.attempts = item.attempts.saturating_add(1);
            match fate {
                Fate::Retry { .. } => repeated.push((*sequence, record, fate)),
                Fate::Delivered => {
                    self.counters.delivered += 1;
                    self.counters.delivered_bytes += record.payload.len() as u64;
                    self.finish(*sequence, &record, fate);
                }
                Fate::Rejected { .. } => self.finish(*sequence, &record, fate),
                Fate::Halted { ref reason } => {
                    halts.push((reason.clone(), record.account.clone()));
                    self.finish(*sequence, &record, fate);
                }
            }
        }
        // Equal draws: what failed together is sent together again.
        let draw = self.jitter.draw();
        for (sequence, record, fate) in repeated {
            self.repeat(sequence, record, fate, draw, now);
        }
        for (reason, account) in halts {
            self.stop(reason, account, now);
        }
        for (key, _) in call.accounts {
            self.give_up_late(key, now);
            self.enlist(key);
            self.emptied.push(key);
        }
    }

    /// Updates the accounts of a call.
    fn react(&mut self, call: &Call, fates: &[Fate], now: Instant) {
        for (key, probe) in &call.accounts {
            let mut reaction = Reaction::default();
            for (record, fate) in call.records.iter().zip(fates) {
                if super::queue::key_of(record) != *key {
                    continue;
                }
                match fate {
                    Fate::Retry { after, reason } => {
                        let known = reaction.failed.as_ref();
                        if known.is_none_or(|(longest, _)| longest < after) {
                            reaction.failed = Some((*after, reason.clone()));
                        }
                    }
                    _ => reaction.answered = true,
                }
            }
            let Some(account) = self.accounts.get_mut(key) else {
                continue;
            };
            account.calls = account.calls.saturating_sub(1);
            if let Some((Some(after), reason)) = &reaction.failed {
                let until = later(now, (*after).min(self.options.retry.longest_after));
                if account.pause.as_ref().is_none_or(|it| it.until < until) {
                    let reason = reason.clone();
                    account.pause = Some(Pause { until, reason });
                }
            }
            if reaction.answered {
                account.breaker.answered();
            } else if let Some((_, reason)) = reaction.failed {
                let (options, jitter) = (&self.options, &mut self.jitter);
                account.breaker.failed(*probe, reason, now, options, jitter);
            }
            if let Some(until) = account.closed_until(now) {
                self.wake_at(*key, until);
            }
        }
    }

    /// Ends a record that was in flight.
    fn finish(&mut self, sequence: u64, record: &OutgoingRecord, fate: Fate) {
        let Some(item) = self.items.get(&sequence) else {
            return;
        };
        let (submission, position) = (item.submission, item.position);
        let result = Resolved::new(fate, item.attempts);
        self.release(sequence, record.key.as_deref());
        self.settle(submission, position, result);
    }

    /// Sends a record again, unless its attempts or its time run out.
    fn repeat(
        &mut self,
        sequence: u64,
        record: OutgoingRecord,
        fate: Fate,
        draw: f64,
        now: Instant,
    ) {
        let Some(item) = self.items.get_mut(&sequence) else {
            return;
        };
        let deadline = match self.submissions.get(&item.submission) {
            Some(submission) if submission.cancelled => {
                return self.finish(sequence, &record, fate);
            }
            Some(submission) => submission.deadline,
            // Nobody waits for it.
            None => return self.release(sequence, record.key.as_deref()),
        };
        let account = self.accounts.get(&item.account);
        let holds = |halt: &&Halt| halt.holds(now);
        let halt = account.and_then(|account| account.halt.as_ref());
        if let Some(halt) = halt.filter(holds).or(self.halt.as_ref().filter(holds)) {
            let fate = Fate::halted(halt.reason.clone());
            return self.finish(sequence, &record, fate);
        }
        let wait = fraction(self.options.retry.longest(item.attempts), draw);
        // Nothing of the account may be sent for longer.
        let closed = account.and_then(|it| it.closed_until(now));
        let at = closed.unwrap_or(now).max(later(now, wait));
        if item.attempts >= self.options.retry.attempts || at >= deadline {
            return self.finish(sequence, &record, fate);
        }
        self.counters.retried += 1;
        if let Fate::Retry { reason, .. } = fate {
            item.reason = Some(reason);
        }
        item.record = Some(record);
        item.due = now;
        item.place = Place::Blocked;
        if item.previous.is_none() {
            item.place = Place::Delayed(at);
            self.delayed.insert((at, sequence));
        }
    }

    /// Ends the records that wait, and whose deadline is before anything of their account is sent.
    /// Their submitter can repeat them elsewhere, or at a time that it knows.
    fn give_up_late(&mut self, key: AccountKey, now: Instant) {
        let Some(account) = self.accounts.get(&key) else {
            return;
        };
        if account.closed_until(now).is_none() {
            return;
        }
        let late = account.records.iter().filter_map(|sequence| {
            let item = self.items.get(sequence)?;
            let submission = self.submissions.get(&item.submission)?;
            let waits = item.place != Place::InFlight;
            let fate = waits.then(|| account.too_late(submission.deadline, now))?;
            Some((*sequence, fate?))
        });
        for (sequence, fate) in late.collect::<Vec<_>>() {
            self.end_waiting(sequence, fate);
        }
    }

    /// Ends a record that is not in flight.
    fn end_waiting(&mut self, sequence: u64, fate: Fate) {
        // The end of another one may have ended it, too: they may be in one lane.
        let Some(item) = self.items.get(&sequence) else {
            return;
        };
        if item.place == Place::InFlight {
            return;
        }
        let (submission, position) = (item.submission, item.position);
        let result = Resolved::new(fate, item.attempts);
        self.release(sequence, None);
        self.settle(submission, position, result);
    }

    /// Halts the connection, or the account if each call has one: nothing that waits is sent.
    fn stop(
        &mut self,
        reason: Cow<'static, str>,
        account: Option<Arc<RecordAccount>>,
        now: Instant,
    ) {
        let until = self.options.halt_probe.map(|after| later(now, after));
        let key: AccountKey = account.as_ref().map(|it| it.id());
        let mut halt = Halt {
            reason: reason.clone(),
            until,
            account: None,
        };
        let mut waiting: Vec<u64> = if self.limits.per_account {
            halt.account = account;
            let found = self.accounts.entry(key).or_default();
            found.halt = Some(halt);
            let waiting = found.records.iter().copied().collect();
            if let Some(until) = until {
                self.wake_at(key, until);
            }
            waiting
        } else {
            self.halt = Some(halt);
            self.items.keys().copied().collect()
        };
        waiting.sort_unstable();
        for sequence in waiting {
            self.end_waiting(sequence, Fate::halted(reason.clone()));
        }
    }
}
