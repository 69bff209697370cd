//! [`IdentityStore`]: the identities sent, in a local file.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use hydrant::outgoing::audience::{SentIdentities, SentKey, SentUpdates, StoreFailure};
use redb::{Builder, Database, ReadableDatabase};

use crate::tables::{self, Tables};
use crate::{StoreError, StoreOptions, file};

/// The memory of the database for pages. More makes stores of more than this size faster.
const CACHE_BYTES: usize = 32 << 20;

/// A store of the identities sent, in a local file, for one process at a time. Methods block; a
/// change is durable (`fsync`) when its method returns, which takes some milliseconds.
///
/// The file contains personal data: on Unix only its owner can read it, `Debug` and errors do not
/// show its content, and [`erase`](Self::erase) removes the entries of a user. The bytes of removed
/// entries stay in free parts of the file until they are overwritten, or the file is rewritten:
/// [`purge`](Self::purge) does it, and so does opening the store after an erasure.
///
/// What it keeps is bounded by [`StoreOptions`].
pub struct IdentityStore {
    path: PathBuf,
    options: StoreOptions,
    /// `None` after a failure to replace it. Reading and writing share it, rewriting does not.
    database: RwLock<Option<Database>>,
    evicted: AtomicU64,
    /// Held for as long as the store is open, so that no other process opens it.
    _lock: File,
}

impl IdentityStore {
    /// Opens a store, or creates it, with the default options.
    ///
    /// # Errors
    ///
    /// In AWS Lambda, whose files are lost; if the store is open already; if the file cannot be read
    /// or written, or is not a store.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("identities");
    /// use hydrant_identities::IdentityStore;
    /// let store = IdentityStore::open(&path)?;
    /// assert!(store.is_empty()?);
    /// assert!(IdentityStore::open(&path).is_err(), "it is open");
    /// # Ok::<(), hydrant_identities::StoreError>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, StoreOptions::new())
    }

    /// As [`open`](Self::open), with these options. If they are lower than before, the next change
    /// removes what is too much.
    ///
    /// # Errors
    ///
    /// As `open`.
    pub fn open_with(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, StoreError> {
        Self::open_in(path.as_ref(), options, |name| {
            std::env::var_os(name).is_some()
        })
    }

    fn open_in(
        path: &Path,
        options: StoreOptions,
        is_set: impl Fn(&str) -> bool,
    ) -> Result<Self, StoreError> {
        if is_set("AWS_LAMBDA_FUNCTION_NAME") {
            let message = "a file in AWS Lambda is lost with the environment: keep the identities \
                           sent in a database (implement `SentIdentities`)";
            return Err(StoreError::new(message));
        }
        let path = file::real(path).map_err(|error| StoreError::io("open", path, error))?;
        let lock = file::lock(&path)?;
        if !path.exists() {
            // Not in place: a crash could leave a file that is not a database.
            let new = file::beside(&path, ".new");
            create(&new, |_| Ok(()))?;
            file::replace(&path, &new)?;
        }
        let database = open(&path)?;
        let read = database.begin_read();
        let read = read.map_err(|error| StoreError::database(&path, error))?;
        if !tables::is_store(&read) {
            return Err(file::not_a_store(&path));
        }
        let has_remains = tables::has_remains(&read);
        drop(read);
        let store = Self {
            path,
            options,
            database: RwLock::new(Some(database)),
            evicted: AtomicU64::new(0),
            _lock: lock,
        };
        if has_remains {
            store.purge()?;
        }
        Ok(store)
    }

    /// Removes all entries of a user, in all audiences and accounts, and returns their number.
    /// [`purge`](Self::purge) says what remains in the file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written. Nothing is removed then.
    pub fn erase(&self, mpid: &str) -> Result<u64, StoreError> {
        self.write(|tables| {
            tables.set_remains(true)?;
            tables.erase_user(mpid)
        })
    }

    /// Removes all entries that contain this identity, of whatever kind it is, and returns their
    /// number. ASCII case and white space around it do not count. It reads the whole store.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written. Nothing is removed then.
    pub fn erase_identity(&self, value: &str) -> Result<u64, StoreError> {
        self.write(|tables| {
            tables.set_remains(true)?;
            tables.erase_identity(value)
        })
    }

    /// Rewrites the file, so that nothing remains in it of entries that were removed or replaced,
    /// and waits for the disk. Opening a store does so after an erasure; a process that runs for
    /// long should do it at times, for example once a day. Other methods wait for it: some seconds
    /// for a million entries. Copies that the disk or a backup keeps are not affected.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written.
    pub fn purge(&self) -> Result<(), StoreError> {
        let mut slot = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let database = slot.as_ref().ok_or_else(|| self.broken())?;
        let read = database.begin_read();
        let read = read.map_err(|error| self.failed(error))?;
        let new = file::beside(&self.path, ".new");
        create(&new, |tables| tables.copy(&read))?;
        drop(read);
        *slot = None;
        let replaced = file::replace(&self.path, &new);
        // If it was not replaced, the former file is as it was.
        *slot = Some(open(&self.path)?);
        replaced
    }

    /// The number of entries.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn len(&self) -> Result<u64, StoreError> {
        self.read(tables::count)
    }

    /// Whether there are no entries.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.len()? == 0)
    }

    /// How many entries were removed since the store was opened because they were too old, too many
    /// or too large.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&redb::ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let slot = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = slot.as_ref().ok_or_else(|| self.broken())?;
        let transaction = database.begin_read();
        let transaction = transaction.map_err(|error| self.failed(error))?;
        read(&transaction).map_err(|error| self.failed(error))
    }

    /// Makes changes in one transaction, which is durable when this returns.
    fn write<T>(
        &self,
        change: impl FnOnce(&mut Tables<'_>) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        let slot = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = slot.as_ref().ok_or_else(|| self.broken())?;
        transact(database, change).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: impl Into<redb::Error>) -> StoreError {
        StoreError::database(&self.path, error)
    }

    fn broken(&self) -> StoreError {
        let path = self.path.display();
        StoreError::new(format!("the store {path} failed before; open it again"))
    }
}

impl SentIdentities for IdentityStore {
    fn get(&self, key: &SentKey<'_>, out: &mut Vec<u8>) -> Result<bool, StoreFailure> {
        Ok(self.read(|transaction| tables::read(transaction, key, out))?)
    }

    fn apply(&self, updates: &SentUpdates, now_ms: i64) -> Result<(), StoreFailure> {
        if updates.is_empty() {
            return Ok(());
        }
        let evicted = self.write(|tables| tables.apply(updates, &self.options, now_ms))?;
        self.evicted.fetch_add(evicted, Ordering::Relaxed);
        Ok(())
    }
}

impl fmt::Debug for IdentityStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityStore")
            .field("path", &self.path)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Opens an existing database.
fn open(path: &Path) -> Result<Database, StoreError> {
    let file = file::open(path)?;
    let database = builder().create_file(file);
    database.map_err(|error| match error.into() {
        redb::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            file::not_a_store(path)
        }
        error => StoreError::database(path, error),
    })
}

/// Creates a closed database, in which `fill` puts entries.
fn create(
    path: &Path,
    fill: impl FnOnce(&mut Tables<'_>) -> Result<(), redb::Error>,
) -> Result<(), StoreError> {
    let file = file::create(path)?;
    let database = builder().create_file(file);
    let database = database.map_err(|error| StoreError::database(path, error))?;
    let filled = transact(&database, |tables| {
        tables.initialize()?;
        fill(tables)
    });
    filled.map_err(|error| StoreError::database(path, error))
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn transact<T>(
    database: &Database,
    change: impl FnOnce(&mut Tables<'_>) -> Result<T, redb::Error>,
) -> Result<T, redb::Error> {
    // Its default durability waits for the disk.
    let transaction = database.begin_write()?;
    let mut tables = Tables::open(&transaction)?;
    let result = change(&mut tables)?;
    tables.finish()?;
    transaction.commit()?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_of_lambda_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let is_lambda = |name: &str| name.starts_with("AWS");
        let opened = IdentityStore::open_in(&path, StoreOptions::new(), is_lambda);
        assert!(opened.unwrap_err().to_string().contains("AWS Lambda"));
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    }
}
