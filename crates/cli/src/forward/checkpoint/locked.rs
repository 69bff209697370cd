//! [`Locked`]: a file of one process at a time, which is replaced as a whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;

use crate::exit::Failure;

/// A file with an exclusive lock. The lock is one of the file itself, so that no other file stays,
/// and it ends with the process. Each replacement is locked before it has the name of the file.
pub(super) struct Locked {
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl Locked {
    /// Opens the file, or creates it, and returns its content.
    ///
    /// # Errors
    ///
    /// Those of the file system; if another process has the file.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<u8>), Failure> {
        let name = || path.display().to_string();
        let unwritable = |error| Failure::Output {
            name: name(),
            error,
        };
        let in_use = || Failure::Delivery(format!("{} is in use by another process", name()));
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let mut file = file.map_err(unwritable)?;
        if !file.metadata().map_err(unwritable)?.is_file() {
            return Err(Failure::Usage(format!("{} is not a file", name())));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use()),
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        // Its owner may have replaced it between the two calls.
        let opened = file.try_clone().and_then(Handle::from_file);
        match (opened, Handle::from_path(path)) {
            (Ok(opened), Ok(named)) if opened == named => {}
            (Ok(_), Ok(_)) => return Err(in_use()),
            (Ok(_), Err(error)) if error.kind() == io::ErrorKind::NotFound => return Err(in_use()),
            (Err(error), _) | (_, Err(error)) => return Err(unwritable(error)),
        }
        let mut content = Vec::new();
        let read = file.read_to_end(&mut content);
        read.map_err(|error| Failure::Input {
            name: name(),
            error,
        })?;
        let locked = Self {
            path: path.to_owned(),
            _file: file,
        };
        Ok((locked, content))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the content durably.
    ///
    /// # Errors
    ///
    /// Those of the file system; the former content then stays.
    pub(super) fn replace(&mut self, content: &[u8]) -> Result<(), Failure> {
        let replaced = self.try_replace(content);
        replaced.map_err(|error| Failure::Output {
            name: self.path.display().to_string(),
            error,
        })
    }

    /// Writes a file next to the old one, makes it durable, and puts it in its place. Only the
    /// process with the lock does so.
    fn try_replace(&mut self, content: &[u8]) -> io::Result<()> {
        let mut beside = self.path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let mut file = File::create(&beside)?;
        file.try_lock()?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        self._file = file;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            let folder = match folder.as_os_str().is_empty() {
                true => Path::new("."),
                false => folder,
            };
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_moves_to_each_replacement_and_ends_with_the_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        let in_use = || match Locked::open(&path) {
            Err(Failure::Delivery(text)) => {
                text.ends_with("checkpoint is in use by another process")
            }
            _ => false,
        };
        let (mut locked, content) = Locked::open(&path).unwrap();
        assert!(content.is_empty() && in_use());
        for content in ["one", "two"] {
            locked.replace(content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
            assert!(in_use());
        }
        drop(locked);
        let (_locked, content) = Locked::open(&path).unwrap();
        assert_eq!(content, b"two");
        let files = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 1, "no other file stays");
    }

    /// Opening must not replace a device.
    #[cfg(unix)]
    #[test]
    fn what_is_not_a_file_is_refused() {
        for path in ["/dev/null", "/"] {
            assert!(Locked::open(Path::new(path)).is_err(), "{path}");
        }
    }
}
