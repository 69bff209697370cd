//! The schema of each enumeration of the library.

use hydrant::message as m;

macro_rules! lists {
    ($($schema:literal $name:ident,)*) => {
        /// The wire values of every enumeration that has a schema, by its name.
        pub(crate) fn all() -> Vec<(&'static str, Vec<String>)> {
            vec![$(($schema, m::$name::ALL.iter().map(ToString::to_string).collect())),*]
        }
    };
}

lists! {
    "ApplicationStateTransitionEvent.ApplicationState" ApplicationState,
    "AttAuthorizationStatus" AttAuthorizationStatus,
    "Audience.AudienceAction" AudienceAction,
    "AudienceSubscriptionRequest.SubscriptionAction" SubscriptionAction,
    "AuthenticationConfiguration.Type" AuthenticationType,
    "CustomEvent.CustomType" CustomEventType,
    "DeviceIdentity.Type" DeviceIdentityType,
    "DsrProcessingRequest.Type" DsrRequestType,
    "Event.Type" EventType,
    "Identity.Encoding" IdentityEncoding,
    "OAuth2Authentication.AccessTokenType" AccessTokenType,
    "OAuth2Authentication.GrantType" GrantType,
    "OpenDsrIdentity.Encoding" OpenDsrEncoding,
    "OpenDsrIdentity.Type" OpenDsrIdentityType,
    "PrivacySettingChangeEvent.PrivacySetting" PrivacySetting,
    "ProductActionEvent.Action" ProductAction,
    "PromotionActionEvent.Action" PromotionAction,
    "PushSubscriptionEvent.Action" PushSubscriptionAction,
    "RegulationType" RegulationType,
    "RuntimeEnvironment.Type" RuntimeType,
    "Setting.Type" SettingType,
    "SystemNotification.Type" SystemNotificationType,
    "UserAttributeAudienceEvent.AttributeAction" AttributeAction,
    "UserIdentity.Type" UserIdentityType,
}

/// The only enumeration without a schema.
pub(crate) fn message_types() -> Vec<String> {
    m::MessageType::ALL
        .iter()
        .map(ToString::to_string)
        .collect()
}
