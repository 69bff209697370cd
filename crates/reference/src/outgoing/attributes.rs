//! User attributes (M 4).

use super::value::{Fields, Object, as_text, elements, filled, string};
use crate::json::Json;
use std::collections::BTreeSet;

/// M 4, rule 2.
const RESERVED: &[&str] = &[
    "$age",
    "$gender",
    "$country",
    "$zip",
    "$city",
    "$state",
    "$address",
    "$firstname",
    "$lastname",
    "$mobile",
];

/// M 4, rule 2: reserved names in lower case, all others as they are.
pub(super) fn reserved(name: &str) -> String {
    let lower = name.to_lowercase();
    match RESERVED.contains(&lower.as_str()) {
        true => lower,
        false => name.to_owned(),
    }
}

/// M 4, rule 1: `user_attributes` and `user_attribute_lists` in one object. Of names in both the
/// list wins; reading M 4: the later of colliding names wins. Reading "null": elements that are
/// null are ignored. Reading "empty values": an empty list is left out, also one that has won, an
/// empty text of a map is not.
pub(super) fn merged(request: &Json) -> Object {
    let mut attributes = Object::default();
    for (name, value) in request.entries("user_attributes") {
        attributes.put(&reserved(name), Some(value.clone()));
    }
    for (name, list) in request.entries("user_attribute_lists") {
        let list = elements(list).into_iter().cloned().collect();
        attributes.put(&reserved(name), Some(Json::Array(list)));
    }
    attributes.without_empty_lists()
}

/// M 4, rule 3: `deleted_user_attributes`. Reading M 3: "later" means list order; reading M 4:
/// sorted by code point.
pub(super) fn deleted(request: &Json, merged: &Object) -> Option<Json> {
    let events = request.list("events");
    let changes: Vec<&Json> = events
        .into_iter()
        .filter(|event| event.text("type") == Some("user_attribute_change"))
        .collect();
    let names = |event: &Json, field: &str| -> BTreeSet<String> {
        let entries = event.entries(field).iter();
        entries.map(|(name, _)| reserved(name)).collect()
    };
    let mut deleted = BTreeSet::new();
    for (index, event) in changes.iter().enumerate() {
        for name in names(event, "removed") {
            let is_added = |change: &&Json| names(change, "added").contains(&name);
            // In this event, or again in a later one.
            let is_kept = changes[index..].iter().any(is_added);
            if !is_kept && !merged.has(&name) {
                deleted.insert(name);
            }
        }
    }
    filled(Json::Array(
        deleted.iter().map(|name| string(name)).collect(),
    ))
}

/// A change of one attribute (M 5.7).
#[derive(Debug)]
pub(super) struct Change {
    /// The name as it is written.
    pub(super) name: String,
    /// The name as received, which is hashed (reading M 5.7).
    pub(super) received: String,
    pub(super) added: Option<String>,
    pub(super) removed: Option<String>,
}

/// M 5.7: the names of `added`, in order, then those only in `removed`. Reading M 5.7: names are
/// matched after the lower-case rule. Of names that collide in `added` or in `removed`, the later
/// wins, as in reading M 4.
pub(super) fn changes(event: &Json) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for (received, value) in event.entries("added") {
        let (name, value) = (reserved(received), as_text(value).map(str::to_owned));
        match changes.iter_mut().find(|change| change.name == name) {
            Some(change) => {
                change.received.clone_from(received);
                change.added = value;
            }
            None => changes.push(Change {
                name,
                received: received.clone(),
                added: value,
                removed: None,
            }),
        }
    }
    for (received, value) in event.entries("removed") {
        let (name, value) = (reserved(received), as_text(value).map(str::to_owned));
        match changes.iter_mut().find(|change| change.name == name) {
            Some(change) => {
                if change.added.is_none() {
                    change.received.clone_from(received);
                }
                change.removed = value;
            }
            None => changes.push(Change {
                name,
                received: received.clone(),
                added: None,
                removed: value,
            }),
        }
    }
    changes
}
