//! Messages inside the events of other services. A function behind API Gateway, or one that reads
//! from a queue, gets a message inside an event of that service, as text or as Base64, sometimes
//! several messages in one event, or one event inside another.
//!
//! Events are recognized by their shape, as the documentation of each service defines it:
//!
//! | [`Wrapper`] | event | its messages |
//! |---|---|---|
//! | `ApiGateway` | REST API, payload format 1.0 | `body` |
//! | | REST API with a mapping template | `body-json` |
//! | | test event: `body` with `headers`, or a `body` that is an object | `body` |
//! | `ApiGatewayV2` | HTTP API or function URL (payload format 2.0) | `body` |
//! | `ApiGatewayWebSocket` | WebSocket API | `body` |
//! | `LoadBalancer` | Application Load Balancer | `body` |
//! | `Sqs` | queue, or response of a receive call | `Records[].body`, `Messages[].Body` |
//! | `Sns` | topic: to a function, queue or HTTP endpoint | `Records[].Sns.Message`, `Message` |
//! | `Kinesis` | stream | `Records[].kinesis.data` |
//! | `KinesisFirehose` | Data Firehose: transformation, HTTP endpoint | `records[].data` |
//! | | the same from Kafka | `records[].kafkaRecordValue` |
//! | `Kafka` | topics, managed by AWS or not | `records.*[].value` |
//! | `ActiveMq` | Amazon MQ | `messages[].data` |
//! | `RabbitMq` | Amazon MQ | `rmqMessagesByQueue.*[].data` |
//! | `EventBridge` | rule of an event bus | `detail` |
//! | `CloudEvent` | CloudEvents in JSON (structured mode) | `data`, `data_base64` |
//! | `LambdaDestination` | record of an asynchronous invocation | `requestPayload` |
//! | `CloudWatchLogs` | log events | `logEvents[].message` |
//! | `String` | JSON string | its text |
//! | `NoRecords` | empty `Records`, `records` or `Messages` | none |
//! | `S3`, `DynamoDb` | notification, changes of a table | none |
//! | `LambdaTest` | test event of the Lambda console | none |
//!
//! A single record of SQS, SNS, Kinesis, Kafka or Amazon MQ is an event, too, and so is a JSON
//! array of events, as EventBridge Pipes delivers it. A text is a string, as Base64 (also that for
//! URLs, or with line breaks) where the service uses it, or the JSON value itself. What is
//! compressed with gzip is not decompressed; the error says so.
//!
//! A message of the protocol has a `type`. Of these events only CloudEvents have one. If theirs is one
//! of the protocol, their `data` tells that they are no messages.
//!
//! ```
//! use hydrant::wrapper::{self, Wrapper};
//!
//! let event = br#"{"Records":[{"eventSource":"aws:sqs","body":"{\"type\":\"event_processing_request\"}"}]}"#;
//! assert_eq!(wrapper::recognize(event), Some(Wrapper::Sqs));
//! let message = wrapper::messages(event).remove(0)?;
//! assert_eq!(message.as_ref(), br#"{"type":"event_processing_request"}"#);
//! # Ok::<(), hydrant::Error>(())
//! ```

mod base64;
mod shapes;

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::json::reader::several;
use shapes::Texts;

/// The kind of event that contains messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wrapper {
    /// An HTTP request through API Gateway, payload format 1.0. The message is in `body`.
    ApiGateway,
    /// An HTTP request through an HTTP API of API Gateway or a function URL, payload format 2.0.
    /// The message is in `body`.
    ApiGatewayV2,
    /// A message through a WebSocket API of API Gateway. The message is in `body`.
    ApiGatewayWebSocket,
    /// An HTTP request through an Application Load Balancer. The message is in `body`.
    LoadBalancer,
    /// Records of an SQS queue, a single record, or the response of a receive call. Messages are in
    /// `body` or `Body`.
    Sqs,
    /// Notifications of an SNS topic, as delivered to a function, a queue or an HTTP endpoint.
    /// Messages are in `Message`.
    Sns,
    /// Records of a Kinesis stream, or a single record. Messages are in `data`, as Base64.
    Kinesis,
    /// Records that Amazon Data Firehose has transformed or delivers to an HTTP endpoint. Messages
    /// are in `data`, as Base64.
    KinesisFirehose,
    /// Records of Kafka topics, managed by AWS or not. Messages are in `value`, as Base64.
    Kafka,
    /// Messages of Amazon MQ for ActiveMQ. Messages are in `data`, as Base64.
    ActiveMq,
    /// Messages of Amazon MQ for RabbitMQ. Messages are in `data`, as Base64.
    RabbitMq,
    /// An event of EventBridge. The message is in `detail`.
    EventBridge,
    /// An event in the format of CloudEvents. The message is in `data` or `data_base64`.
    CloudEvent,
    /// The record of an asynchronous invocation, which Lambda sends to a destination. The message
    /// is in `requestPayload`.
    LambdaDestination,
    /// Log events. Messages are in `message`, after the data is decompressed.
    CloudWatchLogs,
    /// A notification of S3. It names objects and does not contain messages.
    S3,
    /// Changes of a DynamoDB table. They do not contain messages.
    DynamoDb,
    /// An event with an empty list of records.
    NoRecords,
    /// The event that the Lambda console offers for tests. It does not contain a message.
    LambdaTest,
    /// A JSON string that contains the message as text.
    String,
}

impl Wrapper {
    /// The name for machines, in `snake_case`.
    ///
    /// ```
    /// assert_eq!(hydrant::wrapper::Wrapper::LoadBalancer.as_str(), "load_balancer");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.texts().0
    }

    /// A description for people.
    const fn describe(self) -> &'static str {
        self.texts().1
    }

    /// Where its messages are.
    const fn place(self) -> Option<&'static str> {
        self.texts().2
    }

    #[rustfmt::skip]
    const fn texts(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::ApiGateway => ("api_gateway", "an API Gateway event", Some("body")),
            Self::ApiGatewayV2 => (
                "api_gateway_v2",
                "an event of an API Gateway HTTP API or a function URL",
                Some("body"),
            ),
            Self::ApiGatewayWebSocket =>
                ("api_gateway_web_socket", "an API Gateway WebSocket event", Some("body")),
            Self::LoadBalancer => ("load_balancer", "a load balancer event", Some("body")),
            Self::Sqs => ("sqs", "an SQS event", Some("Records[].body")),
            Self::Sns => ("sns", "an SNS event", Some("Message")),
            Self::Kinesis => ("kinesis", "a Kinesis event", Some("Records[].kinesis.data")),
            Self::KinesisFirehose =>
                ("kinesis_firehose", "an Amazon Data Firehose event", Some("records[].data")),
            Self::Kafka => ("kafka", "a Kafka event", Some("records.*[].value")),
            Self::ActiveMq => ("active_mq", "an ActiveMQ event", Some("messages[].data")),
            Self::RabbitMq =>
                ("rabbit_mq", "a RabbitMQ event", Some("rmqMessagesByQueue.*[].data")),
            Self::EventBridge => ("event_bridge", "an EventBridge event", Some("detail")),
            Self::CloudEvent =>
                ("cloud_event", "an event in the format of CloudEvents", Some("data")),
            Self::LambdaDestination =>
                ("lambda_destination", "a record of a Lambda invocation", Some("requestPayload")),
            Self::CloudWatchLogs =>
                ("cloud_watch_logs", "a CloudWatch Logs event", Some("logEvents[].message")),
            Self::S3 => ("s3", "an S3 event", None),
            Self::DynamoDb => ("dynamo_db", "a DynamoDB event", None),
            Self::NoRecords => ("no_records", "an event with an empty list of records", None),
            Self::LambdaTest => ("lambda_test", "the test event of the Lambda console", None),
            Self::String => ("string", "a JSON string", Some("its text")),
        }
    }

    /// The message of the parser's error for it.
    pub(crate) fn refusal(self) -> String {
        let found = self.describe();
        match self.place() {
            Some("its text") => {
                format!("expected a message, found {found}, which holds one as its text")
            }
            Some(place) => {
                format!("expected a message, found {found}, which wraps it in `{place}`")
            }
            None => format!("expected a message, found {found}, which has none"),
        }
    }
}

/// A description for people: `an SQS event`.
impl fmt::Display for Wrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.describe())
    }
}

/// What is in a wrapper.
#[derive(Clone, Copy)]
pub struct Unwrapped<'a> {
    wrapper: Wrapper,
    texts: Texts<'a>,
}

impl<'a> Unwrapped<'a> {
    /// The kind of event.
    #[must_use]
    pub fn wrapper(&self) -> Wrapper {
        self.wrapper
    }

    /// The texts in it, in order; each is decoded when it is asked for, so that memory does not
    /// depend on their number. A text is usually one message; it may be several, another event, or
    /// whatever the sender has put into it. An error is [`ErrorKind::Wrapped`] and never holds the
    /// text: it is missing, not Base64 or compressed. The others can be read all the same. Records
    /// of Kafka without a value, which say that a key was deleted, have no text.
    pub fn texts(&self) -> impl Iterator<Item = Result<Cow<'a, [u8]>, Error>> + use<'a> {
        let wrapper = self.wrapper;
        self.texts.iter().enumerate().map(move |(index, text)| {
            text.map_err(|problem| {
                let message = format!("the text {} of {wrapper} {problem}", index + 1);
                Error::plain(ErrorKind::Wrapped, message)
            })
        })
    }
}

/// Without the texts, which contain personal data.
impl fmt::Debug for Unwrapped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Unwrapped");
        debug.field("wrapper", &self.wrapper);
        debug.finish_non_exhaustive()
    }
}

/// The kind of event that the body is, if it is one. For a body that is not well-formed JSON, the
/// result is unspecified.
///
/// ```
/// use hydrant::wrapper::{Wrapper, recognize};
///
/// let body = br#"{"httpMethod":"POST","headers":{},"isBase64Encoded":false,"body":"{}"}"#;
/// assert_eq!(recognize(body), Some(Wrapper::ApiGateway));
/// assert_eq!(recognize(br#"{"type":"event_processing_request","events":[]}"#), None);
/// ```
#[must_use]
pub fn recognize(body: &[u8]) -> Option<Wrapper> {
    shapes::recognize(body).map(|(wrapper, _)| wrapper)
}

/// Unwraps one level; `None` if the body is not a wrapper.
///
/// # Errors
///
/// [`ErrorKind::Wrapped`]: it is a wrapper, but such events hold no messages.
///
/// ```
/// use hydrant::wrapper::unwrap;
///
/// let body = br#"{"requestContext":{"http":{"method":"POST"}},"isBase64Encoded":true,"body":"e30="}"#;
/// let unwrapped = unwrap(body)?.unwrap();
/// assert_eq!(unwrapped.wrapper().to_string(), "an event of an API Gateway HTTP API or a function URL");
/// assert_eq!(unwrapped.texts().next().unwrap()?.as_ref(), b"{}");
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn unwrap(body: &[u8]) -> Result<Option<Unwrapped<'_>>, Error> {
    let Some((wrapper, texts)) = shapes::recognize(body) else {
        return Ok(None);
    };
    if wrapper.place().is_none() || texts.is_empty() {
        let refusal = format!("expected a message, found {wrapper}, which has none");
        return Err(Error::plain(ErrorKind::Wrapped, refusal));
    }
    Ok(Some(Unwrapped { wrapper, texts }))
}

/// The deepest nesting of wrappers that is unwrapped.
const MAX_DEPTH: usize = 8;

/// The messages in a body, without any wrapper: of SNS in SQS, for example, the messages of SNS. A
/// body that is not wrapped is the only one. At most 8 wrappers are taken off. A text in a wrapper
/// may be an array of messages, or several of them one after the other; either counts as a wrapper.
/// A text that cannot be read is an error in its place, of [`unwrap`] or of
/// [`texts`](Unwrapped::texts), and does not affect the others.
///
/// ```
/// let body = br#"{"type":"event_processing_request"}"#;
/// let message = hydrant::wrapper::messages(body).remove(0)?;
/// assert_eq!(message, body.as_slice());
/// # Ok::<(), hydrant::Error>(())
/// ```
#[must_use]
pub fn messages(body: &[u8]) -> Vec<Result<Cow<'_, [u8]>, Error>> {
    let mut messages = Vec::new();
    collect(Cow::Borrowed(body), 0, &mut messages);
    messages
}

/// Adds the messages in a body that is inside of this many wrappers.
fn collect<'a>(
    body: Cow<'a, [u8]>,
    depth: usize,
    messages: &mut Vec<Result<Cow<'a, [u8]>, Error>>,
) {
    let inner = match &body {
        _ if depth == MAX_DEPTH => None,
        Cow::Borrowed(body) => inside(body, depth),
        Cow::Owned(body) => inside(body, depth).map(|inner| {
            let owned = |text: Result<Cow<'_, [u8]>, Error>| Ok(Cow::Owned(text?.into_owned()));
            inner.into_iter().map(owned).collect()
        }),
    };
    match inner {
        Some(inner) => messages.extend(inner),
        None => messages.push(Ok(body)),
    }
}

/// The messages in a body; `None` if it is not divided.
fn inside(body: &[u8], depth: usize) -> Option<Vec<Result<Cow<'_, [u8]>, Error>>> {
    let mut messages = Vec::new();
    if let Some(texts) = (depth > 0).then(|| several(body)).flatten() {
        for text in texts {
            collect(Cow::Borrowed(text), depth + 1, &mut messages);
        }
        return Some(messages);
    }
    match unwrap(body) {
        Ok(None) => return None,
        Err(error) => messages.push(Err(error)),
        Ok(Some(unwrapped)) => {
            for text in unwrapped.texts() {
                match text {
                    Ok(text) => collect(text, depth + 1, &mut messages),
                    Err(error) => messages.push(Err(error)),
                }
            }
        }
    }
    Some(messages)
}
