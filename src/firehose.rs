//! The entry points for Firehose messages: the generic parser and writer, applied to [`Message`].

use crate::error::{Error, ErrorKind};
use crate::message::Message;
use crate::parse::{ParseOptions, Parsed, Scratch, parse_as};
use crate::wrapper;
use crate::write;

/// Parses one Firehose message. It borrows from `body` and `scratch`.
///
/// # Errors
///
/// A text that is not UTF-8 or not JSON, that is over a limit, or that breaks the protocol;
/// `docs/semantics.md` lists what is refused. The error says where.
///
/// ```
/// use hydrant::message::{Event, Message};
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// let body = br#"{"type":"event_processing_request","events":[{"type":"custom_event","name":"signed \"up\""}]}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
/// let Message::EventProcessingRequest(batch) = parsed.message else { panic!("another message") };
/// let Event::CustomEvent(event) = batch.events[0] else { panic!("another event") };
/// assert_eq!(event.name, Some("signed \"up\""));
/// assert_eq!(parsed.tally.events_without_id, 1);
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn parse<'a>(
    body: &'a [u8],
    scratch: &'a mut Scratch,
    options: &ParseOptions,
) -> Result<Parsed<Message<'a>>, Error> {
    let mut parsed = parse_as::<Message<'_>>(body, scratch, options)
        .map_err(|error| name_wrapper(error, body))?;
    parsed.tally.events_without_id = parsed.message.events_without_id();
    Ok(parsed)
}

/// Adds to the error that the text is an event of another service, if it is one. The text is
/// well-formed JSON; otherwise the error would say so.
pub(crate) fn name_wrapper(error: Error, body: &[u8]) -> Error {
    let may_be_wrapper = match error.kind() {
        ErrorKind::MissingField | ErrorKind::UnexpectedType => error.path().is_empty(),
        // A CloudEvent has a `type`, too.
        ErrorKind::UnknownValue => error.path() == "type",
        _ => false,
    };
    match may_be_wrapper.then(|| wrapper::recognize(body)).flatten() {
        Some(wrapper) => error.wrapped(wrapper.refusal(), body),
        None => error,
    }
}

/// Appends the message in `body` to `out` as one line of canonical Firehose JSON, without the line
/// end.
///
/// It makes a [`Scratch`] for every call. To normalize many messages, keep one and call [`parse`]
/// and [`write::message`].
///
/// # Errors
///
/// Those of [`parse`]; `out` is left as it was then.
///
/// ```
/// let body = br#" { "timestamp_ms": 1, "type": "module_registration_request", "id": null, "new": [] } "#;
/// let mut out = Vec::new();
/// hydrant::normalize(body, &mut out)?;
/// assert_eq!(out, br#"{"type":"module_registration_request","timestamp_ms":1}"#);
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn normalize(body: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let mut scratch = Scratch::new();
    let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
    write::message(&parsed.message, out);
    Ok(())
}
