//! Compares the published schemas with the declarations: names, types and presence of the fields of
//! every model.

use std::collections::BTreeSet;

use hydrant::message::{AccessTokenType, Account, GrantType, Message, PlatformFields};
use hydrant::schema::{FamilyInfo, FieldInfo, Kind, MemberInfo, ModelInfo, Presence};
use hydrant_reference::Json;

use crate::models::{HOLDERS, Holder};
use crate::properties;
use crate::published::{self, Schemas, text};

/// A difference between a declaration and its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// The schema does not have the field.
    Unpublished,
    /// The declaration does not have the field.
    Undeclared,
    /// The types are not the same.
    Type,
    /// The keys of a map are an enumeration in only one of them.
    Keys,
    /// Only one of them requires the field.
    Presence,
}

/// The deliberate differences.
#[rustfmt::skip]
const DELIBERATE: &[(&str, &str, Difference, &str)] = &[
    ("DsrProcessingRequest", "extensions", Difference::Unpublished, "sent, and unknown to the model (section 3.6)"),
    ("DsrProcessingRequest", "subject_identities", Difference::Keys, "the schema lists no keys (D4)"),
    ("Identity", "type", Difference::Unpublished, "the base of the identities, each of which has its own types"),
];

/// Schemas of the bases of families, with the fields that all members share. Two of these families
/// have no shared fields.
const BASES: &[&str] = &[
    "AuthenticationConfiguration",
    "Event",
    "RuntimeEnvironment",
    "Setting",
    "SystemNotification",
];

/// The declaration of a schema.
#[derive(Clone, Copy)]
enum Declared {
    Model(&'static ModelInfo),
    Member(&'static FamilyInfo, &'static MemberInfo),
}

impl Declared {
    /// The declaration to which the path of the holder leads.
    fn of(holder: &Holder) -> Self {
        let message = Json::read(holder.body.replace("{$}", "{}").as_bytes()).unwrap();
        let (mut kind, mut value) = (Kind::Family(&Message::INFO), &message);
        for step in holder.path.split('.').filter(|step| !step.is_empty()) {
            (kind, value) = match (kind, value) {
                (Kind::List(element), Json::Array(elements)) => (*element, &elements[0]),
                (Kind::Map(map), value) => (map.values, value.get(step).unwrap()),
                (kind, value) => {
                    let fields = match kind {
                        Kind::Family(family) => {
                            member(family, text(value, "type")).fields().collect()
                        }
                        Kind::Model(model) => model.fields().collect(),
                        _ => Vec::new(),
                    };
                    let found = fields.iter().find(|field| field.name == step);
                    let found = found.unwrap_or_else(|| panic!("{}: no {step}", holder.schema));
                    (found.kind, value.get(step).unwrap())
                }
            };
        }
        match kind {
            Kind::Family(family) => {
                let tag = holder.type_name.expect("a member has a tag");
                Self::Member(family, member(family, tag))
            }
            Kind::Model(model) => Self::Model(model),
            other => panic!("{}: {other:?}", holder.schema),
        }
    }

    fn model(&self) -> &'static ModelInfo {
        match self {
            Self::Model(model) => model,
            Self::Member(_, member) => member.model,
        }
    }

    /// The fields that the schema should have.
    fn fields(&self, schema: &str) -> Vec<&'static FieldInfo> {
        match self {
            Self::Member(_, member) if BASES.contains(&schema) => {
                let shared = member.model.shared;
                shared.map_or(Vec::new(), |shared| shared.fields().collect())
            }
            Self::Member(_, member) => member.fields().collect(),
            Self::Model(model) => model.fields().collect(),
        }
    }
}

fn member(family: &'static FamilyInfo, tag: &str) -> &'static MemberInfo {
    let found = family.members.iter().find(|member| member.tag == tag);
    found.unwrap_or_else(|| panic!("{}: no {tag}", family.name))
}

/// The difference between the type of a field and that in its schema, if any.
fn differs(kind: &Kind, property: &Json) -> Option<Difference> {
    let same = match (text(property, "type"), kind) {
        ("string", Kind::Enum(info)) => {
            published::values(property).is_some_and(|values| values == info.values)
        }
        ("string", Kind::Uuid) => property.get("format") == Some(&Json::String("uuid".to_owned())),
        ("string", Kind::Text) => {
            property.get("enum").is_none() && property.get("format").is_none()
        }
        ("integer", Kind::Int32 | Kind::Int64) => true,
        ("number", Kind::Double | Kind::Decimal) => true,
        ("boolean", Kind::Bool) => true,
        // `submitted_time` (D5).
        ("any", Kind::Timestamp) => true,
        ("array", Kind::List(element)) => {
            let element = match *element {
                Kind::Nullable(value) => value,
                element => element,
            };
            return differs(element, property.get("items").unwrap());
        }
        ("object", Kind::Map(map)) => {
            let Some(values) = property.get("additionalProperties") else {
                return Some(Difference::Type);
            };
            let keys = map.keys.map(|_| Difference::Keys);
            return differs(&map.values, values).or(keys);
        }
        ("object", Kind::Model(model)) => {
            matches!(class(property), Some(Declared::Model(found)) if found.name == model.name)
        }
        ("object", Kind::Family(family)) => {
            matches!(class(property), Some(Declared::Member(found, _)) if found.name == family.name)
        }
        _ => false,
    };
    (!same).then_some(Difference::Type)
}

/// The declaration of an object, whose class is the last part of its `id` or `$ref`. Maps have
/// none.
fn class(property: &Json) -> Option<Declared> {
    let urn = ["id", "$ref"].iter().find_map(|key| property.get(key));
    let Some(Json::String(urn)) = urn else {
        return None;
    };
    let name = urn.rsplit(':').next().unwrap();
    let holder = HOLDERS.iter().find(|holder| holder.schema == name);
    Some(Declared::of(
        holder.unwrap_or_else(|| panic!("no model of {urn}")),
    ))
}

fn is_required(property: &Json) -> bool {
    property.get("required") == Some(&Json::Bool(true))
}

#[test]
fn declarations_agree_with_the_schemas() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    let mut differences = Vec::new();
    let (mut fields, mut required, mut discriminators) = (0, 0, 0);
    let mut models = BTreeSet::new();
    for holder in HOLDERS {
        let schema = schemas.get(holder.schema);
        let found = Declared::of(holder);
        models.insert(found.model().name);
        let published = properties(holder, schema);
        let declared = found.fields(holder.schema);
        let mut note = |field: &str, difference| {
            differences.push((holder.schema, field.to_owned(), difference));
        };
        for field in &declared {
            if published.iter().all(|(name, _)| name != field.name) {
                note(field.name, Difference::Unpublished);
            }
        }
        for (name, property) in published {
            let Some(field) = declared.iter().find(|field| field.name == name) else {
                note(name, Difference::Undeclared);
                continue;
            };
            if let Some(difference) = differs(&field.kind, property) {
                note(name, difference);
            }
            if is_required(property) != (field.presence != Presence::Optional) {
                note(name, Difference::Presence);
            }
            fields += 1;
            required += usize::from(is_required(property));
        }
        // The schema of a member lists all tags of its family (D3).
        if let Declared::Member(family, _) = found {
            let values = schema.get("properties").and_then(|all| all.get("type"));
            let tags: Vec<&str> = family.members.iter().map(|member| member.tag).collect();
            assert_eq!(
                published::values(values.unwrap()).unwrap(),
                tags,
                "{}",
                holder.schema
            );
            discriminators += 1;
        }
    }
    let deliberate = DELIBERATE.iter();
    let deliberate = deliberate
        .map(|(schema, field, difference, _)| (*schema, (*field).to_owned(), *difference));
    assert_eq!(differences, deliberate.collect::<Vec<_>>());

    let mut all = BTreeSet::new();
    Kind::Family(&Message::INFO).visit_models(&mut |model| {
        all.insert(model.name);
    });
    assert_eq!(models, all);
    // The numbers of comparisons, so that the test cannot pass by comparing nothing.
    assert_eq!((HOLDERS.len(), discriminators), (74, 48), "schemas");
    assert_eq!(models.len(), 58, "models");
    assert_eq!((fields, required), (647, 125), "fields");
}

#[test]
fn differences_are_found() {
    let differs = |property: &str, kind: Kind| {
        let property = Json::read(property.as_bytes()).unwrap();
        differs(&kind, &property)
    };
    let account =
        r#"{"type":"object","id":"urn:jsonschema:com:mparticle:sdk:model:registration:Account"}"#;
    let texts = r#"{"type":"array","items":{"type":"string"}}"#;
    let map = r#"{"type":"object","additionalProperties":{"type":"string"}}"#;
    for (property, right, wrong) in [
        (r#"{"type":"string"}"#, Kind::Text, Kind::Uuid),
        (
            r#"{"type":"string","format":"uuid"}"#,
            Kind::Uuid,
            Kind::Text,
        ),
        (
            r#"{"type":"string","enum":["authorization_code"]}"#,
            Kind::Enum(&GrantType::INFO),
            Kind::Enum(&AccessTokenType::INFO),
        ),
        (r#"{"type":"integer"}"#, Kind::Int32, Kind::Double),
        (r#"{"type":"number"}"#, Kind::Decimal, Kind::Int64),
        (r#"{"type":"boolean"}"#, Kind::Bool, Kind::Text),
        (r#"{"type":"any"}"#, Kind::Timestamp, Kind::Json),
        (texts, Kind::List(&Kind::Text), Kind::List(&Kind::Int32)),
        (texts, Kind::List(&Kind::Nullable(&Kind::Text)), Kind::Text),
        (map, Account::FIELDS[1].kind, Kind::Model(&Account::INFO)),
        (
            account,
            Kind::Model(&Account::INFO),
            Kind::Model(&PlatformFields::INFO),
        ),
        (
            account,
            Kind::Model(&Account::INFO),
            Account::FIELDS[1].kind,
        ),
    ] {
        assert_eq!(differs(property, right), None, "{property}");
        assert_eq!(
            differs(property, wrong),
            Some(Difference::Type),
            "{property}"
        );
    }
}
