//! Tells outgoing batches from Firehose messages without parsing either.

use crate::json::reader;

/// The format of a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A Firehose message: an object with `type`.
    Firehose,
    /// An outgoing batch: an object without `type`, but with `schema_version`, `batch_id`, or events
    /// with `event_type`.
    Outgoing,
    /// Neither of them.
    Other,
}

impl Format {
    /// The format of a text. Reads names of the top level, and those of events if nothing else
    /// decides; takes time linear in the length of the text, without allocating.
    ///
    /// ```
    /// use hydrant::outgoing::Format;
    ///
    /// assert_eq!(Format::of(br#"{"events":[],"type":"event_processing_request"}"#), Format::Firehose);
    /// assert_eq!(Format::of(br#"{"events":[{"event_type":"screen_view"}]}"#), Format::Outgoing);
    /// assert_eq!(Format::of(br#"{"Records":[]}"#), Format::Other);
    /// ```
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let mut outgoing = false;
        for member in reader::members(text) {
            let Some((name, value)) = member else { break };
            outgoing |= match &*name {
                b"type" => return Self::Firehose,
                b"schema_version" | b"batch_id" => true,
                b"events" => !outgoing && has_event_type(value),
                _ => false,
            };
        }
        match outgoing {
            true => Self::Outgoing,
            false => Self::Other,
        }
    }
}

fn has_event_type(events: &[u8]) -> bool {
    let named = |event: &[u8]| {
        reader::members(event)
            .flatten()
            .any(|(name, _)| &*name == b"event_type")
    };
    reader::elements(events).flatten().any(named)
}

/// Whether a text is an outgoing batch, which [`parse`](super::parse) reads; the rule is that of
/// [`Format::of`].
#[must_use]
pub fn is_outgoing(body: &[u8]) -> bool {
    Format::of(body) == Format::Outgoing
}
