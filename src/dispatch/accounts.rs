//! What the engine remembers about accounts from one message to the next: suspensions that are not in an answer yet,
//! and the faults in settings that were reported.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The largest number of accounts that are remembered. Beyond it all are forgotten: a fault is then reported again, and
/// a suspension is lost until a handler asks for it again.
const CAPACITY: usize = 4096;

/// The accounts for which there is something to remember.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// Whether there may be any. It is nearly always false, so that most messages do not take the lock.
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

    /// Remembers a suspension that was asked for in a message without an answer.
    pub(super) fn suspend(&self, account: Option<i32>) {
        self.entry(account, |entry| entry.suspended = true);
    }

    /// Takes the suspension that is not in an answer yet.
    pub(super) fn take_suspension(&self, account: Option<i32>) -> bool {
        if !self.any() {
            return false;
        }
        let mut accounts = self.lock();
        accounts
            .get_mut(&account)
            .is_some_and(|entry| std::mem::take(&mut entry.suspended))
    }

    /// Whether this fault differs from the last one of the account. It is the last one from then on.
    pub(super) fn is_new_fault(&self, account: Option<i32>, fault: &str) -> bool {
        self.entry(account, |entry| {
            let new = entry.fault.as_deref() != Some(fault);
            if new {
                entry.fault = Some(fault.to_owned());
            }
            new
        })
    }

    /// Forgets the account, because nothing failed in a message of it.
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

    /// No user code runs while the lock is held, so a poisoned lock cannot guard incomplete data.
    fn lock(&self) -> MutexGuard<'_, HashMap<Option<i32>, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
