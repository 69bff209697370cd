//! [`EventBuilder`], and a function for each type of event, with the name of its handler.

use serde_json::Value;

use super::render::automatic;
use super::{Fields, builder, identity};

builder! {
    /// An event of a [`Batch`](super::Batch) (protocol, section 4). A function with the name of the
    /// handler creates each type, for example [`custom_event`].
    ///
    /// ```
    /// use hydrant_testing::build::{Batch, error, screen_view};
    ///
    /// let batch = Batch::new()
    ///     .event(screen_view("home").at(1_714_592_000_000).attribute("tab", "news"))
    ///     .event(error("no network").set("is_crash", true));
    /// assert!(batch.to_json().contains(r#""screen_name":"home""#));
    /// ```
    EventBuilder
}

impl EventBuilder {
    fn new(event_type: &str) -> Self {
        let builder = Self(Fields::of_type(event_type));
        builder
            .set("id", automatic())
            .set("timestamp_ms", automatic())
    }

    /// Sets the identifier.
    pub fn id(self, uuid: &str) -> Self {
        self.set("id", uuid)
    }

    /// Sets the time, in milliseconds since the Unix epoch. By default events follow each other by
    /// a second.
    pub fn at(self, timestamp_ms: i64) -> Self {
        self.set("timestamp_ms", timestamp_ms)
    }

    /// Sets an attribute. On the wire, its value is always text.
    pub fn attribute(self, key: &str, value: impl ToString) -> Self {
        self.entry("attributes", key, value.to_string())
    }

    /// Sets a custom flag, whose key is `Module.flag`.
    pub fn custom_flag(self, key: &str, value: impl ToString) -> Self {
        self.entry("custom_flags", key, value.to_string())
    }
}

/// A user session started.
pub fn session_start() -> EventBuilder {
    EventBuilder::new("session_start")
}

/// A session ended.
pub fn session_end(session_length_ms: i64) -> EventBuilder {
    EventBuilder::new("session_end").set("session_length_ms", session_length_ms)
}

/// A named event, with the type `other`.
pub fn custom_event(name: &str) -> EventBuilder {
    EventBuilder::new("custom_event")
        .set("name", name)
        .set("custom_event_type", "other")
}

/// A screen or page was shown.
pub fn screen_view(screen_name: &str) -> EventBuilder {
    EventBuilder::new("screen_view").set("screen_name", screen_name)
}

/// The app reported an error that is not a crash.
pub fn error(message: &str) -> EventBuilder {
    EventBuilder::new("error")
        .set("message", message)
        .set("is_crash", false)
}

/// The user opted in or out of the collection of data.
pub fn privacy_setting_change(is_enabled: bool) -> EventBuilder {
    EventBuilder::new("privacy_setting_change")
        .set("setting", "app_data_collection")
        .set("is_enabled", is_enabled)
}

/// An attribute of the user changed from one value to another. `None` is an attribute that was not
/// there before, or is no longer.
pub fn user_attribute_change(key: &str, from: Option<&str>, to: Option<&str>) -> EventBuilder {
    let mut event = EventBuilder::new("user_attribute_change");
    for (field, value) in [("added", to), ("removed", from)] {
        if let Some(value) = value {
            event = event.entry(field, key, value);
        }
    }
    event
}

/// An identity of the user changed from one value to another. `None` is an identity that was not
/// there before, or is no longer.
pub fn user_identity_change(
    identity_type: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> EventBuilder {
    let mut event = EventBuilder::new("user_identity_change");
    for (field, value) in [("added", to), ("removed", from)] {
        if let Some(value) = value {
            event = event.push(field, identity(identity_type, value));
        }
    }
    event
}

/// A push token was registered (`subscribe`) or withdrawn (`unsubscribe`).
pub fn push_subscription(action: &str, token: &str) -> EventBuilder {
    EventBuilder::new("push_subscription")
        .set("action", action)
        .set("token", token)
}

/// The application changed its state, for example to `background`.
pub fn application_state_transition(state: &str) -> EventBuilder {
    EventBuilder::new("application_state_transition").set("application_state", state)
}

/// The device received a push message, whose payload is JSON as text.
pub fn push_message_receipt(payload: &str) -> EventBuilder {
    EventBuilder::new("push_message_receipt").set("payload", payload)
}

/// The user opened a push message, whose payload is JSON as text.
pub fn push_message_open(payload: &str) -> EventBuilder {
    EventBuilder::new("push_message_open").set("payload", payload)
}

/// The user acted on products, for example `purchase`. Add them with
/// `push("products", product(..))`.
pub fn product_action(action: &str) -> EventBuilder {
    EventBuilder::new("product_action").set("action", action)
}

/// A promotion was shown (`view`) or clicked (`click`). Add it with
/// `push("promotions", promotion(..))`.
pub fn promotion_action(action: &str) -> EventBuilder {
    EventBuilder::new("promotion_action").set("action", action)
}

/// A list of products was shown.
pub fn impression<P: Into<Value>>(
    list_name: &str,
    products: impl IntoIterator<Item = P>,
) -> EventBuilder {
    let mut list = Fields::new();
    list.set("impression_list_name", list_name.into());
    let products: Vec<Value> = products.into_iter().map(Into::into).collect();
    list.set("products", products.into());
    EventBuilder::new("impression").push("impressions", list.into_value())
}

/// An install or an engagement was attributed to a publisher and a campaign.
pub fn attribution(publisher: &str, campaign: &str) -> EventBuilder {
    EventBuilder::new("attribution")
        .set("publisher_name", publisher)
        .set("campaign_name", campaign)
}

/// An event of a type that hydrant does not know.
pub fn unknown_event(event_type: &str) -> EventBuilder {
    EventBuilder::new(event_type)
}
