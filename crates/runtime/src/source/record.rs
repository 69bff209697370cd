//! [`SourceRecord`] and [`Place`]: what a source hands over, and where it comes from.

use std::fmt;
use std::sync::Arc;

/// Where a record comes from. `Display` names it for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A partition of a topic.
    Partition {
        /// Its number.
        partition: i32,
        /// The position in it.
        offset: i64,
    },
    /// A queue.
    Message {
        /// The identifier that the queue has given to the message.
        id: Arc<str>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partition { partition, offset } => {
                write!(f, "partition {partition}, offset {offset}")
            }
            Self::Message { id } => write!(f, "message {id}"),
        }
    }
}

/// A record of a topic, or a message of a queue. `Debug` shows its place and sizes, not its content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceRecord {
    /// Where it comes from.
    pub place: Place,
    /// The time in milliseconds since the epoch, if it has one.
    pub timestamp_ms: Option<i64>,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value; empty if there is none.
    pub payload: Vec<u8>,
}

impl SourceRecord {
    /// A record without a key and a time.
    pub fn new(place: Place, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            place,
            timestamp_ms: None,
            key: None,
            payload: payload.into(),
        }
    }

    /// The memory that it uses, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        /// The entries of the structures around it.
        const OVERHEAD: usize = 256;
        self.payload.len() + self.key.as_ref().map_or(0, Vec::len) + OVERHEAD
    }
}

impl fmt::Debug for SourceRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceRecord")
            .field("place", &self.place)
            .field("key_bytes", &self.key.as_ref().map(Vec::len))
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}
