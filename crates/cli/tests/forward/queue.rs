//! Messages that are stored in a queue of Amazon SQS, as moto emulates it, and `hydrant consume`, which
//! delivers them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hydrant::Invocation;
use hydrant::message::Uuid;
use hydrant_forward::config::Config;
use hydrant_forward::{AcknowledgeError, AcknowledgeFirst, Forwarder};
use hydrant_testing::http_server::HttpReply;
use serde_json::{Value, json};

use crate::crashes::{Random, seed, unreliable_answer};
use crate::emulator::Moto;
use crate::fifo::{Fault, Queue};
use crate::member::*;
use crate::support::*;
use crate::target::*;

/// The least time for which messages are hidden, so that those of a dead process are free soon.
const SESSION: &str = "source_session_timeout=5s";

/// Creates a queue and returns its URL. Without an extension, its messages would be visible again
/// after a second.
fn create(moto: &Moto, name: &str) -> String {
    let mut attributes = json!({"VisibilityTimeout": "1"});
    if name.ends_with(".fifo") {
        attributes["FifoQueue"] = "true".into();
    }
    let body = json!({"QueueName": name, "Attributes": attributes});
    let created = moto.json("sqs", "AmazonSQS.CreateQueue", &body);
    created["QueueUrl"].as_str().unwrap().to_owned()
}

/// The number of messages that are visible, and that are hidden.
fn depth(moto: &Moto, url: &str) -> (u64, u64) {
    let body = json!({"QueueUrl": url, "AttributeNames": ["All"]});
    let found = moto.json("sqs", "AmazonSQS.GetQueueAttributes", &body);
    let count = |name: &str| {
        let text = found["Attributes"][name].as_str().unwrap();
        text.parse().unwrap()
    };
    (
        count("ApproximateNumberOfMessages"),
        count("ApproximateNumberOfMessagesNotVisible"),
    )
}

fn with_access(setup: Setup, address: &str) -> Setup {
    setup
        .set("access_key_id=AKIDEXAMPLE")
        .set(&format!("endpoint_url={address}"))
        .env("HYDRANT_SECRET_ACCESS_KEY", "example")
}

/// A configuration that stores messages.
fn storing(moto: &Moto, url: &str) -> Setup {
    let setup = Setup::new(&["connection=sqs", "records=raw"]);
    with_access(setup.set(&format!("queue_url={url}")), &moto.url())
}

/// A configuration that consumes a queue and delivers to a partner.
fn consuming(moto: &Moto, url: &str, target: &Target) -> Setup {
    consuming_from(&moto.url(), url, target)
}

/// The same with the service at this address.
fn consuming_from(address: &str, url: &str, target: &Target) -> Setup {
    with_access(Setup::http(&target.url()), address)
        .set(&format!("source_queue_url={url}"))
        .set(SESSION)
        .set("max_in_flight=4")
        .set("errors_pointer=/errors")
        .set("error_status_pointer=/status")
}

/// A target that fails in every way that a repetition mends.
fn unreliable(seed: u64) -> Target {
    Target::start(move |request, records| {
        let mut random = Random(seed ^ (request.number as u64) << 20);
        thread::sleep(Duration::from_micros(random.below(20_000)));
        unreliable_answer(&mut random, records.len())
    })
}

/// Waits until the queue has no messages.
fn wait_until_empty(moto: &Moto, url: &str, what: impl Fn() -> String) {
    let end = Instant::now() + 30 * SECOND;
    while depth(moto, url) != (0, 0) {
        assert!(Instant::now() < end, "{:?}: {}", depth(moto, url), what());
        thread::sleep(Duration::from_millis(50));
    }
}

/// Attempts run out, so that messages come again from the queue; nothing of their users overtakes
/// them. Some requests to the queue fail, too.
#[test]
fn a_fifo_queue_keeps_the_order_of_each_user() {
    let stored = (0..300).map(|number| {
        let user = number % 20 + 1;
        (user.to_string(), message(user, &[event(number)]))
    });
    let fault: Fault = Box::new(|_, number| (number % 20 == 7).then(|| HttpReply::new(503)));
    let queue = Queue::start(&stored.collect::<Vec<_>>(), true, fault);
    let target = unreliable(seed());
    let setup = consuming_from(&queue.address(), &queue.url(), &target)
        .set("retry_attempts=2")
        .set("batch_records=3");
    let member = Member::start(&setup, "member", &[]);
    wait_for(&target, 300, 120, || member.log());
    let end = Instant::now() + 30 * SECOND;
    while queue.depth().0 > 0 {
        assert!(
            Instant::now() < end,
            "{:?}: {}",
            queue.depth(),
            member.log()
        );
        thread::sleep(Duration::from_millis(50));
    }
    let log = member.log();
    let (status, report) = member.stop();
    assert_eq!(status, Some(130), "{log}");
    assert_eq!(report["messages"], 300, "{log}");
    assert!(log.contains("; tried again in "), "{log}");
    assert!(!log.contains("has no effect"), "{log}");
    assert_order(&target);
}

/// What `forward` stores is what `consume` delivers.
#[test]
fn messages_are_stored_once_and_in_order() {
    let Some(moto) = Moto::start() else { return };
    let url = create(&moto, "raw.fifo");
    let text = messages(0..200, 20);
    let ran = storing(&moto, &url).forwards(&text, &[]).exits(0);
    assert_eq!(ran.count("delivered"), 200);
    // What is stored again within five minutes is stored once.
    storing(&moto, &url).forwards(&text, &[]).exits(0);
    assert_eq!(depth(&moto, &url), (200, 0));
    let target = Target::good();
    // Nothing expires.
    let setup = consuming(&moto, &url, &target).set("source_session_timeout=10m");
    let member = Member::start(&setup, "member", &[]);
    wait_for(&target, 200, 120, || member.log());
    let log = member.log();
    let (status, report) = member.stop();
    assert_eq!(
        (status, &report["messages"]),
        (Some(130), &200.into()),
        "{log}"
    );
    assert_eq!(assert_order(&target), 0, "repeated");
}

#[test]
fn a_standard_queue_is_delivered_and_emptied() {
    let Some(moto) = Moto::start() else { return };
    let url = create(&moto, "raw");
    storing(&moto, &url)
        .forwards(messages(0..400, 20), &[])
        .exits(0);
    let target = unreliable(seed());
    let setup = consuming(&moto, &url, &target).set("batch_records=5");
    let members = ["first", "second"].map(|name| Member::start(&setup, name, &[]));
    let logs = || members[0].log() + &members[1].log();
    wait_for(&target, 400, 120, logs);
    wait_until_empty(&moto, &url, logs);
    for member in members {
        assert_eq!(member.stop().0, Some(130));
    }
    assert_eq!(target.distinct(), (0..400).collect::<Vec<_>>());
}

/// The order after a crash is tested in `hydrant-aws`, because moto does not keep it.
#[test]
fn a_process_that_is_killed_loses_nothing() {
    let Some(moto) = Moto::start() else { return };
    let (seed, events) = (seed(), 300);
    let url = create(&moto, "killed.fifo");
    storing(&moto, &url)
        .forwards(messages(0..events, 15), &[])
        .exits(0);
    let target = unreliable(seed);
    let setup = consuming(&moto, &url, &target).set("batch_records=2");
    let mut random = Random(seed);
    for round in 1..=2 {
        let member = Member::start(&setup, "killed", &[]);
        wait_for(&target, 100 * round, 120, || member.log());
        thread::sleep(Duration::from_micros(random.below(50_000)));
        member.kill();
    }
    let member = Member::start(&setup, "last", &[]);
    wait_for(&target, events as usize, 120, || member.log());
    wait_until_empty(&moto, &url, || member.log());
    assert_eq!(member.stop().0, Some(130));
    assert_eq!(target.distinct(), (0..events).collect::<Vec<_>>());
    let repeated = target.numbers().len() - events as usize;
    println!("seed {seed}: 2 kills, {events} events, {repeated} repeated");
}

/// Longer than messages are hidden at first: they are not given to the other process.
#[test]
fn a_slow_target_is_waited_for() {
    let Some(moto) = Moto::start() else { return };
    for name in ["slow", "slow.fifo"] {
        let url = create(&moto, name);
        storing(&moto, &url)
            .forwards(messages(0..6, 3), &[])
            .exits(0);
        let begun = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&begun);
        let target = Target::start(move |_, records| {
            count.fetch_add(records.len(), Ordering::SeqCst);
            // Five seconds more than the silence that is reported: processes may be slow.
            thread::sleep(15 * SECOND);
            Answer::Accept
        });
        let setup = consuming(&moto, &url, &target).set("linger=500ms");
        let members = ["first", "second"].map(|name| Member::start(&setup, name, &[]));
        let logs = || members[0].log() + &members[1].log();
        wait_for(&target, 6, 90, logs);
        assert_eq!(begun.load(Ordering::SeqCst), 6, "something came twice");
        assert!(logs().contains("nothing has been delivered for 10 s"));
        for member in members {
            let log = member.log();
            assert_eq!(member.stop().0, Some(130), "{log}");
            assert!(!log.contains("warning: message"), "{log}");
        }
    }
}

/// An interruption returns what is not delivered, at once.
#[test]
fn an_interruption_returns_messages() {
    let Some(moto) = Moto::start() else { return };
    for name in ["interrupted", "interrupted.fifo"] {
        let url = create(&moto, name);
        storing(&moto, &url)
            .forwards(messages(0..40, 10), &[])
            .exits(0);
        let answers = Arc::new(AtomicBool::new(false));
        let is_answering = Arc::clone(&answers);
        let begun = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&begun);
        let target = Target::start(move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
            match is_answering.load(Ordering::SeqCst) {
                true => Answer::Accept,
                false => Answer::Reply(HttpReply::never()),
            }
        });
        let setup = consuming(&moto, &url, &target)
            .set("source_session_timeout=10m")
            .set("request_timeout=2s")
            .set("retry_attempts=1000");
        let member = Member::start(&setup, "member", &["--grace", "1"]);
        let end = Instant::now() + 60 * SECOND;
        while begun.load(Ordering::SeqCst) == 0 || depth(&moto, &url).1 == 0 {
            assert!(Instant::now() < end, "{}", member.log());
            thread::sleep(Duration::from_millis(20));
        }
        let stopped = Instant::now();
        let log = member.log();
        let (status, report) = member.stop();
        assert_eq!(
            (status, &report["messages"]),
            (Some(130), &0.into()),
            "{log}"
        );
        assert!(stopped.elapsed() < 15 * SECOND, "{:?}", stopped.elapsed());
        assert_eq!(depth(&moto, &url), (40, 0));
        answers.store(true, Ordering::SeqCst);
        let setup = setup.set(SESSION);
        let member = Member::start(&setup, "next", &[]);
        wait_for(&target, 40, 60, || member.log());
        wait_until_empty(&moto, &url, || member.log());
        assert_eq!(member.stop().0, Some(130));
    }
}

#[test]
fn what_cannot_be_read_is_stored_or_stops_the_run() {
    let Some(moto) = Moto::start() else { return };
    let url = create(&moto, "garbage.fifo");
    let send = |body: &str, group: &str| {
        let message = json!({"QueueUrl": url, "MessageBody": body, "MessageGroupId": group,
            "MessageDeduplicationId": group});
        moto.json("sqs", "AmazonSQS.SendMessage", &message);
    };
    send(GARBAGE, "a");
    let target = Target::good();
    let setup = consuming(&moto, &url, &target);
    let ran = setup.ran(setup.command("consume", &["--quiet"])).exits(1);
    assert!(ran.err.contains("error: message "), "{}", ran.err);
    assert!(
        ran.err.contains("--keep-going leaves them out"),
        "{}",
        ran.err
    );
    assert_eq!(depth(&moto, &url), (1, 0), "it is still there");
    send(&message(1, &[event(7)]), "b");
    let setup = setup.with_letters();
    let member = Member::start(&setup, "member", &[]);
    wait_for(&target, 1, 60, || member.log());
    wait_until_empty(&moto, &url, || member.log());
    let (status, report) = member.stop();
    assert_eq!(status, Some(130));
    assert_eq!(
        (&report["refused"], &report["dead_letters"]),
        (&1.into(), &1.into())
    );
    assert_eq!(setup.letters()[0]["unparsed"], GARBAGE);
}

#[test]
fn what_somebody_must_mend_ends_the_run() {
    let Some(moto) = Moto::start() else { return };
    let target = Target::good();
    let consume = |setup: &Setup, status| {
        let ran = setup.ran(setup.command("consume", &["--quiet"]));
        ran.exits(status).err
    };
    let nowhere = format!("{}/123456789012/nowhere.fifo", moto.url());
    let error = consume(&consuming(&moto, &nowhere, &target), 3);
    assert!(error.contains("sqs:ReceiveMessage: "), "{error}");
    assert!(error.contains("no such queue"), "{error}");
    let error = consume(
        &consuming(&moto, &nowhere, &target).set("source_topic=raw"),
        2,
    );
    assert!(error.contains("there are two sources"), "{error}");
    let error = consume(&Setup::http(&target.url()), 2);
    assert!(error.contains("there is no source"), "{error}");
    let error = consume(
        &consuming(&moto, &nowhere, &target).set("source_session_timeout=1s"),
        2,
    );
    assert!(
        error.contains("`source_session_timeout` is out of range"),
        "{error}"
    );
    let setup = storing(&moto, &nowhere).set("records=mapped");
    let error = setup.ran(setup.command("check", &[])).err
        + &setup.forwards(messages([1], 1), &[]).exits(2).err;
    assert!(error.contains("set `records` to raw"), "{error}");
    let setup = storing(&moto, &nowhere);
    let error = setup.ran(setup.command("check", &[])).exits(3).err;
    assert!(error.contains("no such queue"), "{error}");
    let setup = Setup::http(&target.url()).set(&format!("dead_letter_queue_url={nowhere}"));
    let error = setup.forwards(messages([1], 1), &[]).exits(2).err;
    assert!(
        error.contains("`dead_letter_queue_url` names a FIFO queue"),
        "{error}"
    );
}

/// A host answers what is stored, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_is_stored() {
    let Some(moto) = Moto::start() else { return };
    let url = create(&moto, "stored.fifo");
    let mut config = Config::new();
    for setting in [
        "connection=sqs",
        "records=raw",
        "access_key_id=AKIDEXAMPLE",
        "patience=5s",
        &format!("endpoint_url={}", moto.url()),
        &format!("queue_url={url}"),
    ] {
        config.set(setting).unwrap();
    }
    let secret = ("HYDRANT_SECRET_ACCESS_KEY".into(), "example".into());
    config.environment([secret]).unwrap();
    let forwarder = Forwarder::start(config).await.unwrap();
    let first = AcknowledgeFirst::new(forwarder).unwrap();
    let invocation = Invocation::new(1_714_592_744_066, Uuid([7; 16]));
    let dsr = r#"{"type":"dsr_processing_request","subject_request_type":"erasure"}"#.to_owned();
    let bodies = [message(42, &[event(1)]), message(42, &[event(2)]), dsr];
    for body in &bodies {
        let response = first.store(body.as_bytes(), &invocation).await.unwrap();
        let response: Value = serde_json::from_slice(&response).unwrap();
        let expected = serde_json::from_str::<Value>(body).unwrap()["type"]
            .as_str()
            .unwrap()
            .replace("request", "response");
        assert_eq!(response["type"], expected);
    }
    // A sender that has not got the response repeats the message.
    let repeated = first.store(bodies[0].as_bytes(), &invocation).await;
    repeated.unwrap();
    let large = message(1, &vec![event(1); 12_000]);
    let error = first.store(large.as_bytes(), &invocation).await;
    assert!(matches!(
        error.unwrap_err(),
        AcknowledgeError::TooLarge { .. }
    ));
    first.forwarder().close().await;
    let request = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "AttributeNames": ["All"]});
    let received = moto.json("sqs", "AmazonSQS.ReceiveMessage", &request);
    let received = received["Messages"].as_array().unwrap();
    let stored: Vec<_> = received
        .iter()
        .map(|message| message["Body"].as_str().unwrap())
        .collect();
    assert_eq!(stored, bodies);
    let groups = received
        .iter()
        .map(|message| message["Attributes"]["MessageGroupId"].as_str().unwrap());
    let groups: BTreeSet<_> = groups.collect();
    assert!(groups.len() == 2 && groups.contains("42"), "{groups:?}");
}
