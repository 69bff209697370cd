//! Mutations of values: other JSON types, numbers as text and text as numbers, null, values out of
//! range, invalid identifiers and times.
//!
//! All of them leave the text one JSON value, although some numbers and strings in it cannot be
//! represented by common types.

use super::scan::Field;
use super::unknown::{insert_into_string, junk};
use super::{Case, Mutation, is_bool, is_number, is_string};

pub(super) const MUTATIONS: &[Mutation] = &[
    number_as_string,
    number_as_string,
    string_as_number,
    string_as_number,
    bool_as_other,
    nulls,
    nulls,
    null_element,
    wrong_type,
    empty_string,
    empty_identity,
    empty_container,
    big_number,
    big_number,
    odd_uuid,
    odd_time,
    odd_coordinate,
    long_audience_id,
    former_audience_list,
    nested_attribute,
    surrogate,
    unusual_escapes,
    odd_element,
];

fn number_as_string(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| is_number(value)) else {
        return false;
    };
    let (before, after) = case.random.pick(&[
        ("", ""),
        ("", ""),
        (" ", "  "),
        ("+", ""),
        ("", ".0"),
        ("", ".5"),
        ("\\u0031", ""),
        ("x", ""),
    ]);
    let text = [
        b"\"",
        before.as_bytes(),
        case.value(&field),
        after.as_bytes(),
        b"\"",
    ]
    .concat();
    let odd = case.random.chance(20);
    let other = case.random.pick(&[
        "\"\"", "\"  \"", "\"null\"", "\"NaN\"", "\"1e3\"", "\"0x10\"", "\"-\"",
    ]);
    case.replace_value(&field, if odd { other.as_bytes() } else { &text })
}

fn string_as_number(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, value| is_string(value) && key != b"type") else {
        return false;
    };
    let value = case.random.pick(&[
        "123",
        "0",
        "-0",
        "1.50",
        "1E5",
        "true",
        "false",
        "12345678901234567890",
        "0.10",
    ]);
    case.replace_value(&field, value.as_bytes())
}

fn bool_as_other(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| is_bool(value)) else {
        return false;
    };
    let value = case.random.pick(&[
        "\"true\"",
        "\"TRUE\"",
        "\"False\"",
        "\" true \"",
        "\"yes\"",
        "\"\"",
        "1",
        "0",
        "-0",
        "17",
        "0.5",
        "1e0",
        "null",
        "\"null\"",
        "[]",
    ]);
    case.replace_value(&field, value.as_bytes())
}

/// Replaces up to eight values with null.
fn nulls(case: &mut Case<'_>) -> bool {
    let mut done = false;
    for _ in 0..case.random.between(1, 8) {
        let keep_message = case.random.chance(95);
        let Some(field) = case.field(|key, _| key != b"type" || !keep_message) else {
            return done;
        };
        done = case.replace_value(&field, b"null");
        case.places.scan(case.text);
    }
    done
}

/// Inserts null at the start of a list.
fn null_element(case: &mut Case<'_>) -> bool {
    element(case, b"null")
}

/// Inserts another value at the start of a list.
fn odd_element(case: &mut Case<'_>) -> bool {
    let mut value = Vec::new();
    junk(&mut value, &mut case.random, 2);
    element(case, &value)
}

fn element(case: &mut Case<'_>, value: &[u8]) -> bool {
    let Some(field) = case.field(|_, list| list.first() == Some(&b'[')) else {
        return false;
    };
    case.add_element(&field, value)
}

/// A value of another type: a list instead of an object, an object instead of a string, and so on.
fn wrong_type(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, _| true) else {
        return false;
    };
    let value = case.random.pick(&[
        "{}",
        "[]",
        "[[]]",
        "{\"a\":{}}",
        "\"text\"",
        "42",
        "true",
        "[null]",
        "[{}]",
        "[\"a\",1,null]",
        "{\"type\":\"x\"}",
    ]);
    case.replace_value(&field, value.as_bytes())
}

fn empty_string(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| is_string(value)) else {
        return false;
    };
    case.replace_value(&field, b"\"\"")
}

/// `value` of an identity: empty, null, blank or of another type.
fn empty_identity(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, value| key == b"value" && is_string(value)) else {
        return false;
    };
    let value = case.random.pick(&[
        "\"\"",
        "null",
        "\" \"",
        "7",
        "false",
        "{}",
        "[]",
        "\"\\u0000\"",
    ]);
    case.replace_value(&field, value.as_bytes())
}

fn empty_container(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| matches!(value, [b'[' | b'{', ..])) else {
        return false;
    };
    let list = case.value(&field).starts_with(b"[");
    case.replace_value(&field, if list { b"[]" } else { b"{}" })
}

fn big_number(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| is_number(value)) else {
        return false;
    };
    let digits = match case.random.below(20) {
        0 => 40,
        1 => 400,
        2 => 999,
        3 => 1_001,
        4 => 20_000,
        _ => 0,
    };
    let text = if digits > 0 {
        let mut text = vec![b'7'; digits];
        if case.random.chance(50) {
            text.insert(digits / 2, b'.');
        }
        text
    } else {
        case.random.pick(NUMBERS).as_bytes().to_vec()
    };
    case.replace_value(&field, &text)
}

/// Numbers at and beyond the limits of common types; all of them are JSON.
const NUMBERS: &[&str] = &[
    "1e39",
    "1e40",
    "1e-40",
    "1E+998",
    "1e400",
    "-1e400",
    "1E-400",
    "1E-8",
    "1E+3",
    "1e3",
    "5.7",
    "-5.7",
    "-0",
    "-0.0",
    "0.0",
    "0e999999999",
    "1e999999999",
    "1e-99999999999999999999",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "4.9e-324",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "0.1000000000000000055511151231257827",
    "12.50",
    "10.00",
    "123456789012345678.90",
    "0.000000000000000000000000000000000000000001",
    "123e-2",
    "1.5E2",
];

fn odd_uuid(case: &mut Case<'_>) -> bool {
    let is_uuid = |key: &[u8], value: &[u8]| key == b"id" && value.len() == 38;
    let Some(field) = case.field(is_uuid) else {
        return false;
    };
    let inner = |field: &Field| {
        case.text
            .get(field.value.start + 1..field.value.end - 1)
            .unwrap_or_default()
            .to_vec()
    };
    let mut id = inner(&field);
    match case.random.below(9) {
        0 | 1 => id.make_ascii_uppercase(),
        2 => id.retain(|byte| *byte != b'-'),
        3 => id.truncate(35),
        4 => id.push(b'0'),
        5 => id = [b" ", id.as_slice(), b" "].concat(),
        6 => id = [b"{", id.as_slice(), b"}"].concat(),
        7 => id.iter_mut().take(1).for_each(|byte| *byte = b'g'),
        _ => id.clear(),
    }
    let text = [b"\"", id.as_slice(), b"\""].concat();
    case.replace_value(&field, &text)
}

/// Times in various formats, valid and invalid (protocol, 2.6 and D5).
fn odd_time(case: &mut Case<'_>) -> bool {
    let submitted = case.field(|key, _| key == b"submitted_time");
    let Some(field) = submitted.or_else(|| case.field(|key, _| key.ends_with(b"_ms"))) else {
        return false;
    };
    let value = case.random.pick(TIMES);
    case.replace_value(&field, value.as_bytes())
}

const TIMES: &[&str] = &[
    "1714592744",
    "1714592744067",
    "1714592744.067235",
    "-1.5",
    "0",
    "99999999999",
    "100000000000",
    "\"1714592744.5\"",
    "\"2024-05-01T19:45:44Z\"",
    "\"2024-05-01T19:45:44.067235+02:00\"",
    "\"2024-05-01 19:45:44Z\"",
    "\"2024-05-01\"",
    "\"2024-05-01T19:45:44\"",
    "\"2024-02-30T00:00:00Z\"",
    "\"2024-05-01t19:45:44.1234567891z\"",
    "\"+1714592744\"",
    "\"2024-05-01T24:00:00Z\"",
    "\"2024-05-01T24:00:00.5Z\"",
    "\"2016-12-31T23:59:60Z\"",
    "\"1990-12-31T15:59:60-08:00\"",
    "\"2016-12-31T12:00:60Z\"",
    "\"2024-05-01T19:45:44-1900\"",
    "\"yesterday\"",
    "\"\"",
    "true",
    "1e400",
    "31556889864403200",
];

/// What devices without a position fix send.
fn odd_coordinate(case: &mut Case<'_>) -> bool {
    let names: [&[u8]; 3] = [b"latitude", b"longitude", b"accuracy"];
    let Some(field) = case.field(|key, _| names.contains(&key)) else {
        return false;
    };
    let value = case.random.pick(&[
        "\"NaN\"",
        "\"-Infinity\"",
        "\" inf \"",
        "1e400",
        "\"1e400\"",
        "\"null\"",
        "null",
        "\"N/A\"",
    ]);
    case.replace_value(&field, value.as_bytes())
}

/// Identifiers of more than 32 bits.
fn long_audience_id(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, _| key == b"audience_id") else {
        return false;
    };
    let value = case.random.pick(&[
        "4739181022375519",
        "\"4739181022375519\"",
        "2147483648",
        "-2147483649",
        "9223372036854775808",
    ]);
    case.replace_value(&field, value.as_bytes())
}

/// The list of audiences under one of its former names, alone or beside the current one.
fn former_audience_list(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|key, value| key == b"audiences" && value.starts_with(b"["))
    else {
        return false;
    };
    let name = case.random.pick(&["added_audiences", "removed_audiences"]);
    let list = case.value(&field).to_vec();
    if case.random.chance(50) {
        let again = [b"\"", name.as_bytes(), b"\":", &list, b","].concat();
        let quote = field.key.start - 1;
        case.replace(quote..quote, &again);
    } else {
        case.replace(field.key, name.as_bytes());
    }
    true
}

/// A list or an object for a text, with white space that is left out and white space that is not.
fn nested_attribute(case: &mut Case<'_>) -> bool {
    let Some(field) = case.field(|_, value| is_string(value)) else {
        return false;
    };
    let value = case.random.pick(&[
        "[ \"a b\" ,\t1.50 ]",
        "{ \"a\" : { \"\\\"\" : [ ] } }",
        "[\"\\ud800 \\\\\"]",
        "[1e400,18446744073709551616]",
        "{}",
    ]);
    case.replace_value(&field, value.as_bytes())
}

/// Half of an emoji, as a text cut in the middle has it; in a value or in a key.
fn surrogate(case: &mut Case<'_>) -> bool {
    let half = case.random.pick(&[
        "\\ud83d",
        "\\ude00",
        "\\uD83D\\uD83D",
        "\\ude00\\ud83d",
        "\\ud83dx",
        "\\udbff\\u0041",
    ]);
    if case.random.chance(20) {
        let Some(field) = case.field(|_, _| true) else {
            return false;
        };
        case.replace(field.key.end..field.key.end, half.as_bytes());
        return true;
    }
    insert_into_string(case, half.as_bytes())
}

/// Valid but unusual escapes.
fn unusual_escapes(case: &mut Case<'_>) -> bool {
    let text = case.random.pick(&[
        "\\u0000",
        "\\ud83d\\ude00",
        "\\u00e9\\u00E9",
        "\\/\\/",
        "\\b\\f\\t\\r",
        "\\u2028\\u2029",
        "\\uFEFF",
        "\\uffff",
        "\\n",
        "\u{7f}",
        "\u{feff}",
        "\u{fffd}",
        "\u{10ffff}",
    ]);
    insert_into_string(case, text.as_bytes())
}
