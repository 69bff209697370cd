//! One message with everything that happened to it.

use std::collections::HashMap;

use hydrant::message::{EventProcessingRequest, Message};
use hydrant::outgoing::{self, ConnectionSettings, Mapper, WarningKind};
use hydrant::validate::Finding;
use hydrant::write::JsonWriter;
use hydrant::{Error, Outcome, ParseOptions, Scratch, parse};

use super::document::{self, Document, Read};
use super::redact::Shown;
use super::ring::Entry;
use super::summary::{self, UNKNOWN_MEMBER, optional, unhandled};
use crate::exchange::{Exchange, Part};
use crate::place::Place;

/// The most parts, records and warnings that are written.
const MOST_PARTS: usize = 5000;
const MOST_RECORDS: usize = 200;
const MOST_WARNINGS: usize = 100;

pub(super) fn write(json: &mut JsonWriter<'_>, entry: &Entry, revealed: bool) {
    let exchange = &*entry.exchange;
    let body = &exchange.body;
    let read = match &exchange.error {
        Some(error) => Err(error.clone()),
        // It was read before, whatever the limits are.
        None => document::read(body, ParseOptions::MAX_BYTES),
    };
    json.object_field("summary", |json| summary::write(json, entry));
    if entry.refused.is_some() {
        return;
    }
    let too_long = entry.too_long.map(|bytes| bytes as u64);
    optional(json, "too_long", too_long, JsonWriter::uint_field);
    json.raw_field("message", &message(entry, &read, revealed));
    let mut scratch = Scratch::new();
    let options = ParseOptions::new().max_bytes(ParseOptions::MAX_BYTES);
    let parsed = read.is_ok().then(|| parse(body, &mut scratch, &options));
    let batch = match parsed.and_then(Result::ok).map(|parsed| parsed.message) {
        Some(Message::EventProcessingRequest(batch)) => Some(batch),
        _ => None,
    };
    json.list_field("parts", |json| {
        if exchange.error.is_none() {
            let findings = read.as_ref().map_or(&[][..], |read| &read.findings);
            parts(json, exchange, batch, findings, revealed);
        }
    });
    json.bool_field("suspended", exchange.is_suspended);
    json.object_field("response", |json| response(json, exchange, revealed));
    let secrets = settings(body);
    json.list_field("records", |json| {
        for record in exchange.records.iter().take(MOST_RECORDS) {
            json.object_element(|json| {
                let event = record.event.map(|event| event as u64);
                optional(json, "event", event, JsonWriter::uint_field);
                let key = record.key.map(|key| text(key, &secrets, revealed));
                optional(json, "key", key.as_deref(), JsonWriter::text_field);
                json.uint_field("bytes", record.payload.len() as u64);
                let shown = payload(record.payload, &secrets, revealed);
                optional(
                    json,
                    "text",
                    shown.as_ref().map(|it| it.text.as_str()),
                    JsonWriter::text_field,
                );
                json.uint_field("cut", shown.map_or(0, |it| it.cut) as u64);
            });
        }
    });
    let left_out = exchange.records.len().saturating_sub(MOST_RECORDS);
    json.uint_field("records_left_out", left_out as u64);
    json.object_field("outgoing", |json| outgoing(json, body, batch, revealed));
}

/// The message itself; an empty text if it was too long to be kept.
fn message(entry: &Entry, read: &Result<Read, Error>, revealed: bool) -> String {
    let body = &entry.exchange.body;
    let document = match entry.too_long {
        Some(_) => Document::new(body, Place::MESSAGE, revealed),
        None => Document::of(body, read, revealed),
    };
    let mut out = Vec::new();
    document.write(&mut JsonWriter::new(&mut out));
    String::from_utf8_lossy(&out).into_owned()
}

/// The outcome of every part. The exchange has those that are not done, the message the others.
fn parts(
    json: &mut JsonWriter<'_>,
    exchange: &Exchange,
    batch: Option<&EventProcessingRequest<'_>>,
    findings: &[Finding],
    revealed: bool,
) {
    let is_whole = batch.is_none_or(|batch| batch.events.is_empty());
    let name = exchange
        .message_type
        .as_ref()
        .map_or("", |name| name.as_str());
    if is_whole || exchange.message_outcome.failure().is_some() {
        json.object_element(|json| {
            json.null_field("index");
            json.text_field("type", name);
            optional(json, "id", exchange.message_id, JsonWriter::uuid_field);
            json.null_field("at");
            outcome(json, Some(&exchange.message_outcome), None);
            let records = exchange
                .records
                .iter()
                .filter(|record| record.event.is_none());
            json.uint_field("records", records.count() as u64);
        });
    }
    let Some(batch) = batch else { return };
    let not_done = |part: Part, index: usize| {
        let mut parts = exchange.not_done.iter();
        let found = parts.find(|it| it.part == part && it.index == index);
        found.map(|it| &it.outcome)
    };
    for (index, notification) in batch
        .system_notifications
        .iter()
        .enumerate()
        .take(MOST_PARTS)
    {
        json.object_element(|json| {
            json.uint_field("index", index as u64);
            json.text_field("type", notification.kind().as_str());
            json.null_field("id");
            json.null_field("at");
            outcome(json, not_done(Part::Notification, index), None);
            json.uint_field("records", 0);
        });
    }
    let unhandled = unhandled(exchange, batch);
    let unknown_types = findings.iter().filter(|it| it.rule == UNKNOWN_MEMBER);
    let unknown_types: HashMap<&str, String> = unknown_types
        .map(|it| (&*it.path, document::message(it, revealed)))
        .collect();
    let mut records = vec![0_u64; batch.events.len()];
    for record in &exchange.records {
        if let Some(count) = record.event.and_then(|event| records.get_mut(event)) {
            *count += 1;
        }
    }
    for ((index, event), records) in batch
        .events
        .iter()
        .enumerate()
        .zip(records)
        .take(MOST_PARTS)
    {
        json.object_element(|json| {
            json.uint_field("index", index as u64);
            let kind = event.kind();
            let shown = document::may_show(kind.as_str(), revealed);
            json.text_field("type", if shown { kind.as_str() } else { "…" });
            optional(json, "id", event.id(), JsonWriter::uuid_field);
            optional(json, "at", event.timestamp_ms(), JsonWriter::int_field);
            let is_unhandled = unhandled.binary_search(&index).is_ok();
            let path = format!("events[{index}]");
            let unhandled =
                is_unhandled.then(|| unknown_types.get(&*path).map_or("", |it| it.as_str()));
            outcome(json, not_done(Part::Event, index), unhandled);
            json.uint_field("records", records);
        });
    }
}

/// An outcome; `None` is done. `unhandled` is why an event is done although nothing happened to it.
fn outcome(json: &mut JsonWriter<'_>, outcome: Option<&Outcome>, unhandled: Option<&str>) {
    json.text_field("outcome", outcome.map_or("done", Outcome::as_str));
    let reason = outcome.and_then(Outcome::failure).map(ToString::to_string);
    let reason = reason.as_deref().or(unhandled);
    optional(json, "reason", reason, JsonWriter::text_field);
    json.bool_field("unhandled", unhandled.is_some());
}

fn response(json: &mut JsonWriter<'_>, exchange: &Exchange, revealed: bool) {
    json.uint_field("status", exchange.status.into());
    let retry_after = exchange.retry_after.map(|seconds| seconds.to_string());
    let headers = [
        (
            "content-type",
            Some("application/json;charset=utf-8".to_owned()),
        ),
        ("retry-after", retry_after),
    ];
    json.list_field("headers", |json| {
        for (name, value) in headers {
            if let Some(value) = value {
                json.list_element(|json| {
                    json.text_element(name);
                    json.text_element(&value);
                });
            }
        }
    });
    let body = &exchange.response;
    if body.is_empty() {
        json.null_field("body");
        return;
    }
    let document = match document::read(body, ParseOptions::MAX_BYTES) {
        Ok(read) if exchange.is_acknowledged() => Document {
            canonical: Some(read.canonical),
            findings: read.findings,
            ..Document::new(body, Place::MESSAGE, revealed)
        },
        // The text of an error, which has no data of messages.
        _ => Document::new(body, Place::OPEN, revealed),
    };
    json.object_field("body", |json| document.write_fields(json));
}

/// The payload of a record. Only outgoing batches are known; in other texts any value may be one of
/// a person.
fn payload(payload: &[u8], secrets: &[String], revealed: bool) -> Option<Shown> {
    let text = std::str::from_utf8(payload).ok()?;
    let root = match outgoing::is_outgoing(payload) {
        true => Place::BATCH,
        false => Place::UNKNOWN,
    };
    let is_json = hydrant::json::Json::new(text).is_some();
    if !is_json && !revealed {
        return None;
    }
    let mut shown = Shown::new(payload, root, revealed, None);
    shown.text = without(shown.text, secrets);
    Some(shown)
}

/// A key of a record.
fn text(key: &[u8], secrets: &[String], revealed: bool) -> String {
    let key = String::from_utf8_lossy(key);
    match revealed {
        true => without(key.into_owned(), secrets),
        false => "•".repeat(key.chars().count()),
    }
}

/// The text without the values of settings, which a module may have put into it.
fn without(text: String, secrets: &[String]) -> String {
    secrets.iter().fold(text, |text, secret| {
        text.replace(secret, &"•".repeat(secret.chars().count()))
    })
}

/// The values of the settings of a message, without those that are too short to be keys.
fn settings(body: &[u8]) -> Vec<String> {
    const SHORTEST: usize = 4;
    let message = std::str::from_utf8(body)
        .ok()
        .and_then(hydrant::json::Json::new);
    let settings = message.and_then(|message| message.path(&["account", "account_settings"]));
    let values = settings.into_iter().flat_map(|settings| settings.members());
    let values = values.filter_map(|(_, value)| Some(value.text()?.into_owned()));
    values.filter(|value| value.len() >= SHORTEST).collect()
}

/// What a warning means, for people.
fn said(kind: WarningKind) -> &'static str {
    match kind {
        WarningKind::UnknownEvent => "the event is left out, because its type is not known",
        WarningKind::IncompleteEvent => {
            "the event is left out, because it lacks what makes it one, such as a known action"
        }
        WarningKind::UnknownNotification => {
            "the notification is left out, because its type is not known"
        }
        WarningKind::MissingTimestamp => "the message has no time, so that the batch has none",
        WarningKind::UnknownIdentityType => {
            "the identity is left out, because its type is not known"
        }
        WarningKind::HashedIdentity => {
            "the hashed identity is left out, because its field has no place for the encoding"
        }
        WarningKind::InvalidValue => {
            "the value is left out, because its form does not fit the field"
        }
        WarningKind::UnknownValue => "the value is left out, because it is not a known one",
        WarningKind::UnreadableEnvironment => {
            "the runtime environment has an unknown type, and cannot be read as if it had none"
        }
        kind => kind.as_str(),
    }
}

/// What a raw-data output would receive.
fn outgoing(
    json: &mut JsonWriter<'_>,
    body: &[u8],
    batch: Option<&EventProcessingRequest<'_>>,
    revealed: bool,
) {
    let mapper = Mapper::new(ConnectionSettings::default());
    let (Some(batch), Ok(mut mapper)) = (batch, mapper) else {
        json.text_field("note", "Only batches of events give outgoing batches.");
        json.list_field("warnings", |_| {});
        json.list_field("batches", |_| {});
        return;
    };
    let mapped = mapper.map(batch, body);
    let note = mapped
        .is_empty()
        .then_some("This message gives no outgoing batch.");
    optional(json, "note", note, JsonWriter::text_field);
    json.list_field("warnings", |json| {
        for warning in mapped.warnings().iter().take(MOST_WARNINGS) {
            json.text_element(&format!("{warning}: {}", said(warning.kind())));
        }
    });
    json.list_field("batches", |json| {
        for batch in mapped.batches() {
            let mut text = Vec::new();
            outgoing::write(&batch, &mut text);
            let document = Document::new(&text, Place::BATCH, revealed);
            json.object_element(|json| document.write_fields(json));
        }
    });
}
