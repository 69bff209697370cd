//! `hydrant consume`: what it delivers when it is interrupted, when partitions move, when messages
//! cannot be read, and when somebody must mend something. `long_run` kills it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hydrant_testing::http_server::HttpReply;
use serde_json::Value;

use crate::broker::Broker;
use crate::member::*;
use crate::support::*;
use crate::target::*;

/// The least that the broker accepts, so that the partitions of a dead process are free soon.
const SESSION: &str = "source_session_timeout=6s";

pub(crate) fn create(broker: &Broker, topic: &str, partitions: u32) {
    let number = partitions.to_string();
    let arguments = ["--create", "--topic", topic, "--partitions", &number];
    broker.tool("org.apache.kafka.tools.TopicCommand", &arguments);
}

/// A configuration that consumes a topic and delivers to a partner.
pub(crate) fn consuming(broker: &Broker, topic: &str, url: &str) -> Setup {
    Setup::http(url)
        .set(&format!("source_bootstrap_servers={}", broker.sasl_ssl()))
        .set(&format!("source_ca_file={}", broker.ca().display()))
        .set(&format!("source_topic={topic}"))
        .set("source_authentication_method=SCRAM-SHA-512")
        .set("source_user_name=hydrant")
        .env("HYDRANT_SOURCE_PASSWORD", "hydrant-password")
        .set(SESSION)
        .set("max_in_flight=4")
        .set("errors_pointer=/errors")
        .set("error_status_pointer=/status")
}

/// A configuration that stores messages in a topic as they are.
pub(crate) fn storing(broker: &Broker, topic: &str) -> Setup {
    Setup::new(&["connection=kafka", "records=raw", "user_name=hydrant"])
        .set("authentication_method=SCRAM-SHA-512")
        .set(&format!("bootstrap_servers={}", broker.sasl_ssl()))
        .set(&format!("ca_file={}", broker.ca().display()))
        .set(&format!("topic_name={topic}"))
        .env("HYDRANT_PASSWORD", "hydrant-password")
}

/// Stores messages by `hydrant forward`.
pub(crate) fn store(broker: &Broker, topic: &str, text: &str) -> Ran {
    storing(broker, topic).forwards(text, &[])
}

/// SIGTERM settles and commits what is on its way: the next process repeats nothing.
#[test]
fn an_interruption_settles_and_commits() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "interrupted", 4);
    let target = Target::start(|_, _| {
        thread::sleep(Duration::from_millis(5));
        Answer::Accept
    });
    let setup = consuming(&broker, "interrupted", &target.url()).set("batch_records=10");
    let mut delivered = 0;
    for (stored, events) in [(1_000, 400), (2_000, 1_400), (3_000, 3_000)] {
        let ran = store(
            &broker,
            "interrupted",
            &messages(stored - 1_000..stored, 40),
        )
        .exits(0);
        assert_eq!(ran.count("delivered"), 1_000);
        let member = Member::start(&setup, "member", &[]);
        wait_for(&target, events, 60, || member.log());
        let (status, report) = member.stop();
        assert_eq!(status, Some(130));
        assert_eq!(report["failure"], Value::Null);
        delivered += report["delivered"].as_u64().unwrap();
    }
    assert_eq!(delivered, 3_000);
    assert_eq!(assert_order(&target), 0, "repeated");
}

/// While a target is down, a member that joins gets its share at once, nothing is overtaken, and
/// everything arrives when the target is back.
#[test]
fn partitions_move_while_the_target_is_down() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "moving", 4);
    store(&broker, "moving", &messages(0..1_500, 30)).exits(0);
    let open = Arc::new(AtomicBool::new(true));
    let is_open = Arc::clone(&open);
    let target = Target::start(move |_, _| {
        thread::sleep(Duration::from_millis(2));
        match is_open.load(Ordering::SeqCst) {
            true => Answer::Accept,
            false => Answer::Reply(HttpReply::new(503)),
        }
    });
    let setup = consuming(&broker, "moving", &target.url())
        .set("batch_records=4")
        .set("retry_attempts=2")
        .set("max_memory=1M");
    let first = Member::start(&setup, "first", &["--grace", "1"]);
    wait_for(&target, 200, 60, || first.log());
    open.store(false, Ordering::SeqCst);
    let second = Member::start(&setup, "second", &["--grace", "1"]);
    let end = Instant::now() + 30 * SECOND;
    let log = || first.log() + &second.log();
    while !(second.log().contains("has got the partitions") && log().contains("tried again in")) {
        assert!(Instant::now() < end, "{}{}", first.log(), second.log());
        thread::sleep(Duration::from_millis(50));
    }
    open.store(true, Ordering::SeqCst);
    wait_for(&target, 1_500, 90, || first.log() + &second.log());
    assert!(!log().contains("excluded"), "{}", log());
    assert!(first.log().contains("go to others"), "{}", log());
    // The second leaves, and the first gets everything back.
    assert_eq!(second.stop().0, Some(130));
    store(&broker, "moving", &messages(1_500..1_700, 30)).exits(0);
    wait_for(&target, 1_700, 60, || first.log());
    assert_eq!(first.stop().0, Some(130));
    // What was delivered after a record of the same partition had failed: at most the calls in flight,
    // 16 records, whenever a partition is cut.
    let repeated = assert_order(&target);
    assert!(repeated <= 64, "{repeated} were repeated");
}

#[test]
fn what_cannot_be_read_is_stored_or_stops_the_run() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    create(&broker, "garbage", 1);
    store(&broker, "garbage", &messages(0..20, 4)).exits(0);
    let producer = "org.apache.kafka.tools.ConsoleProducer";
    broker.tool_with_input(producer, &["--topic", "garbage"], GARBAGE);
    let target = Target::good();
    let setup = consuming(&broker, "garbage", &target.url());
    let ran = setup.ran(setup.command("consume", &["--quiet"])).exits(1);
    assert!(ran.err.contains("partition 0, offset 20: "), "{}", ran.err);
    assert_eq!(
        target.distinct().len(),
        20,
        "what was before it is delivered"
    );
    store(&broker, "garbage", &messages(20..30, 4)).exits(0);
    let setup = setup.with_letters();
    let member = Member::start(&setup, "member", &[]);
    wait_for(&target, 30, 60, || member.log());
    let (status, report) = member.stop();
    assert_eq!(status, Some(130));
    assert_eq!(
        (&report["refused"], &report["dead_letters"]),
        (&1.into(), &1.into())
    );
    assert_eq!(setup.letters()[0]["unparsed"], GARBAGE);
    assert_eq!(target.numbers().len(), 30, "nothing is repeated");
}

#[test]
fn what_somebody_must_mend_ends_the_run() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    let target = Target::good();
    for (setup, expected) in [
        (
            consuming(&broker, "nowhere", &target.url()),
            "there is no topic nowhere",
        ),
        (
            consuming(&broker, "nowhere", &target.url()).env("HYDRANT_SOURCE_PASSWORD", "s3cret"),
            "refuses the user name, the password",
        ),
        (
            consuming(&broker, "nowhere", &target.url())
                .set(&format!("source_ca_file={}", broker.other_ca().display())),
            "the certificate of the broker is not trusted",
        ),
    ] {
        let begun = Instant::now();
        let ran = setup.ran(setup.command("consume", &["--quiet"])).exits(3);
        assert!(ran.err.contains(expected), "{}", ran.err);
        assert!(!ran.err.contains("s3cret") && !ran.err.contains("hydrant-password"));
        assert!(begun.elapsed() < 15 * SECOND, "{:?}", begun.elapsed());
    }
}
