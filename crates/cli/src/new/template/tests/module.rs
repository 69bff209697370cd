//! The module as the platform and the API see it.

use hydrant_testing::build::{Batch, custom_event, screen_view};
use hydrant_testing::http_server::{HttpReply, HttpServer};
use hydrant_testing::{Harness, Value, json};

use {{crate}}::Module;

/// The API, which gives every request this answer, and a module that sends to it.
fn api(reply: HttpReply) -> (HttpServer, Harness<Module>) {
    let server = HttpServer::start(move |_| reply.clone()).unwrap();
    let module = Module::new(server.url()).unwrap();
    (server, Harness::new_async(module))
}

fn batch() -> Batch {
    Batch::new()
        .setting("api_key", "k-1")
        .email("ada@example.com")
        .event(custom_event("signed up").attribute("plan", "gold"))
        .event(screen_view("home"))
}

#[test]
fn the_registration_follows_the_rules() {
    let (_, harness) = api(HttpReply::new(200));
    assert_eq!(harness.engine().check(), []);
}

#[tokio::test]
async fn a_batch_is_one_request() {
    let (server, harness) = api(HttpReply::new(200));
    let run = harness.process_async(batch()).await;
    run.assert_answered().assert_outcomes(["done", "done"]);
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("authorization"), Some("Bearer k-1"));
    let sent: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(sent["user"], "ada@example.com");
    assert_eq!(sent["events"][0]["plan"], "gold");
    assert_eq!(sent["events"][1]["screen"], "home");
}

#[tokio::test]
async fn events_without_what_the_api_needs_are_not_sent() {
    let (server, harness) = api(HttpReply::new(200));
    let unknown = Batch::new()
        .setting("api_key", "k-1")
        .event(screen_view("home"));
    let run = harness.process_async(unknown).await;
    run.assert_answered()
        .assert_outcomes(["discarded: no address"]);
    let nameless = Batch::new()
        .setting("api_key", "k-1")
        .email("ada@example.com")
        .event(custom_event("signed up").without("name"));
    let run = harness.process_async(nameless).await;
    run.assert_answered()
        .assert_outcomes(["discarded: no name"]);
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn nothing_is_acknowledged_that_the_api_did_not_take() {
    for reply in [
        HttpReply::new(503),
        HttpReply::new(429).with_header("Retry-After", "2"),
        HttpReply::new(401),
        HttpReply::new(400),
        HttpReply::cut(),
    ] {
        let (server, harness) = api(reply);
        harness.process_async(batch()).await.assert_not_answered();
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn the_sample_is_answered_without_a_request() {
    let (server, harness) = api(HttpReply::new(503));
    let sample = include_str!("../samples/batch.json");
    let run = harness.process_async(sample).await;
    run.assert_outcomes(["done", "done"])
        .assert_response(json!({ "type": "event_processing_response" }));
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn no_message_makes_a_handler_panic() {
    let (_server, harness) = api(HttpReply::new(200));
    harness.survives_async(batch(), 0..50).await;
}
