//! [`AudienceOutput`]: the result of a mapping, in buffers that are reused.

use std::fmt;
use std::ops::Range;

use super::selection::Further;
use super::{AudienceError, AudienceRecord, AudienceWarnings, SentUpdates};

/// By default the records of a message and the updates take at most this many bytes each.
const MAX_BYTES: usize = 64 << 20;

/// The records of a message, what follows from their delivery, and what was left out. Reuse it: a
/// mapping replaces the content and keeps the memory. `Debug` shows numbers only.
pub struct AudienceOutput {
    pub(super) timestamp_ms: Option<i64>,
    pub(super) updates: SentUpdates,
    pub(super) warnings: AudienceWarnings,
    pub(super) further: Further,
    /// Identities that were read from the store.
    pub(super) former: Vec<u8>,
    pub(super) encoded: Encoded,
    max_bytes: usize,
}

/// The records, apart from the other fields, from which they are made.
#[derive(Default)]
pub(super) struct Encoded {
    /// Keys and payloads.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    key: Option<Range<usize>>,
    payload: Range<usize>,
}

/// A record as bytes. `Debug` shows sizes only.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodedAudienceRecord<'o> {
    /// The `mpid` of the user as text, which determines the partition; `None` if the user has none,
    /// or the record is that of an audience that ended.
    pub key: Option<&'o [u8]>,
    /// The time of the message, in milliseconds since the epoch.
    pub timestamp_ms: Option<i64>,
    /// An [`AudienceRecord`] as JSON, without a line end.
    pub payload: &'o [u8],
}

/// A key that is stored.
#[derive(Default)]
pub(super) struct StoredKey(Option<Range<usize>>);

impl AudienceOutput {
    /// Creates an output without records, which takes at most 64 MiB for records and as much for
    /// updates.
    #[must_use]
    pub fn new() -> Self {
        Self {
            timestamp_ms: None,
            updates: SentUpdates::default(),
            warnings: AudienceWarnings::default(),
            further: Further::default(),
            former: Vec::new(),
            encoded: Encoded::default(),
            max_bytes: MAX_BYTES,
        }
    }

    /// Sets how many bytes the records of a message may take, and the updates as well. A message
    /// repeats the identities of a user in one record for each audience and, with
    /// `one_message_per_device`, for each device, so its records can be many times as large.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The records, in order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = EncodedAudienceRecord<'_>> {
        let Encoded { bytes, entries } = &self.encoded;
        let bytes = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
        entries.iter().map(move |entry| EncodedAudienceRecord {
            key: entry.key.as_ref().map(bytes),
            timestamp_ms: self.timestamp_ms,
            payload: bytes(&entry.payload),
        })
    }

    /// The changes of the store: to [apply](super::SentIdentities::apply) after all records were
    /// delivered, before the message is acknowledged.
    #[must_use]
    pub fn updates(&self) -> &SentUpdates {
        &self.updates
    }

    /// What was left out.
    #[must_use]
    pub fn warnings(&self) -> &AudienceWarnings {
        &self.warnings
    }

    pub(super) fn restart(&mut self, timestamp_ms: Option<i64>, account_id: i32) {
        self.timestamp_ms = timestamp_ms;
        self.updates.restart(account_id);
        self.warnings = AudienceWarnings::default();
        self.encoded.bytes.clear();
        self.encoded.entries.clear();
    }

    /// Fails if the records take too much memory.
    pub(super) fn check_size(&self) -> Result<(), AudienceError> {
        if self.encoded.bytes.len().max(self.updates.size()) <= self.max_bytes {
            return Ok(());
        }
        Err(AudienceError::too_large(self.max_bytes))
    }
}

impl Encoded {
    pub(super) fn store_key(&mut self, key: Option<&str>) -> StoredKey {
        StoredKey(key.map(|key| {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(key.as_bytes());
            start..self.bytes.len()
        }))
    }

    pub(super) fn push(&mut self, key: &StoredKey, record: &AudienceRecord<'_>) {
        let start = self.bytes.len();
        record.write(&mut self.bytes);
        self.entries.push(Entry {
            key: key.0.clone(),
            payload: start..self.bytes.len(),
        });
    }
}

impl Default for AudienceOutput {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for AudienceOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudienceOutput")
            .field("records", &self.encoded.entries.len())
            .field("updates", &self.updates.len())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EncodedAudienceRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncodedAudienceRecord")
            .field("key_bytes", &self.key.map(<[u8]>::len))
            .field("timestamp_ms", &self.timestamp_ms)
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}
