//! The tables of the database, and the changes of them in one transaction.
//!
//! ```text
//!  members:  (mpid, account, audience) ──► (sequence, identities)
//!  order:    sequence ──► (mpid, account, audience, time)       least recent update first
//!  numbers:  name ──► number                                    format, bytes, sequence, remains
//! ```

use hydrant::outgoing::audience::{SentKey, SentList, SentUpdate, SentUpdates};
use redb::{
    Error, ReadTransaction, ReadableTable, ReadableTableMetadata, Table, TableDefinition,
    WriteTransaction,
};

use crate::StoreOptions;

type MemberKey = (&'static str, i32, i64);
type Member = (u64, &'static [u8]);
type Update = (&'static str, i32, i64, i64);

const MEMBERS: TableDefinition<'_, MemberKey, Member> = TableDefinition::new("members");
const ORDER: TableDefinition<'_, u64, Update> = TableDefinition::new("order");
const NUMBERS: TableDefinition<'_, &str, u64> = TableDefinition::new("numbers");

/// The format of the tables.
const FORMAT: u64 = 1;

/// What an entry counts in addition to its texts.
const OVERHEAD: usize = 64;

/// The tables in a transaction that changes them.
pub(crate) struct Tables<'t> {
    members: Table<'t, MemberKey, Member>,
    order: Table<'t, u64, Update>,
    numbers: Table<'t, &'static str, u64>,
    bytes: u64,
    /// The last sequence number.
    sequence: u64,
    evicted: u64,
}

impl<'t> Tables<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, Error> {
        let numbers = transaction.open_table(NUMBERS)?;
        let number = |name| -> Result<u64, Error> {
            let found = numbers.get(name)?;
            Ok(found.map_or(0, |number| number.value()))
        };
        let (bytes, sequence) = (number("bytes")?, number("sequence")?);
        Ok(Self {
            members: transaction.open_table(MEMBERS)?,
            order: transaction.open_table(ORDER)?,
            numbers,
            bytes,
            sequence,
            evicted: 0,
        })
    }

    /// Marks the database as a store.
    pub(crate) fn initialize(&mut self) -> Result<(), Error> {
        self.numbers.insert("format", FORMAT)?;
        Ok(())
    }

    /// Applies updates, and removes what is then too old or too much. Returns how many entries were
    /// removed.
    pub(crate) fn apply(
        &mut self,
        updates: &SentUpdates,
        options: &StoreOptions,
        now_ms: i64,
    ) -> Result<u64, Error> {
        for update in updates {
            match update {
                SentUpdate::Put { key, identities } => {
                    self.put(key, identities, options, now_ms)?;
                }
                SentUpdate::Remove { key } => self.remove(key)?,
                SentUpdate::RemoveAudience {
                    account_id,
                    audience_id,
                } => {
                    self.remove_where(|(_, account, audience), _| {
                        (account, audience) == (account_id, audience_id)
                    })?;
                }
            }
        }
        self.evict(options, now_ms)?;
        Ok(self.evicted)
    }

    /// Removes all entries of a user. Returns their number.
    pub(crate) fn erase_user(&mut self, mpid: &str) -> Result<u64, Error> {
        let mut removed = Removed::default();
        let all = (mpid, i32::MIN, i64::MIN)..=(mpid, i32::MAX, i64::MAX);
        self.members
            .retain_in(all, |key, value| !removed.add(key, value))?;
        self.forget(removed)
    }

    /// Removes all entries with this identity. Returns their number.
    pub(crate) fn erase_identity(&mut self, value: &str) -> Result<u64, Error> {
        let wanted = value.trim();
        self.remove_where(|_, identities| {
            // What cannot be read may contain it.
            SentList::new(identities).is_none_or(|list| {
                let mut identities = list.identities();
                identities.any(|(_, value)| value.trim().eq_ignore_ascii_case(wanted))
            })
        })
    }

    /// Records whether removed entries may remain in free parts of the file.
    pub(crate) fn set_remains(&mut self, remains: bool) -> Result<(), Error> {
        self.numbers.insert("remains", u64::from(remains))?;
        Ok(())
    }

    /// Copies all entries of another database.
    pub(crate) fn copy(&mut self, from: &ReadTransaction) -> Result<(), Error> {
        for entry in from.open_table(MEMBERS)?.iter()? {
            let (key, value) = entry?;
            self.members.insert(key.value(), value.value())?;
        }
        for entry in from.open_table(ORDER)?.iter()? {
            let (key, value) = entry?;
            self.order.insert(key.value(), value.value())?;
        }
        for entry in from.open_table(NUMBERS)?.iter()? {
            let (key, value) = entry?;
            match key.value() {
                "bytes" => self.bytes = value.value(),
                "sequence" => self.sequence = value.value(),
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes the numbers.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.numbers.insert("bytes", self.bytes)?;
        self.numbers.insert("sequence", self.sequence)?;
        Ok(())
    }

    fn put(
        &mut self,
        key: SentKey<'_>,
        identities: &[u8],
        options: &StoreOptions,
        now_ms: i64,
    ) -> Result<(), Error> {
        self.remove(key)?;
        let size = size(key.mpid, identities);
        if size > options.max_bytes / 16 {
            self.evicted += 1;
            return Ok(());
        }
        self.sequence += 1;
        let SentKey {
            mpid,
            account_id,
            audience_id,
            ..
        } = key;
        let member = (self.sequence, identities);
        self.members
            .insert((mpid, account_id, audience_id), member)?;
        let update = (mpid, account_id, audience_id, now_ms);
        self.order.insert(self.sequence, update)?;
        self.bytes += size;
        Ok(())
    }

    fn remove(&mut self, key: SentKey<'_>) -> Result<(), Error> {
        let mut removed = Removed::default();
        let key = (key.mpid, key.account_id, key.audience_id);
        if let Some(member) = self.members.remove(key)? {
            removed.add(key, member.value());
        }
        self.forget(removed)?;
        Ok(())
    }

    fn remove_where(
        &mut self,
        mut is_removed: impl FnMut((&str, i32, i64), &[u8]) -> bool,
    ) -> Result<u64, Error> {
        let mut removed = Removed::default();
        self.members
            .retain(|key, value| !(is_removed(key, value.1) && removed.add(key, value)))?;
        self.forget(removed)
    }

    /// Adapts what is counted to members that were removed.
    fn forget(&mut self, removed: Removed) -> Result<u64, Error> {
        self.bytes = self.bytes.saturating_sub(removed.bytes);
        for sequence in &removed.sequences {
            self.order.remove(sequence)?;
        }
        Ok(removed.sequences.len() as u64)
    }

    /// Removes the least recent updates while they are too old or too many.
    fn evict(&mut self, options: &StoreOptions, now_ms: i64) -> Result<(), Error> {
        let retention = i64::try_from(options.retention.as_millis()).unwrap_or(i64::MAX);
        let oldest = now_ms.saturating_sub(retention);
        loop {
            let is_full =
                self.members.len()? > options.max_entries || self.bytes > options.max_bytes;
            let Some((_, update)) = self.order.first()? else {
                return Ok(());
            };
            let (mpid, account_id, audience_id, at_ms) = update.value();
            if !is_full && at_ms >= oldest {
                return Ok(());
            }
            let mpid = mpid.to_owned();
            drop(update);
            self.remove(SentKey::new(account_id, audience_id, &mpid))?;
            self.evicted += 1;
        }
    }
}

/// Members that were removed from their table.
#[derive(Default)]
struct Removed {
    sequences: Vec<u64>,
    bytes: u64,
}

impl Removed {
    /// Always true.
    fn add(&mut self, (mpid, ..): (&str, i32, i64), (sequence, identities): (u64, &[u8])) -> bool {
        self.sequences.push(sequence);
        self.bytes += size(mpid, identities);
        true
    }
}

/// What an entry counts.
fn size(mpid: &str, identities: &[u8]) -> u64 {
    (2 * mpid.len() + identities.len() + OVERHEAD) as u64
}

/// Whether the database is a store of this format.
pub(crate) fn is_store(transaction: &ReadTransaction) -> bool {
    number(transaction, "format") == Some(FORMAT)
}

/// Whether removed entries may remain in the file.
pub(crate) fn has_remains(transaction: &ReadTransaction) -> bool {
    number(transaction, "remains") == Some(1)
}

fn number(transaction: &ReadTransaction, name: &str) -> Option<u64> {
    let numbers = transaction.open_table(NUMBERS).ok()?;
    Some(numbers.get(name).ok()??.value())
}

/// Appends the identities of a member.
pub(crate) fn read(
    transaction: &ReadTransaction,
    key: &SentKey<'_>,
    out: &mut Vec<u8>,
) -> Result<bool, Error> {
    let members = transaction.open_table(MEMBERS)?;
    let found = members.get((key.mpid, key.account_id, key.audience_id))?;
    if let Some(member) = &found {
        out.extend_from_slice(member.value().1);
    }
    Ok(found.is_some())
}

/// The number of entries.
pub(crate) fn count(transaction: &ReadTransaction) -> Result<u64, Error> {
    Ok(transaction.open_table(MEMBERS)?.len()?)
}
