//! The messages that the platform would send to a module with this registration: heartbeats, events
//! of every type, audiences, an erasure. They have what the registration requests, and nothing else.

use hydrant::hash::Algorithm;
use hydrant::message::{EventType, Identity, IdentityEncoding};
use hydrant_testing::build::*;
use serde_json::{Value, json};

use crate::http::AccountSettings;

/// The time of a message.
const TIME: &str = "timestamp_ms";

/// The audience of the scenario.
const AUDIENCE: i64 = 17;

/// What the platform sends, in order. Numbers of messages begin with this one; identifiers are
/// derived from them.
pub(super) fn messages(registration: &Value, first_number: u32, now_ms: i64) -> Vec<String> {
    let mut scenario = Scenario {
        registration,
        now_ms,
        messages: Vec::new(),
    };
    if let Some(events) = scenario.part("event_processing_registration") {
        scenario.events(&strings(events, "supported_event_types"));
        scenario.notifications(&strings(events, "supported_system_notification_types"));
    }
    if scenario.part("audience_processing_registration").is_some() {
        scenario.audiences();
    }
    if scenario.part("dsr_processing_registration").is_some() {
        scenario.erasure();
    }
    scenario.numbered(first_number)
}

/// The values of settings that the customer must fill in: the default value, or an example.
pub(super) fn fill_settings(registration: &Value, settings: &mut AccountSettings) {
    for part in [
        "event_processing_registration",
        "audience_processing_registration",
        "dsr_processing_registration",
    ] {
        let registered = registration.get(part);
        for setting in list(registered.unwrap_or(&Value::Null), "account_settings") {
            let id = setting.get("id").and_then(Value::as_str);
            if let (Some(id), Some(value)) = (id, value_of(setting)) {
                settings.or_insert(id, value);
            }
        }
    }
}

/// What a customer enters; nothing for what is not required and has no default value.
fn value_of(setting: &Value) -> Option<Value> {
    let default = setting.get("default_value").filter(|it| !it.is_null());
    let is_required = setting.get("required") == Some(&Value::Bool(true));
    let least = || setting.get("min_value").filter(|it| !it.is_null());
    match (setting.get("type").and_then(Value::as_str)?, default) {
        (_, Some(default)) => Some(default.clone()),
        ("boolean", None) => Some(false.into()),
        (_, None) if !is_required => None,
        ("integer" | "float", None) => Some(least().cloned().unwrap_or(1.into())),
        _ => Some("sample".into()),
    }
}

struct Scenario<'r> {
    registration: &'r Value,
    now_ms: i64,
    messages: Vec<Message>,
}

/// A message that has no number yet.
enum Message {
    Batch(Batch),
    Subscription(Subscription),
    Change(MembershipChange),
    Erasure(DataSubjectRequest),
}

impl<'r> Scenario<'r> {
    fn part(&self, name: &str) -> Option<&'r Value> {
        self.registration.get(name).filter(|part| part.is_object())
    }

    fn allows(&self, permission: &str) -> bool {
        let permissions = self.part("permissions");
        permissions.and_then(|it| it.get(permission)) == Some(&Value::Bool(true))
    }

    /// A batch for each type, and one with all of them; before, a heartbeat.
    fn events(&mut self, registered: &[&str]) {
        self.messages.push(Message::Batch(Batch::new()));
        let all: Vec<&str> = EventType::ALL.iter().map(|it| it.as_str()).collect();
        // Without a list, every type is sent.
        let types = match registered {
            [] => &all[..],
            types => types,
        };
        let events: Vec<EventBuilder> = types.iter().copied().map(event).collect();
        for event in &events {
            let batch = self.batch().event(event.clone().at(self.now_ms));
            self.messages.push(Message::Batch(batch));
        }
        if events.len() > 1 {
            let events = events.into_iter().map(|event| event.at(self.now_ms));
            let batch = self.batch().events(events);
            self.messages.push(Message::Batch(batch));
        }
        if self.allows("allow_eventless_batches") {
            let batch = self.batch().user_attribute("plan", "gold");
            self.messages.push(Message::Batch(batch));
        }
    }

    fn notifications(&mut self, registered: &[&str]) {
        for kind in registered {
            let notification = match *kind {
                "gdpr_consent_state" => gdpr_consent_state("marketing", true),
                "ccpa_consent_state" => ccpa_consent_state(true),
                _ => continue,
            };
            let batch = self.batch().notification(notification);
            self.messages.push(Message::Batch(batch));
        }
    }

    /// A heartbeat, and the life of an audience.
    fn audiences(&mut self) {
        self.messages.push(Message::Change(MembershipChange::new()));
        self.messages
            .push(Message::Subscription(Subscription::of(AUDIENCE)));
        let profile = |person| {
            let profile = Profile::new();
            let identities = self.identities("user_identities", person);
            let profile = identities
                .into_iter()
                .fold(profile, |it, identity| it.push("user_identities", identity));
            match self.allows("allow_access_mpid") {
                true => profile.mpid(person.mpid),
                false => profile,
            }
        };
        let change = MembershipChange::new()
            .profile(profile(&ADA).joined(AUDIENCE))
            .profile(profile(&BOB).joined(AUDIENCE));
        let left = MembershipChange::new().profile(profile(&ADA).left(AUDIENCE));
        self.messages.push(Message::Change(change));
        self.messages.push(Message::Change(left));
        let removed = Subscription::of(AUDIENCE).action("remove");
        self.messages.push(Message::Subscription(removed));
    }

    fn erasure(&mut self) {
        let request = DataSubjectRequest::new()
            .identity("email", ADA.email)
            .identity("controller_customer_id", ADA.customer);
        self.messages.push(Message::Erasure(request));
    }

    /// A batch of a user with what the registration requests.
    fn batch(&self) -> Batch {
        let mut batch = Batch::new();
        for identity in self.identities("user_identities", &ADA) {
            batch = batch.push("user_identities", identity);
        }
        for identity in self.identities("partner_identities", &ADA) {
            batch = batch.push("partner_identities", identity);
        }
        let devices = self.identities("device_identities", &ADA);
        if !devices.is_empty() {
            let environment = runtime("android");
            let environment = devices
                .into_iter()
                .fold(environment, |it, identity| it.push("identities", identity));
            batch = batch.set("runtime_environment", environment);
        }
        if self.allows("allow_user_attributes") {
            batch = batch.user_attribute("plan", "gold");
        }
        if self.allows("allow_consent_state") {
            batch = batch.gdpr_consent("marketing", true);
        }
        if self.allows("allow_access_mpid") {
            batch = batch.mpid(ADA.mpid);
        }
        batch
    }

    /// The identities of a person that the registration requests, encoded as it says.
    fn identities(&self, list_name: &str, person: &Person) -> Vec<Value> {
        let permissions = self.part("permissions").unwrap_or(&Value::Null);
        let identities = list(permissions, list_name)
            .iter()
            .filter_map(|permission| {
                let name = ["type", "name"]
                    .iter()
                    .find_map(|it| permission.get(it)?.as_str())?;
                let encoding = permission.get("encoding").and_then(Value::as_str);
                let encoding = encoding.unwrap_or("raw");
                let value = person.encoded(name, encoding);
                Some(json!({ "type": name, "encoding": encoding, "value": value }))
            });
        identities.collect()
    }

    /// The messages with identifiers and times.
    fn numbered(self, first: u32) -> Vec<String> {
        let now_ms = self.now_ms;
        let text = |(number, message): (u32, Message)| match message {
            Message::Batch(it) => it.set(TIME, now_ms).number(number).to_json(),
            Message::Subscription(it) => it.set(TIME, now_ms).number(number).to_json(),
            Message::Change(it) => it.set(TIME, now_ms).number(number).to_json(),
            Message::Erasure(it) => {
                let it = it.set("subject_request_id", request_id(number));
                it.set(TIME, now_ms).number(number).to_json()
            }
        };
        (first..).zip(self.messages).map(text).collect()
    }
}

/// Each request of a person has its own identifier.
fn request_id(number: u32) -> String {
    format!("5f2d1a3e-0d6c-4f1b-9a57-0000{number:08x}")
}

/// A user of the scenario.
struct Person {
    email: &'static str,
    customer: &'static str,
    mpid: &'static str,
    phone: &'static str,
}

const ADA: Person = Person {
    email: "ada@example.com",
    customer: "customer-1",
    mpid: "4294967297",
    phone: "+16505551212",
};

const BOB: Person = Person {
    email: "bob@example.com",
    customer: "customer-2",
    mpid: "4294967298",
    phone: "+16505551213",
};

impl Person {
    fn encoded(&self, name: &str, encoding: &str) -> String {
        let value = match name {
            "email" => self.email.to_owned(),
            "mobile_number" | "phone_number_2" | "phone_number_3" => self.phone.to_owned(),
            "customer" => self.customer.to_owned(),
            name => format!("{name}-of-{}", self.customer),
        };
        let algorithm = match encoding {
            "md5" => Algorithm::Md5,
            "sha1" => Algorithm::Sha1,
            "sha256" => Algorithm::Sha256,
            _ => return value,
        };
        let digest = Identity::new(IdentityEncoding::Raw, &value).encode(algorithm);
        digest.map_or(String::new(), |digest| digest.to_string())
    }
}

/// An example of an event of this type.
fn event(name: &str) -> EventBuilder {
    let payload = r#"{"aps":{"alert":"Hi"}}"#;
    match name {
        "session_start" => session_start(),
        "session_end" => session_end(60_000),
        "custom_event" => custom_event("signed up").attribute("plan", "gold"),
        "screen_view" => screen_view("home"),
        "error" => error("no network"),
        "privacy_setting_change" => privacy_setting_change(true),
        "user_attribute_change" => user_attribute_change("plan", Some("silver"), Some("gold")),
        "user_identity_change" => {
            user_identity_change("email", Some("ada@example.org"), Some(ADA.email))
        }
        "push_subscription" => push_subscription("subscribe", "push-token-1"),
        "application_state_transition" => application_state_transition("background"),
        "push_message_receipt" => push_message_receipt(payload),
        "push_message_open" => push_message_open(payload),
        "product_action" => product_action("purchase")
            .push("products", product("sku-1").set("price", 9.5))
            .set("total_amount", 9.5)
            .set("currency_code", "USD"),
        "promotion_action" => promotion_action("view").push("promotions", promotion("spring")),
        "impression" => impression("search", [product("sku-1")]),
        "attribution" => attribution("Acme Ads", "spring"),
        // A type of a newer version.
        name => unknown_event(name),
    }
}

fn list<'v>(object: &'v Value, name: &str) -> &'v [Value] {
    let list = object.get(name).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn strings<'v>(object: &'v Value, name: &str) -> Vec<&'v str> {
    list(object, name)
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use hydrant::validate::{findings, unknown_fields};
    use hydrant::{ParseOptions, Scratch, Tally, parse};

    use super::*;

    /// Every message is one that the platform could send.
    #[test]
    fn messages_have_no_unknown_values_and_no_required_field_is_missing() {
        let registration = json!({
            "permissions": {
                "user_identities": [{"type": "email", "encoding": "sha256"}, {"type": "customer", "encoding": "raw"}],
                "device_identities": [{"type": "android_id", "encoding": "md5"}],
                "partner_identities": [{"name": "Acme_Id", "encoding": "raw"}],
                "allow_user_attributes": true,
                "allow_consent_state": true,
                "allow_access_mpid": true,
                "allow_eventless_batches": true,
            },
            "event_processing_registration": {
                "supported_system_notification_types": ["gdpr_consent_state", "ccpa_consent_state"],
            },
            "audience_processing_registration": {},
            "dsr_processing_registration": {},
        });
        let messages = messages(&registration, 1, 1_714_592_744_066);
        // Heartbeat, 16 types, all of them, without events, 2 notifications; 5 of audiences; 1.
        assert_eq!(messages.len(), 1 + 16 + 1 + 1 + 2 + 5 + 1);
        let mut scratch = Scratch::new();
        let options = ParseOptions::new().strict(true);
        for text in &messages {
            let parsed = parse(text.as_bytes(), &mut scratch, &options).unwrap();
            assert_eq!(parsed.tally, Tally::default(), "{text}");
            assert_eq!(findings(&parsed.message), [], "{text}");
            let unknown = unknown_fields(text.as_bytes(), &mut scratch, &options).unwrap();
            assert_eq!(unknown, [], "{text}");
        }
        let batch = &messages[1];
        // It is sent as a digest.
        assert!(!batch.contains(ADA.email), "{batch}");
        for sent in [ADA.customer, "Acme_Id", "android_id", ADA.mpid] {
            assert!(batch.contains(sent), "{sent}: {batch}");
        }
    }

    #[test]
    fn nothing_is_sent_that_is_not_registered() {
        let registration = json!({
            "event_processing_registration": {"supported_event_types": ["screen_view"]},
        });
        let messages = messages(&registration, 1, 1_714_592_744_066);
        assert_eq!(messages.len(), 2);
        assert!(messages[1].contains(r#""events":[{"type":"screen_view""#));
        assert!(!messages[1].contains("user_identities"));
        assert!(super::messages(&json!({}), 1, 0).is_empty());
    }

    #[test]
    fn required_settings_have_values() {
        let registration = json!({"event_processing_registration": {"account_settings": [
            {"type": "text", "id": "key", "required": true},
            {"type": "text", "id": "region", "required": true, "default_value": "us"},
            {"type": "text", "id": "note", "required": false},
            {"type": "integer", "id": "size", "required": true, "min_value": 5},
            {"type": "boolean", "id": "test"},
        ]}});
        let mut settings = AccountSettings::default();
        fill_settings(&registration, &mut settings);
        let mut message = json!({"account": {"account_id": 1}});
        settings.fill(&mut message);
        assert_eq!(
            message["account"]["account_settings"],
            json!({"key": "sample", "region": "us", "size": "5", "test": "false"})
        );
    }
}
