//! The standard outgoing event batch, in which raw-data outputs (Amazon Kinesis Data Firehose,
//! Apache Kafka and others) receive events: its models, and the mapping from a Firehose message.
//!
//! ```text
//!  EventProcessingRequest ──► Mapper ──► OutgoingBatch ──► records: key, time, JSON
//!                              ▲
//!                      ConnectionSettings
//! ```
//!
//! [`Mapper`] makes batches of a request, as the settings of a connection say; [`Mapped`] has the
//! batches, what was lost, and the records. [`parse`] reads such a batch, [`write()`] writes one, and
//! [`validate`] reports what is probably wrong with one. [`Format::of`] tells batches from messages.
//! `docs/protocol` specifies the format (`outgoing-json.md`), the mapping (`outgoing-mapping.md`,
//! `outgoing-decisions.md`) and the settings (`connections.md`).
//!
//! ```
//! use hydrant::message::Message;
//! use hydrant::outgoing::{ConnectionSettings, Mapper};
//! use hydrant::{ParseOptions, Scratch, parse};
//!
//! let body = br#"{"type":"event_processing_request","id":"00000000-0000-4000-8000-00000000002a",
//!     "timestamp_ms":1714592744066,"mpid":"-42","events":[{"type":"screen_view","screen_name":"home"}]}"#;
//! let mut scratch = Scratch::new();
//! let Message::EventProcessingRequest(request) =
//!     parse(body, &mut scratch, &ParseOptions::new())?.message
//! else {
//!     panic!("another message")
//! };
//! let mut mapper = Mapper::new(ConnectionSettings::default())?;
//! let mapped = mapper.map(request, body);
//! let mut buffer = Vec::new();
//! mapped.each_record(1_000_000, &mut buffer, |record| {
//!     assert_eq!((record.key, record.timestamp_ms), (Some("-42"), Some(1714592744066)));
//!     assert!(record.payload.starts_with(br#"{"schema_version":2,"message_type":"events","#));
//! });
//! assert_eq!(mapped.warnings().len(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod audience;
mod format;
mod mapping;
mod models;
mod settings;
pub mod validate;

pub use format::{Format, is_outgoing};
pub(crate) use mapping::uuid5;
pub use mapping::{BatchRecord, Mapped, Mapper, Warning, WarningKind, Warnings};
pub use models::*;
pub use settings::{
    Connection, ConnectionSettingError, ConnectionSettingInfo, ConnectionSettingKind,
    ConnectionSettings, parse_bool,
};

use crate::error::Error;
use crate::parse::{ParseOptions, Parsed, Scratch, parse_as};
use crate::schema::Encode;
use crate::write::JsonWriter;

/// Parses an outgoing batch. It borrows from `body` and `scratch`. Unknown event types and values
/// are kept, and both forms of the values that senders write in two forms are read (O7).
///
/// # Errors
///
/// A text that is not UTF-8 or not JSON, that is over a limit, or in which a value has another type
/// than declared. The error says where.
///
/// ```
/// use hydrant::outgoing::{self, OutgoingEvent};
/// use hydrant::{ParseOptions, Scratch};
///
/// let body = br#"{"batch_id":-1,"events":[{"data":{"event_name":"signed up"},"event_type":"custom_event"}]}"#;
/// let mut scratch = Scratch::new();
/// let parsed = outgoing::parse(body, &mut scratch, &ParseOptions::new())?;
/// let OutgoingEvent::CustomEvent(event) = parsed.message.events[0] else { panic!("another event") };
/// assert_eq!((parsed.message.batch_id, event.event_name), (Some(-1), "signed up"));
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn parse<'a>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Result<Parsed<OutgoingBatch<'a>>, Error> {
    parse_as(body, scratch, options)
}

/// Appends a batch as one line of JSON without a line end: fields in the order of their declaration,
/// without those that have no value.
///
/// ```
/// use hydrant::outgoing::{self, OutgoingBatch};
///
/// let mut batch = OutgoingBatch::default();
/// batch.mpid = Some(-42);
/// let mut out = Vec::new();
/// outgoing::write(&batch, &mut out);
/// let expected = concat!(
///     r#"{"schema_version":2,"message_type":"events","environment":"production","mpid":-42,"#,
///     r#""system_notifications":[],"events":[]}"#
/// );
/// assert_eq!(out, expected.as_bytes());
/// ```
pub fn write(batch: &OutgoingBatch<'_>, out: &mut Vec<u8>) {
    batch.encode(&mut JsonWriter::new(out));
}
