//! Each setting of connections.md, section 5, alone: its effect on the JSON, its names and errors.

use hydrant::outgoing::{Connection, ConnectionSettingKind, ConnectionSettings, Mapper};
use serde_json::{Value, json};

use crate::support::{batch, map, map_with, request, settings};

/// A request with something of everything that a setting governs.
fn everything() -> String {
    request(concat!(
        r#""mpid":"1","source_channel":"native","device_application_stamp":"AAAAAAAA-0000-4000-8000-000000000001","#,
        r#""integration_attributes":{"k":"v"},"platform_fields":{"mp_account_id":1,"workspace_id":2},"#,
        r#""user_attributes":{"a":"1"},"#,
        r#""runtime_environment":{"type":"android","client_ip_address":"10.0.0.1","sdk_version":"5","name":"n","application_package":"p","identities":[{"type":"google_cloud_messaging_token","encoding":"raw","value":"T"}]},"#,
        r#""system_notifications":[{"type":"gdpr_consent_state","purpose":"ads"}],"#,
        r#""events":[{"type":"session_start","location":{"latitude":0,"longitude":0}},{"type":"screen_view","location":{"latitude":91,"longitude":1}},{"type":"error","location":{"latitude":1,"longitude":2,"accuracy":3}},"#,
        r#"{"type":"custom_event","name":"c"},{"type":"attribution"},{"type":"push_subscription","action":"subscribe","token":"R"},{"type":"push_message_open"},{"type":"push_message_receipt"},"#,
        r#"{"type":"product_action","action":"click"},{"type":"promotion_action","action":"view"},{"type":"impression","impressions":[{"impression_list_name":"l"}]},"#,
        r#"{"type":"application_state_transition","application_state":"exit"},{"type":"session_end"},{"type":"privacy_setting_change","setting":"app_data_collection"},"#,
        r#"{"type":"user_attribute_change","added":{"a":"1"},"removed":{"z":"1"}},{"type":"user_identity_change","added":[{"type":"email","encoding":"raw","value":"e"}]}]"#,
    ))
}

fn types(batch: &Value) -> Vec<&str> {
    let events = batch["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["event_type"].as_str().unwrap())
        .collect()
}

/// The batch without its events, or without other fields.
fn without(batch: &Value, names: &[&str]) -> Value {
    let mut batch = batch.clone();
    for name in names {
        batch.as_object_mut().unwrap().remove(*name);
    }
    batch
}

const DEFAULT_TYPES: [&str; 14] = [
    "session_start",
    "screen_view",
    "crash_report",
    "custom_event",
    "custom_event",
    "push_registration",
    "push_message",
    "push_message",
    "commerce_event",
    "commerce_event",
    "commerce_event",
    "application_state_transition",
    "session_end",
    "opt_out",
];

#[test]
fn switches_of_event_types() {
    let body = everything();
    let default = batch(&body, &[]);
    assert_eq!(types(&default), DEFAULT_TYPES);
    for (setting, removed) in [
        (
            "send_lifecycle_events",
            &[
                "application_state_transition",
                "session_start",
                "session_end",
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
        let found = batch(&body, &[(setting, "off")]);
        let mut expected = DEFAULT_TYPES.to_vec();
        expected.retain(|kind| !removed.contains(kind));
        assert_eq!(types(&found), expected, "{setting}");
        assert_eq!(
            without(&found, &["events"]),
            without(&default, &["events"]),
            "{setting}"
        );
    }
    for (setting, added) in [
        (
            "include_user_attribute_change_events",
            &["user_attribute_change", "user_attribute_change"][..],
        ),
        (
            "include_user_identity_change_events",
            &["user_identity_change"],
        ),
    ] {
        let found = batch(&body, &[(setting, "on")]);
        assert_eq!(types(&found), [&DEFAULT_TYPES[..], added].concat());
        assert_eq!(
            without(&found, &["events"]),
            without(&default, &["events"]),
            "{setting}"
        );
    }
    assert_eq!(default["deleted_user_attributes"], json!(["z"]));
}

#[test]
fn events_that_are_switched_off_give_no_warnings() {
    let body = request(r#""mpid":"1","events":[{"type":"product_action","action":"steal"}]"#);
    assert_eq!(map(&body, &[("send_commerce_events", "off")]).warnings, []);
    assert_eq!(map(&body, &[]).warnings.len(), 1);
}

#[test]
fn unique_id() {
    let found = batch(&everything(), &[("unique_id", "u-1")]);
    assert_eq!(found["unique_id"], "u-1");
    assert_eq!(without(&found, &["unique_id"]), batch(&everything(), &[]));
}

#[test]
fn locations() {
    let body = everything();
    let default = batch(&body, &[]);
    assert_eq!(
        default["events"][2]["data"]["location"],
        json!({"latitude": 1.0, "longitude": 2.0, "accuracy": 3.0})
    );
    assert_eq!(default.get("context"), None);

    // The first event is at 0, 0 and the second one beyond the pole.
    let found = batch(&body, &[("include_event_batch_location", "on")]);
    assert_eq!(
        found["context"],
        json!({"location": {"latitude": 1.0, "longitude": 2.0, "accuracy": 3.0}})
    );
    assert_eq!(without(&found, &["context"]), default);

    // Only events that are forwarded count.
    let found = batch(
        &body,
        &[
            ("include_event_batch_location", "on"),
            ("send_crash_events", "off"),
        ],
    );
    assert_eq!(found.get("context"), None);

    let off = [
        ("include_event_batch_location", "on"),
        ("include_location_information", "off"),
    ];
    let found = batch(&body, &off);
    assert_eq!(found.get("context"), None);
    let events = found["events"].as_array().unwrap();
    assert!(
        events
            .iter()
            .all(|event| event["data"].get("location").is_none())
    );
}

#[test]
fn metadata() {
    let body = everything();
    let default = batch(&body, &[]);
    assert_eq!(default["events"][6]["data"]["push_message_token"], "T");
    let found = batch(&body, &[("include_metadata", "off")]);
    let names = [
        "device_info",
        "application_info",
        "source_info",
        "ip",
        "sdk_version",
    ];
    for name in names {
        assert!(
            default.get(name).is_some() && found.get(name).is_none(),
            "{name}"
        );
    }
    // N4.
    assert!(
        found["events"]
            .as_array()
            .unwrap()
            .iter()
            .all(|event| event["data"].get("push_message_token").is_none())
    );
    let names = [&names[..], &["events"]].concat();
    assert_eq!(without(&found, &names), without(&default, &names));
    assert_eq!(types(&found), types(&default));
}

#[test]
fn excluded_fields() {
    let body = everything();
    let default = batch(&body, &[]);
    for (entry, object, field) in [
        ("device", "device_info", "device"),
        ("Device Name", "device_info", "device"),
        ("DEVICE_INFO . device", "device_info", "device"),
        ("device_info.platform", "device_info", "platform"),
    ] {
        let found = batch(&body, &[("metadata_field_exclusion", entry)]);
        let mut expected = default.clone();
        expected[object]
            .as_object_mut()
            .unwrap()
            .remove(field)
            .unwrap();
        assert_eq!(found, expected, "{entry}");
    }
    for entry in ["ip", "IP Address", "ipaddress"] {
        let found = batch(&body, &[("metadata_field_exclusion", entry)]);
        assert_eq!(found, without(&default, &["ip"]), "{entry}");
    }
    // An object without fields is left out, and several entries are separated by commas.
    let found = batch(
        &body,
        &[(
            "metadata_field_exclusion",
            "source_info.channel, package ,,",
        )],
    );
    assert_eq!(
        found,
        without(&default, &["source_info", "application_info"])
    );
    // N4.
    let found = batch(&body, &[("metadata_field_exclusion", "push_token")]);
    assert!(!found.to_string().contains("\"T\""), "{found}");
    assert_eq!(found["events"][5]["data"]["registration_token"], "R");
}

#[test]
fn device_application_stamp() {
    let found = batch(&everything(), &[("include_mp_deviceid", "on")]);
    assert_eq!(found["mp_deviceid"], "aaaaaaaa-0000-4000-8000-000000000001");
    assert_eq!(without(&found, &["mp_deviceid"]), batch(&everything(), &[]));
}

#[test]
fn batches_without_events() {
    let body =
        request(r#""mpid":"1","events":[{"type":"screen_view"}],"user_attributes":{"a":"1"}"#);
    assert_eq!(
        batch(&body, &[("send_screen_views", "off")])["events"],
        json!([])
    );
    let off = [
        ("send_screen_views", "off"),
        ("send_batches_without_events", "off"),
    ];
    assert_eq!(map(&body, &off).records, []);
    assert_eq!(
        map(&body, &[("send_batches_without_events", "off")])
            .records
            .len(),
        1
    );
}

#[test]
fn heartbeats_are_never_sent() {
    for fields in [
        r#""account":{"account_id":1},"mpid":"1","source_channel":"native""#,
        r#""events":[],"consent_state":{}"#,
        r#""consent_state":{"gdpr_consent_state":{}},"runtime_environment":{"type":"ios","name":"n"}"#,
    ] {
        let outcome = map(&request(fields), &[("send_batches_without_events", "on")]);
        assert_eq!(
            (outcome.records.len(), outcome.warnings.len()),
            (0, 0),
            "{fields}"
        );
    }
    for fields in [
        r#""user_attributes":{"a":""}"#,
        r#""user_attribute_lists":{"a":["b"]}"#,
        r#""user_identities":[{"type":"email","encoding":"raw","value":"e"}]"#,
        r#""partner_identities":[{"type":"p","encoding":"raw","value":"e"}]"#,
        r#""runtime_environment":{"type":"ios","identities":[{"type":"ios_vendor_id","encoding":"raw","value":"00112233-4455-6677-8899-aabbccddeeff"}]}"#,
        r#""runtime_environment":{"type":"hologram","identities":[{"type":"ios_vendor_id","encoding":"raw","value":"00112233-4455-6677-8899-aabbccddeeff"}]}"#,
        r#""consent_state":{"ccpa_consent_state":{"data_sale_opt_out":{}}}"#,
        r#""system_notifications":[{"type":"x"}]"#,
        r#""events":[{"type":"x"}]"#,
    ] {
        assert_eq!(map(&request(fields), &[]).records.len(), 1, "{fields}");
        let off = [("send_batches_without_events", "off")];
        assert_eq!(map(&request(fields), &off).records.len(), 0, "{fields}");
    }
}

#[test]
fn notifications() {
    let default = batch(&everything(), &[]);
    assert_eq!(
        default["system_notifications"],
        json!([{"type": "gdpr_change", "data": {"purpose": "ads"}}])
    );
    let found = batch(&everything(), &[("include_system_notifications", "off")]);
    assert_eq!(found["system_notifications"], json!([]));
    assert_eq!(
        without(&found, &["system_notifications"]),
        without(&default, &["system_notifications"])
    );
}

/// Settings that a Kafka connection does not have behave as with their defaults.
#[test]
fn kafka_has_fewer_settings() {
    let body = everything();
    let default = map(&body, &[]);
    for info in ConnectionSettings::ALL {
        let has = info.connections.contains(&Connection::Kafka);
        assert!(info.connections.contains(&Connection::Kinesis));
        let mut kafka = ConnectionSettings::new(Connection::Kafka);
        let value = match (info.kind, info.default) {
            (ConnectionSettingKind::Bool, "on") => "off",
            (ConnectionSettingKind::Bool, _) => "on",
            (ConnectionSettingKind::List, _) => "ip",
            _ => "text",
        };
        kafka.set(info.name, value).unwrap();
        assert_eq!(kafka.get(info.name).as_deref(), Some(value));
        let outcome = map_with(&body, kafka, usize::MAX);
        let without_effect = [
            "send_network_performance_events",
            "send_batches_without_events",
        ]
        .contains(&info.name);
        assert_eq!(outcome != default, has && !without_effect, "{}", info.name);
    }
    let names = |has: bool| {
        let all = ConnectionSettings::ALL.iter();
        let fit = all.filter(|info| info.connections.contains(&Connection::Kafka) == has);
        fit.map(|info| info.name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(false),
        [
            "send_lifecycle_events",
            "send_screen_views",
            "send_crash_events",
            "send_custom_events",
            "send_push_registrations_and_receipts",
            "send_commerce_events",
            "wait_for_complete_batch",
        ]
    );
}

/// The table of connections.md, section 5, has the same settings, connections and defaults.
#[test]
fn the_table_is_that_of_the_specification() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol/connections.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, section) = text.split_once("\n## 5. ").unwrap();
    let (section, _) = section.split_once("\n## 6. ").unwrap();
    let mut rows: Vec<(String, bool, bool, String)> = section
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| Setting |"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let name = cells[1].to_lowercase().replace(' ', "_");
            let default = match cells[4] {
                "unset" | "empty" => "",
                other => other,
            };
            (name, cells[2] == "x", cells[3] == "x", default.to_owned())
        })
        .collect();
    assert_eq!(rows.len(), 18);
    rows.sort();
    // Configuration values that other documents name.
    let others = [
        "module_id",
        "include_platform_fields",
        "include_schema_only_fields",
        "include_system_notifications",
    ];
    let mut declared: Vec<_> = ConnectionSettings::ALL
        .iter()
        .filter(|info| !others.contains(&info.name))
        .map(|info| {
            let has = |connection| info.connections.contains(&connection);
            (
                info.name.to_owned(),
                has(Connection::Kinesis),
                has(Connection::Kafka),
                info.default.to_owned(),
            )
        })
        .collect();
    declared.sort();
    assert_eq!(declared, rows);
    for info in ConnectionSettings::ALL {
        assert!(
            info.description.ends_with('.') && !info.secret,
            "{}",
            info.name
        );
        assert!(!info.description.contains("  "), "{}", info.description);
    }
}

#[test]
fn names_and_values_that_are_refused() {
    let mut settings = ConnectionSettings::default();
    for (name, value, expected) in [
        (
            "send_as_bach",
            "on",
            "unknown setting `send_as_bach`: did you mean `send_as_batch`?",
        ),
        (
            "colour",
            "on",
            "unknown setting `colour`: expected one of `ConnectionSettings::ALL`",
        ),
        (
            "send_as_batch",
            "",
            "setting `send_as_batch`: expected on or off, found \"\"",
        ),
        (
            "metadata_field_exclusion",
            "ip,devise",
            "setting `metadata_field_exclusion`: no field is called `devise`: did you mean `device`?",
        ),
        (
            "metadata_field_exclusion",
            "source_info.device",
            "setting `metadata_field_exclusion`: no field is called `source_info.device`: expected a field of `device_info`, `application_info` or `source_info`, or `ip`",
        ),
    ] {
        let error = settings.set(name, value).unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.setting()),
            (expected, name)
        );
    }
    assert_eq!(settings, ConnectionSettings::default());
    // N13.
    settings.set("include_mp_device_id", "Yes").unwrap();
    assert!(settings.include_mp_deviceid);
}

#[test]
fn what_cannot_be_done_is_an_error_at_start() {
    // N6, with either value of the other setting.
    for as_batch in ["on", "off"] {
        let waiting = settings(&[
            ("wait_for_complete_batch", "on"),
            ("send_as_batch", as_batch),
        ]);
        let error = Mapper::new(waiting).unwrap_err();
        assert_eq!(
            error.to_string(),
            "setting `wait_for_complete_batch`: requests are sent as they are received, so it must be off"
        );
    }
    // C8: a Kafka connection does not have it.
    let mut kafka = ConnectionSettings::new(Connection::Kafka);
    kafka.wait_for_complete_batch = true;
    assert!(Mapper::new(kafka).is_ok());
    // N12, also if the field was assigned.
    let mut wrong = ConnectionSettings::default();
    wrong.metadata_field_exclusion = vec!["platfrom".to_owned()];
    let error = Mapper::new(wrong).unwrap_err();
    assert!(
        error.to_string().ends_with("did you mean `platform`?"),
        "{error}"
    );
}
