//! Messages inside the events of other services. A function behind API Gateway, or one that reads
//! from a queue, gets a message inside an event of that service, as text or as Base64, sometimes
//! several messages in one event, or one event inside another.
//!
//! Events are recognized by their shape, as the documentation of each service defines it. A message
//! of the protocol has a `type`, which no such event has, so it is never taken for one.
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
mod json;
mod shapes;

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, ErrorKind};
use shapes::Payload;

/// The kind of event that contains messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wrapper {
    /// An HTTP request through API Gateway, payload format 1.0. The message is in `body`.
    ApiGateway,
    /// An HTTP request through an HTTP API of API Gateway or a function URL, payload format 2.0.
    /// The message is in `body`.
    ApiGatewayV2,
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
    /// An event of EventBridge. The message is in `detail`.
    EventBridge,
    /// The record of an asynchronous invocation, which Lambda sends to a destination. The message
    /// is in `requestPayload`.
    LambdaDestination,
    /// Log events. Messages are in `message`, after the data is decompressed.
    CloudWatchLogs,
    /// A notification of S3. It names objects and does not contain messages.
    S3,
    /// Changes of a DynamoDB table. They do not contain messages.
    DynamoDb,
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
        match self {
            Self::ApiGateway => "api_gateway",
            Self::ApiGatewayV2 => "api_gateway_v2",
            Self::LoadBalancer => "load_balancer",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::Kinesis => "kinesis",
            Self::KinesisFirehose => "kinesis_firehose",
            Self::Kafka => "kafka",
            Self::EventBridge => "event_bridge",
            Self::LambdaDestination => "lambda_destination",
            Self::CloudWatchLogs => "cloud_watch_logs",
            Self::S3 => "s3",
            Self::DynamoDb => "dynamo_db",
            Self::LambdaTest => "lambda_test",
            Self::String => "string",
        }
    }

    /// A description for people.
    const fn describe(self) -> &'static str {
        match self {
            Self::ApiGateway => "an API Gateway event",
            Self::ApiGatewayV2 => "an event of an API Gateway HTTP API or a function URL",
            Self::LoadBalancer => "a load balancer event",
            Self::Sqs => "an SQS event",
            Self::Sns => "an SNS event",
            Self::Kinesis => "a Kinesis event",
            Self::KinesisFirehose => "an Amazon Data Firehose event",
            Self::Kafka => "a Kafka event",
            Self::EventBridge => "an EventBridge event",
            Self::LambdaDestination => "a record of a Lambda invocation",
            Self::CloudWatchLogs => "a CloudWatch Logs event",
            Self::S3 => "an S3 event",
            Self::DynamoDb => "a DynamoDB event",
            Self::LambdaTest => "the test event of the Lambda console",
            Self::String => "a JSON string",
        }
    }

    /// Where its messages are.
    const fn place(self) -> Option<&'static str> {
        Some(match self {
            Self::ApiGateway | Self::ApiGatewayV2 | Self::LoadBalancer => "body",
            Self::Sqs => "Records[].body",
            Self::Sns => "Message",
            Self::Kinesis => "Records[].kinesis.data",
            Self::KinesisFirehose => "records[].data",
            Self::Kafka => "records.*[].value",
            Self::EventBridge => "detail",
            Self::LambdaDestination => "requestPayload",
            Self::CloudWatchLogs => "logEvents[].message",
            Self::String => "its text",
            Self::S3 | Self::DynamoDb | Self::LambdaTest => return None,
        })
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

/// What was in a wrapper.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Unwrapped<'a> {
    /// The kind of event.
    pub wrapper: Wrapper,
    /// The texts in it, in order. Each is usually one message; it may be another event, or whatever
    /// the sender has put into it. An error is [`ErrorKind::Wrapped`] and never holds the text: it
    /// is missing, not Base64 or compressed. The others can be read all the same.
    pub texts: Vec<Result<Cow<'a, [u8]>, Error>>,
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
/// assert_eq!(unwrapped.wrapper.to_string(), "an event of an API Gateway HTTP API or a function URL");
/// assert_eq!(unwrapped.texts[0].as_ref().unwrap().as_ref(), b"{}");
/// # Ok::<(), hydrant::Error>(())
/// ```
pub fn unwrap(body: &[u8]) -> Result<Option<Unwrapped<'_>>, Error> {
    let Some((wrapper, payloads)) = shapes::recognize(body) else {
        return Ok(None);
    };
    let fails = |problem: String| Error::plain(ErrorKind::Wrapped, problem);
    if wrapper.place().is_none() {
        return Err(fails(wrapper.refusal()));
    }
    let texts = payloads.into_iter().enumerate().map(|(index, payload)| {
        let problem = |problem| fails(format!("the text {} of {wrapper} {problem}", index + 1));
        payload.text().map_err(problem)
    });
    let texts = texts.collect();
    Ok(Some(Unwrapped { wrapper, texts }))
}

/// The deepest nesting of wrappers that is unwrapped.
const MAX_DEPTH: usize = 8;

/// The messages in a body, without any wrapper: of SNS in SQS, for example, the messages of SNS. A
/// body that is not wrapped is the only one. At most 8 wrappers are taken off. What cannot be taken
/// off is an error in its place, of [`unwrap`] or of a text, and does not cost its neighbours.
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

fn collect<'a>(
    body: Cow<'a, [u8]>,
    depth: usize,
    messages: &mut Vec<Result<Cow<'a, [u8]>, Error>>,
) {
    let inner = match &body {
        _ if depth == MAX_DEPTH => Ok(None),
        Cow::Borrowed(body) => unwrap(body).map(|inner| inner.map(|inner| inner.texts)),
        Cow::Owned(body) => unwrap(body).map(|inner| {
            let owned = |text: Result<Cow<'_, [u8]>, Error>| Ok(Cow::Owned(text?.into_owned()));
            inner.map(|inner| inner.texts.into_iter().map(owned).collect())
        }),
    };
    match inner {
        Ok(None) => messages.push(Ok(body)),
        Err(error) => messages.push(Err(error)),
        Ok(Some(texts)) => {
            for text in texts {
                match text {
                    Ok(text) => collect(text, depth + 1, messages),
                    Err(error) => messages.push(Err(error)),
                }
            }
        }
    }
}

impl<'a> Payload<'a> {
    /// The text, or what is wrong with it.
    fn text(self) -> Result<Cow<'a, [u8]>, &'static str> {
        let string = |value: Option<&'a [u8]>| {
            let value = value.ok_or("is missing")?;
            json::text(value).ok_or("is not a string")
        };
        match self {
            Self::Json(value) => Ok(Cow::Borrowed(value)),
            Self::Text(value) => string(value),
            Self::Base64(value) => {
                let text = string(value)?;
                base64::decode(&text).map(Cow::Owned).ok_or("is not Base64")
            }
            Self::Compressed => Err(
                "is compressed with gzip: decode the Base64 of `awslogs.data`, decompress it and pass the result",
            ),
            Self::Confirmation => Err("confirms a subscription and holds no message"),
        }
    }
}
