//! Simulates the sender: it creates messages, passes them to the engine, and prints verdicts and
//! responses.

use std::time::{Duration, Instant};

use hydrant::host::system_invocation;
use hydrant::{AsyncProcessor, Engine, Outcome, Verdict};
use serde_json::{Value, json};

use super::server::{Reply, Server};

/// Identifiers of the events.
pub(crate) const KEYS: [&str; 3] = [
    "00000000-0000-4000-8000-000000000003",
    "00000000-0000-4000-8000-000000000002",
    "00000000-0000-4000-8000-000000000001",
];

pub(crate) struct Sender<P> {
    pub(crate) engine: Engine<P>,
    pub(crate) server: Server,
}

/// The result of a message.
pub(crate) struct Sent {
    pub(crate) verdict: Verdict,
    /// The outcomes of the events.
    pub(crate) outcomes: Vec<&'static str>,
    /// The response, or `null` if there is none.
    pub(crate) answer: Value,
    /// The requests to the target system: path and authorization, and body.
    pub(crate) requests: Vec<(String, Value)>,
}

impl<P: AsyncProcessor> Sender<P> {
    /// Passes a message to the engine. The target system answers each request with one of
    /// `replies`.
    pub(crate) async fn send(
        &self,
        title: &str,
        message: &Value,
        replies: Vec<Reply>,
    ) -> Result<Sent, Box<dyn std::error::Error>> {
        let time = match *replies {
            [Reply::Never, ..] => Duration::from_millis(50),
            _ => Duration::from_secs(60),
        };
        self.server.script(replies);
        let invocation = system_invocation().with_deadline(Instant::now() + time);
        let body = message.to_string();
        let pending = self.engine.process_async(body.as_bytes(), &invocation);
        let output = pending.await?.finish();
        let (verdict, response) = (output.verdict(), output.response());
        println!("{title}: {verdict:?} {}", String::from_utf8_lossy(response));
        let answer = match response {
            [] => Value::Null,
            response => serde_json::from_slice(response)?,
        };
        Ok(Sent {
            verdict,
            outcomes: output.events().iter().map(Outcome::as_str).collect(),
            answer,
            requests: self.server.requests(),
        })
    }
}

fn account() -> Value {
    let settings = json!({ "api_key": "k-1", "region": "eu", "batch_size": "2" });
    json!({ "account_id": 7, "account_settings": settings })
}

fn email(encoding: &str) -> Value {
    json!({ "type": "email", "encoding": encoding, "value": "ada@example.com" })
}

/// Events of a user whose e-mail address has this encoding: the later one first, and two others
/// that Acme has no use for.
pub(crate) fn batch(encoding: &str) -> Value {
    let payload = json!({ "aps": { "alert": "Hi" }, "acme": { "campaign": "c-1" } });
    json!({
        "type": "event_processing_request",
        "account": account(),
        "user_identities": [email(encoding)],
        "user_attributes": { "plan": "gold", "age": "42", "zip": "02134" },
        "consent_state": { "gdpr_consent_state": { "marketing": { "consented": true } } },
        "events": [
            { "type": "push_message_open", "id": KEYS[0], "payload": payload.to_string(), "timestamp_ms": 3000 },
            { "type": "product_action", "id": KEYS[1], "action": "purchase", "total_amount": 9.90,
                "currency_code": "EUR", "timestamp_ms": 2000 },
            { "type": "product_action", "action": "add_to_cart" },
            { "type": "custom_event", "id": KEYS[2], "name": "first", "timestamp_ms": 1000 },
            { "type": "session_start" },
        ],
    })
}

pub(crate) fn heartbeat() -> Value {
    json!({ "type": "event_processing_request", "account": account() })
}

pub(crate) fn subscription() -> Value {
    json!({
        "type": "audience_subscription_request",
        "account": account(),
        "action": "add",
        "audience_id": 1,
        "audience_name": "VIP",
    })
}

/// A user joins an audience. `settings` are those of the response to the subscription.
pub(crate) fn membership_change(settings: Option<&Value>) -> Value {
    json!({
        "type": "audience_membership_change_request",
        "account": account(),
        "user_profiles": [{
            "user_identities": [email("raw")],
            "audiences": [{
                "audience_id": 1,
                "action": "add",
                "audience_subscription_settings": settings,
            }],
        }],
    })
}

pub(crate) fn erasure() -> Value {
    json!({
        "type": "dsr_processing_request",
        "account": account(),
        "subject_request_type": "erasure",
        "subject_identities": { "email": { "encoding": "raw", "value": "ada@example.com" } },
    })
}
