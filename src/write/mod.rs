//! Writes models as canonical, compact Firehose JSON, and errors and records as JSON.

mod append;
mod deferred;
mod json;
mod number;
mod text;

pub use append::Append;
pub use json::JsonWriter;

use crate::error::Error;
use crate::message::Message;
use crate::schema::Encode;

/// Appends a message as one line of canonical JSON without a line end: first `type`, then the
/// fields in the order of the protocol's tables. Absent and empty fields are left out, and decimals
/// are exact (`docs/semantics.md`).
///
/// ```
/// use hydrant::message::{EventProcessingResponse, Message};
///
/// let mut response = EventProcessingResponse::default();
/// response.common.timestamp_ms = Some(1_714_592_744_067);
/// response.suspend_subscription = true;
/// let mut out = Vec::new();
/// hydrant::write::message(&Message::EventProcessingResponse(&response), &mut out);
/// let expected = concat!(
///     r#"{"type":"event_processing_response","timestamp_ms":1714592744067,"#,
///     r#""suspend_subscription":true}"#
/// );
/// assert_eq!(out, expected.as_bytes());
/// ```
pub fn message(message: &Message<'_>, out: &mut Vec<u8>) {
    JsonWriter::new(out).message(message);
}

impl JsonWriter<'_> {
    /// Writes a message as canonical JSON, as [`message`] does, for example in the payload of a
    /// record.
    pub fn message(&mut self, message: &Message<'_>) {
        message.encode(self);
    }
}

/// Appends an error as a JSON object without a line end:
/// `{"error":{"kind","message","offset","line","column","path"}}`. `offset`, `line` and `column`
/// are `null` if the error has no location.
///
/// ```
/// let error = hydrant::normalize(b"[]", &mut Vec::new()).unwrap_err();
/// let mut out = Vec::new();
/// hydrant::write::error(&error, &mut out);
/// let expected = concat!(
///     r#"{"error":{"kind":"unexpected_type","message":"expected an object, found a list","#,
///     r#""offset":0,"line":1,"column":1,"path":""}}"#
/// );
/// assert_eq!(out, expected.as_bytes());
/// ```
pub fn error(error: &Error, out: &mut Vec<u8>) {
    let mut json = JsonWriter::new(out);
    json.object(|json| {
        json.object_field("error", |json| {
            json.text_field("kind", error.kind().as_str());
            json.text_field("message", error.message());
            match error.location() {
                Some(at) => {
                    json.uint_field("offset", at.offset as u64);
                    json.uint_field("line", at.line as u64);
                    json.uint_field("column", at.column as u64);
                }
                None => {
                    json.null_field("offset");
                    json.null_field("line");
                    json.null_field("column");
                }
            }
            json.text_field("path", error.path());
        });
    });
}
