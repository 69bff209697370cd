//! Messages generated from the declarations of the library: every field of every message in turn,
//! in a message with as few other fields as possible.

use hydrant::message::Message;
use hydrant::schema::{FieldInfo, Kind, MapInfo, ModelInfo, Presence};
use serde_json::{Map, Value, json};

/// A field, with its position in a message.
pub(crate) struct Place<'p> {
    /// Its path, with the tags of families: `event_processing_request.events[custom_event].name`.
    pub(crate) path: &'p str,
    pub(crate) model: &'static ModelInfo,
    pub(crate) field: &'static FieldInfo,
    message: &'p dyn Fn(Option<Value>) -> Value,
}

impl Place<'_> {
    /// A message in which the field has this value.
    pub(crate) fn with(&self, value: Value) -> Value {
        (self.message)(Some(value))
    }

    /// The message without the field.
    pub(crate) fn without(&self) -> Value {
        (self.message)(None)
    }
}

/// Calls `visit` with every field of every message, at any depth and for each member of each
/// family.
pub(crate) fn each_field(visit: &mut dyn FnMut(&Place<'_>)) {
    for message in Message::INFO.members {
        let fields = message.fields().collect();
        object(
            message.model,
            fields,
            Some(message.tag),
            message.tag,
            &|object| object,
            visit,
        );
    }
}

/// The fields of an object, which `holder` puts into a message.
fn object(
    model: &'static ModelInfo,
    fields: Vec<&'static FieldInfo>,
    tag: Option<&'static str>,
    path: &str,
    holder: &dyn Fn(Value) -> Value,
    visit: &mut dyn FnMut(&Place<'_>),
) {
    for field in &fields {
        let message = |value: Option<Value>| {
            let mut object = enforced(tag, fields.iter().copied(), plain);
            match value {
                Some(value) => object.insert(field.name.to_owned(), value),
                None => object.remove(field.name),
            };
            holder(Value::Object(object))
        };
        let path = format!("{path}.{}", field.name);
        visit(&Place {
            path: &path,
            model,
            field,
            message: &message,
        });
        below(&field.kind, &path, &|value| message(Some(value)), visit);
    }
}

/// The fields of the objects in a value of this type.
fn below(
    kind: &Kind,
    path: &str,
    holder: &dyn Fn(Value) -> Value,
    visit: &mut dyn FnMut(&Place<'_>),
) {
    match kind {
        Kind::Model(model) => {
            let fields = model.fields().collect();
            object(model, fields, None, path, holder, visit);
        }
        Kind::Family(family) => {
            for member in family.members {
                let path = format!("{path}[{}]", member.tag);
                let fields = member.fields().collect();
                object(member.model, fields, Some(member.tag), &path, holder, visit);
            }
        }
        Kind::List(element) => below(element, path, &|value| holder(json!([value])), visit),
        Kind::Nullable(value) => below(value, path, holder, visit),
        Kind::Map(map) => {
            let entry = |value| holder(json!({ key(map): value }));
            below(&map.values, path, &entry, visit);
        }
        _ => {}
    }
}

/// The tag and the enforced fields, with values that `make` generates.
pub(crate) fn enforced(
    tag: Option<&str>,
    fields: impl Iterator<Item = &'static FieldInfo>,
    make: impl Fn(&Kind) -> Value,
) -> Map<String, Value> {
    let tag = tag.map(|tag| ("type".to_owned(), Value::from(tag)));
    let fields = fields.filter(|field| field.presence == Presence::Enforced);
    let fields = fields.map(|field| (field.name.to_owned(), make(&field.kind)));
    tag.into_iter().chain(fields).collect()
}

/// A key that a map may have.
pub(crate) fn key(map: &MapInfo) -> &'static str {
    map.keys.map_or("name", |keys| keys.values[0])
}

/// An ordinary value of this type, as the canonical writer writes it.
pub(crate) fn plain(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!("text"),
        Kind::Int32 | Kind::Int64 => json!(7),
        Kind::Double | Kind::Decimal => json!(12.5),
        Kind::Bool => json!(true),
        Kind::Uuid => json!("9daa09f0-0c61-4b46-a16a-272c8cdd47e8"),
        Kind::Timestamp => json!(1_714_592_744.5),
        Kind::Json => json!({"any": ["json"]}),
        Kind::Enum(info) => json!(info.values[0]),
        Kind::Model(model) => Value::Object(enforced(None, model.fields(), plain)),
        Kind::Family(family) => {
            let member = &family.members[0];
            Value::Object(enforced(Some(member.tag), member.fields(), plain))
        }
        Kind::List(element) => json!([plain(element)]),
        Kind::Nullable(value) => plain(value),
        Kind::Map(map) => json!({ key(map): plain(&map.values) }),
        other => panic!("no value of the type {other:?}"),
    }
}
