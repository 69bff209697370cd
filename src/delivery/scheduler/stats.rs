//! [`SchedulerStats`]: what a scheduler has done and holds.

use std::borrow::Cow;
use std::time::Instant;

use super::Scheduler;
use super::account::{Account, Standing};

/// What a [`Scheduler`] has done since it was created, and what it holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchedulerStats {
    /// Records that were delivered, those whose deadline had passed included.
    pub delivered: u64,
    /// The sum of their payloads in bytes.
    pub delivered_bytes: u64,
    /// Records that were rejected, by the target or because of their size.
    pub rejected: u64,
    /// Attempts that failed and are followed by another one.
    pub retried: u64,
    /// Records that ran out of attempts or time, or whose lane or scheduler gave them up.
    pub given_up: u64,
    /// Records that were refused because their connection or account is halted.
    pub halted: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Calls without a usable result: a panic, no result in time, or a wrong number of fates.
    pub failed_calls: u64,
    /// Submissions that are not resolved.
    pub submissions: usize,
    /// Records that wait or are in flight.
    pub records: usize,
    /// The memory that they use, in bytes.
    pub bytes: usize,
    /// Calls in flight.
    pub in_flight: usize,
    /// Accounts that have records or are in trouble.
    pub accounts: usize,
    /// Accounts whose circuit breaker is open or half-open.
    pub open_breakers: usize,
    /// Accounts that are paused because the target named a time.
    pub paused_accounts: usize,
    /// Accounts that are halted.
    pub halted_accounts: usize,
    /// Why the whole connection is halted.
    pub halt: Option<Cow<'static, str>>,
}

/// The state of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountState {
    /// Its records are sent.
    Open,
    /// Nothing is sent before this time, because the target named it.
    Paused {
        /// When sending continues.
        until: Instant,
    },
    /// The circuit breaker is open, and nothing is sent before this time.
    Broken {
        /// When one record is sent as a probe.
        until: Instant,
    },
    /// The next record, or the one in flight, is a probe.
    Probing,
    /// Its records are refused.
    Halted {
        /// What is wrong.
        reason: Cow<'static, str>,
    },
}

impl Scheduler {
    /// What it has done and holds.
    #[must_use]
    pub fn stats(&self, now: Instant) -> SchedulerStats {
        let accounts = || self.accounts.values().map(|account| state(account, now));
        let count = |wanted: fn(&AccountState) -> bool| accounts().filter(wanted).count();
        SchedulerStats {
            submissions: self.submissions.len(),
            records: self.items.len(),
            bytes: self.bytes,
            in_flight: self.calls.len(),
            accounts: self.accounts.len(),
            open_breakers: count(|it| {
                matches!(it, AccountState::Broken { .. } | AccountState::Probing)
            }),
            paused_accounts: count(|it| matches!(it, AccountState::Paused { .. })),
            halted_accounts: count(|it| matches!(it, AccountState::Halted { .. })),
            halt: self
                .halt
                .as_ref()
                .filter(|halt| halt.holds(now))
                .map(|halt| halt.reason.clone()),
            ..self.counters.clone()
        }
    }

    /// The state of an account, by its number; `None` for that of records without one.
    #[must_use]
    pub fn account_state(&self, account: Option<i32>, now: Instant) -> AccountState {
        match self.accounts.get(&account) {
            Some(account) => state(account, now),
            None => AccountState::Open,
        }
    }
}

fn state(account: &Account, now: Instant) -> AccountState {
    if let Some(halt) = account.halt.as_ref().filter(|halt| halt.holds(now)) {
        let reason = halt.reason.clone();
        return AccountState::Halted { reason };
    }
    match account.breaker.open_until(now) {
        Some(until) => AccountState::Broken { until },
        None if !account.breaker.is_closed() => AccountState::Probing,
        None => match account.standing(now, usize::MAX) {
            Standing::Until(until) => AccountState::Paused { until },
            _ => AccountState::Open,
        },
    }
}
