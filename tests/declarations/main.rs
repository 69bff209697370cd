//! Compares the declarations of the models with the tables of the specification
//! (`docs/protocol/firehose-protocol.md`): fields, types, presence, writing rules, versions, the
//! matrix of environments, and enumerations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod document;
mod outgoing;
mod protocol;

use std::collections::{BTreeMap, BTreeSet};

use hydrant::message::Message;
use hydrant::schema::{EnumInfo, FamilyInfo, FieldInfo, Kind, ModelInfo};
use protocol::{Field, Protocol, version};

const MESSAGE: Kind = Kind::Family(&Message::INFO);

/// Fields without a row. The model of the reference does not have `extensions`; it is kept for
/// logging (section 3.6).
const NO_ROW: &[(&str, &str)] = &[("DsrProcessingRequest", "extensions")];

/// For each family, the enumeration of its discriminators and the model of the fields that its
/// members share.
const FAMILIES: &[(&str, &str, Option<&str>)] = &[
    ("Message", "MessageType", Some("MessageCommon")),
    ("Event", "EventType", Some("EventCommon")),
    ("RuntimeEnvironment", "RuntimeType", Some("RuntimeCommon")),
    ("SystemNotification", "SystemNotificationType", None),
    ("Setting", "SettingType", Some("SettingCommon")),
    ("Authentication", "AuthenticationType", None),
];

/// All declarations that can occur in a message. Declarations with the same name must be equal.
#[derive(Default)]
struct Declared {
    models: BTreeMap<&'static str, &'static ModelInfo>,
    families: BTreeMap<&'static str, &'static FamilyInfo>,
    enumerations: BTreeMap<&'static str, &'static EnumInfo>,
}

impl Declared {
    fn all() -> Self {
        let mut all = Self::default();
        all.visit(&MESSAGE);
        all
    }

    fn visit(&mut self, kind: &Kind) {
        match kind {
            Kind::Enum(info) => self.enumeration(info),
            Kind::List(element) | Kind::Nullable(element) => self.visit(element),
            Kind::Map(map) => {
                map.keys.into_iter().for_each(|keys| self.enumeration(keys));
                self.visit(&map.values);
            }
            Kind::Model(model) => self.model(model),
            Kind::Family(family) => {
                let known = self.families.insert(family.name, family);
                let tags = |family: &FamilyInfo| {
                    let members = family.members.iter();
                    members
                        .map(|member| (member.tag, member.model.name))
                        .collect::<Vec<_>>()
                };
                if let Some(known) = known {
                    assert_eq!(
                        tags(known),
                        tags(family),
                        "two families are {}",
                        family.name
                    );
                }
                family
                    .members
                    .iter()
                    .for_each(|member| self.model(member.model));
            }
            _ => {}
        }
    }

    fn model(&mut self, model: &'static ModelInfo) {
        if let Some(known) = self.models.insert(model.name, model) {
            assert_eq!(own(known), own(model), "two models are {}", model.name);
            return;
        }
        model
            .shared
            .into_iter()
            .for_each(|shared| self.model(shared));
        model.own.iter().for_each(|field| self.visit(&field.kind));
    }

    fn enumeration(&mut self, info: &'static EnumInfo) {
        if let Some(known) = self.enumerations.insert(info.name, info) {
            assert_eq!(
                known.values, info.values,
                "two enumerations are {}",
                info.name
            );
        }
    }
}

/// A declared type in the notation of the document.
fn spelled(kind: &Kind) -> String {
    match kind {
        Kind::Text => "string".to_owned(),
        Kind::Int32 => "int32".to_owned(),
        Kind::Int64 => "int64".to_owned(),
        Kind::Double => "double".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Decimal => "decimal".to_owned(),
        Kind::Uuid => "uuid".to_owned(),
        Kind::Timestamp => "instant".to_owned(),
        Kind::Enum(info) => format!("enum {}", info.name),
        Kind::Model(model) => model.name.to_owned(),
        Kind::Family(family) => family.name.to_owned(),
        Kind::List(element) => format!("list of {}", spelled(element)),
        // The tables do not show which elements may be null (D11).
        Kind::Nullable(value) => spelled(value),
        Kind::Map(map) => {
            let keys = map
                .keys
                .map_or_else(|| "string".to_owned(), |keys| format!("enum {}", keys.name));
            format!("map<{keys},{}>", spelled(&map.values))
        }
        other => format!("{other:?}"),
    }
}

/// The fields of a model without shared ones.
fn own(model: &ModelInfo) -> Vec<Field> {
    let field = |field: &FieldInfo| Field {
        name: field.name.to_owned(),
        kind: spelled(&field.kind),
        presence: field.presence,
        written: field.written,
        since: version(field.since),
    };
    model.own.iter().map(field).collect()
}

/// The differences between the declarations and this text of the specification.
fn differences(text: &str) -> Vec<String> {
    let declared = Declared::all();
    let mut protocol = Protocol::of(text);
    let mut found = std::mem::take(&mut protocol.faults);
    for (name, model) in &declared.models {
        let mut fields = own(model);
        fields.retain(|field| !NO_ROW.contains(&(name, &field.name)));
        let mut expected = protocol.models.remove(*name).unwrap_or_default();
        // The matrix is sorted by name, but the declaration is in the order of writing. In all
        // other tables the orders are the same.
        if *name == "Runtime" {
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            expected.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let names = |fields: &[Field]| {
            fields
                .iter()
                .map(|field| field.name.clone())
                .collect::<Vec<_>>()
        };
        if names(&fields) != names(&expected) {
            let (fields, expected) = (names(&fields), names(&expected));
            found.push(format!(
                "{name} has the fields {fields:?}, the document {expected:?}"
            ));
        }
        for (field, expected) in fields.iter().zip(&expected) {
            if field != expected {
                found.push(format!("{name}: {field:?}, the document {expected:?}"));
            }
        }
    }
    found.extend(
        protocol
            .models
            .keys()
            .map(|name| format!("{name} is not declared")),
    );
    found.extend(families(&declared, &mut protocol));
    let mut enumerations: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    for (name, info) in &declared.enumerations {
        enumerations.insert((*name).to_owned(), texts(info.values));
    }
    for (family, name, _) in FAMILIES {
        let members = declared
            .families
            .get(family)
            .map_or(&[][..], |family| family.members);
        let tags: Vec<&str> = members.iter().map(|member| member.tag).collect();
        let tags = texts(&tags);
        if enumerations.get(*name).is_some_and(|known| *known != tags) {
            found.push(format!("{family} has other members than {name}"));
        }
        enumerations.insert((*name).to_owned(), tags);
    }
    let names: BTreeSet<&String> = enumerations
        .keys()
        .chain(protocol.enumerations.keys())
        .collect();
    for name in names {
        let (values, expected) = (enumerations.get(name), protocol.enumerations.get(name));
        if values != expected {
            found.push(format!("{name}: {values:?}, the document {expected:?}"));
        }
    }
    found
}

/// The differences of families: the model of each `type`, and the fields of each environment.
fn families(declared: &Declared, protocol: &mut Protocol) -> Vec<String> {
    let mut found = Vec::new();
    let known: BTreeSet<&str> = FAMILIES.iter().map(|(name, ..)| *name).collect();
    assert!(declared.families.keys().copied().eq(known));
    for (name, _, shared) in FAMILIES {
        let family = declared.families[name];
        for member in family.members {
            let at = format!("{name} {}", member.tag);
            let model = member.model;
            if model.shared.map(|shared| shared.name) != *shared {
                found.push(format!("{at} has another shared part"));
            }
            let wrong = match *name {
                "Event" => {
                    let own = (!model.own.is_empty()).then(|| model.name.to_owned());
                    protocol.events.remove(member.tag) != Some(own)
                }
                "RuntimeEnvironment" => {
                    let shared = model.shared.map_or(&[][..], |shared| shared.own).len();
                    let fields = member
                        .fields()
                        .skip(shared)
                        .map(|field| field.name.to_owned());
                    protocol.environments.remove(member.tag) != Some(fields.collect())
                }
                "Authentication" => false,
                // The text before the table names the `type`.
                _ => protocol.captions.get(model.name).is_some_and(|caption| {
                    let mut words =
                        caption.split(|char: char| !char.is_alphanumeric() && char != '_');
                    words.all(|word| word != member.tag)
                }),
            };
            if wrong {
                found.push(format!("{at} differs from the document"));
            }
        }
    }
    let events = protocol.events.keys().map(|tag| format!("Event {tag}"));
    let environments = protocol
        .environments
        .keys()
        .map(|tag| format!("RuntimeEnvironment {tag}"));
    found.extend(
        events
            .chain(environments)
            .map(|at| format!("{at} is not declared")),
    );
    let members = declared.families["Message"].members.iter();
    if !members
        .map(|member| member.tag)
        .eq(protocol.messages.iter().map(String::as_str))
    {
        found.push("section 3 lists other messages".to_owned());
    }
    found
}

#[test]
fn names_are_unique_and_versions_are_releases() {
    let declared = Declared::all();
    assert!(declared.models.len() > 50, "{:?}", declared.models.keys());
    for (name, model) in &declared.models {
        let names: BTreeSet<&str> = model.fields().map(|field| field.name).collect();
        assert_eq!(
            names.len(),
            model.fields().count(),
            "{name} has a field twice"
        );
        for field in model.own {
            let at = format!("{name}.{}: since {}", field.name, field.since);
            let [major, minor, patch] = version(field.since);
            assert_eq!(field.since, format!("{major}.{minor}.{patch}"), "{at}");
            assert!(
                ([1, 0, 0]..=[3, 2, 0]).contains(&[major, minor, patch]),
                "{at}"
            );
        }
    }
    // Models, families and enumerations share the namespace of the JSON Schema.
    let names: BTreeSet<&str> = (declared.models.keys())
        .chain(declared.families.keys())
        .chain(declared.enumerations.keys())
        .copied()
        .collect();
    let count = declared.models.len() + declared.families.len() + declared.enumerations.len();
    let twice = count - names.len();
    assert_eq!(twice, 0, "{twice} names are used twice");
}

#[test]
fn declarations_agree_with_the_specification() {
    let found = differences(&document::read());
    assert!(found.is_empty(), "{found:#?}");
}

/// The comparison covers every row: if a row is missing or has another type, presence, writing rule
/// or version, this is a difference.
#[test]
fn every_row_of_the_specification_is_compared() {
    let text = document::read();
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: Option<&str>| {
        let mut changed = lines.clone();
        match line {
            Some(line) => changed[at] = line,
            None => _ = changed.remove(at),
        }
        differences(&changed.join("\n"))
    };
    let tables = document::tables(&text);
    let mut changes = 0;
    for table in tables.iter().filter(|table| protocol::has_fields(table)) {
        for row in &table.rows {
            let line = lines[row.line];
            assert!(!with(row.line, None).is_empty(), "without {line}");
            for (at, title) in table.columns().iter().enumerate() {
                let others: &[&str] = match title.as_str() {
                    "Field" => &["`fields`"],
                    "Type" => &["`strings`"],
                    "Required" if line.contains("| yes |") => &["no"],
                    "Required" => &["yes"],
                    "Written" if line.contains("| always |") => &["when set"],
                    "Written" => &["always"],
                    // A field is as old as the oldest model that has it, and not older than its
                    // model.
                    "Since" => &["0.0.1", "9.9.9"],
                    "Default when absent" | "Meaning" => continue,
                    // A column of the matrix.
                    _ if table.cell(row, title).is_empty() => &["x"],
                    _ => &[""],
                };
                // The first cell, before the first bar, is empty.
                let mut cells: Vec<&str> = line.split('|').collect();
                let is_noticed = others.iter().any(|other| {
                    cells[at + 1] = if other.is_empty() { " " } else { other };
                    let changed = cells.join("|").replace("||", "| |");
                    !with(row.line, Some(&changed)).is_empty()
                });
                assert!(is_noticed, "{title} of {line}");
                changes += 1;
            }
        }
    }
    assert!(changes > 1_000, "only {changes} changes");
}
