//! Mutations of size: long strings and keys, large maps, many unknown fields, many duplicates of
//! one key.
//!
//! All of them leave the text one JSON value.

use super::{Case, Mutation, is_string};

pub(super) const MUTATIONS: &[Mutation] = &[
    huge_string,
    huge_escapes,
    huge_key,
    huge_map,
    many_unknown,
    many_duplicates,
];

/// A string of 64 to 256 KiB.
fn huge_string(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, value| is_string(value) && key != b"type") else {
        return false;
    };
    let length = case.random.between(64 << 10, 256 << 10) as usize;
    let text = vec![b'x'; length];
    case.insert_into(&field, &text)
}

/// A string that consists of escapes.
fn huge_escapes(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, value| is_string(value) && key != b"type") else {
        return false;
    };
    let unit = case
        .random
        .pick(&["\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", "é", "😀"]);
    let text = unit.repeat(case.random.between(4_000, 20_000) as usize);
    case.insert_into(&field, text.as_bytes())
}

/// A key of 60 KB.
fn huge_key(case: &mut Case<'_>) -> bool {
    let Some(object) = case.object() else {
        return false;
    };
    let key = "k".repeat(60_000);
    case.add_field(object, &key, b"\"value\"", true)
}

/// A map of one to eight thousand attributes.
fn huge_map(case: &mut Case<'_>) -> bool {
    let map = case.field(|key, _| key.ends_with(b"attributes") || key == b"account_settings");
    let Some(field) = map.filter(|field| case.value(field).starts_with(b"{")) else {
        return false;
    };
    let mut entries = Vec::new();
    for number in 0..case.random.between(1_000, 8_000) {
        entry(&mut entries, "attribute ", number);
    }
    entries.push(b' ');
    insert_fields(case, field.value, entries)
}

/// Hundreds of unknown fields in one object.
fn many_unknown(case: &mut Case<'_>) -> bool {
    let Some(object) = case.object() else {
        return false;
    };
    let mut entries = Vec::new();
    for number in 0..case.random.between(200, 1_000) {
        entry(&mut entries, "unknown_", number);
    }
    insert_fields(case, object, entries)
}

/// Hundreds of duplicates of one field.
fn many_duplicates(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| value.len() < 200) else {
        return false;
    };
    let Some(object) = case.parent(&field) else {
        return false;
    };
    let mut one = vec![b','];
    one.extend_from_slice(
        case.text
            .get(field.key.start - 1..field.value.end)
            .unwrap_or_default(),
    );
    let entries = one.repeat(case.random.between(100, 1_000) as usize);
    insert_fields(case, object, entries)
}

/// `,"<name><number>":"<number>"`.
fn entry(out: &mut Vec<u8>, name: &str, number: u64) {
    let number = number.to_string();
    for part in [",\"", name, &number, "\":\"", &number, "\""] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Inserts fields, each with a comma before it, at the end of an object.
fn insert_fields(
    case: &mut Case<'_>,
    object: std::ops::Range<usize>,
    mut entries: Vec<u8>,
) -> bool {
    let inside = case
        .text
        .get(object.start + 1..object.end - 1)
        .unwrap_or_default();
    if inside.iter().all(u8::is_ascii_whitespace) {
        entries.remove(0);
    }
    case.replace(object.end - 1..object.end - 1, &entries);
    true
}
