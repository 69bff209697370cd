//! Writes a message as JSON text, with its fields in the order in which the sender writes them, and
//! with identifiers and times where a test gave none.

use hydrant::message::Message;
use hydrant::schema::{FamilyInfo, FieldInfo, Kind};
use serde_json::{Map, Value};

use super::Fields;

/// The time of messages and invocations: 2024-05-01T19:45:44.066Z. The first event of a batch is an
/// hour older, and each other a second younger than the one before it.
pub const NOW_MS: i64 = 1_714_592_744_066;

/// The value of an identifier or a time that is not known before the message is written. No test
/// has it, because it contains a control character.
const AUTOMATIC: &str = "\u{1}automatic";

pub(super) fn automatic() -> Value {
    AUTOMATIC.into()
}

/// The text of a message.
pub(super) fn message(message: &Fields) -> String {
    let mut value = message.clone().into_value();
    fill(&mut value, message.number, 0, NOW_MS);
    if let Some(Value::Array(events)) = value.get_mut("events") {
        for (number, event) in (1u32..).zip(events) {
            let time = NOW_MS - 3_600_000 + 1000 * i64::from(number - 1);
            fill(event, message.number, number, time);
        }
    }
    ordered(&value)
}

/// The text of a message that is a JSON value, with its fields in the order in which the sender
/// writes them, and unknown ones after them.
///
/// ```
/// use hydrant_testing::build::ordered;
/// use hydrant_testing::json;
///
/// let message = json!({"mpid": "7", "type": "event_processing_request"});
/// assert_eq!(ordered(&message), r#"{"type":"event_processing_request","mpid":"7"}"#);
/// ```
#[must_use]
pub fn ordered(message: &Value) -> String {
    let mut out = String::new();
    write(&mut out, message, Kind::Family(&Message::INFO));
    out
}

/// Sets the identifier and the time of a message (number 0) or an event, unless the test did.
fn fill(value: &mut Value, message: u32, event: u32, time: i64) {
    let Value::Object(fields) = value else { return };
    // Version 4, with the numbers in the last group.
    let id = format!(
        "00000000-0000-4000-8000-{:012}",
        u64::from(message) * 1_000_000 + u64::from(event)
    );
    for (field, filled) in [("id", id.into()), ("timestamp_ms", Value::from(time))] {
        if let Some(value) = fields.get_mut(field).filter(|value| **value == AUTOMATIC) {
            *value = filled;
        }
    }
}

fn write(out: &mut String, value: &Value, kind: Kind) {
    match (value, kind) {
        (Value::Object(fields), Kind::Model(model)) => {
            object(out, fields, model.fields());
        }
        (Value::Object(fields), Kind::Family(family)) => {
            object(out, fields, fields_of(family, fields));
        }
        (Value::Object(fields), Kind::Map(map)) => {
            let entries = fields
                .iter()
                .map(|(key, value)| (key.as_str(), value, map.values));
            members(out, entries);
        }
        (Value::Array(elements), Kind::List(kind)) => {
            out.push('[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(out, element, *kind);
            }
            out.push(']');
        }
        (_, Kind::Nullable(kind)) => write(out, value, *kind),
        _ => out.push_str(&value.to_string()),
    }
}

/// The fields of the member of a family that the `type` of an object names.
fn fields_of(
    family: &'static FamilyInfo,
    fields: &Map<String, Value>,
) -> impl Iterator<Item = &'static FieldInfo> + Clone + use<> {
    let tag = fields.get("type").and_then(Value::as_str);
    let mut members = family.members.iter();
    let member = members.find(|member| Some(member.tag) == tag);
    member.into_iter().flat_map(|member| member.fields())
}

/// Writes the discriminator, the declared fields in their order, and then all others.
fn object(
    out: &mut String,
    fields: &Map<String, Value>,
    declared: impl Iterator<Item = &'static FieldInfo> + Clone,
) {
    let is_declared = |name: &str| declared.clone().any(|field| field.name == name);
    let tag = (!is_declared("type")).then_some(("type", Kind::Text));
    let known = tag
        .into_iter()
        .chain(declared.clone().map(|field| (field.name, field.kind)));
    let known = known.filter_map(|(name, kind)| Some((name, fields.get(name)?, kind)));
    let others = fields
        .iter()
        .filter(|(name, _)| *name != "type" && !is_declared(name));
    members(
        out,
        known.chain(others.map(|(name, value)| (name.as_str(), value, Kind::Json))),
    );
}

fn members<'v>(out: &mut String, members: impl Iterator<Item = (&'v str, &'v Value, Kind)>) {
    out.push('{');
    for (position, (name, value, kind)) in members.enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push_str(&Value::from(name).to_string());
        out.push(':');
        write(out, value, kind);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use crate::build::*;
    use serde_json::json;

    #[test]
    fn fields_are_in_the_order_of_the_sender() {
        let batch = Batch::new()
            .event(custom_event("b").attribute("k", 1).set("unknown", 1))
            .set("mpid", "5")
            .set("source_id", "s")
            .number(3);
        let expected = concat!(
            r#"{"type":"event_processing_request","id":"00000000-0000-4000-8000-000003000000","#,
            r#""timestamp_ms":1714592744066,"firehose_version":"3.2.0","source_id":"s","#,
            r#""account":{"account_id":1},"events":[{"type":"custom_event","#,
            r#""id":"00000000-0000-4000-8000-000003000001","timestamp_ms":1714589144066,"#,
            r#""name":"b","custom_event_type":"other","attributes":{"k":"1"},"unknown":1}],"#,
            r#""mpid":"5"}"#
        );
        assert_eq!(batch.to_json(), expected);
    }

    #[test]
    fn a_test_can_remove_or_replace_what_is_filled_in() {
        let event = session_start().without("id").at(7);
        let batch = Batch::new()
            .without("id")
            .set("timestamp_ms", json!(null))
            .event(event);
        let text = batch.to_json();
        assert!(
            !text.contains("\"id\"") && text.contains("\"timestamp_ms\":7}"),
            "{text}"
        );
        assert!(text.contains("\"timestamp_ms\":null"));
    }
}
