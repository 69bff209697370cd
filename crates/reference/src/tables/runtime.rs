//! Section 6: the runtime environments.
//!
//! The table of section 6.2 is split by model here, each in the order in which the reference writes
//! it: that of its schema file and, for android and ios, of the sample messages. The matrix of
//! section 6.2 cannot show that order, because it differs from model to model (`cpu_architecture`
//! comes before `is_tablet` in ios).

use super::{D, Family, Field, K, Model, TEXTS_BY_KEY, W, enums, model, models, row};

pub static RUNTIME_ENVIRONMENTS: Family = Family {
    name: "runtime environment",
    members: &[
        ("android", &ANDROID),
        ("ios", &IOS),
        ("tvos", &TVOS),
        ("mobileweb", &WEB),
        ("roku", &ROKU),
        ("xbox", &XBOX),
        ("firetv", &FIRETV),
        ("unknown", &GENERIC),
        ("alexa", &GENERIC),
        ("smarttv", &GENERIC),
    ],
    keeps_unknown: true,
    refuses_null: false,
};

/// 6.1
static COMMON: &[Field] = &[
    row("is_debug", K::Bool, D::False, W::OnlyWhenTrue),
    row("client_ip_address", K::Text, D::Absent, W::WhenNotEmpty),
    row("sdk_version", K::Text, D::Absent, W::WhenNotEmpty),
    row(
        "http_header_user_agent",
        K::Text,
        D::Absent,
        W::WhenNotEmpty,
    ),
    row(
        "identities",
        K::List(&K::Object(&models::DEVICE_IDENTITY)),
        D::Absent,
        W::WhenNotEmpty,
    ),
];

/// 6.2, column android.
static ANDROID: Model = model(
    "AndroidRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("model", K::Text, D::Absent, W::WhenNotEmpty),
            row("screen_height", K::Int32, D::Zero, W::Always),
            row("screen_width", K::Int32, D::Zero, W::Always),
            row("screen_dpi", K::Int32, D::Zero, W::Always),
            row("country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_carrier", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_code", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "network_mobile_country_code",
                K::Text,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("timezone_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("is_tablet", K::Bool, D::Absent, W::WhenSet),
            row("supports_telephony", K::Bool, D::Absent, W::WhenSet),
            row("has_nfc", K::Bool, D::Absent, W::WhenSet),
            row("bluetooth_enabled", K::Bool, D::Absent, W::WhenSet),
            row("bluetooth_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("android_sdk_level", K::Int32, D::Zero, W::Always),
            row("application_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_package", K::Text, D::Absent, W::WhenNotEmpty),
            row("install_referrer", K::Text, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 6.2, column ios.
static IOS: Model = model(
    "IosRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("model", K::Text, D::Absent, W::WhenNotEmpty),
            row("screen_height", K::Int32, D::Zero, W::Always),
            row("screen_width", K::Int32, D::Zero, W::Always),
            row("country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_carrier", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_code", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "network_mobile_country_code",
                K::Text,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("timezone_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("cpu_architecture", K::Text, D::Absent, W::WhenNotEmpty),
            row("is_tablet", K::Bool, D::Absent, W::WhenSet),
            row(
                "radio_access_technology",
                K::Text,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("application_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_package", K::Text, D::Absent, W::WhenNotEmpty),
            row("is_sandboxed", K::Bool, D::Absent, W::WhenSet),
            row(
                "apple_search_ads_attribution",
                K::Map(&TEXTS_BY_KEY),
                D::Absent,
                W::WhenNotEmpty,
            ),
            row(
                "att_authorization_status",
                K::Enum(&enums::ATT_AUTHORIZATION_STATUS),
                D::Absent,
                W::WhenSet,
            ),
            row("att_timestamp_unixtime_ms", K::Int64, D::Zero, W::Always),
        ],
    ],
);

/// 6.2, column tvos.
static TVOS: Model = model(
    "TVOSRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("model", K::Text, D::Absent, W::WhenNotEmpty),
            row("screen_height", K::Int32, D::Zero, W::Always),
            row("screen_width", K::Int32, D::Zero, W::Always),
            row("country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("timezone_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("cpu_architecture", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_package", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "att_authorization_status",
                K::Enum(&enums::ATT_AUTHORIZATION_STATUS),
                D::Absent,
                W::WhenSet,
            ),
            row("att_timestamp_unixtime_ms", K::Int64, D::Zero, W::Always),
        ],
    ],
);

/// Section 6.2, column web. The three application fields are read as optional extras, never written
/// (row U12).
static WEB: Model = model(
    "WebRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("device_manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("device_model", K::Text, D::Absent, W::WhenNotEmpty),
            row("screen_height", K::Int32, D::Zero, W::Always),
            row("screen_width", K::Int32, D::Zero, W::Always),
            row("screen_dpi", K::Int32, D::Zero, W::Always),
            row("device_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_carrier", K::Text, D::Absent, W::WhenNotEmpty),
            row("network_code", K::Text, D::Absent, W::WhenNotEmpty),
            row(
                "network_mobile_country_code",
                K::Text,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("push_token", K::Text, D::Absent, W::WhenNotEmpty),
            row("is_tablet", K::Bool, D::Absent, W::WhenSet),
            row(
                "radio_access_technology",
                K::Text,
                D::Absent,
                W::WhenNotEmpty,
            ),
            row("limit_ad_tracking", K::Text, D::Absent, W::WhenNotEmpty),
            row("is_dst", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_name", K::Text, D::Absent, W::Never),
            row("application_version", K::Text, D::Absent, W::Never),
            row("application_package", K::Text, D::Absent, W::Never),
        ],
    ],
);

/// 6.2, column roku.
static ROKU: Model = model(
    "RokuRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("model", K::Text, D::Absent, W::WhenNotEmpty),
            row("country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("timezone_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("cpu_architecture", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_package", K::Text, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 6.2, column xbox.
static XBOX: Model = model(
    "XboxRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("model", K::Text, D::Absent, W::WhenNotEmpty),
            row("screen_height", K::Int32, D::Zero, W::Always),
            row("screen_width", K::Int32, D::Zero, W::Always),
            row("country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("timezone_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("cpu_architecture", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_package", K::Text, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 6.2, column firetv.
static FIRETV: Model = model(
    "FireTVRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("model", K::Text, D::Absent, W::WhenNotEmpty),
            row("screen_height", K::Int32, D::Zero, W::Always),
            row("screen_width", K::Int32, D::Zero, W::Always),
            row("country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("timezone_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("cpu_architecture", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_package", K::Text, D::Absent, W::WhenNotEmpty),
        ],
    ],
);

/// 6.2, column generic.
static GENERIC: Model = model(
    "GenericRuntimeEnvironment",
    &[
        COMMON,
        &[
            row("build_id", K::Text, D::Absent, W::WhenNotEmpty),
            row("brand", K::Text, D::Absent, W::WhenNotEmpty),
            row("product", K::Text, D::Absent, W::WhenNotEmpty),
            row("name", K::Text, D::Absent, W::WhenNotEmpty),
            row("manufacturer", K::Text, D::Absent, W::WhenNotEmpty),
            row("os_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("model", K::Text, D::Absent, W::WhenNotEmpty),
            row("screen_height", K::Int32, D::Zero, W::Always),
            row("screen_width", K::Int32, D::Zero, W::Always),
            row("screen_dpi", K::Int32, D::Zero, W::Always),
            row("country", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_language", K::Text, D::Absent, W::WhenNotEmpty),
            row("locale_country", K::Text, D::Absent, W::WhenNotEmpty),
            row("timezone_offset", K::Int32, D::Zero, W::Always),
            row("timezone_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("is_tablet", K::Bool, D::Absent, W::WhenSet),
            row("supports_telephony", K::Bool, D::Absent, W::WhenSet),
            row("has_nfc", K::Bool, D::Absent, W::WhenSet),
            row("bluetooth_enabled", K::Bool, D::Absent, W::WhenSet),
            row("bluetooth_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_name", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_version", K::Text, D::Absent, W::WhenNotEmpty),
            row("application_package", K::Text, D::Absent, W::WhenNotEmpty),
        ],
    ],
);
