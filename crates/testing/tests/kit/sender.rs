//! The sender: repetitions, losses, subscriptions, suspensions and checks.

use std::time::Duration;

use hydrant_testing::build::*;
use hydrant_testing::sender::{End, Reply, Sender};
use hydrant_testing::{Harness, MemorySink, block_on, json};

use crate::module::*;

fn batch(event: &str) -> Batch {
    Batch::new().event(custom_event(event).attribute("plan", "gold"))
}

/// Replies with each status in turn, and then with the response.
fn statuses<'a>(
    harness: &'a Harness<Plans>,
    statuses: &'a [u16],
) -> impl FnMut(&[u8]) -> Reply + 'a {
    let mut statuses = statuses.iter();
    move |body| {
        statuses
            .next()
            .map_or_else(|| harness.answer(body), |status| Reply::status(*status))
    }
}

#[test]
fn failures_are_repeated_with_back_off() {
    let harness = Harness::new(Plans);
    let mut sender = Sender::http(3);
    let delivery = sender.send(batch("a"), statuses(&harness, &[429, 503, 500]));
    assert_eq!(
        (delivery.attempts, delivery.waited),
        (4, Duration::from_secs(1 + 2 + 4))
    );
    assert_eq!(delivery.response()["type"], "event_processing_response");
    sender.assert_clean();
    assert_eq!(sender.repeated().len(), 1);

    // It gives up after the last attempt, and at once for other statuses.
    for (replies, attempts) in [(&[500; 4][..], 4), (&[400], 1)] {
        let delivery = sender.send(batch("a"), statuses(&harness, replies));
        assert_eq!((delivery.end, delivery.attempts), (End::Lost, attempts));
    }
    assert_eq!(sender.lost().len(), 2);
    let text = complaint(move || sender.assert_clean());
    assert!(
        text.starts_with("the sender found problems\n  lost: {\"type\":"),
        "{text}"
    );

    // It waits at least for as long as the endpoint asks.
    let reply = Reply::status(429).retry_after(Duration::from_secs(60));
    let delivery = Sender::http(1).send(batch("a"), |_| reply.clone());
    assert_eq!(delivery.waited, Duration::from_secs(60));
}

#[test]
fn lambda_is_called_again_and_again() {
    let harness = Harness::new(Plans);
    let mut sender = Sender::lambda();
    let delivery = sender.send(Batch::new().event(custom_event("no plan")), |body| {
        harness.answer(body)
    });
    assert_eq!((delivery.end, delivery.attempts), (End::Repeating, 20));
    let delivery = sender.send(batch("a"), statuses(&harness, &[400; 9]));
    assert_eq!(delivery.attempts, 10);
    let delivery = sender.send(batch("a"), |_| Err::<Vec<u8>, _>("failed"));
    assert_eq!(delivery.end, End::Repeating);
    assert!(sender.lost().is_empty());
}

#[test]
fn messages_can_come_twice() {
    let sink = MemorySink::new();
    let harness = Harness::new(Plans).deliver_to(&sink);
    let mut sender = Sender::lambda().losing_replies(1);
    let delivery = sender.send(batch("a"), |body| harness.answer(body));
    assert_eq!(delivery.attempts, 2);
    assert_eq!(sink.duplicates().len(), 1);
    let waiting = Harness::new_async(Waiting);
    let sending = sender.send_async(batch("a"), async |body: &[u8]| {
        waiting.answer_async(body).await
    });
    assert_eq!(block_on(sending).attempts, 2);
    // Also with the first attempt of an endpoint that gives up.
    let delivery = Sender::http(1)
        .losing_replies(1)
        .send(batch("a"), |body| harness.answer(body));
    assert!(matches!(delivery.end, End::Answered(_)));
}

#[test]
fn settings_of_subscriptions_come_back() {
    let harness = Harness::new(Plans);
    let mut sender = Sender::lambda();
    let joined =
        || MembershipChange::new().profile(Profile::new().email("ada@example.com").joined(17));
    let end = sender.send(joined(), |body| harness.answer(body)).end;
    assert_eq!(end, End::Repeating);
    sender
        .send(RegistrationRequest::new(), |body| harness.answer(body))
        .response();
    sender
        .send(
            Subscription::of(17).subscription_setting("own", "x"),
            |body| harness.answer(body),
        )
        .response();
    let sent = |message: Vec<u8>, sender: &mut Sender| {
        let mut sent = Vec::new();
        sender.send(message, |body| {
            sent = body.to_vec();
            harness.answer(body)
        });
        String::from_utf8(sent).unwrap()
    };
    let text = sent(joined().into(), &mut sender);
    assert!(
        text.contains(r#""audience_subscription_settings":{"list_id":"list-17","own":"x"}"#),
        "{text}"
    );
    assert!(
        text.starts_with(r#"{"type":"audience_membership_change_request","id":"#),
        "{text}"
    );
    // Other accounts and audiences have their own.
    let text = sent(joined().account(2).into(), &mut sender);
    assert!(!text.contains("list-17"), "{text}");
    let text = sent(Subscription::of(17).action("update").into(), &mut sender);
    assert!(
        text.contains(r#""previous_audience_subscription_settings":{"list_id":"list-17""#),
        "{text}"
    );
    sender
        .send(Subscription::of(17).action("remove"), |body| {
            harness.answer(body)
        })
        .response();
    assert!(!sent(joined().into(), &mut sender).contains("list-17"));
    assert_eq!(sender.problems(), <[String; 0]>::default());

    // A setting that is not registered.
    let response = |body: &[u8]| {
        let mut response: serde_json::Value =
            serde_json::from_slice(&harness.answer(body).body).unwrap();
        response["audience_subscription_settings"] = json!({"lsit": "1"});
        Reply::answer(response.to_string())
    };
    sender.send(Subscription::of(18), response).response();
    assert_eq!(
        sender.problems(),
        ["the module set `lsit`, which it did not register"]
    );
}

#[test]
fn a_suspended_subscription_gets_nothing() {
    let harness = Harness::new(Plans);
    let mut sender = Sender::lambda();
    sender
        .send(batch("suspend"), |body| harness.answer(body))
        .response();
    let delivery = sender.send(batch("a"), |body| harness.answer(body));
    assert_eq!((delivery.end, delivery.attempts), (End::Withheld, 0));
    // Audiences and other accounts go on.
    sender
        .send(MembershipChange::new(), |body| harness.answer(body))
        .response();
    sender
        .send(batch("a").account(2), |body| harness.answer(body))
        .response();
    sender.resume(1);
    sender
        .send(batch("a"), |body| harness.answer(body))
        .response();
}

#[test]
fn responses_are_checked() {
    let id = "00000000-0000-4000-8000-000001000000";
    for (response, problem) in [
        ("".to_owned(), "the response is not a message"),
        (
            format!(r#"{{"type":"dsr_processing_response","id":"{id}","timestamp_ms":1}}"#),
            "has the type",
        ),
        (
            r#"{"type":"event_processing_response","timestamp_ms":1}"#.to_owned(),
            "not a uuid",
        ),
        (
            format!(r#"{{"type":"event_processing_response","id":"{id}"}}"#),
            "has no time",
        ),
    ] {
        let mut sender = Sender::http(0);
        let delivery = sender.send(batch("a"), |_| Reply::answer(response.as_str()));
        assert_eq!(delivery.end, End::Lost);
        assert!(
            sender.problems()[0].contains(problem),
            "{:?}",
            sender.problems()
        );
    }
    // A fresh identifier is allowed.
    let fresh = r#"{"type":"event_processing_response","id":"10000000-0000-4000-8000-000001000000","timestamp_ms":1}"#;
    Sender::http(0)
        .send(batch("a"), |_| Reply::answer(fresh))
        .response();
}

#[test]
fn a_sender_over_a_network_limits_attempts_and_shows_no_responses() {
    let mut sender = Sender::lambda().with_attempts(3).hiding_responses();
    let delivery = sender.send(batch("a"), |_| Reply::status(500));
    assert_eq!((delivery.attempts, &delivery.end), (3, &End::Repeating));
    let secret = r#"{"type":"event_processing_response","note":"s3cret"}"#;
    sender.send(batch("a"), |_| Reply::answer(secret));
    assert_eq!(
        sender.problems(),
        ["the identifier of the response is not a uuid"; 3]
    );
    let mut sender = Sender::http(0);
    sender.send(batch("a"), |_| Reply::answer(secret));
    assert!(sender.problems()[0].ends_with(secret));
}
