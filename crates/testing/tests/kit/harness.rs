//! The harness: one message, one handler, deadlines, sinks and hostile messages.

use std::time::Duration;

use hydrant::message::{Event, Message};
use hydrant::{AsyncProcessor, Engine, Failure, Processor};
use hydrant_testing::build::*;
use hydrant_testing::{Fault, Harness, MemorySink, block_on, json};

use crate::builders::all_events;
use crate::module::*;

fn batch() -> Batch {
    Batch::new()
        .email("ada@example.com")
        .event(custom_event("a").attribute("plan", "gold"))
        .event(custom_event("b"))
        .event(screen_view("home"))
}

#[test]
fn sync_and_async_modules_give_the_same_run() {
    let run = Harness::new(Plans).process(batch());
    run.assert_not_answered()
        .assert_outcomes(["done", "rejected: no plan", "skipped"])
        .assert_records([("ada@example.com", json!({"plan": "gold"}))]);
    let waiting = block_on(Harness::new_async(Waiting).process_async(batch()));
    assert_eq!(waiting.snapshot(), run.snapshot());
}

#[tokio::test(flavor = "current_thread")]
async fn futures_run_in_a_runtime() {
    let harness = Harness::new_async(Waiting);
    // The future does not wake its task, so another branch polls it.
    let ticks = async {
        let mut interval = tokio::time::interval(Duration::from_millis(1));
        loop {
            interval.tick().await;
        }
    };
    let ready = std::pin::pin!(harness.process_async(batch()));
    tokio::select! {
        run = ready => { run.assert_outcomes(["done", "rejected", "skipped"]); }
        () = ticks => {}
    }
}

#[test]
fn single_handlers() {
    let harness = Harness::new(Plans);
    let (handled, run) = harness.call(batch(), |module, call, _| {
        let Event::CustomEvent(event) = call.batch().events[1] else {
            panic!()
        };
        module.custom_event(call, &mut (), event)
    });
    assert_eq!(handled.unwrap_err().to_string(), "rejected: no plan");
    run.assert_outcomes(["unsettled"; 3]);

    let (handled, run) = Harness::new_async(Waiting).call(batch(), |module, call, _| {
        let Event::CustomEvent(event) = call.batch().events[0] else {
            panic!()
        };
        block_on(module.custom_event(call, &mut (), event))
    });
    handled.unwrap();
    run.assert_records([r#"{"plan":"gold"}"#]);

    let (reply, _) = harness.call(Subscription::of(17), |module, call, message| {
        let Message::AudienceSubscriptionRequest(request) = message else {
            panic!()
        };
        module.audience_subscription(call, request)
    });
    assert_eq!(
        reply.unwrap().settings().next(),
        Some(("list_id", "list-17"))
    );
}

#[test]
fn what_the_host_supplies() {
    let late = Harness::new(Plans).time_left(Duration::ZERO);
    late.process(batch())
        .assert_outcomes(["retry: the deadline has passed", "retry", "skipped"]);
    let run = Harness::from(Engine::new(Plans))
        .at(7)
        .process(RegistrationRequest::new());
    run.assert_response(json!({"name": "Plans", "timestamp_ms": 7}));
}

#[test]
fn records_go_to_a_sink() {
    let sink = MemorySink::new()
        .fail(1..=1, Failure::retry_after(Duration::from_secs(3)))
        .fail(2..=2, Fault::lost_reply());
    let harness = Harness::new(Plans).deliver_to(&sink);
    let message = batch()
        .set("events", json!([]))
        .event(custom_event("a").attribute("plan", 1));
    for outcome in ["retry after 3s", "retry: no reply in time", "done"] {
        harness.process(&message).assert_outcomes([outcome]);
    }
    assert_eq!(sink.payloads(), [r#"{"plan":"1"}"#; 2]);
    assert_eq!(sink.duplicates().len(), 1);
    assert_eq!(
        sink.records()[0].key.as_deref(),
        Some(&b"ada@example.com"[..])
    );
}

#[test]
fn hostile_messages() {
    let message = batch().events(all_events());
    Harness::new(Plans).survives(&message, 0..200);
    block_on(Harness::new_async(Waiting).survives_async(&message, 0..20));
    let text = complaint(|| {
        let panics = Batch::new().event(custom_event("panic"));
        Harness::new(Plans).survives(panics, 0..50);
    });
    assert!(text.starts_with("a handler panicked with seed "), "{text}");
    assert!(text.contains("\nmessage: {") && text.contains("rejected: the handler panicked"));
}
