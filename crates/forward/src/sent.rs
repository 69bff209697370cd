//! [`Sent`]: the identities sent, with those of records that are on their way.
//!
//! The store is changed only after records are delivered (decision N7). A message that is mapped
//! before that must see the identities that its predecessor sends, so changes are visible here from
//! the mapping on, and are removed when they are stored or given up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hydrant::outgoing::audience::{SentIdentities, SentKey, SentUpdate, SentUpdates, StoreFailure};

/// The identities sent. Clones share their content.
#[derive(Clone)]
pub(crate) struct Sent {
    store: Arc<dyn SentIdentities>,
    pending: Arc<Mutex<Pending>>,
}

/// Account, audience and user.
type Member = (i32, i64, String);

#[derive(Default)]
struct Pending {
    /// The number of the latest changes.
    latest: u64,
    /// The latest change of each member; none if it was removed.
    members: BTreeMap<Member, (u64, Option<Vec<u8>>)>,
    /// Audiences that ended.
    ended: BTreeMap<(i32, i64), u64>,
}

impl Sent {
    pub(crate) fn new(store: Arc<dyn SentIdentities>) -> Self {
        Self {
            store,
            pending: Arc::default(),
        }
    }

    /// Shows changes whose records are on their way, and returns their number.
    pub(crate) fn show(&self, updates: &SentUpdates) -> u64 {
        let mut pending = self.pending();
        pending.latest += 1;
        let number = pending.latest;
        for update in updates.iter() {
            match update {
                SentUpdate::Put { key, identities } => {
                    let member = (number, Some(identities.to_vec()));
                    pending.members.insert(owned(&key), member);
                }
                SentUpdate::Remove { key } => {
                    pending.members.insert(owned(&key), (number, None));
                }
                SentUpdate::RemoveAudience {
                    account_id,
                    audience_id,
                } => {
                    let audience = (account_id, audience_id);
                    let members = members(account_id, audience_id);
                    for (_, member) in pending.members.range_mut(members) {
                        *member = (number, None);
                    }
                    pending.ended.insert(audience, number);
                }
            }
        }
        number
    }

    /// Hides changes again: they are stored, or their records are not delivered.
    pub(crate) fn hide(&self, number: u64, updates: &SentUpdates) {
        let mut pending = self.pending();
        for update in updates.iter() {
            match update {
                SentUpdate::Put { key, .. } | SentUpdate::Remove { key } => {
                    let key = owned(&key);
                    if pending
                        .members
                        .get(&key)
                        .is_some_and(|member| member.0 == number)
                    {
                        pending.members.remove(&key);
                    }
                }
                SentUpdate::RemoveAudience {
                    account_id,
                    audience_id,
                } => {
                    let audience = (account_id, audience_id);
                    pending
                        .ended
                        .retain(|ended, latest| *ended != audience || *latest != number);
                    let members = members(account_id, audience_id);
                    let mut shown = pending.members.range(members);
                    let settled = shown.by_ref().filter(|(_, member)| member.0 == number);
                    let settled: Vec<_> = settled.map(|(key, _)| key.clone()).collect();
                    for key in settled {
                        pending.members.remove(&key);
                    }
                }
            }
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The members of an audience.
fn members(account_id: i32, audience_id: i64) -> std::ops::Range<Member> {
    (account_id, audience_id, String::new())
        ..(account_id, audience_id.saturating_add(1), String::new())
}

fn owned(key: &SentKey<'_>) -> Member {
    (key.account_id, key.audience_id, key.mpid.to_owned())
}

impl SentIdentities for Sent {
    fn get(&self, key: &SentKey<'_>, out: &mut Vec<u8>) -> Result<bool, StoreFailure> {
        let pending = self.pending();
        if let Some((_, identities)) = pending.members.get(&owned(key)) {
            out.extend_from_slice(identities.as_deref().unwrap_or_default());
            return Ok(identities.is_some());
        }
        if pending
            .ended
            .contains_key(&(key.account_id, key.audience_id))
        {
            return Ok(false);
        }
        drop(pending);
        self.store.get(key, out)
    }

    fn apply(&self, updates: &SentUpdates, now_ms: i64) -> Result<(), StoreFailure> {
        self.store.apply(updates, now_ms)
    }
}

/// Shows no identities.
impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").finish_non_exhaustive()
    }
}
