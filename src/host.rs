//! For hosts: what they run, and what they pass to the engine, which is the time, unique identifiers
//! and the number of threads. Only this module asks the operating system for them.

mod module;
mod threads;

pub use module::{AsyncHandlers, Module, SyncHandlers};
pub use threads::granted_threads;

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::message::Uuid;
use crate::processor::Invocation;

/// An invocation with the time of the system clock and a new version 4 UUID, which identifies the
/// response if the request has no identifier.
///
/// The UUID is the SipHash of a counter and the time under keys that the standard library takes
/// from the randomness of the operating system. Identifiers are unique across processes and
/// machines, but are not suitable as secrets.
///
/// ```
/// let (one, other) = (hydrant::host::system_invocation(), hydrant::host::system_invocation());
/// assert!(one.now_ms() > 1_700_000_000_000);
/// assert_ne!(one.fresh_id(), other.fresh_id());
/// assert_eq!(one.deadline(), None);
/// ```
pub fn system_invocation() -> Invocation {
    static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
    static CALLS: AtomicU64 = AtomicU64::new(0);

    // A clock that is set before the epoch gives a negative time.
    let nanos = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(error) => -(error.duration().as_nanos() as i128),
    };
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let [high, low] = KEYS.each_ref().map(|keys| keys.hash_one((call, nanos)));
    let random = u128::from(high) << 64 | u128::from(low);
    Invocation::new(
        (nanos.div_euclid(1_000_000)) as i64,
        Uuid::from_random(random.to_be_bytes()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_version_4_and_differ() {
        let ids: Vec<Uuid> = (0..1000).map(|_| system_invocation().fresh_id()).collect();
        for id in &ids {
            assert_eq!((id.0[6] >> 4, id.0[8] >> 6), (4, 2), "{id}");
        }
        let mut different = ids.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), ids.len());
        // The two halves differ.
        assert!(ids.iter().all(|id| id.0[..6] != id.0[10..]));
    }
}
