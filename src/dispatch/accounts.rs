//! State per account that the engine keeps between messages: requested suspensions that no response
//! has carried yet, and setting faults that were already reported.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Maximum number of accounts with a pending suspension. When it is exceeded, an arbitrary one is
/// dropped, and its suspension is lost until a handler requests it again.
const SUSPENSIONS: usize = 65_536;

/// Maximum number of accounts whose reported faults are kept. When it is exceeded, those of an
/// arbitrary account are dropped and reported again.
const ACCOUNTS: usize = 4096;

/// Maximum number of distinct faults that are kept per account. When it is exceeded, all of them
/// are dropped and reported again.
const FAULTS: usize = 16;

/// The state of all accounts.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Whether `state` may hold anything. It is almost always false, so most messages do not take
    /// the lock.
    any: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Accounts whose handler requested a suspension in a message that was not answered.
    suspended: HashSet<Option<i32>>,
    /// Setting faults that were reported.
    faults: HashMap<Option<i32>, Vec<String>>,
}

impl Accounts {
    /// Whether any state may be stored.
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Stores a suspension that was requested in a message without a response.
    pub(super) fn suspend(&self, account: Option<i32>) {
        let suspended = &mut self.lock().suspended;
        if suspended.len() >= SUSPENSIONS
            && !suspended.contains(&account)
            && let Some(other) = suspended.iter().next().copied()
        {
            suspended.remove(&other);
        }
        suspended.insert(account);
        self.any.store(true, Ordering::Relaxed);
    }

    /// Removes the pending suspension of an account, and returns whether there was one.
    pub(super) fn take_suspension(&self, account: Option<i32>) -> bool {
        self.any() && self.lock().suspended.remove(&account)
    }

    /// Stores a fault of the account, and returns whether it was not stored before.
    pub(super) fn is_new_fault(&self, account: Option<i32>, fault: &str) -> bool {
        let faults = &mut self.lock().faults;
        if faults.len() >= ACCOUNTS
            && !faults.contains_key(&account)
            && let Some(other) = faults.keys().next().copied()
        {
            faults.remove(&other);
        }
        self.any.store(true, Ordering::Relaxed);
        let reported = faults.entry(account).or_default();
        if reported.iter().any(|reported| reported == fault) {
            return false;
        }
        if reported.len() >= FAULTS {
            reported.clear();
        }
        reported.push(fault.to_owned());
        true
    }

    /// Removes the state of the account, because nothing failed in one of its messages.
    pub(super) fn done(&self, account: Option<i32>) {
        let mut state = self.lock();
        state.suspended.remove(&account);
        state.faults.remove(&account);
        let any = !(state.suspended.is_empty() && state.faults.is_empty());
        self.any.store(any, Ordering::Relaxed);
    }

    /// No user code runs while the lock is held, so the data is complete even if the lock is
    /// poisoned.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
