//! Section 4: the sixteen events.

use super::{D, Family, Field, K, Model, TEXTS_BY_KEY, W, enums, model, models, row};

pub static EVENTS: Family = Family {
    name: "event",
    members: &[
        ("session_start", &SESSION_START),
        ("session_end", &SESSION_END),
        ("custom_event", &CUSTOM_EVENT),
        ("screen_view", &SCREEN_VIEW),
        ("error", &ERROR),
        ("privacy_setting_change", &PRIVACY_SETTING_CHANGE),
        ("user_attribute_change", &USER_ATTRIBUTE_CHANGE),
        ("user_identity_change", &USER_IDENTITY_CHANGE),
        ("push_subscription", &PUSH_SUBSCRIPTION),
        (
            "application_state_transition",
            &APPLICATION_STATE_TRANSITION,
        ),
        ("push_message_receipt", &PUSH_MESSAGE_RECEIPT),
        ("product_action", &PRODUCT_ACTION),
        ("promotion_action", &PROMOTION_ACTION),
        ("impression", &IMPRESSION),
        ("attribution", &ATTRIBUTION),
        ("push_message_open", &PUSH_MESSAGE_OPEN),
    ],
    keeps_unknown: true,
    refuses_null: true,
};

/// 4. `id` and `timestamp_ms`, "always" in the table, stay absent when absent (`semantics.md`,
///    writing).
static COMMON: &[Field] = &[
    row("id", K::Uuid, D::Absent, W::WhenSet),
    row("timestamp_ms", K::Int64, D::Absent, W::WhenSet),
    row("source_id", K::Text, D::Absent, W::WhenNotEmpty),
    row("session_id", K::Int64, D::Absent, W::WhenSet),
    row(
        "location",
        K::Location(&models::LOCATION),
        D::Absent,
        W::WhenSet,
    ),
];

/// 4.1
static SESSION_START: Model = model("SessionStartEvent", &[COMMON]);

/// 4.2
static SESSION_END: Model = model(
    "SessionEndEvent",
    &[
        COMMON,
        &[row("session_length_ms", K::Int64, D::Zero, W::Always)],
    ],
);

/// 4.3
static CUSTOM_EVENT: Model = model(
    "CustomEvent",
    &[
        COMMON,
        &[
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "custom_event_type",
                K::Enum(&enums::CUSTOM_EVENT_TYPE),
                D::Absent,
                W::WhenSet,
            ),
            row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
            row("custom_flags", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.4
static SCREEN_VIEW: Model = model(
    "ScreenViewEvent",
    &[
        COMMON,
        &[
            row("screen_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
            row("custom_flags", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.5
static ERROR: Model = model(
    "ErrorEvent",
    &[
        COMMON,
        &[
            row("message", K::Text, D::Absent, W::WhenNotEmpty),
            row("is_crash", K::Bool, D::False, W::Always),
            row("stack_trace", K::Text, D::Absent, W::WhenNotEmpty),
            row("breadcrumbs", K::List(&K::Text), D::Absent, W::WhenNotEmpty),
            row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.6
static PRIVACY_SETTING_CHANGE: Model = model(
    "PrivacySettingChangeEvent",
    &[
        COMMON,
        &[
            row(
                "setting",
                K::Enum(&enums::PRIVACY_SETTING),
                D::Absent,
                W::WhenSet,
            ),
            row("is_enabled", K::Bool, D::False, W::Always),
        ],
    ],
);

/// 4.7
static USER_ATTRIBUTE_CHANGE: Model = model(
    "UserAttributeChangeEvent",
    &[
        COMMON,
        &[
            row("added", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
            row("removed", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.8
static USER_IDENTITY_CHANGE: Model = model(
    "UserIdentityChangeEvent",
    &[
        COMMON,
        &[
            row(
                "added",
                K::List(&K::Object(&models::USER_IDENTITY)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "removed",
                K::List(&K::Object(&models::USER_IDENTITY)),
                D::Absent,
                W::WhenNotEmpty,
            ),
        ],
    ],
);

/// 4.9
static PUSH_SUBSCRIPTION: Model = model(
    "PushSubscriptionEvent",
    &[
        COMMON,
        &[
            row(
                "action",
                K::Enum(&enums::PUSH_SUBSCRIPTION_ACTION),
                D::Absent,
                W::WhenSet,
            ),
            row("token", K::Text, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.10
static APPLICATION_STATE_TRANSITION: Model = model(
    "ApplicationStateTransitionEvent",
    &[
        COMMON,
        &[
            row(
                "application_state",
                K::Enum(&enums::APPLICATION_STATE),
                D::Absent,
                W::WhenSet,
            ),
            row("launch_referral", K::Text, D::Absent, W::WhenNotEmpty),
            row("referral_application", K::Text, D::Absent, W::WhenNotEmpty),
            row("launch_parameters", K::Text, D::Absent, W::WhenNotEmpty),
            row("source_package", K::Text, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.11
static PUSH_MESSAGE_RECEIPT: Model = model(
    "PushMessageReceiptEvent",
    &[
        COMMON,
        &[row("payload", K::Text, D::Absent, W::WhenNotEmpty)],
    ],
);

/// 4.12
static PRODUCT_ACTION: Model = model(
    "ProductActionEvent",
    &[
        COMMON,
        &[
            row(
                "action",
                K::Enum(&enums::PRODUCT_ACTION),
                D::Absent,
                W::WhenSet,
            ),
            row("transaction_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("affiliation", K::Text, D::Absent, W::WhenNotEmpty),
            row("total_amount", K::Decimal, D::Absent, W::WhenSet),
            row("tax_amount", K::Decimal, D::Absent, W::WhenSet),
            row("shipping_amount", K::Decimal, D::Absent, W::WhenSet),
            row("currency_code", K::Text, D::Absent, W::WhenNotEmpty),
            row("coupon_code", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "products",
                K::List(&K::Object(&models::PRODUCT)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
            row("custom_flags", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.13
static PROMOTION_ACTION: Model = model(
    "PromotionActionEvent",
    &[
        COMMON,
        &[
            row(
                "action",
                K::Enum(&enums::PROMOTION_ACTION),
                D::Absent,
                W::WhenSet,
            ),
            row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
            row(
                "promotions",
                K::List(&K::Object(&models::PROMOTION)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("custom_flags", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.14
static IMPRESSION: Model = model(
    "ImpressionEvent",
    &[
        COMMON,
        &[
            row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
            row(
                "impressions",
                K::List(&K::Object(&models::IMPRESSION)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("custom_flags", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.15
static ATTRIBUTION: Model = model(
    "AttributionEvent",
    &[
        COMMON,
        &[
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("partner_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("publisher_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("campaign_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 4.16
static PUSH_MESSAGE_OPEN: Model = model(
    "PushMessageOpenEvent",
    &[
        COMMON,
        &[row("payload", K::Text, D::Absent, W::WhenNotEmpty)],
    ],
);
