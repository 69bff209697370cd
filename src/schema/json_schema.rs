//! A JSON Schema (draft 2020-12) from the declarations.

use std::fmt::Write as _;

use super::{EnumInfo, FamilyInfo, FieldInfo, Kind, MemberInfo, ModelInfo, Presence};

impl FamilyInfo {
    /// A JSON Schema of every member: an object whose `type` names it.
    ///
    /// The schema describes the output of the canonical writer for messages in which this version
    /// knows every value. Parsing accepts more (`docs/semantics.md`): `null` as absent, numbers in
    /// strings, and enumeration values and members that are newer than this version. The writer
    /// keeps the last two (D31), and such a message is not valid against the schema. `null`
    /// elements of lists that keep their position are valid, and so are points in time as RFC 3339
    /// text, which published messages contain. Undeclared fields are allowed, because the protocol
    /// grows.
    ///
    /// `required` lists the fields without which a message is refused. Four keywords are specific
    /// to this crate:
    ///
    /// - `x-required`: the protocol declares the field as required, but messages without it are
    ///   accepted.
    /// - `x-since`: the first SDK version that has the field.
    /// - `x-secret`: the value is never shown.
    /// - `x-decimal`: the digits of the number are kept exactly.
    ///
    /// ```
    /// let schema = hydrant::message::Message::INFO.json_schema();
    /// assert!(schema.starts_with("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\""));
    /// ```
    #[must_use]
    pub fn json_schema(&'static self) -> String {
        document(self.name, |schema| schema.family(self))
    }
}

impl MemberInfo {
    /// A JSON Schema of this member alone, in the form described at [`FamilyInfo::json_schema`].
    ///
    /// ```
    /// let messages = &hydrant::message::Message::INFO;
    /// let request = messages.members.iter().find(|member| member.tag == "dsr_processing_request").unwrap();
    /// assert!(request.json_schema().contains("\"subject_request_id\""));
    /// ```
    #[must_use]
    pub fn json_schema(&'static self) -> String {
        document(self.tag, |schema| schema.member(self))
    }
}

/// A schema with this title, whose keywords `root` returns, and the definitions that they refer to.
fn document(title: &str, root: impl FnOnce(&mut Definitions) -> Object) -> String {
    let mut definitions = Definitions::default();
    let mut schema = Object::default();
    schema.text("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.text("title", title);
    schema.0.extend(root(&mut definitions).0);
    let mut all = Object::default();
    while let Some((name, definition)) = definitions.next() {
        all.object(&name, definition);
    }
    schema.object("$defs", all);
    let mut text = String::new();
    Value::Object(schema).write(&mut text, 0);
    text.push('\n');
    text
}

/// A definition that is referred to.
#[derive(Clone, Copy)]
enum Target {
    Model(&'static ModelInfo),
    Member(&'static MemberInfo),
    Enum(&'static EnumInfo),
}

/// The definitions that are referred to, in this order, and how many of them have been written.
#[derive(Default)]
struct Definitions {
    targets: Vec<(String, Target)>,
    written: usize,
}

impl Definitions {
    fn next(&mut self) -> Option<(String, Object)> {
        let (name, target) = self.targets.get(self.written)?.clone();
        self.written += 1;
        let definition = match target {
            Target::Model(model) => self.fields(None, model.fields()),
            Target::Member(member) => self.member(member),
            Target::Enum(info) => {
                let mut definition = Object::default();
                definition.list("enum", info.values.iter().map(|value| Value::text(value)));
                definition
            }
        };
        Some((name, definition))
    }

    fn reference(&mut self, name: String, target: Target) -> Object {
        let mut reference = Object::default();
        reference.text("$ref", &format!("#/$defs/{name}"));
        if self.targets.iter().all(|(known, _)| *known != name) {
            self.targets.push((name, target));
        }
        reference
    }

    fn family(&mut self, family: &'static FamilyInfo) -> Object {
        let members = family.members.iter().map(|member| {
            let name = format!("{}.{}", family.name, member.tag);
            let Some(content) = family.content else {
                return Value::Object(self.reference(name, Target::Member(member)));
            };
            let (mut tag, mut properties) = (Object::default(), Object::default());
            tag.text("const", member.tag);
            properties.object(family.tag, tag);
            let model = member.model;
            let fields = self.reference(model.name.to_owned(), Target::Model(model));
            properties.object(content, fields);
            let mut envelope = Object::default();
            envelope.text("type", "object");
            envelope.object("properties", properties);
            envelope.list("required", [family.tag, content].map(Value::text));
            Value::Object(envelope)
        });
        let members: Vec<Value> = members.collect();
        let mut schema = Object::default();
        schema.list("oneOf", members);
        schema
    }

    fn member(&mut self, member: &'static MemberInfo) -> Object {
        self.fields(Some(member.tag), member.fields())
    }

    fn fields(
        &mut self,
        tag: Option<&str>,
        fields: impl Iterator<Item = &'static FieldInfo>,
    ) -> Object {
        let (mut properties, mut required) = (Object::default(), Vec::new());
        if let Some(tag) = tag {
            let mut discriminator = Object::default();
            discriminator.text("const", tag);
            properties.object("type", discriminator);
            required.push(Value::text("type"));
        }
        for field in fields {
            let mut property = self.kind(&field.kind);
            if field.presence == Presence::Required {
                property.0.push(("x-required".to_owned(), Value::True));
            }
            property.text("x-since", field.since);
            if field.secret {
                property.0.push(("x-secret".to_owned(), Value::True));
            }
            properties.object(field.name, property);
            if field.presence == Presence::Enforced {
                required.push(Value::text(field.name));
            }
        }
        let mut schema = Object::default();
        schema.text("type", "object");
        schema.object("properties", properties);
        if !required.is_empty() {
            schema.list("required", required);
        }
        schema
    }

    fn kind(&mut self, kind: &Kind) -> Object {
        let mut schema = Object::default();
        match kind {
            Kind::Text => schema.text("type", "string"),
            Kind::Int32 => {
                schema.text("type", "integer");
                schema.number("minimum", i32::MIN.into());
                schema.number("maximum", i32::MAX.into());
            }
            Kind::Int64 => {
                schema.text("type", "integer");
                schema.number("minimum", i64::MIN);
                schema.number("maximum", i64::MAX);
            }
            Kind::Double => schema.text("type", "number"),
            Kind::Bool => schema.text("type", "boolean"),
            Kind::Decimal => {
                schema.text("type", "number");
                schema.0.push(("x-decimal".to_owned(), Value::True));
            }
            Kind::Uuid => {
                schema.text("type", "string");
                schema.text("format", "uuid");
            }
            Kind::Timestamp => schema.list("type", [Value::text("number"), Value::text("string")]),
            Kind::Json => {}
            Kind::Enum(info) => return self.reference(info.name.to_owned(), Target::Enum(info)),
            Kind::Model(model) => {
                return self.reference(model.name.to_owned(), Target::Model(model));
            }
            Kind::Family(family) => return self.family(family),
            Kind::List(element) => {
                schema.text("type", "array");
                let element = self.kind(element);
                schema.object("items", element);
            }
            Kind::Nullable(value) => {
                let mut null = Object::default();
                null.text("type", "null");
                let value = self.kind(value);
                schema.list("anyOf", [Value::Object(value), Value::Object(null)]);
            }
            Kind::Map(map) => {
                schema.text("type", "object");
                if let Some(keys) = map.keys {
                    let keys = self.reference(keys.name.to_owned(), Target::Enum(keys));
                    schema.object("propertyNames", keys);
                }
                let values = self.kind(&map.values);
                schema.object("additionalProperties", values);
            }
        }
        schema
    }
}

/// The keywords of a schema, in order. Names and texts come from the declarations and need no
/// escapes.
#[derive(Default)]
struct Object(Vec<(String, Value)>);

enum Value {
    True,
    Number(i64),
    Text(String),
    List(Vec<Value>),
    Object(Object),
}

impl Object {
    fn text(&mut self, key: &str, text: &str) {
        self.0.push((key.to_owned(), Value::text(text)));
    }

    fn number(&mut self, key: &str, number: i64) {
        self.0.push((key.to_owned(), Value::Number(number)));
    }

    fn list(&mut self, key: &str, values: impl IntoIterator<Item = Value>) {
        let values = values.into_iter().collect();
        self.0.push((key.to_owned(), Value::List(values)));
    }

    fn object(&mut self, key: &str, object: Object) {
        self.0.push((key.to_owned(), Value::Object(object)));
    }
}

impl Value {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Appends the value, two spaces of indentation per level.
    fn write(&self, out: &mut String, level: usize) {
        let line = |out: &mut String, level: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", level));
        };
        match self {
            Self::True => out.push_str("true"),
            Self::Number(number) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "{number}");
            }
            Self::Text(text) => {
                let _ = write!(out, "\"{text}\"");
            }
            Self::List(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    line(out, level + 1);
                    value.write(out, level + 1);
                }
                line(out, level);
                out.push(']');
            }
            Self::Object(Object(entries)) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    line(out, level + 1);
                    let _ = write!(out, "\"{key}\": ");
                    value.write(out, level + 1);
                }
                line(out, level);
                out.push('}');
            }
        }
    }
}
