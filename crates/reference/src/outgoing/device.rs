//! The runtime environment (M 6): device, application, environment and address.

use super::identities::device_identities;
use super::settings::Settings;
use super::value::{Fields, Object, Warnings, string};
use crate::json::Json;
use std::net::IpAddr;

/// How a field of M 6.2 is written.
enum Rule {
    /// Left out if missing or empty.
    Plain,
    /// Zero is dropped, too.
    NotZero,
    /// The text of a bool.
    Bool,
    /// A known App Tracking Transparency status.
    Status,
}

/// M 6.2, the rows of `device_info` after the identities. Fields that two models name differently
/// have one row.
const DEVICE_INFO: &[(&[&str], &str, Rule)] = &[
    (&["build_id"], "build_identifier", Rule::Plain),
    (&["brand"], "brand", Rule::Plain),
    (&["product"], "product", Rule::Plain),
    (&["name"], "device", Rule::Plain),
    (
        &["manufacturer", "device_manufacturer"],
        "device_manufacturer",
        Rule::Plain,
    ),
    (&["os_version"], "os_version", Rule::Plain),
    (&["model", "device_model"], "device_model", Rule::Plain),
    (&["screen_height"], "screen_height", Rule::NotZero),
    (&["screen_width"], "screen_width", Rule::NotZero),
    (&["screen_dpi"], "screen_dpi", Rule::NotZero),
    (
        &["country", "device_country"],
        "device_country",
        Rule::Plain,
    ),
    (&["locale_language"], "locale_language", Rule::Plain),
    (&["locale_country"], "locale_country", Rule::Plain),
    (&["network_country"], "network_country", Rule::Plain),
    (&["network_carrier"], "network_carrier", Rule::Plain),
    (&["network_code"], "network_code", Rule::Plain),
    (
        &["network_mobile_country_code"],
        "network_mobile_country_code",
        Rule::Plain,
    ),
    // Written whenever it was on the wire, also 0: it has no default here.
    (&["timezone_offset"], "timezone_offset", Rule::Plain),
    (&["is_tablet"], "is_tablet", Rule::Plain),
    (&["supports_telephony"], "supports_telephony", Rule::Plain),
    (&["has_nfc"], "has_nfc", Rule::Plain),
    (&["bluetooth_enabled"], "bluetooth_enabled", Rule::Plain),
    (&["bluetooth_version"], "bluetooth_version", Rule::Plain),
    (&["cpu_architecture"], "cpu_architecture", Rule::Plain),
    (
        &["radio_access_technology"],
        "radio_access_technology",
        Rule::Plain,
    ),
    (
        &["att_authorization_status"],
        "att_authorization_status",
        Rule::Status,
    ),
    (
        &["att_timestamp_unixtime_ms"],
        "att_timestamp_unixtime_ms",
        Rule::NotZero,
    ),
    (&["limit_ad_tracking"], "limit_ad_tracking", Rule::Bool),
    (&["is_dst"], "is_dst", Rule::Bool),
];

/// M 6.2, the rows of `application_info`.
const APPLICATION_INFO: &[(&str, &str)] = &[
    ("application_name", "application_name"),
    ("application_version", "application_version"),
    ("application_package", "package"),
    ("install_referrer", "install_referrer"),
];

/// M 6.1: `platform` and `os`. Reading M 6.1: an unknown type is treated like `unknown`.
fn kind(environment: &Json, channel: Option<&str>) -> Option<(&'static str, &'static str)> {
    match environment.text("type").unwrap_or("unknown") {
        "android" => Some(("Android", "Android")),
        "ios" => Some(("iOS", "IOS")),
        "tvos" => Some(("tvOS", "TVOS")),
        "mobileweb" => Some(("web", "MobileWeb")),
        "roku" => Some(("roku", "Roku")),
        "xbox" => Some(("xbox", "Xbox")),
        "firetv" => Some(("fire_tv", "FireTV")),
        "alexa" => Some(("alexa", "Alexa")),
        "smarttv" => Some(("smart_tv", "SmartTV")),
        _ => match channel {
            Some("partner" | "server_to_server") => Some(("out_of_band", "OutOfBand")),
            _ => None,
        },
    }
}

pub(super) fn device_info(
    environment: Option<&Json>,
    channel: Option<&str>,
    warnings: &mut Warnings,
) -> Object {
    let Some(environment) = environment else {
        return Object::default();
    };
    let mut device = Object::default();
    device.put(
        "platform",
        kind(environment, channel).map(|(platform, _)| string(platform)),
    );
    device.copy(
        environment,
        "http_header_user_agent",
        "http_header_user_agent",
    );
    let identities = device_identities(environment, warnings);
    if let Json::Object(fields) = identities.json() {
        for (name, value) in fields {
            device.put(&name, Some(value));
        }
    }
    for (names, field, rule) in DEVICE_INFO {
        for name in *names {
            let path = format!("runtime_environment.{name}");
            match rule {
                Rule::Plain => device.copy(environment, name, field),
                Rule::NotZero => {
                    device.put_int(field, environment.int(name).filter(|number| *number != 0));
                }
                Rule::Bool => match environment.text(name).map(str::to_ascii_lowercase) {
                    None => {}
                    Some(text) if text == "true" => device.put_flag(field, true),
                    Some(text) if text == "false" => device.put_flag(field, false),
                    Some(_) => warnings.add(path, "neither true nor false"),
                },
                // Reading M 6.2: an unknown status is left out, with a warning.
                Rule::Status => match environment.text(name) {
                    None => {}
                    Some("authorized" | "denied" | "not_determined" | "restricted") => {
                        device.copy(environment, name, field);
                    }
                    Some(_) => warnings.add(path, "unknown status"),
                },
            }
        }
    }
    // The field of a web runtime comes after the identities.
    if !device.has("push_token") {
        device.copy(environment, "push_token", "push_token");
    }
    device
}

pub(super) fn application_info(
    request: &Json,
    environment: Option<&Json>,
    channel: Option<&str>,
    settings: &Settings,
) -> Object {
    let mut application = Object::default();
    if let Some(environment) = environment {
        for (name, field) in APPLICATION_INFO {
            application.copy(environment, name, field);
        }
        application.put(
            "apple_search_ads_attributes",
            search_ads(environment).filled(),
        );
        if settings.include_schema_only_fields {
            application.put("os", kind(environment, channel).map(|(_, os)| string(os)));
        }
    }
    // M 2: only if the runtime environment gives none.
    if let Some(fields) = request.get("platform_fields") {
        for (name, field) in [
            ("app_name", "application_name"),
            ("app_version", "application_version"),
        ] {
            if !application.has(field) {
                application.copy(fields, name, field);
            }
        }
    }
    application
}

/// Attribution version to attributes, without versions that have none (reading "empty values").
fn search_ads(environment: &Json) -> Object {
    let mut versions = Object::default();
    let attribution = environment.get("apple_search_ads_attribution");
    for (version, _) in environment.entries("apple_search_ads_attribution") {
        if let Some(attribution) = attribution {
            versions.copy(attribution, version, version);
        }
    }
    versions
}

/// M 6.2, `is_debug`; O11: always written.
pub(super) fn environment(environment: Option<&Json>) -> &'static str {
    match environment.and_then(|environment| environment.flag("is_debug")) {
        Some(true) => "development",
        _ => "production",
    }
}

/// O9: `ip`. J 2: an IPv4 or IPv6 address; reading M 3: others are dropped with a warning.
pub(super) fn ip(environment: Option<&Json>, warnings: &mut Warnings) -> Option<Json> {
    let address = environment?.text("client_ip_address")?;
    if address.parse::<IpAddr>().is_err() {
        warnings.add("runtime_environment.client_ip_address", "not an IP address");
        return None;
    }
    Some(string(address))
}
