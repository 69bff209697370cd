//! [`SentUpdates`]: the changes of the store of the identities sent that a mapping results in.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use super::SentKey;
use super::sent::begin_list;

/// The changes of [`SentIdentities`](super::SentIdentities) that the delivery of records results in.
/// They are owned, because they outlive the message. `Debug` shows their number only.
#[derive(Clone, Default)]
pub struct SentUpdates {
    account_id: i32,
    /// Users and lists of identities.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// The last entry for each hash of audience and user, with which a later change of a user in
    /// one message finds the former one. A map from keys would borrow from the message and could
    /// not be reused.
    latest: HashMap<u64, usize>,
    hasher: RandomState,
}

/// One update. The enumeration is exhaustive: a store must not ignore a kind that it does not know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SentUpdate<'u> {
    /// These identities were sent for the member. They are the bytes of a
    /// [`SentList`](super::SentList).
    Put {
        /// The member.
        key: SentKey<'u>,
        /// The identities.
        identities: &'u [u8],
    },
    /// The user left the audience.
    Remove {
        /// The former member.
        key: SentKey<'u>,
    },
    /// The audience ended, for all users.
    RemoveAudience {
        /// The customer account.
        account_id: i32,
        /// The audience.
        audience_id: i64,
    },
}

#[derive(Clone)]
struct Entry {
    audience_id: i64,
    change: Change,
    /// The entry before it with the same hash.
    before: Option<usize>,
}

#[derive(Clone)]
enum Change {
    Put {
        mpid: Range<usize>,
        identities: Range<usize>,
    },
    Remove {
        mpid: Range<usize>,
    },
    RemoveAudience,
}

/// A user whose text is stored.
#[derive(Clone)]
pub(super) struct StoredUser(Range<usize>);

/// A list of identities that is stored.
#[derive(Clone)]
pub(super) struct StoredList(Range<usize>);

/// What earlier updates of the message say about a member.
pub(super) enum Pending<'u> {
    /// Nothing: the store is asked.
    Unknown,
    /// The user is not a member.
    Removed,
    /// These identities.
    Sent(&'u [u8]),
}

impl SentUpdates {
    /// The updates, in order.
    pub fn iter(&self) -> SentUpdatesIter<'_> {
        SentUpdatesIter {
            updates: self,
            entries: self.entries.iter(),
        }
    }

    /// The number of updates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all updates and keeps the memory.
    pub(super) fn restart(&mut self, account_id: i32) {
        self.account_id = account_id;
        self.bytes.clear();
        self.entries.clear();
        self.latest.clear();
    }

    /// The bytes that the users and lists take.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn store_user(&mut self, mpid: &str) -> StoredUser {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(mpid.as_bytes());
        StoredUser(start..self.bytes.len())
    }

    /// Stores the list whose records `write` appends.
    pub(super) fn store_list(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> StoredList {
        let start = self.bytes.len();
        begin_list(&mut self.bytes);
        write(&mut self.bytes);
        StoredList(start..self.bytes.len())
    }

    pub(super) fn list(&self, list: &StoredList) -> &[u8] {
        self.bytes.get(list.0.clone()).unwrap_or_default()
    }

    pub(super) fn key(&self, audience_id: i64, user: &StoredUser) -> SentKey<'_> {
        SentKey::new(self.account_id, audience_id, self.text(&user.0))
    }

    /// What the updates say about a member.
    pub(super) fn pending(&self, audience_id: i64, user: &StoredUser) -> Pending<'_> {
        let wanted = self.text(&user.0);
        let mut next = self.latest.get(&self.hash(audience_id, wanted)).copied();
        while let Some(entry) = next.and_then(|at| self.entries.get(at)) {
            if entry.audience_id == audience_id {
                match &entry.change {
                    Change::Put { mpid, identities } if self.text(mpid) == wanted => {
                        return Pending::Sent(
                            self.bytes.get(identities.clone()).unwrap_or_default(),
                        );
                    }
                    Change::Remove { mpid } if self.text(mpid) == wanted => {
                        return Pending::Removed;
                    }
                    _ => {}
                }
            }
            next = entry.before;
        }
        Pending::Unknown
    }

    pub(super) fn put(&mut self, audience_id: i64, user: &StoredUser, list: &StoredList) {
        let change = Change::Put {
            mpid: user.0.clone(),
            identities: list.0.clone(),
        };
        self.push_of_user(audience_id, user, change);
    }

    pub(super) fn remove(&mut self, audience_id: i64, user: &StoredUser) {
        let mpid = user.0.clone();
        self.push_of_user(audience_id, user, Change::Remove { mpid });
    }

    pub(super) fn remove_audience(&mut self, audience_id: i64) {
        self.entries.push(Entry {
            audience_id,
            change: Change::RemoveAudience,
            before: None,
        });
    }

    fn push_of_user(&mut self, audience_id: i64, user: &StoredUser, change: Change) {
        let hash = self.hash(audience_id, self.text(&user.0));
        let before = self.latest.insert(hash, self.entries.len());
        self.entries.push(Entry {
            audience_id,
            change,
            before,
        });
    }

    fn hash(&self, audience_id: i64, mpid: &str) -> u64 {
        self.hasher.hash_one((audience_id, mpid))
    }

    fn text(&self, range: &Range<usize>) -> &str {
        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    fn view(&self, entry: &Entry) -> SentUpdate<'_> {
        let (account_id, audience_id) = (self.account_id, entry.audience_id);
        let key = |mpid: &Range<usize>| SentKey::new(account_id, audience_id, self.text(mpid));
        match &entry.change {
            Change::Put { mpid, identities } => SentUpdate::Put {
                key: key(mpid),
                identities: self.bytes.get(identities.clone()).unwrap_or_default(),
            },
            Change::Remove { mpid } => SentUpdate::Remove { key: key(mpid) },
            Change::RemoveAudience => SentUpdate::RemoveAudience {
                account_id,
                audience_id,
            },
        }
    }
}

/// Iterator over [`SentUpdates`], in order.
#[derive(Clone)]
pub struct SentUpdatesIter<'u> {
    updates: &'u SentUpdates,
    entries: std::slice::Iter<'u, Entry>,
}

impl<'u> Iterator for SentUpdatesIter<'u> {
    type Item = SentUpdate<'u>;

    fn next(&mut self) -> Option<SentUpdate<'u>> {
        self.entries.next().map(|entry| self.updates.view(entry))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for SentUpdatesIter<'_> {}

impl<'u> IntoIterator for &'u SentUpdates {
    type Item = SentUpdate<'u>;
    type IntoIter = SentUpdatesIter<'u>;

    fn into_iter(self) -> SentUpdatesIter<'u> {
        self.iter()
    }
}

impl fmt::Debug for SentUpdatesIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Does not show users and identities.
impl fmt::Debug for SentUpdate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put { key, .. } => f.debug_tuple("Put").field(key).finish(),
            Self::Remove { key } => f.debug_tuple("Remove").field(key).finish(),
            Self::RemoveAudience {
                account_id,
                audience_id,
            } => f
                .debug_struct("RemoveAudience")
                .field("account_id", account_id)
                .field("audience_id", audience_id)
                .finish(),
        }
    }
}

impl fmt::Debug for SentUpdates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentUpdates")
            .field("updates", &self.entries.len())
            .finish_non_exhaustive()
    }
}
