//! The connection settings: C 5.

use super::*;
use hydrant_reference::outgoing::KAFKA_RECORD_LIMIT;

/// One event of each outgoing type.
fn all_types() -> String {
    let identity = r#"[{"type":"email","encoding":"raw","value":"x"}]"#;
    with_events(&[
        event("session_start", ""),
        event("session_end", ""),
        event(
            "application_state_transition",
            r#""application_state":"exit""#,
        ),
        event("custom_event", ""),
        event("attribution", ""),
        event("screen_view", ""),
        event("error", ""),
        event(
            "privacy_setting_change",
            r#""setting":"app_data_collection""#,
        ),
        event(
            "user_attribute_change",
            r#""added":{"a":"b"},"removed":{"c":"d"}"#,
        ),
        event("user_identity_change", &format!(r#""added":{identity}"#)),
        event("push_subscription", r#""action":"subscribe","token":"t""#),
        event("push_message_receipt", ""),
        event("product_action", r#""action":"click""#),
    ])
}

const FORWARDED: &[&str] = &[
    "session_start",
    "session_end",
    "application_state_transition",
    "custom_event",
    "custom_event",
    "screen_view",
    "crash_report",
    "opt_out",
    "push_registration",
    "push_message",
    "commerce_event",
];

#[test]
fn event_type_switches() {
    let message = all_types();
    assert_eq!(types(&one(&message, &[])), FORWARDED);
    for (setting, removed) in [
        (
            "send_lifecycle_events",
            &[
                "session_start",
                "session_end",
                "application_state_transition",
            ][..],
        ),
        ("send_screen_views", &["screen_view"]),
        ("send_crash_events", &["crash_report"]),
        ("send_network_performance_events", &[]),
        ("send_custom_events", &["custom_event"]),
        (
            "send_push_registrations_and_receipts",
            &["push_registration", "push_message"],
        ),
        ("send_commerce_events", &["commerce_event"]),
    ] {
        let left: Vec<&str> = FORWARDED
            .iter()
            .copied()
            .filter(|t| !removed.contains(t))
            .collect();
        assert_eq!(
            types(&one(&message, &[(setting, "false")])),
            left,
            "{setting}"
        );
    }
    for (setting, added, count) in [
        (
            "include_user_attribute_change_events",
            "user_attribute_change",
            2,
        ),
        (
            "include_user_identity_change_events",
            "user_identity_change",
            1,
        ),
    ] {
        let types = types(&one(&message, &[(setting, "true")]));
        assert_eq!(types.iter().filter(|name| *name == added).count(), count);
        assert_eq!(types.len(), FORWARDED.len() + count);
    }
    assert_eq!(
        at(&one(&message, &[]), "deleted_user_attributes"),
        r#"["c"]"#
    );
}

#[test]
fn unique_id() {
    let message = request(r#""user_attributes":{"a":"b"}"#);
    assert_eq!(
        at(&one(&message, &[("unique_id", "u")]), "unique_id"),
        r#""u""#
    );
    assert_eq!(at(&one(&message, &[("unique_id", "")]), "unique_id"), "");
}

/// N13, and the reading M 3 for stamps
#[test]
fn device_stamp() {
    let stamp = "ABCDEF00-0000-4000-8000-000000000009";
    let message = request(&format!(
        r#""user_attributes":{{"a":"b"}},"device_application_stamp":"{stamp}""#
    ));
    for name in ["include_mp_deviceid", "include_mp_device_id"] {
        let batch = one(&message, &[(name, "true")]);
        assert_eq!(
            at(&batch, "mp_deviceid"),
            format!("\"{}\"", stamp.to_lowercase())
        );
    }
    let message = message.replace(stamp, "stamp");
    let on = [("include_mp_deviceid", "true")];
    assert_eq!(at(&one(&message, &on), "mp_deviceid"), "");
    assert_eq!(
        warnings(&message, &on),
        ["device_application_stamp: not a uuid"]
    );
    assert!(warnings(&message, &[]).is_empty());
}

#[test]
fn locations() {
    let place = |latitude: &str, longitude: &str| {
        event(
            "screen_view",
            &format!(
                r#""location":{{"latitude":{latitude},"longitude":{longitude},"accuracy":2}}"#
            ),
        )
    };
    let message = with_events(&[
        event(
            "session_start",
            r#""location":{"latitude":9,"longitude":9}"#,
        ),
        place("0", "-0.0"),
        place("90.5", "0"),
        place("0", "-180.5"),
        place("-90", "180"),
        place("1", "1"),
    ]);
    let batch_location = ("include_event_batch_location", "true");
    assert_eq!(at(&one(&message, &[]), "context"), "");
    assert_eq!(
        at(&one(&message, &[]), "events.2.data.location.latitude"),
        "90.5"
    );
    // Of the first forwarded event that has a valid one.
    assert_eq!(
        at(&one(&message, &[batch_location]), "context"),
        r#"{"location":{"latitude":9.0,"longitude":9.0}}"#
    );
    let without_sessions = [batch_location, ("send_lifecycle_events", "false")];
    assert_eq!(
        at(&one(&message, &without_sessions), "context"),
        r#"{"location":{"latitude":-90.0,"longitude":180.0,"accuracy":2.0}}"#
    );
    // It needs Include Location Information as well.
    let without = one(
        &message,
        &[batch_location, ("include_location_information", "false")],
    );
    assert!(!without.to_text().contains("location"));
    // Beside the data plan.
    let message = message.replace(
        r#""events""#,
        r#""platform_fields":{"dataplan_id":"p"},"events""#,
    );
    assert_eq!(
        at(&one(&message, &[batch_location]), "context"),
        r#"{"data_plan":{"plan_id":"p"},"location":{"latitude":9.0,"longitude":9.0}}"#
    );
}

fn with_metadata() -> String {
    let token = r#"{"type":"google_cloud_messaging_token","encoding":"raw","value":"T"}"#;
    request(&format!(
        r#""source_channel":"native","runtime_environment":{{"type":"android","name":"phone","identities":[{token}],"client_ip_address":"10.0.0.1","sdk_version":"5","application_package":"p"}},"events":[{}]"#,
        event("push_message_open", "")
    ))
}

/// Include Metadata and N4
#[test]
fn metadata() {
    let message = with_metadata();
    let batch = one(&message, &[]);
    for name in [
        "device_info",
        "application_info",
        "source_info",
        "ip",
        "sdk_version",
    ] {
        assert_ne!(at(&batch, name), "", "{name}");
    }
    assert_eq!(at(&batch, "events.0.data.push_message_token"), r#""T""#);
    let batch = one(&message, &[("include_metadata", "false")]);
    for name in [
        "device_info",
        "application_info",
        "source_info",
        "ip",
        "sdk_version",
    ] {
        assert_eq!(at(&batch, name), "", "{name}");
    }
    assert_eq!(at(&batch, "events.0.data.push_message_token"), "");
    assert_eq!(at(&batch, "events.0.data.network"), r#""gcm""#);
    assert_eq!(at(&batch, "environment"), r#""production""#);
}

/// Metadata Field Exclusion, N4 and N12
#[test]
fn excluded_fields() {
    let message = with_metadata();
    let exclude = |entries: &str| one(&message, &[("metadata_field_exclusion", entries)]);
    let device = r#"{"platform":"Android","push_token":"T"}"#;
    for entry in [
        "device",
        "device_info.device",
        "Device Name",
        " DEVICE",
        "devicename",
    ] {
        assert_eq!(at(&exclude(entry), "device_info"), device, "{entry}");
    }
    for entry in ["ip", "IP Address", "ip address"] {
        assert_eq!(at(&exclude(entry), "ip"), "", "{entry}");
    }
    let batch = exclude("push_token, channel,package,amp_id");
    assert_eq!(
        at(&batch, "device_info"),
        r#"{"platform":"Android","device":"phone"}"#
    );
    assert_eq!(at(&batch, "events.0.data.push_message_token"), "");
    assert_eq!(at(&batch, "source_info"), "");
    assert_eq!(at(&batch, "application_info"), "");
    let mut settings = settings(&[]);
    for entry in [
        "devise",
        "device_info",
        "application_info.device",
        "sdk_version",
    ] {
        assert!(
            settings.set("metadata_field_exclusion", entry).is_err(),
            "{entry}"
        );
    }
    let error = settings
        .set("metadata_field_exclusion", "devise")
        .unwrap_err();
    assert!(error.contains("\"device\""), "{error}");
}

#[test]
fn batches_without_events() {
    let off = ("send_batches_without_events", "false");
    let without = request(r#""user_attributes":{"a":"b"}"#);
    assert_eq!(values(&without, &[]).len(), 1);
    assert_eq!(values(&without, &[off]).len(), 0);
    // One that became empty counts, too.
    let message = with_events(&[event("screen_view", "")]);
    assert_eq!(values(&message, &[off]).len(), 1);
    assert_eq!(
        values(&message, &[off, ("send_screen_views", "false")]).len(),
        0
    );
}

/// Send as Batch and N1
#[test]
fn records_of_single_events() {
    let off = ("send_as_batch", "false");
    let attributes = ("include_user_attribute_change_events", "true");
    let message = with_events(&[
        event("screen_view", ""),
        event(
            "user_attribute_change",
            r#""added":{"color":"1"},"removed":{"gone":"2"}"#,
        ),
        r#"{"type":"screen_view"}"#.to_owned(),
    ]);
    let batch = one(&message, &[attributes]);
    let records = values(&message, &[off, attributes]);
    assert_eq!(records.len(), 4);
    let ids: Vec<String> = records
        .iter()
        .map(|record| at(record, "message_id"))
        .collect();
    assert_eq!(ids[0], format!("\"{EVENT_ID}\""));
    assert_eq!(ids[1], "\"61bfe22a-3cbf-530c-a3a9-36b85ce268a1\"");
    assert_eq!(ids[2], "\"cf58c27e-2cef-5d15-b783-96c3033d6f1b\"");
    // An event without an id: by its number, the fourth.
    assert_eq!(ids[3].len(), 38);
    assert_ne!(ids[3], format!("\"{ID}\""));
    for (index, record) in records.iter().enumerate() {
        assert_eq!(types(record).len(), 1);
        assert_eq!(at(record, "batch_id"), at(&batch, "batch_id"));
        assert_eq!(
            at(record, "events.0"),
            at(&batch, &format!("events.{index}"))
        );
    }
    assert_eq!(
        at(&records[1], "events.0.data.message_id"),
        format!("\"{EVENT_ID}\"")
    );
    assert_eq!(
        values(&request(r#""user_attributes":{"a":"b"}"#), &[off]).len(),
        1
    );
}

/// N6, and the settings that a connection has
#[test]
fn settings_that_are_refused() {
    let mut kinesis = settings(&[]);
    assert!(kinesis.set("wait_for_complete_batch", "true").is_err());
    assert!(kinesis.set("wait_for_complete_batch", "false").is_ok());
    assert!(kinesis.set("send_screen_views", "yes").is_err());
    assert!(kinesis.set("send_screen_view", "true").is_err());
    let mut kafka = Settings::new(Connection::Kafka);
    for name in [
        "send_lifecycle_events",
        "send_screen_views",
        "send_crash_events",
        "send_custom_events",
        "send_push_registrations_and_receipts",
        "send_commerce_events",
        "wait_for_complete_batch",
    ] {
        assert!(kafka.set(name, "false").is_err(), "{name}");
        assert!(kinesis.set(name, "false").is_ok(), "{name}");
    }
    for name in [
        "send_network_performance_events",
        "include_user_attribute_change_events",
        "include_user_identity_change_events",
        "include_location_information",
        "include_event_batch_location",
        "include_metadata",
        "include_mp_deviceid",
        "send_batches_without_events",
        "send_as_batch",
    ] {
        assert!(kafka.set(name, "false").is_ok(), "{name}");
    }
}

/// C 6.2
#[test]
fn kafka_records() {
    let kafka = Settings::new(Connection::Kafka);
    assert_eq!(kafka.record_limit, KAFKA_RECORD_LIMIT);
    let record = |fields: &str| {
        let mapped = map(request(fields).as_bytes(), &kafka).unwrap();
        mapped.records.into_iter().next().unwrap()
    };
    let with_mpid = record(r#""mpid":"+0042","user_attributes":{"a":"b"}"#);
    assert_eq!(with_mpid.key.as_deref(), Some("42"));
    assert_eq!(with_mpid.timestamp_ms, Some(1_714_592_744_066));
    assert_eq!(
        record(r#""mpid":"x","user_attributes":{"a":"b"}"#).key,
        None
    );
    let message = request(r#""mpid":"42","user_attributes":{"a":"b"}"#);
    assert_eq!(mapped(&message, &[]).records[0].key, None);
    assert_eq!(mapped(&message, &[]).records[0].timestamp_ms, None);
}
