//! Mutations of bytes: truncation, invalid encodings, numbers and strings that are not JSON, text
//! before and after the message, excessive nesting.
//!
//! The result need not be JSON, so a mutation of this kind is the last one that is applied.

use super::unknown::{insert_into_string, nested};
use super::{Case, Mutation, is_number, is_string};

pub(super) const MUTATIONS: &[Mutation] = &[
    truncated,
    truncated,
    trailing,
    twice,
    byte_order_mark,
    utf16,
    invalid_utf8,
    invalid_utf8,
    control_character,
    bad_escape,
    bad_number,
    bad_syntax,
    bad_syntax,
    too_deep,
    not_an_object,
    flipped,
    removed,
];

/// Truncates the message.
fn truncated(case: &mut Case<'_>) -> bool {
    let last = case.text.len().saturating_sub(1) as u64;
    let keep = case.random.between(1, last.max(1)) as usize;
    case.text.truncate(keep);
    true
}

/// Appends something to the message. Only white space is valid.
fn trailing(case: &mut Case<'_>) -> bool {
    let text = case.random.pick(&[
        "}", "]", ",", "garbage", "{}", "null", "\0", "\0\0\0\0", "   \t\r", "//end", "\u{feff}",
        " 1",
    ]);
    case.text.extend_from_slice(text.as_bytes());
    true
}

/// Writes the message twice on one line.
fn twice(case: &mut Case<'_>) -> bool {
    let again = case.text.clone();
    if case.random.chance(50) {
        case.text.push(b' ');
    }
    case.text.extend_from_slice(&again);
    true
}

/// A byte order mark: once (accepted), twice or next to white space (refused).
fn byte_order_mark(case: &mut Case<'_>) -> bool {
    let mark = case.random.pick(&[
        "\u{feff}",
        "\u{feff}",
        "\u{feff}",
        "\u{feff} ",
        "\u{feff}\u{feff}",
        " \u{feff}",
    ]);
    case.replace(0..0, mark.as_bytes());
    true
}

/// Encodes the message in UTF-16 with a byte order mark. Only for ASCII without newlines, because
/// no other code unit may contain the byte of a newline.
fn utf16(case: &mut Case<'_>) -> bool {
    if !case.text.is_ascii() || case.text.contains(&b'\n') {
        return false;
    }
    let little = case.random.chance(50);
    let mut wide = Vec::with_capacity(2 * case.text.len() + 2);
    wide.extend_from_slice(if little { &[0xFF, 0xFE] } else { &[0xFE, 0xFF] });
    for byte in case.text.iter() {
        wide.extend_from_slice(&if little { [*byte, 0] } else { [0, *byte] });
    }
    *case.text = wide;
    true
}

fn invalid_utf8(case: &mut Case<'_>) -> bool {
    const SEQUENCES: &[&[u8]] = &[
        &[0xFF],
        &[0xFE, 0xFE],
        &[0x80],
        &[0xC3],
        &[0xE2, 0x82],
        &[0xF0, 0x9F, 0x98],
        // Overlong forms of NUL and slash.
        &[0xC0, 0x80],
        &[0xE0, 0x80, 0xAF],
        // A surrogate pair in CESU-8, and a code point above U+10FFFF.
        &[0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80],
        &[0xF4, 0x90, 0x80, 0x80],
        &[0xE9],
    ];
    let bytes = case.random.pick(SEQUENCES);
    if case.random.chance(15) {
        let at = case.random.below(case.text.len() as u32) as usize;
        case.replace(at..at, bytes);
        return true;
    }
    if case.random.chance(15) {
        let Some(field) = case.field(|_, _| true) else {
            return false;
        };
        case.replace(field.key.end..field.key.end, bytes);
        return true;
    }
    insert_into_string(case, bytes)
}

/// A raw control character in a string: any except the newline, which would end the message.
fn control_character(case: &mut Case<'_>) -> bool {
    let code = case.random.below(31) as u8;
    insert_into_string(case, &[if code < b'\n' { code } else { code + 1 }])
}

fn bad_escape(case: &mut Case<'_>) -> bool {
    let text = case.random.pick(&[
        "\\x41",
        "\\u12",
        "\\u00g0",
        "\\",
        "\\'",
        "\\U0041",
        "\\u{41}",
        "\\u+041",
        "\\ud83d\\u12",
        "\\0",
    ]);
    insert_into_string(case, text.as_bytes())
}

fn bad_number(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| is_number(value)) else {
        return false;
    };
    let text = case.random.pick(&[
        "0123",
        "+5",
        ".5",
        "5.",
        "NaN",
        "-Infinity",
        "0x1F",
        "1_000",
        "--1",
        "1e",
        "1e+",
        "-",
        "1.e5",
        "00",
        "1,5",
        "１２",
        "1 2",
        "Infinity",
        "-01",
    ]);
    case.replace_value(&field, text.as_bytes())
}

/// Syntax that JSON does not allow: some of it is valid in other formats.
fn bad_syntax(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| is_string(value)) else {
        return false;
    };
    let (key, value) = (field.key.clone(), field.value.clone());
    match case.random.below(10) {
        0 => case.replace(value.end..value.end, b","),
        1 => case.replace(value.end..value.end, b",}"),
        2 => case.replace(key.end + 1..value.start, b" "),
        3 => case.replace(key.end + 1..value.start, b"=>"),
        4 => {
            case.replace(value.end - 1..value.end, b"'");
            case.replace(value.start..value.start + 1, b"'");
        }
        5 => case.replace(value.start..value.start, b"/* why */"),
        6 => case.replace(key.start - 1..key.end + 1, b"unquoted"),
        7 => case.replace(value.start..value.end, b"undefined"),
        8 => case.replace(value.start..value.end, b"True"),
        _ => case.replace(value.start..value.end, b""),
    }
    true
}

/// An unknown field that is nested deeper than parsers allow, sometimes without closing brackets.
fn too_deep(case: &mut Case<'_>) -> bool {
    let Some(object) = case.object() else {
        return false;
    };
    let mut value = Vec::new();
    let most = case.random.pick(&[140, 1_100, 20_000]);
    nested(&mut value, &mut case.random, 120, most);
    if case.random.chance(30) {
        value.truncate(value.len() / 2);
    }
    case.add_field(object, "deep", &value, true)
}

fn not_an_object(case: &mut Case<'_>) -> bool {
    let text = case.random.pick(&[
        "null", "[]", "{}", "\"text\"", "42", "true", "[", "{", "\"", "}", "nul", "-", "[null]",
        ",",
    ]);
    if case.random.chance(20) {
        case.replace(0..0, b"[");
        case.text.push(b']');
    } else {
        text.as_bytes().clone_into(case.text);
    }
    true
}

/// Flips one bit.
fn flipped(case: &mut Case<'_>) -> bool {
    let at = case.random.below(case.text.len() as u32) as usize;
    let bit = case.random.below(8);
    case.text
        .get_mut(at)
        .into_iter()
        .for_each(|byte| *byte ^= 1 << bit);
    true
}

/// Removes one byte.
fn removed(case: &mut Case<'_>) -> bool {
    let at = case.random.below(case.text.len() as u32) as usize;
    case.replace(at..at + 1, b"");
    true
}
