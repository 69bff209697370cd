//! Brokers that are killed, restarted and stopped while records are delivered: nothing is lost, and
//! the records of a key stay in order.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink as _};
use hydrant_kafka::KafkaSink;
use tokio::task::{JoinSet, spawn_blocking};

use support::{Broker, Stored, create, read, sink, within};

const KEYS: u64 = 5;

/// A record with a number within its key.
fn record(key: &str, number: u64) -> OutgoingRecord {
    let payload = format!("{number} {}", "x".repeat(300));
    OutgoingRecord::new(payload).with_key(key)
}

fn number(stored: &Stored) -> u64 {
    let text = String::from_utf8_lossy(&stored.payload);
    text.split(' ').next().unwrap().parse().unwrap()
}

/// Delivers the records of some keys in calls of this many, as a pipeline does: what is to be
/// retried goes first in the next call, and each key is in one call at a time. Ends after the call
/// in which `stop` is set, and returns how many records of each key were delivered.
async fn stream(
    sink: Arc<KafkaSink>,
    worker: u64,
    records: u64,
    timeout: Duration,
    stop: Arc<AtomicBool>,
    delivered: Arc<AtomicU64>,
) -> BTreeMap<String, u64> {
    let keys: Vec<String> = (0..KEYS).map(|key| format!("{worker}-{key}")).collect();
    let mut next = 0;
    let mut waiting: Vec<(String, u64)> = Vec::new();
    let end = within(240);
    while !(stop.load(Ordering::Relaxed) && waiting.is_empty()) {
        assert!(Instant::now() < end, "the records are not delivered");
        while (waiting.len() as u64) < records && !stop.load(Ordering::Relaxed) {
            waiting.extend(keys.iter().map(|key| (key.clone(), next)));
            next += 1;
        }
        let call: Vec<_> = waiting.iter().map(|(key, n)| record(key, *n)).collect();
        let start = Instant::now();
        let fates = sink.deliver(&call, start + timeout).await;
        let late = start.elapsed().saturating_sub(timeout);
        // The machine may be busy.
        assert!(
            late < Duration::from_millis(500),
            "{late:?} after the deadline"
        );
        assert_eq!(fates.len(), call.len());
        let mut failed = BTreeMap::new();
        let mut again = Vec::new();
        for (fate, (key, n)) in fates.iter().zip(waiting) {
            match fate {
                Fate::Delivered => {
                    let earlier = failed.get(&key);
                    assert_eq!(
                        earlier, None,
                        "{key} {n} was delivered after one that failed"
                    );
                    delivered.fetch_add(1, Ordering::Relaxed);
                }
                Fate::Retry { .. } => {
                    failed.entry(key.clone()).or_insert(n);
                    again.push((key, n));
                }
                fate => panic!("{fate:?}"),
            }
        }
        waiting = again;
    }
    keys.into_iter().map(|key| (key, next)).collect()
}

/// Every record is there, and the first copies of the records of each key are in order. Returns the
/// number of duplicates.
fn assert_complete(stored: &[Stored], expected: &BTreeMap<String, u64>) -> u64 {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut duplicates = 0;
    for stored in stored {
        let next = seen.entry(stored.key.as_deref().unwrap()).or_default();
        let number = number(stored);
        assert!(
            number <= *next,
            "{number} instead of {next} of {:?}",
            stored.key
        );
        if number == *next {
            *next += 1;
        } else {
            duplicates += 1;
        }
    }
    for (key, count) in expected {
        assert_eq!(seen.get(&**key), Some(count), "{key}");
    }
    duplicates
}

struct Run {
    sink: Arc<KafkaSink>,
    stop: Arc<AtomicBool>,
    delivered: Arc<AtomicU64>,
    workers: JoinSet<BTreeMap<String, u64>>,
}

impl Run {
    fn start(broker: &Broker, topic: &str, timeout: Duration) -> Self {
        let mut run = Self {
            sink: Arc::new(sink(broker, topic)),
            stop: Arc::default(),
            delivered: Arc::default(),
            workers: JoinSet::new(),
        };
        for worker in 0..4 {
            let (sink, stop) = (Arc::clone(&run.sink), Arc::clone(&run.stop));
            let delivered = Arc::clone(&run.delivered);
            run.workers
                .spawn(stream(sink, worker, 200, timeout, stop, delivered));
        }
        run
    }

    /// Waits until this many more records are delivered.
    async fn delivers(&self, more: u64) {
        let goal = self.delivered.load(Ordering::Relaxed) + more;
        let end = within(120);
        while self.delivered.load(Ordering::Relaxed) < goal {
            assert!(Instant::now() < end, "nothing is delivered");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends the workers and compares the topic with what they delivered.
    async fn finish(mut self, broker: Arc<Broker>, topic: &'static str) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        let mut expected = BTreeMap::new();
        while let Some(sent) = self.workers.join_next().await {
            expected.extend(sent.unwrap());
        }
        self.sink.close().await;
        let stored = spawn_blocking(move || read(&broker, topic)).await.unwrap();
        let duplicates = assert_complete(&stored, &expected);
        (expected.values().sum(), duplicates)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_killed_and_restarted() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let broker = Arc::new(broker);
    create(&broker, "killed", 3, &[]).await;
    let run = Run::start(&broker, "killed", Duration::from_secs(4));
    for _ in 0..3 {
        run.delivers(3_000).await;
        let killed = Arc::clone(&broker);
        let restarted = spawn_blocking(move || {
            killed.signal("KILL");
            killed.restart();
        });
        restarted.await.unwrap();
    }
    run.delivers(3_000).await;
    let (records, duplicates) = run.finish(broker, "killed").await;
    println!("{records} records, {duplicates} duplicates");
}

/// A stopped broker accepts bytes and does not answer: deadlines pass, and when it continues, it may
/// still write what the client has given up.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_does_not_answer_for_a_while() {
    let Some(broker) = Broker::start() else {
        return;
    };
    let broker = Arc::new(broker);
    create(&broker, "stopped", 3, &[]).await;
    let run = Run::start(&broker, "stopped", Duration::from_secs(2));
    for _ in 0..3 {
        run.delivers(2_000).await;
        broker.signal("STOP");
        tokio::time::sleep(Duration::from_secs(5)).await;
        broker.signal("CONT");
    }
    run.delivers(2_000).await;
    let (records, duplicates) = run.finish(broker, "stopped").await;
    println!("{records} records, {duplicates} duplicates");
}

/// The deadline of one call, and what a later call delivers.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passes() {
    let Some(broker) = Broker::start() else {
        return;
    };
    create(&broker, "late", 1, &[]).await;
    let sink = sink(&broker, "late");
    let records: Vec<_> = (0..100).map(|n| record("k", n)).collect();
    let fates = sink.deliver(&records[..50], within(30)).await;
    assert!(fates.iter().all(Fate::is_delivered), "{fates:?}");
    broker.signal("STOP");
    let start = Instant::now();
    let fates = sink
        .deliver(&records[50..], start + Duration::from_secs(2))
        .await;
    let time = start.elapsed();
    broker.signal("CONT");
    assert!(time < Duration::from_millis(2_200), "{time:?}");
    assert!(
        fates.iter().all(|it| matches!(it, Fate::Retry { .. })),
        "{fates:?}"
    );
    let fates = sink.deliver(&records[50..], within(30)).await;
    assert!(fates.iter().all(Fate::is_delivered), "{fates:?}");
    sink.close().await;
    let expected = BTreeMap::from([("k".to_owned(), 100)]);
    let duplicates = assert_complete(&read(&broker, "late"), &expected);
    assert!(duplicates <= 50, "{duplicates}");
}
