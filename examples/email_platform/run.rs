//! Runs the integration: what the sender sends, and what Acme and the sender get.

use std::time::Duration;

use hydrant::engine::Report;
use hydrant::{Engine, Verdict};
use serde_json::{Value, json};

use super::Acme;
use super::sender::{self, KEYS, Sender};
use super::server::{Reply, Server};

pub(crate) async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start()?;
    let (http, url) = (reqwest::Client::new(), server.url());
    let engine = Engine::new_async(Acme { http, url })
        .with_observer(|it: &Report<'_>| eprintln!("  {:?}: {}", it.subject, it.failure));
    assert_eq!(engine.check(), []);
    let sender = Sender { engine, server };
    let send = async |title, message: &Value, replies| sender.send(title, message, replies).await;
    let ok = |body| Reply::Json(200, body);

    // Three of five events are translated, in the order of time, in requests of two events.
    let batch = sender::batch("raw");
    let sent = send("a batch", &batch, vec![ok(json!([])), ok(json!([]))]).await?;
    assert_eq!(sent.verdict, Verdict::Answer);
    assert_eq!(
        sent.outcomes,
        ["done", "done", "discarded", "done", "skipped"]
    );
    let event = |key: usize, name, properties: Value| json!({ "key": KEYS.get(key), "name": name, "time": 3000 - key * 1000, "properties": properties });
    let user = json!({ "email": "ada@example.com" });
    let attributes = json!({ "plan": "gold", "age": 42, "zip": "02134" });
    let profile = json!({ "user": user, "device": null, "attributes": attributes });
    let purchase = event(1, "purchase", json!({ "total": "9.9", "currency": "EUR" }));
    let first = json!({ "profile": profile, "events": [event(2, "first", json!({})), purchase] });
    let opened = event(0, "opened", json!({ "campaign": "c-1" }));
    let second = json!({ "profile": profile, "events": [opened] });
    let to = |path: &str| format!("/eu{path} Bearer k-1");
    assert_eq!(
        sent.requests,
        [(to("/events"), first), (to("/events"), second)]
    );

    // Acme refuses the purchase for good and the opening for now.
    let refused = vec![ok(json!([[1, 422]])), ok(json!([[0, 503]]))];
    let sent = send("two events are refused", &batch, refused).await?;
    assert_eq!(
        sent.outcomes,
        ["retry", "discarded", "discarded", "done", "skipped"]
    );

    // The second request fails, the first one was accepted.
    let failed = vec![ok(json!([])), Reply::Header(500, "X-Reason: none")];
    let sent = send("a request fails", &batch, failed).await?;
    assert_eq!(
        sent.outcomes,
        ["retry", "done", "discarded", "done", "skipped"]
    );

    let mut one = batch.clone();
    if let Some(events) = one.get_mut("events").and_then(Value::as_array_mut) {
        events.truncate(1);
    }
    for (title, reply, seconds) in [
        (
            "Acme is busy",
            Reply::Header(429, "Retry-After: 30"),
            Some(30),
        ),
        ("Acme is silent", Reply::Never, None),
        (
            "the key is revoked",
            Reply::Header(401, "WWW-Authenticate: Bearer"),
            None,
        ),
    ] {
        let sent = send(title, &one, vec![reply]).await?;
        let after = seconds.map(Duration::from_secs);
        assert_eq!(sent.verdict, Verdict::Retry { after });
    }
    let sent = send("the next heartbeat", &sender::heartbeat(), vec![]).await?;
    assert_eq!(sent.answer.get("suspend_subscription"), Some(&json!(true)));

    let sent = send("the user is hashed", &sender::batch("sha256"), vec![]).await?;
    assert_eq!((sent.verdict, sent.requests.len()), (Verdict::Answer, 0));

    let list = vec![ok(json!({ "id": "list-9" }))];
    let sent = send("an audience is connected", &sender::subscription(), list).await?;
    // The sender stores the settings of the response and sends them with each change.
    let change = sender::membership_change(sent.answer.get("audience_subscription_settings"));
    let sent = send("a user joins it", &change, vec![ok(json!({}))]).await?;
    let members = json!({ "list": "list-9", "add": [user], "remove": [] });
    assert_eq!(sent.requests, [(to("/members"), members)]);

    let sent = send("an erasure", &sender::erasure(), vec![ok(json!({}))]).await?;
    assert_eq!((sent.verdict, sent.requests.len()), (Verdict::Answer, 1));
    Ok(())
}
