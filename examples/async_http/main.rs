//! An integration that sends events to an HTTP API: one request per batch, whose reply settles each
//! event.
//!
//! `main` (`cargo run --example async_http`) runs it against a server in this process, and checks
//! verdicts and responses.

mod sender;
mod server;

use std::time::{Duration, Instant};

use hydrant::engine::{Report, SubscriptionReply};
use hydrant::message::*;
use hydrant::registration::{SettingDescription, SettingValues, Settings, Text};
use hydrant::{AsyncProcessor, Call, Engine, Failure, Registration, ResultExt, Verdict};
use reqwest::header::RETRY_AFTER;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use server::{Reply, Server};

/// The integration. It and its connections live as long as the process.
struct Acme {
    http: reqwest::Client,
    url: String,
}

/// The settings that the customer fills in.
struct AcmeSettings<'a> {
    api_key: &'a str,
    purpose: &'a str,
}

impl<'a> Settings<'a> for AcmeSettings<'a> {
    fn describe() -> Vec<SettingDescription> {
        let api_key = Text::new("api_key", "API key").description("Acme shows it once");
        let purpose = Text::new("purpose", "Purpose").description("Consent that Acme needs");
        let api_key = api_key.required().confidential();
        vec![api_key.into(), purpose.default("marketing").into()]
    }

    fn read(values: &mut SettingValues<'a>) -> Option<Self> {
        let api_key = values.required("api_key");
        let purpose = values.or("purpose", "marketing")?;
        api_key.map(|api_key| Self { api_key, purpose })
    }
}

impl AsyncProcessor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        let list_id = Text::new("list_id", "List").description("The list at Acme");
        Registration::new("Acme Mail", env!("CARGO_PKG_VERSION"))
            .user_identity(UserIdentityType::Email, IdentityEncoding::Raw)
            .user_identity(UserIdentityType::Customer, IdentityEncoding::Raw)
            .consent_state()
            .account_settings::<AcmeSettings<'_>>()
            .events([EventType::CustomEvent])
            .audiences(|it| it.subscription_setting(list_id.invisible()))
            .erasure("dsr.acme.example")
    }

    async fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        let settings: AcmeSettings<'_> = call.settings()?;
        if !batch.consented(settings.purpose) {
            return Err(Failure::discard("no consent"));
        }
        let user = user(batch.email(), batch.customer_id()).or_discard("no raw identity")?;
        let translated = call.by_time().translate(translate);
        let (positions, events): (Vec<usize>, Vec<Value>) = translated.into_iter().unzip();
        if events.is_empty() {
            return Ok(());
        }
        let upload = json!({ "user": user, "events": events });
        // Acme replies with positions in the request, and a status for each event that it refused.
        let refused: Vec<(usize, u16)> = self.post(call, &settings, "/events", upload).await?;
        for (index, status) in refused {
            // If a position in the reply was not in the request, it is unknown which events were
            // accepted.
            let position = *positions.get(index).or_retry()?;
            let outcome = match status {
                429 | 500.. => Failure::retry(),
                _ => Failure::discard(format!("Acme refused it with status {status}")),
            };
            call.settle(position, outcome);
        }
        Ok(())
    }

    async fn audience_subscription(
        &self,
        call: &mut Call<'_>,
        request: &AudienceSubscriptionRequest<'_>,
    ) -> Result<SubscriptionReply, Failure> {
        if request.action != Some(SubscriptionAction::Add) {
            return Ok(SubscriptionReply::default());
        }
        let settings: AcmeSettings<'_> = call.settings()?;
        let list = json!({ "name": request.audience_name });
        let list: Value = self.post(call, &settings, "/lists", list).await?;
        let id = list.get("id").and_then(Value::as_str).or_retry()?;
        Ok([("list_id", id)].into())
    }

    async fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        let settings: AcmeSettings<'_> = call.settings()?;
        let mut changes = Vec::new();
        for profile in request.user_profiles {
            let Some(user) = user(profile.email(), profile.customer_id()) else {
                continue; // Acme identifies users by one of the two.
            };
            for audience in profile.audiences {
                let member = match audience.action {
                    Some(AudienceAction::Add) => true,
                    Some(AudienceAction::Delete) => false,
                    _ => continue,
                };
                let list: &str = audience.setting("list_id")?;
                changes.push(json!({ "list": list, "user": user, "member": member }));
            }
        }
        let sent = self.post(call, &settings, "/members", changes.into());
        let IgnoredAny = sent.await?;
        Ok(())
    }

    async fn dsr(
        &self,
        call: &mut Call<'_>,
        request: &DsrProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        let settings: AcmeSettings<'_> = call.settings()?;
        let user = user(request.email(), request.customer_id()).or_discard("no raw identity")?;
        let erasure = json!({ "request": request.subject_request_id, "user": user });
        let IgnoredAny = self.post(call, &settings, "/erasures", erasure).await?;
        Ok(())
    }
}

/// The identity of a user at Acme. A hashed identity has no raw value, so a digest is never sent as
/// an address.
fn user(email: Option<Identity<'_>>, customer_id: Option<Identity<'_>>) -> Option<Value> {
    match email.and_then(Identity::raw) {
        Some(email) => Some(json!({ "email": email })),
        None => Some(json!({ "customer_id": customer_id?.raw()? })),
    }
}

fn translate(event: &Event<'_>) -> Result<Value, Failure> {
    let Event::CustomEvent(custom) = event else {
        return Err(Failure::discard("Acme has no such event"));
    };
    // Acme ignores events with a known key, so a batch can be delivered more than once.
    let key = event.id().map(|id| id.to_string());
    let (name, time) = (custom.name.or_reject("no name")?, event.timestamp_ms());
    Ok(json!({ "key": key, "name": name, "time": time }))
}

impl Acme {
    /// Sends one request, within the deadline. `?` converts unclassified errors to *retry*.
    async fn post<R: DeserializeOwned>(
        &self,
        call: &mut Call<'_>,
        settings: &AcmeSettings<'_>,
        path: &str,
        body: Value,
    ) -> Result<R, Failure> {
        let mut request = self.http.post(format!("{}{path}", self.url));
        if let Some(deadline) = call.deadline() {
            request = request.timeout(deadline.saturating_duration_since(Instant::now()));
        }
        request = request.bearer_auth(settings.api_key).json(&body);
        let response = request.send().await?;
        match response.status().as_u16() {
            200..300 => Ok(response.json().await?),
            // The events can be sent after the customer has corrected the key. With
            // `RejectPolicy::DeadLetter` the host stores them, and the response suspends the
            // subscription. Otherwise the sender keeps them and repeats the batch, and the response
            // to the next heartbeat of the account suspends the subscription.
            401 => {
                call.suspend_subscription();
                Err(Failure::retry().with_reason("Acme does not know the API key"))
            }
            429 => {
                let after = response.headers().get(RETRY_AFTER).or_retry()?;
                let seconds = after.to_str()?.parse()?;
                Err(Failure::retry_after(Duration::from_secs(seconds)))
            }
            status @ 400..500 => Err(Failure::reject(format!("Acme answered {status}"))),
            status => Err(Failure::retry().with_reason(format!("Acme answered {status}"))),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start()?;
    let (http, url) = (reqwest::Client::new(), server.url());
    let engine = Engine::new_async(Acme { http, url })
        .with_observer(|it: &Report<'_>| eprintln!("  {:?}: {}", it.subject, it.failure));
    assert_eq!(engine.check(), []);
    let sender = sender::Sender { engine, server };
    let send = async |title, message: &Value, reply| sender.send(title, message, reply).await;
    let ok = |body| Some(Reply::Json(200, body));
    let batch = sender::batch("raw");
    let sent = send("a batch", &batch, ok(json!([]))).await?;
    assert_eq!(sent.verdict, Verdict::Answer);
    let first = json!({ "key": sender::KEYS[1], "name": "first", "time": 1000 });
    let second = json!({ "key": sender::KEYS[0], "name": "second", "time": 2000 });
    let user = json!({ "email": "ada@example.com" });
    let upload = json!({ "user": user, "events": [first, second] });
    assert_eq!(sent.requests, [("/events Bearer k-1".to_owned(), upload)]);

    // Positions in the reply refer to the request, whose events are sorted by time.
    let refused = json!([[0, 422], [1, 503]]);
    let sent = send("both events are refused", &batch, ok(refused)).await?;
    assert_eq!(sent.outcomes, ["retry", "discarded"]);

    let busy = Reply::Header(429, "Retry-After: 30");
    let revoked = Reply::Header(401, "WWW-Authenticate: Bearer");
    for (title, reply, seconds) in [
        ("Acme is busy", busy, Some(30)),
        ("Acme is silent", Reply::Never, None),
        ("the API key is revoked", revoked, None),
    ] {
        let sent = send(title, &batch, Some(reply)).await?;
        let after = seconds.map(Duration::from_secs);
        assert_eq!(sent.verdict, Verdict::Retry { after });
    }
    let sent = send("the next heartbeat", &sender::heartbeat(), None).await?;
    assert_eq!(sent.answer.get("suspend_subscription"), Some(&json!(true)));

    let sent = send("the user is hashed", &sender::batch("sha256"), None).await?;
    assert_eq!((sent.verdict, sent.requests.len()), (Verdict::Answer, 0));

    let list = ok(json!({ "id": "list-9" }));
    let sent = send("an audience is connected", &sender::subscription(), list).await?;
    // The sender stores the settings of the response and sends them with each change.
    let change = sender::membership_change(sent.answer.get("audience_subscription_settings"));
    let sent = send("a user joins it", &change, ok(json!({}))).await?;
    let members = json!([{ "list": "list-9", "user": user, "member": true }]);
    assert_eq!(sent.requests, [("/members Bearer k-1".to_owned(), members)]);

    let sent = send("an erasure", &sender::erasure(), ok(json!({}))).await?;
    assert_eq!((sent.verdict, sent.requests.len()), (Verdict::Answer, 1));
    Ok(())
}
