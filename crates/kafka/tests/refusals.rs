//! Configurations that are wrong end within seconds, at the right step, with what to do.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::net::TcpListener;
use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink as _};
use hydrant_kafka::{KafkaAccess, KafkaConfig, KafkaSink, Mechanism};

use support::{Broker, access, create, within};

/// The machine may be busy.
const QUICKLY: Duration = Duration::from_secs(12);

fn new(access: KafkaAccess, topic: &str) -> KafkaSink {
    KafkaSink::new(KafkaConfig::new(access, topic)).unwrap()
}

/// What `check` says.
async fn checked(sink: &KafkaSink) -> Fate {
    let start = Instant::now();
    let fate = sink.check(within(60)).await.unwrap_err();
    assert!(start.elapsed() < QUICKLY, "{:?}: {fate}", start.elapsed());
    let text = fate.to_string();
    assert!(
        !text.contains("password-") && !text.contains("stranger"),
        "{text}"
    );
    fate
}

/// `check` and `deliver` both halt, and `check` says these words.
async fn halts(sink: &KafkaSink, words: &[&str]) {
    let fate = checked(sink).await;
    let Fate::Halted { reason } = &fate else {
        panic!("{fate:?}");
    };
    for word in words {
        assert!(reason.contains(word), "{word}: {reason}");
    }
    let start = Instant::now();
    let fates = sink.deliver(&[OutgoingRecord::new("a")], within(60)).await;
    assert!(matches!(fates[..], [Fate::Halted { .. }]), "{fates:?}");
    assert!(
        start.elapsed() < QUICKLY,
        "{:?}: {fates:?}",
        start.elapsed()
    );
}

/// `check` reports an outage with these words.
async fn cannot_be_reached(access: KafkaAccess, words: &[&str]) {
    let fate = checked(&new(access, "refusals")).await;
    let Fate::Retry { reason, .. } = &fate else {
        panic!("{fate:?}");
    };
    for word in words {
        assert!(reason.contains(word), "{word}: {reason}");
    }
}

#[tokio::test]
async fn logins() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    for mechanism in [
        Mechanism::Plain,
        Mechanism::ScramSha256,
        Mechanism::ScramSha512,
    ] {
        let access = access(&broker)
            .with_login("stranger", "password-wrong")
            .with_mechanism(mechanism);
        halts(&new(access, "refusals"), &["SASL: ", "`password`"]).await;
    }
    // Login at a port without, and the opposite.
    let anonymous = KafkaAccess::new(broker.sasl_ssl()).with_ca_file(broker.ca());
    cannot_be_reached(anonymous, &["SASL: ", "`user_name`"]).await;
    let login = KafkaAccess::new(broker.ssl())
        .with_ca_file(broker.ca())
        .with_login("stranger", "stranger-password");
    halts(&new(login, "refusals"), &["SASL: ", "SASL_SSL port"]).await;
}

#[tokio::test]
async fn topics() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    halts(
        &new(access(&broker), "unknown"),
        &["topic: ", "`unknown` does not exist"],
    )
    .await;
    create(&broker, "forbidden", 1, &[]).await;
    let stranger = access(&broker).with_login("stranger", "stranger-password");
    halts(&new(stranger, "forbidden"), &["may not write", "WRITE"]).await;
}

/// A topic that is created later is found by the next call.
#[tokio::test]
async fn a_topic_that_is_created_later() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let sink = new(access(&broker), "later");
    halts(&sink, &["topic: "]).await;
    create(&broker, "later", 1, &[]).await;
    let fate = support::deliver(&sink, OutgoingRecord::new("a")).await;
    assert_eq!(fate, Fate::Delivered);
    assert_eq!(sink.check(within(30)).await, Ok(()));
}

#[tokio::test]
async fn certificates() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let untrusted = access(&broker).with_ca_file(broker.other_ca());
    halts(
        &new(untrusted, "refusals"),
        &["TLS: ", "not trusted", "`ca_file`"],
    )
    .await;
    // Those of the system, if there are any.
    let system = KafkaAccess::new(broker.ssl());
    halts(&new(system, "refusals"), &["TLS: ", "not trusted"]).await;
    let (_, port) = broker
        .ssl()
        .split_once(':')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let other_name = KafkaAccess::new(format!("127.0.0.1:{port}")).with_ca_file(broker.ca());
    halts(
        &new(other_name, "refusals"),
        &["TLS: ", "not for its host name"],
    )
    .await;
}

#[tokio::test]
async fn addresses() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let with = |servers: String| KafkaAccess::new(servers).with_ca_file(broker.ca());
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    cannot_be_reached(
        with(format!("localhost:{port}")),
        &["TCP: ", "connection refused"],
    )
    .await;
    cannot_be_reached(
        with("hydrant.invalid:9092".to_owned()),
        &["DNS: ", "hydrant.invalid"],
    )
    .await;
    cannot_be_reached(with(broker.plain()), &["TLS", "port is one with TLS"]).await;
    // One of the list is enough.
    create(&broker, "one-of-them", 1, &[]).await;
    let list = format!("localhost:{port}, {}", broker.ssl());
    let sink = new(with(list), "one-of-them");
    assert_eq!(sink.check(within(30)).await, Ok(()));
    let fates = sink.deliver(&[OutgoingRecord::new("a")], within(30)).await;
    assert_eq!(fates, [Fate::Delivered]);
}
