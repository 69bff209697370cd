//! Events of other services, in the shapes that their documentation shows: they are recognized, and
//! the messages in them are found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::borrow::Cow;

use hydrant::wrapper::{self, Wrapper, messages, recognize, unwrap};
use hydrant::{Error, ErrorKind, ParseOptions, Scratch, parse, validate};
use proptest::prelude::*;
use serde_json::{Value, json};

const MESSAGE: &str = r#"{"type":"event_processing_request","id":"\u00e9 \"quoted\" \\ 😀"}"#;

/// Base64, written again so that the one under test is not compared with itself.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut three = [0; 4];
        three[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(three) as usize;
        for digit in 0..4 {
            text.push(match digit <= group.len() {
                true => char::from(DIGITS[bits >> (18 - 6 * digit) & 63]),
                false => '=',
            });
        }
    }
    text
}

/// The same for URLs and without padding, and as MIME breaks lines.
fn other_base64(text: &str) -> [String; 2] {
    let lines: Vec<&[u8]> = text.as_bytes().chunks(19).collect();
    let mime = String::from_utf8(lines.join(&b"\r\n"[..])).unwrap() + "\r\n";
    let url = text.replace('+', "-").replace('/', "_");
    [url.trim_end_matches('=').to_owned(), mime]
}

/// One event of every kind that holds messages, and how many it holds.
fn events(message: &str) -> Vec<(Wrapper, Value, usize)> {
    let encoded = base64(message.as_bytes());
    let sqs = json!({"messageId": "19dd0b57", "receiptHandle": "M", "body": message, "attributes": {"Sent": "1"},
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:q", "awsRegion": "us-east-1"});
    let sns = json!({"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:1:t",
        "Subject": null, "Message": message, "Timestamp": "2024-01-01T00:00:00Z", "MessageAttributes": {}});
    let kinesis = json!({"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": "1", "sequenceNumber": "4",
        "data": encoded, "approximateArrivalTimestamp": 1545084650.987}, "eventSource": "aws:kinesis"});
    let kafka =
        json!({"topic": "t", "partition": 0, "offset": 15, "key": "cmVjb3Jk", "value": encoded});
    let deleted =
        json!({"topic": "t", "partition": 0, "offset": 16, "key": "cmVjb3Jk", "value": null});
    let pipes_kafka = json!({"eventSource": "aws:kafka", "eventSourceKey": "t-0", "topic": "t", "offset": 15,
        "value": encoded, "headers": []});
    let active = json!({"messageID": "ID:b-1", "messageType": "jms/text-message", "data": encoded});
    let rabbit = json!({"basicProperties": {"contentType": "text/plain"}, "redelivered": false, "data": encoded});
    let mut pipes_rabbit = rabbit.clone();
    pipes_rabbit["eventSource"] = json!("aws:rmq");
    let cloud = |member: &str, data: Value| json!({"specversion": "1.0", "id": "1", "source": "/acme", "type": "com.acme.batch", member: data});
    let value = serde_json::from_str::<Value>(message).unwrap();
    vec![
        (
            Wrapper::ApiGateway,
            json!({"body-json": value, "params": {"header": {}}, "stage-variables": {}, "context": {"stage": "t"}}),
            1,
        ),
        (
            Wrapper::ApiGateway,
            json!({"httpMethod": "POST", "isBase64Encoded": true, "body": value}),
            1,
        ),
        (Wrapper::ApiGateway, json!({"body": value}), 1),
        (Wrapper::ApiGateway, json!({"body": [value, value]}), 2),
        (
            Wrapper::ApiGateway,
            json!({"headers": {}, "body": message}),
            1,
        ),
        (
            Wrapper::ApiGateway,
            json!({"body": encoded, "isBase64Encoded": "true"}),
            1,
        ),
        (
            Wrapper::ApiGateway,
            json!({"httpMethod": "POST", "body": encoded, "isBase64Encoded": "True"}),
            1,
        ),
        (
            Wrapper::ApiGatewayWebSocket,
            json!({"requestContext": {"routeKey": "$default", "eventType": "MESSAGE", "connectionId": "L0SM9cOFvHcCIhw="},
            "body": message, "isBase64Encoded": false}),
            1,
        ),
        (
            Wrapper::ActiveMq,
            json!({"eventSource": "aws:mq", "eventSourceArn": "arn", "messages": [active, active]}),
            2,
        ),
        (
            Wrapper::ActiveMq,
            json!({"eventSource": "aws:amq", "eventSourceArn": "arn", "messages": [active]}),
            1,
        ),
        (
            Wrapper::RabbitMq,
            json!({"eventSource": "aws:rmq", "eventSourceArn": "arn",
            "rmqMessagesByQueue": {"q::/": [rabbit, rabbit], "r::/": [rabbit]}}),
            3,
        ),
        (Wrapper::RabbitMq, pipes_rabbit, 1),
        (Wrapper::Kafka, pipes_kafka.clone(), 1),
        (Wrapper::Kafka, json!([pipes_kafka, pipes_kafka]), 2),
        (Wrapper::Sqs, json!([sqs, sqs, sqs]), 3),
        (Wrapper::CloudEvent, cloud("data", value.clone()), 1),
        (Wrapper::CloudEvent, cloud("data", json!(message)), 1),
        (Wrapper::CloudEvent, cloud("data_base64", json!(encoded)), 1),
        (
            Wrapper::CloudEvent,
            json!([
                cloud("data", value.clone()),
                cloud("data_base64", json!(encoded))
            ]),
            2,
        ),
        (
            Wrapper::KinesisFirehose,
            json!({"invocationId": "1", "sourceMSKArn": "arn", "records": [{"recordId": "4", "kafkaRecordValue": encoded}]}),
            1,
        ),
        (
            Wrapper::ApiGateway,
            json!({"resource": "/", "path": "/", "httpMethod": "POST", "headers": {"a": "b"},
            "requestContext": {"stage": "$default"}, "body": message, "isBase64Encoded": false}),
            1,
        ),
        (
            Wrapper::ApiGateway,
            json!({"version": "1.0", "httpMethod": "POST", "body": encoded, "isBase64Encoded": true}),
            1,
        ),
        (
            Wrapper::ApiGatewayV2,
            json!({"version": "2.0", "routeKey": "$default", "rawPath": "/",
            "requestContext": {"http": {"method": "POST"}}, "body": encoded, "isBase64Encoded": true}),
            1,
        ),
        (
            Wrapper::LoadBalancer,
            json!({"requestContext": {"elb": {"targetGroupArn": "arn"}}, "httpMethod": "POST",
            "body": message, "isBase64Encoded": false}),
            1,
        ),
        (Wrapper::Sqs, json!({"Records": [sqs, sqs]}), 2),
        (Wrapper::Sqs, sqs.clone(), 1),
        (
            Wrapper::Sqs,
            json!({"Messages": [{"MessageId": "1", "ReceiptHandle": "A", "Body": message}]}),
            1,
        ),
        (
            Wrapper::Sns,
            json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns}]}),
            1,
        ),
        (Wrapper::Sns, sns.clone(), 1),
        (
            Wrapper::Kinesis,
            json!({"Records": [kinesis, kinesis, kinesis]}),
            3,
        ),
        (
            Wrapper::Kinesis,
            json!({"eventSource": "aws:kinesis", "data": encoded}),
            1,
        ),
        (
            Wrapper::KinesisFirehose,
            json!({"invocationId": "1", "deliveryStreamArn": "arn", "region": "us-east-1",
            "records": [{"recordId": "4", "approximateArrivalTimestamp": 1, "data": encoded}]}),
            1,
        ),
        (
            Wrapper::KinesisFirehose,
            json!({"requestId": "1", "timestamp": 1, "records": [{"data": encoded}]}),
            1,
        ),
        (
            Wrapper::Kafka,
            json!({"eventSource": "aws:kafka", "records": {"t-0": [kafka, deleted], "u-1": [kafka]}}),
            2,
        ),
        (
            Wrapper::Kafka,
            json!({"eventSource": "SelfManagedKafka", "records": {"t-0": [kafka]}}),
            1,
        ),
        (
            Wrapper::EventBridge,
            json!({"version": "0", "detail-type": "batch", "source": "acme",
            "detail": value}),
            1,
        ),
        (
            Wrapper::LambdaDestination,
            json!({"version": "1.0", "requestContext": {"condition": "RetriesExhausted"},
            "requestPayload": value}),
            1,
        ),
        (
            Wrapper::CloudWatchLogs,
            json!({"messageType": "DATA_MESSAGE", "logGroup": "g",
            "logEvents": [{"id": "1", "timestamp": 1, "message": message}]}),
            1,
        ),
        (Wrapper::String, json!(message), 1),
    ]
}

fn same(text: &[u8], message: &str) -> bool {
    let value = |text: &[u8]| serde_json::from_slice::<Value>(text).unwrap();
    value(text) == value(message.as_bytes())
}

/// These are as many times the same message.
#[track_caller]
fn assert_found(found: &[Result<Cow<'_, [u8]>, Error>], count: usize, event: &str) {
    assert_eq!(found.len(), count, "{event}");
    let are_same = found
        .iter()
        .all(|text| same(text.as_ref().unwrap(), MESSAGE));
    assert!(are_same, "{event}");
}

/// The parser takes it for a message, but its data is not lost.
#[test]
fn a_cloud_event_may_have_a_type_of_the_protocol() {
    for (member, data) in [
        ("data", MESSAGE.to_owned()),
        ("data_base64", "\"e30=\"".to_owned()),
    ] {
        let text = format!(
            r#"{{"type":"event_processing_request","specversion":"1.0","source":"s","{member}":{data}}}"#
        );
        assert_eq!(recognize(text.as_bytes()), Some(Wrapper::CloudEvent));
        let found = messages(text.as_bytes());
        let expected = if member == "data" { MESSAGE } else { "{}" };
        assert_eq!(found[0].as_ref().unwrap().as_ref(), expected.as_bytes());
    }
}

#[test]
fn every_event_is_recognized_and_taken_off() {
    for (wrapper, event, count) in events(MESSAGE) {
        for text in [
            event.to_string(),
            serde_json::to_string_pretty(&event).unwrap(),
        ] {
            assert_eq!(recognize(text.as_bytes()), Some(wrapper), "{text}");
            let unwrapped = unwrap(text.as_bytes()).unwrap().unwrap();
            assert_eq!(unwrapped.wrapper(), wrapper);
            let found = messages(text.as_bytes());
            assert_found(&found, count, &text);
            let error = refusal(&text);
            assert_eq!(error.kind(), ErrorKind::Wrapped, "{text}");
            assert!(
                error.message().contains(&format!("found {wrapper}, which")),
                "{error}"
            );
            assert!(!error.pretty("x").contains("quoted"), "{error}");
        }
    }
}

/// The error of `parse`, which that of each search must equal.
fn refusal(text: &str) -> Error {
    let mut scratch = Scratch::new();
    let (body, options) = (text.as_bytes(), ParseOptions::default());
    let unknown = validate::unknown_fields(body, &mut scratch, &options).unwrap_err();
    let coerced = validate::coercions(body, &mut scratch, &options).unwrap_err();
    let refused = parse(body, &mut scratch, &options).map(|_| ()).unwrap_err();
    assert_eq!([&unknown, &coerced], [&refused; 2], "{text}");
    refused
}

#[test]
fn wrappers_in_each_other_are_taken_off() {
    for (_, inner, count) in events(MESSAGE) {
        for (_, outer, times) in events(&inner.to_string()) {
            // A string is not enough without other members, and is not a JSON value in Base64.
            let alone = outer.as_object().is_some_and(|members| members.len() == 1);
            let value = outer["isBase64Encoded"] == json!(true);
            if inner.is_string() && (outer["body"].is_string() && alone || value) {
                continue;
            }
            let text = outer.to_string();
            let found = messages(text.as_bytes());
            assert_eq!(found.len(), count * times, "{text}");
            assert!(
                found
                    .iter()
                    .all(|text| same(text.as_ref().unwrap(), MESSAGE)),
                "{text}"
            );
        }
    }
    // Not without end.
    let mut text = MESSAGE.to_owned();
    for _ in 0..9 {
        text = json!({"httpMethod": "POST", "body": text}).to_string();
    }
    let left = messages(text.as_bytes());
    assert_eq!(
        recognize(left[0].as_ref().unwrap()),
        Some(Wrapper::ApiGateway)
    );
}

#[test]
fn what_holds_no_message_says_so_and_nothing_else() {
    let sns = |kind| json!({"Type": kind, "TopicArn": "arn", "Token": "jane@example.com", "Message": "You have chosen"});
    for (event, says) in [
        (
            json!({"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": "jane"}}}]}),
            "an S3 event, which has none",
        ),
        (
            json!({"Records": [{"eventSource": "aws:dynamodb", "dynamodb": {}}]}),
            "a DynamoDB event, which has none",
        ),
        (
            json!({"key1": "value1", "key2": "value2", "key3": "value3"}),
            "the test event of the Lambda console",
        ),
        (
            json!({"awslogs": {"data": "H4sIjane"}}),
            "is compressed with gzip",
        ),
        (sns("SubscriptionConfirmation"), "confirms a subscription"),
        (
            json!({"httpMethod": "GET", "body": null}),
            "the text 1 of an API Gateway event is missing",
        ),
        (
            json!({"httpMethod": "POST", "body": 7}),
            "is not a string, an object or a list",
        ),
        (
            json!({"httpMethod": "POST", "isBase64Encoded": true, "body": "jane@"}),
            "is not Base64",
        ),
        (
            json!({"Records": [{"eventSource": "aws:sqs", "body": "{}"}, {"jane": 1}]}),
            "the text 2 of an SQS event is missing",
        ),
    ] {
        let text = event.to_string();
        for error in [
            unwrap(text.as_bytes())
                .map_or_else(|error| error, |inner| first_error(inner.unwrap().texts())),
            first_error(messages(text.as_bytes())),
        ] {
            assert_eq!(error.kind(), ErrorKind::Wrapped);
            assert!(error.message().contains(says), "{error}");
            assert!(!error.pretty("x").contains("jane"), "{error}");
        }
        assert_eq!(refusal(&text).kind(), ErrorKind::Wrapped, "{text}");
    }
}

fn first_error<'a>(texts: impl IntoIterator<Item = Result<Cow<'a, [u8]>, Error>>) -> Error {
    texts.into_iter().find_map(Result::err).unwrap()
}

#[test]
fn one_bad_record_does_not_cost_its_neighbours() {
    let sqs = json!({"eventSource": "aws:sqs", "body": MESSAGE});
    let kinesis = |data: &str| json!({"eventSource": "aws:kinesis", "kinesis": {"data": data}});
    let good = base64(MESSAGE.as_bytes());
    for event in [
        json!({"Records": [sqs, {"eventSource": "aws:sqs", "body": null}, sqs]}),
        json!({"Records": [sqs, {"eventSource": "aws:sqs"}, sqs]}),
        json!({"Records": [{"odd": 1}, sqs, sqs]}),
        json!({"Records": [{"eventSource": "aws:s3"}, sqs, sqs]}),
        json!([{"eventSource": "aws:s3"}, sqs, sqs]),
        json!([sqs, {"Records": []}, sqs]),
        json!({"eventSource": "aws:kafka", "records": {"t-0": [{"value": good}], "u-0": 7, "v-0": [{"value": good}]}}),
        json!({"eventSource": "aws:kafka", "records": {"t-0": [{"value": good}, "jane", {"value": good}]}}),
        json!({"eventSource": "aws:kafka", "records": {"t-0": [{"value": good}, {"odd": 1}, {"value": good}]}}),
        json!({"eventSource": "aws:kafka", "records": {"t-0": [{"value": good}], "u-0": {"jane": {}}, "v-0": [{"value": good}]}}),
        json!({"eventSource": "aws:rmq", "rmqMessagesByQueue": {"q": [{"data": good}, null, {"data": good}]}}),
        json!({"logEvents": [{"message": MESSAGE}, 7, {"message": MESSAGE}]}),
        json!({"Messages": [{"odd": 1}, {"ReceiptHandle": "A", "Body": MESSAGE},
            {"ReceiptHandle": "B", "Body": MESSAGE}]}),
        json!({"Records": [kinesis(&good), kinesis("jane@"), kinesis(&good)]}),
        json!({"requestId": "1", "records": [{"data": good}, {"data": "jane@"}, {"data": good}]}),
    ] {
        // In another event, too.
        let outer = json!({"httpMethod": "POST", "body": event.to_string()});
        for text in [event.to_string(), outer.to_string()] {
            let found = messages(text.as_bytes());
            assert_eq!(found.len(), 3, "{text}");
            let whole = found.iter().flatten();
            assert_eq!(
                whole.filter(|text| same(text, MESSAGE)).count(),
                2,
                "{text}"
            );
            let error = first_error(found);
            assert_eq!(error.kind(), ErrorKind::Wrapped);
            assert!(!error.pretty("x").contains("jane"), "{error}");
        }
    }
}

/// Records that are not where they are expected are errors, and nothing is left out silently.
#[test]
fn odd_records_are_errors() {
    for event in [
        json!({"logEvents": 7}),
        json!({"logEvents": {"jane": 1}}),
        json!({"logEvents": "jane"}),
        json!({"eventSource": "aws:kafka", "records": 7}),
        json!({"eventSource": "aws:kafka", "records": "jane"}),
        json!({"eventSource": "SelfManagedKafka", "records": [7]}),
        json!({"eventSource": "aws:mq", "messages": true}),
        json!({"eventSource": "aws:rmq", "rmqMessagesByQueue": [[]]}),
        json!({"requestId": "1", "records": 7}),
        json!({"eventSource": "aws:sqs", "body": false}),
        json!({"eventSource": "aws:kinesis", "kinesis": 7}),
        json!({"eventSource": "aws:kinesis", "data": "H4sIAAAA"}),
        json!({"httpMethod": "POST", "isBase64Encoded": true, "body": "H4sIAAAA"}),
        json!({"requestContext": {"connectionId": "1", "eventType": "CONNECT"}, "isBase64Encoded": false}),
    ] {
        let text = event.to_string();
        let found = messages(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}");
        let error = first_error(found);
        assert_eq!(error.kind(), ErrorKind::Wrapped, "{text}");
        assert!(error.message().starts_with("the text 1 of a"), "{error}");
        assert!(!error.message().contains("jane"), "{error}");
        let compressed = text.contains("H4sI");
        assert_eq!(error.message().contains("gzip"), compressed, "{error}");
        assert_eq!(refusal(&text).kind(), ErrorKind::Wrapped, "{text}");
    }
}

#[test]
fn empty_lists_of_records_say_so() {
    for (event, says) in [
        (
            json!({"Records": []}),
            "found an event with an empty list of records, which has none",
        ),
        (
            json!({"records": []}),
            "found an event with an empty list of records, which has none",
        ),
        (
            json!({"Messages": []}),
            "found an event with an empty list of records, which has none",
        ),
        (
            json!({"requestId": "1", "records": []}),
            "found an Amazon Data Firehose event, which has none",
        ),
        (
            json!({"eventSource": "aws:kafka", "records": {}}),
            "found a Kafka event, which has none",
        ),
        (
            json!({"eventSource": "aws:kafka", "records": {"t-0": []}}),
            "found a Kafka event, which has none",
        ),
        (
            json!({"logEvents": []}),
            "found a CloudWatch Logs event, which has none",
        ),
    ] {
        let text = event.to_string();
        for error in [
            unwrap(text.as_bytes()).unwrap_err(),
            first_error(messages(text.as_bytes())),
        ] {
            assert_eq!(error.kind(), ErrorKind::Wrapped, "{text}");
            assert!(error.message().contains(says), "{error}");
        }
        assert_eq!(refusal(&text).kind(), ErrorKind::Wrapped, "{text}");
    }
    // Deleted keys are records.
    let deleted =
        json!({"eventSource": "aws:kafka", "records": {"t-0": [{"offset": 1, "value": null}]}});
    assert!(messages(deleted.to_string().as_bytes()).is_empty());
}

#[test]
fn keys_with_escapes_are_the_same_keys() {
    let escaped = |text: &str| {
        let escape = |name: &str| {
            let first = name.chars().next().unwrap();
            format!("\"\\u{:04x}{}\":", first as u32, &name[1..])
        };
        let mut text = text.to_owned();
        for name in [
            "body",
            "httpMethod",
            "Records",
            "eventSource",
            "records",
            "value",
            "detail-type",
            "detail",
            "data",
        ] {
            text = text.replace(&format!("\"{name}\":"), &escape(name));
        }
        text
    };
    for (wrapper, event, count) in events(MESSAGE) {
        let text = escaped(&event.to_string());
        assert_eq!(recognize(text.as_bytes()), Some(wrapper), "{text}");
        let found = messages(text.as_bytes());
        assert_eq!(found.iter().flatten().count(), count, "{text}");
    }
    let typed = r#"{"\u0074ype":"event_processing_request","body":{},"httpMethod":"POST"}"#;
    assert_eq!(recognize(typed.as_bytes()), None);
}

/// In a text, messages are separated as the program separates those of a stream.
#[test]
fn a_text_may_hold_several_messages() {
    for (several, count) in [
        (format!("[{MESSAGE},{MESSAGE}]"), 2),
        (format!(" [ {MESSAGE} ]\n"), 1),
        (format!("{MESSAGE}\n{MESSAGE}\n{MESSAGE}"), 3),
        (format!("{MESSAGE}{MESSAGE}"), 2),
        (format!("[{MESSAGE}][{MESSAGE},{MESSAGE}]"), 3),
    ] {
        for outer in [
            json!(several),
            json!({"httpMethod": "POST", "body": several}),
            json!({"eventSource": "aws:kinesis", "data": base64(several.as_bytes())}),
            json!({"httpMethod": "POST", "body": json!({"eventSource": "aws:sqs", "body": several}).to_string()}),
            json!(json!({"eventSource": "aws:sqs", "body": several}).to_string()),
        ] {
            let text = outer.to_string();
            let found = messages(text.as_bytes());
            assert_found(&found, count, &text);
            assert_eq!(refusal(&text).kind(), ErrorKind::Wrapped, "{text}");
        }
    }
    // An array without messages is refused like any other text.
    let empty = json!({"httpMethod": "POST", "body": "[]"}).to_string();
    let found = messages(empty.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].as_ref().unwrap().as_ref(), b"[]");
    // Two events are not one.
    let sqs = json!({"eventSource": "aws:sqs", "body": MESSAGE}).to_string();
    assert_eq!(recognize(format!("{sqs}{sqs}").as_bytes()), None);
    let outer = json!({"httpMethod": "POST", "body": format!("{sqs}\n{sqs}")}).to_string();
    assert_eq!(messages(outer.as_bytes()).len(), 2);
}

#[test]
fn other_texts_are_not_wrappers() {
    for text in [
        "",
        " ",
        "{",
        "{}",
        "[]",
        "null",
        "7",
        "\"text\"",
        MESSAGE,
        r#"{"type":"event_processing_request","Records":[{"eventSource":"aws:sqs","body":"{}"}]}"#,
        r#"{"type":"event_processing_request","body":{"type":"event_processing_request"}}"#,
        r#"{"type":"event_processing_request","specversion":"1.0","source":"s"}"#,
        r#"{"type":"acme","httpMethod":"POST","body":"{}"}"#,
        r#"{"specversion":"1.0","source":"s"}"#,
        r#"{"Records":7}"#,
        r#"{"body":7}"#,
        "[{},7]",
        r#"{"Records":[{"eventSource":"acme"}]}"#,
        r#"{"records":[{"data":"e30="}]}"#,
        r#"{"body":"{}"}"#,
        r#"{"events":[],"httpMethod":null}"#,
    ] {
        assert_eq!(recognize(text.as_bytes()), None, "{text}");
        assert_eq!(
            messages(text.as_bytes())[0].as_ref().unwrap().as_ref(),
            text.as_bytes()
        );
    }
}

#[test]
fn names_are_distinct() {
    let kinds: std::collections::BTreeSet<&str> = events(MESSAGE)
        .iter()
        .map(|(wrapper, ..)| wrapper.as_str())
        .collect();
    assert_eq!(kinds.len(), 16);
}

proptest! {
    #[test]
    fn any_bytes_survive_base64(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        // Data of gzip is refused.
        prop_assume!(!bytes.starts_with(b"\x1f\x8b"));
        let encoded = base64(&bytes);
        let [url, mime] = other_base64(&encoded);
        for data in [encoded, url, mime] {
        let event = json!({"eventSource": "aws:kinesis", "data": data}).to_string();
        let unwrapped = unwrap(event.as_bytes()).unwrap().unwrap();
        prop_assert_eq!(&*unwrapped.texts().next().unwrap().unwrap(), &bytes[..]);
        }
    }

    #[test]
    fn any_text_is_survived(cut in 0..400usize, at in 0..400usize, byte in any::<u8>(), kind in any::<prop::sample::Index>()) {
        let mut text = kind.get(&events(MESSAGE)).1.to_string().into_bytes();
        text.truncate(cut);
        if let Some(old) = text.get_mut(at) {
            *old = byte;
        }
        let _ = (recognize(&text), wrapper::messages(&text));
    }
}
