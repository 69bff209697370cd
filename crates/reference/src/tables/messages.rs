//! Section 3: the ten messages.

use super::{D, Family, Field, K, Model, TEXTS_BY_KEY, W, enums, events, model, models, row};
use super::{registration, runtime};

pub static MESSAGES: Family = Family {
    name: "message",
    members: &[
        ("module_registration_request", &MODULE_REGISTRATION_REQUEST),
        (
            "module_registration_response",
            &MODULE_REGISTRATION_RESPONSE,
        ),
        ("event_processing_request", &EVENT_PROCESSING_REQUEST),
        ("event_processing_response", &EVENT_PROCESSING_RESPONSE),
        (
            "audience_subscription_request",
            &AUDIENCE_SUBSCRIPTION_REQUEST,
        ),
        (
            "audience_subscription_response",
            &AUDIENCE_SUBSCRIPTION_RESPONSE,
        ),
        (
            "audience_membership_change_request",
            &AUDIENCE_MEMBERSHIP_CHANGE_REQUEST,
        ),
        (
            "audience_membership_change_response",
            &AUDIENCE_MEMBERSHIP_CHANGE_RESPONSE,
        ),
        ("dsr_processing_request", &DSR_PROCESSING_REQUEST),
        ("dsr_processing_response", &DSR_PROCESSING_RESPONSE),
    ],
    keeps_unknown: false,
    refuses_null: true,
};

/// 3.1. `id` and `timestamp_ms`, "always" in the table, stay absent when absent (`semantics.md`,
/// writing).
static COMMON: &[Field] = &[
    row("id", K::Uuid, D::Absent, W::WhenSet),
    row("timestamp_ms", K::Int64, D::Absent, W::WhenSet),
    row("firehose_version", K::Text, D::Absent, W::WhenNotEmpty),
];

/// 3.2
static MODULE_REGISTRATION_REQUEST: Model = model("ModuleRegistrationRequest", &[COMMON]);

/// 3.2. An absent `sdk_version` stays absent, like the other values of section 2.4.
static MODULE_REGISTRATION_RESPONSE: Model = model(
    "ModuleRegistrationResponse",
    &[
        COMMON,
        &[
            row("sdk_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("description", K::Text, D::Absent, W::WhenNotEmpty),
            row("version", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "permissions",
                K::Object(&registration::PERMISSIONS),
                D::Absent,
                W::WhenSet,
            ),
            row(
                "event_processing_registration",
                K::Object(&registration::EVENT_PROCESSING_REGISTRATION),
                D::Absent,
                W::WhenSet,
            ),
            row(
                "audience_processing_registration",
                K::Object(&registration::AUDIENCE_PROCESSING_REGISTRATION),
                D::Absent,
                W::WhenSet,
            ),
            row(
                "dsr_processing_registration",
                K::Object(&registration::DSR_PROCESSING_REGISTRATION),
                D::Absent,
                W::WhenSet,
            ),
        ],
    ],
);

/// 3.3
static EVENT_PROCESSING_REQUEST: Model = model(
    "EventProcessingRequest",
    &[
        COMMON,
        &[
            row("source_id", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "account",
                K::Object(&models::ACCOUNT),
                D::Absent,
                W::WhenSet,
            ),
            row(
                "partner_identities",
                K::List(&K::Object(&models::PARTNER_IDENTITY)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "user_identities",
                K::List(&K::Object(&models::USER_IDENTITY)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("user_attributes", TEXTS_BY_KEY, D::Absent, W::WhenNotEmpty),
            row(
                "user_attribute_lists",
                K::Map(&K::List(&K::Text)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "runtime_environment",
                K::OneOf(&runtime::RUNTIME_ENVIRONMENTS),
                D::Absent,
                W::WhenSet,
            ),
            row(
                "integration_attributes",
                TEXTS_BY_KEY,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "events",
                K::List(&K::OneOf(&events::EVENTS)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("source_channel", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "device_application_stamp",
                K::Text,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "consent_state",
                K::Object(&models::CONSENT_STATE),
                D::Absent,
                W::WhenSet,
            ),
            row(
                "system_notifications",
                K::List(&K::OneOf(&models::SYSTEM_NOTIFICATIONS)),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("mpid", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "platform_fields",
                K::Object(&models::PLATFORM_FIELDS),
                D::Absent,
                W::WhenSet,
            ),
        ],
    ],
);

/// 3.3
static EVENT_PROCESSING_RESPONSE: Model = model(
    "EventProcessingResponse",
    &[
        COMMON,
        &[row(
            "suspend_subscription",
            K::Bool,
            D::False,
            W::OnlyWhenTrue,
        )],
    ],
);

/// 3.4
static AUDIENCE_SUBSCRIPTION_REQUEST: Model = model(
    "AudienceSubscriptionRequest",
    &[
        COMMON,
        &[
            row(
                "account",
                K::Object(&models::ACCOUNT),
                D::Absent,
                W::WhenSet,
            ),
            row("audience_id", K::LongId, D::Zero, W::Always),
            row("audience_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("audience_description", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "audience_subscription_settings",
                TEXTS_BY_KEY,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "previous_audience_subscription_settings",
                TEXTS_BY_KEY,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "action",
                K::Enum(&enums::SUBSCRIPTION_ACTION),
                D::Absent,
                W::WhenSet,
            ),
        ],
    ],
);

/// 3.4
static AUDIENCE_SUBSCRIPTION_RESPONSE: Model = model(
    "AudienceSubscriptionResponse",
    &[
        COMMON,
        &[row(
            "audience_subscription_settings",
            TEXTS_BY_KEY,
            D::Absent,
            W::WhenNotEmpty,
        )],
    ],
);

/// 3.5
static AUDIENCE_MEMBERSHIP_CHANGE_REQUEST: Model = model(
    "AudienceMembershipChangeRequest",
    &[
        COMMON,
        &[
            row(
                "account",
                K::Object(&models::ACCOUNT),
                D::Absent,
                W::WhenSet,
            ),
            row(
                "user_profiles",
                K::List(&K::Object(&models::USER_PROFILE)),
                D::Absent,
                W::WhenNotEmpty,
            ),
        ],
    ],
);

/// 3.5
static AUDIENCE_MEMBERSHIP_CHANGE_RESPONSE: Model = model(
    "AudienceMembershipChangeResponse",
    &[
        COMMON,
        &[row("suspend_subscription", K::Bool, D::False, W::Always)],
    ],
);

/// Section 3.6. `extensions` is not in the table: kept as opaque JSON, never written (row U13).
static DSR_PROCESSING_REQUEST: Model = model(
    "DsrProcessingRequest",
    &[
        COMMON,
        &[
            row(
                "account",
                K::Object(&models::ACCOUNT),
                D::Absent,
                W::WhenSet,
            ),
            row("subject_request_id", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "subject_request_type",
                K::Enum(&enums::DSR_REQUEST_TYPE),
                D::Absent,
                W::WhenSet,
            ),
            row("submitted_time", K::Instant, D::Absent, W::WhenSet),
            row(
                "subject_identities",
                K::MapOf(
                    &enums::OPEN_DSR_IDENTITY_TYPE,
                    &K::Object(&models::OPEN_DSR_IDENTITY),
                ),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("api_version", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "regulation",
                K::Enum(&enums::REGULATION_TYPE),
                D::Absent,
                W::WhenSet,
            ),
            row("extensions", K::Opaque, D::Absent, W::Never),
        ],
    ],
);

/// 3.6
static DSR_PROCESSING_RESPONSE: Model = model("DsrProcessingResponse", &[COMMON]);
