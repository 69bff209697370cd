//! Fields for the tests of the rows of T, and common assertions. There are fields of every type and
//! kind: always written, optional, with a default of their own.

use hydrant::ErrorKind;

use super::{accepts, refuses};

/// A field of a type.
pub(super) struct Target {
    /// A normalized body with `$` for the value.
    pub(super) body: &'static str,
    /// The path of the value.
    pub(super) path: &'static str,
    /// The normal form if the value is absent.
    pub(super) absent: &'static str,
}

pub(super) const STRINGS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","source_id":$}"#,
        path: "source_id",
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"push_message_open","payload":$}]}"#,
        path: "events[0].payload",
        absent: r#"{"type":"event_processing_request","events":[{"type":"push_message_open"}]}"#,
    },
    // Text on the wire, for which senders put bools (D19).
    Target {
        body: r#"{"type":"event_processing_request","runtime_environment":{"type":"mobileweb","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"is_dst":$}}"#,
        path: "runtime_environment.is_dst",
        absent: r#"{"type":"event_processing_request","runtime_environment":{"type":"mobileweb","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","system_notifications":[{"type":"ccpa_consent_state","purpose":$}]}"#,
        path: "system_notifications[0].purpose",
        absent: r#"{"type":"event_processing_request","system_notifications":[{"type":"ccpa_consent_state","purpose":"data_sale_opt_out"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","user_attribute_lists":{"k":[$]}}"#,
        path: r#"user_attribute_lists["…"][0]"#,
        absent: r#"{"type":"event_processing_request","user_attribute_lists":{"k":[null]}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":false,"breadcrumbs":[$]}]}"#,
        path: "events[0].breadcrumbs[0]",
        absent: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":false,"breadcrumbs":[null]}]}"#,
    },
];

/// Values of maps of texts, which may be objects and lists, too.
pub(super) const MAP_TEXTS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","user_attributes":{"k":$}}"#,
        path: r#"user_attributes["…"]"#,
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","runtime_environment":{"type":"ios","screen_height":0,"screen_width":0,"timezone_offset":0,"apple_search_ads_attribution":{"v":{"k":$}},"att_timestamp_unixtime_ms":0}}"#,
        path: r#"runtime_environment.apple_search_ads_attribution["…"]["…"]"#,
        absent: r#"{"type":"event_processing_request","runtime_environment":{"type":"ios","screen_height":0,"screen_width":0,"timezone_offset":0,"att_timestamp_unixtime_ms":0}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","account":{"account_id":0,"account_settings":{"k":$}}}"#,
        path: r#"account.account_settings["…"]"#,
        absent: r#"{"type":"event_processing_request","account":{"account_id":0}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","integration_attributes":{"k":$}}"#,
        path: r#"integration_attributes["…"]"#,
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"custom_event","custom_flags":{"k":$}}]}"#,
        path: r#"events[0].custom_flags["…"]"#,
        absent: r#"{"type":"event_processing_request","events":[{"type":"custom_event"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"user_attribute_change","removed":{"k":$}}]}"#,
        path: r#"events[0].removed["…"]"#,
        absent: r#"{"type":"event_processing_request","events":[{"type":"user_attribute_change"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{"position":0,"attributes":{"k":$}}]}]}"#,
        path: r#"events[0].products[0].attributes["…"]"#,
        absent: r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{"position":0}]}]}"#,
    },
    Target {
        body: r#"{"type":"audience_subscription_request","audience_id":0,"previous_audience_subscription_settings":{"k":$}}"#,
        path: r#"previous_audience_subscription_settings["…"]"#,
        absent: r#"{"type":"audience_subscription_request","audience_id":0}"#,
    },
    Target {
        body: r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":0,"audience_subscription_settings":{"k":$}}]}]}"#,
        path: r#"user_profiles[0].audiences[0].audience_subscription_settings["…"]"#,
        absent: r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":0}]}]}"#,
    },
];

/// Texts that must be there, so that null refuses the message (P1).
pub(super) const REQUIRED_STRINGS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","user_identities":[{"type":"other","encoding":"raw","value":$}]}"#,
        path: "user_identities[0].value",
        absent: "",
    },
    Target {
        body: r#"{"type":"event_processing_request","partner_identities":[{"type":$,"encoding":"raw","value":"v"}]}"#,
        path: "partner_identities[0].type",
        absent: "",
    },
];

pub(super) const INT32S: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","account":{"account_id":$}}"#,
        path: "account.account_id",
        absent: r#"{"type":"event_processing_request","account":{"account_id":0}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","platform_fields":{"mp_account_id":0,"workspace_id":0,"dataplan_version":$}}"#,
        path: "platform_fields.dataplan_version",
        absent: r#"{"type":"event_processing_request","platform_fields":{"mp_account_id":0,"workspace_id":0}}"#,
    },
    Target {
        body: r#"{"type":"module_registration_response","event_processing_registration":{"max_data_age_hours":$}}"#,
        path: "event_processing_registration.max_data_age_hours",
        absent: r#"{"type":"module_registration_response","event_processing_registration":{"max_data_age_hours":24}}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{"position":$}]}]}"#,
        path: "events[0].products[0].position",
        absent: r#"{"type":"event_processing_request","events":[{"type":"product_action","products":[{"position":0}]}]}"#,
    },
];

pub(super) const INT64S: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","timestamp_ms":$}"#,
        path: "timestamp_ms",
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_end","session_length_ms":$}]}"#,
        path: "events[0].session_length_ms",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_end","session_length_ms":0}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_start","session_id":$}]}"#,
        path: "events[0].session_id",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_start"}]}"#,
    },
];

pub(super) const AUDIENCE_IDS: &[Target] = &[
    Target {
        body: r#"{"type":"audience_subscription_request","audience_id":$}"#,
        path: "audience_id",
        absent: r#"{"type":"audience_subscription_request","audience_id":0}"#,
    },
    Target {
        body: r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":$}]}]}"#,
        path: "user_profiles[0].audiences[0].audience_id",
        absent: r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":0}]}]}"#,
    },
];

/// The values of a location, which is dropped as a whole if one is not finite.
pub(super) const COORDINATES: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_start","location":{"latitude":$,"longitude":1.5,"accuracy":0.0}}]}"#,
        path: "events[0].location.latitude",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_start"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"error","location":{"latitude":1.5,"longitude":$,"accuracy":0.0},"is_crash":true}]}"#,
        path: "events[0].location.longitude",
        absent: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":true}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"screen_view","location":{"latitude":1.5,"longitude":1.5,"accuracy":$}}]}"#,
        path: "events[0].location.accuracy",
        absent: r#"{"type":"event_processing_request","events":[{"type":"screen_view"}]}"#,
    },
];

pub(super) const DOUBLES: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_start","location":{"latitude":1.5,"longitude":0.0,"accuracy":$}}]}"#,
        path: "events[0].location.accuracy",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_start","location":{"latitude":1.5,"longitude":0.0,"accuracy":0.0}}]}"#,
    },
    Target {
        body: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"float","visible":true,"min_value":$,"required":false}],"max_data_age_hours":24}}"#,
        path: "event_processing_registration.event_connection_settings[0].min_value",
        absent: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"float","visible":true,"required":false}],"max_data_age_hours":24}}"#,
    },
];

pub(super) const BOOLS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":$}]}"#,
        path: "events[0].is_crash",
        absent: r#"{"type":"event_processing_request","events":[{"type":"error","is_crash":false}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","runtime_environment":{"type":"android","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"is_tablet":$,"android_sdk_level":0}}"#,
        path: "runtime_environment.is_tablet",
        absent: r#"{"type":"event_processing_request","runtime_environment":{"type":"android","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"android_sdk_level":0}}"#,
    },
    Target {
        body: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"integer","visible":$,"required":false}],"max_data_age_hours":24}}"#,
        path: "event_processing_registration.event_connection_settings[0].visible",
        absent: r#"{"type":"module_registration_response","event_processing_registration":{"event_connection_settings":[{"type":"integer","visible":true,"required":false}],"max_data_age_hours":24}}"#,
    },
    Target {
        body: r#"{"type":"audience_membership_change_response","suspend_subscription":$}"#,
        path: "suspend_subscription",
        absent: r#"{"type":"audience_membership_change_response","suspend_subscription":false}"#,
    },
];

pub(super) const DECIMALS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"product_action","total_amount":$}]}"#,
        path: "events[0].total_amount",
        absent: r#"{"type":"event_processing_request","events":[{"type":"product_action"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"impression","impressions":[{"products":[{"position":0,"quantity":$}]}]}]}"#,
        path: "events[0].impressions[0].products[0].quantity",
        absent: r#"{"type":"event_processing_request","events":[{"type":"impression","impressions":[{"products":[{"position":0}]}]}]}"#,
    },
];

pub(super) const UUIDS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","id":$}"#,
        path: "id",
        absent: r#"{"type":"event_processing_request"}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"session_start","id":$}]}"#,
        path: "events[0].id",
        absent: r#"{"type":"event_processing_request","events":[{"type":"session_start"}]}"#,
    },
];

pub(super) const ENUMERATIONS: &[Target] = &[
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"product_action","action":$}]}"#,
        path: "events[0].action",
        absent: r#"{"type":"event_processing_request","events":[{"type":"product_action"}]}"#,
    },
    Target {
        body: r#"{"type":"event_processing_request","events":[{"type":"promotion_action","action":$}]}"#,
        path: "events[0].action",
        absent: r#"{"type":"event_processing_request","events":[{"type":"promotion_action"}]}"#,
    },
];

/// Asserts for every target that each literal is written as given.
#[track_caller]
pub(super) fn reads(targets: &[Target], rows: &[(&str, &str)]) {
    for target in targets {
        for (literal, written) in rows {
            accepts(
                target.body.replace('$', literal),
                &target.body.replace('$', written),
            );
        }
    }
}

#[track_caller]
pub(super) fn absent(targets: &[Target], literals: &[&str]) {
    for target in targets {
        for literal in literals {
            accepts(target.body.replace('$', literal), target.absent);
        }
    }
}

/// Asserts that strings and numbers are refused by their value, and everything else by its type. No
/// value is shown.
#[track_caller]
pub(super) fn refused(targets: &[Target], what: &str, literals: &[&str]) {
    for target in targets {
        for literal in literals {
            let (kind, found) = match literal.as_bytes()[0] {
                b'"' => (ErrorKind::InvalidValue, string(literal)),
                b'-' | b'0'..=b'9' => (ErrorKind::InvalidValue, "a number".to_owned()),
                b'[' => (ErrorKind::UnexpectedType, "a list".to_owned()),
                b'{' => (ErrorKind::UnexpectedType, "an object".to_owned()),
                b'n' => (ErrorKind::UnexpectedType, "null".to_owned()),
                _ => (ErrorKind::UnexpectedType, "a bool".to_owned()),
            };
            let marked = target.body.replace('$', &format!("⟦{literal}"));
            refuses(
                &marked,
                kind,
                target.path,
                &format!("expected {what}, found {found}"),
            );
        }
    }
}

/// What an error says about a string.
fn string(literal: &str) -> String {
    let text: String = serde_json::from_str(literal).unwrap();
    match text.chars().count() {
        0 => "an empty string".to_owned(),
        1 => "a string of 1 character".to_owned(),
        count => format!("a string of {count} characters"),
    }
}

pub(super) const CONTAINERS: &[&str] = &["[]", "{}", r#"["a"]"#, r#"{"a":1}"#];
pub(super) const BLANK: &[&str] = &["null", r#""""#, r#"" ""#, r#""\t\r\n \u0000\u001f""#];
pub(super) const NULL_TEXT: &[&str] = &[r#""null""#, r#"" null ""#];

/// Asserts that numbers and bools are refused where a string is expected.
#[track_caller]
pub(super) fn not_a_string(targets: &[Target]) {
    for target in targets {
        for (literal, found) in [
            ("7", "a number"),
            ("0", "a number"),
            ("-1.5", "a number"),
            ("true", "a bool"),
        ] {
            let marked = target.body.replace('$', &format!("⟦{literal}"));
            let message = format!("expected a string, found {found}");
            refuses(&marked, ErrorKind::UnexpectedType, target.path, &message);
        }
    }
}
