//! Section 8: the enumerations, wire values in declaration order.

use super::Enumeration;

const fn of(name: &'static str, values: &'static [&'static str]) -> Enumeration {
    Enumeration {
        name,
        values,
        aliases: &[],
    }
}

pub static EVENT_TYPE: Enumeration = of(
    "EventType",
    &[
        "session_start",
        "session_end",
        "custom_event",
        "screen_view",
        "error",
        "privacy_setting_change",
        "user_attribute_change",
        "user_identity_change",
        "push_subscription",
        "application_state_transition",
        "push_message_receipt",
        "product_action",
        "promotion_action",
        "impression",
        "attribution",
        "push_message_open",
    ],
);

pub static RUNTIME_TYPE: Enumeration = of(
    "RuntimeType",
    &[
        "unknown",
        "android",
        "ios",
        "tvos",
        "mobileweb",
        "roku",
        "xbox",
        "firetv",
        "alexa",
        "smarttv",
    ],
);

pub static SYSTEM_NOTIFICATION_TYPE: Enumeration = of(
    "SystemNotificationType",
    &["gdpr_consent_state", "ccpa_consent_state"],
);

pub static USER_IDENTITY_TYPE: Enumeration = of(
    "UserIdentityType",
    &[
        "other",
        "customer",
        "facebook",
        "twitter",
        "google",
        "microsoft",
        "yahoo",
        "email",
        "other2",
        "other3",
        "other4",
        "other5",
        "other6",
        "other7",
        "other8",
        "other9",
        "other10",
        "mobile_number",
        "phone_number_2",
        "phone_number_3",
    ],
);

pub static DEVICE_IDENTITY_TYPE: Enumeration = of(
    "DeviceIdentityType",
    &[
        "android_id",
        "google_advertising_id",
        "ios_advertising_id",
        "ios_vendor_id",
        "google_cloud_messaging_token",
        "apple_push_notification_token",
        "roku_advertising_id",
        "microsoft_advertising_id",
        "microsoft_publisher_id",
        "fire_advertising_id",
        "roku_publisher_id",
    ],
);

pub static IDENTITY_ENCODING: Enumeration =
    of("IdentityEncoding", &["raw", "md5", "sha1", "sha256"]);

pub static CUSTOM_EVENT_TYPE: Enumeration = of(
    "CustomEventType",
    &[
        "unknown",
        "navigation",
        "location",
        "search",
        "transaction",
        "user_content",
        "user_preference",
        "social",
        "other",
        "media",
    ],
);

pub static PRODUCT_ACTION: Enumeration = of(
    "ProductAction",
    &[
        "add_to_wishlist",
        "remove_from_wish_list",
        "add_to_cart",
        "remove_from_cart",
        "checkout",
        "purchase",
        "refund",
        "checkout_option",
        "click",
        "view_detail",
    ],
);

pub static PROMOTION_ACTION: Enumeration = of("PromotionAction", &["unknown", "view", "click"]);

pub static PUSH_SUBSCRIPTION_ACTION: Enumeration =
    of("PushSubscriptionAction", &["subscribe", "unsubscribe"]);

pub static APPLICATION_STATE: Enumeration = of(
    "ApplicationState",
    &[
        "install",
        "upgrade",
        "initialize",
        "exit",
        "background",
        "foreground",
    ],
);

pub static PRIVACY_SETTING: Enumeration = of("PrivacySetting", &["app_data_collection"]);

pub static ATT_AUTHORIZATION_STATUS: Enumeration = of(
    "AttAuthorizationStatus",
    &["authorized", "denied", "not_determined", "restricted"],
);

pub static AUDIENCE_ACTION: Enumeration =
    of("AudienceAction", &["add", "delete", "attribute_update"]);

pub static ATTRIBUTE_ACTION: Enumeration = of("AttributeAction", &["upsert", "delete"]);

pub static SUBSCRIPTION_ACTION: Enumeration =
    of("SubscriptionAction", &["add", "update", "remove"]);

pub static DSR_REQUEST_TYPE: Enumeration = of("DsrRequestType", &["erasure"]);

pub static REGULATION_TYPE: Enumeration = of("RegulationType", &["unknown", "ccpa", "gdpr"]);

/// D26 and row K11: one identity has a second spelling.
pub static OPEN_DSR_IDENTITY_TYPE: Enumeration = Enumeration {
    name: "OpenDsrIdentityType",
    values: &[
        "controller_customer_id",
        "android_advertising_id",
        "android_id",
        "email",
        "fire_advertising_id",
        "ios_advertising_id",
        "ios_vendor_id",
        "microsoft_advertising_id",
        "microsoft_publisher_id",
        "roku_publisher_id",
        "roku_advertising_id",
    ],
    aliases: &[("roku_publishing_id", "roku_publisher_id")],
};

pub static OPEN_DSR_ENCODING: Enumeration = of("OpenDsrEncoding", &["raw"]);

pub static GRANT_TYPE: Enumeration = of("GrantType", &["authorization_code"]);

pub static ACCESS_TOKEN_TYPE: Enumeration = of("AccessTokenType", &["bearer", "custom_header"]);
