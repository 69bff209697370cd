//! [`FileStore`]: erasures in a local file.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::journal::Entry;
use crate::{Begun, Erasure, ErasureKey, ErasureStore, StoreError};

/// For how long an erasure that is done is remembered by default: longer than the platform takes
/// for a request, 21 days (`lambda-and-http.md`, section 10.1).
const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The journal is rewritten when it has twice the lines that it had after the last time, and this
/// many more.
const SPARE_LINES: usize = 1_000;

/// It is also rewritten after this time, so that the requests of erasures that are done do not stay
/// in it.
const REWRITTEN_AFTER_MS: i64 = 24 * 60 * 60 * 1000;

/// A store in a local file, for one process at a time. Erasures are durable (`fsync`) before a
/// method returns, which takes some milliseconds and blocks the thread.
///
/// The file is a journal with one line per change. A line that a crash truncated is removed when the
/// file is opened. The requests of erasures that are done are removed when it is opened, and at the
/// first completion that is a day or more after the last removal. The file has identities until then:
/// protect it as you protect the data itself (on Unix only its owner can read it).
pub struct FileStore {
    path: PathBuf,
    retention_ms: i64,
    state: Mutex<State>,
    /// Held for as long as the store is open, so that no other process opens it.
    _lock: File,
}

struct State {
    /// `None` after a failure that may have damaged it.
    journal: Option<Journal>,
    erasures: HashMap<ErasureKey, Progress>,
    /// The time of the first completion after the journal was rewritten.
    completed_ms: Option<i64>,
}

struct Journal {
    file: File,
    bytes: u64,
    lines: usize,
    /// The number of lines after it was rewritten.
    needed: usize,
}

enum Progress {
    Pending(Erasure),
    Done { at_ms: i64 },
}

impl FileStore {
    /// Opens a store, or creates it. Erasures that are done are remembered for 90 days.
    ///
    /// # Errors
    ///
    /// In AWS Lambda, whose files are lost; if another process has the store open; if the file cannot
    /// be read or written, or is not a store.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("erasures");
    /// use hydrant_dsr::FileStore;
    /// let store = FileStore::open(&path)?;
    /// assert!(FileStore::open(&path).is_err(), "it is open");
    /// # drop(store);
    /// # Ok::<(), hydrant_dsr::StoreError>(())
    /// ```
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::open_in(
            path.into(),
            |name| std::env::var_os(name).is_some(),
            RETENTION,
        )
    }

    /// As [`open`](Self::open), but remembers erasures that are done for this long before the latest
    /// request. After that, a repeated request is a new one.
    ///
    /// # Errors
    ///
    /// As `open`.
    pub fn open_with_retention(
        path: impl Into<PathBuf>,
        retention: Duration,
    ) -> Result<Self, StoreError> {
        Self::open_in(
            path.into(),
            |name| std::env::var_os(name).is_some(),
            retention,
        )
    }

    fn open_in(
        path: PathBuf,
        is_set: impl Fn(&str) -> bool,
        retention: Duration,
    ) -> Result<Self, StoreError> {
        if is_set("AWS_LAMBDA_FUNCTION_NAME") {
            let message = "a file in AWS Lambda is lost with the environment: \
                           keep erasures in a database (implement `ErasureStore`)";
            return Err(StoreError::new(message));
        }
        let path = real(&path).map_err(|error| failed("open", &path, error))?;
        let lock = lock(&path)?;
        let erasures = read(&path)?;
        let store = Self {
            path,
            retention_ms: i64::try_from(retention.as_millis()).unwrap_or(i64::MAX),
            state: Mutex::new(State {
                journal: None,
                erasures,
                completed_ms: None,
            }),
            _lock: lock,
        };
        store.rewrite(&mut store.state())?;
        Ok(store)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked, and the journal is `None` while it is changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes an entry durably.
    fn append(&self, state: &mut State, entry: &Entry) -> Result<(), StoreError> {
        let broken = || StoreError::new("the store failed before; open it again");
        let mut journal = state.journal.take().ok_or_else(broken)?;
        let mut line = Vec::new();
        entry.write(&mut line);
        let written = journal
            .file
            .write_all(&line)
            .and_then(|()| journal.file.sync_data());
        if let Err(error) = written {
            // The line may be there in part. If it is removed for certain, the store is as before.
            let removed = journal.file.set_len(journal.bytes);
            if removed.and_then(|()| journal.file.sync_data()).is_ok() {
                state.journal = Some(journal);
            }
            return Err(failed("write", &self.path, error));
        }
        journal.bytes += line.len() as u64;
        journal.lines += 1;
        state.journal = Some(journal);
        Ok(())
    }

    /// Replaces the journal by one without what is not needed any more.
    fn rewrite(&self, state: &mut State) -> Result<(), StoreError> {
        // A time in the future is an error of a clock, and must not make all others old.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now_ms = now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
        let latest = state.erasures.values().map(Progress::at_ms).max();
        let oldest = latest
            .unwrap_or_default()
            .min(now_ms)
            .saturating_sub(self.retention_ms);
        state
            .erasures
            .retain(|_, progress| !matches!(progress, Progress::Done { at_ms } if *at_ms < oldest));
        let mut text = Vec::new();
        for (key, progress) in &state.erasures {
            let entry = match progress {
                Progress::Pending(erasure) => Entry::Begin(erasure.clone()),
                Progress::Done { at_ms } => Entry::Done(key.clone(), *at_ms),
            };
            entry.write(&mut text);
        }
        let new = beside(&self.path, ".new");
        let written = write_new(&new, &text);
        if let Err(error) = written {
            let _ = fs::remove_file(&new);
            return Err(failed("write", &new, error));
        }
        // The old file is closed first: Windows does not replace an open file.
        state.journal = None;
        let replaced = replace(&self.path, &new);
        let file = replaced.map_err(|error| failed("replace", &self.path, error))?;
        state.completed_ms = None;
        state.journal = Some(Journal {
            file,
            bytes: text.len() as u64,
            lines: state.erasures.len(),
            needed: state.erasures.len(),
        });
        Ok(())
    }
}

impl Progress {
    fn at_ms(&self) -> i64 {
        match self {
            Self::Pending(erasure) => erasure.received_ms,
            Self::Done { at_ms } => *at_ms,
        }
    }
}

impl ErasureStore for FileStore {
    async fn begin(&self, erasure: &Erasure) -> Result<Begun, StoreError> {
        let mut state = self.state();
        match state.erasures.get(&erasure.key) {
            Some(Progress::Pending(_)) => Ok(Begun::Pending),
            Some(Progress::Done { .. }) => Ok(Begun::Done),
            None => {
                self.append(&mut state, &Entry::Begin(erasure.clone()))?;
                let progress = Progress::Pending(erasure.clone());
                state.erasures.insert(erasure.key.clone(), progress);
                Ok(Begun::New)
            }
        }
    }

    async fn complete(&self, key: &ErasureKey, now_ms: i64) -> Result<(), StoreError> {
        let mut state = self.state();
        self.append(&mut state, &Entry::Done(key.clone(), now_ms))?;
        let done = Progress::Done { at_ms: now_ms };
        state.erasures.insert(key.clone(), done);
        let first_ms = *state.completed_ms.get_or_insert(now_ms);
        let is_old = now_ms.saturating_sub(first_ms) >= REWRITTEN_AFTER_MS;
        let mut journal = state.journal.iter();
        if is_old || journal.any(|it| it.lines > 2 * it.needed + SPARE_LINES) {
            // This erasure is stored. If the disk is full, the next one tries again.
            let _ = self.rewrite(&mut state);
        }
        Ok(())
    }

    async fn pending(&self) -> Result<Vec<Erasure>, StoreError> {
        let state = self.state();
        let pending = state
            .erasures
            .values()
            .filter_map(|progress| match progress {
                Progress::Pending(erasure) => Some(erasure.clone()),
                Progress::Done { .. } => None,
            });
        let mut pending: Vec<Erasure> = pending.collect();
        pending.sort_by(|a, b| (a.received_ms, &a.key).cmp(&(b.received_ms, &b.key)));
        Ok(pending)
    }
}

impl std::fmt::Debug for FileStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn failed(verb: &str, path: &Path, error: io::Error) -> StoreError {
    StoreError::new(format!("cannot {verb} {}: {error}", path.display())).with_source(error)
}

/// The path with an extension added.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(extension);
    name.into()
}

/// Locks the store. The lock is a file of its own, because the journal is replaced.
fn lock(path: &Path) -> Result<File, StoreError> {
    let name = beside(path, ".lock");
    let file = private()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&name);
    let file = file.map_err(|error| failed("open", &name, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = format!(
                "{} is already open, in this process or another",
                path.display()
            );
            Err(StoreError::new(message))
        }
        Err(TryLockError::Error(error)) => Err(failed("lock", &name, error)),
    }
}

/// Options for files that only the owner can read.
fn private() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.clone()
}

/// Reads a journal, if there is one. A truncated last line is ignored: the rewrite that follows
/// removes it.
fn read(path: &Path) -> Result<HashMap<ErasureKey, Progress>, StoreError> {
    let no_store = || StoreError::new(format!("{} is not a store of erasures", path.display()));
    let text = match fs::metadata(path) {
        Ok(metadata) if !is_single_file(&metadata) => return Err(no_store()),
        Ok(_) => fs::read(path).map_err(|error| failed("read", path, error))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(failed("read", path, error)),
    };
    let rest = text
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    if !Entry::may_begin(rest) {
        return Err(no_store());
    }
    let mut erasures = HashMap::new();
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let whole = lines.filter_map(|line| line.strip_suffix(b"\n"));
    for (number, line) in (1..).zip(whole) {
        let entry = Entry::read(line).ok_or_else(|| {
            let path = path.display();
            StoreError::new(format!("line {number} of {path} is not an erasure"))
        })?;
        match entry {
            Entry::Begin(erasure) => {
                let key = erasure.key.clone();
                erasures.entry(key).or_insert(Progress::Pending(erasure));
            }
            Entry::Done(key, at_ms) => {
                erasures.insert(key, Progress::Done { at_ms });
            }
        }
    }
    Ok(erasures)
}

/// The path without symbolic links, so that a store has one lock.
fn real(path: &Path) -> io::Result<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Ok(real);
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(fs::canonicalize(folder_of(path))?.join(name))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether it is a regular file with a single name.
fn is_single_file(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(metadata) > 1 {
        return false;
    }
    metadata.is_file()
}

/// Writes a file durably that does not exist, or is a remainder.
fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().write(true).create_new(true).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// Replaces a file durably by a new one, and opens it.
fn replace(path: &Path, new: &Path) -> io::Result<File> {
    fs::rename(new, path)?;
    // The rename itself is durable when the folder is.
    #[cfg(unix)]
    File::open(folder_of(path))?.sync_all()?;
    private().append(true).open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_of_lambda_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let opened = FileStore::open_in(path.clone(), |name| name.starts_with("AWS"), RETENTION);
        assert!(opened.unwrap_err().to_string().contains("AWS Lambda"));
        assert!(!path.exists());
    }
}
