//! Compares two canonical forms.
//!
//! The order of keys must be the same, because it is part of the contract of `normalize`.

use super::json::Json;

/// Compares values. The texts of numbers must be the same, so that scale and notation of decimals
/// are kept; doubles are compared as numbers.
///
/// # Errors
///
/// The path of the first difference, and the difference.
pub fn identical(a: &Json, b: &Json) -> Result<(), String> {
    compare(a, b, "", false)
}

/// The texts of all elements that were kept unchanged.
pub fn raws(json: &Json) -> Vec<&str> {
    match json {
        Json::Raw(text) => vec![text],
        Json::Array(elements) => elements.iter().flat_map(raws).collect(),
        Json::Object(fields) => fields.iter().flat_map(|(_, value)| raws(value)).collect(),
        _ => Vec::new(),
    }
}

fn compare(a: &Json, b: &Json, path: &str, is_double: bool) -> Result<(), String> {
    let differ = |what: String| {
        Err(format!(
            "{}: {what}",
            if path.is_empty() { "." } else { path }
        ))
    };
    match (a, b) {
        (Json::Raw(text), other) => compare(&parse(text), other, path, false),
        (other, Json::Raw(text)) => compare(other, &parse(text), path, false),
        (Json::Number(a), Json::Number(b)) => match same_number(a, b, is_double) {
            true => Ok(()),
            false => differ(format!("{a} is not {b}")),
        },
        (Json::Array(a), Json::Array(b)) => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, &format!("{path}[{index}]"), false)?;
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
                compare(value_a, value_b, &format!("{path}.{key_a}"), is_double)?;
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
    let as_doubles = || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b);
    a == b || (is_double && as_doubles())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_sees_what_it_should_and_nothing_else() {
        let same = |a: &str, b: &str| {
            identical(
                &Json::read(a.as_bytes()).unwrap(),
                &Json::read(b.as_bytes()).unwrap(),
            )
        };
        assert!(same(r#"{"a":1.5}"#, r#"{"a":15E-1}"#).is_err());
        assert!(same(r#"{"a":1e99}"#, r#"{"a":1E99}"#).is_err());
        assert_eq!(
            same(r#"{"latitude":0.1}"#, r#"{"latitude":0.10000000000000001}"#),
            Ok(())
        );
        assert!(same(r#"{"a":1.50}"#, r#"{"a":1.5}"#).is_err());
        assert!(same(r#"{"price":0.1}"#, r#"{"price":0.10000000000000001}"#).is_err());
        assert!(same(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#).is_err());
        assert!(same(r#"{"a":1}"#, r#"{"a":1,"a":1}"#).is_err());
        assert!(same(r#"{"a":[1]}"#, r#"{"a":[1,null]}"#).is_err());
        assert!(same(r#"{"a":"1"}"#, r#"{"a":1}"#).is_err());
    }
}
