//! The shapes of events: which members identify their kind, and where their texts are. One table
//! for all services; only the lists of `Records` and JSON arrays, in which each record tells what
//! it is, are code.

use std::borrow::Cow;

use super::Wrapper;
use super::base64;
use crate::json::reader::{elements, field, fields, members, single, text};
use crate::message::MessageType;

/// The shape of an event.
pub(super) struct Shape {
    wrapper: Wrapper,
    conditions: &'static [Condition],
    /// The member with its records: a list, or an object with lists. Without it, the event is its
    /// only record.
    records: Option<&'static str>,
    /// Where the text of a record is: the paths of members, of which the first present one counts.
    texts: &'static [&'static str],
    encoding: Encoding,
}

/// A condition that an event of this shape meets.
enum Condition {
    /// One of these members.
    Has(&'static [&'static str]),
    /// This member, an object or a list.
    Nested(&'static str),
    /// This member with one of these texts.
    Is(&'static str, &'static [&'static str]),
    /// A list of objects of which one has this member.
    List(&'static str, &'static str),
}

#[derive(Clone, Copy)]
enum Encoding {
    /// A string that contains the text, or the JSON value that is the text.
    Text,
    Base64,
    /// Base64 if `isBase64Encoded` is true.
    Http,
    /// Text, unless the notification confirms a subscription.
    Notification,
}

use Condition::{Has, Is, List, Nested};
use Encoding::{Base64, Http, Notification, Text};
use Wrapper as W;

const KAFKA: Condition = Is("eventSource", &["aws:kafka", "SelfManagedKafka"]);
const ACTIVE_MQ: Condition = Is("eventSource", &["aws:mq", "aws:amq"]);
const RABBIT_MQ: Condition = Is("eventSource", &["aws:rmq"]);

/// All shapes; the first that an event has counts.
#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    // Events with records.
    list(W::Kafka, &[KAFKA, Has(&["records"])], "records", &["value"], Base64),
    list(W::ActiveMq, &[ACTIVE_MQ, Has(&["messages"])], "messages", &["data"], Base64),
    list(W::RabbitMq, &[RABBIT_MQ, Has(&["rmqMessagesByQueue"])], "rmqMessagesByQueue",
        &["data"], Base64),
    list(W::KinesisFirehose,
        &[Has(&["records"]), Has(&["deliveryStreamArn", "invocationId", "requestId"])], "records",
        &["data", "kafkaRecordValue"], Base64),
    list(W::Sqs, &[List("Messages", "ReceiptHandle")], "Messages", &["Body"], Text),
    list(W::CloudWatchLogs, &[Has(&["logEvents"])], "logEvents", &["message"], Text),
    // Single records, in a list of `Records`, in an array of EventBridge Pipes, or alone.
    one(W::Sqs, &[Is("eventSource", &["aws:sqs"])], &["body"], Text),
    one(W::Sns, &[Is("EventSource", &["aws:sns"])], &["Sns.Message"], Notification),
    one(W::Kinesis, &[Is("eventSource", &["aws:kinesis"])], &["kinesis.data", "data"], Base64),
    one(W::Kafka, &[KAFKA], &["value"], Base64),
    one(W::ActiveMq, &[ACTIVE_MQ], &["data"], Base64),
    one(W::RabbitMq, &[RABBIT_MQ], &["data"], Base64),
    one(W::S3, &[Is("eventSource", &["aws:s3"])], &[], Text),
    one(W::DynamoDb, &[Is("eventSource", &["aws:dynamodb"])], &[], Text),
    // Events without records.
    one(W::CloudWatchLogs, &[Has(&["awslogs"])], &["awslogs.data"], Base64),
    one(W::EventBridge, &[Has(&["detail-type"]), Has(&["detail"])], &["detail"], Text),
    one(W::Sns, &[Has(&["Type"]), Has(&["TopicArn"])], &["Message"], Notification),
    one(W::LambdaDestination, &[Has(&["requestContext"]), Has(&["requestPayload"])],
        &["requestPayload"], Text),
    one(W::LoadBalancer, &[Has(&["requestContext.elb"])], &["body"], Http),
    one(W::ApiGateway, &[Has(&["httpMethod"])], &["body"], Http),
    one(W::ApiGatewayV2, &[Has(&["requestContext.http"])], &["body"], Http),
    one(W::ApiGatewayWebSocket, &[Has(&["requestContext.connectionId"])], &["body"], Http),
    one(W::ApiGateway, &[Has(&["body-json"])], &["body-json"], Http),
    one(W::ApiGateway, &[Has(&["body"]), Has(&["headers", "isBase64Encoded"])], &["body"], Http),
    one(W::ApiGateway, &[Nested("body")], &["body"], Http),
    one(W::LambdaTest, &[Is("key1", &["value1"]), Is("key2", &["value2"])], &[], Text),
];

/// The shapes of what has a `type`, but not one of the protocol.
#[rustfmt::skip]
const TYPED_SHAPES: &[Shape] = &[
    one(W::CloudEvent, &[Has(&["specversion"]), Has(&["source"]), Has(&["data_base64"])],
        &["data_base64"], Base64),
    one(W::CloudEvent, &[Has(&["specversion"]), Has(&["source"])], &["data"], Text),
];

/// What tells a typed event whose `type` is one of the protocol from a message.
const NOT_OF_A_MESSAGE: Condition = Has(&["data", "data_base64"]);

const fn one(
    wrapper: Wrapper,
    conditions: &'static [Condition],
    texts: &'static [&'static str],
    encoding: Encoding,
) -> Shape {
    Shape {
        wrapper,
        conditions,
        records: None,
        texts,
        encoding,
    }
}

const fn list(
    wrapper: Wrapper,
    conditions: &'static [Condition],
    records: &'static str,
    texts: &'static [&'static str],
    encoding: Encoding,
) -> Shape {
    Shape {
        records: Some(records),
        ..one(wrapper, conditions, texts, encoding)
    }
}

/// The members of events that the conditions name, and `type`.
const NAMES: [&str; 30] = [
    "type",
    "Records",
    "records",
    "Messages",
    "messages",
    "rmqMessagesByQueue",
    "logEvents",
    "awslogs",
    "deliveryStreamArn",
    "invocationId",
    "requestId",
    "eventSource",
    "EventSource",
    "detail-type",
    "detail",
    "Type",
    "TopicArn",
    "requestContext",
    "requestPayload",
    "httpMethod",
    "headers",
    "body",
    "body-json",
    "isBase64Encoded",
    "key1",
    "key2",
    "specversion",
    "source",
    "data",
    "data_base64",
];

/// The members of an event that have a meaning here, so that it is read only once.
struct Event<'a>([Option<&'a [u8]>; NAMES.len()]);

impl<'a> Event<'a> {
    fn read(body: &'a [u8]) -> Option<Self> {
        fields(body, &NAMES).map(Self)
    }

    /// The value at a path: `name`, or `name.inner`.
    fn get(&self, path: &str) -> Option<&'a [u8]> {
        let (name, inner) = split(path);
        let at = NAMES.iter().position(|known| *known == name)?;
        let value = (*self.0.get(at)?)?;
        inner.map_or(Some(value), |inner| field(value, inner))
    }

    fn has(&self, condition: &Condition) -> bool {
        match condition {
            Has(paths) => paths.iter().any(|path| self.get(path).is_some()),
            Nested(name) => self.get(name).is_some_and(is_nested),
            Is(name, texts) => {
                let found = self.get(name).and_then(text);
                found.is_some_and(|found| texts.iter().any(|text| text.as_bytes() == &*found))
            }
            List(name, member) => self.get(name).is_some_and(|list| {
                let mut records = elements(list).flatten();
                records.any(|record| field(record, member).is_some())
            }),
        }
    }

    fn shape(&self) -> Option<&'static Shape> {
        let shapes = match self.get("type") {
            Some(name) if is_of_protocol(name) && !self.has(&NOT_OF_A_MESSAGE) => return None,
            Some(_) => TYPED_SHAPES,
            None => SHAPES,
        };
        let mut shapes = shapes.iter();
        shapes.find(|shape| shape.conditions.iter().all(|condition| self.has(condition)))
    }
}

/// Whether this `type` is one of the protocol.
fn is_of_protocol(name: &[u8]) -> bool {
    let name = text(name).unwrap_or_default();
    str::from_utf8(&name).is_ok_and(|name| MessageType::from(name).is_known())
}

fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((name, inner)) => (name, Some(inner)),
        None => (path, None),
    }
}

/// Whether a value is an object or a list.
fn is_nested(value: &[u8]) -> bool {
    matches!(value.first(), Some(b'{' | b'['))
}

/// The value at a path in a record.
fn find<'a>(record: &'a [u8], path: &str) -> Option<&'a [u8]> {
    let (name, inner) = split(path);
    let value = field(record, name)?;
    inner.map_or(Some(value), |inner| field(value, inner))
}

/// Where the texts of a recognized event are.
#[derive(Clone, Copy)]
pub(super) enum Texts<'a> {
    /// In records of one shape.
    Records(&'static Shape, &'a [u8]),
    /// In records that tell their shapes.
    Any(&'a [u8]),
    /// The event is the record.
    Event(&'static Shape, &'a [u8]),
    /// The elements of this list are the texts.
    Elements(&'a [u8]),
    /// In this string.
    String(&'a [u8]),
    None,
}

/// The kind of the event and its texts; `None` if it is not a known one.
pub(super) fn recognize(body: &[u8]) -> Option<(Wrapper, Texts<'_>)> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = single(body)?;
    match body.first()? {
        b'"' => {
            let inner = text(body)?;
            let inner = inner.trim_ascii_start();
            let holds_messages = match inner.first()? {
                b'{' | b'[' => true,
                // Nested strings: the length halves at each level, because quotes are escaped.
                b'"' => recognize(inner).is_some(),
                _ => false,
            };
            holds_messages.then_some((Wrapper::String, Texts::String(body)))
        }
        b'[' => {
            let wrapper = kind_of_elements(body, |element| Some(object(element)?.0))?;
            Some((wrapper, Texts::Elements(body)))
        }
        _ => object(body),
    }
}

fn object(body: &[u8]) -> Option<(Wrapper, Texts<'_>)> {
    let event = Event::read(body)?;
    if event.get("type").is_none() {
        let list = event.get("Records").filter(|list| list.starts_with(b"["));
        if let Some(list) = list
            && let Some(wrapper) =
                kind_of_elements(list, |record| Some(shape_of_record(record)?.wrapper))
        {
            return Some((wrapper, Texts::Any(list)));
        }
    }
    if let Some(shape) = event.shape() {
        let texts = match shape.records.and_then(|name| event.get(name)) {
            Some(records) => Texts::Records(shape, records),
            None => Texts::Event(shape, body),
        };
        return Some((shape.wrapper, texts));
    }
    let empty = ["Records", "records", "Messages"].iter().any(|name| {
        let list = event.get(name).filter(|list| list.starts_with(b"["));
        list.is_some_and(|list| elements(list).next().is_none())
    });
    (empty && event.get("type").is_none()).then_some((Wrapper::NoRecords, Texts::None))
}

/// The kind of the first element that holds a message, or else of the first known one: an odd one
/// does not affect the others.
fn kind_of_elements(list: &[u8], kind: impl Fn(&[u8]) -> Option<Wrapper>) -> Option<Wrapper> {
    let mut kinds = elements(list).flatten().filter_map(kind);
    let first = kinds.next()?;
    let holds_messages = |wrapper: &Wrapper| wrapper.place().is_some();
    match holds_messages(&first) {
        true => Some(first),
        false => Some(kinds.find(holds_messages).unwrap_or(first)),
    }
}

fn shape_of_record(record: &[u8]) -> Option<&'static Shape> {
    let shape = Event::read(record)?.shape()?;
    shape.records.is_none().then_some(shape)
}

/// What is wrong with a record.
type Problem = &'static str;

impl<'a> Texts<'a> {
    /// The texts in order.
    pub(super) fn iter(self) -> Box<dyn Iterator<Item = Result<Cow<'a, [u8]>, Problem>> + 'a> {
        let broken = "is not well-formed JSON";
        match self {
            Self::None => Box::new(std::iter::empty()),
            Self::Event(shape, event) => Box::new(shape.text(event).transpose().into_iter()),
            Self::String(string) => Box::new(std::iter::once(text(string).ok_or(broken))),
            Self::Elements(list) => Box::new(
                elements(list).map(move |element| element.map(Cow::Borrowed).ok_or(broken)),
            ),
            Self::Any(list) => Box::new(elements(list).filter_map(move |record| {
                let text = |record| match shape_of_record(record) {
                    Some(shape) => shape.text(record),
                    None => Err("is missing"),
                };
                record.ok_or(broken).and_then(text).transpose()
            })),
            Self::Records(shape, records) => {
                Box::new(each_record(records).filter_map(move |record| {
                    let text = |record| shape.text(record);
                    record.ok_or(broken).and_then(text).transpose()
                }))
            }
        }
    }

    /// Whether there is no record, not even one without a text.
    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::None => true,
            Self::Any(list) | Self::Elements(list) => elements(list).next().is_none(),
            Self::Records(_, records) => each_record(records).next().is_none(),
            Self::Event(..) | Self::String(_) => false,
        }
    }
}

/// The elements of a list or of the lists in an object. Any other value is itself a record, which
/// cannot be read.
fn each_record<'a>(records: &'a [u8]) -> Box<dyn Iterator<Item = Option<&'a [u8]>> + 'a> {
    match records.first() {
        Some(b'[') => Box::new(elements(records)),
        Some(b'{') => Box::new(members(records).flat_map(
            |member| -> Box<dyn Iterator<Item = _>> {
                match member {
                    Some((_, list)) if list.starts_with(b"[") => Box::new(elements(list)),
                    other => Box::new(std::iter::once(other.map(|(_, value)| value))),
                }
            },
        )),
        _ => Box::new(std::iter::once(Some(records))),
    }
}

impl Shape {
    /// The text of a record, if it has one.
    fn text<'a>(&self, record: &'a [u8]) -> Result<Option<Cow<'a, [u8]>>, Problem> {
        if !record.starts_with(b"{") {
            return Err("is not in an object");
        }
        let Some(value) = self.texts.iter().find_map(|path| find(record, path)) else {
            // A record of Kafka without a value says that its key was deleted.
            let deleted = self.wrapper == W::Kafka && field(record, "offset").is_some();
            return if deleted { Ok(None) } else { Err("is missing") };
        };
        let is = |path, expected: &str| {
            let found = find(record, path).and_then(text);
            found.is_some_and(|found| found.eq_ignore_ascii_case(expected.as_bytes()))
        };
        let encoded = match self.encoding {
            Base64 => true,
            Text => false,
            Http => {
                find(record, "isBase64Encoded") == Some(b"true") || is("isBase64Encoded", "true")
            }
            Notification => {
                let confirms = ["SubscriptionConfirmation", "UnsubscribeConfirmation"];
                let mut paths = ["Type", "Sns.Type"].into_iter();
                if paths.any(|path| confirms.iter().any(|kind| is(path, kind))) {
                    return Err("confirms a subscription and holds no message");
                }
                false
            }
        };
        if is_nested(value) {
            return Ok(Some(Cow::Borrowed(value)));
        }
        let content = text(value).ok_or("is not a string, an object or a list")?;
        if !encoded {
            return Ok(Some(content));
        }
        let bytes = base64::decode(&content).ok_or("is not Base64")?;
        if bytes.starts_with(b"\x1f\x8b") {
            return Err(
                "is compressed with gzip: decode its Base64, decompress it and pass the result",
            );
        }
        Ok(Some(Cow::Owned(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_conditions() {
        let mut used = vec!["type", "Records", "records", "Messages"];
        let shapes = || SHAPES.iter().chain(TYPED_SHAPES);
        used.extend(shapes().filter_map(|shape| shape.records));
        let conditions = shapes().flat_map(|shape| shape.conditions);
        for condition in conditions.chain([&NOT_OF_A_MESSAGE]) {
            match condition {
                Has(paths) => used.extend(*paths),
                Nested(name) | Is(name, _) | List(name, _) => used.push(name),
            }
        }
        let mut used: Vec<&str> = used.into_iter().map(|path| split(path).0).collect();
        let mut names = NAMES.to_vec();
        for list in [&mut used, &mut names] {
            list.sort_unstable();
            list.dedup();
        }
        assert_eq!(used, names);
    }
}
