//! A message as a row of the list.

use std::collections::BTreeSet;

use hydrant::message::{Event, EventProcessingRequest, Message};
use hydrant::validate::Finding;
use hydrant::write::JsonWriter;
use hydrant::{ParseOptions, Scratch, parse};

use super::document;
use super::ring::{Entry, Outcome};
use crate::exchange::{Exchange, Part};
use crate::place::{is_harmless, is_plain};

/// Types of events of a batch that the list names.
const TYPES: usize = 6;
/// Longer messages are not searched for findings and names until somebody opens them.
const CHECKED_BYTES: usize = 64 << 10;

pub(super) fn write(json: &mut JsonWriter<'_>, entry: &Entry) {
    let exchange = &*entry.exchange;
    json.uint_field("seq", entry.seq);
    json.int_field("at", exchange.received_ms);
    json.text_field("via", exchange.source.as_str());
    optional(json, "base", entry.base, JsonWriter::uint_field);
    optional(json, "type", type_name(exchange), JsonWriter::text_field);
    optional(json, "id", exchange.message_id, JsonWriter::uuid_field);
    let account = exchange.account_id.map(i64::from);
    optional(json, "account", account, JsonWriter::int_field);
    let mut types: Vec<(&str, u64)> = exchange.event_counts.iter().collect();
    types.retain(|(_, count)| *count > 0);
    types.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    json.uint_field("events", exchange.event_counts.total());
    json.list_field("event_types", |json| {
        for (name, count) in types.iter().take(TYPES) {
            json.list_element(|json| {
                json.text_element(name);
                json.uint_element(*count);
            });
        }
    });
    json.text_field("outcome", Outcome::of(exchange).as_str());
    json.uint_field("status", exchange.status.into());
    json.uint_field("micros", micros(exchange));
    json.uint_field(
        "bytes",
        entry.too_long.unwrap_or(exchange.body.len()) as u64,
    );
    json.uint_field("records", exchange.records.len() as u64);
    let checked = entry.checked.get_or_init(|| Checked::new(exchange));
    json.uint_field("warnings", checked.findings as u64);
    json.uint_field("unhandled", checked.unhandled as u64);
    optional(
        json,
        "note",
        checked.note.as_deref(),
        JsonWriter::text_field,
    );
    json.text_field("words", &checked.words);
    match &entry.refused {
        Some(request) => json.object_field("request", |json| {
            json.text_field("method", &request.method);
            json.text_field("path", &request.path);
            json.text_field("kind", request.kind);
            let bytes = request.declared_bytes;
            optional(json, "bytes", bytes, JsonWriter::uint_field);
        }),
        None => json.null_field("request"),
    }
    let reason = Some(exchange.reason.as_str()).filter(|reason| !reason.is_empty());
    optional(json, "reason", reason, JsonWriter::text_field);
}

/// Writes a field that may be null.
pub(super) fn optional<'j, T>(
    json: &mut JsonWriter<'j>,
    name: &str,
    value: Option<T>,
    write: impl FnOnce(&mut JsonWriter<'j>, &str, T),
) {
    match value {
        Some(value) => write(json, name, value),
        None => json.null_field(name),
    }
}

/// The type of a message, also of one that was refused.
fn type_name(exchange: &Exchange) -> Option<&str> {
    let parsed = exchange.message_type.as_ref().map(|name| name.as_str());
    parsed.or_else(|| document::type_of(&exchange.body))
}

fn micros(exchange: &Exchange) -> u64 {
    u64::try_from(exchange.service_time.as_micros()).unwrap_or(u64::MAX)
}

/// What reading a message again tells about it.
#[derive(Default)]
pub(super) struct Checked {
    findings: usize,
    /// Events of unknown types that no handler has processed.
    unhandled: usize,
    /// What is wrong with the first of them.
    note: Option<String>,
    /// Names of events and texts of findings, for the filter of the list.
    words: String,
}

impl Checked {
    /// The most bytes of the texts that the filter searches.
    const WORDS: usize = 2000;
    /// The most memory that one takes.
    pub(super) const MOST_BYTES: usize = size_of::<Self>() + Self::WORDS + 500;

    fn new(exchange: &Exchange) -> Self {
        let mut checked = Self::default();
        let body = &exchange.body;
        if exchange.error.is_some() || body.is_empty() || body.len() > CHECKED_BYTES {
            return checked;
        }
        let Ok(read) = document::read(body, CHECKED_BYTES) else {
            return checked;
        };
        checked.findings = read.findings.len();
        let mut words = BTreeSet::new();
        let mut scratch = Scratch::new();
        if let Ok(parsed) = parse(body, &mut scratch, &ParseOptions::new())
            && let Message::EventProcessingRequest(batch) = parsed.message
        {
            let names = batch.events.iter().filter_map(name);
            // What is hidden in the message is hidden here, too.
            words.extend(names.filter(|name| is_plain(name)).map(str::to_owned));
            let unhandled = unhandled(exchange, batch);
            checked.unhandled = unhandled.len();
            let path = unhandled.first().map(|index| format!("events[{index}]"));
            let about =
                |it: &&Finding| it.rule == UNKNOWN_MEMBER && Some(&it.path) == path.as_ref();
            let finding = read.findings.iter().find(about);
            checked.note = finding.map(|it| {
                let (path, message) = (document::path(it, false), document::message(it, false));
                format!("{path}: {message}")
            });
        }
        words.extend(read.findings.iter().map(|it| document::message(it, false)));
        for word in words {
            if checked.words.len() + word.len() < Self::WORDS {
                checked.words.push_str(&word);
                checked.words.push('\n');
            }
        }
        checked
    }
}

/// The rule of events of unknown types.
pub(super) const UNKNOWN_MEMBER: &str = "unknown-member";

/// What the sender calls an event.
fn name<'a>(event: &Event<'a>) -> Option<&'a str> {
    match event {
        Event::CustomEvent(event) => event.name,
        Event::ScreenView(event) => event.screen_name,
        Event::Attribution(event) => event.name,
        Event::Unknown(event) => Some(event.unknown.type_name).filter(|it| is_harmless(it)),
        _ => None,
    }
}

/// The events of unknown types that are done although nothing happened to them: the default handler
/// for unknown events does nothing.
pub(super) fn unhandled(exchange: &Exchange, batch: &EventProcessingRequest<'_>) -> Vec<usize> {
    let events = batch.events.iter().enumerate();
    let unknown = events.filter(|(_, event)| matches!(event, Event::Unknown(_)));
    let mut unknown: BTreeSet<usize> = unknown.map(|(index, _)| index).collect();
    for record in &exchange.records {
        record.event.map(|event| unknown.remove(&event));
    }
    let events = exchange.not_done.iter().filter(|it| it.part == Part::Event);
    for event in events {
        unknown.remove(&event.index);
    }
    unknown.into_iter().collect()
}
