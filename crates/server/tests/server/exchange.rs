//! What observers are told about messages.

use std::sync::{Arc, Mutex};

use hydrant::message::{CustomEvent, EventType};
use hydrant::{Call, Engine, Failure, Processor, Registration, ResultExt};
use hydrant_server::{Exchange, Host, Incoming, Part, Source};
use hydrant_testing::MemorySink;

struct Acme;

impl Processor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Acme", "1.0").events([EventType::CustomEvent])
    }

    fn custom_event(
        &self,
        call: &mut Call<'_>,
        (): &mut (),
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        let name = event.name.or_discard("no name")?;
        if name == "later" {
            return Err(Failure::retry().with_reason("busy"));
        }
        call.emit(name.as_bytes());
        Ok(())
    }
}

/// The exchanges that an observer of the host was told about, and the one that is returned.
async fn exchanges(body: &'static str) -> (Arc<Exchange>, Vec<Arc<Exchange>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let observer = Arc::clone(&seen);
    let service = Host::new(Engine::new(Acme))
        .deliver_to(MemorySink::new())
        .observe(move |exchange: &Arc<Exchange>| observer.lock().unwrap().push(exchange.clone()))
        .observe(|_: &Arc<Exchange>| panic!("an observer that panics is ignored"))
        .start()
        .unwrap();
    let exchange = service
        .process(Incoming::new(body).path("/console").source(Source::Console))
        .await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (exchange, seen)
}

#[tokio::test]
async fn an_answered_message_is_told_with_its_records() {
    let (exchange, seen) = exchanges(
        r#"{"type":"event_processing_request","account":{"account_id":7},
            "events":[{"type":"custom_event","name":"a"},{"type":"custom_event"}]}"#,
    )
    .await;
    assert!(Arc::ptr_eq(&exchange, &seen[0]) && seen.len() == 1);
    assert_eq!(
        (exchange.sequence, exchange.status, exchange.ended),
        (1, 200, "answered")
    );
    assert_eq!(
        (exchange.source, &*exchange.path),
        (Source::Console, "/console")
    );
    assert_eq!(exchange.account_id, Some(7));
    assert_eq!(
        (exchange.outcomes.done, exchange.outcomes.discarded),
        (1, 1)
    );
    let records: Vec<_> = exchange.records.iter().map(|it| it.payload).collect();
    assert_eq!(records, [b"a"]);
    assert!(
        exchange
            .response
            .starts_with(br#"{"type":"event_processing_response""#)
    );
    assert!(exchange.received_ms > 1_700_000_000_000);
    assert_eq!(exchange.tally.events_without_id, 2);
}

#[tokio::test]
async fn what_is_not_done_is_told_with_its_identifier() {
    let (exchange, _) = exchanges(
        r#"{"type":"event_processing_request","events":[{"type":"custom_event","name":"a"},
            {"type":"screen_view","id":"76e558fa-f456-437c-bb81-e658f75a7bd9"},
            {"type":"custom_event","name":"later","id":"76e558fa-f456-437c-bb81-e658f75a7bda"}]}"#,
    )
    .await;
    assert_eq!((exchange.status, exchange.ended), (503, "retry"));
    assert_eq!(exchange.reason, "retry: busy");
    let told: Vec<_> = exchange
        .not_done
        .iter()
        .map(|part| {
            let id = part.event_id.unwrap().to_string();
            (part.index, id, part.event_type, part.outcome.to_string())
        })
        .collect();
    let id = |last: &str| format!("76e558fa-f456-437c-bb81-e658f75a7bd{last}");
    assert_eq!(
        told,
        [
            (
                1,
                id("9"),
                Some(EventType::ScreenView),
                "skipped".to_owned()
            ),
            (
                2,
                id("a"),
                Some(EventType::CustomEvent),
                "retry: busy".to_owned()
            ),
        ]
    );
    assert_eq!(exchange.not_done[0].part, Part::Event);
}

#[tokio::test]
async fn a_refused_message_is_told_with_the_position_of_the_error() {
    let (exchange, _) = exchanges(r#"{"type":"event_processing_request","account":7}"#).await;
    assert_eq!((exchange.status, exchange.ended), (400, "unexpected_type"));
    let error = exchange.error.as_ref().unwrap();
    assert_eq!(
        (error.path(), error.location().unwrap().offset),
        ("account", 45)
    );
    assert_eq!(exchange.message_type, None);
}

#[tokio::test]
async fn coerced_values_are_told_with_their_paths() {
    let (exchange, _) = exchanges(
        r#"{"type":"event_processing_request","user_attributes":{"tags":["a","b"]},"events":[]}"#,
    )
    .await;
    assert_eq!(exchange.status, 200);
    assert_eq!(exchange.coercions[0].path, "user_attributes.tags");
    let shown = format!("{exchange:?}");
    assert!(!shown.contains("tags"), "{shown}");
}
