//! The files of a recording: a new one when the current one is large, and none that is too old.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::RecordOptions;

const PREFIX: &str = "recording-";
const SUFFIX: &str = ".ndjson";

/// The part of all bytes, and of the time, that one file has: deleting it leaves most of them.
const FILES: u32 = 16;

/// The most bytes of a file.
const LARGEST: u64 = 64 << 20;

pub(super) struct Files {
    folder: PathBuf,
    options: RecordOptions,
    /// The most bytes of a file.
    file_bytes: u64,
    file: File,
    path: PathBuf,
    created: SystemTime,
    written: u64,
    /// Since when nothing can be written, so that it is reported once.
    failing: bool,
}

impl Files {
    pub(super) fn open(folder: &Path, options: RecordOptions) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let (file, path) = create(folder)?;
        let mut files = Self {
            folder: folder.to_owned(),
            options,
            file_bytes: (options.max_bytes / u64::from(FILES)).clamp(1, LARGEST),
            file,
            path,
            created: SystemTime::now(),
            written: 0,
            failing: false,
        };
        files.expire();
        Ok(files)
    }

    /// Appends a line. What cannot be written is reported and lost: recording must not end the host.
    pub(super) fn write(&mut self, line: &[u8]) {
        let result = self.try_write(line);
        if let Err(error) = &result
            && !self.failing
        {
            tracing::error!(kind = %error.kind(), "requests are not recorded");
        }
        self.failing = result.is_err();
    }

    fn try_write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.written > 0 && self.written + line.len() as u64 > self.file_bytes {
            self.next()?;
            self.expire();
        }
        self.file.write_all(line)?;
        self.written += line.len() as u64;
        Ok(())
    }

    fn next(&mut self) -> io::Result<()> {
        (self.file, self.path) = create(&self.folder)?;
        (self.created, self.written) = (SystemTime::now(), 0);
        Ok(())
    }

    /// Deletes files that are too old, and the oldest ones if all have too many bytes. The current
    /// one stays.
    pub(super) fn expire(&mut self) {
        let age = self.created.elapsed().unwrap_or_default();
        if self.written > 0 && age > self.options.max_age / FILES {
            // Without a new file, the current one goes on.
            let _ = self.next();
        }
        let mut others = match recordings(&self.folder) {
            Ok(found) => found,
            Err(_) => return,
        };
        others.retain(|(path, ..)| *path != self.path);
        let mut bytes = self.file_bytes + others.iter().map(|(_, bytes, _)| bytes).sum::<u64>();
        let now = SystemTime::now();
        for (path, size, modified) in others {
            let age = now.duration_since(modified).unwrap_or(Duration::ZERO);
            if age > self.options.max_age || bytes > self.options.max_bytes {
                // One that somebody else has deleted does not count any more either.
                let _ = fs::remove_file(path);
                bytes -= size;
            }
        }
    }
}

/// A new file that only its owner can read.
fn create(folder: &Path) -> io::Result<(File, PathBuf)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.unwrap_or_default().as_millis();
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Names sort by time. Several files can be created in a millisecond.
    let mut number = 0;
    loop {
        let path = folder.join(format!("{PREFIX}{now:013}-{number:04}{SUFFIX}"));
        match options.open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// The recordings in a folder, the oldest first, with their sizes and the times of their last lines.
fn recordings(folder: &Path) -> io::Result<Vec<(PathBuf, u64, SystemTime)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let metadata = entry.metadata()?;
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) && metadata.is_file() {
            found.push((entry.path(), metadata.len(), metadata.modified()?));
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(folder: &Path) -> usize {
        recordings(folder).unwrap().len()
    }

    #[test]
    fn the_oldest_files_are_deleted_when_there_are_too_many_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let options = RecordOptions::default().max_bytes(1600);
        let mut files = Files::open(folder.path(), options).unwrap();
        let other = folder.path().join("recording.txt");
        fs::write(&other, vec![b'x'; 5000]).unwrap();
        for _ in 0..100 {
            files.write(&[b'x'; 50]);
        }
        let bytes: u64 = recordings(folder.path())
            .unwrap()
            .iter()
            .map(|it| it.1)
            .sum();
        assert!(bytes <= 1600 && bytes > 1200, "{bytes}");
        // What is not a recording stays.
        assert!(other.exists());
        // A line that is larger than a file is written.
        files.write(&[b'y'; 500]);
        let newest = recordings(folder.path()).unwrap().pop().unwrap();
        assert_eq!(newest.1, 500);
    }

    #[test]
    fn old_files_are_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let (old, path) = create(folder.path()).unwrap();
        let two_days = Duration::from_secs(2 * 24 * 60 * 60);
        old.set_modified(SystemTime::now() - two_days).unwrap();
        let options = RecordOptions::default();
        drop(Files::open(folder.path(), options).unwrap());
        assert_eq!(count(folder.path()), 2);
        let a_day = Duration::from_secs(24 * 60 * 60);
        drop(Files::open(folder.path(), options.max_age(a_day)).unwrap());
        assert!(!path.exists());
        assert_eq!(count(folder.path()), 2);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, _) = create(folder.path()).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
