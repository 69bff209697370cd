//! Findings for which the text of the batch is read again, because the models do not show them:
//! fields beside `event_type` and `data`, and forms of values (O7). The text was parsed before, so
//! it is well-formed.

use crate::json::reader::{elements, members};
use crate::outgoing::OutgoingEvent;
use crate::validate::nearest;
use crate::validate::report::{Place, Report, quoted};
use crate::validate::rules::{UNKNOWN_FIELD, VALUE_FORM};

/// Fields of events of known types beside `event_type` and `data`.
pub(super) fn unknown_event_fields(found: &mut Report, body: &[u8]) {
    const KNOWN: [&str; 2] = ["event_type", "data"];
    let mut visit = |at: &Place<'_>, event: &[u8]| {
        let unknown = fields(event).filter(|(name, _)| !KNOWN.contains(&&**name));
        for (name, _) in unknown {
            let suggestion = match nearest(&name, KNOWN.into_iter()) {
                Some(known) => format!("; is it `{known}`?"),
                None => String::new(),
            };
            let message = format!("unknown field {} is skipped{suggestion}", quoted(&name));
            found.warn(at, UNKNOWN_FIELD, message);
        }
    };
    each_event(body, &mut visit);
}

/// Values that do not have the form in which they are written.
pub(super) fn forms(found: &mut Report, body: &[u8]) {
    let top = &Place::TOP;
    for (object, field) in [
        ("source_info", "is_historical"),
        ("device_info", "supports_telephony"),
    ] {
        for value in named(body, object).flat_map(|object| named(object, field)) {
            form(found, &top.key(object), field, value, Form::Bool);
        }
    }
    each_event(body, &mut |at, event| event_forms(found, at, event));
}

/// The form in which a value is written.
#[derive(Clone, Copy)]
enum Form {
    Bool,
    Text,
}

fn event_forms(found: &mut Report, at: &Place<'_>, event: &[u8]) {
    let at = &at.key("data");
    for data in named(event, "data") {
        for code in named(data, "response_code") {
            form(found, at, "response_code", code, Form::Text);
        }
        for state in named(data, "device_current_state") {
            let at = &at.key("device_current_state");
            for gps in named(state, "gps_state") {
                form(found, at, "gps_state", gps, Form::Bool);
            }
            for orientation in named(state, "device_orientation") {
                form(found, at, "device_orientation", orientation, Form::Text);
            }
        }
    }
}

fn form(found: &mut Report, at: &Place<'_>, field: &str, value: &[u8], form: Form) {
    let message = match (form, value) {
        // There is no bool for it.
        (Form::Bool, br#""unknown""#) => return,
        (Form::Bool, [b'"', ..]) => "a text, where a bool is written",
        (Form::Text, [b'-' | b'0'..=b'9', ..]) => "a number, where a text is written",
        _ => return,
    };
    found.warn(&at.key(field), VALUE_FORM, message);
}

/// Calls `visit` with every event of a known type.
fn each_event(body: &[u8], visit: &mut dyn FnMut(&Place<'_>, &[u8])) {
    let events = &Place::TOP.key("events");
    // Of several fields with one name the last counts.
    let Some(list) = named(body, "events").last() else {
        return;
    };
    for (index, event) in elements(list).flatten().enumerate() {
        let known = named(event, "event_type").next().is_some_and(|name| {
            let tags = OutgoingEvent::INFO.members.iter().map(|member| member.tag);
            tags.into_iter()
                .any(|tag| name == format!("\"{tag}\"").as_bytes())
        });
        if known {
            visit(&events.index(index), event);
        }
    }
}

/// The values of the fields with this name.
fn named<'t>(object: &'t [u8], name: &'static str) -> impl Iterator<Item = &'t [u8]> {
    let found = members(without_mark(object)).flatten();
    found
        .filter(move |(key, _)| **key == *name.as_bytes())
        .map(|(_, value)| value)
}

/// The fields of an object by name.
fn fields(object: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    let found = members(object).flatten();
    found.map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), value))
}

fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}
