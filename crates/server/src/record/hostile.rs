//! A recording of hostile messages has no secret, and its messages have the outcomes of the
//! originals.

use std::sync::OnceLock;

use hydrant::host::system_invocation;
use hydrant::message::{
    EventType, IdentityEncoding, PushSubscriptionEvent, ScreenViewEvent, UserIdentityChangeEvent,
    UserIdentityType,
};
use hydrant::{Call, Engine, Failure, Processor, Registration, ResultExt};
use hydrant_testing::generate::{Generator, Kind, Options, mutate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::redact::Redaction;

const SECRET: &str = "s3cr3t";
const NUMBER: i64 = 481_516_234_210_877;

/// Its outcomes depend on the forms of identities.
struct Acme;

impl Processor for Acme {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Acme", "1.0").events(EventType::ALL.iter().copied())
    }

    fn screen_view(
        &self,
        _: &mut Call<'_>,
        (): &mut (),
        event: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        event.screen_name.or_discard("no name").map(drop)
    }

    fn push_subscription(
        &self,
        _: &mut Call<'_>,
        (): &mut (),
        event: &PushSubscriptionEvent<'_>,
    ) -> Result<(), Failure> {
        event.token.or_discard("no token").map(drop)
    }

    fn user_identity_change(
        &self,
        _: &mut Call<'_>,
        (): &mut (),
        event: &UserIdentityChangeEvent<'_>,
    ) -> Result<(), Failure> {
        let mut emails = event.added.iter().filter(|one| {
            one.identity_type == UserIdentityType::Email && one.encoding == IdentityEncoding::Raw
        });
        match emails.all(|one| one.value.contains('@')) {
            true => Ok(()),
            false => Err(Failure::discard("not an address")),
        }
    }
}

/// Puts secrets into a message.
struct Planter {
    state: u64,
    /// Whether identities and attributes are secrets.
    identities: bool,
}

impl Planter {
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33) % end
    }

    /// A value of any form with a secret.
    fn secret(&mut self) -> Value {
        match self.below(7) {
            0 => json!({"api_key": SECRET, format!("{SECRET}@example.com"): NUMBER}),
            1 => json!([SECRET, [NUMBER]]),
            2 => json!({"x": {"account_settings": {"k": SECRET}}}),
            3 => inner(),
            4 => Value::from(NUMBER),
            _ => Value::from(SECRET),
        }
    }

    /// A name that is not declared anywhere.
    fn name(&mut self) -> String {
        let names = [
            "acount_settings",
            "accountSettings",
            "ApiKey",
            "zip_code",
            "s3cr3t@x.example",
            "é",
        ];
        names[self.below(names.len() as u64) as usize].to_owned()
    }

    fn plant(&mut self, name: &str, value: &mut Value) {
        match value {
            Value::Object(object) => self.object(name, object),
            Value::Array(list) => list.iter_mut().for_each(|value| self.plant(name, value)),
            // Texts that are kept, unless they have a message in them.
            Value::String(text)
                if matches!(name, "screen_name" | "message" | "affiliation")
                    && self.below(4) == 0 =>
            {
                *text = format!("body={}", inner().as_str().unwrap());
            }
            Value::String(text) if self.identities => match name {
                "mpid" if self.below(2) == 0 => *text = NUMBER.to_string(),
                "token"
                | "push_token"
                | "device_application_stamp"
                | "client_ip_address"
                | "hardware_id" => *text = SECRET.to_owned(),
                _ => {}
            },
            _ => {}
        }
    }

    fn object(&mut self, name: &str, object: &mut Map<String, Value>) {
        let secret_text = |value: &mut Value| *value = SECRET.into();
        let name = match name {
            // Attributes, too.
            "added" | "removed" | "integration_attributes" => "user_attributes",
            name => name,
        };
        match name {
            name if name.ends_with("_settings") => {
                object.insert(format!("{SECRET}@x.example"), SECRET.into());
                return object.values_mut().for_each(secret_text);
            }
            // Those of an audience.
            "user_attributes" if object.contains_key("key") => {
                if self.identities {
                    object.insert("value".to_owned(), SECRET.into());
                    object.insert("list_value".to_owned(), json!([SECRET]));
                }
            }
            "user_attributes" if self.identities => {
                object.insert("$Age".to_owned(), NUMBER.into());
                object.insert("list".to_owned(), self.secret());
                return object.values_mut().take(2).for_each(secret_text);
            }
            "attributes" | "custom_flags" | "user_attributes" => {
                object.insert("json".to_owned(), inner());
                object.insert(
                    "object".to_owned(),
                    json!({"account_settings": {"k": SECRET}}),
                );
                return;
            }
            "user_attribute_lists" | "apple_search_ads_attribution" => return,
            "gdpr_consent_state" | "ccpa_consent_state" | "subject_identities" => {}
            _ => {
                if self.below(3) == 0 {
                    object.insert(self.name(), self.secret());
                }
                if name == "account" && self.below(2) == 0 {
                    object.insert("api_key".to_owned(), SECRET.into());
                }
            }
        }
        if self.identities {
            if object.contains_key("encoding") && object.contains_key("value") {
                let is_email = object.get("type").is_some_and(|it| it == "email");
                let value = if is_email { "s3cr3t@x.example" } else { SECRET };
                object.insert("value".to_owned(), value.into());
            }
            if name == "runtime_environment" {
                object.insert("name".to_owned(), SECRET.into());
                object.insert("http_header_user_agent".to_owned(), SECRET.into());
            }
        }
        for (name, value) in object {
            self.plant(name, value);
        }
    }
}

/// A message in a text.
fn inner() -> Value {
    json!({"account": {"account_settings": {"k": SECRET}}, "mpid": SECRET})
        .to_string()
        .into()
}

fn engine() -> &'static Engine<Acme> {
    static ENGINE: OnceLock<Engine<Acme>> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(Acme))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_secret_is_recorded_and_outcomes_stay(
        seed in any::<u64>(),
        kind in proptest::sample::select(&[Kind::Events, Kind::Audiences, Kind::Subscriptions, Kind::Dsr][..]),
        identities in any::<bool>(),
        mutated in any::<bool>(),
    ) {
        let mut generator = Generator::new(Options::default().kind(kind).seed(seed).events(0..=6));
        let mut text = Vec::new();
        generator.write_message(&mut text);
        let mut message: Value = serde_json::from_slice(&text).unwrap();
        Planter { state: seed, identities }.plant("", &mut message);
        let mut text = message.to_string().into_bytes();
        if mutated {
            text = mutate(&text, seed);
        }
        let mut redacted = Vec::new();
        Redaction::new(!identities).message(&text, &mut redacted);
        let redacted = String::from_utf8(redacted).unwrap();
        prop_assert!(!redacted.contains(SECRET), "{redacted}");
        prop_assert!(!redacted.contains(&NUMBER.to_string()), "{redacted}");
        let before = engine().process(&text, &system_invocation());
        prop_assume!(before.is_ok() || mutated, "{:?}", before.err());
        if let Ok(before) = before {
            let after = engine().process(redacted.as_bytes(), &system_invocation());
            prop_assert!(after.is_ok(), "{:?}: {redacted}\n{}", after.err(), String::from_utf8_lossy(&text));
            let (before, after) = (before.finish(), after.unwrap().finish());
            prop_assert_eq!(before.outcome_counts(), after.outcome_counts());
            prop_assert_eq!(before.message_id(), after.message_id());
        }
    }
}
