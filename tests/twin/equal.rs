//! Compares two canonical forms.
//!
//! `equal` compares as the parity rule does: numbers as numbers. `identical` also wants the scale of decimals
//! kept. Both want the same order of keys, because the order is part of what `normalize` promises.

use super::decimal::Decimal;
use super::json::Json;

/// Compares values; numbers as exact decimals, doubles also as doubles.
///
/// # Errors
///
/// The path of the first difference, and what it is.
pub(crate) fn equal(a: &Json, b: &Json) -> Result<(), String> {
    compare(a, b, "", false, &same_number)
}

/// Like [`equal`], and the text of numbers is the same too, except for doubles and scientific notation.
///
/// # Errors
///
/// The path of the first difference, and what it is.
pub(crate) fn identical(a: &Json, b: &Json) -> Result<(), String> {
    compare(a, b, "", false, &|a, b, is_double| {
        let scientific = [a, b].iter().any(|text| text.contains(['e', 'E']));
        a == b || ((is_double || scientific) && same_number(a, b, is_double))
    })
}

/// The texts of all elements that were kept as they came.
pub(crate) fn raws(json: &Json) -> Vec<&str> {
    match json {
        Json::Raw(text) => vec![text],
        Json::Array(elements) => elements.iter().flat_map(raws).collect(),
        Json::Object(fields) => fields.iter().flat_map(|(_, value)| raws(value)).collect(),
        _ => Vec::new(),
    }
}

/// Whether two numbers are the same, and of what kind they are, decides this function.
type SameNumber = dyn Fn(&str, &str, bool) -> bool;

fn compare(
    a: &Json,
    b: &Json,
    path: &str,
    is_double: bool,
    same_number: &SameNumber,
) -> Result<(), String> {
    let differ = |what: String| {
        Err(format!(
            "{}: {what}",
            if path.is_empty() { "." } else { path }
        ))
    };
    match (a, b) {
        (Json::Raw(text), other) => compare(&parse(text), other, path, false, same_number),
        (other, Json::Raw(text)) => compare(other, &parse(text), path, false, same_number),
        (Json::Number(a), Json::Number(b)) => match same_number(a, b, is_double) {
            true => Ok(()),
            false => differ(format!("{a} is not {b}")),
        },
        (Json::Array(a), Json::Array(b)) => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, &format!("{path}[{index}]"), false, same_number)?;
            }
            match a.len() == b.len() {
                true => Ok(()),
                false => differ(format!("{} elements, not {}", a.len(), b.len())),
            }
        }
        (Json::Object(fields_a), Json::Object(fields_b)) => {
            for ((key_a, value_a), (key_b, value_b)) in fields_a.iter().zip(fields_b) {
                if key_a != key_b {
                    return differ(format!("key {key_a:?} is not {key_b:?}"));
                }
                let is_double = holds_double(a, key_a);
                compare(
                    value_a,
                    value_b,
                    &format!("{path}.{key_a}"),
                    is_double,
                    same_number,
                )?;
            }
            match fields_a.len() == fields_b.len() {
                true => Ok(()),
                false => differ(format!("keys {:?} are not {:?}", keys(a), keys(b))),
            }
        }
        _ if a == b => Ok(()),
        _ => differ(format!("{} is not {}", a.to_text(), b.to_text())),
    }
}

fn same_number(a: &str, b: &str, is_double: bool) -> bool {
    let exact = match (Decimal::parse(a), Decimal::parse(b)) {
        (Some(a), Some(b)) => a.same_value(&b),
        _ => false,
    };
    let as_doubles = || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b);
    exact || (is_double && as_doubles())
}

/// The fields of type double: those of a location (5.6) and the limits of a float setting (7.1).
fn holds_double(object: &Json, key: &str) -> bool {
    let float_setting = object.get("type") == Some(&Json::String("float".to_owned()));
    matches!(key, "latitude" | "longitude" | "accuracy")
        || (float_setting && matches!(key, "default_value" | "min_value" | "max_value"))
}

fn parse(text: &str) -> Json {
    Json::read(text.as_bytes()).expect("raw text was taken from a checked document")
}

fn keys(json: &Json) -> Vec<&str> {
    match json {
        Json::Object(fields) => fields.iter().map(|(key, _)| key.as_str()).collect(),
        _ => Vec::new(),
    }
}
