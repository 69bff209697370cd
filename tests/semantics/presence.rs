//! P: presence and defaults.

use hydrant::ErrorKind;
use hydrant::message::Message;
use hydrant::{ParseOptions, Scratch, parse};

use super::{accepts, batch, custom, dsr, refuses, registration, tally};

/// All positions of identities: a body with `$` for the identity, and its path.
const IDENTITIES: &[(&str, &str)] = &[
    (
        r#"{"type":"event_processing_request","user_identities":[$]}"#,
        "user_identities[0]",
    ),
    (
        r#"{"type":"event_processing_request","partner_identities":[$]}"#,
        "partner_identities[0]",
    ),
    (
        r#"{"type":"event_processing_request","runtime_environment":{"type":"roku","identities":[$],"timezone_offset":0}}"#,
        "runtime_environment.identities[0]",
    ),
    (
        r#"{"type":"event_processing_request","events":[{"type":"user_identity_change","added":[$]}]}"#,
        "events[0].added[0]",
    ),
    (
        r#"{"type":"event_processing_request","events":[{"type":"user_identity_change","removed":[$]}]}"#,
        "events[0].removed[0]",
    ),
    (
        r#"{"type":"audience_membership_change_request","user_profiles":[{"user_identities":[$]}]}"#,
        "user_profiles[0].user_identities[0]",
    ),
    (
        r#"{"type":"audience_membership_change_request","user_profiles":[{"device_identities":[$]}]}"#,
        "user_profiles[0].device_identities[0]",
    ),
    (
        r#"{"type":"audience_membership_change_request","user_profiles":[{"partner_identities":[$]}]}"#,
        "user_profiles[0].partner_identities[0]",
    ),
];

const PERMISSIONS: &[(&str, &str)] = &[
    (
        r#"{"type":"module_registration_response","permissions":{"user_identities":[$]}}"#,
        "permissions.user_identities[0]",
    ),
    (
        r#"{"type":"module_registration_response","permissions":{"device_identities":[$]}}"#,
        "permissions.device_identities[0]",
    ),
    (
        r#"{"type":"module_registration_response","permissions":{"partner_identities":[$]}}"#,
        "permissions.partner_identities[0]",
    ),
];

#[test]
fn p1_identities_have_type_encoding_and_value() {
    let fields = [r#""type":"other""#, r#""encoding":"raw""#, r#""value":"v""#];
    for (body, path) in IDENTITIES {
        accepts(
            body.replace(
                '$',
                &format!("{{{},{},{}}}", fields[2], fields[0], fields[1]),
            ),
            &body.replace('$', &format!("{{{}}}", fields.join(","))),
        );
        for missing in 0..3 {
            let name = ["type", "encoding", "value"][missing];
            let mut some = fields.map(str::to_owned);
            some[missing] = r#""x":1"#.to_owned();
            let mut null = some.clone();
            null[missing] = format!(r#""{name}":null"#);
            let mut other_case = some.clone();
            other_case[missing] = fields[missing].to_uppercase();
            for fields in [some, null, other_case] {
                let marked = body.replace('$', &format!("⟦{{{}}}", fields.join(",")));
                let message = format!("missing field `{name}`");
                refuses(&marked, ErrorKind::MissingField, path, &message);
            }
        }
        // The first of several missing fields is named.
        refuses(
            &body.replace('$', "⟦{}"),
            ErrorKind::MissingField,
            path,
            "missing field `type`",
        );
    }
}

#[test]
fn p2_values_and_partner_names_are_not_empty() {
    for (body, path) in IDENTITIES {
        let marked = body.replace('$', r#"{"type":"other","encoding":"raw","value":⟦""}"#);
        let message = "expected a text that is not empty, found a string [redacted]";
        refuses(
            &marked,
            ErrorKind::InvalidValue,
            &format!("{path}.value"),
            message,
        );
        let blank = body.replace('$', r#"{"type":"other","encoding":"raw","value":" "}"#);
        accepts(&blank, &blank);
        // Of duplicate keys the last one applies.
        let value = |value| {
            let identity = format!(r#"{{"type":"other","encoding":"raw",{value}}}"#);
            body.replace('$', &identity)
        };
        accepts(value(r#""value":"","value":"v""#), &value(r#""value":"v""#));
    }
    let partners = IDENTITIES.iter().chain(PERMISSIONS);
    for (body, path) in partners.filter(|(_, path)| path.contains("partner")) {
        let marked = body.replace('$', r#"{"type":⟦"","encoding":"raw","value":"v"}"#);
        // A permission is not an identity.
        let found = match path.starts_with("permissions") {
            true => "an empty string",
            false => "a string [redacted]",
        };
        let message = &format!("expected a text that is not empty, found {found}");
        refuses(
            &marked,
            ErrorKind::InvalidValue,
            &format!("{path}.type"),
            message,
        );
    }
    let blank = r#"{"type":" ","encoding":"raw","value":"v"}"#;
    accepts(
        IDENTITIES[1].0.replace('$', blank),
        &IDENTITIES[1].0.replace('$', blank),
    );
}

#[test]
fn p3_permissions_have_type_and_encoding() {
    for (body, path) in PERMISSIONS {
        for missing in [r#"{"encoding":"raw"}"#, r#"{"type":null,"encoding":"raw"}"#] {
            let marked = body.replace('$', &format!("⟦{missing}"));
            refuses(
                &marked,
                ErrorKind::MissingField,
                path,
                "missing field `type`",
            );
        }
        for missing in [
            r#"{"type":"email"}"#,
            r#"{"type":"email","encoding":null,"required":true}"#,
        ] {
            let marked = body.replace('$', &format!("⟦{missing}"));
            refuses(
                &marked,
                ErrorKind::MissingField,
                path,
                "missing field `encoding`",
            );
        }
        for (fields, required) in [
            ("", false),
            (r#","required":null"#, false),
            (r#","required":"""#, false),
            (r#","required":1"#, true),
        ] {
            accepts(
                body.replace(
                    '$',
                    &format!(r#"{{"type":"email","encoding":"md5"{fields}}}"#),
                ),
                &body.replace(
                    '$',
                    &format!(r#"{{"type":"email","encoding":"md5","required":{required}}}"#),
                ),
            );
        }
    }
}

#[test]
fn p4_unknown_types_and_encodings_are_present() {
    for (body, path) in IDENTITIES {
        for (name, count) in [("", 2), ("new", 2)] {
            let identity = format!(r#"{{"type":"{name}","encoding":"{name}","value":"v"}}"#);
            let body = body.replace('$', &identity);
            if !path.contains("partner") {
                accepts(&body, &body);
                assert_eq!(tally(&body).unknown_values, count);
            }
        }
    }
    for (body, _) in &PERMISSIONS[..2] {
        let body = body.replace('$', r#"{"type":"","encoding":"","required":false}"#);
        accepts(&body, &body);
    }
}

#[test]
fn p5_subject_identities_enforce_nothing() {
    for fields in ["", r#""encoding":"raw""#, r#""value":"v""#] {
        let body = dsr(&format!(r#""subject_identities":{{"email":{{{fields}}}}}"#));
        accepts(&body, &body);
    }
    accepts(
        dsr(r#""subject_identities":{"email":{"encoding":null,"value":""}}"#),
        &dsr(r#""subject_identities":{"email":{}}"#),
    );
}

#[test]
fn p6_the_id_of_a_message_is_not_invented() {
    for id in ["", r#","id":null"#, r#","id":"""#, r#","id":" ""#] {
        let body = format!(r#"{{"type":"module_registration_request"{id}}}"#);
        accepts(&body, r#"{"type":"module_registration_request"}"#);
        let mut scratch = Scratch::new();
        let options = ParseOptions::default();
        let read = parse(body.as_bytes(), &mut scratch, &options).unwrap();
        let Message::ModuleRegistrationRequest(read) = read.message else {
            panic!("another message")
        };
        assert_eq!(read.common.id, None);
    }
}

#[test]
fn p7_events_without_id_are_counted() {
    let body = batch(
        r#""events":[{"type":"error"},{"type":"error","id":null},{"type":"error","id":" "},{"type":"error","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8"},{"type":"new"}]"#,
    );
    assert_eq!(tally(&body).events_without_id, 4);
    accepts(
        &body,
        &batch(
            r#""events":[{"type":"error","is_crash":false},{"type":"error","is_crash":false},{"type":"error","is_crash":false},{"type":"error","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","is_crash":false},{"type":"new"}]"#,
        ),
    );
}

#[test]
fn p8_time_and_version_are_not_invented() {
    accepts(
        r#"{"type":"dsr_processing_response","timestamp_ms":null,"firehose_version":null}"#,
        r#"{"type":"dsr_processing_response"}"#,
    );
    accepts(
        custom(r#""timestamp_ms":null,"name":"n""#),
        &custom(r#""name":"n""#),
    );
    accepts(
        registration(r#""sdk_version":null,"name":"n""#),
        &registration(r#""name":"n""#),
    );
}

#[test]
fn p9_missing_lists_are_empty() {
    for value in ["null", "[]"] {
        accepts(
            batch(&format!(
                r#""events":{value},"system_notifications":{value}"#
            )),
            r#"{"type":"event_processing_request"}"#,
        );
        accepts(
            format!(r#"{{"type":"audience_membership_change_request","user_profiles":{value}}}"#),
            r#"{"type":"audience_membership_change_request"}"#,
        );
    }
}

#[test]
fn p10_defaults() {
    // Everything with a default of its own is written.
    accepts(
        batch(
            r#""account":{},"platform_fields":{},"events":[{"type":"session_end"},{"type":"error"},{"type":"privacy_setting_change"},{"type":"product_action","products":[{}]},{"type":"session_start","location":{"latitude":1,"longitude":2}}]"#,
        ),
        &batch(
            r#""account":{"account_id":0},"events":[{"type":"session_end","session_length_ms":0},{"type":"error","is_crash":false},{"type":"privacy_setting_change","is_enabled":false},{"type":"product_action","products":[{"position":0}]},{"type":"session_start","location":{"latitude":1.0,"longitude":2.0,"accuracy":0.0}}],"platform_fields":{"mp_account_id":0,"workspace_id":0}"#,
        ),
    );
    for purpose in ["", r#","purpose":null"#, r#","purpose":"""#] {
        accepts(
            batch(&format!(
                r#""system_notifications":[{{"type":"ccpa_consent_state"{purpose}}}]"#
            )),
            &batch(
                r#""system_notifications":[{"type":"ccpa_consent_state","purpose":"data_sale_opt_out"}]"#,
            ),
        );
    }
    for (visible, age) in [
        ("", ""),
        (r#","visible":null"#, r#","max_data_age_hours":null"#),
        (r#","visible":"""#, r#","max_data_age_hours":"""#),
        (r#","visible":"null""#, r#","max_data_age_hours":" ""#),
    ] {
        accepts(
            registration(&format!(
                r#""event_processing_registration":{{"account_settings":[{{"type":"text"{visible}}},{{"type":"boolean"{visible}}}]{age}}}"#
            )),
            &registration(
                r#""event_processing_registration":{"account_settings":[{"type":"text","visible":true,"required":false,"confidential":false},{"type":"boolean","visible":true,"default_value":false,"checked":false}],"max_data_age_hours":24}"#,
            ),
        );
    }
    accepts(
        batch(r#""runtime_environment":{"type":"android"}"#),
        &batch(
            r#""runtime_environment":{"type":"android","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"android_sdk_level":0}"#,
        ),
    );
    accepts(
        r#"{"type":"audience_membership_change_response"}"#,
        r#"{"type":"audience_membership_change_response","suspend_subscription":false}"#,
    );
    accepts(
        r#"{"type":"audience_subscription_request"}"#,
        r#"{"type":"audience_subscription_request","audience_id":0}"#,
    );
}

#[test]
fn p11_accounts_are_optional() {
    for name in [
        "event_processing_request",
        "audience_membership_change_request",
        "dsr_processing_request",
    ] {
        let plain = format!(r#"{{"type":"{name}"}}"#);
        accepts(&plain, &plain);
        accepts(format!(r#"{{"type":"{name}","account":null}}"#), &plain);
    }
}
