//! Generated messages to a local broker over TLS and SCRAM with `acks=all`: a plain loop of
//! librdkafka against `Pipeline` with `KafkaSink`, in turn, with the same records, keys and settings.
//!
//! `cargo bench --package hydrant-kafka --bench throughput`; it needs `tests/servers/kafka/start
//! --install` and does nothing without `--bench`. `RECORDS` and `ROUNDS` change its size.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hydrant::delivery::{OutgoingRecord, SchedulerOptions};
use hydrant_kafka::{Compression, KafkaConfig, KafkaSink};
use hydrant_runtime::{Pipeline, PipelineOptions};
use hydrant_testing::generate::{Generator, Options};
use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};

use support::{Broker, access, create};

const TOPIC: &str = "bench";

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let number = |name: &str, default| {
        let text = std::env::var(name).ok();
        text.map_or(default, |text| text.parse::<u64>().unwrap())
    };
    let (count, rounds) = (number("RECORDS", 100_000), number("ROUNDS", 9));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(broker) = Broker::start() else {
        return;
    };
    runtime.block_on(create(&broker, TOPIC, 4, &[]));
    let mut generator = Generator::new(Options::default().events(1..=2));
    let records: Vec<OutgoingRecord> = (0..count)
        .map(|n| {
            let mut message = Vec::new();
            generator.write_message(&mut message);
            let user = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44;
            OutgoingRecord::new(message).with_key(user.to_string())
        })
        .collect();
    let bytes: usize = records.iter().map(|record| record.payload.len()).sum();
    let megabytes = bytes as f64 / 1e6;
    println!("{count} records, {megabytes:.0} MB, 4 partitions");
    for compression in [Compression::None, Compression::Lz4, Compression::Zstd] {
        let config = KafkaConfig::new(access(&broker), TOPIC).with_compression(compression);
        let (mut plain, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=rounds {
            let run_plain = || plain_loop(&broker, compression, &records).as_secs_f64();
            let run_ours = || {
                let run = pipeline(config.clone(), &records);
                runtime.block_on(run).as_secs_f64()
            };
            // The first of a round has the disk to itself, while the second waits for its writes.
            let (a, b) = match round % 2 {
                0 => (run_plain(), run_ours()),
                _ => {
                    let ours = run_ours();
                    (run_plain(), ours)
                }
            };
            // The broker compiles its code during the first round.
            if round == 0 {
                continue;
            }
            plain.push(a);
            ours.push(b);
            ratios.push(a / b);
        }
        let rate = |seconds: f64| {
            format!(
                "{:.1} MB/s, {:.0} records/s",
                megabytes / seconds,
                count as f64 / seconds
            )
        };
        println!(
            "{}: plain {}; pipeline {}; ratio {:.2}",
            compression.as_str(),
            rate(median(plain)),
            rate(median(ours)),
            median(ratios)
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Counter(Arc<AtomicU64>);

impl ClientContext for Counter {}

impl ProducerContext for Counter {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        assert!(result.is_ok());
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn plain_loop(broker: &Broker, compression: Compression, records: &[OutgoingRecord]) -> Duration {
    let mut config = ClientConfig::new();
    for (property, value) in [
        ("bootstrap.servers", broker.sasl_ssl().as_str()),
        ("security.protocol", "sasl_ssl"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.username", "hydrant"),
        ("sasl.password", "hydrant-password"),
        ("ssl.ca.location", broker.ca().to_str().unwrap()),
        ("acks", "all"),
        ("enable.idempotence", "true"),
        ("partitioner", "murmur2_random"),
        ("compression.codec", compression.as_str()),
        ("linger.ms", "5"),
        ("message.max.bytes", "1048588"),
        ("batch.size", "1048588"),
        ("queue.buffering.max.messages", "0"),
    ] {
        config.set(property, value);
    }
    let delivered = Arc::new(AtomicU64::new(0));
    let context = Counter(Arc::clone(&delivered));
    let producer = ThreadedProducer::from_config_and_context(&config, context).unwrap();
    let _ = producer
        .client()
        .fetch_metadata(Some(TOPIC), Duration::from_secs(30));
    let start = Instant::now();
    for record in records {
        let key = record.key.as_deref().unwrap();
        let record = BaseRecord::to(TOPIC).key(key).payload(&record.payload[..]);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    while delivered.load(Ordering::Relaxed) < records.len() as u64 {
        std::thread::sleep(Duration::from_millis(1));
    }
    start.elapsed()
}

async fn pipeline(config: KafkaConfig, records: &[OutgoingRecord]) -> Duration {
    use hydrant::delivery::Sink as _;

    let records = records.to_vec();
    let sink = KafkaSink::new(config).unwrap();
    sink.check(support::within(30)).await.unwrap();
    let options = SchedulerOptions::default()
        .linger(Duration::from_millis(5))
        .capacity(1_000_000, 64 << 20)
        .account_percent(100);
    let pipeline = Pipeline::new(sink, PipelineOptions::default().scheduler(options));
    let start = Instant::now();
    let deadline = start + Duration::from_secs(600);
    let mut receipts = Vec::new();
    let mut records = records.into_iter();
    loop {
        let some: Vec<_> = records.by_ref().take(256).collect();
        if some.is_empty() {
            break;
        }
        receipts.push(pipeline.submit(some, deadline).await);
    }
    for receipt in receipts {
        assert!(
            receipt
                .await
                .iter()
                .all(|result| result.fate.is_delivered())
        );
    }
    let time = start.elapsed();
    pipeline.close(Duration::from_secs(10)).await;
    time
}
