//! Compares the published JSON schemas with the library: exactly the properties that exist on the
//! wire are read and written, in the order of the schema; every enumeration has the values of its
//! schema; and every field is declared with the type and the presence in its schema.
//!
//! The schemas are not part of this repository. They are expected in `firehose/schema` below
//! `HYDRANT_SHARED` or below `../shared`. Without them the tests print that they are skipped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod declarations;
mod enumerations;
mod models;
mod published;

use std::collections::BTreeSet;

use hydrant_reference::Json;
use models::{HOLDERS, Holder};
use published::Schemas;

/// Properties that do not exist on the wire: the schema generator listed accessors as fields (D2).
const ACCESSORS: &[&str] = &[
    "request",
    "debug",
    "crash",
    "enabled",
    "httpHeaderUserAgent",
    "ccpa",
    "gdpr",
];

/// An unused class that is not part of the protocol (D18).
const NO_MODEL: &[&str] = &["UnknownRuntimeEnvironment"];

/// Schemas of the fields that members share. Their holder is a member that writes more fields.
const BASES: &[&str] = &["RuntimeEnvironment", "Setting"];

/// Models whose fields the reference writes in another order than the schema lists them, as the
/// published samples show.
const OTHER_ORDER: &[&str] = &[
    "Setting",
    "TextSetting",
    "IntegerSetting",
    "FloatSetting",
    "BooleanSetting",
];

/// The properties of a schema that exist on the wire, in order, without the discriminator, which is
/// part of the holder.
fn properties<'s>(holder: &Holder, schema: &'s Json) -> Vec<&'s (String, Json)> {
    let Some(Json::Object(properties)) = schema.get("properties") else {
        panic!("no properties")
    };
    properties
        .iter()
        .filter(|(name, _)| !ACCESSORS.contains(&name.as_str()))
        .filter(|(name, _)| name != "type" || holder.type_name.is_none())
        .collect()
}

/// Normalizes a message in which the model has these fields, and returns the model.
fn written(holder: &Holder, fields: &[(String, Json)]) -> Json {
    let mut all = Vec::new();
    if let Some(name) = holder.type_name {
        all.push(("type".to_owned(), Json::String(name.to_owned())));
    }
    all.extend_from_slice(fields);
    let body = holder.body.replace("{$}", &Json::Object(all).to_text());
    let mut out = Vec::new();
    hydrant::normalize(body.as_bytes(), &mut out)
        .unwrap_or_else(|error| panic!("{}: {error}: {body}", holder.schema));
    let message = Json::read(&out).unwrap();
    let mut found = &message;
    for step in holder.path.split('.').filter(|step| !step.is_empty()) {
        found = match (found, step) {
            (Json::Array(elements), "0") => &elements[0],
            (object, key) => object
                .get(key)
                .unwrap_or_else(|| panic!("{}: no {key} in {body}", holder.schema)),
        };
    }
    found.clone()
}

/// Whether `found` contains everything in `wanted`. Models may have other fields that are always
/// written.
fn holds(wanted: &Json, found: &Json) -> bool {
    match (wanted, found) {
        (Json::Object(fields), Json::Object(_)) => fields
            .iter()
            .all(|(key, value)| found.get(key).is_some_and(|found| holds(value, found))),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| holds(a, b))
        }
        _ => wanted == found,
    }
}

fn keys(json: &Json) -> Vec<&str> {
    let Json::Object(fields) = json else {
        panic!("no object")
    };
    fields.iter().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn every_schema_has_a_holder() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    let known: BTreeSet<&str> = HOLDERS
        .iter()
        .map(|holder| holder.schema)
        .chain(enumerations::all().iter().map(|(name, _)| *name))
        .chain(NO_MODEL.iter().copied())
        .collect();
    let found: BTreeSet<&str> = schemas.names().collect();
    assert_eq!(known, found);
}

#[test]
fn every_property_is_read_and_written() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    let mut count = 0;
    for holder in HOLDERS {
        let schema = schemas.get(holder.schema);
        let properties = properties(holder, schema);
        for (name, property) in properties.iter().copied() {
            for value in schemas.examples(name, property) {
                // Identities must be complete to be read at all.
                let mut fields: Vec<(String, Json)> = properties
                    .iter()
                    .filter(|(other, _)| other != name && holder.is_enforced(other))
                    .map(|(other, property)| (other.clone(), schemas.example(other, property)))
                    .collect();
                fields.push((name.clone(), value.clone()));
                let model = written(holder, &fields);
                let found = model.get(name);
                assert!(
                    found.is_some_and(|found| holds(&value, found)),
                    "{}.{name}: {} became {}",
                    holder.schema,
                    value.to_text(),
                    model.to_text()
                );
                count += 1;
            }
        }
    }
    assert!(count > 700, "only {count} values");
}

#[test]
fn properties_are_written_in_the_order_of_the_schema() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    for holder in HOLDERS {
        let properties = properties(holder, schemas.get(holder.schema));
        let mut fields: Vec<(String, Json)> = properties
            .iter()
            .map(|(name, property)| (name.clone(), schemas.example(name, property)))
            .collect();
        fields.reverse();
        let model = written(holder, &fields);
        let mut found = keys(&model);
        let mut expected: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        if holder.type_name.is_some() {
            expected.insert(0, "type");
        }
        if BASES.contains(&holder.schema) {
            found.retain(|name| expected.contains(name));
        }
        if OTHER_ORDER.contains(&holder.schema) {
            found[1..].sort_unstable();
            expected[1..].sort_unstable();
        }
        assert_eq!(found, expected, "{}", holder.schema);
    }
}

/// The accessors are not fields: they are skipped, whatever their value is.
#[test]
fn accessors_are_ignored() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    let mut seen = BTreeSet::new();
    for holder in HOLDERS {
        let Some(Json::Object(all)) = schemas.get(holder.schema).get("properties") else {
            panic!("no properties")
        };
        let enforced: Vec<(String, Json)> = properties(holder, schemas.get(holder.schema))
            .into_iter()
            .filter(|(name, _)| holder.is_enforced(name))
            .map(|(name, property)| (name.clone(), schemas.example(name, property)))
            .collect();
        let plain = written(holder, &enforced);
        for (name, _) in all
            .iter()
            .filter(|(name, _)| ACCESSORS.contains(&name.as_str()))
        {
            seen.insert(name.clone());
            for value in [
                Json::Bool(true),
                Json::String("text".to_owned()),
                Json::Array(vec![Json::Null]),
            ] {
                let mut fields = enforced.clone();
                fields.push((name.clone(), value));
                assert_eq!(written(holder, &fields), plain, "{}.{name}", holder.schema);
            }
        }
    }
    assert_eq!(
        seen,
        ACCESSORS.iter().map(|name| (*name).to_owned()).collect()
    );
}

#[test]
fn enumerations_have_the_values_of_their_schemas() {
    let Some(schemas) = Schemas::find() else {
        return;
    };
    let all = enumerations::all();
    for (name, values) in &all {
        assert_eq!(
            &published::values(schemas.get(name)).unwrap(),
            values,
            "{name}"
        );
    }
    // The lists inside models are the same. Only that of the message types has no schema of its own
    // (D4).
    let lists: BTreeSet<Vec<String>> = all.into_iter().map(|(_, values)| values).collect();
    let messages = enumerations::message_types();
    let mut inline = BTreeSet::new();
    schemas.each_property(|name, property| {
        if let Some(values) = published::values(property) {
            assert!(
                lists.contains(&values) || values == messages,
                "{name}: {values:?}"
            );
            inline.insert(values);
        }
    });
    assert!(inline.contains(&messages));
    assert!(inline.len() > 20, "only {} lists", inline.len());
}
