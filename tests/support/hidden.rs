//! Paths as errors show them: below a secret field, only keys that are declared there.

use std::collections::{BTreeMap, BTreeSet};

use hydrant::message::Message;
use hydrant::schema::{Kind, ModelInfo};

/// This path with the keys hidden that no error shows.
pub(crate) fn hidden(path: &str) -> String {
    let declared = declared();
    let mut below: Option<&BTreeSet<&str>> = None;
    let mut shown = String::new();
    for segment in segments(path) {
        let name = segment.strip_prefix('.').unwrap_or(segment);
        let is_index = name.starts_with('[') && !name.starts_with("[\"");
        match below {
            Some(keys) if !is_index && !keys.contains(name) => shown.push_str("[\"…\"]"),
            _ => shown.push_str(segment),
        }
        below = below.or_else(|| declared.get(name));
    }
    shown
}

/// `a.b["c"][0]` in four parts.
fn segments(path: &str) -> Vec<&str> {
    let bytes = path.as_bytes();
    let mut parts = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let mut end = start + 1;
        if path[start..].starts_with("[\"") {
            end += 1;
            while bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            end += 2;
        } else {
            while end < bytes.len() && !matches!(bytes[end], b'.' | b'[') {
                end += 1;
            }
        }
        parts.push(&path[start..end.min(bytes.len())]);
        start = end;
    }
    parts
}

/// The secret fields by name, and the keys that are declared in fields of these names.
fn declared() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let root = Kind::Family(&Message::INFO);
    let mut fields = BTreeMap::<_, BTreeSet<_>>::new();
    let secret = |model: &'static ModelInfo| model.fields().filter(|field| field.secret);
    root.visit_models(&mut |model| {
        fields.extend(secret(model).map(|it| (it.name, BTreeSet::new())))
    });
    root.visit_models(&mut |model| {
        for field in model.fields() {
            if let Some(keys) = fields.get_mut(field.name) {
                collect(&field.kind, keys);
            }
        }
    });
    fields
}

fn collect(kind: &Kind, keys: &mut BTreeSet<&'static str>) {
    let mut fields = |fields: &mut dyn Iterator<Item = &'static hydrant::schema::FieldInfo>| {
        for field in fields {
            keys.insert(field.name);
            collect(&field.kind, keys);
        }
    };
    match kind {
        Kind::Model(model) => fields(&mut model.fields()),
        Kind::Family(family) => {
            for member in family.members {
                fields(&mut member.fields());
            }
            keys.insert("type");
        }
        Kind::List(element) | Kind::Nullable(element) => collect(element, keys),
        Kind::Map(map) => {
            keys.extend(map.keys.into_iter().flat_map(|it| it.values));
            collect(&map.values, keys);
        }
        _ => {}
    }
}
