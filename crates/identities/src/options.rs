//! [`StoreOptions`]: how much a store keeps, and for how long.

use std::time::Duration;

/// How much a store keeps, and for how long. If it has too many entries, those that were updated
/// least recently are removed: if the identities of such a member change, the former ones are not
/// removed from the audience.
///
/// ```
/// use std::time::Duration;
/// use hydrant_identities::StoreOptions;
///
/// let day = Duration::from_secs(24 * 60 * 60);
/// let options = StoreOptions::new().max_entries(100_000).retention(400 * day);
/// assert_eq!((options.max_entries, options.max_bytes), (100_000, 256 << 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOptions {
    /// The greatest number of entries: one for each user and audience. 1,000,000 by default.
    pub max_entries: u64,
    /// The greatest size of the content in bytes. The file is up to about three times as large: its
    /// pages are not full, and a change is written beside the former content. 256 MiB by default. An
    /// entry of more than a sixteenth of it is not stored.
    pub max_bytes: u64,
    /// How long an entry is kept after its last update. Two years by default.
    pub retention: Duration,
}

impl StoreOptions {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_entries: 1_000_000,
            max_bytes: 256 << 20,
            retention: Duration::from_secs(2 * 365 * 24 * 60 * 60),
        }
    }

    /// Sets the greatest number of entries.
    #[must_use]
    pub const fn max_entries(mut self, entries: u64) -> Self {
        self.max_entries = entries;
        self
    }

    /// Sets the greatest size of the content in bytes.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets how long an entry is kept after its last update.
    #[must_use]
    pub const fn retention(mut self, retention: Duration) -> Self {
        self.retention = retention;
        self
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self::new()
    }
}
