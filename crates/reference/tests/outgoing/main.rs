//! The outgoing mapping of the reference implementation: the worked example, the tables of
//! `docs/protocol/outgoing-mapping.md`, the settings of `docs/protocol/connections.md`, the
//! decisions of `docs/protocol/outgoing-decisions.md`, and generated streams.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod audience;
mod commerce;
mod device;
mod events;
mod identities;
mod request;
mod settings;
mod split;
mod streams;

use hydrant_reference::Json;
use hydrant_reference::outgoing::{Connection, Mapped, Settings, map};

/// The id of all requests here.
const ID: &str = "00000000-0000-4000-8000-00000000002a";

/// The id of most events here.
const EVENT_ID: &str = "00000000-0000-4000-8000-000000000001";

/// A request with these fields, which may be none.
fn request(fields: &str) -> String {
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!(",{fields}")
    };
    format!(
        r#"{{"type":"event_processing_request","id":"{ID}","timestamp_ms":1714592744066{fields}}}"#
    )
}

/// An event with these fields, which may be none.
fn event(kind: &str, fields: &str) -> String {
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!(",{fields}")
    };
    format!(r#"{{"type":"{kind}","id":"{EVENT_ID}","timestamp_ms":7{fields}}}"#)
}

/// A request with these events.
fn with_events(events: &[String]) -> String {
    request(&format!(r#""events":[{}]"#, events.join(",")))
}

/// Settings of the Kinesis connection.
fn settings(values: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::new(Connection::Kinesis);
    for (name, value) in values {
        settings.set(name, value).unwrap();
    }
    settings
}

fn mapped(message: &str, values: &[(&str, &str)]) -> Mapped {
    map(message.as_bytes(), &settings(values)).unwrap()
}

/// The only record of a message.
fn one(message: &str, values: &[(&str, &str)]) -> Json {
    let mut records = mapped(message, values).records;
    assert_eq!(records.len(), 1, "{message}");
    records.remove(0).value
}

/// The values of the records of a message.
fn values(message: &str, settings: &[(&str, &str)]) -> Vec<Json> {
    let records = mapped(message, settings).records.into_iter();
    records.map(|record| record.value).collect()
}

/// The event types of a batch.
fn types(batch: &Json) -> Vec<String> {
    let Some(Json::Array(events)) = batch.get("events") else {
        panic!("no events");
    };
    let texts = events.iter().map(|event| at(event, "event_type"));
    texts
        .map(|text| text.trim_matches('"').to_owned())
        .collect()
}

/// The `data` of all events of a message whose change events are forwarded, as text, without the
/// fields that all have.
fn data(events: &[String]) -> Vec<String> {
    let batch = one(
        &with_events(events),
        &[
            ("include_user_attribute_change_events", "true"),
            ("include_user_identity_change_events", "true"),
        ],
    );
    let Some(Json::Array(events)) = batch.get("events") else {
        panic!("no events");
    };
    let common = [
        "message_id",
        "event_id",
        "timestamp_unixtime_ms",
        "event_start_unixtime_ms",
    ];
    let own = events.iter().map(|event| match event.get("data") {
        Some(Json::Object(fields)) => {
            let own = fields
                .iter()
                .filter(|(name, _)| !common.contains(&name.as_str()));
            Json::Object(own.cloned().collect()).to_text()
        }
        _ => panic!("no data"),
    });
    own.collect()
}

/// The value at a path of names and indices, as text; empty if there is none.
fn at(json: &Json, path: &str) -> String {
    let mut value = Some(json);
    for step in path.split('.') {
        value = match (value, step.parse::<usize>()) {
            (Some(Json::Array(elements)), Ok(index)) => elements.get(index),
            (Some(value), _) => value.get(step),
            (None, _) => None,
        };
    }
    value.map_or_else(String::new, Json::to_text)
}

/// The warnings of a message, as `path: kind`.
fn warnings(message: &str, values: &[(&str, &str)]) -> Vec<String> {
    let warnings = mapped(message, values).warnings.into_iter();
    warnings
        .map(|(path, kind)| format!("{path}: {kind}"))
        .collect()
}
