//! [`DeadLetter`]: an event, or a whole message, that is stored instead of repeated.

mod edit;
mod persons;
mod secrets;

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::json::Json;
use crate::message::{Message, Uuid};
use crate::outgoing::uuid5;
use crate::parse::{ParseOptions, Scratch};
use crate::write::JsonWriter;
use edit::Edit;

/// An event, or a whole message, that is stored instead of repeated, with the reason. It is written
/// as one line of JSON:
///
/// ```json
/// {"reason":"too large","attempts":1,"timestamp_ms":1714592744066,
///  "message_id":"b4d1...","event":3,"message":{"type":"event_processing_request",...}}
/// ```
///
/// `message` is the text of the message with only that event, without white space between tokens,
/// and without `account_settings`, which hold secrets: [`restore`](Self::restore) adds them from a
/// configuration. `event` is the position that the event had, `null` for a whole message. All values
/// are kept as they were sent, so that the restored message gives the same records. Members of the
/// message and of the account that the protocol does not have are left out.
///
/// A message that cannot be parsed has `unparsed`, its text, in place of `message`, again without
/// settings. Where they cannot be cut out with certainty, the rest of the text is left out, and
/// `withheld_bytes` is the number of its bytes; such a letter does not preserve the message, so that
/// the message should not be acknowledged.
///
/// ```
/// use hydrant::delivery::DeadLetter;
///
/// let body = br#"{"type":"event_processing_request",
///     "account":{"account_id":7,"account_settings":{"api_key":"s3cret"}},
///     "events":[{"type":"screen_view","screen_name":"home"},{"type":"hologram","x":1.50}]}"#;
/// let letter = DeadLetter::new(body, Some(1), "refused by the target", 3, 1_714_592_744_066);
/// let mut line = Vec::new();
/// letter.write(&mut line);
/// let expected = concat!(
///     r#"{"reason":"refused by the target","attempts":3,"timestamp_ms":1714592744066,"#,
///     r#""message_id":null,"event":1,"message":{"type":"event_processing_request","#,
///     r#""account":{"account_id":7},"events":[{"type":"hologram","x":1.50}]}}"#
/// );
/// assert_eq!(line, expected.as_bytes());
///
/// let letter = DeadLetter::read(&line)?;
/// let message = letter.restore(&[("api_key", "n3w")])?;
/// assert!(message.starts_with(br#"{"type":"event_processing_request","account":{"account_id":7,"account_settings":{"api_key":"n3w"}}"#));
/// # Ok::<(), hydrant::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct DeadLetter<'a> {
    /// Why it is stored. It never contains personal data or secrets.
    pub reason: Cow<'a, str>,
    /// The number of attempts to deliver it.
    pub attempts: u32,
    /// When it was stored, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// The identifier of the message.
    pub message_id: Option<Uuid>,
    /// The position of the event in the message; `None` for the whole message.
    pub event: Option<usize>,
    content: Content<'a>,
}

#[derive(Clone, PartialEq)]
enum Content<'a> {
    /// JSON on one line.
    Message(Cow<'a, str>),
    Unparsed {
        text: Cow<'a, str>,
        withheld: usize,
    },
}

impl<'a> DeadLetter<'a> {
    /// A letter with the event at this position of the message, or with the whole message.
    #[must_use]
    pub fn new(
        body: &[u8],
        event: Option<usize>,
        reason: impl Into<Cow<'a, str>>,
        attempts: u32,
        timestamp_ms: i64,
    ) -> Self {
        let kept = kept(body, event);
        let (message_id, event, content) = kept.unwrap_or_else(|| {
            let (text, withheld) = secrets::without_settings(body);
            let text = text.into();
            (None, event, Content::Unparsed { text, withheld })
        });
        Self {
            reason: reason.into(),
            attempts,
            timestamp_ms,
            message_id,
            event,
            content,
        }
    }

    /// Appends the letter as one line of JSON without the line end.
    pub fn write(&self, out: &mut Vec<u8>) {
        JsonWriter::new(out).object(|json| {
            json.text_field("reason", &self.reason);
            json.uint_field("attempts", self.attempts.into());
            json.int_field("timestamp_ms", self.timestamp_ms);
            match self.message_id {
                Some(id) => json.uuid_field("message_id", id),
                None => json.null_field("message_id"),
            }
            match self.event {
                Some(event) => json.uint_field("event", event as u64),
                None => json.null_field("event"),
            }
            match &self.content {
                Content::Message(message) => json.raw_field("message", message),
                Content::Unparsed { text, withheld } => {
                    json.text_field("unparsed", text);
                    json.uint_field("withheld_bytes", *withheld as u64);
                }
            }
        });
    }

    /// Reads a line.
    ///
    /// # Errors
    ///
    /// If it is not a dead letter. The error does not quote it.
    pub fn read(line: &'a [u8]) -> Result<Self, Error> {
        let not_one = |what: &'static str| Error::plain(ErrorKind::InvalidValue, what);
        let text = std::str::from_utf8(line).map_err(|_| not_one("a dead letter is UTF-8"))?;
        let json = Json::new(text).ok_or_else(|| not_one("a dead letter is one JSON object"))?;
        let missing = || {
            let expected = "a dead letter has `reason`, `attempts`, `timestamp_ms`, and `message` \
                            or `unparsed`";
            Error::plain(ErrorKind::MissingField, expected)
        };
        let number = |name| json.get(name).and_then(Json::integer);
        let message = json.get("message");
        let content = match message.filter(|it| it.raw().starts_with('{')) {
            Some(message) => Content::Message(message.raw().into()),
            None => {
                let text = json.get("unparsed").and_then(Json::text);
                let withheld = number("withheld_bytes").unwrap_or_default();
                Content::Unparsed {
                    text: text.ok_or_else(missing)?,
                    withheld: usize::try_from(withheld).unwrap_or(usize::MAX),
                }
            }
        };
        let attempts = number("attempts").and_then(|it| u32::try_from(it).ok());
        Ok(Self {
            reason: json
                .get("reason")
                .and_then(Json::text)
                .ok_or_else(missing)?,
            attempts: attempts.ok_or_else(missing)?,
            timestamp_ms: number("timestamp_ms").ok_or_else(missing)?,
            message_id: json
                .get("message_id")
                .and_then(|it| it.text()?.parse().ok()),
            event: number("event").and_then(|it| usize::try_from(it).ok()),
            content,
        })
    }

    /// The message with only that event and without settings; `None` if it could not be parsed.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match &self.content {
            Content::Message(message) => Some(message),
            Content::Unparsed { .. } => None,
        }
    }

    /// What is stored of a message that could not be parsed.
    #[must_use]
    pub fn unparsed(&self) -> Option<&str> {
        match &self.content {
            Content::Message(_) => None,
            Content::Unparsed { text, .. } => Some(text),
        }
    }

    /// The number of bytes of the message that are not stored, because they may hold settings. If
    /// it is not zero, the letter does not preserve the message.
    #[must_use]
    pub fn withheld_bytes(&self) -> usize {
        match self.content {
            Content::Message(_) => 0,
            Content::Unparsed { withheld, .. } => withheld,
        }
    }

    /// The number of the account, if there is a message with one.
    #[must_use]
    pub fn account_id(&self) -> Option<i32> {
        let account = Json::new(self.message()?)?.get("account")?;
        account.get("account_id")?.integer()?.try_into().ok()
    }

    /// The message with settings of the account, to be processed again.
    ///
    /// A message with one event of several gets an identifier of its own, the version 5 uuid of the
    /// message's (namespace) and `event N` (name), because receivers take records with the same one
    /// for the same record.
    ///
    /// # Errors
    ///
    /// If the message could not be parsed, or cannot be parsed by this version. A message without an
    /// account has no place for settings, and gets none.
    pub fn restore(&self, settings: &[(&str, &str)]) -> Result<Vec<u8>, Error> {
        let json = self.message().ok_or_else(|| {
            let what = "the dead letter has a message that could not be parsed";
            Error::plain(ErrorKind::UnsupportedMessage, what)
        })?;
        let mut scratch = Scratch::new();
        let parsed = crate::firehose::parse(json.as_bytes(), &mut scratch, &unlimited())?;
        let id = match parsed.message {
            Message::EventProcessingRequest(batch) => batch.common.id,
            _ => None,
        };
        let own = |(id, event)| uuid5(id, format!("event {event}").as_bytes());
        let edit = Edit {
            settings,
            id: id.zip(self.event).map(own),
            ..Edit::default()
        };
        let restored = edit.apply(json, &parsed.message);
        restored.map(String::into_bytes).ok_or_else(|| {
            let what = "the dead letter has a message that cannot be read again";
            Error::plain(ErrorKind::UnsupportedMessage, what)
        })
    }
}

/// The identifier of a message, the position of the event and what is stored; `None` if the message
/// cannot be parsed.
fn kept<'a>(
    body: &[u8],
    event: Option<usize>,
) -> Option<(Option<Uuid>, Option<usize>, Content<'a>)> {
    let mut scratch = Scratch::new();
    let parsed = crate::firehose::parse(body, &mut scratch, &unlimited()).ok()?;
    let (id, events) = match &parsed.message {
        Message::EventProcessingRequest(batch) => (batch.common.id, batch.events.len()),
        Message::AudienceSubscriptionRequest(request) => (request.common.id, 0),
        Message::AudienceMembershipChangeRequest(request) => (request.common.id, 0),
        Message::DsrProcessingRequest(request) => (request.common.id, 0),
        _ => (None, 0),
    };
    let event = event.filter(|event| *event < events);
    let edit = Edit {
        event,
        ..Edit::default()
    };
    let text = edit.apply(std::str::from_utf8(body).ok()?, &parsed.message)?;
    Some((id, event, Content::Message(text.into())))
}

/// Shows neither the message nor what is stored of it.
impl fmt::Debug for DeadLetter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("reason", &self.reason)
            .field("attempts", &self.attempts)
            .field("timestamp_ms", &self.timestamp_ms)
            .field("message_id", &self.message_id)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// The limits were applied when the message was received.
fn unlimited() -> ParseOptions {
    ParseOptions::new()
        .max_bytes(ParseOptions::MAX_BYTES)
        .max_depth(ParseOptions::MAX_DEPTH)
        .max_memory(usize::MAX)
}
