//! The interpreter of the tables: reads one message and returns its canonical form or every
//! refusal.
//!
//! Section 2 and `docs/semantics.md`. Knowledge about single fields is in `tables`; only the few
//! rules that apply to a whole kind of value are here.

use super::json::{Json, Member, View, quote};
use super::tables::messages::MESSAGES;
use super::tables::runtime::RUNTIME_ENVIRONMENTS;
use super::tables::{Enumeration, Family, Field, Kind, Model, Presence, WhenAbsent, Written};
use super::text::Document;
use super::{Refusal, scalar};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// The canonical form of a message: the expected output of `normalize`.
///
/// # Errors
///
/// The first refusal in the order of the text.
pub fn normalize(input: &[u8]) -> Result<Json, Refusal> {
    let document = Document::read(input)?;
    let mut decoder = Decoder::new(&document);
    let message = decoder.message();
    match decoder.refusals.into_iter().next() {
        Some(refusal) => Err(refusal),
        None => Ok(message.expect("a message without refusal has a value")),
    }
}

/// The values of a message as they were read, after all coercions: absent ones have the default of
/// their table, but nothing is left out because it is empty, and fields that are never written are
/// there, too. One field has no default: an absent `timezone_offset` differs from zero for
/// outgoing-mapping.md section 6.2.
///
/// # Errors
///
/// The first refusal in the order of the text.
pub fn decoded(input: &[u8]) -> Result<Json, Refusal> {
    let document = Document::read(input)?;
    let mut decoder = Decoder::new(&document);
    decoder.form = Form::Read;
    let message = decoder.message();
    match decoder.refusals.into_iter().next() {
        Some(refusal) => Err(refusal),
        None => Ok(message.expect("a message without refusal has a value")),
    }
}

/// The fields of a runtime environment of unknown type, read as those of `unknown`.
pub(crate) fn decoded_environment(text: &str) -> Result<Json, Refusal> {
    let document = Document::read(text.as_bytes())?;
    let mut decoder = Decoder::new(&document);
    decoder.form = Form::Read;
    let mut members = RUNTIME_ENVIRONMENTS.members.iter();
    let (_, model) = members.find(|(name, _)| *name == "unknown").unwrap();
    let environment = decoder.object(document.root(), model);
    match decoder.refusals.into_iter().next() {
        Some(refusal) => Err(refusal),
        None => Ok(environment.expect("an object without refusal has a value")),
    }
}

/// All errors of a message; empty if it is accepted.
///
/// A reader may stop at any of them: which one it finds first depends on its order of reading.
pub fn refusals(input: &[u8]) -> Vec<Refusal> {
    match Document::read(input) {
        Ok(document) => {
            let mut decoder = Decoder::new(&document);
            decoder.message();
            decoder.refusals
        }
        Err(refusal) => vec![refusal],
    }
}

/// The coerced values of a message: the rule of `hydrant validate` that reports each, and its path.
/// Empty if the message is refused.
pub fn coercions(input: &[u8]) -> Vec<(&'static str, String)> {
    let Ok(document) = Document::read(input) else {
        return Vec::new();
    };
    let mut decoder = Decoder::new(&document);
    decoder.message();
    decoder.lone_surrogates(document.root());
    if decoder.refusals.is_empty() {
        decoder.coercions
    } else {
        Vec::new()
    }
}

/// What the interpreter found in a message. For tests of coverage.
#[derive(Debug, Default)]
pub struct Seen {
    /// (model, field) with a value.
    pub fields: BTreeSet<(&'static str, &'static str)>,
    /// (model, field) with null.
    pub nulls: BTreeSet<(&'static str, &'static str)>,
    /// (family or enumeration, wire value).
    pub values: BTreeSet<(&'static str, &'static str)>,
    /// Families and enumerations with an unknown value, and how often.
    pub unknown: BTreeMap<&'static str, usize>,
}

/// What the interpreter found in an accepted or refused message.
pub fn seen(input: &[u8]) -> Seen {
    let Ok(document) = Document::read(input) else {
        return Seen::default();
    };
    let mut decoder = Decoder::new(&document);
    decoder.message();
    decoder.seen
}

/// Which values are in the result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Those that the reference writes: column "Written" of the tables.
    Written,
    /// All.
    Read,
}

struct Decoder<'t> {
    document: &'t Document,
    form: Form,
    path: String,
    refusals: Vec<Refusal>,
    coercions: Vec<(&'static str, String)>,
    seen: Seen,
}

impl<'t> Decoder<'t> {
    fn new(document: &'t Document) -> Self {
        Self {
            document,
            form: Form::Written,
            path: String::new(),
            refusals: Vec::new(),
            coercions: Vec::new(),
            seen: Seen::default(),
        }
    }

    fn message(&mut self) -> Option<Json> {
        let root = self.document.root();
        match View::of(root) {
            View::Object(_) => self.one_of(root, &MESSAGES),
            other => {
                let reason = format!("expected an object, found {}", other.noun());
                self.refusals.push(Refusal::of_the_whole(reason));
                None
            }
        }
    }

    /// Reads a value that is not null. `None` if it counts as absent or was refused.
    fn value(&mut self, raw: &'t RawValue, kind: &'static Kind) -> Option<Json> {
        let read = match kind {
            Kind::TextOrJson => return self.text_or_json(raw),
            Kind::LongId => return self.long_id(raw),
            Kind::Location(model) => return self.location(raw, model),
            Kind::DoubleOrNone => scalar::double_or_none(&View::of(raw)),
            Kind::Text => scalar::string(&View::of(raw)),
            Kind::Uuid => scalar::uuid(&View::of(raw)),
            Kind::Int32 => scalar::int32(&View::of(raw)),
            Kind::Int64 => scalar::int64(&View::of(raw)),
            Kind::Double => scalar::double(&View::of(raw)),
            Kind::Decimal => scalar::decimal(&View::of(raw)),
            Kind::Bool => scalar::bool(&View::of(raw)),
            Kind::Instant => scalar::instant(&View::of(raw)),
            Kind::Opaque => Ok(Some(Json::Raw(self.document.compact(raw)))),
            Kind::Enum(enumeration) => return self.choice(raw, enumeration),
            Kind::Object(model) => return self.object(raw, model),
            Kind::OneOf(family) => return self.one_of(raw, family),
            Kind::List(element) => return self.list(raw, element),
            Kind::Map(value) => return self.map(raw, None, value),
            Kind::MapOf(keys, value) => return self.map(raw, Some(keys), value),
        };
        match (kind, &read) {
            (Kind::Instant, Ok(Some(_))) if scalar::is_adjusted(&View::of(raw)) => {
                self.coerced("real-time");
            }
            (Kind::Int32 | Kind::Int64, Ok(Some(_))) if scalar::is_truncated(&View::of(raw)) => {
                self.coerced("whole-number");
            }
            (_, Ok(None)) if scalar::is_null_text(&View::of(raw)) => self.coerced("null-text"),
            _ => {}
        }
        read.unwrap_or_else(|reason| self.refuse(reason))
    }

    fn coerced(&mut self, rule: &'static str) {
        let path = self.path.trim_start_matches('.').to_owned();
        self.coercions.push((rule, path));
    }

    /// Row F5. An escape in a key counts for the object.
    fn lone_surrogates(&mut self, raw: &RawValue) {
        let mut here = self.document.lone_surrogates(raw);
        if here == 0 {
            return;
        }
        let members = match View::of(raw) {
            View::Array(elements) => elements
                .into_iter()
                .enumerate()
                .map(|(index, element)| (format!("[{index}]"), element))
                .collect(),
            View::Object(members) => members
                .into_iter()
                .map(|member| (key_step(&member.key), member.value))
                .collect(),
            _ => Vec::new(),
        };
        for (step, value) in members {
            here -= self.document.lone_surrogates(value);
            self.within(&step, |this| this.lone_surrogates(value));
        }
        for _ in 0..here {
            self.coerced("lone-surrogate");
        }
    }

    fn text_or_json(&mut self, raw: &'t RawValue) -> Option<Json> {
        match View::of(raw) {
            View::Array(_) | View::Object(_) => {
                self.coerced("attribute-text");
                Some(Json::String(self.document.compact(raw)))
            }
            _ => self.value(raw, &Kind::Text),
        }
    }

    fn long_id(&mut self, raw: &'t RawValue) -> Option<Json> {
        let id = self.value(raw, &Kind::Int64)?;
        if matches!(&id, Json::Number(text) if text.parse::<i32>().is_err()) {
            self.coerced("audience-id");
        }
        Some(id)
    }

    /// Row T29: a place has two coordinates, and its values are finite.
    fn location(&mut self, raw: &'t RawValue, model: &'static Model) -> Option<Json> {
        let object = self.object(raw, model)?;
        match &object {
            Json::Object(fields) if fields.iter().any(|(_, value)| *value == Json::Null) => {
                self.coerced("location-finite");
                None
            }
            _ => Some(object),
        }
    }

    fn choice(&mut self, raw: &'t RawValue, enumeration: &'static Enumeration) -> Option<Json> {
        match View::of(raw) {
            View::String(text) => Some(Json::String(self.choose(&text, enumeration))),
            other => self.refuse_type("an enumeration value", &other),
        }
    }

    fn choose(&mut self, text: &str, enumeration: &'static Enumeration) -> String {
        let (text, known) = scalar::choice(text, enumeration);
        match known {
            Some(value) => {
                self.seen.values.insert((enumeration.name, value));
            }
            None => *self.seen.unknown.entry(enumeration.name).or_default() += 1,
        }
        text
    }

    /// Section 2.2 and row U2: the first `type` determines the model of the object.
    fn one_of(&mut self, raw: &'t RawValue, family: &'static Family) -> Option<Json> {
        let members = match View::of(raw) {
            View::Object(members) => members,
            other => return self.refuse_type("an object", &other),
        };
        let name = members
            .iter()
            .find(|member| member.key == "type")
            .map(|m| View::of(m.value));
        let name = match name {
            Some(View::String(name)) => name,
            None | Some(View::Null) => return self.refuse("missing `type`".to_owned()),
            Some(other) => {
                let reason = format!("expected a string, found {}", other.noun());
                return self.refuse_field("type", &reason);
            }
        };
        let Some((name, model)) = family.members.iter().find(|(known, _)| *known == name) else {
            if !family.keeps_unknown {
                return self.refuse_field("type", &format!("unknown {} type", family.name));
            }
            *self.seen.unknown.entry(family.name).or_default() += 1;
            // Row U8: the time of an event is read.
            for member in members.iter().filter(|_| family.name == "event") {
                let value = View::of(member.value);
                let rule = if scalar::is_null_text(&value) {
                    "null-text"
                } else if scalar::is_truncated(&value)
                    && matches!(scalar::int64(&View::of(member.value)), Ok(Some(_)))
                {
                    "whole-number"
                } else {
                    continue;
                };
                if member.key == "timestamp_ms" {
                    self.within(".timestamp_ms", |this| this.coerced(rule));
                }
            }
            return Some(Json::Raw(self.document.compact(raw)));
        };
        self.seen.values.insert((family.name, name));
        let mut fields = vec![("type".to_owned(), Json::String((*name).to_owned()))];
        let rest = members
            .into_iter()
            .filter(|member| member.key != "type")
            .collect();
        fields.extend(self.fields(rest, model));
        Some(Json::Object(fields))
    }

    fn object(&mut self, raw: &'t RawValue, model: &'static Model) -> Option<Json> {
        match View::of(raw) {
            View::Object(members) => Some(Json::Object(self.fields(members, model))),
            other => self.refuse_type("an object", &other),
        }
    }

    /// Reads the fields of an object in the order of the text and returns those to be written in
    /// table order.
    fn fields(&mut self, members: Vec<Member<'t>>, model: &'static Model) -> Vec<(String, Json)> {
        let table: Vec<&'static Field> = model.fields().collect();
        let mut slots: Vec<Option<Json>> = vec![None; table.len()];
        let mut refused = vec![false; table.len()];
        let mut former = vec![Vec::new(); model.former_lists.len()];
        for member in members {
            let list = model
                .former_lists
                .iter()
                .position(|(name, _)| *name == member.key);
            if let Some(list) = list {
                former[list] = self.former_list(&member, model);
                continue;
            }
            let Some(index) = table.iter().position(|field| field.name == member.key) else {
                continue; // 2.1: unknown fields are ignored at every level
            };
            let field = table[index];
            // The last of duplicate keys wins, also when it is null.
            slots[index] = if let View::Null = View::of(member.value) {
                self.seen.nulls.insert((model.name, field.name));
                None
            } else {
                self.seen.fields.insert((model.name, field.name));
                let before = self.refusals.len();
                let value = self.within(&key_step(field.name), |this| {
                    this.value(member.value, &field.kind)
                });
                refused[index] |= self.refusals.len() > before;
                value
            };
        }
        for ((_, action), audiences) in model.former_lists.iter().zip(former) {
            let index = table
                .iter()
                .position(|field| field.name == "audiences")
                .unwrap();
            let with_action = audiences
                .into_iter()
                .map(|audience| acted(audience, action));
            match &mut slots[index] {
                Some(Json::Array(list)) => list.extend(with_action),
                slot => *slot = Some(Json::Array(with_action.collect())),
            }
        }
        let mut written = Vec::new();
        for ((field, value), refused) in table.into_iter().zip(slots).zip(refused) {
            if !refused {
                self.enforce(field, value.as_ref());
            }
            let value = match self.form {
                Form::Written => to_write(field, defaulted(field, value)),
                Form::Read if field.name == "timezone_offset" => value,
                Form::Read => defaulted(field, value),
            };
            if let Some(value) = value {
                written.push((field.name.to_owned(), value));
            }
        }
        written
    }

    /// A list of a protocol before 2.0, whose elements are read like those of `audiences`.
    fn former_list(&mut self, member: &Member<'t>, model: &'static Model) -> Vec<Json> {
        if let View::Null = View::of(member.value) {
            return Vec::new();
        }
        let mut fields = model.fields();
        let audiences = fields.find(|field| field.name == "audiences").unwrap();
        self.within(&key_step(&member.key), |this| {
            this.coerced("audience-list");
            match this.value(member.value, &audiences.kind) {
                Some(Json::Array(list)) => list,
                _ => Vec::new(),
            }
        })
    }

    /// 2.3: presence is enforced only for identities and identity permissions. A missing field has
    /// no position of its own, so the path is that of the object.
    fn enforce(&mut self, field: &Field, value: Option<&Json>) {
        let empty = Json::String(String::new());
        match (field.presence, value) {
            (Presence::Enforced | Presence::EnforcedNotEmpty, None) => {
                self.refuse(format!("missing `{}`", field.name));
            }
            (Presence::EnforcedNotEmpty, Some(value)) if *value == empty => {
                self.refuse_field(field.name, &format!("empty `{}`", field.name));
            }
            _ => {}
        }
    }

    fn list(&mut self, raw: &'t RawValue, kind: &'static Kind) -> Option<Json> {
        let elements = match View::of(raw) {
            View::Array(elements) => elements,
            View::String(_) | View::Number(_) | View::Bool(_) if matches!(kind, Kind::Text) => {
                self.coerced("attribute-list");
                vec![raw]
            }
            other => return self.refuse_type("an array", &other),
        };
        let mut list = Vec::new();
        for (index, element) in elements.into_iter().enumerate() {
            if !matches!(View::of(element), View::Null) {
                list.extend(self.within(&format!("[{index}]"), |this| this.value(element, kind)));
                continue;
            }
            self.within(&format!("[{index}]"), |this| match kind {
                Kind::OneOf(family) if family.refuses_null => {
                    this.refuse(format!("{} is null", family.name));
                }
                _ => this.coerced("null-element"),
            });
            // Rows K9 and K10.
            if let Kind::Text = kind {
                list.push(Json::Null);
            }
        }
        Some(Json::Array(list))
    }

    /// Row K4: an entry keeps the place of the first occurrence of its key and takes the last
    /// value.
    fn map(
        &mut self,
        raw: &'t RawValue,
        keys: Option<&'static Enumeration>,
        kind: &'static Kind,
    ) -> Option<Json> {
        let members = match View::of(raw) {
            View::Object(members) => members,
            other => return self.refuse_type("an object", &other),
        };
        let mut entries: Vec<(String, Option<Json>)> = Vec::new();
        for member in members {
            let value = match View::of(member.value) {
                View::Null => None,
                _ => self.within(&key_step(&member.key), |this| {
                    this.value(member.value, kind)
                }),
            };
            let key = match keys {
                Some(enumeration) => self.choose(&member.key, enumeration),
                None => member.key,
            };
            match entries.iter_mut().find(|(known, _)| *known == key) {
                Some(entry) => entry.1 = value,
                None => entries.push((key, value)),
            }
        }
        // 2.1: entries without content are left out; an object without fields is content.
        let is_map = matches!(kind, Kind::Map(_));
        let everything = self.form == Form::Read;
        let kept = entries.into_iter().filter_map(|(key, value)| {
            let value = value.filter(|value| everything || !is_empty(value, is_map))?;
            Some((key, value))
        });
        Some(Json::Object(kept.collect()))
    }

    fn within<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let value = read(self);
        self.path.truncate(length);
        value
    }

    fn refuse(&mut self, reason: String) -> Option<Json> {
        self.refusals.push(match self.path.trim_start_matches('.') {
            "" => Refusal::of_the_whole(reason),
            path => Refusal::at(path, reason),
        });
        None
    }

    fn refuse_field(&mut self, name: &str, reason: &str) -> Option<Json> {
        self.within(&key_step(name), |this| this.refuse(reason.to_owned()))
    }

    fn refuse_type(&mut self, expected: &str, found: &View<'_>) -> Option<Json> {
        self.refuse(format!("expected {expected}, found {}", found.noun()))
    }
}

/// The step of a path for a key: `.name`, or `["text"]` if it does not consist of letters, digits
/// and underscores.
fn key_step(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !key.is_empty() && key.chars().all(plain) {
        format!(".{key}")
    } else {
        // JSON allows U+007F to U+009F as they are; a path shows their escapes.
        let mut quoted = String::new();
        for c in quote(key).chars() {
            match c {
                c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => quoted.push(c),
            }
        }
        format!("[{quoted}]")
    }
}

/// An audience with this action at its position among the fields of 5.13.
fn acted(audience: Json, action: &str) -> Json {
    let Json::Object(mut fields) = audience else {
        return audience;
    };
    fields.retain(|(name, _)| name != "action");
    let after = fields
        .iter()
        .position(|(name, _)| name == "user_attributes");
    let value = Json::String(action.to_owned());
    fields.insert(after.unwrap_or(fields.len()), ("action".to_owned(), value));
    Json::Object(fields)
}

/// Column "Default when absent".
fn defaulted(field: &Field, value: Option<Json>) -> Option<Json> {
    match (field.default, value) {
        (WhenAbsent::Absent, value) => value,
        (WhenAbsent::DataSaleOptOut, Some(value)) if !is_empty(&value, false) => Some(value),
        (WhenAbsent::DataSaleOptOut, _) => Some(Json::String("data_sale_opt_out".to_owned())),
        (_, Some(value)) => Some(value),
        (WhenAbsent::Zero, None) => Some(Json::Number("0".to_owned())),
        (WhenAbsent::NoLocation, None) => Some(Json::Null),
        (WhenAbsent::ZeroPointZero, None) => Some(Json::Number("0.0".to_owned())),
        (WhenAbsent::Hours24, None) => Some(Json::Number("24".to_owned())),
        (WhenAbsent::False, None) => Some(Json::Bool(false)),
        (WhenAbsent::True, None) => Some(Json::Bool(true)),
    }
}

/// Column "Written".
fn to_write(field: &Field, value: Option<Json>) -> Option<Json> {
    match field.written {
        Written::Always => Some(value.expect("a field that is always written has a default")),
        Written::WhenSet => value,
        Written::WhenNotEmpty => value.filter(|value| !is_empty(value, true)),
        Written::OnlyWhenTrue => value.filter(|value| *value == Json::Bool(true)),
        Written::Never => None,
    }
}

/// Whether a value is the empty text, the empty list or, if objects are maps here, the empty map.
fn is_empty(value: &Json, objects_are_maps: bool) -> bool {
    match value {
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(fields) => objects_are_maps && fields.is_empty(),
        _ => false,
    }
}
