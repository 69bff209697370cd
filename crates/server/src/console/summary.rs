//! A message as a row of the list.

use hydrant::write::JsonWriter;

use super::document;
use super::ring::{Entry, Outcome};
use crate::exchange::Exchange;

/// Types of events of a batch that the list names.
const TYPES: usize = 6;
/// Longer messages are not searched for findings until somebody opens them.
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
    json.uint_field("warnings", findings(entry) as u64);
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

fn findings(entry: &Entry) -> usize {
    let exchange = &entry.exchange;
    if exchange.error.is_some() || exchange.body.len() > CHECKED_BYTES {
        return 0;
    }
    *entry.findings.get_or_init(|| {
        let read = document::read(&exchange.body, CHECKED_BYTES);
        read.map_or(0, |read| read.findings.len())
    })
}
