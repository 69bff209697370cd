//! Builders of the messages that a module receives. They produce JSON, so that a test includes the
//! parser.
//!
//! A message has the fields that the protocol requires, and those that a test adds. Methods exist
//! for fields that tests often need; [`set`](Batch::set), [`push`](Batch::push),
//! [`entry`](Batch::entry) and [`without`](Batch::without) change any other field, and names and
//! values that the protocol does not have are possible as well. Enumerations are given as text, for
//! example `ProductAction::Purchase.as_str()`.
//!
//! ```
//! use hydrant_testing::build::*;
//! use hydrant_testing::json;
//!
//! let batch = Batch::new()
//!     .account(7)
//!     .setting("api_key", "k")
//!     .email("ada@example.com")
//!     .user_attribute("plan", "gold")
//!     .set("runtime_environment", runtime("ios").set("os_version", "17.4"))
//!     .event(product_action("purchase").push("products", product("sku-1").set("price", 9.5)))
//!     .event(screen_view("home").set("location", json!({"latitude": 48.1, "longitude": 11.6})))
//!     .notification(gdpr_consent_state("marketing", true));
//! assert!(batch.to_json().starts_with(r#"{"type":"event_processing_request","id":"00000000-"#));
//! ```
//!
//! Fields are written in the order in which the sender writes them. Identifiers and times are
//! fixed: those of an event depend on its position and on the [`number`](Batch::number) of the
//! message.

mod audiences;
mod batch;
mod events;
mod parts;
mod render;
mod requests;

pub use audiences::{MembershipChange, Profile, Subscription};
pub use batch::Batch;
pub use events::{
    EventBuilder, application_state_transition, attribution, custom_event, error, impression,
    privacy_setting_change, product_action, promotion_action, push_message_open,
    push_message_receipt, push_subscription, screen_view, session_end, session_start,
    unknown_event, user_attribute_change, user_identity_change,
};
pub use parts::{
    Part, audience, ccpa_consent_state, consent, gdpr_consent_state, identity, product, promotion,
    runtime,
};
pub use render::{NOW_MS, ordered};
pub use requests::{DataSubjectRequest, RegistrationRequest};

use serde_json::{Map, Value};

/// Declares a builder of a JSON object.
macro_rules! builder {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[must_use]
        pub struct $name($crate::build::Fields);

        impl $name {
            /// Sets a field to any JSON value, for example one of `json!`.
            pub fn set(mut self, field: &str, value: impl Into<serde_json::Value>) -> Self {
                self.0.set(field, value.into());
                self
            }

            /// Appends an element to a list. A field that is not a list becomes one.
            pub fn push(mut self, field: &str, element: impl Into<serde_json::Value>) -> Self {
                self.0.push(field, element.into());
                self
            }

            /// Sets the value of a key in a map, such as attributes. A field that is not an object
            /// becomes one.
            pub fn entry(
                mut self,
                field: &str,
                key: &str,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                self.0.entry(field, key, value.into());
                self
            }

            /// Removes a field.
            pub fn without(mut self, field: &str) -> Self {
                self.0.remove(field);
                self
            }
        }

        impl From<$name> for serde_json::Value {
            fn from(builder: $name) -> Self {
                builder.0.into_value()
            }
        }
    };
}

/// Declares a builder of a message.
macro_rules! message {
    ($(#[$meta:meta])* $name:ident) => {
        $crate::build::builder! { $(#[$meta])* $name }

        impl $name {
            /// Sets the number of the message, from which its identifier and those of its events
            /// are derived. The default is 1. Give each message of a test its own number if the
            /// module remembers identifiers.
            pub fn number(mut self, number: u32) -> Self {
                self.0.number = number;
                self
            }

            /// The JSON text of the message.
            #[must_use]
            pub fn to_json(&self) -> String {
                $crate::build::render::message(&self.0)
            }

            /// The message with up to three mutations that leave it JSON: see
            /// [`mutate`](crate::generate::mutate).
            #[must_use]
            pub fn hostile(&self, seed: u64) -> Vec<u8> {
                $crate::generate::mutate(self.to_json().as_bytes(), seed)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<$name> for Vec<u8> {
            fn from(message: $name) -> Self {
                message.to_json().into_bytes()
            }
        }

        impl From<&$name> for Vec<u8> {
            fn from(message: &$name) -> Self {
                message.to_json().into_bytes()
            }
        }
    };
}

/// The methods for the account of a message.
macro_rules! with_account {
    ($name:ident) => {
        impl $name {
            /// Sets the number of the customer account. The default is 1.
            pub fn account(mut self, id: i32) -> Self {
                self.0
                    .object("account")
                    .insert("account_id".to_owned(), id.into());
                self
            }

            /// Sets a setting of the account. On the wire, its value is always text.
            pub fn setting(mut self, id: &str, value: impl ToString) -> Self {
                let account = self.0.object("account");
                let settings = $crate::build::object_in(account, "account_settings");
                settings.insert(id.to_owned(), value.to_string().into());
                self
            }
        }
    };
}

/// The methods for the identities of a user.
macro_rules! with_identities {
    ($name:ident) => {
        impl $name {
            /// Adds the e-mail address of the user, not hashed.
            pub fn email(self, address: &str) -> Self {
                self.identity("email", address)
            }

            /// Adds the customer's own identifier of the user, not hashed.
            pub fn customer_id(self, id: &str) -> Self {
                self.identity("customer", id)
            }

            /// Adds an identity of the user, not hashed. For a digest, use
            /// `push("user_identities", identity(..).set("encoding", "sha256"))`.
            pub fn identity(self, identity_type: &str, value: &str) -> Self {
                let identity = $crate::build::identity(identity_type, value);
                self.push("user_identities", identity)
            }

            /// Sets the identifier of the user profile.
            pub fn mpid(self, mpid: &str) -> Self {
                self.set("mpid", mpid)
            }
        }
    };
}

use {builder, message, with_account, with_identities};

/// The fields of an object that is built.
#[derive(Clone, Debug, PartialEq)]
struct Fields {
    /// From which the identifiers of a message are derived.
    number: u32,
    fields: Map<String, Value>,
}

impl Fields {
    fn new() -> Self {
        Self {
            number: 1,
            fields: Map::new(),
        }
    }

    /// The fields of an object with a `type`.
    fn of_type(name: &str) -> Self {
        let mut fields = Self::new();
        fields.set("type", name.into());
        fields
    }

    /// The common fields of messages.
    fn message(name: &str) -> Self {
        let mut fields = Self::of_type(name);
        fields.set("id", render::automatic());
        fields.set("timestamp_ms", render::automatic());
        fields.set(
            "firehose_version",
            hydrant::message::FIREHOSE_VERSION.into(),
        );
        fields
    }

    /// The common fields of messages of an account.
    fn message_of_account(name: &str) -> Self {
        let mut fields = Self::message(name);
        fields.entry("account", "account_id", 1.into());
        fields
    }

    fn set(&mut self, field: &str, value: Value) {
        self.fields.insert(field.to_owned(), value);
    }

    fn push(&mut self, field: &str, element: Value) {
        let list = self
            .fields
            .entry(field)
            .or_insert_with(|| Value::Array(Vec::new()));
        match list {
            Value::Array(elements) => elements.push(element),
            other => *other = Value::Array(vec![element]),
        }
    }

    fn entry(&mut self, field: &str, key: &str, value: Value) {
        self.object(field).insert(key.to_owned(), value);
    }

    fn remove(&mut self, field: &str) {
        self.fields.remove(field);
    }

    fn object(&mut self, field: &str) -> &mut Map<String, Value> {
        object_in(&mut self.fields, field)
    }

    fn into_value(self) -> Value {
        Value::Object(self.fields)
    }
}

/// The object in a field. A field that is not an object becomes one.
fn object_in<'m>(fields: &'m mut Map<String, Value>, field: &str) -> &'m mut Map<String, Value> {
    let value = fields.entry(field).or_insert(Value::Null);
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(object) => object,
        // It was just set to an object.
        _ => unreachable!("an object"),
    }
}
