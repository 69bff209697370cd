//! Splitting of a batch into records: Send as Batch (C 5) and the record limit (C 7, N10).

use super::Record;
use super::batch::Batch;
use super::events::Event;
use super::ids::uuid_v5;
use super::settings::{Connection, Settings};
use super::value::as_number;
use crate::json::Json;

/// Records to send, and records that exceed the limit although they hold one event or none.
type Split = (Vec<Record>, Vec<(usize, Record)>);

pub(super) fn split(batch: &Batch, settings: &Settings) -> Split {
    let mut split = (Vec::new(), Vec::new());
    // Send as Batch off: one record per event; a batch without events stays one record.
    if settings.send_as_batch || batch.events.is_empty() {
        by_size(
            batch,
            &batch.message_id,
            &batch.events,
            settings,
            &mut split,
        );
    } else {
        for (index, event) in batch.events.iter().enumerate() {
            // The `message_id` is that of the event, or of the part (N1). An event without an id
            // has one by its number, as a part of N10 has.
            let by_number = || numbered(&batch.message_id, index + 1);
            let message_id = event.alone.clone().unwrap_or_else(by_number);
            let events = std::slice::from_ref(event);
            by_size(batch, &message_id, events, settings, &mut split);
        }
    }
    split
}

/// N10: a batch beyond the limit is split by events, in order, each part as large as fits.
fn by_size(
    batch: &Batch,
    message_id: &str,
    events: &[Event],
    settings: &Settings,
    (records, too_large): &mut Split,
) {
    let fits = |value: &Json| value.to_text().len() <= settings.record_limit;
    let whole = batch.json(message_id, events);
    if fits(&whole) {
        records.push(record(whole, settings));
        return;
    }
    if events.len() <= 1 {
        too_large.push((records.len(), record(whole, settings)));
        return;
    }
    let mut number = 1;
    let mut rest = events;
    while !rest.is_empty() {
        // The length of a uuid does not depend on the number, so that any part can be measured with
        // the `message_id` of the next one.
        let part_id = numbered(message_id, number);
        let mut count = 1;
        while count < rest.len() && fits(&batch.json(&part_id, &rest[..count + 1])) {
            count += 1;
        }
        let (part, later) = rest.split_at(count);
        rest = later;
        let value = batch.json(&part_id, part);
        if fits(&value) {
            records.push(record(value, settings));
            number += 1;
        } else {
            // One event that alone exceeds the limit; only parts that are sent have a number.
            too_large.push((
                records.len(),
                record(batch.json(message_id, part), settings),
            ));
        }
    }
}

/// N10: the `message_id` of a part.
fn numbered(message_id: &str, number: usize) -> String {
    uuid_v5(message_id, number.to_string().as_bytes())
}

/// C 6.2: key and time stamp of a Kafka record. A batch without `mpid` has no key.
fn record(value: Json, settings: &Settings) -> Record {
    let is_kafka = settings.connection == Connection::Kafka;
    let number = |name: &str| value.get(name).and_then(as_number).filter(|_| is_kafka);
    Record {
        key: number("mpid").map(str::to_owned),
        timestamp_ms: number("timestamp_unixtime_ms").and_then(|text| text.parse().ok()),
        value,
    }
}
