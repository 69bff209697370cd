//! Paths as errors and findings show them. Errors show only keys that are declared; findings also the
//! names of entries of maps and of unknown fields, but of those none in a secret.

use hydrant::message::Message;
use hydrant::schema::{FieldInfo, Kind};

/// What is declared at a place, and whether it is secret.
#[derive(Clone, Copy)]
struct Place {
    kind: Option<Kind>,
    secret: bool,
}

const UNDECLARED: Place = Place {
    kind: None,
    secret: true,
};

/// This path with the keys hidden that an error, or a finding, may hide. A path does not tell the
/// `type` of an object, so keys are hidden, too, that are shown only for one.
pub(crate) fn hidden(path: &str, finding: bool) -> String {
    let mut places = vec![Place {
        kind: Some(Kind::Family(&Message::INFO)),
        secret: false,
    }];
    let mut shown = String::new();
    for segment in segments(path) {
        let name = segment.strip_prefix('.').unwrap_or(segment);
        if name.starts_with('[') && !name.starts_with("[\"") {
            shown.push_str(segment);
            places.iter_mut().for_each(|place| *place = element(*place));
            continue;
        }
        let next: Vec<(bool, Place)> = places
            .iter()
            .flat_map(|it| fields(*it, name, finding))
            .collect();
        match next.iter().all(|(shown, _)| *shown) {
            true => shown.push_str(segment),
            false => shown.push_str("[\"…\"]"),
        }
        places = next.into_iter().map(|(_, place)| place).collect();
    }
    shown
}

fn element(place: Place) -> Place {
    let Some(Kind::List(element)) = place.kind else {
        return UNDECLARED;
    };
    let kind = match element {
        Kind::Nullable(inner) => **inner,
        kind => *kind,
    };
    Place {
        kind: Some(kind),
        ..place
    }
}

/// Whether this key is shown, and its value, for each model that the object may have.
fn fields(place: Place, name: &str, finding: bool) -> Vec<(bool, Place)> {
    let shows_others = finding && !place.secret;
    let inner = |kind, secret| Place {
        kind: Some(kind),
        secret: place.secret || secret,
    };
    let field = |fields: &mut dyn Iterator<Item = &'static FieldInfo>| {
        let former = matches!(name, "added_audiences" | "removed_audiences");
        let name = if former { "audiences" } else { name };
        let mut named = fields.filter(|field| field.name == name);
        match named.next() {
            Some(field) => (true, inner(field.kind, field.secret)),
            None => (shows_others, UNDECLARED),
        }
    };
    match place.kind {
        Some(Kind::Model(model)) => vec![field(&mut model.fields())],
        Some(Kind::Family(_)) if name == "type" => vec![(true, inner(Kind::Text, false))],
        Some(Kind::Family(family)) => {
            let all = family.members.iter().map(|it| field(&mut it.fields()));
            let (having, others): (Vec<_>, Vec<_>) = all.partition(|(_, it)| it.kind.is_some());
            match having.is_empty() {
                true => others.into_iter().map(|(_, it)| (false, it)).collect(),
                false => having,
            }
        }
        Some(Kind::Map(map)) => {
            let mut keys = map.keys.into_iter().flat_map(|keys| keys.values);
            let shown = shows_others || keys.any(|key| *key == name);
            vec![(shown, inner(map.values, false))]
        }
        _ => vec![(false, UNDECLARED)],
    }
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
