//! [`Batch`].

use super::{EventBuilder, Fields, Part, message, with_account, with_identities};

message! {
    /// A batch of events of one user (protocol, section 3.3). Without events, notifications and
    /// data of the user it is a heartbeat.
    ///
    /// ```
    /// use hydrant_testing::build::{Batch, custom_event};
    ///
    /// let batch = Batch::new()
    ///     .email("ada@example.com")
    ///     .setting("api_key", "k")
    ///     .event(custom_event("signed up").attribute("plan", "gold"));
    /// assert!(batch.to_json().contains(r#""attributes":{"plan":"gold"}"#));
    /// ```
    Batch
}
with_account!(Batch);
with_identities!(Batch);

impl Batch {
    /// A batch of account 1 without events.
    pub fn new() -> Self {
        Self(Fields::message_of_account("event_processing_request"))
    }

    /// Adds an event.
    pub fn event(self, event: EventBuilder) -> Self {
        self.push("events", event)
    }

    /// Adds events.
    pub fn events(self, events: impl IntoIterator<Item = EventBuilder>) -> Self {
        events.into_iter().fold(self, Self::event)
    }

    /// Adds a notification, for example of [`gdpr_consent_state`](super::gdpr_consent_state).
    pub fn notification(self, notification: Part) -> Self {
        self.push("system_notifications", notification)
    }

    /// Sets an attribute of the user.
    pub fn user_attribute(self, key: &str, value: impl ToString) -> Self {
        self.entry("user_attributes", key, value.to_string())
    }

    /// Adds a partner identity of the user, not hashed.
    pub fn partner_identity(self, name: &str, value: &str) -> Self {
        self.push("partner_identities", super::identity(name, value))
    }

    /// Sets the user's GDPR consent for a purpose.
    pub fn gdpr_consent(mut self, purpose: &str, consented: bool) -> Self {
        let states = super::object_in(self.0.object("consent_state"), "gdpr_consent_state");
        states.insert(purpose.to_owned(), super::consent(consented).into());
        self
    }
}
