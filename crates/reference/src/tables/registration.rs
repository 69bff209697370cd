//! Section 7: settings, permissions, registrations, authentication.

use super::{D, Family, Field, K, Model, W, enforced, enforced_not_empty, enums, model, row};

/// 7.1
static SETTINGS: Family = Family {
    name: "setting",
    members: &[
        ("text", &TEXT_SETTING),
        ("integer", &INTEGER_SETTING),
        ("float", &FLOAT_SETTING),
        ("boolean", &BOOLEAN_SETTING),
    ],
    keeps_unknown: true,
    refuses_null: false,
};

/// 7.1
static SETTING: &[Field] = &[
    row("id", K::Text, D::Absent, W::WhenNotEmpty),
    row("name", K::Text, D::Absent, W::WhenNotEmpty),
    row("description", K::Text, D::Absent, W::WhenNotEmpty),
    row("visible", K::Bool, D::True, W::Always),
];

/// 7.1
static TEXT_SETTING: Model = model(
    "TextSetting",
    &[
        SETTING,
        &[
            row("default_value", K::Text, D::Absent, W::WhenNotEmpty),
            row("required", K::Bool, D::False, W::Always),
            row("confidential", K::Bool, D::False, W::Always),
        ],
    ],
);

/// 7.1
static INTEGER_SETTING: Model = model(
    "IntegerSetting",
    &[
        SETTING,
        &[
            row("default_value", K::Int64, D::Absent, W::WhenSet),
            row("min_value", K::Int64, D::Absent, W::WhenSet),
            row("max_value", K::Int64, D::Absent, W::WhenSet),
            row("required", K::Bool, D::False, W::Always),
        ],
    ],
);

/// 7.1
static FLOAT_SETTING: Model = model(
    "FloatSetting",
    &[
        SETTING,
        &[
            row("default_value", K::Double, D::Absent, W::WhenSet),
            row("min_value", K::Double, D::Absent, W::WhenSet),
            row("max_value", K::Double, D::Absent, W::WhenSet),
            row("required", K::Bool, D::False, W::Always),
        ],
    ],
);

/// 7.1
static BOOLEAN_SETTING: Model = model(
    "BooleanSetting",
    &[
        SETTING,
        &[
            row("default_value", K::Bool, D::False, W::Always),
            row("checked", K::Bool, D::False, W::Always),
        ],
    ],
);

/// 7.2
pub static PERMISSIONS: Model = model(
    "Permissions",
    &[&[
        row(
            "device_identities",
            K::List(&K::Object(&DEVICE_IDENTITY_PERMISSION)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "user_identities",
            K::List(&K::Object(&USER_IDENTITY_PERMISSION)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "partner_identities",
            K::List(&K::Object(&PARTNER_IDENTITY_PERMISSION)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row("allow_access_location", K::Bool, D::False, W::OnlyWhenTrue),
        row(
            "allow_access_ip_address",
            K::Bool,
            D::False,
            W::OnlyWhenTrue,
        ),
        row(
            "allow_access_device_application_stamp",
            K::Bool,
            D::False,
            W::OnlyWhenTrue,
        ),
        row("allow_device_info", K::Bool, D::False, W::OnlyWhenTrue),
        row("allow_user_attributes", K::Bool, D::False, W::OnlyWhenTrue),
        row("allow_consent_state", K::Bool, D::False, W::OnlyWhenTrue),
        row(
            "allow_audience_user_attributes",
            K::Bool,
            D::False,
            W::OnlyWhenTrue,
        ),
        row(
            "allow_access_http_user_agent",
            K::Bool,
            D::False,
            W::OnlyWhenTrue,
        ),
        row("allow_access_mpid", K::Bool, D::False, W::OnlyWhenTrue),
        row("allow_platform_fields", K::Bool, D::False, W::OnlyWhenTrue),
        row(
            "allow_eventless_batches",
            K::Bool,
            D::False,
            W::OnlyWhenTrue,
        ),
    ]],
);

/// 7.3
static ENCODING_AND_REQUIRED: &[Field] = &[
    enforced("encoding", K::Enum(&enums::IDENTITY_ENCODING)),
    row("required", K::Bool, D::False, W::Always),
];

/// 7.3
static DEVICE_IDENTITY_PERMISSION: Model = model(
    "DeviceIdentityPermission",
    &[
        &[enforced("type", K::Enum(&enums::DEVICE_IDENTITY_TYPE))],
        ENCODING_AND_REQUIRED,
    ],
);

/// 7.3
static USER_IDENTITY_PERMISSION: Model = model(
    "UserIdentityPermission",
    &[
        &[enforced("type", K::Enum(&enums::USER_IDENTITY_TYPE))],
        ENCODING_AND_REQUIRED,
    ],
);

/// 7.3
static PARTNER_IDENTITY_PERMISSION: Model = model(
    "PartnerIdentityPermission",
    &[
        &[enforced_not_empty("type", K::Text)],
        ENCODING_AND_REQUIRED,
    ],
);

/// 7.4
pub static EVENT_PROCESSING_REGISTRATION: Model = model(
    "EventProcessingRegistration",
    &[&[
        row(
            "account_settings",
            K::List(&K::OneOf(&SETTINGS)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "event_connection_settings",
            K::List(&K::OneOf(&SETTINGS)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "supported_event_types",
            K::List(&K::Enum(&enums::EVENT_TYPE)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "supported_runtime_environments",
            K::List(&K::Enum(&enums::RUNTIME_TYPE)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "supported_system_notification_types",
            K::List(&K::Enum(&enums::SYSTEM_NOTIFICATION_TYPE)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row("max_data_age_hours", K::Int32, D::Hours24, W::Always),
        row(
            "push_messaging_provider_id",
            K::Text,
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "authentication",
            K::OneOf(&AUTHENTICATIONS),
            D::Absent,
            W::WhenSet,
        ),
    ]],
);

/// 7.5
pub static AUDIENCE_PROCESSING_REGISTRATION: Model = model(
    "AudienceProcessingRegistration",
    &[&[
        row(
            "account_settings",
            K::List(&K::OneOf(&SETTINGS)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "authentication",
            K::OneOf(&AUTHENTICATIONS),
            D::Absent,
            W::WhenSet,
        ),
        row(
            "bulk_configuration",
            K::Object(&BULK_CONFIGURATION),
            D::Absent,
            W::WhenSet,
        ),
        row(
            "audience_subscription_settings",
            K::List(&K::OneOf(&SETTINGS)),
            D::Absent,
            W::WhenNotEmpty,
        ),
    ]],
);

/// 7.6
pub static DSR_PROCESSING_REGISTRATION: Model = model(
    "DsrProcessingRegistration",
    &[&[
        row(
            "account_settings",
            K::List(&K::OneOf(&SETTINGS)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row(
            "supported_dsr_types",
            K::List(&K::Enum(&enums::DSR_REQUEST_TYPE)),
            D::Absent,
            W::WhenNotEmpty,
        ),
        row("domain", K::Text, D::Absent, W::WhenNotEmpty),
    ]],
);

/// 7.7
static AUTHENTICATIONS: Family = Family {
    name: "authentication",
    members: &[("oauth2", &OAUTH2_AUTHENTICATION)],
    keeps_unknown: true,
    refuses_null: false,
};

/// 7.7
static OAUTH2_AUTHENTICATION: Model = model(
    "OAuth2Authentication",
    &[&[
        row("authorization_url", K::Text, D::Absent, W::WhenNotEmpty),
        row("refresh_url", K::Text, D::Absent, W::WhenNotEmpty),
        row("token_url", K::Text, D::Absent, W::WhenNotEmpty),
        row(
            "grant_type",
            K::Enum(&enums::GRANT_TYPE),
            D::Absent,
            W::WhenSet,
        ),
        row("default_expires_in", K::Int32, D::Absent, W::WhenSet),
        row("client_id", K::Text, D::Absent, W::WhenNotEmpty),
        row(
            "access_token_type",
            K::Enum(&enums::ACCESS_TOKEN_TYPE),
            D::Absent,
            W::WhenSet,
        ),
        row("custom_header_name", K::Text, D::Absent, W::WhenNotEmpty),
        row("param_client_id_name", K::Text, D::Absent, W::WhenNotEmpty),
        row("param_secret_name", K::Text, D::Absent, W::WhenNotEmpty),
        row(
            "scopes",
            K::List(&K::Object(&SCOPE_DETAIL)),
            D::Absent,
            W::WhenNotEmpty,
        ),
    ]],
);

/// 7.7
static SCOPE_DETAIL: Model = model(
    "ScopeDetail",
    &[&[
        row("name", K::Text, D::Absent, W::WhenNotEmpty),
        row("description", K::Text, D::Absent, W::WhenNotEmpty),
    ]],
);

/// 7.8
static BULK_CONFIGURATION: Model = model(
    "BulkConfiguration",
    &[&[
        row(
            "bulk_forward_wait_for_messages",
            K::Int32,
            D::Absent,
            W::WhenSet,
        ),
        row(
            "bulk_forward_wait_in_minutes",
            K::Int32,
            D::Absent,
            W::WhenSet,
        ),
    ]],
);
