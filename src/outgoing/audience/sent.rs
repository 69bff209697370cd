//! [`SentIdentities`]: the store of the identities that were last sent for the members of
//! audiences, which the removal of former identities needs (N7).

use std::fmt;
use std::sync::Arc;

use super::SentUpdates;

/// The error of a store, kept as the source of an
/// [`AudienceError`](super::AudienceError).
pub type StoreFailure = Box<dyn std::error::Error + Send + Sync>;

/// A store of the identities last sent for each member of an audience. Its content is personal
/// data. The methods may block.
///
/// A mapping only reads. It returns the updates with the records, and the host applies them after
/// the records were delivered and before it acknowledges the message, so that a message that is
/// repeated before that gives the same records. Two messages about one user must not be mapped at
/// the same time: the second one must be mapped after the updates of the first one are applied.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use hydrant::outgoing::audience::{SentIdentities, SentKey, SentUpdate, SentUpdates, StoreFailure};
///
/// #[derive(Default)]
/// struct InMemory(Mutex<HashMap<(i32, i64, String), Vec<u8>>>);
///
/// impl SentIdentities for InMemory {
///     fn get(&self, key: &SentKey<'_>, out: &mut Vec<u8>) -> Result<bool, StoreFailure> {
///         let entries = self.0.lock().map_err(|_| "poisoned")?;
///         let found = entries.get(&(key.account_id, key.audience_id, key.mpid.to_owned()));
///         found.into_iter().for_each(|identities| out.extend_from_slice(identities));
///         Ok(found.is_some())
///     }
///     fn apply(&self, updates: &SentUpdates, _now_ms: i64) -> Result<(), StoreFailure> {
///         let mut entries = self.0.lock().map_err(|_| "poisoned")?;
///         for update in updates {
///             match update {
///                 SentUpdate::Put { key, identities } => {
///                     let key = (key.account_id, key.audience_id, key.mpid.to_owned());
///                     entries.insert(key, identities.to_vec());
///                 }
///                 SentUpdate::Remove { key } => {
///                     entries.remove(&(key.account_id, key.audience_id, key.mpid.to_owned()));
///                 }
///                 SentUpdate::RemoveAudience { account_id, audience_id } => {
///                     entries.retain(|key, _| (key.0, key.1) != (account_id, audience_id));
///                 }
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait SentIdentities: Send + Sync {
    /// Appends the identities that were last put for this key to `out`, and returns whether there
    /// are any.
    ///
    /// # Errors
    ///
    /// If the store cannot be read. The text must not contain identities.
    fn get(&self, key: &SentKey<'_>, out: &mut Vec<u8>) -> Result<bool, StoreFailure>;

    /// Applies updates in order: all of them or, on an error, none. They are durable when it
    /// returns. Applying the same updates again changes nothing. `now_ms` is the time in
    /// milliseconds since the epoch, for entries that have a retention.
    ///
    /// # Errors
    ///
    /// If the store cannot be written. The text must not contain identities.
    fn apply(&self, updates: &SentUpdates, now_ms: i64) -> Result<(), StoreFailure>;
}

/// A member of an audience. `Debug` does not show the user.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SentKey<'k> {
    /// The customer account: two may receive the same audience. 0 if the message has none.
    pub account_id: i32,
    /// The audience.
    pub audience_id: i64,
    /// The user, as in the message.
    pub mpid: &'k str,
}

impl<'k> SentKey<'k> {
    /// The key of this user in this audience of this account.
    #[must_use]
    pub const fn new(account_id: i32, audience_id: i64, mpid: &'k str) -> Self {
        Self {
            account_id,
            audience_id,
            mpid,
        }
    }
}

impl fmt::Debug for SentKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentKey")
            .field("account_id", &self.account_id)
            .field("audience_id", &self.audience_id)
            .finish_non_exhaustive()
    }
}

/// The absence of a store: nothing is remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoSentIdentities;

impl SentIdentities for NoSentIdentities {
    fn get(&self, _: &SentKey<'_>, _: &mut Vec<u8>) -> Result<bool, StoreFailure> {
        Ok(false)
    }

    fn apply(&self, _: &SentUpdates, _: i64) -> Result<(), StoreFailure> {
        Ok(())
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<S: SentIdentities + ?Sized> SentIdentities for $pointer {
            fn get(&self, key: &SentKey<'_>, out: &mut Vec<u8>) -> Result<bool, StoreFailure> {
                (**self).get(key, out)
            }

            fn apply(&self, updates: &SentUpdates, now_ms: i64) -> Result<(), StoreFailure> {
                (**self).apply(updates, now_ms)
            }
        }
    )*};
}

forward! { &S, Box<S>, Arc<S> }

/// The identities that were sent for a member: those of one record, or of several with
/// `one_message_per_device`. Stores keep its bytes; it reads them, for example to erase an
/// identity.
///
/// ```text
///  version │ pairs │ length │ name │ length │ value │ ... │ pairs │ ...
///    u8    │  u8   │ u32 LE │      │ u32 LE │       │     │  u8   │
///          └──────────────── one record ────────────┘
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SentList<'s>(&'s [u8]);

const VERSION: u8 = 1;

impl<'s> SentList<'s> {
    /// The list with these bytes; `None` if they are not one, for example because they are of
    /// another version.
    #[must_use]
    pub fn new(bytes: &'s [u8]) -> Option<Self> {
        let (&version, rest) = bytes.split_first()?;
        let list = Self(rest);
        let mut records = list.records();
        let complete = records.by_ref().all(|mut pairs| {
            pairs.by_ref().for_each(drop);
            pairs.is_complete()
        });
        (version == VERSION && complete).then_some(list)
    }

    /// The name and the value of every identity, in order.
    ///
    /// ```
    /// use hydrant::outgoing::audience::SentList;
    ///
    /// let list = SentList::new(b"\x01\x01\x05\0\0\0Email\x01\0\0\0a").unwrap();
    /// assert_eq!(list.identities().collect::<Vec<_>>(), [("Email", "a")]);
    /// assert!(SentList::new(b"\x01\x01\x05\0\0\0Em").is_none());
    /// ```
    pub fn identities(self) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.records().flatten()
    }

    /// The identities of each record.
    pub(super) fn records(self) -> Records<'s> {
        Records { rest: self.0 }
    }
}

/// Identities are personal data.
impl fmt::Debug for SentList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentList").finish_non_exhaustive()
    }
}

/// Begins a list.
pub(super) fn begin_list(out: &mut Vec<u8>) {
    out.push(VERSION);
}

/// Appends the identities of one record to a list: at most 255.
pub(super) fn push_record(pairs: &[(&str, &str)], out: &mut Vec<u8>) {
    out.push(u8::try_from(pairs.len()).unwrap_or(u8::MAX));
    for (name, value) in pairs {
        for text in [name, value] {
            // A text of a message has less than 4 GiB.
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// Iterator over the records of a list.
pub(super) struct Records<'s> {
    rest: &'s [u8],
}

impl<'s> Iterator for Records<'s> {
    type Item = RecordPairs<'s>;

    fn next(&mut self) -> Option<RecordPairs<'s>> {
        let (&count, rest) = self.rest.split_first()?;
        let pairs = RecordPairs { count, rest };
        // The next record begins after the last pair of this one.
        let mut read = pairs.clone();
        read.by_ref().for_each(drop);
        self.rest = read.rest;
        Some(pairs)
    }
}

/// Iterator over the identities of a record. It ends early if the bytes are damaged.
#[derive(Clone)]
pub(super) struct RecordPairs<'s> {
    count: u8,
    rest: &'s [u8],
}

impl<'s> RecordPairs<'s> {
    /// Whether all were read.
    fn is_complete(&self) -> bool {
        self.count == 0
    }

    fn text(&mut self) -> Option<&'s str> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (text, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }
}

impl<'s> Iterator for RecordPairs<'s> {
    type Item = (&'s str, &'s str);

    fn next(&mut self) -> Option<(&'s str, &'s str)> {
        let left = self.count.checked_sub(1)?;
        let pair = self.text().zip(self.text());
        if pair.is_some() {
            self.count = left;
        } else {
            // What follows is not a record.
            self.rest = &[];
        }
        pair
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn lists_are_read_as_they_were_written() {
        let mut bytes = Vec::new();
        begin_list(&mut bytes);
        push_record(&[("Email", "a\0\"\n"), ("", "é")], &mut bytes);
        push_record(&[], &mut bytes);
        push_record(&[("MPID", "")], &mut bytes);
        let list = SentList::new(&bytes).unwrap();
        let records: Vec<Vec<_>> = list.records().map(Iterator::collect).collect();
        assert_eq!(
            records,
            [
                vec![("Email", "a\0\"\n"), ("", "é")],
                vec![],
                vec![("MPID", "")]
            ]
        );
        assert_eq!(list.identities().count(), 3);
        for end in 0..bytes.len() {
            // A list may end after a record.
            let records = SentList::new(&bytes[..end]).map(|list| list.records().count());
            assert!(records.is_none_or(|count| count < 3), "{end}");
        }
        bytes[0] = 2;
        assert!(SentList::new(&bytes).is_none());
        assert!(SentList::new(b"\x01\x02\xff\xff\xff\xff").is_none());
        assert!(SentList::new(b"\x01\x01\x01\0\0\0\xff\0\0\0\0").is_none());
        assert!(SentList::new(b"").is_none());
    }
}
