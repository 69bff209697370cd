//! What the engine remembers of accounts from one message to the next: suspensions that no answer has carried yet, and
//! faults in settings that were reported.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many accounts are remembered at most. Beyond that all are forgotten: a fault is reported again, and a suspension
/// waits for the next message that asks for it.
const CAPACITY: usize = 4096;

/// The accounts for which there is something to remember.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Whether there may be any: nearly always false, so that messages take no lock.
    any: AtomicBool,
    accounts: Mutex<HashMap<Option<i32>, Account>>,
}

#[derive(Debug, Default)]
struct Account {
    /// A handler asked for a suspension, and its message was not answered.
    suspended: bool,
    /// The fault in the settings that was reported last.
    fault: Option<String>,
}

impl Accounts {
    /// Whether anything may be remembered.
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// A suspension was asked for in a message that is not answered.
    pub(super) fn suspend(&self, account: Option<i32>) {
        self.entry(account, |entry| entry.suspended = true);
    }

    /// Takes the suspension that no answer has carried yet.
    pub(super) fn take_suspension(&self, account: Option<i32>) -> bool {
        if !self.any() {
            return false;
        }
        let mut accounts = self.lock();
        accounts
            .get_mut(&account)
            .is_some_and(|entry| std::mem::take(&mut entry.suspended))
    }

    /// Whether this fault is new for the account.
    pub(super) fn is_new_fault(&self, account: Option<i32>, fault: &str) -> bool {
        self.entry(account, |entry| {
            let new = entry.fault.as_deref() != Some(fault);
            if new {
                entry.fault = Some(fault.to_owned());
            }
            new
        })
    }

    /// A message of the account was handled: whatever was wrong has been mended.
    pub(super) fn done(&self, account: Option<i32>) {
        let mut accounts = self.lock();
        accounts.remove(&account);
        self.any.store(!accounts.is_empty(), Ordering::Relaxed);
    }

    fn entry<R>(&self, account: Option<i32>, change: impl FnOnce(&mut Account) -> R) -> R {
        let mut accounts = self.lock();
        if accounts.len() >= CAPACITY && !accounts.contains_key(&account) {
            accounts.clear();
        }
        self.any.store(true, Ordering::Relaxed);
        change(accounts.entry(account).or_default())
    }

    /// No user code runs while it is held, so nothing half-done can be in it.
    fn lock(&self) -> MutexGuard<'_, HashMap<Option<i32>, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
