//! The position of the model of each schema in a message.

/// A message that contains a model.
pub(crate) struct Holder {
    /// The name of the schema.
    pub(crate) schema: &'static str,
    /// The discriminator of a family member.
    pub(crate) type_name: Option<&'static str>,
    /// The message, with `{$}` for the model.
    pub(crate) body: &'static str,
    /// The path of the model in the message.
    pub(crate) path: &'static str,
}

impl Holder {
    /// Whether the model is refused (protocol, 2.3) or absent (protocol, 2.6) without this field.
    pub(crate) fn is_enforced(&self, field: &str) -> bool {
        const ENFORCED: &[&str] = &[
            "Identity",
            "UserIdentity",
            "DeviceIdentity",
            "PartnerIdentity",
            "UserIdentityPermission",
            "DeviceIdentityPermission",
            "PartnerIdentityPermission",
        ];
        match field {
            "latitude" | "longitude" => self.schema == "Location",
            "type" | "encoding" | "value" => ENFORCED.contains(&self.schema),
            _ => false,
        }
    }
}

const fn model(schema: &'static str, body: &'static str, path: &'static str) -> Holder {
    Holder {
        schema,
        type_name: None,
        body,
        path,
    }
}

const fn member(
    schema: &'static str,
    name: &'static str,
    body: &'static str,
    path: &'static str,
) -> Holder {
    Holder {
        schema,
        type_name: Some(name),
        body,
        path,
    }
}

const MESSAGE: &str = "{$}";
const EVENT: &str = r#"{"type":"event_processing_request","events":[{$}]}"#;
const RUNTIME: &str = r#"{"type":"event_processing_request","runtime_environment":{$}}"#;
const NOTIFICATION: &str = r#"{"type":"event_processing_request","system_notifications":[{$}]}"#;
const SETTING: &str = r#"{"type":"module_registration_response","dsr_processing_registration":{"account_settings":[{$}]}}"#;
const AUTHENTICATION: &str = r#"{"type":"module_registration_response","audience_processing_registration":{"authentication":{$}}}"#;

/// A holder for every model that has a schema.
#[rustfmt::skip]
pub(crate) const HOLDERS: &[Holder] = &[
    member("ModuleRegistrationRequest", "module_registration_request", MESSAGE, ""),
    member("ModuleRegistrationResponse", "module_registration_response", MESSAGE, ""),
    member("EventProcessingRequest", "event_processing_request", MESSAGE, ""),
    member("EventProcessingResponse", "event_processing_response", MESSAGE, ""),
    member("AudienceSubscriptionRequest", "audience_subscription_request", MESSAGE, ""),
    member("AudienceSubscriptionResponse", "audience_subscription_response", MESSAGE, ""),
    member("AudienceMembershipChangeRequest", "audience_membership_change_request", MESSAGE, ""),
    member("AudienceMembershipChangeResponse", "audience_membership_change_response", MESSAGE, ""),
    member("DsrProcessingRequest", "dsr_processing_request", MESSAGE, ""),
    member("DsrProcessingResponse", "dsr_processing_response", MESSAGE, ""),
    member("Event", "session_start", EVENT, "events.0"),
    member("SessionStartEvent", "session_start", EVENT, "events.0"),
    member("SessionEndEvent", "session_end", EVENT, "events.0"),
    member("CustomEvent", "custom_event", EVENT, "events.0"),
    member("ScreenViewEvent", "screen_view", EVENT, "events.0"),
    member("ErrorEvent", "error", EVENT, "events.0"),
    member("PrivacySettingChangeEvent", "privacy_setting_change", EVENT, "events.0"),
    member("UserAttributeChangeEvent", "user_attribute_change", EVENT, "events.0"),
    member("UserIdentityChangeEvent", "user_identity_change", EVENT, "events.0"),
    member("PushSubscriptionEvent", "push_subscription", EVENT, "events.0"),
    member("ApplicationStateTransitionEvent", "application_state_transition", EVENT, "events.0"),
    member("PushMessageReceiptEvent", "push_message_receipt", EVENT, "events.0"),
    member("ProductActionEvent", "product_action", EVENT, "events.0"),
    member("PromotionActionEvent", "promotion_action", EVENT, "events.0"),
    member("ImpressionEvent", "impression", EVENT, "events.0"),
    member("AttributionEvent", "attribution", EVENT, "events.0"),
    member("PushMessageOpenEvent", "push_message_open", EVENT, "events.0"),
    member("RuntimeEnvironment", "roku", RUNTIME, "runtime_environment"),
    member("AndroidRuntimeEnvironment", "android", RUNTIME, "runtime_environment"),
    member("IosRuntimeEnvironment", "ios", RUNTIME, "runtime_environment"),
    member("TVOSRuntimeEnvironment", "tvos", RUNTIME, "runtime_environment"),
    member("WebRuntimeEnvironment", "mobileweb", RUNTIME, "runtime_environment"),
    member("RokuRuntimeEnvironment", "roku", RUNTIME, "runtime_environment"),
    member("XboxRuntimeEnvironment", "xbox", RUNTIME, "runtime_environment"),
    member("FireTVRuntimeEnvironment", "firetv", RUNTIME, "runtime_environment"),
    member("GenericRuntimeEnvironment", "unknown", RUNTIME, "runtime_environment"),
    member("GenericRuntimeEnvironment", "alexa", RUNTIME, "runtime_environment"),
    member("GenericRuntimeEnvironment", "smarttv", RUNTIME, "runtime_environment"),
    member("SystemNotification", "gdpr_consent_state", NOTIFICATION, "system_notifications.0"),
    member("GDPRConsentStateNotification", "gdpr_consent_state", NOTIFICATION, "system_notifications.0"),
    member("CCPAConsentStateNotification", "ccpa_consent_state", NOTIFICATION, "system_notifications.0"),
    member("Setting", "text", SETTING, "dsr_processing_registration.account_settings.0"),
    member("TextSetting", "text", SETTING, "dsr_processing_registration.account_settings.0"),
    member("IntegerSetting", "integer", SETTING, "dsr_processing_registration.account_settings.0"),
    member("FloatSetting", "float", SETTING, "dsr_processing_registration.account_settings.0"),
    member("BooleanSetting", "boolean", SETTING, "dsr_processing_registration.account_settings.0"),
    member("AuthenticationConfiguration", "oauth2", AUTHENTICATION, "audience_processing_registration.authentication"),
    member("OAuth2Authentication", "oauth2", AUTHENTICATION, "audience_processing_registration.authentication"),
    model("ScopeDetail", r#"{"type":"module_registration_response","audience_processing_registration":{"authentication":{"type":"oauth2","scopes":[{$}]}}}"#, "audience_processing_registration.authentication.scopes.0"),
    model("BulkConfiguration", r#"{"type":"module_registration_response","audience_processing_registration":{"bulk_configuration":{$}}}"#, "audience_processing_registration.bulk_configuration"),
    model("EventProcessingRegistration", r#"{"type":"module_registration_response","event_processing_registration":{$}}"#, "event_processing_registration"),
    model("AudienceProcessingRegistration", r#"{"type":"module_registration_response","audience_processing_registration":{$}}"#, "audience_processing_registration"),
    model("DsrProcessingRegistration", r#"{"type":"module_registration_response","dsr_processing_registration":{$}}"#, "dsr_processing_registration"),
    model("Permissions", r#"{"type":"module_registration_response","permissions":{$}}"#, "permissions"),
    model("UserIdentityPermission", r#"{"type":"module_registration_response","permissions":{"user_identities":[{$}]}}"#, "permissions.user_identities.0"),
    model("DeviceIdentityPermission", r#"{"type":"module_registration_response","permissions":{"device_identities":[{$}]}}"#, "permissions.device_identities.0"),
    model("PartnerIdentityPermission", r#"{"type":"module_registration_response","permissions":{"partner_identities":[{$}]}}"#, "permissions.partner_identities.0"),
    model("UserProfile", r#"{"type":"audience_membership_change_request","user_profiles":[{$}]}"#, "user_profiles.0"),
    model("UserIdentity", r#"{"type":"audience_membership_change_request","user_profiles":[{"user_identities":[{$}]}]}"#, "user_profiles.0.user_identities.0"),
    model("DeviceIdentity", r#"{"type":"audience_membership_change_request","user_profiles":[{"device_identities":[{$}]}]}"#, "user_profiles.0.device_identities.0"),
    model("PartnerIdentity", r#"{"type":"audience_membership_change_request","user_profiles":[{"partner_identities":[{$}]}]}"#, "user_profiles.0.partner_identities.0"),
    member("Identity", "email", r#"{"type":"audience_membership_change_request","user_profiles":[{"user_identities":[{$}]}]}"#, "user_profiles.0.user_identities.0"),
    model("Audience", r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{$}]}]}"#, "user_profiles.0.audiences.0"),
    model("UserAttributeAudienceEvent", r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"user_attributes":[{$}]}]}]}"#, "user_profiles.0.audiences.0.user_attributes.0"),
    model("Account", r#"{"type":"event_processing_request","account":{$}}"#, "account"),
    model("PlatformFields", r#"{"type":"event_processing_request","platform_fields":{$}}"#, "platform_fields"),
    model("ConsentState", r#"{"type":"event_processing_request","consent_state":{$}}"#, "consent_state"),
    model("GDPRConsent", r#"{"type":"event_processing_request","consent_state":{"gdpr_consent_state":{"purpose":{$}}}}"#, "consent_state.gdpr_consent_state.purpose"),
    model("CCPAConsent", r#"{"type":"event_processing_request","consent_state":{"ccpa_consent_state":{"purpose":{$}}}}"#, "consent_state.ccpa_consent_state.purpose"),
    model("Location", r#"{"type":"event_processing_request","events":[{"type":"session_start","location":{$}}]}"#, "events.0.location"),
    model("Product", r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{$}]}]}"#, "events.0.products.0"),
    model("Promotion", r#"{"type":"event_processing_request","events":[{"type":"promotion_action","promotions":[{$}]}]}"#, "events.0.promotions.0"),
    model("Impression", r#"{"type":"event_processing_request","events":[{"type":"impression","impressions":[{$}]}]}"#, "events.0.impressions.0"),
    model("OpenDsrIdentity", r#"{"type":"dsr_processing_request","subject_identities":{"email":{$}}}"#, "subject_identities.email"),
];
