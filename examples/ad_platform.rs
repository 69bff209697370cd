//! Conversions for an ad platform: users who consented, matched by digests of their identities in
//! the forms that the platform hashes, or by the advertising id of the device. Each record is a
//! request of limited size, which the host delivers.
//!
//! ```sh
//! cargo run --example ad_platform --features phone
//! ```
//!
//! Without the feature `phone` there are no digests of telephone numbers.

use hydrant::engine::split_requests;
use hydrant::hash::{Algorithm, EmailGmail, HexDigest};
use hydrant::host::system_invocation;
use hydrant::message::{
    DeviceIdentityType, Event, EventProcessingRequest, EventType, IdentityEncoding, ProductAction,
    ProductActionEvent, UserIdentityType,
};
use hydrant::{Call, Engine, Failure, Processor, Registration, ResultExt, Verdict};
use serde_json::{Value, json};

/// The platform accepts this many conversions in a request.
const MOST_CONVERSIONS: usize = 2;

/// How the platform finds the user of a batch.
struct User<'a> {
    email: Option<HexDigest>,
    phone: Option<HexDigest>,
    device: Option<&'a str>,
}

impl<'a> User<'a> {
    /// The identities are requested in raw form, because the sender would hash their standard form.
    fn of(batch: &EventProcessingRequest<'a>) -> Option<Self> {
        let email = batch.email();
        let user = Self {
            email: email.and_then(|email| email.encode_as(Algorithm::Sha256, EmailGmail)),
            phone: phone(batch),
            device: batch.advertising_id().and_then(|(_, id)| id.raw()),
        };
        let known = user.email.is_some() || user.phone.is_some() || user.device.is_some();
        known.then_some(user)
    }
}

/// The digest of a number in E.164. Numbers without a country calling code have none.
#[cfg(feature = "phone")]
fn phone(batch: &EventProcessingRequest<'_>) -> Option<HexDigest> {
    let number = batch.user_identity(UserIdentityType::MobileNumber)?;
    number.encode_as(Algorithm::Sha256, hydrant::hash::PhoneNumber::E164)
}

#[cfg(not(feature = "phone"))]
fn phone(_: &EventProcessingRequest<'_>) -> Option<HexDigest> {
    None
}

struct Ads;

impl Processor for Ads {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Acme Ads", env!("CARGO_PKG_VERSION"))
            .user_identity(UserIdentityType::Email, IdentityEncoding::Raw)
            .user_identity(UserIdentityType::MobileNumber, IdentityEncoding::Raw)
            .device_identity(DeviceIdentityType::IosAdvertisingId, IdentityEncoding::Raw)
            .device_identity(
                DeviceIdentityType::GoogleAdvertisingId,
                IdentityEncoding::Raw,
            )
            .consent_state()
            .events([EventType::ProductAction])
    }

    fn batch(
        &self,
        call: &mut Call<'_>,
        batch: &EventProcessingRequest<'_>,
    ) -> Result<(), Failure> {
        // Under the GDPR nothing is allowed without consent, under the CCPA all until an objection.
        if !batch.consented("advertising") || batch.opted_out_of_data_sale() == Some(true) {
            return Err(Failure::discard("no consent"));
        }
        let user = User::of(batch).or_discard("nothing to match the user by")?;
        let sent = call.by_time().translate(|event| match event {
            Event::ProductAction(event) if event.action == Some(ProductAction::Purchase) => {
                event
                    .total_amount
                    .or_reject("a purchase without an amount")?;
                Ok(event)
            }
            _ => Err(Failure::discard("not a purchase")),
        });
        for request in split_requests(&sent, MOST_CONVERSIONS, usize::MAX, |_| 0) {
            emit(call, &user, request);
        }
        Ok(())
    }
}

/// Emits a request. Settled events are not changed by the result of the handler, and the others are
/// those in requests, so that a request that is not delivered lets the sender repeat the batch. The
/// platform recognizes repeated conversions by the `id` of the event.
fn emit(call: &mut Call<'_>, user: &User<'_>, request: &[(usize, &&ProductActionEvent<'_>)]) {
    call.emit_json(|json| {
        json.object_field("user", |json| {
            if let Some(email) = &user.email {
                json.text_field("sha256_email", email);
            }
            if let Some(phone) = &user.phone {
                json.text_field("sha256_phone", phone);
            }
            if let Some(device) = user.device {
                json.text_field("advertising_id", device);
            }
        });
        json.list_field("conversions", |json| {
            for (_, event) in request {
                json.object_element(|json| {
                    if let Some(id) = event.common.id {
                        json.uuid_field("id", id);
                    }
                    if let Some(amount) = event.total_amount {
                        json.decimal_field("value", amount);
                    }
                    json.text_field("currency", event.currency_code.unwrap_or("USD"));
                });
            }
        });
    });
}

/// A batch with three purchases, a refund and a purchase without an amount.
fn message(consented: bool) -> Value {
    let event = |id: u32, action: &str, amount: Value| {
        json!({ "type": "product_action", "id": format!("00000000-0000-4000-8000-{id:012}"),
            "timestamp_ms": 1000 - id, "action": action, "total_amount": amount })
    };
    let events = json!([
        event(1, "purchase", json!(9.50)),
        event(2, "refund", json!(9.50)),
        event(3, "purchase", json!(20)),
        event(4, "purchase", Value::Null),
        event(5, "purchase", json!(1.25)),
    ]);
    json!({
        "type": "event_processing_request",
        "user_identities": [
            { "type": "email", "encoding": "raw", "value": "Jane.Doe+news@Gmail.com" },
            { "type": "mobile_number", "encoding": "raw", "value": "+1 (650) 555-1212" },
        ],
        "runtime_environment": { "type": "ios", "identities": [
            // The user limits tracking, so the device sends zeros.
            { "type": "ios_advertising_id", "encoding": "raw", "value": "00000000-0000-0000-0000-000000000000" },
        ] },
        "consent_state": { "gdpr_consent_state": { "advertising": { "consented": consented } } },
        "events": events,
    })
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::new(Ads).with_reject_policy(hydrant::engine::RejectPolicy::DeadLetter);
    assert_eq!(engine.check(), []);
    let send =
        |message: Value| engine.process(message.to_string().as_bytes(), &system_invocation());

    let output = send(message(true))?.finish();
    let mut requests = Vec::new();
    for record in output.records() {
        println!("{}", String::from_utf8_lossy(record.payload));
        requests.push(serde_json::from_slice::<Value>(record.payload)?);
    }
    let values = |request: &Value| -> Vec<Value> {
        let conversions = request.get("conversions").and_then(Value::as_array);
        let values = conversions.into_iter().flatten();
        values.filter_map(|one| one.get("value").cloned()).collect()
    };
    // In the order of time, two in a request.
    let expected = [vec![json!(1.25), json!(20)], vec![json!(9.5)]];
    assert_eq!(requests.iter().map(values).collect::<Vec<_>>(), expected);
    let mut user = serde_json::Map::new();
    // What `printf janedoe@gmail.com | sha256sum` prints, and the same for +16505551212.
    user.insert("sha256_email".into(), json!(EMAIL));
    if cfg!(feature = "phone") {
        user.insert("sha256_phone".into(), json!(PHONE));
    }
    let users: Vec<_> = requests
        .iter()
        .filter_map(|it| it.get("user")?.as_object())
        .collect();
    assert_eq!(users, [&user, &user]);
    let outcomes: Vec<String> = output.events().iter().map(ToString::to_string).collect();
    let refused = "rejected: a purchase without an amount";
    let refund = "discarded: not a purchase";
    assert_eq!(outcomes, ["done", refund, "done", refused, "done"]);
    // The host stores the rejected purchase, and then answers.
    assert_eq!(output.verdict(), Verdict::DeadLetter);

    let output = send(message(false))?.finish();
    assert_eq!(output.verdict(), Verdict::Answer);
    assert_eq!(output.records().iter().count(), 0);
    Ok(())
}

const EMAIL: &str = "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69";
const PHONE: &str = "1e231c66011e7a2d867a9cfae267a6aff103cf4913640b6e71a99850fc0ffbc8";
