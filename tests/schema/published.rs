//! Finds the schema files, and generates example values from them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use crate::ACCESSORS;
use hydrant_reference::Json;

/// All schemas by name, and the named parts in them.
pub(crate) struct Schemas {
    files: BTreeMap<String, Json>,
    /// By their `id`, which a `$ref` names.
    parts: BTreeMap<String, Json>,
}

impl Schemas {
    /// The published schemas, or `None` after a message on standard error.
    pub(crate) fn find() -> Option<Self> {
        let shared = std::env::var_os("HYDRANT_SHARED").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
            PathBuf::from,
        );
        let folder = shared.join("firehose/schema");
        let Ok(entries) = std::fs::read_dir(&folder) else {
            let line = format!(
                "SKIPPED: no schemas in {}; set HYDRANT_SHARED to the folder that holds `firehose/schema`\n",
                folder.display()
            );
            // Not `eprintln!`: the output of a passing test is captured, and this must be seen.
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            return None;
        };
        let mut schemas = Self {
            files: BTreeMap::new(),
            parts: BTreeMap::new(),
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(name) = name.strip_suffix("_schema.json") else {
                continue;
            };
            let schema = Json::read(&std::fs::read(&path).unwrap()).unwrap();
            schemas.collect_parts(&schema);
            schemas.files.insert(name.to_owned(), schema);
        }
        assert!(
            schemas.files.len() > 90,
            "only {} schemas",
            schemas.files.len()
        );
        Some(schemas)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, name: &str) -> &Json {
        self.files
            .get(name)
            .unwrap_or_else(|| panic!("no schema {name}"))
    }

    /// Calls `look` with every property at any depth.
    pub(crate) fn each_property(&self, mut look: impl FnMut(&str, &Json)) {
        let mut todo: Vec<&Json> = self.files.values().collect();
        while let Some(schema) = todo.pop() {
            if let Some(Json::Object(properties)) = schema.get("properties") {
                for (name, property) in properties {
                    look(name, property);
                    todo.push(property);
                }
            }
            todo.extend(
                ["items", "additionalProperties"]
                    .iter()
                    .filter_map(|key| schema.get(key)),
            );
        }
    }

    /// Values that a property can have: all values of an enumeration, otherwise one value.
    pub(crate) fn examples(&self, name: &str, property: &Json) -> Vec<Json> {
        match values(property) {
            Some(values) => values.into_iter().map(Json::String).collect(),
            None => vec![self.example(name, property)],
        }
    }

    /// A value that a property can have. It is neither the default nor empty, so that it is
    /// written.
    pub(crate) fn example(&self, name: &str, property: &Json) -> Json {
        if let Some(values) = values(property) {
            return Json::String(member(name, &values).to_owned());
        }
        if let Some(Json::String(part)) = property.get("$ref") {
            return self.example(name, &self.parts[part]);
        }
        match text(property, "type") {
            "string" if property.get("format").is_some() => {
                Json::String("9daa09f0-0c61-4b46-a16a-272c8cdd47e8".to_owned())
            }
            "string" => Json::String(format!("text of {name}")),
            "integer" => Json::Number("7".to_owned()),
            "number" => Json::Number("12.5".to_owned()),
            "boolean" => Json::Bool(true),
            // `submitted_time`, an instant (D5).
            "any" => Json::Number("1714592744.067235000".to_owned()),
            "array" => Json::Array(vec![self.example(name, property.get("items").unwrap())]),
            "object" => match (
                property.get("properties"),
                property.get("additionalProperties"),
            ) {
                (Some(Json::Object(properties)), _) => Json::Object(
                    properties
                        .iter()
                        .filter(|(name, _)| !ACCESSORS.contains(&name.as_str()))
                        .map(|(name, property)| (name.clone(), self.example(name, property)))
                        .collect(),
                ),
                (_, Some(value)) => {
                    // The keys of this map are an enumeration (D4).
                    let key = if name == "subject_identities" {
                        "email"
                    } else {
                        "a key"
                    };
                    Json::Object(vec![(key.to_owned(), self.example(name, value))])
                }
                _ => panic!("{name}: an object of nothing"),
            },
            other => panic!("{name}: type {other}"),
        }
    }

    fn collect_parts(&mut self, schema: &Json) {
        let Json::Object(fields) = schema else { return };
        if let (Some(Json::String(id)), Some(_)) = (schema.get("id"), schema.get("properties")) {
            self.parts.insert(id.clone(), schema.clone());
        }
        for (_, value) in fields {
            self.collect_parts(value);
        }
    }
}

/// The values of an enumeration.
pub(crate) fn values(schema: &Json) -> Option<Vec<String>> {
    let Some(Json::Array(values)) = schema.get("enum") else {
        return None;
    };
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        _ => panic!("an enumeration of something else"),
    };
    Some(values.iter().map(text).collect())
}

/// One of the values. Inside other models, the schemas describe only the base of a family (D3), so
/// for a `type` this is a member whose model has little more than the base.
fn member<'v>(name: &str, values: &'v [String]) -> &'v str {
    let plain = ["session_start", "roku", "gdpr_consent_state", "text"];
    let plain = values
        .iter()
        .find(|value| name == "type" && plain.contains(&value.as_str()));
    plain.unwrap_or(&values[0])
}

/// The text under a key.
pub(crate) fn text<'s>(schema: &'s Json, key: &str) -> &'s str {
    match schema.get(key) {
        Some(Json::String(text)) => text,
        _ => panic!("no {key}"),
    }
}
