//! A JSON value that keeps everything: duplicate keys, key order and the text of numbers.
//!
//! `serde_json::Value` keeps none of them. This tree is built from `RawValue`s instead, one level
//! at a time. It must not depend on messages.

use super::{Refusal, text::Document};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its source text.
    Number(String),
    /// A string, decoded.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, in source order, with duplicate keys.
    Object(Vec<(String, Json)>),
    /// Text to be written unchanged: an element of unknown type. Reading never creates one.
    Raw(String),
}

impl Json {
    /// Reads a body under the default limits, with lone surrogates as U+FFFD.
    pub fn read(input: &[u8]) -> Result<Self, Refusal> {
        Ok(Self::from_raw(Document::read(input)?.root()))
    }

    /// The tree of a raw value.
    pub fn from_raw(raw: &RawValue) -> Self {
        match View::of(raw) {
            View::Null => Self::Null,
            View::Bool(value) => Self::Bool(value),
            View::Number(text) => Self::Number(text.to_owned()),
            View::String(text) => Self::String(text),
            View::Array(elements) => {
                Self::Array(elements.into_iter().map(Self::from_raw).collect())
            }
            View::Object(fields) => Self::Object(
                fields
                    .into_iter()
                    .map(|field| (field.key, Self::from_raw(field.value)))
                    .collect(),
            ),
        }
    }

    /// The value as compact JSON text.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// The value of the last field called `key`.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields
                .iter()
                .rev()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The same value with the keys of all objects sorted, to compare what is written in another
    /// order.
    #[must_use]
    pub fn sorted(&self) -> Self {
        match self {
            Self::Array(elements) => Self::Array(elements.iter().map(Self::sorted).collect()),
            Self::Object(fields) => {
                let mut fields: Vec<_> = fields
                    .iter()
                    .map(|(key, value)| (key.clone(), value.sorted()))
                    .collect();
                fields.sort_by(|(a, _), (b, _)| a.cmp(b)); // stable: duplicates keep their order
                Self::Object(fields)
            }
            other => other.clone(),
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) | Self::Raw(text) => out.push_str(text),
            Self::String(text) => out.push_str(&quote(text)),
            Self::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    element.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (index, (key, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(&quote(key));
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// A string literal with only the escapes that the grammar requires.
pub(crate) fn quote(text: &str) -> String {
    serde_json::to_string(text).expect("a string is always writable")
}

/// One level of a raw value.
pub(crate) enum View<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(String),
    Array(Vec<&'a RawValue>),
    Object(Vec<Member<'a>>),
}

/// A field of an object.
pub(crate) struct Member<'a> {
    /// The key, decoded.
    pub(crate) key: String,
    /// The key as in the text, with its quotes.
    pub(crate) raw_key: &'a RawValue,
    /// The value.
    pub(crate) value: &'a RawValue,
}

impl<'a> View<'a> {
    /// Reads a value whose grammar has been checked and whose surrogates have been repaired.
    pub(crate) fn of(raw: &'a RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes()[0] {
            b'n' => Self::Null,
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'"' => Self::String(serde_json::from_str(text).expect("a checked string")),
            b'[' => Self::Array(serde_json::from_str(text).expect("a checked array")),
            b'{' => Self::Object(
                serde_json::from_str::<Members<'_>>(text)
                    .expect("checked object")
                    .0,
            ),
            _ => Self::Number(text),
        }
    }

    /// The kind of the value, for the text of a refusal.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

struct Members<'a>(Vec<Member<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Vec<Member<'de>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((raw_key, value)) =
                    map.next_entry::<&'de RawValue, &'de RawValue>()?
                {
                    let key = serde_json::from_str(raw_key.get()).expect("a checked key");
                    members.push(Member {
                        key,
                        raw_key,
                        value,
                    });
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect).map(Members)
    }
}
