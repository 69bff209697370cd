//! [`FileOptions`].

use std::time::Duration;

/// Sizes and times of a [`FileDeadLetters`](super::FileDeadLetters).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileOptions {
    /// The size in bytes after which a new file begins. 16 MiB by default.
    pub file_bytes: u64,
    /// The age of its first letter after which a new file begins. One day by default.
    pub file_age: Duration,
    /// How long letters are kept: at most this time and that of one file. 30 days by default.
    pub retention: Duration,
    /// The size of all files in bytes above which the oldest are deleted. 1 GiB by default.
    pub max_bytes: u64,
}

impl Default for FileOptions {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            file_bytes: 16 << 20,
            file_age: DAY,
            retention: 30 * DAY,
            max_bytes: 1 << 30,
        }
    }
}

impl FileOptions {
    /// Sets when a new file begins: the size in bytes, and the age of the first letter.
    #[must_use]
    pub fn file(mut self, bytes: u64, age: Duration) -> Self {
        self.file_bytes = bytes;
        self.file_age = age;
        self
    }

    /// Sets how long letters are kept.
    #[must_use]
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }

    /// Sets the size of all files in bytes above which the oldest are deleted.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }
}
