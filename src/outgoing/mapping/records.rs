//! The records of a mapped request: batches as JSON, split by event (N1) and by size (N10).

use super::ids::uuid5_of_number;
use super::mapper::{Mapped, own_id};
use crate::message::Uuid;
use crate::outgoing::models::{OutgoingBatch, OutgoingEvent};
use crate::schema::Encode as _;
use crate::write::JsonWriter;

/// A batch to deliver. `Debug` shows neither the payload nor the key.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchRecord<'r> {
    /// The `mpid` in decimal, if there is one: the key of a Kafka record.
    pub key: Option<&'r str>,
    /// The time of the batch, in milliseconds since the epoch.
    pub timestamp_ms: Option<i64>,
    /// The `message_id` of the batch.
    pub message_id: Uuid,
    /// The batch as JSON.
    pub payload: &'r [u8],
    /// For each event of the batch, the position of its source in the request. The parts of an
    /// attribute or identity change have the same one.
    pub events: &'r [u32],
    /// Whether it exceeds the limit and cannot be split: it belongs to the dead letters (N10, N17).
    pub is_oversize: bool,
}

impl std::fmt::Debug for BatchRecord<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchRecord")
            .field("message_id", &self.message_id)
            .field("timestamp_ms", &self.timestamp_ms)
            .field("payload_bytes", &self.payload.len())
            .field("events", &self.events)
            .field("is_oversize", &self.is_oversize)
            .finish_non_exhaustive()
    }
}

/// The text between the beginning of a batch and its `message_id`.
const BEFORE_ID: &str = r#"{"schema_version":2,"message_type":"events","message_id":""#;

/// The end of a batch, whose last field is `events`.
const END: &[u8] = b"]}";

impl Mapped<'_> {
    /// Writes each record into `buffer`, whose content it replaces, and passes it to `each`. A
    /// batch of more than `limit` bytes is split by events into parts that are as large as fits;
    /// the parts have the same `batch_id` and their own `message_id` (N10). An event that alone
    /// exceeds it is a record that [is too large](BatchRecord::is_oversize), and not a part.
    ///
    /// With a buffer that is reused, nothing is allocated for a record after a few requests.
    /// Each record repeats everything but the events, so the sum of the records can be the number
    /// of events times the size of the rest.
    pub fn each_record(
        &self,
        limit: usize,
        buffer: &mut Vec<u8>,
        mut each: impl FnMut(BatchRecord<'_>),
    ) {
        let Some(batch) = &self.batch else { return };
        let Some(id) = batch.message_id else { return };
        if !self.is_split() {
            buffer.clear();
            batch.encode(&mut JsonWriter::new(buffer));
            let fits = buffer.len() <= limit;
            if fits || batch.events.len() < 2 {
                each(self.record(buffer, id, self.sources, !fits));
                return;
            }
        }
        let mut parts = Parts::new(buffer, batch, limit);
        let mut number = 1;
        let mut first = 0;
        for (at, event) in batch.events.iter().enumerate() {
            if parts.add(event, self.is_split()) {
                continue;
            }
            // The event does not fit: it begins the next part.
            number += self.part(&mut parts, batch, id, first..at, number, &mut each);
            first = at;
            parts.add(event, false);
        }
        let rest = first..batch.events.len();
        self.part(&mut parts, batch, id, rest, number, &mut each);
    }

    /// Finishes a part and passes it on. Returns how many numbers it took: a part of one event that
    /// is too large is not sent, and has none.
    fn part(
        &self,
        parts: &mut Parts<'_>,
        batch: &OutgoingBatch<'_>,
        id: Uuid,
        range: std::ops::Range<usize>,
        number: i64,
        each: &mut impl FnMut(BatchRecord<'_>),
    ) -> i64 {
        let events = batch.events.get(range.clone()).unwrap_or_default();
        let is_oversize = parts.is_oversize();
        let id = match events {
            [event] if self.is_split() => own_id(id, event, number),
            _ if is_oversize => id,
            _ => uuid5_of_number(id, number),
        };
        let sources = self.sources.get(range).unwrap_or_default();
        let payload = parts.finish(id);
        each(self.record(payload, id, sources, is_oversize));
        parts.restart();
        i64::from(self.is_split() || !is_oversize)
    }

    fn record<'r>(
        &'r self,
        payload: &'r [u8],
        message_id: Uuid,
        events: &'r [u32],
        is_oversize: bool,
    ) -> BatchRecord<'r> {
        BatchRecord {
            key: self.key,
            timestamp_ms: self.batch.and_then(|batch| batch.timestamp_unixtime_ms),
            message_id,
            payload,
            events,
            is_oversize,
        }
    }
}

/// Parts of a batch, which are written one after the other: everything but the events is written
/// once.
struct Parts<'b> {
    buffer: &'b mut Vec<u8>,
    /// The length of everything before the events.
    header: usize,
    limit: usize,
    /// The number of events.
    events: usize,
}

impl<'b> Parts<'b> {
    fn new(buffer: &'b mut Vec<u8>, batch: &OutgoingBatch<'_>, limit: usize) -> Self {
        buffer.clear();
        let mut header = *batch;
        header.events = &[];
        header.encode(&mut JsonWriter::new(buffer));
        buffer.truncate(buffer.len() - END.len());
        Self {
            header: buffer.len(),
            buffer,
            limit,
            events: 0,
        }
    }

    /// Appends an event, unless the part has one and this one does not fit, or there may be only
    /// one.
    fn add(&mut self, event: &OutgoingEvent<'_>, only_one: bool) -> bool {
        if only_one && self.events > 0 {
            return false;
        }
        let before = self.buffer.len();
        if self.events > 0 {
            self.buffer.push(b',');
        }
        event.encode(&mut JsonWriter::new(self.buffer));
        if self.events > 0 && self.is_oversize() {
            self.buffer.truncate(before);
            return false;
        }
        self.events += 1;
        true
    }

    fn is_oversize(&self) -> bool {
        self.buffer.len() + END.len() > self.limit
    }

    fn finish(&mut self, id: Uuid) -> &[u8] {
        self.buffer.extend_from_slice(END);
        let place = BEFORE_ID.len();
        let id = id.encode();
        if let Some(text) = self.buffer.get_mut(place..place + id.len()) {
            text.copy_from_slice(&id);
        }
        self.buffer
    }

    fn restart(&mut self) {
        self.buffer.truncate(self.header);
        self.events = 0;
    }
}
