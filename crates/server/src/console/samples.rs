//! Sample messages for the composer: one of every message that a module receives, and one batch for
//! every type of event.

use hydrant::json::Json;
use hydrant::message::{EventType, MessageType};
use hydrant::write::JsonWriter;
use hydrant_testing::generate::{self, Generator, Kind, Options};

/// A sample.
pub(super) struct Sample {
    pub(super) group: &'static str,
    pub(super) name: String,
    pub(super) body: String,
}

/// Events of a batch that has all types.
const EVENTS: usize = 400;
/// Messages among which one of each type is.
const MESSAGES: usize = 50;
const SEED: u64 = 7;

pub(super) fn all() -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut add = |group, name: &str, body: String| {
        samples.push(Sample {
            group,
            name: name.to_owned(),
            body,
        });
    };
    for (name, kind, wanted) in [
        (MessageType::EventProcessingRequest, Kind::Events, ""),
        (
            MessageType::AudienceSubscriptionRequest,
            Kind::Subscriptions,
            "",
        ),
        (
            MessageType::AudienceMembershipChangeRequest,
            Kind::Audiences,
            "user_profiles",
        ),
        (MessageType::DsrProcessingRequest, Kind::Dsr, ""),
        (
            MessageType::ModuleRegistrationRequest,
            Kind::Registrations,
            "",
        ),
    ] {
        if let Some(body) = generated(kind, name.as_str(), wanted) {
            add("Messages", name.as_str(), body);
        }
    }
    let heartbeat = r#"{"type":"event_processing_request","id":"61414618-9724-40ef-b03c-f646c95552a8","timestamp_ms":1583958296525,"firehose_version":"2.1.1","account":{"account_id":123456,"account_settings":{}},"events":[]}"#;
    add(
        "Messages",
        "heartbeat: a batch without events",
        heartbeat.to_owned(),
    );
    let batch = String::from_utf8(generate::batch(EVENTS, SEED)).unwrap_or_default();
    for event_type in EventType::ALL {
        if let Some(body) = with_one_event(&batch, event_type.as_str()) {
            add("One event, by its type", event_type.as_str(), body);
        }
    }
    for (name, body) in [
        (
            "a comma is missing",
            "{\"type\": \"event_processing_request\",\n \"events\": [{\"type\": \"screen_view\" \"screen_name\": \"home\"}]}",
        ),
        (
            "a value of the wrong type",
            r#"{"type":"event_processing_request","account":7,"events":[]}"#,
        ),
        (
            "an identity without its value",
            r#"{"type":"event_processing_request","user_identities":[{"type":"email","encoding":"raw"}],"events":[]}"#,
        ),
        (
            "misspelt fields",
            r#"{"type":"event_processing_request","timestamp_ms":1714592744,"events":[{"type":"screen_view","screen_nam":"home"},{"type":"hologram"}]}"#,
        ),
    ] {
        add("With something wrong", name, body.to_owned());
    }
    samples
}

/// The first message of this type that has a field.
fn generated(kind: Kind, name: &str, wanted: &str) -> Option<String> {
    let mut generator = Generator::new(Options::default().kind(kind).seed(SEED).events(1..=3));
    (0..MESSAGES).find_map(|_| {
        let mut text = Vec::new();
        generator.write_message(&mut text);
        let text = String::from_utf8(text).ok()?;
        let message = Json::new(&text)?;
        let is_wanted = message.get("type")?.text()? == name
            && (wanted.is_empty() || message.get(wanted).is_some());
        is_wanted.then(|| text.clone())
    })
}

/// A batch with only its first event of this type.
fn with_one_event(batch: &str, event_type: &str) -> Option<String> {
    let batch = Json::new(batch)?;
    let mut events = batch.get("events")?.elements();
    let event = events.find(|event| {
        let name = event
            .get("type")
            .and_then(|name| name.text().map(|name| name == event_type));
        name == Some(true)
    })?;
    let mut out = Vec::new();
    JsonWriter::new(&mut out).object(|json| {
        for (name, value) in batch.members() {
            match &*name {
                "events" => json.list_field("events", |json| json.raw_element(event.raw())),
                name => json.raw_field(name, value.raw()),
            }
        }
    });
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_and_every_event_has_a_sample() {
        let samples = all();
        let names: Vec<&str> = samples.iter().map(|sample| sample.name.as_str()).collect();
        for event_type in EventType::ALL {
            assert!(names.contains(&event_type.as_str()), "{event_type}");
        }
        let requests = MessageType::ALL
            .iter()
            .filter(|name| name.as_str().ends_with("_request"));
        for request in requests {
            assert!(names.contains(&request.as_str()), "{request}");
        }
        for sample in samples {
            let found = super::super::document::read(sample.body.as_bytes(), 1 << 20);
            let is_good = found.is_ok_and(|read| read.findings.is_empty());
            assert_eq!(
                is_good,
                sample.group != "With something wrong",
                "{}",
                sample.name
            );
        }
    }
}
