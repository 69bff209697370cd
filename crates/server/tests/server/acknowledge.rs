//! Acknowledge-first: a message is answered when a queue has confirmed it, and not processed here.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use hydrant_forward::config::Config;
use hydrant_forward::{AcknowledgeFirst, Forwarder};
use hydrant_server::Limits;
use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};
use serde_json::{Value, json};

use super::support::*;

/// The queue confirms a request.
fn confirmed(request: &HttpRequest) -> HttpReply {
    let confirmed: Vec<_> = entries(request)
        .iter()
        .map(|entry| json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "x"}))
        .collect();
    reply(200, &json!({"Successful": confirmed, "Failed": []}))
}

fn reply(status: u16, body: &Value) -> HttpReply {
    HttpReply::new(status)
        .with_header("Content-Type", "application/x-amz-json-1.0")
        .with_body(body.to_string())
}

fn entries(request: &HttpRequest) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    body["Entries"].as_array().cloned().unwrap_or_default()
}

/// The messages that the queue has received.
fn stored(queue: &HttpServer) -> Vec<String> {
    let entries = queue
        .requests()
        .iter()
        .flat_map(entries)
        .collect::<Vec<_>>();
    let text = |entry: &Value| entry["MessageBody"].as_str().unwrap().to_owned();
    entries.iter().map(text).collect()
}

async fn serve_first(queue: &HttpServer, limits: Limits) -> Running {
    let mut config = Config::new();
    for setting in [
        "connection=sqs",
        "records=raw",
        "access_key_id=AKIDEXAMPLE",
        "patience=1s",
        &format!("endpoint_url={}", queue.url()),
        &format!("queue_url={}/123456789012/stored", queue.url()),
    ] {
        config.set(setting).unwrap();
    }
    let secret = ("HYDRANT_SECRET_ACCESS_KEY".into(), "example".into());
    config.environment([secret]).unwrap();
    let forwarder = Forwarder::for_host(config).await.unwrap();
    let first = AcknowledgeFirst::new(forwarder).unwrap();
    serve(|host| host.limits(limits).token("secret").acknowledge_first(first)).await
}

async fn post(host: &Running, body: &str) -> Reply {
    let field = "Authorization: Token secret\r\n";
    host.connect().await.post("/", field, body).await
}

fn processed(host: &Running) -> usize {
    host.state.begun.load(Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_stored_before_it_is_answered() {
    let (arrived, mut has_arrived) = tokio::sync::mpsc::unbounded_channel();
    let (open, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let queue = HttpServer::start(move |request| {
        arrived.send(()).unwrap();
        let _ = gate.lock().unwrap().recv();
        confirmed(request)
    })
    .unwrap();
    let host = serve_first(&queue, Limits::new()).await;
    let mut client = host.connect().await;
    let answered = tokio::spawn(async move {
        let field = "Authorization: Token secret\r\n";
        client.post("/", field, &batch("ok")).await
    });
    has_arrived.recv().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!answered.is_finished(), "the queue has not confirmed it");
    open.send(()).unwrap();
    let reply = answered.await.unwrap();
    assert_eq!(reply.status, 202, "{reply:?}");
    let response: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(response["type"], "event_processing_response");
    assert_eq!(stored(&queue), [batch("ok")]);
    assert_eq!(processed(&host), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_not_stored_is_repeated() {
    let error = |code: &str| json!({"__type": format!("com.amazonaws.sqs#{code}")});
    let (unavailable, denied) = (error("ServiceUnavailable"), error("AccessDenied"));
    for (fault, limits, kind) in [
        (reply(503, &unavailable), Limits::new(), "retry"),
        (reply(403, &denied), Limits::new(), "retry"),
        (HttpReply::cut(), Limits::new(), "retry"),
        (
            HttpReply::never(),
            Limits::new().response_timeout(Duration::from_millis(200)),
            "deadline_exceeded",
        ),
    ] {
        let queue = HttpServer::start(move |_| fault.clone()).unwrap();
        let host = serve_first(&queue, limits).await;
        let refused = post(&host, &batch("ok")).await;
        assert_eq!(refused.status, 503, "{refused:?}");
        let expected = format!(r#"{{"errorType":"{kind}""#);
        assert!(refused.body.starts_with(&expected), "{refused:?}");
        assert_eq!(processed(&host), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_stored_goes_to_the_module() {
    let queue = HttpServer::start(confirmed).unwrap();
    let host = serve_first(&queue, Limits::new()).await;
    // With and without a token: the response to a registration is the module's.
    for registered in [
        post(&host, REGISTRATION).await,
        host.post(REGISTRATION).await,
    ] {
        assert_eq!(registered.status, 200, "{registered:?}");
        assert!(
            registered.body.contains(r#""name":"Acme""#),
            "{registered:?}"
        );
    }
    // More than the queue accepts.
    let large = batch("ok") + &" ".repeat(2 << 20);
    assert_eq!(post(&host, &large).await.status, 200);
    assert_eq!(processed(&host), 1);
    // What is refused.
    assert_eq!(post(&host, "{").await.status, 400);
    assert_eq!(host.post(&batch("ok")).await.status, 401);
    let fault = r#"{"type":"module_registration_request","#;
    assert_eq!(host.post(fault).await.status, 400);
    assert_eq!(stored(&queue), Vec::<String>::new());
    let dsr = r#"{"type":"dsr_processing_request","subject_request_type":"erasure"}"#;
    assert_eq!(post(&host, dsr).await.status, 202);
    assert_eq!(stored(&queue), [dsr]);
}
