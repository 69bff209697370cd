//! Models to bytes: canonical Firehose JSON in compact form, and the JSON of errors and records. The only place where
//! borrowed data becomes owned.

mod deferred;
mod json;
mod number;
mod text;

pub use json::JsonWriter;

use crate::error::Error;
use crate::message::Message;
use crate::schema::Encode;

/// Appends a message as one line of canonical JSON, without the line end: the discriminator first, then the fields in
/// table order, absent and empty ones left out, decimals exact (`docs/semantics.md`).
///
/// ```
/// use hydrant::message::{EventProcessingResponse, Message, MessageCommon};
/// let response = EventProcessingResponse {
///     common: MessageCommon { timestamp_ms: Some(1_714_592_744_067), ..MessageCommon::EMPTY },
///     suspend_subscription: true,
/// };
/// let mut out = Vec::new();
/// hydrant::write::message(&Message::EventProcessingResponse(&response), &mut out);
/// assert_eq!(
///     out,
///     br#"{"type":"event_processing_response","timestamp_ms":1714592744067,"suspend_subscription":true}"#
/// );
/// ```
pub fn message(message: &Message<'_>, out: &mut Vec<u8>) {
    message.encode(&mut JsonWriter::new(out));
}

/// Appends an error as one JSON object: `{"error":{"kind","message","offset","line","column","path"}}`, without the line
/// end.
///
/// ```
/// let error = hydrant::normalize(b"[]", &mut Vec::new()).unwrap_err();
/// let mut out = Vec::new();
/// hydrant::write::error(&error, &mut out);
/// assert_eq!(
///     out,
///     br#"{"error":{"kind":"unexpected_type","message":"expected an object, found a list","offset":0,"line":1,"column":1,"path":""}}"#
/// );
/// ```
pub fn error(error: &Error, out: &mut Vec<u8>) {
    let location = error.location();
    let mut json = JsonWriter::new(out);
    json.object(|json| {
        json.object_field("error", |json| {
            json.text_field("kind", error.kind().name());
            json.text_field("message", error.message());
            json.int_field("offset", location.offset as i64);
            json.int_field("line", location.line as i64);
            json.int_field("column", location.column as i64);
            json.text_field("path", error.path());
        });
    });
}
