//! The documented limits of incoming data: names, attributes, lists. Customers may have other
//! limits, so violations are warnings. Characters are Unicode code points.

use super::report::{Place, Report};
use super::rules::{
    LIMIT_ATTRIBUTE_NAME, LIMIT_ATTRIBUTE_VALUE, LIMIT_AUDIENCE_NAME, LIMIT_EVENT_ATTRIBUTES,
    LIMIT_EVENT_NAME, LIMIT_LIST, LIMIT_LIST_ENTRY, LIMIT_USER_ATTRIBUTES,
};
use crate::message::Map;

/// Whether a text has more characters than this.
pub(crate) fn longer_than(text: &str, characters: usize) -> bool {
    // The number of characters is at most the number of bytes, which decides for most texts.
    text.len() > characters && text.chars().nth(characters).is_some()
}

pub(crate) fn event_name(found: &mut Report, at: &Place<'_>, name: Option<&str>) {
    if name.is_some_and(|name| longer_than(name, 256)) {
        found.warn(at, LIMIT_EVENT_NAME, "more than 256 characters");
    }
}

pub(crate) fn audience_name(found: &mut Report, at: &Place<'_>, name: Option<&str>) {
    if name.is_some_and(|name| longer_than(name, 100)) {
        found.warn(at, LIMIT_AUDIENCE_NAME, "more than 100 characters");
    }
}

/// The attributes of one event.
pub(crate) fn event_attributes(found: &mut Report, at: &Place<'_>, attributes: Map<'_, &str>) {
    if attributes.len() > 100 {
        found.warn(at, LIMIT_EVENT_ATTRIBUTES, too_many(attributes.len(), 100));
    }
    texts(found, at, attributes);
}

/// The attributes of the user, with single values and with lists.
pub(crate) fn user_attributes(
    found: &mut Report,
    at: &Place<'_>,
    single: Map<'_, &str>,
    lists: Map<'_, &[Option<&str>]>,
) {
    let count = single.len() + lists.len();
    if count > 100 {
        found.warn(at, LIMIT_USER_ATTRIBUTES, too_many(count, 100));
    }
    texts(found, &at.key("user_attributes"), single);
    let at = &at.key("user_attribute_lists");
    for (name, entries) in lists {
        let at = &at.key(name);
        attribute_name(found, at, name);
        list(found, at, entries);
    }
}

/// Names and values of attributes.
pub(crate) fn texts(found: &mut Report, at: &Place<'_>, attributes: Map<'_, &str>) {
    for (name, value) in attributes {
        let at = &at.key(name);
        attribute_name(found, at, name);
        attribute_value(found, at, value);
    }
}

pub(crate) fn attribute_name(found: &mut Report, at: &Place<'_>, name: &str) {
    if longer_than(name, 256) {
        found.warn(
            at,
            LIMIT_ATTRIBUTE_NAME,
            "a name of more than 256 characters",
        );
    }
}

pub(crate) fn attribute_value(found: &mut Report, at: &Place<'_>, value: &str) {
    if longer_than(value, 4096) {
        found.warn(
            at,
            LIMIT_ATTRIBUTE_VALUE,
            "a value of more than 4096 characters",
        );
    }
}

pub(crate) fn list(found: &mut Report, at: &Place<'_>, entries: &[Option<&str>]) {
    if entries.len() > 1000 {
        found.warn(at, LIMIT_LIST, too_many(entries.len(), 1000));
    }
    for (index, entry) in entries.iter().enumerate() {
        if entry.is_some_and(|entry| longer_than(entry, 512)) {
            found.warn(
                &at.index(index),
                LIMIT_LIST_ENTRY,
                "an entry of more than 512 characters",
            );
        }
    }
}

pub(crate) fn too_many(count: usize, limit: usize) -> String {
    format!("{count} where the limit is {limit}")
}
