//! [`Records`]: the records that handlers emit, in one buffer, so that a record needs no
//! allocation.

use crate::write::{Append, JsonWriter};

/// Records in the order of their events. Each has a payload and an optional key.
///
/// ```
/// use hydrant::engine::Records;
/// let mut records = Records::default();
/// records.push(Some(b"user-1"), b"payload");
/// records.push_json(None, |json| json.text_field("a", "b"));
/// let mut payloads = Vec::new();
/// for record in &records {
///     payloads.push(record.payload);
/// }
/// assert_eq!(payloads, [&b"payload"[..], b"{\"a\":\"b\"}"]);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Records {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// The position of the event whose handler is running.
    current: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    key_end: Option<usize>,
    end: usize,
    event: Option<usize>,
}

/// One record. It may hold personal data, so `Debug` shows only sizes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<'r> {
    /// A key that determines the destination, for example a partition key.
    pub key: Option<&'r [u8]>,
    /// The bytes to deliver.
    pub payload: &'r [u8],
    /// The position of the event whose handler emitted the record; `None` if it was a handler of
    /// the whole batch, of a notification or of another message.
    pub event: Option<usize>,
}

impl std::fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("event", &self.event)
            .field("key_bytes", &self.key.map(<[u8]>::len))
            .field("payload_bytes", &self.payload.len())
            .finish()
    }
}

impl Records {
    /// Appends a record.
    pub fn push(&mut self, key: Option<&[u8]>, payload: &[u8]) {
        self.push_with(key, |out| out.push(payload));
    }

    /// Appends a record whose payload `write` appends.
    pub fn push_with(&mut self, key: Option<&[u8]>, write: impl FnOnce(&mut Append<'_>)) {
        // Removes the bytes of a record whose `write` panicked.
        self.bytes.truncate(self.end());
        self.bytes.extend_from_slice(key.unwrap_or_default());
        let key_end = key.map(|_| self.bytes.len());
        write(&mut Append::new(&mut self.bytes));
        self.entries.push(Entry {
            key_end,
            end: self.bytes.len(),
            event: self.current,
        });
    }

    /// Appends a record whose payload is a JSON object with the fields that `fields` writes.
    pub fn push_json(&mut self, key: Option<&[u8]>, fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.push_with(key, |out| out.json().object(fields));
    }

    /// The records, in order.
    pub fn iter(&self) -> RecordsIter<'_> {
        RecordsIter {
            bytes: &self.bytes,
            entries: self.entries.iter(),
            start: 0,
        }
    }

    /// The number of records.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all records and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        self.current = None;
    }

    /// Sets the event that the next records belong to.
    pub(crate) fn set_event(&mut self, event: Option<usize>) {
        self.current = event;
    }

    /// The number of records, for [`rewind`](Self::rewind).
    pub(crate) fn mark(&self) -> usize {
        self.entries.len()
    }

    /// Removes the records after the mark, and the bytes of an incomplete one.
    pub(crate) fn rewind(&mut self, mark: usize) {
        self.entries.truncate(mark);
        self.bytes.truncate(self.end());
    }

    /// The end of the last record in `bytes`.
    fn end(&self) -> usize {
        self.entries.last().map_or(0, |entry| entry.end)
    }

    /// Appends all records of another buffer.
    pub(crate) fn append(&mut self, other: &Self) {
        self.bytes.truncate(self.end());
        let shift = self.bytes.len();
        let bytes = other.bytes.get(..other.end());
        self.bytes.extend_from_slice(bytes.unwrap_or_default());
        self.entries.extend(other.entries.iter().map(|entry| Entry {
            key_end: entry.key_end.map(|end| end + shift),
            end: entry.end + shift,
            event: entry.event,
        }));
    }
}

/// Iterator over [`Records`], in order.
#[derive(Clone)]
pub struct RecordsIter<'r> {
    bytes: &'r [u8],
    entries: std::slice::Iter<'r, Entry>,
    /// The start of the next record in `bytes`.
    start: usize,
}

impl<'r> Iterator for RecordsIter<'r> {
    type Item = Record<'r>;

    fn next(&mut self) -> Option<Record<'r>> {
        let entry = self.entries.next()?;
        let start = std::mem::replace(&mut self.start, entry.end);
        let payload_start = entry.key_end.unwrap_or(start);
        let payload = self.bytes.get(payload_start..entry.end);
        Some(Record {
            key: entry.key_end.and_then(|end| self.bytes.get(start..end)),
            payload: payload.unwrap_or_default(),
            event: entry.event,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for RecordsIter<'_> {}

impl<'r> IntoIterator for &'r Records {
    type Item = Record<'r>;
    type IntoIter = RecordsIter<'r>;

    fn into_iter(self) -> RecordsIter<'r> {
        self.iter()
    }
}

impl std::fmt::Debug for RecordsIter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewinding_removes_complete_and_incomplete_records() {
        let mut records = Records::default();
        records.push(None, b"one");
        let mark = records.mark();
        records.push(Some(b"k"), b"two");
        records.bytes.extend_from_slice(b"half");
        records.rewind(mark);
        records.push(None, b"three");
        let payloads: Vec<&[u8]> = records.iter().map(|record| record.payload).collect();
        assert_eq!(payloads, [&b"one"[..], b"three"]);
    }

    #[test]
    fn appending_keeps_keys_payloads_and_events() {
        let (mut left, mut right) = (Records::default(), Records::default());
        left.push(Some(b"a"), b"1");
        right.set_event(Some(7));
        right.push(Some(b""), b"2");
        right.push(None, b"");
        left.append(&right);
        let all: Vec<_> = left.iter().map(|r| (r.key, r.payload, r.event)).collect();
        assert_eq!(
            all,
            [
                (Some(&b"a"[..]), &b"1"[..], None),
                (Some(&b""[..]), &b"2"[..], Some(7)),
                (None, &b""[..], Some(7)),
            ]
        );
    }
}
