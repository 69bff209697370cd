//! Section 5: the nested models.

use super::{D, Family, Field, K, Model, TEXTS_BY_KEY, W};
use super::{enforced, enforced_not_empty, enums, model, row};

/// 5.1
pub static ACCOUNT: Model = model(
    "Account",
    &[&[
        row("account_id", K::Int32, D::Zero, W::Always),
        row("account_settings", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
    ]],
);

/// 5.2
static IDENTITY: &[Field] = &[
    enforced("encoding", K::Enum(&enums::IDENTITY_ENCODING)),
    enforced_not_empty("value", K::Text),
];

/// 5.2
pub static USER_IDENTITY: Model = model(
    "UserIdentity",
    &[
        &[enforced("type", K::Enum(&enums::USER_IDENTITY_TYPE))],
        IDENTITY,
    ],
);

/// 5.2
pub static DEVICE_IDENTITY: Model = model(
    "DeviceIdentity",
    &[
        &[enforced("type", K::Enum(&enums::DEVICE_IDENTITY_TYPE))],
        IDENTITY,
    ],
);

/// 5.2
pub static PARTNER_IDENTITY: Model = model(
    "PartnerIdentity",
    &[&[enforced_not_empty("type", K::Text)], IDENTITY],
);

/// 5.3
pub static PRODUCT: Model = model(
    "Product",
    &[&[
        row("id", K::Text, D::Absent, W::WhenNotEmpty),
        row("name", K::Text, D::Absent, W::WhenNotEmpty),
        row("brand", K::Text, D::Absent, W::WhenNotEmpty),
        row("category", K::Text, D::Absent, W::WhenNotEmpty),
        row("variant", K::Text, D::Absent, W::WhenNotEmpty),
        row("position", K::Int32, D::Zero, W::Always),
        row("price", K::Decimal, D::Absent, W::WhenSet),
        row("quantity", K::Decimal, D::Absent, W::WhenSet),
        row("coupon_code", K::Text, D::Absent, W::WhenNotEmpty),
        row("total_amount", K::Decimal, D::Absent, W::WhenSet),
        row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
    ]],
);

/// 5.4
pub static PROMOTION: Model = model(
    "Promotion",
    &[&[
        row("id", K::Text, D::Absent, W::WhenNotEmpty),
        row("name", K::Text, D::Absent, W::WhenNotEmpty),
        row("creative", K::Text, D::Absent, W::WhenNotEmpty),
        row("position", K::Text, D::Absent, W::WhenNotEmpty),
    ]],
);

/// 5.5
pub static IMPRESSION: Model = model(
    "Impression",
    &[&[
        row("impression_list_name", K::Text, D::Absent, W::WhenNotEmpty),
        row(
            "products",
            K::List(&K::Object(&PRODUCT)),
            D::Absent,
            W::WhenNotEmpty,
        ),
    ]],
);

/// 5.6
pub static LOCATION: Model = model(
    "Location",
    &[&[
        row("latitude", K::DoubleOrNone, D::NoLocation, W::Always),
        row("longitude", K::DoubleOrNone, D::NoLocation, W::Always),
        row("accuracy", K::DoubleOrNone, D::ZeroPointZero, W::Always),
    ]],
);

/// 5.7
static CONSENT: &[Field] = &[
    row("consented", K::Bool, D::False, W::Always),
    row("document", K::Text, D::Absent, W::WhenNotEmpty),
    row("timestamp_unixtime_ms", K::Int64, D::Absent, W::WhenSet),
    row("location", K::Text, D::Absent, W::WhenNotEmpty),
    row("hardware_id", K::Text, D::Absent, W::WhenNotEmpty),
];

/// 5.7
static GDPR_CONSENT: Model = model("GDPRConsent", &[CONSENT]);

/// 5.7
static CCPA_CONSENT: Model = model("CCPAConsent", &[CONSENT]);

/// 5.8
pub static CONSENT_STATE: Model = model(
    "ConsentState",
    &[&[
        row(
            "gdpr_consent_state",
            K::Map(&K::Object(&GDPR_CONSENT)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "ccpa_consent_state",
            K::Map(&K::Object(&CCPA_CONSENT)),
            D::Absent,
            W::WhenNotEmpty,
        ),
    ]],
);

/// 5.9
pub static SYSTEM_NOTIFICATIONS: Family = Family {
    name: "system notification",
    members: &[
        ("gdpr_consent_state", &GDPR_CONSENT_STATE_NOTIFICATION),
        ("ccpa_consent_state", &CCPA_CONSENT_STATE_NOTIFICATION),
    ],
    keeps_unknown: true,
    refuses_null: true,
};

/// 5.9
static GDPR_CONSENT_STATE_NOTIFICATION: Model = model(
    "GDPRConsentStateNotification",
    &[&[
        row("purpose", K::Text, D::Absent, W::WhenNotEmpty),
        row(
            "old_gdpr_consent_state",
            K::Object(&GDPR_CONSENT),
            D::Absent,
            W::WhenSet,
        ),
        row(
            "new_gdpr_consent_state",
            K::Object(&GDPR_CONSENT),
            D::Absent,
            W::WhenSet,
        ),
    ]],
);

/// 5.9
static CCPA_CONSENT_STATE_NOTIFICATION: Model = model(
    "CCPAConsentStateNotification",
    &[&[
        row("purpose", K::Text, D::DataSaleOptOut, W::WhenNotEmpty),
        row(
            "old_ccpa_consent_state",
            K::Object(&CCPA_CONSENT),
            D::Absent,
            W::WhenSet,
        ),
        row(
            "new_ccpa_consent_state",
            K::Object(&CCPA_CONSENT),
            D::Absent,
            W::WhenSet,
        ),
    ]],
);

/// 5.10. Nothing is enforced here (2.3).
pub static OPEN_DSR_IDENTITY: Model = model(
    "OpenDsrIdentity",
    &[&[
        row(
            "encoding",
            K::Enum(&enums::OPEN_DSR_ENCODING),
            D::Absent,
            W::WhenSet,
        ),
        row("value", K::Text, D::Absent, W::WhenNotEmpty),
    ]],
);

/// 5.11
pub static PLATFORM_FIELDS: Model = model(
    "PlatformFields",
    &[&[
        row("mp_account_id", K::Int32, D::Zero, W::Always),
        row("mp_account_name", K::Text, D::Absent, W::WhenNotEmpty),
        row("workspace_id", K::Int32, D::Zero, W::Always),
        row("workspace_name", K::Text, D::Absent, W::WhenNotEmpty),
        row("input_name", K::Text, D::Absent, W::WhenNotEmpty),
        row("app_name", K::Text, D::Absent, W::WhenNotEmpty),
        row("app_version", K::Text, D::Absent, W::WhenNotEmpty),
        row("dataplan_id", K::Text, D::Absent, W::WhenNotEmpty),
        row("dataplan_name", K::Text, D::Absent, W::WhenNotEmpty),
        row("dataplan_version", K::Int32, D::Absent, W::WhenSet),
    ]],
);

/// 5.12
pub static USER_PROFILE: Model = Model {
    name: "UserProfile",
    rows: &[&[
        row(
            "user_identities",
            K::List(&K::Object(&USER_IDENTITY)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "device_identities",
            K::List(&K::Object(&DEVICE_IDENTITY)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "partner_identities",
            K::List(&K::Object(&PARTNER_IDENTITY)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "audiences",
            K::List(&K::Object(&AUDIENCE)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row("mpid", K::Text, D::Absent, W::WhenNotEmpty),
    ]],
    former_lists: &[("added_audiences", "add"), ("removed_audiences", "delete")],
};

/// 5.13
static AUDIENCE: Model = model(
    "Audience",
    &[&[
        row("audience_id", K::LongId, D::Zero, W::Always),
        row("audience_name", K::Text, D::Absent, W::WhenNotEmpty),
        row(
            "audience_subscription_settings",
            TEXTS_BY_KEY,
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "action",
            K::Enum(&enums::AUDIENCE_ACTION),
            D::Absent,
            W::WhenSet,
        ),
        row(
            "user_attributes",
            K::List(&K::Object(&USER_ATTRIBUTE_AUDIENCE_EVENT)),
            D::Absent,
            W::WhenNotEmpty,
        ),
    ]],
);

/// 5.14
static USER_ATTRIBUTE_AUDIENCE_EVENT: Model = model(
    "UserAttributeAudienceEvent",
    &[&[
        row("key", K::Text, D::Absent, W::WhenNotEmpty),
        row("value", K::Text, D::Absent, W::WhenNotEmpty),
        row(
            "action",
            K::Enum(&enums::ATTRIBUTE_ACTION),
            D::Absent,
            W::WhenSet,
        ),
        row("list_value", K::List(&K::Text), D::Absent, W::WhenNotEmpty),
    ]],
);
