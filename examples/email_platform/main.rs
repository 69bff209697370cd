//! A complete integration with the HTTP API of an e-mail platform: settings, consent, identities
//! with fall-backs, translation of events, requests of limited size whose replies settle each event,
//! audiences, and erasures.
//!
//! `main` (`cargo run --example email_platform`) runs it against a server in this process, and checks
//! verdicts and responses (`run.rs`).

mod run;
mod sender;
mod server;

use std::io::Write;
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};
use hydrant::engine::{SubscriptionReply, split_requests};
use hydrant::message::*;
use hydrant::registration::Text;
use hydrant::{AsyncProcessor, Call, Failure, Registration, ResultExt, settings};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map as Object, Value, json};

/// The most bytes of events that Acme accepts in a request, before compression.
const MAX_BYTES: usize = 1 << 20;

/// The identities by which Acme knows users, the best one first.
const USER_KEYS: [IdentityKey<'_>; 4] = [
    IdentityKey::User(UserIdentityType::Email),
    IdentityKey::User(UserIdentityType::Customer),
    IdentityKey::User(UserIdentityType::MobileNumber),
    IdentityKey::Mpid,
];

/// The integration. It and its connections live as long as the process.
pub(crate) struct Acme {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
}

settings! {
    /// The settings that the customer fills in.
    struct AcmeSettings<'a> {
        /// Acme shows it once
        #[setting(name = "API key", secret)]
        api_key: &'a str,
        /// Where Acme keeps the data: us or eu
        #[setting(name = "Region", default = "us")]
        region: Region,
        /// The consent that Acme needs
        #[setting(name = "Purpose", default = "marketing")]
        purpose: &'a str,
        /// Events per request
        #[setting(name = "Batch size", default = 100, range = 1..=500)]
        batch_size: i64,
        /// Text before the name of each event
        #[setting(name = "Prefix")]
        prefix: Option<&'a str>,
        /// Send to the sandbox of Acme
        #[setting(name = "Sandbox", default = false)]
        sandbox: bool,
    }
}

settings! {
    #[derive(Debug)]
    enum Region {
        #[setting(text = "us")]
        Us,
        #[setting(text = "eu")]
        Eu,
    }
}

impl AsyncProcessor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        let list_id = Text::new("list_id", "List").description("The list at Acme");
        Registration::new("Acme Mail", env!("CARGO_PKG_VERSION"))
            .description("Sends events and audiences to Acme Mail")
            .user_identity(UserIdentityType::Email, IdentityEncoding::Raw)
            .user_identity(UserIdentityType::Customer, IdentityEncoding::Raw)
            .user_identity(UserIdentityType::MobileNumber, IdentityEncoding::Raw)
            .device_identity(DeviceIdentityType::IosVendorId, IdentityEncoding::Raw)
            .device_identity(DeviceIdentityType::AndroidId, IdentityEncoding::Raw)
            .mpid()
            .consent_state()
            .user_attributes()
            .account_settings::<AcmeSettings<'_>>()
            .events([
                EventType::CustomEvent,
                EventType::ProductAction,
                EventType::PushMessageOpen,
            ])
            .audiences(|it| {
                it.subscription_setting(list_id.invisible())
                    .bulk_messages(500)
            })
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
        let user = batch.first_raw_identity(&USER_KEYS).map(user);
        let user = user.or_discard("no raw identity")?;
        let profile = json!({
            "user": user,
            "device": batch.vendor_id().and_then(|(_, id)| id.raw()),
            "attributes": attributes(batch.user_attributes),
        });
        let prefix = settings.prefix.unwrap_or_default();
        let events = call.by_time().translate(|event| translate(event, prefix));
        let count = usize::try_from(settings.batch_size)?;
        for request in split_requests(&events, count, MAX_BYTES, |(_, event)| event.len() + 1) {
            // A failure settles the events of this request only.
            let outcomes = match self.upload(call, &settings, &profile, request).await {
                Ok(outcomes) => outcomes,
                Err(failure) => vec![Err(failure); request.len()],
            };
            call.settle_sent(request, outcomes);
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
        // Acme returns the same list for the same key, because the request can be repeated.
        let list = json!({ "key": request.audience_id, "name": request.audience_name });
        let list: Value = self.post(call, &settings, "/lists", &list).await?;
        let id = list.get("id").and_then(Value::as_str).or_retry()?;
        Ok([("list_id", id)].into())
    }

    async fn audience_membership_change(
        &self,
        call: &mut Call<'_>,
        request: &AudienceMembershipChangeRequest<'_>,
    ) -> Result<(), Failure> {
        let settings: AcmeSettings<'_> = call.settings()?;
        for group in request.by_setting("list_id") {
            let list = group.value.or_reject("a subscription without a list")?;
            // Users whom Acme cannot know are not members.
            let users = |profiles: &[&UserProfile<'_>]| -> Vec<Value> {
                let found = profiles
                    .iter()
                    .filter_map(|it| it.first_raw_identity(&USER_KEYS));
                found.map(user).collect()
            };
            let (added, removed) = (users(&group.added), users(&group.removed));
            let changes = json!({ "list": list, "add": added, "remove": removed });
            let IgnoredAny = self.post(call, &settings, "/members", &changes).await?;
        }
        Ok(())
    }

    async fn dsr(
        &self,
        call: &mut Call<'_>,
        request: &DsrProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        let settings: AcmeSettings<'_> = call.settings()?;
        let email = request.email().and_then(Identity::raw);
        let customer = request.customer_id().and_then(Identity::raw);
        if email.or(customer).is_none() {
            return Err(Failure::discard("no identity that Acme knows"));
        }
        // Acme erases once for each request, which can be repeated. The package `hydrant-dsr` is for
        // targets that do not.
        let user = json!({ "email": email, "customer": customer });
        let erasure = json!({ "request": request.subject_request_id, "user": user });
        let IgnoredAny = self.post(call, &settings, "/erasures", &erasure).await?;
        Ok(())
    }
}

/// The user at Acme. A digest is never sent as an address, because only raw identities are found.
fn user((key, value): (IdentityKey<'_>, &str)) -> Value {
    json!({ key.as_str(): value })
}

/// Attributes with the types that their texts have.
fn attributes(attributes: Map<'_, &str>) -> Object<String, Value> {
    let value = |text: &str| match Attribute::infer(text) {
        Attribute::Bool(value) => value.into(),
        Attribute::Integer(value) => value.into(),
        Attribute::Number(value) => json!(value.to_string().parse::<f64>().ok()),
        Attribute::Text(text) => text.into(),
    };
    let attributes = attributes.iter();
    attributes
        .map(|(name, text)| ((*name).to_owned(), value(text)))
        .collect()
}

/// An event as Acme's JSON.
fn translate(event: &Event<'_>, prefix: &str) -> Result<String, Failure> {
    let (name, properties) = match event {
        Event::CustomEvent(custom) => (
            custom.name.or_discard("no name")?,
            attributes(custom.attributes),
        ),
        Event::ProductAction(action) => {
            let kind = action.action.or_discard("no action")?;
            if kind != ProductAction::Purchase {
                return Err(Failure::discard("Acme knows purchases only"));
            }
            let mut properties = attributes(action.attributes);
            let total = action.total_amount.map(|total| total.to_string());
            properties.insert("total".to_owned(), json!(total));
            properties.insert("currency".to_owned(), json!(action.currency_code));
            ("purchase", properties)
        }
        Event::PushMessageOpen(open) => {
            let payload = open.payload_json().or_discard("no payload")?;
            let campaign = payload.path(&["acme", "campaign"]);
            let campaign = campaign
                .and_then(|it| it.text())
                .or_discard("a push of another sender")?;
            let mut properties = Object::new();
            properties.insert("campaign".to_owned(), json!(campaign));
            ("opened", properties)
        }
        _ => return Err(Failure::discard("Acme has no such event")),
    };
    // Acme ignores events with a known key, so a batch can be delivered more than once.
    let key = event.id().map(|id| id.to_string());
    let event = json!({
        "key": key,
        "name": format!("{prefix}{name}"),
        "time": event.timestamp_ms(),
        "properties": properties,
    });
    Ok(event.to_string())
}

impl Acme {
    /// Sends the events of one user, and returns the outcome of each.
    async fn upload(
        &self,
        call: &mut Call<'_>,
        settings: &AcmeSettings<'_>,
        profile: &Value,
        events: &[(usize, String)],
    ) -> Result<Vec<Result<(), Failure>>, Failure> {
        let lines: Vec<&str> = events.iter().map(|(_, event)| &**event).collect();
        let body = format!(r#"{{"profile":{profile},"events":[{}]}}"#, lines.join(","));
        // Acme replies with a status for each event that it refused, by position in the request.
        let refused: Vec<(usize, u16)> = self.post(call, settings, "/events", &body).await?;
        let mut outcomes = vec![Ok(()); events.len()];
        for (index, status) in refused {
            // A position that was not in the request: it is unknown which events were accepted.
            *outcomes.get_mut(index).or_retry()? = Err(match status {
                429 | 500.. => Failure::retry(),
                _ => Failure::discard(format!("Acme refused it with status {status}")),
            });
        }
        Ok(outcomes)
    }

    /// Sends one request, within the deadline. `?` converts unclassified errors to *retry*.
    async fn post<R: DeserializeOwned>(
        &self,
        call: &mut Call<'_>,
        settings: &AcmeSettings<'_>,
        path: &str,
        body: &impl std::fmt::Display,
    ) -> Result<R, Failure> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        write!(gzip, "{body}")?;
        let region = match settings.region {
            Region::Us => "us",
            Region::Eu => "eu",
        };
        let place = if settings.sandbox { "sandbox" } else { region };
        let request = self.http.post(format!("{}/{place}{path}", self.url));
        let response = request
            .timeout(call.timeout(Duration::from_secs(10)))
            .bearer_auth(settings.api_key)
            .header(CONTENT_TYPE, "application/json")
            .header(CONTENT_ENCODING, "gzip")
            .body(gzip.finish()?)
            .send()
            .await?;
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
    run::run().await
}
