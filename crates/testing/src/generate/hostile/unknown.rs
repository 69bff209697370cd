//! Mutations that add unknown or misplaced values, fields and keys, reorder fields or remove them.
//!
//! All of them leave the text one JSON value.

use super::names::{ENUM_FIELDS, REQUIRED_FIELDS};
use super::{Case, Mutation, is_string};
use crate::generate::random::Random;

pub(super) const MUTATIONS: &[Mutation] = &[
    unknown_type,
    unknown_type,
    unknown_enum,
    unknown_enum,
    unknown_message,
    unknown_field,
    unknown_field,
    duplicate_field,
    duplicate_field,
    type_last,
    missing_type,
    missing_field,
    other_case,
    escaped_key,
    white_space,
];

/// Unknown discriminators, and misspelt known ones.
const TYPES: &[&str] = &[
    "\"brand_new_type\"",
    "\"Custom_Event\"",
    "\"IOS\"",
    "\" custom_event\"",
    "\"custom_event\\u0020\"",
    "\"\"",
    "\"visionos\"",
    "\"événement\"",
    "\"custom\\u005fevent\"",
    "\"screen_view\"",
    "null",
    "3",
    "true",
    "{}",
    "[\"custom_event\"]",
];

const ENUM_VALUES: &[&str] = &[
    "\"brand_new\"",
    "\" raw \"",
    "\"RAW\"",
    "\"\"",
    "\"\\u0061dd\"",
    "\"sha512\"",
    "null",
    "2",
    "false",
    "\"日本\"",
];

/// Unknown field names. Some are accessors that schema files list as fields (protocol, D2), and
/// some are fields of other objects.
const FIELD_NAMES: &[&str] = &[
    "brand_new_field",
    "extensions",
    "request",
    "debug",
    "httpHeaderUserAgent",
    "",
    "type_",
    "event_connection_settings",
    "values",
    "__proto__",
    "größe",
    "\\u0066ield",
    "a.b[0]",
];

/// Another `type` in the message: of an event, environment, notification, setting or identity.
fn unknown_type(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, value| key == b"type" && !value.ends_with(b"_request\""))
    else {
        return false;
    };
    let value = case.random.pick(TYPES);
    case.replace_value(&field, value.as_bytes())
}

fn unknown_enum(case: &mut Case<'_>) -> bool {
    let is_enum = |key: &[u8]| ENUM_FIELDS.iter().any(|name| name.as_bytes() == key);
    let Some(field) = case.field(|key, _| is_enum(key)) else {
        return false;
    };
    let value = case.random.pick(ENUM_VALUES).as_bytes();
    if case.value(&field).starts_with(b"[") {
        case.add_element(&field, value)
    } else {
        case.replace_value(&field, value)
    }
}

/// Another `type` of the message.
fn unknown_message(case: &mut Case<'_>) -> bool {
    let top = case
        .places
        .fields
        .iter()
        .find(|field| field.depth == 1 && case.key(field) == b"type");
    let Some(field) = top.cloned() else {
        return false;
    };
    let value = case.random.pick(&[
        "\"event_processing_Request\"",
        "\"batch\"",
        "\"dsr_processing_request\"",
        "\"module_registration_request\"",
        "null",
        "\"\"",
        "0",
    ]);
    case.replace_value(&field, value.as_bytes())
}

/// An unknown field, with any value from a number to a hundred levels of nesting.
pub(super) fn unknown_field(case: &mut Case<'_>) -> bool {
    let Some(object) = case.object() else {
        return false;
    };
    let mut value = Vec::new();
    if case.random.chance(25) {
        nested(&mut value, &mut case.random, 10, 100);
    } else {
        junk(&mut value, &mut case.random, 4);
    }
    let (name, first) = (case.random.pick(FIELD_NAMES), case.random.chance(50));
    case.add_field(object, name, &value, first)
}

/// A duplicate of a field, with the same value or with another.
fn duplicate_field(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| value.len() < 2_000) else {
        return false;
    };
    let Some(object) = case.parent(&field) else {
        return false;
    };
    let key = String::from_utf8_lossy(case.key(&field)).into_owned();
    let value = match case.random.below(4) {
        0 | 1 => case.value(&field).to_vec(),
        2 => b"null".to_vec(),
        _ => {
            let mut value = Vec::new();
            junk(&mut value, &mut case.random, 2);
            value
        }
    };
    let first = case.random.chance(50);
    case.add_field(object, &key, &value, first)
}

/// Moves the discriminator to the end of up to eight objects.
fn type_last(case: &mut Case<'_>) -> bool {
    let mut done = false;
    for _ in 0..case.random.between(1, 8) {
        let Some(field) = case.field(|key, _| key == b"type") else {
            return done;
        };
        let Some(object) = case.parent(&field) else {
            return done;
        };
        let value = case.value(&field).to_vec();
        // Adds at the end first, so that earlier positions remain valid.
        done = case.add_field(object, "type", &value, false);
        case.remove_field(&field);
        case.places.scan(case.text);
    }
    done
}

fn missing_type(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, _| key == b"type") else {
        return false;
    };
    case.remove_field(&field)
}

/// Removes a field, usually one that the protocol declares as required.
fn missing_field(case: &mut Case<'_>) -> bool {
    let any = case.random.chance(30);
    let is_wanted = |key: &[u8]| any || REQUIRED_FIELDS.iter().any(|name| name.as_bytes() == key);
    let Some(field) = case.field(|key, _| is_wanted(key)) else {
        return false;
    };
    case.remove_field(&field)
}

/// A field name in another case. Names are case-sensitive: `Events` is not `events`.
fn other_case(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, _| key.first().is_some_and(u8::is_ascii_lowercase)) else {
        return false;
    };
    let whole = case.random.chance(50);
    let key = case.text.get_mut(field.key).unwrap_or_default();
    let count = if whole { key.len() } else { 1 };
    key.iter_mut()
        .take(count)
        .for_each(u8::make_ascii_uppercase);
    true
}

/// A known key that is written with an escape.
fn escaped_key(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, _| key.first().is_some_and(u8::is_ascii_lowercase)) else {
        return false;
    };
    let first = case.key(&field).first().copied().unwrap_or_default();
    let (high, low) = (first >> 4, first & 0xF);
    let digit = |nibble: u8| {
        if nibble < 10 {
            b'0' + nibble
        } else {
            b'a' + nibble - 10
        }
    };
    let start = field.key.start;
    case.replace(
        start..start + 1,
        &[b'\\', b'u', b'0', b'0', digit(high), digit(low)],
    );
    true
}

/// White space wherever it is allowed.
fn white_space(case: &mut Case<'_>) -> bool {
    const SPACES: &[&str] = &[
        "",
        " ",
        "  ",
        "\t",
        "\r",
        " \t \r ",
        "                                ",
    ];
    let mut spaced = Vec::with_capacity(case.text.len() * 2);
    let (mut in_string, mut escaped) = (false, false);
    for byte in case.text.iter() {
        let structural = !in_string && matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',');
        if structural {
            spaced.extend_from_slice(case.random.pick(SPACES).as_bytes());
        }
        spaced.push(*byte);
        if structural {
            spaced.extend_from_slice(case.random.pick(SPACES).as_bytes());
        }
        if *byte == b'"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && *byte == b'\\' && !escaped;
    }
    *case.text = spaced;
    true
}

/// A random JSON value with at most `depth` levels of nesting.
pub(super) fn junk(out: &mut Vec<u8>, random: &mut Random, depth: u32) {
    const SCALARS: &[&str] = &[
        "null",
        "true",
        "0",
        "-1.5e3",
        "12345678901234567890123",
        "\"\"",
        "\"text\"",
        "\"}]{[\\\"\"",
        "\"\\ud83d\\ude00 \\u0000\"",
        "\"日本語\"",
        "{}",
        "[]",
    ];
    match random.below(if depth == 0 { 4 } else { 6 }) {
        0..=3 => out.extend_from_slice(random.pick(SCALARS).as_bytes()),
        4 => list(out, random, b'[', b']', |out, random, _| {
            junk(out, random, depth - 1)
        }),
        _ => list(out, random, b'{', b'}', |out, random, at| {
            out.extend_from_slice(&[b'"', b'a' + at, b'"', b':']);
            junk(out, random, depth - 1);
        }),
    }
}

fn list(
    out: &mut Vec<u8>,
    random: &mut Random,
    open: u8,
    close: u8,
    mut item: impl FnMut(&mut Vec<u8>, &mut Random, u8),
) {
    out.push(open);
    for at in 0..random.below(4) as u8 {
        if at > 0 {
            out.push(b',');
        }
        item(out, random, at);
    }
    out.push(close);
}

/// `fewest` to `most` nested arrays and objects.
pub(super) fn nested(out: &mut Vec<u8>, random: &mut Random, fewest: u64, most: u64) {
    let levels = random.between(fewest, most) as usize;
    let shape = random.bits();
    let is_object = |level: usize| shape >> (level % 64) & 1 == 1;
    for level in 0..levels {
        out.extend_from_slice(if is_object(level) { b"{\"n\":" } else { b"[" });
    }
    out.extend_from_slice(b"1");
    for level in (0..levels).rev() {
        out.push(if is_object(level) { b'}' } else { b']' });
    }
}

/// Inserts text into a random string value that is not a discriminator.
pub(super) fn insert_into_string(case: &mut Case<'_>, text: &[u8]) -> bool {
    let Some(field) = case.field(|key, value| is_string(value) && key != b"type") else {
        return false;
    };
    case.insert_into(&field, text)
}
