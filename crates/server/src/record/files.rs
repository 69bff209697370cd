//! The files of a recording: a new one when the current one is large or was removed, and none that
//! is too old.

use std::fs::{self, File, OpenOptions, Permissions};
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
    /// The permissions of the folder, with which it is created again if it is removed.
    permissions: Permissions,
    options: RecordOptions,
    /// The most bytes of a file.
    file_bytes: u64,
    file: File,
    path: PathBuf,
    created: SystemTime,
    written: u64,
    lines: u64,
    /// Whether nothing can be written, which is reported once.
    failing: bool,
}

impl Files {
    pub(super) fn open(folder: &Path, options: RecordOptions) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let (file, path) = create(folder)?;
        let mut files = Self {
            permissions: fs::metadata(folder)?.permissions(),
            folder: folder.to_owned(),
            options,
            file_bytes: (options.max_bytes / u64::from(FILES)).clamp(1, LARGEST),
            file,
            path,
            created: SystemTime::now(),
            written: 0,
            lines: 0,
            failing: false,
        };
        files.expire();
        Ok(files)
    }

    /// The number of lines in the current file if somebody has removed or moved it since the last
    /// call, otherwise 0. What is written to such a file is lost without an error.
    pub(super) fn removed(&mut self) -> u64 {
        if self.is_there() || self.failing {
            return 0;
        }
        tracing::error!(
            lines = self.lines,
            "the file of the recording was removed or moved; the recording goes on in a new one"
        );
        std::mem::take(&mut self.lines)
    }

    /// Appends lines at once, and returns whether they were written. A failure is reported, and its
    /// lines are lost, because recording must not end the host.
    pub(super) fn write(&mut self, lines: &[u8]) -> bool {
        let result = self.try_write(lines);
        match &result {
            Err(error) if !self.failing => {
                tracing::error!(kind = %error.kind(), "requests are not recorded");
            }
            Ok(()) if self.failing => tracing::warn!("requests are recorded again"),
            _ => {}
        }
        self.failing = result.is_err();
        result.is_ok()
    }

    fn try_write(&mut self, lines: &[u8]) -> io::Result<()> {
        if !self.is_there() {
            self.next()?;
        } else if self.written > 0 && self.written + lines.len() as u64 > self.file_bytes {
            self.next()?;
            self.expire();
        }
        if let Err(error) = self.file.write_all(lines) {
            // A part of a line would be glued to the next one.
            if self.file.set_len(self.written).is_err() {
                self.path.clear();
            }
            return Err(error);
        }
        self.written += lines.len() as u64;
        self.lines += 1;
        Ok(())
    }

    /// Whether the current file still has its name.
    fn is_there(&self) -> bool {
        match (fs::metadata(&self.path), self.file.metadata()) {
            #[cfg(unix)]
            (Ok(named), Ok(open)) => {
                use std::os::unix::fs::MetadataExt as _;
                (named.dev(), named.ino()) == (open.dev(), open.ino())
            }
            (named, _) => named.is_ok(),
        }
    }

    /// Goes on in a new file, and creates the folder if it is gone, but no folder above it, which
    /// may be on a disk that is not mounted.
    fn next(&mut self) -> io::Result<()> {
        if !self.folder.exists() {
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(&self.folder)?;
            fs::set_permissions(&self.folder, self.permissions.clone())?;
        }
        (self.file, self.path) = create(&self.folder)?;
        (self.created, self.written, self.lines) = (SystemTime::now(), 0, 0);
        Ok(())
    }

    /// Deletes files that are too old, and the oldest ones if all have too many bytes. The current
    /// one stays.
    pub(super) fn expire(&mut self) {
        let age = self.created.elapsed().unwrap_or_default();
        // `removed` counts a file that is gone before the next line replaces it.
        if self.written > 0 && age > self.options.max_age / FILES && self.is_there() {
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

    /// Only on Unix can a file that is open be removed.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_removed_or_moved_is_created_again() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("recordings");
        let mut files = Files::open(&folder, RecordOptions::default()).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o750)).unwrap();
        files.permissions = fs::metadata(&folder).unwrap().permissions();
        assert!(files.write(b"1\n") && files.write(b"2\n"));
        assert_eq!(files.removed(), 0);
        let newest = |folder: &Path| {
            let (path, ..) = recordings(folder).unwrap().pop().unwrap();
            fs::read_to_string(path).unwrap()
        };
        for away in [true, false] {
            match away {
                true => fs::rename(&folder, parent.path().join("moved")).unwrap(),
                false => fs::remove_dir_all(&folder).unwrap(),
            }
            assert_eq!(files.removed(), if away { 2 } else { 1 });
            assert!(files.write(b"3\n"));
            assert_eq!(files.removed(), 0);
            assert_eq!(newest(&folder), "3\n");
            let mode = fs::metadata(&folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o750);
        }
        assert_eq!(newest(&parent.path().join("moved")), "1\n2\n");
        // Only the file.
        fs::remove_file(files.path.clone()).unwrap();
        assert_eq!((files.removed(), files.write(b"4\n")), (1, true));
        assert_eq!((count(&folder), newest(&folder)), (1, "4\n".to_owned()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_loses_no_line_that_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Files::open(folder.path(), RecordOptions::default()).unwrap();
        assert!(files.write(b"1\n"));
        files.path = "/dev/full".into();
        files.file = OpenOptions::new().append(true).open(&files.path).unwrap();
        assert!(!files.write(b"2\n"));
        assert_eq!(files.removed(), 0);
        assert!(files.write(b"3\n"));
        let texts = recordings(folder.path()).unwrap();
        let texts = texts.iter().map(|it| fs::read_to_string(&it.0).unwrap());
        assert_eq!(texts.collect::<String>(), "1\n3\n");
    }
}
