//! `hydrant forward` to Apache Kafka: what the consumer of Apache Kafka reads is what `hydrant map`
//! prints.

use std::collections::BTreeMap;

use crate::broker::Broker;
use crate::support::*;

fn setup(broker: &Broker, topic: &str) -> Setup {
    Setup::new(&[
        "connection=kafka",
        "authentication_method=SCRAM-SHA-256",
        "user_name=hydrant",
        "compression=zstd",
    ])
    .set(&format!("bootstrap_servers={}", broker.sasl_ssl()))
    .set(&format!("ca_file={}", broker.ca().display()))
    .set(&format!("topic_name={topic}"))
    .env("HYDRANT_PASSWORD", "hydrant-password")
}

fn create(broker: &Broker, topic: &str) {
    let arguments = ["--create", "--topic", topic, "--partitions", "5"];
    broker.tool("org.apache.kafka.tools.TopicCommand", &arguments);
}

/// Key and value of this many records, as the consumer prints them, by partition.
fn consume(
    broker: &Broker,
    topic: &str,
    records: usize,
) -> BTreeMap<String, Vec<(String, String)>> {
    let most = records.to_string();
    let printed = broker.tool(
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        &[
            "--topic",
            topic,
            "--from-beginning",
            "--max-messages",
            &most,
            "--timeout-ms",
            "30000",
            "--formatter-property",
            "print.partition=true",
            "--formatter-property",
            "print.key=true",
        ],
    );
    let mut partitions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in printed.lines() {
        let mut parts = line.splitn(3, '\t').map(str::to_owned);
        let partition = partitions.entry(parts.next().unwrap()).or_default();
        partition.push((parts.next().unwrap(), parts.next().unwrap()));
    }
    partitions
}

/// The values of each key, in order.
fn by_key(records: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut keys: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (key, value) in records {
        keys.entry(key).or_default().push(value);
    }
    keys
}

#[test]
fn what_arrives_is_what_map_prints_in_order_for_each_user() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "events");
    let setup = setup(&broker, "events");
    let generated = [
        "generate",
        "--messages",
        "400",
        "--events",
        "3",
        "--seed",
        "5",
    ];
    let input = run(&generated).exits(0).out + &messages(0..3000, 40);
    let file = setup.write("input", &input);
    let ran = setup.ran(setup.command("check", &[])).exits(0);
    assert_eq!(ran.err, "the target accepts the connection\n");

    let mut map = setup.command("map", &["--with-key"]);
    map.arg(&file);
    let mapped = setup.ran(map).exits(0).out;
    let ran = setup.forwards_file(&file, &[]).exits(0);
    let count = mapped.lines().count();
    assert_eq!(ran.count("delivered"), count as u64);

    let partitions = consume(&broker, "events", count);
    assert_eq!(partitions.len(), 5);
    let records = partitions.values().flatten().cloned();
    let arrived = by_key(records);
    // The text of `map --with-key` is {"key":KEY,"value":VALUE}.
    let expected = by_key(mapped.lines().map(|line| {
        let (key, value) = line.split_once(",\"value\":").unwrap();
        let key = key.trim_start_matches("{\"key\":").trim_matches('"');
        (key.to_owned(), value.strip_suffix('}').unwrap().to_owned())
    }));
    assert!(expected.len() > 40);
    for (key, mut values) in expected {
        let mut found = arrived.get(&key).cloned().unwrap_or_default();
        if key == "null" {
            // They have no order.
            values.sort();
            found.sort();
        }
        assert!(found == values, "the records of {key} differ");
        let of_key = |it: &&Vec<(String, String)>| it.iter().any(|(other, _)| *other == key);
        assert!(key == "null" || partitions.values().filter(of_key).count() == 1);
    }
    assert_eq!(arrived.values().map(Vec::len).sum::<usize>(), count);
}

#[test]
fn a_topic_that_is_created_late_gets_everything() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let setup = setup(&broker, "late").with_letters();
    let input = setup.write("input", messages(0..300, 9));
    let ran = setup.ran(setup.command("check", &[])).exits(3);
    assert!(
        ran.err.contains("topic: the topic `late` does not exist"),
        "{}",
        ran.err
    );
    let ran = setup.continues(&input).exits(3);
    assert!(ran.err.contains("`late` does not exist"), "{}", ran.err);
    assert_eq!((ran.count("acknowledged"), setup.settled()), (0, 0));
    assert!(setup.letters().is_empty());
    create(&broker, "late");
    setup.continues(&input).exits(0);
    let records = consume(&broker, "late", 300);
    assert_eq!(records.values().map(Vec::len).sum::<usize>(), 300);
}

#[test]
fn a_wrong_password_is_named_and_not_shown() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let setup = setup(&broker, "events").env("HYDRANT_PASSWORD", "s3cret");
    let ran = setup.ran(setup.command("check", &[])).exits(3);
    assert!(ran.err.contains("SASL: "), "{}", ran.err);
    assert!(!ran.err.contains("s3cret") && !ran.err.contains("hydrant-password"));
    let incomplete = Setup::new(&["connection=kafka", "topic_name=t", "bootstrap_servers=a:1"])
        .env("HYDRANT_PASSWORD", "s3cret");
    let ran = incomplete.ran(incomplete.command("check", &[])).exits(2);
    assert!(ran.err.contains("`user_name` is missing"), "{}", ran.err);
    assert!(!ran.err.contains("s3cret"));
}
