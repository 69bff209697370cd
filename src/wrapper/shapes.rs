//! The shapes of events: which members identify their kind, and where their texts are.

use super::Wrapper;
use super::json::{elements, field, fields, is, members, text};

/// A text in an event, not yet decoded.
#[derive(Clone, Copy, Debug)]
pub(super) enum Payload<'a> {
    /// A JSON value.
    Json(&'a [u8]),
    /// A string that contains the text.
    Text(Option<&'a [u8]>),
    /// A string that contains the text as Base64.
    Base64(Option<&'a [u8]>),
    /// Base64 of gzip data.
    Compressed,
    /// The confirmation of a subscription.
    Confirmation,
}

/// The kind of the event and its texts; `None` if it is not a known one.
pub(super) fn recognize(body: &[u8]) -> Option<(Wrapper, Vec<Payload<'_>>)> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = body.trim_ascii_start();
    if body.starts_with(b"\"") {
        let inner = text(body)?;
        let inner = inner.trim_ascii_start();
        let holds_object = inner.starts_with(b"{");
        // Nested strings: the length halves at each level, because quotes are escaped.
        let holds_string = || inner.starts_with(b"\"") && recognize(inner).is_some();
        return (holds_object || holds_string())
            .then(|| (Wrapper::String, vec![Payload::Text(Some(body))]));
    }
    let mut has_type = false;
    let names = [
        "Records",
        "records",
        "Messages",
        "awslogs",
        "logEvents",
        "detail-type",
        "detail",
        "Type",
        "requestContext",
        "requestPayload",
        "httpMethod",
        "body",
        "isBase64Encoded",
        "key1",
        "key2",
    ];
    members(body, |name, _| has_type |= name == b"type")?;
    if has_type {
        return None;
    }
    let [
        capital_records,
        records,
        received,
        compressed_logs,
        log_events,
        detail_type,
        detail,
        notification,
        context,
        request,
        method,
        http_body,
        encoded,
        key1,
        key2,
    ] = fields(body, names)?;
    if let Some(records) = capital_records {
        // Any record tells the kind: an odd one does not cost the others.
        let mut kinds = elements(records).filter_map(|element| Some(record(element)?.0));
        let first = kinds.next()?;
        let holds_messages = |wrapper: &Wrapper| wrapper.place().is_some();
        let wrapper = match holds_messages(&first) {
            true => first,
            false => kinds.find(holds_messages).unwrap_or(first),
        };
        let payloads = elements(records).map(|element| match record(element) {
            Some((_, payload)) => payload,
            None => Payload::Text(None),
        });
        return Some((wrapper, payloads.collect()));
    }
    if let Some(records) = records {
        return self::records(body, records);
    }
    if let Some(received) = received {
        elements(received).find(|message| field(message, "ReceiptHandle").is_some())?;
        let bodies = elements(received).map(|message| Payload::Text(field(message, "Body")));
        return Some((Wrapper::Sqs, bodies.collect()));
    }
    if compressed_logs.is_some() {
        return Some((Wrapper::CloudWatchLogs, vec![Payload::Compressed]));
    }
    if let Some(events) = log_events {
        let texts = elements(events).map(|event| Payload::Text(field(event, "message")));
        return Some((Wrapper::CloudWatchLogs, texts.collect()));
    }
    if let (Some(_), Some(detail)) = (detail_type, detail) {
        return Some((Wrapper::EventBridge, vec![Payload::Json(detail)]));
    }
    if notification.is_some() {
        return Some((Wrapper::Sns, vec![self::notification(body)?]));
    }
    if let (Some(_), Some(request)) = (context, request) {
        return Some((Wrapper::LambdaDestination, vec![Payload::Json(request)]));
    }
    let http = match (method, context) {
        (_, Some(context)) if field(context, "elb").is_some() => Some(Wrapper::LoadBalancer),
        (Some(_), _) => Some(Wrapper::ApiGateway),
        (None, Some(context)) if field(context, "http").is_some() => Some(Wrapper::ApiGatewayV2),
        _ => None,
    };
    if let Some(wrapper) = http {
        let payload = match encoded {
            Some(b"true") => Payload::Base64(http_body),
            _ => Payload::Text(http_body),
        };
        return Some((wrapper, vec![payload]));
    }
    if is(key1, "value1") && is(key2, "value2") {
        return Some((Wrapper::LambdaTest, Vec::new()));
    }
    let (wrapper, payload) = record(body)?;
    Some((wrapper, vec![payload]))
}

/// One record of SQS, SNS, Kinesis and others.
fn record(element: &[u8]) -> Option<(Wrapper, Payload<'_>)> {
    let names = [
        "eventSource",
        "EventSource",
        "body",
        "Sns",
        "kinesis",
        "data",
    ];
    let [source, capital_source, body, sns, kinesis, data] = fields(element, names)?;
    let source = text(source.or(capital_source)?)?;
    Some(match &*source {
        b"aws:sqs" => (Wrapper::Sqs, Payload::Text(body)),
        b"aws:sns" => (Wrapper::Sns, notification(sns?)?),
        b"aws:kinesis" => {
            let data = kinesis.and_then(|kinesis| field(kinesis, "data")).or(data);
            (Wrapper::Kinesis, Payload::Base64(data))
        }
        b"aws:s3" => (Wrapper::S3, Payload::Text(None)),
        b"aws:dynamodb" => (Wrapper::DynamoDb, Payload::Text(None)),
        _ => return None,
    })
}

/// The notification of an SNS topic.
fn notification(event: &[u8]) -> Option<Payload<'_>> {
    let [kind, topic, message] = fields(event, ["Type", "TopicArn", "Message"])?;
    topic?;
    let confirms = ["SubscriptionConfirmation", "UnsubscribeConfirmation"];
    Some(match confirms.iter().any(|name| is(kind, name)) {
        true => Payload::Confirmation,
        false => Payload::Text(message),
    })
}

/// Events with `records`: lists of Data Firehose, or objects with one list per topic of Kafka.
fn records<'a>(body: &'a [u8], records: &'a [u8]) -> Option<(Wrapper, Vec<Payload<'a>>)> {
    let names = [
        "eventSource",
        "deliveryStreamArn",
        "invocationId",
        "requestId",
    ];
    let [source, stream, invocation, request] = fields(body, names)?;
    if records.starts_with(b"[") && stream.or(invocation).or(request).is_some() {
        let data = elements(records).map(|record| Payload::Base64(field(record, "data")));
        return Some((Wrapper::KinesisFirehose, data.collect()));
    }
    if !is(source, "aws:kafka") && !is(source, "SelfManagedKafka") {
        return None;
    }
    let mut values = Vec::new();
    members(records, |_, topic| {
        // A record without a value means that its key was deleted.
        let found = elements(topic).filter_map(|record| field(record, "value"));
        values.extend(found.map(|value| Payload::Base64(Some(value))));
    })?;
    Some((Wrapper::Kafka, values))
}
