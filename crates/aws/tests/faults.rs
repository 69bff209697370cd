//! Tests requests, and the fates of answers that AWS gives in trouble, on a local server.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink};
use hydrant_aws::{AwsAccess, FirehoseConfig, FirehoseSink, SqsConfig, SqsQueue};
use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};
use serde_json::{Value, json};

/// Long enough for any answer that a test waits for.
fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn access(url: impl Into<String>) -> AwsAccess {
    AwsAccess::new()
        .with_endpoint_url(url)
        .with_access_key("AKIDKEY", "SECRETKEY")
}

fn config(server: &HttpServer) -> FirehoseConfig {
    FirehoseConfig::new("events").with_access(access(server.url()))
}

async fn sink(server: &HttpServer) -> FirehoseSink {
    FirehoseSink::connect(&config(server)).await.unwrap()
}

async fn batch_sink(server: &HttpServer) -> FirehoseSink {
    let config = config(server).with_put_record_batch(true);
    FirehoseSink::connect(&config).await.unwrap()
}

async fn queue(server: &HttpServer) -> SqsQueue {
    let url = format!("{}/123456789012/dead", server.url());
    let config = SqsConfig::new(url).with_access(access(server.url()));
    SqsQueue::connect(&config).await.unwrap()
}

fn json_reply(status: u16, body: &Value) -> HttpReply {
    HttpReply::new(status)
        .with_header("Content-Type", "application/x-amz-json-1.1")
        .with_body(body.to_string())
}

fn error_reply(status: u16, code: &str, message: &str) -> HttpReply {
    json_reply(status, &json!({"__type": code, "message": message}))
}

fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn records<const N: usize>(payloads: [&str; N]) -> [OutgoingRecord; N] {
    payloads.map(OutgoingRecord::new)
}

/// One letter for each fate: delivered, retry, rejected (X), halted.
fn letters(fates: &[Fate]) -> String {
    let letter = |fate: &Fate| match fate {
        Fate::Delivered => 'D',
        Fate::Retry { .. } => 'R',
        Fate::Rejected { .. } => 'X',
        Fate::Halted { .. } => 'H',
        other => panic!("{other:?}"),
    };
    fates.iter().map(letter).collect()
}

#[tokio::test]
async fn put_record_as_documented() {
    let server = HttpServer::start(|_| json_reply(200, &json!({"RecordId": "1"}))).unwrap();
    let config = config(&server).with_record_delimiter("\n");
    let sink = FirehoseSink::connect(&config).await.unwrap();
    assert_eq!(
        (sink.limits().records, sink.limits().record_bytes),
        (1, 1_024_000)
    );
    let record = OutgoingRecord::new("{\"a\":1}");
    assert_eq!(sink.size(&record), 8);

    for _ in 0..3 {
        let fates = sink.deliver(std::slice::from_ref(&record), soon()).await;
        assert_eq!(fates, [Fate::Delivered]);
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(server.connections(), 1);
    let request = &requests[0];
    assert_eq!((&*request.method, &*request.target), ("POST", "/"));
    assert_eq!(
        request.header("x-amz-target"),
        Some("Firehose_20150804.PutRecord")
    );
    assert_eq!(
        request.header("content-type"),
        Some("application/x-amz-json-1.1")
    );
    let signed = request.header("authorization").unwrap();
    assert!(
        signed.contains("/us-east-1/firehose/aws4_request"),
        "{signed}"
    );
    // "eyJhIjoxfQo=" is the Base64 of `{"a":1}` and a line feed.
    let expected = json!({"DeliveryStreamName": "events", "Record": {"Data": "eyJhIjoxfQo="}});
    assert_eq!(body(request), expected);
}

#[tokio::test]
async fn each_answer_is_one_attempt_with_its_fate() {
    for (reply, expected) in [
        (
            error_reply(400, "ThrottlingException", "Rate exceeded"),
            "R",
        ),
        (error_reply(500, "InternalFailure", ""), "R"),
        (
            error_reply(503, "ServiceUnavailableException", "Slow down."),
            "R",
        ),
        (HttpReply::new(502).with_body("<html>"), "R"),
        (HttpReply::new(200).with_body("<html>"), "R"),
        // Not the service, but something between.
        (HttpReply::new(200), "R"),
        (json_reply(200, &json!({})), "R"),
        (HttpReply::cut(), "R"),
        (json_reply(200, &json!({"RecordId": "1"})).cut_after(5), "R"),
        (
            error_reply(
                400,
                "com.amazonaws#ResourceNotFoundException",
                "of 123456789012",
            ),
            "H",
        ),
        (
            error_reply(
                400,
                "InvalidArgumentException",
                "not configured: 123456789012",
            ),
            "H",
        ),
        (
            error_reply(
                400,
                "AccessDeniedException",
                "arn:aws:iam::123456789012:user/x",
            ),
            "H",
        ),
        (
            error_reply(400, "UnrecognizedClientException", "The security token"),
            "H",
        ),
        (
            error_reply(400, "InvalidSignatureException", "AKIDKEY"),
            "H",
        ),
        (error_reply(400, "ExpiredTokenException", ""), "H"),
        (
            error_reply(400, "ValidationException", "Value at 'record.data' failed"),
            "X",
        ),
        (HttpReply::new(413), "X"),
    ] {
        let of_server = reply.clone();
        let server = HttpServer::start(move |_| of_server.clone()).unwrap();
        let sink = sink(&server).await;
        let fates = sink.deliver(&records(["PAYLOAD"]), soon()).await;
        assert_eq!(letters(&fates), expected, "{reply:?} {fates:?}");
        assert_eq!(server.requests().len(), 1, "{reply:?}");
        let text = format!("{fates:?} {sink:?}");
        for secret in ["KEY", "PAYLOAD", "123456789012"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn the_reason_says_what_to_mend() {
    let server = HttpServer::start(|_| error_reply(400, "AccessDeniedException", "")).unwrap();
    let fates = sink(&server).await.deliver(&records(["a"]), soon()).await;
    let reason = "Amazon Data Firehose answered 400 AccessDeniedException: the policy of the \
                  credentials does not allow this action";
    assert_eq!(fates, [Fate::halted(reason)]);
}

#[tokio::test]
async fn deadlines_end_requests_and_prevent_them() {
    let server = HttpServer::start(|_| HttpReply::never()).unwrap();
    let sink = sink(&server).await;
    let deadline = Instant::now() + Duration::from_millis(300);
    let fates = sink.deliver(&records(["a"]), deadline).await;
    assert_eq!(fates, [Fate::retry("no answer before the deadline")]);
    assert_eq!(server.requests().len(), 1);

    let fates = sink.deliver(&records(["a", "b"]), deadline).await;
    assert_eq!(letters(&fates), "RR");
    assert_eq!(
        sink.check(deadline).await,
        Err(Fate::retry("the deadline has passed"))
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let access = access(format!("http://{port}"));
    let config = FirehoseConfig::new("events").with_access(access);
    let sink = FirehoseSink::connect(&config).await.unwrap();
    let fates = sink.deliver(&records(["a"]), soon()).await;
    assert_eq!(
        fates,
        [Fate::retry("no connection with Amazon Data Firehose")]
    );
}

#[tokio::test]
async fn records_of_a_batch_fail_one_by_one() {
    let server = HttpServer::start(|_| {
        let failed = |code: &str| json!({"ErrorCode": code, "ErrorMessage": "secret"});
        json_reply(
            200,
            &json!({"FailedPutCount": 3, "RequestResponses": [
                {"RecordId": "1"}, failed("ServiceUnavailableException"),
                failed("InternalFailure"), {"RecordId": "2"}, failed("ValidationException"),
            ]}),
        )
    })
    .unwrap();
    let sink = batch_sink(&server).await;
    let limits = sink.limits();
    assert_eq!((limits.records, limits.bytes), (500, 4_194_304));
    let fates = sink
        .deliver(&records(["a", "b", "c", "d", "e"]), soon())
        .await;
    assert_eq!(letters(&fates), "DRRDX");
    assert!(!format!("{fates:?}").contains("secret"));
    let requests = server.requests();
    let target = requests[0].header("x-amz-target");
    assert_eq!(target, Some("Firehose_20150804.PutRecordBatch"));
    let sent: Vec<_> = body(&requests[0])["Records"].as_array().unwrap().clone();
    let sent: Vec<_> = sent
        .iter()
        .map(|record| record["Data"].as_str().unwrap())
        .collect();
    assert_eq!(sent, ["YQ==", "Yg==", "Yw==", "ZA==", "ZQ=="]);
    assert!(sink.deliver(&[], soon()).await.is_empty());
}

#[tokio::test]
async fn results_that_are_missing_are_not_guessed() {
    let body = json!({"FailedPutCount": 0, "RequestResponses": [{"RecordId": "1"}]});
    let server = HttpServer::start(move |_| json_reply(200, &body)).unwrap();
    let fates = batch_sink(&server)
        .await
        .deliver(&records(["a", "b"]), soon())
        .await;
    assert_eq!(letters(&fates), "RR");
}

#[tokio::test]
async fn a_record_for_which_a_batch_is_refused_is_found() {
    // "Yw==" is `c`, which this service refuses.
    let server = HttpServer::start(|request| {
        let records = body(request)["Records"].as_array().unwrap().clone();
        if records.iter().any(|record| record["Data"] == "Yw==") {
            return error_reply(
                400,
                "ValidationException",
                "Value at 'records.2.member.data'",
            );
        }
        let results = vec![json!({"RecordId": "1"}); records.len()];
        json_reply(
            200,
            &json!({"FailedPutCount": 0, "RequestResponses": results}),
        )
    })
    .unwrap();
    let sink = batch_sink(&server).await;
    let fates = sink
        .deliver(&records(["a", "b", "c", "d", "e"]), soon())
        .await;
    assert_eq!(letters(&fates), "DDXDD");
    assert_eq!(server.most_in_flight(), 1);
}

#[tokio::test]
async fn check_describes_the_stream() {
    let describe = |kind: &str, status: &str| {
        json_reply(
            200,
            &json!({"DeliveryStreamDescription": {
                "DeliveryStreamName": "events", "DeliveryStreamARN": "arn", "VersionId": "1",
                "DeliveryStreamType": kind, "DeliveryStreamStatus": status,
                "Destinations": [], "HasMoreDestinations": false,
            }}),
        )
    };
    for (reply, expected) in [
        (describe("DirectPut", "ACTIVE"), "D"),
        (describe("DirectPut", "CREATING"), "R"),
        (describe("DirectPut", "DELETING"), "H"),
        (describe("KinesisStreamAsSource", "ACTIVE"), "H"),
        (error_reply(400, "ResourceNotFoundException", ""), "H"),
        (error_reply(400, "AccessDeniedException", ""), "H"),
        (error_reply(400, "ThrottlingException", ""), "R"),
        (HttpReply::new(500), "R"),
    ] {
        let of_server = reply.clone();
        let server = HttpServer::start(move |_| of_server.clone()).unwrap();
        let result = sink(&server).await.check(soon()).await;
        let fate = result.err().unwrap_or(Fate::Delivered);
        assert_eq!(letters(&[fate]), expected, "{reply:?}");
        let target = server.requests()[0]
            .header("x-amz-target")
            .unwrap()
            .to_owned();
        assert_eq!(target, "Firehose_20150804.DescribeDeliveryStream");
    }
}

#[tokio::test]
async fn messages_of_a_queue_fail_one_by_one() {
    let server = HttpServer::start(|_| {
        let failed = |id: &str, code: &str, fault: bool| json!({"Id": id, "Code": code, "SenderFault": fault});
        json_reply(
            200,
            &json!({
                "Successful": [{"Id": "4", "MessageId": "m", "MD5OfMessageBody": "x"}],
                "Failed": [failed("0", "InternalError", false), failed("2", "InvalidMessageContents", true),
                    failed("3", "AccessDenied", true)],
            }),
        )
    })
    .unwrap();
    let queue = queue(&server).await;
    let limits = queue.limits();
    assert_eq!(
        (limits.records, limits.bytes, limits.record_bytes),
        (10, 1_048_576, 1_048_576)
    );
    // The second is not sent, because it is not a text; the last has no result.
    let fates = queue
        .deliver(&records(["a", "\0", "c", "d", "e", "f"]), soon())
        .await;
    assert_eq!(letters(&fates), "RXXHDR");
    let sent = body(&server.requests()[0]);
    let ids: Vec<_> = sent["Entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["Id"])
        .collect();
    assert_eq!(ids, ["0", "2", "3", "4", "5"]);

    let fates = queue.deliver(&records(["\0"]), soon()).await;
    assert_eq!(letters(&fates), "X");
    assert_eq!(server.requests().len(), 1);
}

/// The group of a record is its key, and repeated records have the same identifier.
#[tokio::test]
async fn records_of_fifo_queues_have_groups() {
    let server = HttpServer::start(|_| json_reply(200, &json!({"Successful": []}))).unwrap();
    let url = format!("{}/123456789012/raw.fifo", server.url());
    let config = SqsConfig::new(url).with_access(access(server.url()));
    let queue = SqsQueue::connect(&config).await.unwrap();
    assert!(!queue.limits().ordered, "a request has one record of a key");
    let keyed = OutgoingRecord::new("a").with_key("-42");
    let sent = [keyed.clone(), OutgoingRecord::new("b"), keyed];
    queue.deliver(&sent, soon()).await;
    let body = body(&server.requests()[0]);
    let entries = body["Entries"].as_array().unwrap();
    let text = |at: usize, name: &str| entries[at][name].as_str().unwrap().to_owned();
    assert_eq!(text(0, "MessageGroupId"), "-42");
    assert_eq!(entries[0]["MessageGroupId"], entries[2]["MessageGroupId"]);
    assert_eq!(
        text(0, "MessageDeduplicationId"),
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        "SHA-256 of `a`"
    );
    assert_eq!(
        text(2, "MessageDeduplicationId"),
        text(0, "MessageDeduplicationId")
    );
    assert_eq!(text(1, "MessageGroupId"), text(1, "MessageDeduplicationId"));
    assert_ne!(
        text(1, "MessageDeduplicationId"),
        text(0, "MessageDeduplicationId")
    );
}

#[tokio::test]
async fn answers_of_queues() {
    for (reply, expected) in [
        (
            error_reply(400, "com.amazonaws.sqs#QueueDoesNotExist", ""),
            "HH",
        ),
        (error_reply(403, "AccessDeniedException", ""), "HH"),
        (error_reply(400, "RequestThrottled", ""), "RR"),
        (HttpReply::new(503), "RR"),
        (HttpReply::cut(), "RR"),
    ] {
        let of_server = reply.clone();
        let server = HttpServer::start(move |_| of_server.clone()).unwrap();
        let queue = queue(&server).await;
        assert_eq!(
            letters(&queue.deliver(&records(["a", "b"]), soon()).await),
            expected
        );
        assert_eq!(letters(&queue.delete(["a", "b"], soon()).await), expected);
        let received = queue.receive(10, Duration::ZERO, soon()).await;
        assert_eq!(letters(&[received.unwrap_err()]), expected[..1]);
        let checked = queue.check(soon()).await;
        assert_eq!(letters(&[checked.unwrap_err()]), expected[..1]);
        assert_eq!(server.requests().len(), 4);
    }
}
