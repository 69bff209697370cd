//! The request, user attributes and consent: M 1, 2, 4, 7, 8, 9.

use super::*;
use hydrant_reference::outgoing::{id64, id64_with, uuid_v5};

/// M 9
#[test]
fn the_worked_example() {
    let document = include_str!("../../../../docs/protocol/outgoing-mapping.md");
    let mut blocks = document
        .split("```")
        .filter_map(|block| block.strip_prefix("json\n"));
    let (input, output) = (blocks.next().unwrap(), blocks.next().unwrap());
    let output = Json::read(output.as_bytes()).unwrap().to_text();
    assert_eq!(one(input, &[]).to_text(), output);
}

/// M 1.7; the values come from another implementation of UUID and FNV.
#[test]
fn derived_identifiers() {
    assert_eq!(id64(ID), -9_223_372_036_854_759_382);
    assert_eq!(id64_with(EVENT_ID, "color"), -579_344_160_806_656_455);
    assert_eq!(
        id64_with(EVENT_ID, ""),
        id64(EVENT_ID) ^ 0xCBF2_9CE4_8422_2325_u64 as i64
    );
    assert_eq!(uuid_v5(ID, b"1"), "59055bc3-79f5-5df3-a6b4-317cc6f02a93");
}

/// M 1.3, M 2
#[test]
fn what_is_always_written() {
    let message = r#"{"type":"event_processing_request","id":"00000000-0000-4000-8000-00000000002A",
        "timestamp_ms":5,"user_attributes":{"a":"b"}}"#;
    let expected = format!(
        r#"{{"schema_version":2,"message_type":"events","message_id":"{ID}","batch_id":{},"timestamp_unixtime_ms":5,"environment":"production","user_attributes":{{"a":"b"}},"system_notifications":[],"events":[]}}"#,
        id64(ID)
    );
    assert_eq!(one(message, &[]).to_text(), expected);
}

/// N5
#[test]
fn a_missing_id_is_made_of_the_message() {
    let message = r#"{"type":"event_processing_request","mpid":"7","timestamp_ms":1,"user_attributes":{"a":"b"}}"#;
    let batch = one(message, &[]);
    let id = "748878d0-381d-5b5c-af5d-817960c49dee";
    assert_eq!(at(&batch, "message_id"), format!("\"{id}\""));
    assert_eq!(at(&batch, "batch_id"), id64(id).to_string());
}

/// N5
#[test]
fn a_missing_time_is_left_out() {
    let message = format!(
        r#"{{"type":"event_processing_request","id":"{ID}","user_identities":[{{"type":"email","encoding":"raw","value":"x"}}],"events":[{{"type":"session_start"}}]}}"#
    );
    let batch = one(&message, &[]);
    assert_eq!(at(&batch, "timestamp_unixtime_ms"), "");
    assert_eq!(
        at(&batch, "user_identities"),
        r#"[{"identity_type":"email","identity":"x"}]"#
    );
    assert_eq!(
        at(&batch, "events"),
        r#"[{"event_type":"session_start","data":{}}]"#
    );
    assert_eq!(
        warnings(&message, &[]),
        ["timestamp_ms: missing time stamp"]
    );
}

/// M 1.5, M 2: nothing of the account and of the sender's version.
#[test]
fn what_is_dropped() {
    let message = request(
        r#""firehose_version":"3.2.0","account":{"account_id":77,"account_settings":{"k":"SECRET"}},
           "integration_attributes":{"a":"KIT"},"events":[]
           ,"user_attributes":{"a":"b"},"platform_fields":{"mp_account_name":"ACME"}"#,
    );
    let text = one(&message, &[]).to_text();
    for dropped in ["SECRET", "3.2.0", "77", "KIT", "ACME"] {
        assert!(!text.contains(dropped), "{dropped}");
    }
}

/// M 2
#[test]
fn simple_fields() {
    let batch = one(
        &request(
            r#""source_id":"up-1","user_attributes":{"a":"b"},"source_channel":"pixel",
               "integration_attributes":{"k":"v","empty":""},"device_application_stamp":"x"
               ,"platform_fields":{"dataplan_id":"plan","dataplan_version":2}"#,
        ),
        &[("module_id", "12")],
    );
    assert_eq!(at(&batch, "source_request_id"), r#""up-1""#);
    assert_eq!(at(&batch, "source_info"), r#"{"channel":"pixel"}"#);
    assert_eq!(
        at(&batch, "integration_attributes"),
        r#"{"12":{"k":"v","empty":""}}"#
    );
    assert_eq!(at(&batch, "mp_deviceid"), "");
    assert_eq!(
        at(&batch, "context"),
        r#"{"data_plan":{"plan_id":"plan","plan_version":2}}"#
    );
    let version_only =
        request(r#""user_attributes":{"a":"b"},"platform_fields":{"dataplan_version":2}"#);
    assert_eq!(at(&one(&version_only, &[]), "context"), "");
}

/// M 2, N16
#[test]
fn channels() {
    for (channel, expected) in [
        ("native", r#"{"channel":"native"}"#),
        ("desktop", r#"{"channel":"desktop"}"#),
        ("unknown", r#"{"channel":"unknown"}"#),
        ("telepathy", r#"{"channel":"unknown"}"#),
        (" native", r#"{"channel":"unknown"}"#),
        ("", ""),
    ] {
        let message = request(&format!(
            r#""source_channel":"{channel}","events":[{{"type":"x"}}]"#
        ));
        assert_eq!(
            at(&one(&message, &[]), "source_info"),
            expected,
            "{channel}"
        );
    }
}

/// M 2 and its reading
#[test]
fn mpid() {
    for (text, expected) in [
        ("-42", "-42"),
        ("+007", "7"),
        ("-0", "0"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", ""),
        (" 7", ""),
        ("7.0", ""),
        ("+", ""),
        ("", ""),
    ] {
        let message = request(&format!(r#""mpid":"{text}","user_attributes":{{"a":"b"}}"#));
        assert_eq!(at(&one(&message, &[]), "mpid"), expected, "{text}");
    }
    let message = request(r#""mpid":"x","user_attributes":{"a":"b"}"#);
    assert_eq!(warnings(&message, &[]), ["mpid: not a 64-bit decimal"]);
}

/// M 2
#[test]
fn platform_fields() {
    let fields = r#"{"mp_account_id":1,"mp_account_name":"","input_name":"in","app_name":"App","app_version":"2"}"#;
    let message = request(&format!(
        r#""user_attributes":{{"a":"b"}},"platform_fields":{fields}"#
    ));
    let batch = one(&message, &[]);
    assert_eq!(at(&batch, "platform_fields"), "");
    assert_eq!(
        at(&batch, "application_info"),
        r#"{"application_name":"App","application_version":"2"}"#
    );
    let batch = one(&message, &[("include_platform_fields", "true")]);
    assert_eq!(
        at(&batch, "platform_fields"),
        r#"{"mp_account_id":1,"workspace_id":0,"input_name":"in","app_name":"App","app_version":"2"}"#
    );
    let message = request(&format!(
        r#""events":[{{"type":"x"}}],"platform_fields":{fields},"runtime_environment":{{"type":"ios","application_name":"Own","application_version":""}}"#
    ));
    assert_eq!(
        at(&one(&message, &[]), "application_info"),
        r#"{"application_name":"Own","application_version":"2"}"#
    );
}

/// M 1.1, P 14
#[test]
fn heartbeats() {
    let identity = r#"[{"type":"email","encoding":"raw","value":"x"}]"#;
    let device =
        r#"{"type":"ios","identities":[{"type":"ios_vendor_id","encoding":"md5","value":"x"}]}"#;
    for heartbeat in [
        "",
        r#""events":[]"#,
        r#""mpid":"7","source_channel":"native","consent_state":{"gdpr_consent_state":{}}"#,
        r#""runtime_environment":{"type":"ios","name":"phone"}"#,
    ] {
        assert!(values(&request(heartbeat), &[]).is_empty(), "{heartbeat}");
    }
    for batch in [
        r#""events":[{"type":"x"}]"#.to_owned(),
        r#""user_attribute_lists":{"a":["b"]}"#.to_owned(),
        r#""system_notifications":[{"type":"x"}]"#.to_owned(),
        r#""consent_state":{"ccpa_consent_state":{"a":{}}}"#.to_owned(),
        format!(r#""user_identities":{identity}"#),
        format!(r#""partner_identities":{identity}"#),
        format!(r#""runtime_environment":{device}"#),
    ] {
        assert_eq!(values(&request(&batch), &[]).len(), 1, "{batch}");
    }
}

/// M 8
#[test]
fn other_messages_have_no_batch() {
    for kind in [
        "module_registration_request",
        "audience_subscription_request",
        "audience_membership_change_request",
        "dsr_processing_request",
        "event_processing_response",
    ] {
        assert!(values(&format!(r#"{{"type":"{kind}"}}"#), &[]).is_empty());
    }
    assert!(map(b"{\"type\":\"nothing\"}", &settings(&[])).is_err());
}

/// M 4, rules 1 and 2, and the readings "empty values" and "null".
#[test]
fn user_attributes() {
    let message = request(
        r#""user_attributes":{"$FirstName":"Ada","$Other":"x","b":"text","$CITY":"1","e":"","$city":"2","n":null},
           "user_attribute_lists":{"b":["c",null,""],"empty":[],"nulls":[null],"$Zip":["d"]}"#,
    );
    assert_eq!(
        at(&one(&message, &[]), "user_attributes"),
        r#"{"$firstname":"Ada","$Other":"x","b":["c",""],"$city":"2","e":"","$zip":["d"]}"#
    );
}

/// M 4, rule 3
#[test]
fn deleted_user_attributes() {
    let change = |fields: &str| event("user_attribute_change", fields);
    let events = [
        change(r#""removed":{"z":"1","b":"1","$City":"1","again":"1","present":"1","é":"1"}"#),
        change(r#""added":{"b2":"1"},"removed":{"b2":"1","a":"1","z":"1"}"#),
        change(r#""added":{"$CITY":"1"}"#),
        change(r#""added":{"again":"1"}"#),
        change(r#""removed":{"again":"1","$Zip":"1"}"#),
    ];
    let message = request(&format!(
        r#""user_attributes":{{"present":""}},"events":[{}]"#,
        events.join(",")
    ));
    let batch = one(&message, &[]);
    assert_eq!(
        at(&batch, "deleted_user_attributes"),
        r#"["$zip","a","again","b","z","é"]"#
    );
    assert!(types(&batch).is_empty());
}

/// M 7
#[test]
fn consent() {
    let record = r#"{"consented":true,"document":"d","timestamp_unixtime_ms":5,"location":"l","hardware_id":"h"}"#;
    let message = request(&format!(
        r#""consent_state":{{"gdpr_consent_state":{{"ads":{record},"none":{{"document":""}}}},"ccpa_consent_state":{{}}}},
           "system_notifications":[
             {{"type":"gdpr_consent_state","purpose":"ads","old_gdpr_consent_state":{{"consented":false}},"new_gdpr_consent_state":{record}}},
             {{"type":"ccpa_consent_state","new_ccpa_consent_state":{{"consented":true}}}},
             {{"type":"news"}}]"#
    ));
    let batch = one(&message, &[]);
    assert_eq!(
        at(&batch, "consent_state"),
        format!(r#"{{"gdpr":{{"ads":{record},"none":{{"consented":false}}}}}}"#)
    );
    let with_regulation = record.replace('}', r#","regulation":"GDPR"}"#);
    assert_eq!(
        at(&batch, "system_notifications"),
        format!(
            r#"[{{"type":"gdpr_change","data":{{"purpose":"ads","current":{with_regulation},"old":{{"consented":false,"regulation":"GDPR"}}}}}},{{"type":"ccpa_change","data":{{"purpose":"data_sale_opt_out","current":{{"consented":true,"regulation":"CCPA"}}}}}}]"#
        )
    );
    // N2
    assert_eq!(
        warnings(&message, &[]),
        ["system_notifications[2]: unknown notification type"]
    );
}

/// Row F5 and reading "ids".
#[test]
fn lone_surrogates() {
    let message = request(
        r#""user_attributes":{"a\ud800":"\udc00b"},"source_id":"ABCDEF00-0000-4000-8000-00000000002A""#,
    );
    let batch = one(&message, &[]);
    assert_eq!(
        at(&batch, "user_attributes"),
        "{\"a\u{FFFD}\":\"\u{FFFD}b\"}"
    );
    assert_eq!(
        at(&batch, "source_request_id"),
        r#""ABCDEF00-0000-4000-8000-00000000002A""#
    );
}
