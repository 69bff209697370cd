//! The registration of a module (sections 3.2 and 7). All of it can be built as a `const`: every
//! model has an `EMPTY`.

use super::{
    DeviceIdentityPermission, DsrRequestType, EventType, MessageCommon, PartnerIdentityPermission,
    RuntimeType, SystemNotificationType, Unknown, UserIdentityPermission,
};
use crate::schema::{family, model, wire_enum};

wire_enum! {
    /// The type of a setting.
    pub enum SettingType {
        /// Text.
        Text = "text",
        /// 64-bit integer.
        Integer = "integer",
        /// Double.
        Float = "float",
        /// Bool.
        Boolean = "boolean",
    }
}

wire_enum! {
    /// The kind of authentication.
    pub enum AuthenticationType {
        /// OAuth 2.
        Oauth2 = "oauth2",
    }
}

wire_enum! {
    /// The OAuth 2 grant.
    pub enum GrantType {
        /// Authorization code.
        AuthorizationCode = "authorization_code",
    }
}

wire_enum! {
    /// How the access token is sent.
    pub enum AccessTokenType {
        /// In the `Authorization` header.
        Bearer = "bearer",
        /// In a custom header.
        CustomHeader = "custom_header",
    }
}

model! {
    /// The fields that all settings share.
    pub struct SettingCommon<'a> {
        /// Key of the value in `account_settings`. Must not be empty.
        "id" id: Option<&'a str> = None, set, required;
        /// Label shown to the customer. Must not be empty.
        "name" name: Option<&'a str> = None, set, required;
        /// Tooltip.
        "description" description: Option<&'a str> = None, set;
        /// Whether the customer sees it; invisible settings are filled in by the module itself.
        "visible" visible: bool = true, always, since "1.0.2";
    }
}

model! {
    /// A text setting.
    pub struct TextSetting<'a> {
        flatten common: SettingCommon<'a>;
        /// Initial value.
        "default_value" default_value: Option<&'a str> = None, set, secret;
        /// Whether the customer must fill it in.
        "required" required: bool = false, always;
        /// Whether the value is masked after it was set.
        "confidential" confidential: bool = false, always;
    }
}

model! {
    /// An integer setting.
    pub struct IntegerSetting<'a> {
        flatten common: SettingCommon<'a>;
        /// Initial value.
        "default_value" default_value: Option<i64> = None, set;
        /// Smallest allowed.
        "min_value" min_value: Option<i64> = None, set;
        /// Largest allowed.
        "max_value" max_value: Option<i64> = None, set;
        /// Whether the customer must fill it in.
        "required" required: bool = false, always;
    }
}

model! {
    /// A floating-point setting.
    pub struct FloatSetting<'a> {
        flatten common: SettingCommon<'a>;
        /// Initial value.
        "default_value" default_value: Option<f64> = None, set;
        /// Smallest allowed.
        "min_value" min_value: Option<f64> = None, set;
        /// Largest allowed.
        "max_value" max_value: Option<f64> = None, set;
        /// Whether the customer must fill it in.
        "required" required: bool = false, always;
    }
}

model! {
    /// A boolean setting. It is initially on if either field is true (D35).
    pub struct BooleanSetting<'a> {
        flatten common: SettingCommon<'a>;
        /// Initial value.
        "default_value" default_value: bool = false, always, since "1.3.0";
        /// Initially checked.
        "checked" checked: bool = false, always;
    }
}

family! {
    /// A setting that the customer is asked for.
    pub enum Setting: SettingType, null absent, unknown kept Unknown {
        /// Text.
        Text(TextSetting),
        /// Integer.
        Integer(IntegerSetting),
        /// Double.
        Float(FloatSetting),
        /// Bool.
        Boolean(BooleanSetting),
    }
}

model! {
    /// A scope that is requested.
    pub struct ScopeDetail<'a> {
        /// The scope.
        "name" name: Option<&'a str> = None, set, required, since "2.7.0";
        /// Its purpose.
        "description" description: Option<&'a str> = None, set, required, since "2.7.0";
    }
}

model! {
    /// OAuth 2.
    pub struct Oauth2Authentication<'a> {
        /// URL of the sign-in page.
        "authorization_url" authorization_url: Option<&'a str> = None, set, required, since "2.7.0";
        /// URL for renewing an expired token.
        "refresh_url" refresh_url: Option<&'a str> = None, set, since "2.7.0";
        /// URL for exchanging the code for a token.
        "token_url" token_url: Option<&'a str> = None, set, required, since "2.7.0";
        /// The grant.
        "grant_type" grant_type: Option<GrantType<'a>> = None, set, since "2.7.0";
        /// Lifetime of the token in seconds, if it expires.
        "default_expires_in" default_expires_in: Option<i32> = None, set, since "2.7.0";
        /// Public identifier of the application.
        "client_id" client_id: Option<&'a str> = None, set, since "2.7.0";
        /// How the token is sent.
        "access_token_type" access_token_type: Option<AccessTokenType<'a>> = None, set, since "2.7.0";
        /// The header, if it is not `Authorization`.
        "custom_header_name" custom_header_name: Option<&'a str> = None, set, since "2.7.0";
        /// Parameter name, if the provider does not use `client_id`.
        "param_client_id_name" param_client_id_name: Option<&'a str> = None, set, since "2.7.0";
        /// Parameter name, if the provider does not use `client_secret`.
        "param_secret_name" param_secret_name: Option<&'a str> = None, set, since "2.7.0";
        /// Scopes that are requested.
        "scopes" scopes: &'a [ScopeDetail<'a>] = &[], set, since "2.7.0";
    }
}

family! {
    /// How the customer authorizes the module.
    pub enum Authentication: AuthenticationType, null absent, unknown kept Unknown {
        /// OAuth 2.
        Oauth2(Oauth2Authentication),
    }
}

model! {
    /// Bulk forwarding: messages are delivered when either limit is reached.
    pub struct BulkConfiguration {
        /// Deliver when this many messages are waiting; the sender's default is 2000.
        "bulk_forward_wait_for_messages" bulk_forward_wait_for_messages: Option<i32> = None, set, since "3.0.0";
        /// Deliver when this many minutes have passed; the sender's default is 720.
        "bulk_forward_wait_in_minutes" bulk_forward_wait_in_minutes: Option<i32> = None, set, since "3.0.0";
    }
}

model! {
    /// The data that the module may receive (section 13).
    pub struct Permissions<'a> {
        /// Device identities requested.
        "device_identities" device_identities: &'a [DeviceIdentityPermission<'a>] = &[], set;
        /// User identities requested.
        "user_identities" user_identities: &'a [UserIdentityPermission<'a>] = &[], set;
        /// Partner identities requested, at most one.
        "partner_identities" partner_identities: &'a [PartnerIdentityPermission<'a>] = &[], set, since "2.2.0";
        /// Location of events.
        "allow_access_location" allow_access_location: bool = false, if_true;
        /// Client IP address.
        "allow_access_ip_address" allow_access_ip_address: bool = false, if_true, since "1.1.2";
        /// Device application stamp.
        "allow_access_device_application_stamp" allow_access_device_application_stamp: bool = false, if_true, since "1.4.0";
        /// Device information.
        "allow_device_info" allow_device_info: bool = false, if_true, since "1.8.0";
        /// User attributes and their change events.
        "allow_user_attributes" allow_user_attributes: bool = false, if_true, since "1.8.0";
        /// Consent state.
        "allow_consent_state" allow_consent_state: bool = false, if_true, since "1.9.0";
        /// Shared user attributes in audience messages.
        "allow_audience_user_attributes" allow_audience_user_attributes: bool = false, if_true, since "2.0.0";
        /// HTTP user agent.
        "allow_access_http_user_agent" allow_access_http_user_agent: bool = false, if_true, since "2.1.1";
        /// Identifier of the user profile.
        "allow_access_mpid" allow_access_mpid: bool = false, if_true, since "2.1.1";
        /// Platform fields.
        "allow_platform_fields" allow_platform_fields: bool = false, if_true, since "3.2.0";
        /// Batches with neither events nor notifications.
        "allow_eventless_batches" allow_eventless_batches: bool = false, if_true, since "3.2.0";
    }
}

model! {
    /// A request to receive events.
    pub struct EventProcessingRegistration<'a> {
        /// Settings common to all uses of the account.
        "account_settings" account_settings: &'a [Setting<'a>] = &[], set;
        /// Settings per connection (D22).
        "event_connection_settings" event_connection_settings: &'a [Setting<'a>] = &[], set, since "1.2.0";
        /// Event types requested.
        "supported_event_types" supported_event_types: &'a [EventType<'a>] = &[], set;
        /// Platforms requested.
        "supported_runtime_environments" supported_runtime_environments: &'a [RuntimeType<'a>] = &[], set;
        /// Notifications requested.
        "supported_system_notification_types" supported_system_notification_types: &'a [SystemNotificationType<'a>] = &[], set, since "1.9.0";
        /// Oldest data requested, in hours; -1 for any age.
        "max_data_age_hours" max_data_age_hours: i32 = 24, always;
        /// Key that marks push messages as sent by this provider.
        "push_messaging_provider_id" push_messaging_provider_id: Option<&'a str> = None, set, since "1.11.0";
        /// How the customer authorizes the module.
        "authentication" authentication: Option<Authentication<'a>> = None, set, since "2.8.0";
    }
}

model! {
    /// A request to receive audiences.
    pub struct AudienceProcessingRegistration<'a> {
        /// Settings common to all uses of the account.
        "account_settings" account_settings: &'a [Setting<'a>] = &[], set;
        /// How the customer authorizes the module.
        "authentication" authentication: Option<Authentication<'a>> = None, set, since "2.7.0";
        /// Bulk forwarding.
        "bulk_configuration" bulk_configuration: Option<BulkConfiguration> = None, set, since "3.0.0";
        /// Settings per connected audience.
        "audience_subscription_settings" audience_subscription_settings: &'a [Setting<'a>] = &[], set;
    }
}

model! {
    /// A request to receive data subject requests.
    pub struct DsrProcessingRegistration<'a> {
        /// Settings.
        "account_settings" account_settings: &'a [Setting<'a>] = &[], set, since "2.9.2";
        /// Request types supported.
        "supported_dsr_types" supported_dsr_types: &'a [DsrRequestType<'a>] = &[], set, since "2.9.1";
        /// Domain used for request callbacks.
        "domain" domain: Option<&'a str> = None, set, since "2.9.2";
    }
}

model! {
    /// Asks a module for its registration.
    pub struct ModuleRegistrationRequest<'a> {
        flatten common: MessageCommon<'a>;
    }
}

model! {
    /// The registration of a module.
    pub struct ModuleRegistrationResponse<'a> {
        flatten common: MessageCommon<'a>;
        /// Version of the library that built the response.
        "sdk_version" sdk_version: Option<&'a str> = None, set;
        /// Display name of the integration. Must not be empty.
        "name" name: Option<&'a str> = None, set, required;
        /// Short text for the directory of integrations, less than 230 characters.
        "description" description: Option<&'a str> = None, set;
        /// Version of the module. Must not be empty.
        "version" version: Option<&'a str> = None, set, required;
        /// The data that the module may receive.
        "permissions" permissions: Option<Permissions<'a>> = None, set;
        /// Present if the module requests events.
        "event_processing_registration" event_processing_registration: Option<EventProcessingRegistration<'a>> = None, set;
        /// Present if the module requests audiences.
        "audience_processing_registration" audience_processing_registration: Option<AudienceProcessingRegistration<'a>> = None, set;
        /// Present if the module requests data subject requests.
        "dsr_processing_registration" dsr_processing_registration: Option<DsrProcessingRegistration<'a>> = None, set, since "2.9.0";
    }
}
