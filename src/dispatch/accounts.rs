//! What the engine remembers about accounts from one message to the next: suspensions that are not in an answer yet,
//! and the faults in settings that were reported.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The largest number of accounts with a suspension to remember. Beyond it one of them is forgotten: its suspension is lost
/// until a handler asks for it again.
const SUSPENSIONS: usize = 65_536;

/// The largest number of accounts whose faults are remembered. Beyond it those of one are forgotten, and reported again.
const ACCOUNTS: usize = 4096;

/// The largest number of different faults of an account. Beyond it all are forgotten, and reported again.
const FAULTS: usize = 16;

/// The accounts for which there is something to remember.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Whether there may be any. It is nearly always false, so that most messages do not take the lock.
    any: AtomicBool,
    remembered: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    /// A handler asked for a suspension, and its message was not answered.
    suspended: HashSet<Option<i32>>,
    /// The faults in the settings that were reported.
    faults: HashMap<Option<i32>, Vec<String>>,
}

impl Accounts {
    /// Whether anything may be remembered.
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Remembers a suspension that was asked for in a message without an answer.
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

    /// Takes the suspension that is not in an answer yet.
    pub(super) fn take_suspension(&self, account: Option<i32>) -> bool {
        self.any() && self.lock().suspended.remove(&account)
    }

    /// Whether this fault of the account is not remembered. It is from then on.
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

    /// Forgets the account, because nothing failed in a message of it.
    pub(super) fn done(&self, account: Option<i32>) {
        let mut remembered = self.lock();
        remembered.suspended.remove(&account);
        remembered.faults.remove(&account);
        let any = !(remembered.suspended.is_empty() && remembered.faults.is_empty());
        self.any.store(any, Ordering::Relaxed);
    }

    /// No user code runs while the lock is held, so a poisoned lock cannot guard incomplete data.
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
