//! Reading of decoded messages and building of outgoing objects.
//!
//! What counts as empty and is therefore left out is decided here, and nowhere else.

use crate::json::Json;

/// Places where something was dropped, and why (M 1.8). Texts never contain values.
#[derive(Debug, Default)]
pub(super) struct Warnings(pub(super) Vec<(String, &'static str)>);

impl Warnings {
    pub(super) fn add(&mut self, path: impl Into<String>, kind: &'static str) {
        self.0.push((path.into(), kind));
    }
}

/// Fields of an object by the type that they have after decoding.
pub(super) trait Fields {
    /// A text. Empty texts count as missing (reading "empty values").
    fn text(&self, name: &str) -> Option<&str>;
    /// An integer.
    fn int(&self, name: &str) -> Option<i64>;
    /// A bool.
    fn flag(&self, name: &str) -> Option<bool>;
    /// The elements of a list, without nulls (reading "null").
    fn list(&self, name: &str) -> Vec<&Json>;
    /// The entries of a map.
    fn entries(&self, name: &str) -> &[(String, Json)];
}

impl Fields for Json {
    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)
            .and_then(as_text)
            .filter(|text| !text.is_empty())
    }

    fn int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Json::Number(text)) => text.parse().ok(),
            _ => None,
        }
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Json::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    fn list(&self, name: &str) -> Vec<&Json> {
        self.get(name).map(elements).unwrap_or_default()
    }

    fn entries(&self, name: &str) -> &[(String, Json)] {
        match self.get(name) {
            Some(Json::Object(entries)) => entries,
            _ => &[],
        }
    }
}

/// The elements of a list, without nulls (reading "null").
pub(super) fn elements(list: &Json) -> Vec<&Json> {
    match list {
        Json::Array(elements) => elements.iter().filter(|e| **e != Json::Null).collect(),
        _ => Vec::new(),
    }
}

/// The text of a string, which may be empty.
pub(super) fn as_text(value: &Json) -> Option<&str> {
    match value {
        Json::String(text) => Some(text),
        _ => None,
    }
}

/// An outgoing object under construction.
#[derive(Debug, Clone, Default)]
pub(super) struct Object(Vec<(String, Json)>);

impl Object {
    /// Sets a field. A field without a value is left out (M 1.3); one that exists keeps its place
    /// and gets the new value.
    pub(super) fn put(&mut self, name: &str, value: Option<Json>) {
        let Some(value) = value else { return };
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Sets a field to a text, which may be empty.
    pub(super) fn put_text(&mut self, name: &str, text: &str) {
        self.put(name, Some(string(text)));
    }

    /// Sets a field to an integer.
    pub(super) fn put_int(&mut self, name: &str, value: impl Into<Option<i64>>) {
        self.put(name, value.into().map(integer));
    }

    /// Sets a field to a bool.
    pub(super) fn put_flag(&mut self, name: &str, value: impl Into<Option<bool>>) {
        self.put(name, value.into().map(Json::Bool));
    }

    /// Copies a field of `source`, unless it is missing or empty.
    pub(super) fn copy(&mut self, source: &Json, from: &str, to: &str) {
        self.put(to, source.get(from).cloned().and_then(filled));
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.0
            .iter_mut()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    pub(super) fn without_empty_lists(mut self) -> Self {
        self.0
            .retain(|(_, value)| *value != Json::Array(Vec::new()));
        self
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The object, or nothing if it has no fields (reading "empty values").
    pub(super) fn filled(self) -> Option<Json> {
        filled(self.json())
    }

    /// The object, also without fields.
    pub(super) fn json(self) -> Json {
        Json::Object(self.0)
    }

    /// The object with its fields in the given order. Every field must be in it.
    pub(super) fn in_order(mut self, order: &[&str]) -> Json {
        let place = |name: &str| order.iter().position(|known| *known == name);
        self.0
            .sort_by_key(|(name, _)| place(name).expect("a field that has a place"));
        self.json()
    }
}

/// Reading "empty values": empty texts, lists and objects are no value of a field.
pub(super) fn filled(value: Json) -> Option<Json> {
    let is_empty = match &value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(fields) => fields.is_empty(),
        _ => false,
    };
    (!is_empty).then_some(value)
}

pub(super) fn string(text: &str) -> Json {
    Json::String(text.to_owned())
}

pub(super) fn integer(value: i64) -> Json {
    Json::Number(value.to_string())
}

/// A uuid in its text form of 36 characters, in lower case (reading "ids").
pub(super) fn uuid(text: &str) -> Option<String> {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let is_uuid = groups == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    is_uuid.then(|| text.to_ascii_lowercase())
}

/// The text of a number.
pub(super) fn as_number(value: &Json) -> Option<&str> {
    match value {
        Json::Number(text) => Some(text),
        _ => None,
    }
}
