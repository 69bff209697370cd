//! [`Subscription`], [`MembershipChange`] and [`Profile`].

use super::{Fields, Part, builder, message, with_account, with_identities};

message! {
    /// A customer connects, changes or disconnects an audience (protocol, section 3.4).
    ///
    /// ```
    /// use hydrant_testing::build::Subscription;
    ///
    /// let removed = Subscription::of(17).action("remove").subscription_setting("list_id", "4711");
    /// assert!(removed.to_json().contains(r#""action":"remove""#));
    /// ```
    Subscription
}
with_account!(Subscription);

impl Subscription {
    /// The subscription of audience 1.
    pub fn new() -> Self {
        Self::of(1)
    }

    /// The subscription of an audience, with the action `add`.
    pub fn of(audience_id: i64) -> Self {
        Self(Fields::message_of_account("audience_subscription_request"))
            .set("audience_id", audience_id)
            .set("audience_name", format!("Audience {audience_id}"))
            .action("add")
    }

    /// Sets the action: `add`, `update` or `remove`.
    pub fn action(self, action: &str) -> Self {
        self.set("action", action)
    }

    /// Sets a setting of the subscription. On the wire, its value is always text.
    pub fn subscription_setting(self, id: &str, value: impl ToString) -> Self {
        self.entry("audience_subscription_settings", id, value.to_string())
    }
}

message! {
    /// Users joined or left audiences (protocol, section 3.5). Without profiles it is a heartbeat.
    ///
    /// ```
    /// use hydrant_testing::build::{MembershipChange, Profile};
    ///
    /// let change = MembershipChange::new()
    ///     .profile(Profile::new().email("ada@example.com").joined(17))
    ///     .profile(Profile::new().email("bob@example.com").left(17));
    /// assert!(change.to_json().contains(r#""action":"delete""#));
    /// ```
    MembershipChange
}
with_account!(MembershipChange);

impl MembershipChange {
    /// A change of account 1 without profiles.
    pub fn new() -> Self {
        Self(Fields::message_of_account(
            "audience_membership_change_request",
        ))
    }

    /// Adds a user.
    pub fn profile(self, profile: Profile) -> Self {
        self.push("user_profiles", profile)
    }
}

builder! {
    /// A user in a [`MembershipChange`] (protocol, section 5.12).
    Profile
}
with_identities!(Profile);

impl Default for Profile {
    fn default() -> Self {
        Self::new()
    }
}

impl Profile {
    /// A user without identities and audiences.
    pub fn new() -> Self {
        Self(Fields::new())
    }

    /// The user joined an audience.
    pub fn joined(self, audience_id: i64) -> Self {
        self.audience(super::audience(audience_id, "add"))
    }

    /// The user left an audience.
    pub fn left(self, audience_id: i64) -> Self {
        self.audience(super::audience(audience_id, "delete"))
    }

    /// Adds a change of a membership.
    pub fn audience(self, audience: Part) -> Self {
        self.push("audiences", audience)
    }
}
