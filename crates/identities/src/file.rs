//! The files of a store: the database, and the lock beside it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The path with an extension added.
pub(crate) fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(extension);
    name.into()
}

/// The path without symbolic links, so that a store has one lock.
pub(crate) fn real(path: &Path) -> io::Result<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Ok(real);
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(fs::canonicalize(folder_of(path))?.join(name))
}

/// Locks the store. The lock is a file of its own, because the database is replaced.
pub(crate) fn lock(path: &Path) -> Result<File, StoreError> {
    let name = beside(path, ".lock");
    let mut options = private();
    let file = options.create(true).truncate(false).open(&name);
    let file = file.map_err(|error| StoreError::io("open", &name, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let path = path.display();
            let message = format!("{path} is already open, in this process or another");
            Err(StoreError::new(message))
        }
        Err(TryLockError::Error(error)) => Err(StoreError::io("lock", &name, error)),
    }
}

/// Opens an existing database, which only its owner can read from then on.
pub(crate) fn open(path: &Path) -> Result<File, StoreError> {
    let failed = |error| StoreError::io("open", path, error);
    let metadata = fs::metadata(path).map_err(failed)?;
    // The database would fill an empty file.
    if !is_single_file(&metadata) || metadata.len() == 0 {
        return Err(not_a_store(path));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let owner_only = fs::Permissions::from_mode(0o600);
        fs::set_permissions(path, owner_only).map_err(failed)?;
    }
    private().open(path).map_err(failed)
}

/// Creates a database, in place of a remainder of an earlier attempt.
pub(crate) fn create(path: &Path) -> Result<File, StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(StoreError::io("remove", path, error));
        }
        _ => {}
    }
    let file = private().create_new(true).open(path);
    file.map_err(|error| StoreError::io("create", path, error))
}

/// Replaces a file durably by a new one. Both must be closed: Windows does not replace open files.
pub(crate) fn replace(path: &Path, new: &Path) -> Result<(), StoreError> {
    let renamed = fs::rename(new, path);
    renamed.map_err(|error| StoreError::io("replace", path, error))?;
    // The rename itself is durable when the folder is.
    #[cfg(unix)]
    {
        let folder = folder_of(path);
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| StoreError::io("sync", folder, error))?;
    }
    Ok(())
}

pub(crate) fn not_a_store(path: &Path) -> StoreError {
    StoreError::new(format!("{} is not a store of identities", path.display()))
}

/// Options for files that only the owner can read.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
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
