//! [`FileDeadLetters`]: dead letters in local files.

mod options;
mod writer;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use hydrant::delivery::DeadLetter;

use super::segment::{Segment, private};
use super::{DeadLetterError, DeadLetters, LetterId};
pub use options::FileOptions;
use writer::Queue;

/// Dead letters in the files of a folder, for one process at a time. Clones share the folder.
///
/// A letter is durable (`fsync`) before [`put`](DeadLetters::put) returns; letters that are put at the
/// same time share one `fsync`. If the disk is full, `put` fails and the files are as before. The
/// files survive the end of the process at any moment.
///
/// Letters hold personal data. On Unix only the owner can read the files. Letters older than the
/// retention, and the oldest ones if the folder is too large, are deleted, which
/// [`stats`](Self::stats) counts; [`erase`](Self::erase) overwrites those of a person.
///
/// Methods other than `put` block the thread while they read and write files.
///
/// ```
/// use hydrant::delivery::DeadLetter;
/// use hydrant_runtime::{DeadLetters, FileDeadLetters, FileOptions};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path().join("dead-letters");
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let letters = FileDeadLetters::open(&folder, FileOptions::default())?;
/// let body = br#"{"type":"event_processing_request","events":[{"type":"screen_view"}]}"#;
/// let mut line = Vec::new();
/// DeadLetter::new(body, Some(0), "refused", 3, 1_714_592_744_066).write(&mut line);
/// letters.put(line.clone()).await?;
///
/// // Redelivery: a letter is removed after it was delivered.
/// for (id, letter) in letters.read(None, 100)? {
///     assert_eq!(letter, line);
///     letters.remove(&[id])?;
/// }
/// assert!(letters.read(None, 100)?.is_empty());
/// # Ok::<(), hydrant_runtime::DeadLetterError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct FileDeadLetters(Arc<Store>);

pub(super) struct Store {
    folder: PathBuf,
    options: FileOptions,
    queue: Mutex<Queue>,
    state: Mutex<State>,
    /// Held for as long as the store is open, so that no other process opens it.
    _lock: File,
}

struct State {
    segments: BTreeMap<u64, Segment>,
    /// The segment that is written to.
    current: Option<(u64, File)>,
    next: u64,
    stored: u64,
    expired_letters: u64,
    evicted_letters: u64,
    expired_bytes: u64,
}

/// What a [`FileDeadLetters`] holds, and has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileStats {
    /// Letters that are there.
    pub letters: usize,
    /// Lines that are not letters, because something else changed the files. They are counted
    /// among the letters.
    pub damaged: usize,
    /// The size of all files in bytes.
    pub bytes: u64,
    /// Letters that were put.
    pub stored: u64,
    /// Letters that were deleted because of their age or because the folder was too large. Report
    /// an increase: this data is lost.
    pub expired_letters: u64,
    /// Those of them that were deleted because the folder was too large, before their time.
    pub evicted_letters: u64,
    /// The size of the files that were deleted with them, in bytes.
    pub expired_bytes: u64,
}

/// The result of [`FileDeadLetters::erase`].
#[must_use = "letters that cannot be read may concern the person"]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Erased {
    /// The letters that were overwritten.
    pub letters: usize,
    /// The lines that are not letters, of which it is unknown whom they concern.
    pub unreadable: usize,
}

impl FileDeadLetters {
    /// Opens a folder, or creates it.
    ///
    /// # Errors
    ///
    /// In AWS Lambda, whose files are lost; if the folder is open already, in this process or
    /// another; if its files cannot be read and written.
    pub fn open(folder: impl AsRef<Path>, options: FileOptions) -> Result<Self, DeadLetterError> {
        Self::open_in(folder.as_ref(), options, |name| {
            std::env::var_os(name).is_some()
        })
    }

    fn open_in(
        folder: &Path,
        options: FileOptions,
        is_set: impl Fn(&str) -> bool,
    ) -> Result<Self, DeadLetterError> {
        if is_set("AWS_LAMBDA_FUNCTION_NAME") {
            let message = "a file in AWS Lambda is lost with the environment: \
                           send dead letters to a stream or a queue";
            return Err(DeadLetterError::new(message));
        }
        let failed = |error| DeadLetterError::io("open", folder, error);
        create(folder).map_err(failed)?;
        let folder = fs::canonicalize(folder).map_err(failed)?;
        let lock = lock(&folder)?;
        let mut segments = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let Some(number) = number(&path) else {
                continue;
            };
            if !fs::symlink_metadata(&path).is_ok_and(|it| it.is_file()) {
                let message = format!("{} is not a file", path.display());
                return Err(DeadLetterError::new(message));
            }
            let failed = |error| DeadLetterError::io("recover", &path, error);
            segments.insert(number, Segment::recover(path.clone()).map_err(failed)?);
        }
        let next = segments.keys().last().map_or(1, |last| last + 1);
        let store = Store {
            folder,
            options,
            queue: Mutex::default(),
            state: Mutex::new(State {
                segments,
                current: None,
                next,
                stored: 0,
                expired_letters: 0,
                evicted_letters: 0,
                expired_bytes: 0,
            }),
            _lock: lock,
        };
        store.expire(&mut store.state(), now_ms())?;
        Ok(Self(Arc::new(store)))
    }

    /// Up to `limit` letters after this one, oldest first, as they were put.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn read(
        &self,
        after: Option<LetterId>,
        limit: usize,
    ) -> Result<Vec<(LetterId, Vec<u8>)>, DeadLetterError> {
        let state = self.0.state();
        let first = after.map_or(0, |id| id.segment);
        let mut letters = Vec::new();
        for (number, segment) in state.segments.range(first..) {
            let from = after.filter(|id| id.segment == *number);
            let skipped = usize::from(from.is_some());
            let from = from.map_or(0, |id| id.offset);
            let wanted = limit - letters.len();
            let found = segment.read(from, wanted.saturating_add(skipped));
            let found = found.map_err(|error| DeadLetterError::io("read", &segment.path, error))?;
            let found = found.into_iter().filter(|(offset, _)| {
                // The letter itself may have been removed.
                skipped == 0 || *offset != from
            });
            letters.extend(found.take(wanted).map(|(offset, letter)| {
                let segment = *number;
                (LetterId { segment, offset }, letter)
            }));
            if letters.len() >= limit {
                break;
            }
        }
        Ok(letters)
    }

    /// Removes letters, for example after they were delivered: overwrites them durably. Returns
    /// their number without those that were not there.
    ///
    /// # Errors
    ///
    /// If a file cannot be written. Then letters may be left.
    pub fn remove(&self, letters: &[LetterId]) -> Result<usize, DeadLetterError> {
        let mut offsets: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for id in letters {
            offsets.entry(id.segment).or_default().push(id.offset);
        }
        let mut state = self.0.state();
        let current = state.current.as_ref().map(|(number, _)| *number);
        let mut removed = 0;
        for (number, mut offsets) in offsets {
            let Some(segment) = state.segments.get_mut(&number) else {
                continue;
            };
            offsets.sort_unstable();
            offsets.dedup();
            let path = segment.path.clone();
            let blanked = segment.blank(&offsets);
            removed += blanked.map_err(|error| DeadLetterError::io("write", &path, error))?;
            if segment.letters == 0 && current != Some(number) {
                let deleted = segment.delete();
                deleted.map_err(|error| DeadLetterError::io("delete", &path, error))?;
                state.segments.remove(&number);
            }
        }
        Ok(removed)
    }

    /// Removes the letters that `concerns` chooses, for example by
    /// [`DeadLetter::concerns`], and overwrites them.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written. Then letters may be left.
    pub fn erase(
        &self,
        mut concerns: impl FnMut(&DeadLetter<'_>) -> bool,
    ) -> Result<Erased, DeadLetterError> {
        let (mut erased, mut after) = (Erased::default(), None);
        loop {
            let letters = self.read(after, 1_000)?;
            let Some((last, _)) = letters.last() else {
                return Ok(erased);
            };
            after = Some(*last);
            let mut chosen = Vec::new();
            for (id, letter) in &letters {
                match DeadLetter::read(letter) {
                    Ok(letter) if concerns(&letter) => chosen.push(*id),
                    Ok(_) => {}
                    Err(_) => erased.unreadable += 1,
                }
            }
            erased.letters += self.remove(&chosen)?;
        }
    }

    /// Deletes the files whose letters are all older than the retention at this time (milliseconds
    /// since the epoch), and the oldest ones if the folder is too large, and returns the number of
    /// letters that were in them. Opening and writing do the same; call it daily if there may be no
    /// letters for longer than the retention.
    ///
    /// # Errors
    ///
    /// If a file cannot be deleted.
    pub fn expire(&self, now_ms: i64) -> Result<usize, DeadLetterError> {
        self.0.expire(&mut self.0.state(), now_ms)
    }

    /// What it holds and has done.
    #[must_use]
    pub fn stats(&self) -> FileStats {
        let state = self.0.state();
        let segments = || state.segments.values();
        FileStats {
            letters: segments().map(|it| it.letters).sum(),
            damaged: segments().map(|it| it.damaged).sum(),
            bytes: segments().map(|it| it.bytes).sum(),
            stored: state.stored,
            expired_letters: state.expired_letters,
            evicted_letters: state.evicted_letters,
            expired_bytes: state.expired_bytes,
        }
    }
}

impl DeadLetters for FileDeadLetters {
    async fn put(&self, letter: Vec<u8>) -> Result<(), DeadLetterError> {
        writer::put(&self.0, letter).await
    }
}

impl std::fmt::Debug for FileDeadLetters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileDeadLetters")
            .field("folder", &self.0.folder)
            .finish_non_exhaustive()
    }
}

impl Store {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave it inconsistent: lengths change after files.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expire(&self, state: &mut State, now_ms: i64) -> Result<usize, DeadLetterError> {
        let retention = self.options.retention.as_millis();
        let oldest = now_ms.saturating_sub(i64::try_from(retention).unwrap_or(i64::MAX));
        let mut expired = 0;
        loop {
            let bytes: u64 = state.segments.values().map(|it| it.bytes).sum();
            let Some((number, segment)) = state.segments.first_key_value() else {
                break;
            };
            let number = *number;
            let is_current = state.current.as_ref().is_some_and(|(it, _)| *it == number);
            let is_old = segment.newest_ms.is_some_and(|newest| newest < oldest);
            let is_empty = segment.letters == 0 && !is_current;
            let is_too_much = bytes > self.options.max_bytes && !is_current;
            if !(is_old || is_empty || is_too_much) {
                break;
            }
            let failed = |error| DeadLetterError::io("delete", &segment.path, error);
            segment.delete().map_err(failed)?;
            if is_current {
                state.current = None;
            }
            if let Some(segment) = state.segments.remove(&number) {
                expired += segment.letters;
                state.expired_letters += segment.letters as u64;
                if !is_old {
                    state.evicted_letters += segment.letters as u64;
                }
                state.expired_bytes += segment.bytes;
            }
        }
        Ok(expired)
    }

    /// The path of a segment.
    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{PREFIX}{number:020}{SUFFIX}"))
    }
}

const PREFIX: &str = "dead-letters-";
const SUFFIX: &str = ".jsonl";

/// The number in the name of a segment.
fn number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let digits = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    (digits.len() == 20).then(|| digits.parse().ok()).flatten()
}

/// Creates a folder that only its owner can read, unless it exists.
fn create(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn lock(folder: &Path) -> Result<File, DeadLetterError> {
    let name = folder.join("lock");
    let file = private()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&name);
    let file = file.map_err(|error| DeadLetterError::io("open", &name, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let folder = folder.display();
            let message = format!(
                "{folder} is in use by this process or another: each needs a folder of its own"
            );
            Err(DeadLetterError::new(message))
        }
        Err(TryLockError::Error(error)) => Err(DeadLetterError::io("lock", &name, error)),
    }
}

/// The time of the system, in milliseconds since the epoch.
fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
