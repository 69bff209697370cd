//! A line of a recording.

use hydrant::message::Uuid;
use hydrant::write::JsonWriter;
use hydrant::{Outcome, engine::OutcomeCounts};
use sha2::{Digest, Sha256};

use super::redact::Redaction;
use crate::Exchange;
use crate::exchange::{NotDone, Part};

/// The version of the format. A change that readers do not understand increases it.
const VERSION: u64 = 1;

/// Appends the line of an exchange.
pub(super) fn exchange(exchange: &Exchange, redaction: &Redaction, out: &mut Vec<u8>) {
    let mut texts = Vec::new();
    match &exchange.error {
        None => redaction.message(&exchange.body, &mut texts),
        // Its settings may be anywhere.
        Some(_) => texts.extend_from_slice(b"null"),
    }
    let request = texts.len();
    match exchange.is_acknowledged() {
        true => redaction.message(&exchange.response, &mut texts),
        // The text of an error is for people.
        false => texts.extend_from_slice(b"null"),
    }
    let (request, response) = texts.split_at(request);
    JsonWriter::new(out).object(|json| {
        json.uint_field("recording", VERSION);
        json.uint_field("sequence", exchange.sequence);
        json.int_field("received_ms", exchange.received_ms);
        json.text_field("source", exchange.source.as_str());
        json.text_field("path", &exchange.path);
        json.uint_field("bytes", exchange.body.len() as u64);
        match exchange.message_type {
            Some(message_type) => json.text_field("type", message_type.as_str()),
            None => json.null_field("type"),
        }
        id(json, "id", exchange.message_id);
        match exchange.account_id {
            Some(account) => json.int_field("account_id", account.into()),
            None => json.null_field("account_id"),
        }
        raw(json, "request", request);
        json.uint_field("status", exchange.status.into());
        json.uint_field(
            "service_us",
            u64::try_from(exchange.service_time.as_micros()).unwrap_or(u64::MAX),
        );
        json.text_field("ended", exchange.ended);
        match &exchange.error {
            Some(error) => json.text_field("error", error.kind().as_str()),
            None => json.null_field("error"),
        }
        json.text_field("outcome", &outcome(&exchange.message_outcome));
        json.object_field("outcomes", |json| counts(json, &exchange.outcomes));
        json.list_field("not_done", |json| {
            for part in &exchange.not_done {
                json.object_element(|json| not_done(json, part));
            }
        });
        raw(json, "response", response);
        json.list_field("records", |json| {
            for record in exchange.records.iter() {
                json.object_element(|json| {
                    self::record(json, record.key, record.payload, redaction);
                });
            }
        });
    });
    out.push(b'\n');
}

/// Appends the line that says how many exchanges before it are missing.
pub(super) fn left_out(count: u64, out: &mut Vec<u8>) {
    JsonWriter::new(out).object(|json| {
        json.uint_field("recording", VERSION);
        json.uint_field("left_out", count);
    });
    out.push(b'\n');
}

fn raw(json: &mut JsonWriter<'_>, name: &str, text: &[u8]) {
    // It was just written, from text.
    match std::str::from_utf8(text) {
        Ok(text) => json.raw_field(name, text),
        Err(_) => json.null_field(name),
    }
}

fn id(json: &mut JsonWriter<'_>, name: &str, id: Option<Uuid>) {
    match id {
        Some(id) => json.uuid_field(name, id),
        None => json.null_field(name),
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome.failure() {
        Some(failure) if !failure.reason().is_empty() => {
            format!("{}: {}", outcome.as_str(), failure.reason())
        }
        _ => outcome.as_str().to_owned(),
    }
}

fn counts(json: &mut JsonWriter<'_>, counts: &OutcomeCounts) {
    for (name, count) in [
        ("done", counts.done),
        ("skipped", counts.skipped),
        ("retry", counts.retry),
        ("discarded", counts.discarded),
        ("rejected", counts.rejected),
    ] {
        json.uint_field(name, count);
    }
}

fn not_done(json: &mut JsonWriter<'_>, part: &NotDone) {
    let kind = match part.part {
        Part::Event => "event",
        Part::Notification => "notification",
    };
    json.text_field("part", kind);
    json.uint_field("index", part.index as u64);
    id(json, "id", part.event_id);
    json.text_field("outcome", &outcome(&part.outcome));
}

/// A record has whatever the module writes, so that identities cannot be found in it.
fn record(json: &mut JsonWriter<'_>, key: Option<&[u8]>, payload: &[u8], redaction: &Redaction) {
    let mut digest = Sha256::new();
    digest.update([u8::from(key.is_some())]);
    digest.update((key.unwrap_or_default().len() as u64).to_be_bytes());
    digest.update(key.unwrap_or_default());
    digest.update(payload);
    let digest: String = digest
        .finalize()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect();
    json.uint_field("bytes", payload.len() as u64);
    json.text_field("sha256", &digest);
    if redaction.keeps_identities() {
        if let Some(key) = key {
            json.text_field("key", &String::from_utf8_lossy(key));
        }
        json.text_field("payload", &String::from_utf8_lossy(payload));
    }
}
