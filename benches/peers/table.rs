//! The fields of an `event_processing_request` (specification, sections 3 to 6), passed to the
//! macro `define` of a peer. Each peer defines `Text`, `List` and `Map`.

macro_rules! tables {
    (@event $define:ident $name:ident { $($fields:tt)* }) => {
        $define! { struct $name {
            "id" id: Option<Text<'a>>;
            "timestamp_ms" timestamp_ms: Option<i64>;
            "source_id" source_id: Option<Text<'a>>;
            "session_id" session_id: Option<i64>;
            "location" location: Option<Location<'a>>;
            $($fields)*
        } }
    };
    ($define:ident) => {
        $define! {
            struct Location {
                "latitude" latitude: f64;
                "longitude" longitude: f64;
                "accuracy" accuracy: f64;
            }
            struct Product {
                "id" id: Option<Text<'a>>;
                "name" name: Option<Text<'a>>;
                "brand" brand: Option<Text<'a>>;
                "category" category: Option<Text<'a>>;
                "variant" variant: Option<Text<'a>>;
                "position" position: i32;
                "price" price: Option<f64>;
                "quantity" quantity: Option<f64>;
                "coupon_code" coupon_code: Option<Text<'a>>;
                "total_amount" total_amount: Option<f64>;
                "attributes" attributes: Map<'a, Text<'a>>;
            }
            struct Promotion {
                "id" id: Option<Text<'a>>;
                "name" name: Option<Text<'a>>;
                "creative" creative: Option<Text<'a>>;
                "position" position: Option<Text<'a>>;
            }
            struct ImpressionList {
                "impression_list_name" impression_list_name: Option<Text<'a>>;
                "products" products: List<'a, Product<'a>>;
            }
            struct Account {
                "account_id" account_id: i32;
                "account_settings" account_settings: Map<'a, Text<'a>>;
            }
            struct PlatformFields {
                "mp_account_id" mp_account_id: i32;
                "mp_account_name" mp_account_name: Option<Text<'a>>;
                "workspace_id" workspace_id: i32;
                "workspace_name" workspace_name: Option<Text<'a>>;
                "input_name" input_name: Option<Text<'a>>;
                "app_name" app_name: Option<Text<'a>>;
                "app_version" app_version: Option<Text<'a>>;
                "dataplan_id" dataplan_id: Option<Text<'a>>;
                "dataplan_name" dataplan_name: Option<Text<'a>>;
                "dataplan_version" dataplan_version: Option<i32>;
            }
            struct UserIdentity {
                "type" kind: Option<UserIdentityType>;
                "encoding" encoding: Option<IdentityEncoding>;
                "value" value: Option<Text<'a>>;
            }
            struct DeviceIdentity {
                "type" kind: Option<DeviceIdentityType>;
                "encoding" encoding: Option<IdentityEncoding>;
                "value" value: Option<Text<'a>>;
            }
            struct PartnerIdentity {
                "type" kind: Option<Text<'a>>;
                "encoding" encoding: Option<IdentityEncoding>;
                "value" value: Option<Text<'a>>;
            }
            struct Consent {
                "consented" consented: bool;
                "document" document: Option<Text<'a>>;
                "timestamp_unixtime_ms" timestamp_unixtime_ms: Option<i64>;
                "location" location: Option<Text<'a>>;
                "hardware_id" hardware_id: Option<Text<'a>>;
            }
            struct ConsentState {
                "gdpr_consent_state" gdpr_consent_state: Map<'a, Consent<'a>>;
                "ccpa_consent_state" ccpa_consent_state: Map<'a, Consent<'a>>;
            }
            struct GdprConsentState {
                "purpose" purpose: Option<Text<'a>>;
                "old_gdpr_consent_state" old_gdpr_consent_state: Option<Consent<'a>>;
                "new_gdpr_consent_state" new_gdpr_consent_state: Option<Consent<'a>>;
            }
            struct CcpaConsentState {
                "purpose" purpose: Option<Text<'a>>;
                "old_ccpa_consent_state" old_ccpa_consent_state: Option<Consent<'a>>;
                "new_ccpa_consent_state" new_ccpa_consent_state: Option<Consent<'a>>;
            }
            struct Runtime {
                "type" kind: Option<RuntimeType>;
                "is_debug" is_debug: Option<bool>;
                "client_ip_address" client_ip_address: Option<Text<'a>>;
                "sdk_version" sdk_version: Option<Text<'a>>;
                "http_header_user_agent" http_header_user_agent: Option<Text<'a>>;
                "identities" identities: List<'a, DeviceIdentity<'a>>;
                "build_id" build_id: Option<Text<'a>>;
                "brand" brand: Option<Text<'a>>;
                "product" product: Option<Text<'a>>;
                "name" name: Option<Text<'a>>;
                "manufacturer" manufacturer: Option<Text<'a>>;
                "device_manufacturer" device_manufacturer: Option<Text<'a>>;
                "os_version" os_version: Option<Text<'a>>;
                "model" model: Option<Text<'a>>;
                "device_model" device_model: Option<Text<'a>>;
                "screen_height" screen_height: Option<i32>;
                "screen_width" screen_width: Option<i32>;
                "screen_dpi" screen_dpi: Option<i32>;
                "country" country: Option<Text<'a>>;
                "device_country" device_country: Option<Text<'a>>;
                "locale_language" locale_language: Option<Text<'a>>;
                "locale_country" locale_country: Option<Text<'a>>;
                "network_country" network_country: Option<Text<'a>>;
                "network_carrier" network_carrier: Option<Text<'a>>;
                "network_code" network_code: Option<Text<'a>>;
                "network_mobile_country_code" network_mobile_country_code: Option<Text<'a>>;
                "timezone_offset" timezone_offset: Option<i32>;
                "timezone_name" timezone_name: Option<Text<'a>>;
                "push_token" push_token: Option<Text<'a>>;
                "cpu_architecture" cpu_architecture: Option<Text<'a>>;
                "is_tablet" is_tablet: Option<bool>;
                "radio_access_technology" radio_access_technology: Option<Text<'a>>;
                "supports_telephony" supports_telephony: Option<bool>;
                "has_nfc" has_nfc: Option<bool>;
                "bluetooth_enabled" bluetooth_enabled: Option<bool>;
                "bluetooth_version" bluetooth_version: Option<Text<'a>>;
                "android_sdk_level" android_sdk_level: Option<i32>;
                "limit_ad_tracking" limit_ad_tracking: Option<Text<'a>>;
                "is_dst" is_dst: Option<Text<'a>>;
                "application_name" application_name: Option<Text<'a>>;
                "application_version" application_version: Option<Text<'a>>;
                "application_package" application_package: Option<Text<'a>>;
                "install_referrer" install_referrer: Option<Text<'a>>;
                "is_sandboxed" is_sandboxed: Option<bool>;
                "apple_search_ads_attribution" apple_search_ads_attribution: Map<'a, Map<'a, Text<'a>>>;
                "att_authorization_status" att_authorization_status: Option<AttAuthorizationStatus>;
                "att_timestamp_unixtime_ms" att_timestamp_unixtime_ms: Option<i64>;
            }
            struct Request {
                "type" kind: Option<Text<'a>>;
                "id" id: Option<Text<'a>>;
                "timestamp_ms" timestamp_ms: Option<i64>;
                "firehose_version" firehose_version: Option<Text<'a>>;
                "source_id" source_id: Option<Text<'a>>;
                "account" account: Option<Account<'a>>;
                "partner_identities" partner_identities: List<'a, PartnerIdentity<'a>>;
                "user_identities" user_identities: List<'a, UserIdentity<'a>>;
                "user_attributes" user_attributes: Map<'a, Text<'a>>;
                "user_attribute_lists" user_attribute_lists: Map<'a, List<'a, Option<Text<'a>>>>;
                "runtime_environment" runtime_environment: Option<Runtime<'a>>;
                "integration_attributes" integration_attributes: Map<'a, Text<'a>>;
                "events" events: List<'a, Event<'a>>;
                "source_channel" source_channel: Option<Text<'a>>;
                "device_application_stamp" device_application_stamp: Option<Text<'a>>;
                "consent_state" consent_state: Option<ConsentState<'a>>;
                "system_notifications" system_notifications: List<'a, Notification<'a>>;
                "mpid" mpid: Option<Text<'a>>;
                "platform_fields" platform_fields: Option<PlatformFields<'a>>;
            }
        }
        tables! { @event $define SessionStart {} }
        tables! { @event $define SessionEnd {
            "session_length_ms" session_length_ms: i64;
        } }
        tables! { @event $define CustomEvent {
            "name" name: Option<Text<'a>>;
            "custom_event_type" custom_event_type: Option<CustomEventType>;
            "attributes" attributes: Map<'a, Text<'a>>;
            "custom_flags" custom_flags: Map<'a, Text<'a>>;
        } }
        tables! { @event $define ScreenView {
            "screen_name" screen_name: Option<Text<'a>>;
            "attributes" attributes: Map<'a, Text<'a>>;
            "custom_flags" custom_flags: Map<'a, Text<'a>>;
        } }
        tables! { @event $define ErrorEvent {
            "message" message: Option<Text<'a>>;
            "is_crash" is_crash: bool;
            "stack_trace" stack_trace: Option<Text<'a>>;
            "breadcrumbs" breadcrumbs: List<'a, Option<Text<'a>>>;
            "attributes" attributes: Map<'a, Text<'a>>;
        } }
        tables! { @event $define PrivacySettingChange {
            "setting" setting: Option<PrivacySetting>;
            "is_enabled" is_enabled: bool;
        } }
        tables! { @event $define UserAttributeChange {
            "added" added: Map<'a, Text<'a>>;
            "removed" removed: Map<'a, Text<'a>>;
        } }
        tables! { @event $define UserIdentityChange {
            "added" added: List<'a, UserIdentity<'a>>;
            "removed" removed: List<'a, UserIdentity<'a>>;
        } }
        tables! { @event $define PushSubscription {
            "action" action: Option<PushSubscriptionAction>;
            "token" token: Option<Text<'a>>;
        } }
        tables! { @event $define ApplicationStateTransition {
            "application_state" application_state: Option<ApplicationState>;
            "launch_referral" launch_referral: Option<Text<'a>>;
            "referral_application" referral_application: Option<Text<'a>>;
            "launch_parameters" launch_parameters: Option<Text<'a>>;
            "source_package" source_package: Option<Text<'a>>;
        } }
        tables! { @event $define PushMessageReceipt {
            "payload" payload: Option<Text<'a>>;
        } }
        tables! { @event $define ProductAction {
            "action" action: Option<ProductActionType>;
            "transaction_id" transaction_id: Option<Text<'a>>;
            "affiliation" affiliation: Option<Text<'a>>;
            "total_amount" total_amount: Option<f64>;
            "tax_amount" tax_amount: Option<f64>;
            "shipping_amount" shipping_amount: Option<f64>;
            "currency_code" currency_code: Option<Text<'a>>;
            "coupon_code" coupon_code: Option<Text<'a>>;
            "products" products: List<'a, Product<'a>>;
            "attributes" attributes: Map<'a, Text<'a>>;
            "custom_flags" custom_flags: Map<'a, Text<'a>>;
        } }
        tables! { @event $define PromotionAction {
            "action" action: Option<PromotionActionType>;
            "attributes" attributes: Map<'a, Text<'a>>;
            "promotions" promotions: List<'a, Promotion<'a>>;
            "custom_flags" custom_flags: Map<'a, Text<'a>>;
        } }
        tables! { @event $define Impression {
            "attributes" attributes: Map<'a, Text<'a>>;
            "impressions" impressions: List<'a, ImpressionList<'a>>;
            "custom_flags" custom_flags: Map<'a, Text<'a>>;
        } }
        tables! { @event $define Attribution {
            "name" name: Option<Text<'a>>;
            "partner_name" partner_name: Option<Text<'a>>;
            "publisher_name" publisher_name: Option<Text<'a>>;
            "campaign_name" campaign_name: Option<Text<'a>>;
            "attributes" attributes: Map<'a, Text<'a>>;
        } }
        tables! { @event $define PushMessageOpen {
            "payload" payload: Option<Text<'a>>;
        } }
        $define! {
            enum Event {
                SessionStart(SessionStart) = "session_start",
                SessionEnd(SessionEnd) = "session_end",
                CustomEvent(CustomEvent) = "custom_event",
                ScreenView(ScreenView) = "screen_view",
                Error(ErrorEvent) = "error",
                PrivacySettingChange(PrivacySettingChange) = "privacy_setting_change",
                UserAttributeChange(UserAttributeChange) = "user_attribute_change",
                UserIdentityChange(UserIdentityChange) = "user_identity_change",
                PushSubscription(PushSubscription) = "push_subscription",
                ApplicationStateTransition(ApplicationStateTransition) = "application_state_transition",
                PushMessageReceipt(PushMessageReceipt) = "push_message_receipt",
                ProductAction(ProductAction) = "product_action",
                PromotionAction(PromotionAction) = "promotion_action",
                Impression(Impression) = "impression",
                Attribution(Attribution) = "attribution",
                PushMessageOpen(PushMessageOpen) = "push_message_open",
            }
            enum Notification {
                GdprConsentState(GdprConsentState) = "gdpr_consent_state",
                CcpaConsentState(CcpaConsentState) = "ccpa_consent_state",
            }
        }
    };
}

/// The expansion of the tables with `#[derive(Deserialize, Serialize)]` and internally tagged
/// enumerations.
macro_rules! derived {
    ($( struct $name:ident { $($wire:literal $field:ident: $type:ty;)* } )*) => {$(
        #[derive(Default, Deserialize, Serialize)]
        #[serde(bound(deserialize = "'de: 'a"))]
        pub struct $name<'a> {
            $( #[serde(rename = $wire, default, skip_serializing_if = "absent")] pub $field: $type, )*
            // Models without text, and all owned ones, have no other use for the lifetime.
            #[serde(skip)]
            lifetime: PhantomData<&'a ()>,
        }
    )*};
    ($( enum $name:ident { $($variant:ident($model:ident) = $wire:literal,)* } )*) => {$(
        #[derive(Deserialize, Serialize)]
        #[serde(tag = "type", bound(deserialize = "'de: 'a"))]
        #[allow(clippy::large_enum_variant, clippy::enum_variant_names, reason = "as an average user writes it")]
        pub enum $name<'a> { $( #[serde(rename = $wire)] $variant($model<'a>), )* }
    )*};
}
