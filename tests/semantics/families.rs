//! U: families, types and unknown values.

use hydrant::internals::with_interests;
use hydrant::message::{Event, EventType, Interests, Message, RuntimeEnvironment};
use hydrant::{ErrorKind, ParseOptions, Scratch, parse};

use super::{accepts, batch, custom, dsr, parsed, refuses, registration, tally};

/// For each family, a body with `$` for the fields of a member, the path of the member, and a known
/// type.
const FAMILIES: [(&str, &str, &str); 6] = [
    (r#"{$}"#, "", "dsr_processing_response"),
    (
        r#"{"type":"event_processing_request","events":[{$}]}"#,
        "events[0]",
        "session_start",
    ),
    (
        r#"{"type":"event_processing_request","runtime_environment":{$}}"#,
        "runtime_environment",
        "roku",
    ),
    (
        r#"{"type":"event_processing_request","system_notifications":[{$}]}"#,
        "system_notifications[0]",
        "gdpr_consent_state",
    ),
    (
        r#"{"type":"module_registration_response","dsr_processing_registration":{"account_settings":[{$}]}}"#,
        "dsr_processing_registration.account_settings[0]",
        "boolean",
    ),
    (
        r#"{"type":"module_registration_response","audience_processing_registration":{"authentication":{$}}}"#,
        "audience_processing_registration.authentication",
        "oauth2",
    ),
];

#[test]
fn u1_the_type_stands_anywhere() {
    for (body, path, name) in FAMILIES {
        let fill = |fields: &str| body.replace('$', fields);
        let normal = super::normal(fill(&format!(r#""type":"{name}""#))).unwrap();
        for fields in [
            format!(r#""x":[{{"type":7}}],"type":"{name}""#),
            format!(r#""x":{{"type":"y"}},"y":"type","type":"{name}","z":1"#),
            format!(r#""\u0074\u0079pe":"{name}","z":1"#),
        ] {
            accepts(fill(&fields), &normal);
        }
        assert!(normal.contains(&format!(r#"{{"type":"{name}""#)), "{path}");
    }
}

#[test]
fn u2_the_first_type_counts() {
    for (body, _, name) in FAMILIES {
        let fill = |fields: &str| body.replace('$', fields);
        let normal = super::normal(fill(&format!(r#""type":"{name}""#))).unwrap();
        for later in ["null", "7", "[]", r#""nonsense""#, r#"{"a":[]}"#] {
            accepts(fill(&format!(r#""type":"{name}","type":{later}"#)), &normal);
            accepts(
                fill(&format!(r#""x":1,"type":"{name}","y":2,"type":{later}"#)),
                &normal,
            );
        }
    }
}

#[test]
fn u3_types_are_compared_exactly() {
    for (body, path, name) in FAMILIES {
        for other in [
            name.to_uppercase(),
            format!(" {name}"),
            format!("{name} "),
            format!("{name}s"),
            String::new(),
        ] {
            let body = body.replace('$', &format!(r#""type":"{other}""#));
            if path.is_empty() {
                refuses_unknown_message(&body.replace(":", ":⟦"), &other);
            } else {
                accepts(&body, &body);
                assert_eq!(tally(&body).unknown_members, 1);
            }
        }
    }
}

#[test]
fn u4_a_missing_type_is_refused() {
    for (body, path, name) in FAMILIES {
        for fields in [
            String::new(),
            r#""type":null"#.to_owned(),
            format!(r#""Type":"{name}","types":"{name}","x":{{"type":"{name}"}}"#),
            // The first `type` applies, even if it is null.
            format!(r#""type":null,"type":"{name}""#),
        ] {
            let marked = body.replace("{$}", &format!("⟦{{{fields}}}"));
            let message = match path {
                "" => "missing field `type` of the message",
                _ => "missing field `type`",
            };
            refuses(&marked, ErrorKind::MissingField, path, message);
        }
    }
    refuses(
        " ⟦{}",
        ErrorKind::MissingField,
        "",
        "missing field `type` of the message",
    );
    refuses(
        "\u{feff}\n⟦{}",
        ErrorKind::MissingField,
        "",
        "missing field `type` of the message",
    );
}

#[test]
fn u5_a_type_is_a_string() {
    for (body, path, _) in FAMILIES {
        for (value, found) in [
            ("7", "a number"),
            ("true", "a bool"),
            ("[]", "a list"),
            (r#"{"type":"x"}"#, "an object"),
        ] {
            let marked = body.replace('$', &format!(r#""x":1,"type":⟦{value}"#));
            let path = if path.is_empty() {
                "type".to_owned()
            } else {
                format!("{path}.type")
            };
            let message = format!("expected a string, found {found}");
            refuses(&marked, ErrorKind::UnexpectedType, &path, &message);
        }
    }
}

#[test]
fn u6_an_unknown_message_is_refused_by_name() {
    for body in [
        r#"{"type":⟦"audience_request"}"#,
        // The name is the `type` of the message and not of an object in it.
        r#"{"user_identities":[{"type":"email","encoding":"raw","value":"v"}],"type":⟦"audience_request"}"#,
        r#"{"account":{"account_settings":{"type":"s3cret"}},"type":⟦"audience_request"}"#,
        r#" {"x":"type","y":"z","\u0074ype":⟦"audience_request","type":"dsr_processing_request"}"#,
    ] {
        let error = refuses_unknown_message(body, "audience_request");
        assert!(!error.pretty("x").contains("s3cret"));
    }
    for name in ["", " ", "web", "session_start", "Event_Processing_Request"] {
        refuses_unknown_message(&format!(r#"{{"type":⟦"{name}"}}"#), name);
    }
    // What does not look like a word of the protocol may be personal data.
    for (name, characters) in [
        ("jane.roe@example.com", 20),
        ("4915112345678", 13),
        ("jane roe", 8),
    ] {
        let message = format!(
            "expected one of the ten message types, found a string of {characters} characters"
        );
        let marked = format!(r#"{{"type":⟦"{name}"}}"#);
        refuses(&marked, ErrorKind::UnknownValue, "type", &message);
    }
    let long = "x".repeat(1000);
    let error = super::normal(format!(r#"{{"type":"{long}"}}"#)).unwrap_err();
    assert!(error.message().len() < 200, "{error}");
}

#[track_caller]
fn refuses_unknown_message(marked: &str, name: &str) -> hydrant::Error {
    let is_word = |c: char| c.is_ascii_lowercase() || c == '_';
    let found = match name.len() {
        _ if name.chars().all(is_word) && name.len() <= 48 => format!("string \"{name}\""),
        1 => "a string of 1 character".to_owned(),
        count => format!("a string of {count} characters"),
    };
    let message = format!("expected one of the ten message types, found {found}");
    refuses(marked, ErrorKind::UnknownValue, "type", &message)
}

#[test]
fn u7_unknown_members_are_kept_as_text() {
    for (body, path, _) in &FAMILIES[1..] {
        let raw = r#""a b" : [ 1.50 , "\" \\ \u00e9 \/" , null , {} ] , "a b":-0,"type": "brand_new" ,"x":1e400,"type":7"#;
        let compact = r#""a b":[1.50,"\" \\ \u00e9 \/",null,{}],"a b":-0,"type":"brand_new","x":1e400,"type":7"#;
        let marked = body.replace('$', &format!("\n{raw}\t"));
        accepts(&marked, &body.replace('$', compact));
        let tally = tally(&marked);
        assert_eq!(
            (tally.unknown_members, tally.unknown_values),
            (1, 0),
            "{path}"
        );
    }
    // Between known members, first, last and in the middle.
    let events = r#""events":[{"type":"a","x":[1]},{"type":"session_start"},{"type":"b"},{"type":"error","is_crash":true},{"type":"c","z":"}"}]"#;
    accepts(batch(events), &batch(events));
    assert_eq!(tally(batch(events)).unknown_members, 3);
    // In an unknown member, a lone surrogate keeps its escape.
    let events = r#""events":[{"type":"a","x":"\ud800"}]"#;
    accepts(batch(events), &batch(events));
}

#[test]
fn u8_unknown_events_have_id_and_time_as_far_as_they_go() {
    let id = "9daa09f0-0c61-4b46-a16a-272c8cdd47e8";
    for (fields, expected) in [
        (
            format!(r#""id":"{id}","timestamp_ms":"12""#),
            (Some(id.to_owned()), Some(12)),
        ),
        (
            format!(r#""id":"x","x":{{"id":"{id}"}},"timestamp_ms":1.9"#),
            (None, Some(1)),
        ),
        (
            format!(r#""timestamp_ms":{{}},"id":"{id}""#),
            (Some(id.to_owned()), None),
        ),
        (r#""timestamp_ms":true,"id":[]"#.to_owned(), (None, None)),
        (String::new(), (None, None)),
    ] {
        let comma = if fields.is_empty() { "" } else { "," };
        let body = batch(&format!(r#""events":[{{"type":"new"{comma}{fields}}}]"#));
        accepts(&body, &body);
        let mut scratch = Scratch::new();
        let options = ParseOptions::default();
        let parsed = parse(body.as_bytes(), &mut scratch, &options).unwrap();
        let Message::EventProcessingRequest(read) = parsed.message else {
            panic!("another message")
        };
        let event = &read.events[0];
        assert_eq!(event.kind(), EventType::from("new"));
        assert_eq!(
            (event.id().map(|id| id.to_string()), event.timestamp_ms()),
            expected,
            "{body}"
        );
        assert_eq!(
            parsed.tally.events_without_id,
            usize::from(expected.0.is_none())
        );
    }
}

#[test]
fn u9_unknown_values_are_kept_as_they_came() {
    // A field of every enumeration, with `$` for the value.
    let fields = [
        custom(r#""custom_event_type":$"#),
        batch(r#""events":[{"type":"product_action","action":$}]"#),
        batch(r#""events":[{"type":"promotion_action","action":$}]"#),
        batch(r#""events":[{"type":"push_subscription","action":$}]"#),
        batch(r#""events":[{"type":"application_state_transition","application_state":$}]"#),
        batch(r#""events":[{"type":"privacy_setting_change","setting":$,"is_enabled":false}]"#),
        batch(r#""user_identities":[{"type":$,"encoding":"raw","value":"v"}]"#),
        batch(r#""user_identities":[{"type":"email","encoding":$,"value":"v"}]"#),
        batch(r#""runtime_environment":{"type":"roku","identities":[{"type":$,"encoding":"raw","value":"v"}],"timezone_offset":0}"#),
        batch(r#""runtime_environment":{"type":"tvos","screen_height":0,"screen_width":0,"timezone_offset":0,"att_authorization_status":$,"att_timestamp_unixtime_ms":0}"#),
        r#"{"type":"audience_subscription_request","audience_id":0,"action":$}"#.to_owned(),
        r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":0,"action":$}]}]}"#.to_owned(),
        r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_id":0,"user_attributes":[{"action":$}]}]}]}"#.to_owned(),
        dsr(r#""subject_request_type":$"#),
        dsr(r#""regulation":$"#),
        dsr(r#""subject_identities":{"email":{"encoding":$}}"#),
        dsr(r#""subject_identities":{$:{}}"#),
        registration(r#""permissions":{"user_identities":[{"type":$,"encoding":"raw","required":false}]}"#),
        registration(r#""event_processing_registration":{"supported_event_types":["error",$],"max_data_age_hours":24}"#),
        registration(r#""event_processing_registration":{"supported_runtime_environments":[$],"max_data_age_hours":24}"#),
        registration(r#""event_processing_registration":{"supported_system_notification_types":[$],"max_data_age_hours":24}"#),
        registration(r#""dsr_processing_registration":{"supported_dsr_types":[$]}"#),
        registration(r#""event_processing_registration":{"max_data_age_hours":24,"authentication":{"type":"oauth2","grant_type":$}}"#),
        registration(r#""event_processing_registration":{"max_data_age_hours":24,"authentication":{"type":"oauth2","access_token_type":$}}"#),
    ];
    for field in fields {
        for value in [r#""""#, r#"" new ""#, r#""NEW\n""#, r#""0""#, r#""éé""#] {
            let body = field.replace('$', value);
            accepts(&body, &body);
            let tally = tally(&body);
            assert_eq!(
                (tally.unknown_values, tally.unknown_members),
                (1, 0),
                "{body}"
            );
        }
    }
}

#[test]
fn u10_environments_that_share_a_model_stay_themselves() {
    for name in ["unknown", "alexa", "smarttv"] {
        let body = batch(&format!(
            r#""runtime_environment":{{"type":"{name}","screen_height":0,"screen_width":0,"screen_dpi":0,"timezone_offset":0,"has_nfc":true}}"#
        ));
        accepts(&body, &body);
        assert_eq!(tally(&body).unknown_members, 0);
    }
}

#[test]
fn u11_fields_of_other_environments_are_unknown() {
    // Their JSON type is not checked.
    for (name, field) in [
        ("ios", "screen_dpi"),
        ("ios", "android_sdk_level"),
        ("tvos", "network_code"),
        ("roku", "screen_height"),
        ("mobileweb", "manufacturer"),
        ("mobileweb", "timezone_name"),
        ("android", "cpu_architecture"),
        ("android", "is_sandboxed"),
        ("firetv", "is_tablet"),
        ("xbox", "push_token"),
        ("smarttv", "network_carrier"),
        ("firetv", "att_authorization_status"),
    ] {
        let runtime = |fields: &str| {
            batch(&format!(
                r#""runtime_environment":{{"type":"{name}"{fields}}}"#
            ))
        };
        let plain = super::normal(runtime("")).unwrap();
        for value in ["7", r#""s""#, "[{}]", r#"{"a":[]}"#] {
            accepts(runtime(&format!(r#","{field}":{value}"#)), &plain);
        }
    }
}

#[test]
fn u12_application_fields_of_web_environments_are_read_and_not_written() {
    let plain = super::normal(batch(r#""runtime_environment":{"type":"mobileweb"}"#)).unwrap();
    let fields = r#""application_name":"a","application_version":1.0,"application_package":true"#;
    let body = batch(&format!(
        r#""runtime_environment":{{"type":"mobileweb",{fields}}}"#
    ));
    accepts(&body, &plain);
    let mut scratch = Scratch::new();
    let options = ParseOptions::default();
    let parsed = parse(body.as_bytes(), &mut scratch, &options).unwrap();
    let Message::EventProcessingRequest(read) = parsed.message else {
        panic!("another message")
    };
    let Some(RuntimeEnvironment::Mobileweb(web)) = read.runtime_environment else {
        panic!("no environment")
    };
    assert_eq!(
        (
            web.application_name,
            web.application_version,
            web.application_package
        ),
        (Some("a"), Some("1.0"), Some("true"))
    );
}

#[test]
fn u13_extensions_are_opaque() {
    for value in [
        "7",
        "null",
        r#""s""#,
        "[]",
        r#"{"example.com":{"a":[1.50]}}"#,
        "[1e999]",
    ] {
        let body = dsr(&format!(r#""api_version":"3.0","extensions":{value}"#));
        accepts(&body, &dsr(r#""api_version":"3.0""#));
        let mut scratch = Scratch::new();
        let options = ParseOptions::default();
        let parsed = parse(body.as_bytes(), &mut scratch, &options).unwrap();
        let Message::DsrProcessingRequest(read) = parsed.message else {
            panic!("another message")
        };
        assert_eq!(
            read.extensions.map(|raw| raw.0),
            Some(value).filter(|value| *value != "null")
        );
    }
}

#[test]
fn u14_events_nobody_wants_are_not_decoded() {
    let interests = Interests::from([EventType::CustomEvent]);
    let options = with_interests(ParseOptions::new(), interests);
    let body = batch(
        r#""events":[{"type":"error","is_crash":[]},{"type":"custom_event","name":"n"},{"type":"new"}]"#,
    );
    let mut scratch = Scratch::new();
    let read = parse(body.as_bytes(), &mut scratch, &options).unwrap();
    let Message::EventProcessingRequest(read) = read.message else {
        panic!("another message")
    };
    assert!(matches!(
        read.events,
        [
            Event::Skipped(EventType::Error),
            Event::CustomEvent(_),
            Event::Unknown(_)
        ]
    ));
    for wrong in [
        r#"{"type":"error","x":[}"#,
        "{}",
        "null",
        r#"{"type":"custom_event","name":[]}"#,
    ] {
        assert!(
            parsed(batch(&format!(r#""events":[{wrong}]"#)), &options).is_err(),
            "{wrong}"
        );
    }
}
