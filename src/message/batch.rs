//! The batch of events (section 3.3) and its response.

use super::{
    Account, ConsentState, Event, Map, MessageCommon, PartnerIdentity, PlatformFields,
    RuntimeEnvironment, SystemNotification, UserIdentity,
};
use crate::schema::model;

model! {
    /// A batch of events of one user on one device.
    pub struct EventProcessingRequest<'a> {
        flatten common: MessageCommon<'a>;
        /// Identifier of the batch at the source.
        "source_id" source_id: Option<&'a str> = None, set;
        /// The customer account.
        "account" account: Option<Account<'a>> = None, set, required;
        /// Partner identities of the user.
        "partner_identities" partner_identities: &'a [PartnerIdentity<'a>] = &[], set, secret, since "2.2.0";
        /// Identities of the user.
        "user_identities" user_identities: &'a [UserIdentity<'a>] = &[], set, secret;
        /// User attributes, values always text.
        "user_attributes" user_attributes: Map<'a, &'a str> = Map::EMPTY, set;
        /// User attributes whose value is a list of texts.
        "user_attribute_lists" user_attribute_lists: Map<'a, &'a [Option<&'a str>]> = Map::EMPTY, set, since "1.1.6";
        /// Device and application.
        "runtime_environment" runtime_environment: Option<RuntimeEnvironment<'a>> = None, set;
        /// Values that this integration's own client-side kit stored.
        "integration_attributes" integration_attributes: Map<'a, &'a str> = Map::EMPTY, set, since "1.1.7";
        /// The events, in order. May be empty (section 14).
        "events" events: &'a [Event<'a>] = &[], set;
        /// How the batch was received: `native`, `javascript`, `pixel`, `partner`,
        /// `server_to_server`, `unknown`, free text.
        "source_channel" source_channel: Option<&'a str> = None, set, since "1.3.1";
        /// Identifies this installation of the app on this device.
        "device_application_stamp" device_application_stamp: Option<&'a str> = None, set, secret, since "1.4.0";
        /// Current consent of the user.
        "consent_state" consent_state: Option<ConsentState<'a>> = None, set, since "1.9.0";
        /// Changes of the profile or system, handled before the events.
        "system_notifications" system_notifications: &'a [SystemNotification<'a>] = &[], set, since "1.9.0";
        /// Identifier of the user profile: a 64-bit signed integer as text.
        "mpid" mpid: Option<&'a str> = None, set, secret, since "2.1.0";
        /// Account, workspace, input, application and data plan.
        "platform_fields" platform_fields: Option<PlatformFields<'a>> = None, set, since "3.2.0";
    }
}

impl EventProcessingRequest<'_> {
    /// Whether the batch only checks the connection: no events, notifications, user attributes,
    /// identities or consent (section 14).
    #[must_use]
    pub fn is_heartbeat(&self) -> bool {
        self.events.is_empty()
            && self.system_notifications.is_empty()
            && self.user_attributes.is_empty()
            && self.user_attribute_lists.is_empty()
            && self.user_identities.is_empty()
            && self.partner_identities.is_empty()
            && self.consent_state.is_none()
    }
}

model! {
    /// Response to a batch.
    pub struct EventProcessingResponse<'a> {
        flatten common: MessageCommon<'a>;
        /// Asks the sender to stop this subscription until a user resumes it.
        "suspend_subscription" suspend_subscription: bool = false, if_true;
    }
}
