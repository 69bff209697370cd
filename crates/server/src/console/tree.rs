//! The typed view of a message: what was read, with the declared types.

use hydrant::json::Json;
use hydrant::schema::{Kind, ModelInfo};
use hydrant::write::JsonWriter;

use super::redact::is_hidden;
use crate::place::Place;

/// The most values of a message that are written; the others are counted.
const MOST_NODES: usize = 20_000;
/// The most characters of a text that are written.
const MOST_CHARACTERS: usize = 500;

/// Writes the values of a canonical text as nodes.
pub(super) fn write(json: &mut JsonWriter<'_>, canonical: &str, root: Place, revealed: bool) {
    let mut tree = Tree {
        revealed,
        left: MOST_NODES,
    };
    match Json::new(canonical) {
        Some(value) => json.object(|json| tree.node(json, "", "", value, root)),
        None => json.null(),
    }
}

struct Tree {
    revealed: bool,
    left: usize,
}

impl Tree {
    fn node(
        &mut self,
        json: &mut JsonWriter<'_>,
        name: &str,
        path: &str,
        value: Json<'_>,
        place: Place,
    ) {
        let tag = place.discriminator().and_then(|tag| value.get(tag)?.text());
        json.text_field("name", name);
        json.text_field("path", path);
        let is_list = value.raw().starts_with('[');
        if !is_list && !value.raw().starts_with('{') {
            self.leaf(json, value, place);
            return;
        }
        let mut children = 0;
        let mut left_out = 0;
        json.list_field("children", |json| {
            let mut each = |tree: &mut Self, name: &str, path: String, value, place| {
                children += 1;
                if tree.left == 0 {
                    left_out += 1;
                    return;
                }
                tree.left -= 1;
                json.object_element(|json| tree.node(json, name, &path, value, place));
            };
            for (index, value) in value.elements().enumerate() {
                each(
                    self,
                    &index.to_string(),
                    format!("{path}[{index}]"),
                    value,
                    place.element(),
                );
            }
            for (key, value) in value.members() {
                let (class, place) = place.field(&key, tag.as_deref());
                let shown = if is_hidden(class, self.revealed) {
                    "…"
                } else {
                    &key
                };
                each(self, shown, join(path, shown), value, place);
            }
        });
        let kind = match place.kind {
            Some(kind) => type_name(kind, tag.as_deref()),
            None => String::new(),
        };
        let count = if is_list || matches!(place.kind, Some(Kind::Map(_))) {
            format!(" ({children})")
        } else {
            String::new()
        };
        json.text_field("type", &format!("{kind}{count}"));
        json.null_field("value");
        match left_out {
            0 => json.null_field("note"),
            more => json.text_field("note", &format!("{more} not listed")),
        }
        json.bool_field("hidden", false);
    }

    fn leaf(&self, json: &mut JsonWriter<'_>, value: Json<'_>, place: Place) {
        let text = value.text();
        let known = match (place.kind, &text) {
            (Some(Kind::Enum(info)), Some(text)) => info.values.contains(&&**text),
            _ => true,
        };
        let whole = text.as_deref().unwrap_or(value.raw());
        let hidden = is_hidden(place.scalar(whole), self.revealed) && !is_constant(value);
        let mut shown: String = whole.chars().take(MOST_CHARACTERS).collect();
        if hidden {
            shown = "•".repeat(shown.chars().count());
        } else if shown.len() < whole.len() {
            shown.push('…');
        }
        json.text_field(
            "type",
            &place
                .kind
                .map_or_else(String::new, |kind| type_name(kind, None)),
        );
        json.text_field("value", &shown);
        match known {
            true => json.null_field("note"),
            false => json.text_field("note", "not known to this version"),
        }
        json.bool_field("hidden", hidden);
        json.null_field("children");
    }
}

fn is_constant(value: Json<'_>) -> bool {
    matches!(value.raw(), "true" | "false" | "null" | "\"\"")
}

/// The name of a type, for people. `tag` is the member of a family.
pub(super) fn type_name(kind: Kind, tag: Option<&str>) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Int32 | Kind::Int64 => "integer".to_owned(),
        Kind::Double => "number".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Decimal => "decimal number".to_owned(),
        Kind::Uuid => "uuid".to_owned(),
        Kind::Timestamp => "time".to_owned(),
        Kind::Enum(info) => info.name.to_owned(),
        Kind::Model(model) => model.name.to_owned(),
        Kind::Family(family) => {
            let mut members = family.members.iter();
            let member = members.find(|member| Some(member.tag) == tag);
            let model: Option<&ModelInfo> = member.map(|member| member.model);
            model.map_or(family.name, |model| model.name).to_owned()
        }
        Kind::List(element) => format!("list of {}", type_name(*element, None)),
        Kind::Nullable(value) => format!("{} or null", type_name(*value, None)),
        Kind::Map(map) => format!("map of {}", type_name(map.values, None)),
        _ => "any JSON".to_owned(),
    }
}

/// Appends a key to a path in the notation of [`hydrant::Error::path`].
pub(super) fn join(path: &str, key: &str) -> String {
    let mut shown: String = key.chars().take(100).collect();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_plain = !key.is_empty() && shown.bytes().all(is_word);
    if shown.len() < key.len() {
        shown.push('…');
    }
    if !is_plain {
        let mut quoted = Vec::new();
        JsonWriter::new(&mut quoted).text(&shown);
        return format!("{path}[{}]", String::from_utf8_lossy(&quoted));
    }
    if path.is_empty() {
        shown
    } else {
        format!("{path}.{shown}")
    }
}
