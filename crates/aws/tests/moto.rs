//! Delivers to moto, an emulator of AWS, and reads back what arrived.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod emulator;

use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink};
use hydrant_aws::{AwsAccess, FirehoseConfig, FirehoseSink, SqsConfig, SqsQueue};
use serde_json::json;

use emulator::Moto;

fn access(moto: &Moto) -> AwsAccess {
    AwsAccess::new()
        .with_endpoint_url(moto.url())
        .with_access_key("AKIDEXAMPLE", "example")
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn records<const N: usize>(payloads: [&str; N]) -> [OutgoingRecord; N] {
    payloads.map(OutgoingRecord::new)
}

async fn stream(moto: &Moto, name: &str, batch: bool) -> FirehoseSink {
    let config = FirehoseConfig::new(name)
        .with_access(access(moto))
        .with_record_delimiter("\n")
        .with_put_record_batch(batch);
    FirehoseSink::connect(&config).await.unwrap()
}

#[tokio::test]
async fn records_arrive_in_the_bucket() {
    let Some(moto) = Moto::start() else { return };
    moto.create_stream("one-by-one", "DirectPut");
    let sink = stream(&moto, "one-by-one", false).await;
    sink.check(soon()).await.unwrap();
    for text in ["{\"n\":1}", "{\"n\":\"ä\"}"] {
        assert_eq!(
            sink.deliver(&records([text]), soon()).await,
            [Fate::Delivered]
        );
    }
    let mut objects = moto.objects("one-by-one");
    objects.sort();
    assert_eq!(objects, ["{\"n\":\"ä\"}\n", "{\"n\":1}\n"]);

    moto.create_stream("batches", "DirectPut");
    let sink = stream(&moto, "batches", true).await;
    let batch: Vec<_> = (0..500)
        .map(|n| OutgoingRecord::new(n.to_string()))
        .collect();
    let fates = sink.deliver(&batch, soon()).await;
    assert!(fates.len() == 500 && fates.iter().all(Fate::is_delivered));
    let expected: String = (0..500).map(|n| format!("{n}\n")).collect();
    assert_eq!(moto.objects("batches"), [expected]);
}

#[tokio::test]
async fn streams_that_cannot_be_used() {
    let Some(moto) = Moto::start() else { return };
    let unknown = stream(&moto, "unknown", false).await;
    let missing = Fate::halted(
        "Amazon Data Firehose answered 400 ResourceNotFoundException: the delivery stream does \
         not exist in this region",
    );
    assert_eq!(unknown.check(soon()).await, Err(missing.clone()));
    assert_eq!(unknown.deliver(&records(["a"]), soon()).await, [missing]);

    moto.create_stream("from-a-stream", "KinesisStreamAsSource");
    let sink = stream(&moto, "from-a-stream", false).await;
    let Err(Fate::Halted { reason }) = sink.check(soon()).await else {
        panic!("it is not a stream for Direct PUT");
    };
    assert!(reason.contains("Direct PUT"), "{reason}");
}

#[tokio::test]
async fn dead_letters_are_stored_received_and_deleted() {
    let Some(moto) = Moto::start() else { return };
    let created = moto.json(
        "sqs",
        "AmazonSQS.CreateQueue",
        &json!({"QueueName": "dead"}),
    );
    let config = SqsConfig::new(created["QueueUrl"].as_str().unwrap()).with_access(access(&moto));
    let queue = SqsQueue::connect(&config).await.unwrap();
    queue.check(soon()).await.unwrap();
    let letters = records(["{\"n\":1}", "not\0text", "{\"n\":\"ä\"}"]);
    let fates = queue.deliver(&letters, soon()).await;
    assert!(fates[0].is_delivered() && fates[2].is_delivered());
    assert!(matches!(fates[1], Fate::Rejected { .. }));

    let mut received = queue.receive(10, Duration::ZERO, soon()).await.unwrap();
    received.sort_by(|a, b| a.body.cmp(&b.body));
    let bodies: Vec<_> = received.iter().map(|message| &*message.body).collect();
    assert_eq!(bodies, ["{\"n\":\"ä\"}", "{\"n\":1}"]);
    assert!(!format!("{received:?}").contains('ä'));
    let receipts = received.iter().map(|message| &*message.receipt);
    let fates = queue.delete(receipts, soon()).await;
    assert_eq!(fates, [Fate::Delivered, Fate::Delivered]);
    assert!(
        queue
            .receive(10, Duration::ZERO, soon())
            .await
            .unwrap()
            .is_empty()
    );

    let body = json!({"QueueUrl": created["QueueUrl"]});
    moto.json("sqs", "AmazonSQS.PurgeQueue", &body);
    let config = SqsConfig::new("http://127.0.0.1/123456789012/none").with_access(access(&moto));
    let queue = SqsQueue::connect(&config).await.unwrap();
    assert!(matches!(
        queue.check(soon()).await,
        Err(Fate::Halted { .. })
    ));
}
