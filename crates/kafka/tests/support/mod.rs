//! What the tests share: the broker, topics, and what is in them.
#![allow(dead_code)]

#[path = "../../../../tests/servers/kafka/broker.rs"]
mod broker;

use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink as _};
use hydrant_kafka::{KafkaAccess, KafkaConfig, KafkaSink, Mechanism};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::{Offset, TopicPartitionList};

pub(crate) use broker::Broker;

pub(crate) fn within(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

/// The user that may do everything.
pub(crate) fn access(broker: &Broker) -> KafkaAccess {
    KafkaAccess::new(broker.sasl_ssl())
        .with_ca_file(broker.ca())
        .with_login("hydrant", "hydrant-password")
        .with_mechanism(Mechanism::ScramSha512)
}

pub(crate) fn sink(broker: &Broker, topic: &str) -> KafkaSink {
    KafkaSink::new(KafkaConfig::new(access(broker), topic)).unwrap()
}

/// Delivers a record, and repeats that while the sink asks for it.
pub(crate) async fn deliver(sink: &KafkaSink, record: OutgoingRecord) -> Fate {
    let end = within(60);
    loop {
        let fates = sink.deliver(std::slice::from_ref(&record), end).await;
        assert_eq!(fates.len(), 1);
        if !matches!(fates[0], Fate::Retry { .. }) || Instant::now() > end {
            return fates[0].clone();
        }
    }
}

fn client(broker: &Broker) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker.plain());
    config
}

/// Creates a topic with settings such as `max.message.bytes`.
pub(crate) async fn create(broker: &Broker, topic: &str, partitions: i32, set: &[(&str, &str)]) {
    let admin: AdminClient<DefaultClientContext> = client(broker).create().unwrap();
    let mut new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
    for (name, value) in set {
        new = new.set(name, value);
    }
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(30)));
    let created = admin.create_topics([&new], &options).await.unwrap();
    assert_eq!(created, [Ok(topic.to_owned())]);
}

/// A record that a topic contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) partition: i32,
    pub(crate) key: Option<String>,
    pub(crate) payload: Vec<u8>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) has_headers: bool,
}

/// Everything in a topic, in order within each partition.
pub(crate) fn read(broker: &Broker, topic: &str) -> Vec<Stored> {
    let mut config = client(broker);
    config
        .set("group.id", "tests")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "false");
    let consumer: BaseConsumer = config.create().unwrap();
    let patience = Duration::from_secs(30);
    let metadata = consumer.fetch_metadata(Some(topic), patience).unwrap();
    let mut assigned = TopicPartitionList::new();
    let mut missing = 0;
    for partition in metadata.topics()[0].partitions() {
        let ends = consumer.fetch_watermarks(topic, partition.id(), patience);
        let (low, high) = ends.unwrap();
        missing += high - low;
        let added = assigned.add_partition_offset(topic, partition.id(), Offset::Beginning);
        added.unwrap();
    }
    consumer.assign(&assigned).unwrap();
    let mut stored = Vec::new();
    let end = Instant::now() + Duration::from_secs(60);
    while missing > 0 && Instant::now() < end {
        let Some(Ok(message)) = consumer.poll(Duration::from_secs(1)) else {
            continue;
        };
        missing -= 1;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        stored.push(Stored {
            partition: message.partition(),
            key: message.key().map(text),
            payload: message.payload().unwrap_or_default().to_vec(),
            timestamp: message.timestamp().to_millis(),
            has_headers: message.headers().is_some(),
        });
    }
    assert_eq!(missing, 0, "the topic was not read to its end");
    stored
}
