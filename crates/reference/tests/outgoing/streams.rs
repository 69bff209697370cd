//! Generated messages, realistic, hostile and mutated: properties that hold for all of them.

use super::*;
use hydrant_reference::mutate::{Damage, apply, nodes};
use hydrant_reference::outgoing::{AudienceSettings, audience_decoded, map_decoded};
use hydrant_reference::{decoded, odd};
use hydrant_testing::generate::{Generator, Kind, Options};

/// Messages of a generated stream.
fn stream(kind: Kind, hostile: bool, count: usize) -> impl Iterator<Item = Vec<u8>> {
    let options = Options::default()
        .events(0..=6)
        .kind(kind)
        .hostile(hostile)
        .seed(11);
    let mut generator = Generator::new(options);
    (0..count).map(move |_| {
        let mut message = Vec::new();
        generator.write_message(&mut message);
        message
    })
}

/// Settings under which everything is written.
fn everything() -> Vec<(&'static str, &'static str)> {
    vec![
        ("include_user_attribute_change_events", "true"),
        ("include_user_identity_change_events", "true"),
        ("include_event_batch_location", "true"),
        ("include_mp_deviceid", "true"),
        ("include_platform_fields", "true"),
        ("include_schema_only_fields", "true"),
        ("module_id", "1"),
        ("unique_id", "u"),
    ]
}

/// Checks one message and returns the number of its records.
fn check(message: &[u8]) -> usize {
    let text = String::from_utf8_lossy(message);
    let Ok(request) = decoded(message) else {
        return 0;
    };
    let whole = map_decoded(message, &request, &settings(&everything()));
    let mut count = whole.records.len();
    assert!(count <= 1, "{text}");
    for record in &whole.records {
        check_batch(&record.value, &text);
        check_parts(message, &request, &record.value, &text);
    }

    let mut audience_settings = AudienceSettings::default();
    audience_settings
        .set("one_message_per_device", "true")
        .unwrap();
    audience_settings
        .set("allow_hashed_identities", "true")
        .unwrap();
    for record in audience_decoded(&request, &audience_settings).records {
        count += 1;
        assert!(!holds_null(&record), "{text}");
        let identities = record.get("UserIdentities");
        assert!(matches!(identities, Some(Json::Object(_))), "{text}");
    }
    count
}

/// A batch reads back as it is, has the fields that are always written, nothing of the account, and
/// null only in two places.
fn check_batch(batch: &Json, text: &str) {
    let written = batch.to_text();
    let read = Json::read(written.as_bytes()).unwrap();
    assert_eq!(read.to_text(), written, "{text}");
    for name in [
        "events",
        "schema_version",
        "environment",
        "message_id",
        "message_type",
        "batch_id",
        "system_notifications",
    ] {
        assert!(batch.get(name).is_some(), "{name} of {text}");
    }
    assert!(batch.get("account").is_none(), "{text}");
    let Some(Json::Array(events)) = batch.get("events") else {
        panic!("no events: {text}");
    };
    let Json::Object(fields) = batch else {
        panic!("not an object: {text}");
    };
    for (name, value) in fields.iter().filter(|(name, _)| name != "events") {
        assert!(!holds_null(value), "{name} of {text}");
    }
    for event in events {
        let Some(Json::Object(data)) = event.get("data") else {
            panic!("no data: {text}");
        };
        let is_change = at(event, "event_type").ends_with("_change\"");
        for (name, value) in data {
            let may_be_null = is_change && (name == "new" || name == "old");
            assert!(!holds_null(value) || may_be_null, "{name} of {text}");
        }
    }
}

fn holds_null(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(elements) => elements.iter().any(holds_null),
        Json::Object(fields) => fields.iter().any(|(_, value)| holds_null(value)),
        _ => false,
    }
}

/// However a batch is split, its events are the same and in the same order.
fn check_parts(message: &[u8], request: &Json, whole: &Json, text: &str) {
    let events = |batch: &Json| match batch.get("events") {
        Some(Json::Array(events)) => events.clone(),
        _ => panic!("no events: {text}"),
    };
    let limit = (whole.to_text().len() / 2).to_string();
    for setting in [("send_as_batch", "false"), ("record_limit", &limit)] {
        let mut values = everything();
        values.push(setting);
        let settings = settings(&values);
        let mapped = map_decoded(message, request, &settings);
        let mut sent = Vec::new();
        let mut too_large = mapped.too_large.into_iter().peekable();
        for (index, record) in mapped.records.iter().enumerate() {
            while let Some((_, large)) = too_large.next_if(|(place, _)| *place <= index) {
                sent.extend(events(&large.value));
            }
            assert!(
                record.value.to_text().len() <= settings.record_limit,
                "{text}"
            );
            sent.extend(events(&record.value));
        }
        for (_, large) in too_large {
            sent.extend(events(&large.value));
        }
        assert_eq!(sent, events(whole), "{text}");
    }
}

#[test]
fn realistic_streams() {
    let records: usize = stream(Kind::Mixed, false, 400)
        .map(|message| check(&message))
        .sum();
    assert!(records >= 75, "{records}");
    let records: usize = stream(Kind::Audiences, false, 100)
        .map(|message| check(&message))
        .sum();
    assert!(records >= 50, "{records}");
}

#[test]
fn hostile_streams() {
    let records: usize = stream(Kind::Mixed, true, 1500)
        .map(|message| check(&message))
        .sum();
    assert!(records >= 100, "{records}");
}

/// Every node of a message replaced by every odd value, removed and doubled, a different part of
/// the combinations for each message.
#[test]
fn odd_values() {
    let (values, mut records) = (odd::values(), 0);
    let messages = stream(Kind::Events, false, 6).chain(stream(Kind::Audiences, false, 2));
    for (turn, message) in messages.enumerate() {
        let text = String::from_utf8(message).unwrap();
        for (index, node) in nodes(&text).iter().enumerate() {
            let odd = &values[(turn * 7 + index) % values.len()];
            for damage in [
                Damage::Replace(odd.clone()),
                Damage::Overrule(odd.clone()),
                Damage::Drop,
            ] {
                records += check(apply(&text, node, &damage).as_bytes());
            }
        }
    }
    assert!(records >= 500, "{records}");
}
