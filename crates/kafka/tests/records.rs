//! Delivers to a broker and reads back what arrived.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::time::{Duration, SystemTime};

use hydrant::delivery::{Fate, OutgoingRecord, Sink as _};
use hydrant_kafka::{Compression, KafkaAccess, KafkaConfig, KafkaSink, Mechanism};

use support::{Broker, access, create, deliver, read, sink, within};

fn halted(fate: &Fate) -> &str {
    match fate {
        Fate::Halted { reason } => reason,
        fate => panic!("{fate:?}"),
    }
}

#[tokio::test]
async fn each_mechanism_and_no_login() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "logins", 2, &[]).await;
    let mut accesses = vec![KafkaAccess::new(broker.ssl()).with_ca_file(broker.ca())];
    for mechanism in [
        Mechanism::Plain,
        Mechanism::ScramSha256,
        Mechanism::ScramSha512,
    ] {
        accesses.push(access(&broker).with_mechanism(mechanism));
    }
    for access in accesses {
        let text = format!("{access:?}");
        let sink = KafkaSink::new(KafkaConfig::new(access, "logins")).unwrap();
        assert_eq!(sink.check(within(30)).await, Ok(()), "{text}");
        let fates = sink.deliver(&[OutgoingRecord::new(text)], within(30)).await;
        assert_eq!(fates, [Fate::Delivered]);
        sink.close().await;
    }
    assert_eq!(read(&broker, "logins").len(), 4);
}

/// murmur2 as the Java clients compute it, for the numbers of partitions.
fn murmur2(data: &[u8]) -> u32 {
    let multiplier: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ u32::try_from(data.len()).unwrap();
    let mut words = data.chunks_exact(4);
    for word in &mut words {
        let mut word = u32::from_le_bytes(word.try_into().unwrap()).wrapping_mul(multiplier);
        word ^= word >> 24;
        hash = hash.wrapping_mul(multiplier) ^ word.wrapping_mul(multiplier);
    }
    let rest = words.remainder();
    for (position, byte) in rest.iter().enumerate().rev() {
        hash ^= u32::from(*byte) << (8 * position);
    }
    if !rest.is_empty() {
        hash = hash.wrapping_mul(multiplier);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(multiplier);
    hash ^ (hash >> 15)
}

#[tokio::test]
async fn keys_times_and_values() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "records", 7, &[]).await;
    let sink = sink(&broker, "records");
    let time = 1_500_000_000_123;
    let mut records: Vec<_> = (-40i64..40)
        .map(|n| {
            OutgoingRecord::new(format!("{{\"n\":{n}}}"))
                .with_key((n * 1_000_003).to_string())
                .with_timestamp_ms(time + n)
        })
        .collect();
    records.push(OutgoingRecord::new("{\"key\":\"none\"}"));
    records.push(OutgoingRecord::new("").with_key(""));
    records.push(OutgoingRecord::new("before the epoch").with_timestamp_ms(-5));
    let fates = sink.deliver(&records, within(30)).await;
    assert!(fates.iter().all(Fate::is_delivered), "{fates:?}");

    let stored = read(&broker, "records");
    assert_eq!(stored.len(), records.len());
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
    for record in &records {
        let found = stored.iter().find(|it| it.payload == record.payload);
        let found = found.unwrap();
        assert!(!found.has_headers);
        let key = record.key.as_deref();
        assert_eq!(found.key.as_deref().map(str::as_bytes), key);
        if let Some(key) = key {
            let partition = (murmur2(key) & 0x7fff_ffff) % 7;
            assert_eq!(found.partition, i32::try_from(partition).unwrap());
        }
        match record.timestamp_ms.filter(|time| *time > 0) {
            Some(time) => assert_eq!(found.timestamp, Some(time)),
            None => assert!((now - found.timestamp.unwrap()).abs() < 120_000),
        }
    }
    // The murmur2 of the tests itself, with the values of the tests of Apache Kafka.
    assert_eq!(murmur2(b"21") as i32, -973_932_308);
    assert_eq!(murmur2(b"foobar") as i32, -790_332_482);
    assert_eq!(murmur2(b"a-little-bit-long-string") as i32, -985_981_536);
}

#[tokio::test]
async fn every_compression_is_read() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "compressed", 1, &[]).await;
    for compression in [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let config = KafkaConfig::new(access(&broker), "compressed").with_compression(compression);
        let sink = KafkaSink::new(config).unwrap();
        let records: Vec<_> = (0..50)
            .map(|_| OutgoingRecord::new(compression.as_str().repeat(100)))
            .collect();
        let fates = sink.deliver(&records, within(30)).await;
        assert!(fates.iter().all(Fate::is_delivered), "{fates:?}");
    }
    let stored = read(&broker, "compressed");
    assert_eq!(stored.len(), 250);
    for (name, group) in ["none", "gzip", "snappy", "lz4", "zstd"]
        .iter()
        .zip(stored.chunks(50))
    {
        assert!(
            group
                .iter()
                .all(|it| it.payload == name.repeat(100).as_bytes())
        );
    }
}

/// Neither compresses, so that each fills a batch.
fn noise(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..bytes).map(next).collect()
}

#[tokio::test]
async fn the_largest_records() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "large", 1, &[]).await;
    let sink = sink(&broker, "large");
    let most = sink.limits().record_bytes;
    let keyed = |bytes: usize, n| OutgoingRecord::new(noise(bytes - 1, n)).with_key("k");
    let records = [
        keyed(most, 1),
        keyed(most + 2000, 2),
        keyed(most, 3),
        keyed(10, 4),
    ];
    assert_eq!(sink.size(&records[0]), most);
    let fates = sink.deliver(&records, within(60)).await;
    assert!(matches!(fates[1], Fate::Rejected { .. }), "{fates:?}");
    for n in [0, 2, 3] {
        assert_eq!(fates[n], Fate::Delivered);
    }
    let stored = read(&broker, "large");
    let lengths: Vec<_> = stored.iter().map(|it| it.payload.len()).collect();
    assert_eq!(lengths, [most - 1, most - 1, 9]);
}

/// A batch that the topic refuses may consist of records that it would accept: nothing is rejected.
#[tokio::test]
async fn a_topic_with_a_smaller_limit() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "small", 1, &[("max.message.bytes", "100000")]).await;
    let sink = sink(&broker, "small");
    let reason = sink.check(within(30)).await.unwrap_err();
    assert!(
        halted(&reason).contains("batches of 100000 bytes"),
        "{reason}"
    );
    let records: Vec<_> = (0..4)
        .map(|n| OutgoingRecord::new(noise(60_000, n)))
        .collect();
    let fates = sink.deliver(&records, within(30)).await;
    assert!(
        fates.iter().any(
            |fate| matches!(fate, Fate::Halted { reason } if reason.contains("max.message.bytes"))
        ),
        "{fates:?}"
    );
    assert!(
        !fates
            .iter()
            .any(|fate| matches!(fate, Fate::Rejected { .. }))
    );

    let config = KafkaConfig::new(access(&broker), "small").with_max_record_bytes(100_000 - 1036);
    let sink = KafkaSink::new(config).unwrap();
    assert_eq!(sink.check(within(30)).await, Ok(()));
    let fates = sink.deliver(&records, within(30)).await;
    assert!(fates.iter().all(Fate::is_delivered), "{fates:?}");
}

/// The broker refuses a batch because of one record: only that one is rejected, and order is kept.
#[tokio::test]
async fn a_record_that_the_broker_refuses() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let set = [("message.timestamp.after.max.ms", "3600000")];
    create(&broker, "refused", 1, &set).await;
    let sink = sink(&broker, "refused");
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let later = now + Duration::from_secs(48 * 3600);
    let record = |n: usize| {
        let time = if n == 5 { later } else { now };
        OutgoingRecord::new(n.to_string())
            .with_key("k")
            .with_timestamp_ms(time.as_millis() as i64)
    };
    let records: Vec<_> = (0..10).map(record).collect();
    let fates = sink.deliver(&records, within(30)).await;
    for (n, fate) in fates.iter().enumerate() {
        match fate {
            Fate::Rejected { reason } => assert!(n == 5 && reason.contains("time"), "{n} {fate:?}"),
            fate => assert!(n != 5 && fate.is_delivered(), "{n} {fate:?}"),
        }
    }
    assert_eq!(deliver(&sink, record(10)).await, Fate::Delivered);
    let stored = read(&broker, "refused");
    let order: Vec<_> = stored
        .iter()
        .map(|it| String::from_utf8_lossy(&it.payload).into_owned())
        .collect();
    assert_eq!(order, ["0", "1", "2", "3", "4", "6", "7", "8", "9", "10"]);
}

#[tokio::test]
async fn a_sink_that_is_closed() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "closed", 1, &[]).await;
    let sink = sink(&broker, "closed");
    sink.close().await;
    let fates = sink.deliver(&[OutgoingRecord::new("a")], within(5)).await;
    assert_eq!(fates, [Fate::retry("the sink is closed")]);
    assert!(sink.deliver(&[], within(5)).await.is_empty());
}
