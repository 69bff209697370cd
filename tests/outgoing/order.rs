//! The order in which settings are applied (connections.md, section 5), as a property: the batch
//! with everything in it, to which this file applies the settings one after the other on JSON, is
//! the batch that the mapper makes.

use hydrant_testing::generate::{Generator, Kind, Options};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::map;

const SWITCHES: [(&str, &[&str]); 9] = [
    (
        "send_lifecycle_events",
        &[
            "application_state_transition",
            "session_start",
            "session_end",
        ],
    ),
    ("send_screen_views", &["screen_view"]),
    ("send_crash_events", &["crash_report"]),
    ("send_custom_events", &["custom_event"]),
    (
        "send_push_registrations_and_receipts",
        &["push_registration", "push_message"],
    ),
    ("send_commerce_events", &["commerce_event"]),
    (
        "include_user_attribute_change_events",
        &["user_attribute_change"],
    ),
    (
        "include_user_identity_change_events",
        &["user_identity_change"],
    ),
    ("send_network_performance_events", &["network_performance"]),
];

/// Settings that the order is about, after the switches.
const OTHERS: [&str; 5] = [
    "include_location_information",
    "include_event_batch_location",
    "include_metadata",
    "send_batches_without_events",
    "send_as_batch",
];

const EXCLUDED: [(&str, &str); 6] = [
    ("device_info", "device"),
    ("device_info", "push_token"),
    ("device_info", "platform"),
    ("application_info", "package"),
    ("source_info", "channel"),
    ("", "ip"),
];

/// The batches after the settings, each with its `message_id` removed if it was split.
fn expected(mut batch: Value, on: &dyn Fn(&str) -> bool, excluded: &[(&str, &str)]) -> Vec<Value> {
    let object = batch.as_object_mut().unwrap();
    // Event type switches.
    let mut events: Vec<Value> = object["events"].as_array().unwrap().clone();
    for (name, types) in SWITCHES {
        if !on(name) {
            events.retain(|event| !types.contains(&event["event_type"].as_str().unwrap()));
        }
    }
    // Location.
    let number = |location: &Value, name: &str| location[name].as_f64().unwrap();
    let valid = |location: &&Value| {
        let (latitude, longitude) = (number(location, "latitude"), number(location, "longitude"));
        latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude, longitude) != (0.0, 0.0)
    };
    let first = events
        .iter()
        .filter_map(|event| event["data"].get("location"))
        .find(valid)
        .cloned();
    if let Some(context) = object.get_mut("context") {
        context.as_object_mut().unwrap().remove("location");
    }
    if on("include_event_batch_location")
        && on("include_location_information")
        && let Some(location) = first
    {
        let context = object.entry("context").or_insert(json!({}));
        context["location"] = location;
    }
    if object
        .get("context")
        .is_some_and(|context| *context == json!({}))
    {
        object.remove("context");
    }
    let remove = |events: &mut Vec<Value>, name: &str| {
        for event in events {
            event["data"].as_object_mut().unwrap().remove(name);
        }
    };
    if !on("include_location_information") {
        remove(&mut events, "location");
    }
    // Metadata.
    if !on("include_metadata") {
        for name in [
            "device_info",
            "application_info",
            "source_info",
            "ip",
            "sdk_version",
        ] {
            object.remove(name);
        }
        remove(&mut events, "push_message_token");
    }
    // Field exclusion.
    for (parent, name) in excluded {
        if *name == "push_token" {
            remove(&mut events, "push_message_token");
        }
        if parent.is_empty() {
            object.remove(*name);
        } else if let Some(fields) = object.get_mut(*parent).and_then(Value::as_object_mut) {
            fields.remove(*name);
            if fields.is_empty() {
                object.remove(*parent);
            }
        }
    }
    // Empty-batch check.
    if events.is_empty() && !on("send_batches_without_events") {
        return Vec::new();
    }
    // Splitting.
    if on("send_as_batch") || events.is_empty() {
        object.insert("events".to_owned(), json!(events));
        return vec![batch];
    }
    object.remove("message_id");
    events
        .into_iter()
        .map(|event| {
            let mut part = batch.clone();
            part["events"] = json!([event]);
            part
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn settings_are_applied_in_order(
        seed in 0..500_u64,
        count in 0..6_usize,
        on in proptest::collection::vec(any::<bool>(), SWITCHES.len() + OTHERS.len()),
        excluded in proptest::sample::subsequence(EXCLUDED.to_vec(), 0..=3),
    ) {
        let options = Options::default().seed(seed).kind(Kind::Events).events(count..=count);
        let mut body = Vec::new();
        Generator::new(options).write_message(&mut body);
        let body = String::from_utf8(body).unwrap();
        let all = [
            ("include_user_attribute_change_events", "on"),
            ("include_user_identity_change_events", "on"),
        ];
        let whole = map(&body, &all);
        let names = SWITCHES.iter().map(|(name, _)| *name).chain(OTHERS);
        let values: Vec<(&str, bool)> = names.zip(on).collect();
        let is_on = |name: &str| values.iter().any(|(known, on)| *known == name && *on);
        let mut pairs: Vec<(&str, &str)> =
            values.iter().map(|(name, on)| (*name, if *on { "on" } else { "off" })).collect();
        let list: Vec<String> = excluded.iter().map(|(parent, name)| match *parent {
            "" => (*name).to_owned(),
            parent => format!("{parent}.{name}"),
        }).collect();
        let list = list.join(",");
        pairs.push(("metadata_field_exclusion", &list));
        let found = map(&body, &pairs);
        let expected = match whole.records.first() {
            Some(record) => expected(record.json.clone(), &is_on, &excluded),
            None => Vec::new(),
        };
        let split = !is_on("send_as_batch");
        let found: Vec<Value> = found.records.iter().map(|record| {
            let mut json = record.json.clone();
            if split && !json["events"].as_array().unwrap().is_empty() {
                json.as_object_mut().unwrap().remove("message_id");
            }
            json
        }).collect();
        prop_assert_eq!(found, expected);
    }
}
