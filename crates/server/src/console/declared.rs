//! What the protocol declares at the path of an error, so that nobody has to look it up.

use hydrant::json::Json;
use hydrant::message::{Message, MessageType};
use hydrant::schema::{FieldInfo, Kind, Presence};
use hydrant::write::JsonWriter;

use super::tree::type_name;
use crate::place::element;

/// A value at a path.
struct Found<'t> {
    kind: Kind,
    presence: Presence,
    value: Option<Json<'t>>,
    /// The type that the object around it names, and whether this is that name.
    names_type: bool,
}

/// Writes what is declared at a path of a text, or null.
pub(super) fn write(json: &mut JsonWriter<'_>, text: &str, path: &str) {
    let Some(found) = find(text, path) else {
        json.null();
        return;
    };
    json.object(|json| {
        json.text_field("path", path);
        let (kind, values, fields) = describe(&found, path.is_empty());
        json.text_field("type", &kind);
        json.text_field("presence", presence(found.presence));
        json.list_field("values", |json| {
            values.iter().for_each(|value| json.text_element(value));
        });
        json.list_field("fields", |json| {
            for field in fields {
                json.object_element(|json| {
                    json.text_field("name", field.name);
                    json.text_field("type", &in_words(field.kind));
                    json.text_field("presence", presence(field.presence));
                });
            }
        });
    });
}

fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Enforced => "required",
        Presence::Required => "expected",
        _ => "optional",
    }
}

/// The type in words, the values that are allowed, and the fields of an object.
fn describe(
    found: &Found<'_>,
    is_message: bool,
) -> (String, Vec<&'static str>, Vec<&'static FieldInfo>) {
    match found.kind {
        Kind::Family(family) => {
            let tags: Vec<&str> = family.members.iter().map(|member| member.tag).collect();
            let tag = found.value.and_then(|value| value.get(family.tag)?.text());
            let mut members = family.members.iter();
            let member = members.find(|member| Some(member.tag) == tag.as_deref());
            if found.names_type {
                return (
                    format!("the type of {}", article(family.name)),
                    requests(tags),
                    Vec::new(),
                );
            }
            match member {
                Some(member) => {
                    let fields = if family.content.is_none() {
                        member.fields().collect()
                    } else {
                        Vec::new()
                    };
                    (format!("an object, {}", member.tag), Vec::new(), fields)
                }
                None if is_message => {
                    let text = "an object whose field `type` names the message".to_owned();
                    (text, requests(tags), Vec::new())
                }
                None => (
                    format!("an object whose field `{}` is one of these", family.tag),
                    tags,
                    Vec::new(),
                ),
            }
        }
        Kind::Model(model) => (in_words(found.kind), Vec::new(), model.fields().collect()),
        Kind::Enum(info) => (in_words(found.kind), info.values.to_vec(), Vec::new()),
        kind => (in_words(kind), Vec::new(), Vec::new()),
    }
}

/// The types of messages that a module receives; other types as they are.
fn requests(mut tags: Vec<&'static str>) -> Vec<&'static str> {
    if tags.contains(&MessageType::EventProcessingRequest.as_str()) {
        tags.retain(|tag| tag.ends_with("_request"));
    }
    tags
}

fn article(name: &str) -> String {
    let article = if name.starts_with(['A', 'E', 'I', 'O', 'U']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

/// `a list of ScreenViewEvent`, for a sentence.
pub(super) fn in_words(kind: Kind) -> String {
    match kind {
        Kind::Text => "a string".to_owned(),
        Kind::Int32 => "an integer of 32 bits".to_owned(),
        Kind::Int64 => "an integer".to_owned(),
        Kind::Double => "a number".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Decimal => "a decimal number".to_owned(),
        Kind::Uuid => "a uuid, such as \"76e558fa-f456-437c-bb81-e658f75a7bd9\"".to_owned(),
        Kind::Timestamp => {
            "a time: seconds since 1970, or a text such as \"2024-05-01T19:45:44Z\"".to_owned()
        }
        Kind::Enum(info) => format!("one of {}", info.name),
        Kind::Model(model) => format!("an object, {}", model.name),
        Kind::Family(family) => format!("an object, {}", family.name),
        Kind::List(_) => format!("a {}", type_name(kind, None)),
        Kind::Map(map) => format!("an object with any keys, {} for each", in_words(map.values)),
        Kind::Nullable(value) => format!("{} or null", in_words(*value)),
        _ => "any JSON".to_owned(),
    }
}

/// Follows the path from the top of the message.
fn find<'t>(text: &'t str, path: &str) -> Option<Found<'t>> {
    let mut found = Found {
        kind: Kind::Family(&Message::INFO),
        presence: Presence::Enforced,
        value: Json::new(text.trim_start_matches('\u{feff}')),
        names_type: false,
    };
    for step in steps(path)? {
        found = match step {
            Step::Index(index) => Found {
                kind: element(found.kind)?,
                presence: Presence::Optional,
                value: found.value.and_then(|value| value.at(index)),
                names_type: false,
            },
            Step::Key(key) => found.field(&key)?,
        };
    }
    Some(found)
}

impl<'t> Found<'t> {
    fn field(self, key: &str) -> Option<Self> {
        let value = self.value.and_then(|value| value.get(key));
        let (kind, presence) = match self.kind {
            Kind::Model(model) => named(key, model.fields())?,
            Kind::Map(map) => (map.values, Presence::Optional),
            Kind::Family(family) if key == family.tag => {
                let presence = Presence::Enforced;
                return Some(Self {
                    presence,
                    names_type: true,
                    ..self
                });
            }
            Kind::Family(family) if family.content.is_none() => {
                let tag = self.value.and_then(|value| value.get(family.tag)?.text());
                let mut members = family.members.iter();
                let member = members.find(|member| Some(member.tag) == tag.as_deref())?;
                named(key, member.fields())?
            }
            _ => return None,
        };
        Some(Self {
            kind,
            presence,
            value,
            names_type: false,
        })
    }
}

fn named(
    name: &str,
    mut fields: impl Iterator<Item = &'static FieldInfo>,
) -> Option<(Kind, Presence)> {
    let field = fields.find(|field| field.name == name)?;
    Some((field.kind, field.presence))
}

enum Step {
    Key(String),
    Index(usize),
}

/// The steps of a path; `None` if it has a key that is hidden, or one that no declaration has.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(bracket) = rest.strip_prefix('[') {
            let (inside, after) = bracket.split_once(']')?;
            steps.push(Step::Index(inside.parse().ok()?));
            rest = after;
        } else {
            rest = rest.trim_start_matches('.');
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        }
    }
    Some(steps)
}
