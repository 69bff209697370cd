//! The coercions: the value of a JSON scalar for a field of a given type.
//!
//! `docs/semantics.md`, rows T1 to T27. Every function takes one value that is not null and returns
//! the canonical JSON value, `None` for "absent", or the reason of a refusal. A reason never
//! contains the value, which may be a setting or an identity.

use super::decimal::Decimal;
use super::instant;
use super::json::{Json, View};
use super::tables::Enumeration;

type Read = Result<Option<Json>, String>;

/// Strings; numbers and bools by their source text.
pub(crate) fn string(view: &View<'_>) -> Read {
    match view {
        View::String(text) => Ok(Some(Json::String(text.clone()))),
        View::Number(text) => Ok(Some(Json::String((*text).to_owned()))),
        View::Bool(value) => Ok(Some(Json::String(value.to_string()))),
        other => expected("a string", other),
    }
}

/// `true`, `false`, their texts in three casings, and whole numbers.
pub(crate) fn bool(view: &View<'_>) -> Read {
    let value = match view {
        View::Bool(value) => *value,
        View::String(text) => match trim(text) {
            "" | "null" => return Ok(None),
            "true" | "True" | "TRUE" => true,
            "false" | "False" | "FALSE" => false,
            _ => return Err("expected a bool, found other text".to_owned()),
        },
        View::Number(text) if text.contains(['.', 'e', 'E']) => {
            return Err("expected a bool, found a fraction".to_owned());
        }
        View::Number(text) => text.bytes().any(|b| (b'1'..=b'9').contains(&b)),
        other => return expected("a bool", other),
    };
    Ok(Some(Json::Bool(value)))
}

/// 32 bits, signed.
pub(crate) fn int32(view: &View<'_>) -> Read {
    integer(view, i32::MIN.into(), i32::MAX.into())
}

/// 64 bits, signed.
pub(crate) fn int64(view: &View<'_>) -> Read {
    integer(view, i64::MIN.into(), i64::MAX.into())
}

fn integer(view: &View<'_>, min: i128, max: i128) -> Read {
    let value = match view {
        View::Number(text) => Decimal::parse(text).expect("a JSON number").cut(),
        View::String(text) => match trim(text) {
            "" | "null" => return Ok(None),
            text => {
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err("expected an integer, found other text".to_owned());
                }
                Decimal::parse(text).expect("digits with a sign").cut()
            }
        },
        other => return expected("an integer", other),
    };
    match value {
        Some(value) if (min..=max).contains(&value) => Ok(Some(Json::Number(value.to_string()))),
        _ => Err("integer out of range".to_owned()),
    }
}

/// IEEE 754 double, or null if it is not finite: beyond the range, or a name of infinity or NaN.
pub(crate) fn double_or_none(view: &View<'_>) -> Read {
    let text = match view {
        View::String(text) => trim(text),
        View::Number(text) => text,
        _ => return double(view),
    };
    let name = text.strip_prefix(['+', '-']).unwrap_or(text);
    let named = ["nan", "inf", "infinity"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name));
    let too_large = || Decimal::parse(text).is_some() && text.parse().is_ok_and(f64::is_infinite);
    if named || too_large() {
        return Ok(Some(Json::Null));
    }
    double(view)
}

/// IEEE 754 double: numbers and numeric strings, finite.
pub(crate) fn double(view: &View<'_>) -> Read {
    let text = match view {
        View::Number(text) => text,
        View::String(text) => match trim(text) {
            "" | "null" => return Ok(None),
            text => text,
        },
        other => return expected("a number", other),
    };
    if Decimal::parse(text).is_none() {
        return Err("expected a number, found other text".to_owned());
    }
    let value: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if !value.is_finite() {
        return Err("number out of the range of a double".to_owned());
    }
    // `Debug` writes the shortest digits that read back equal, and keeps `.0`.
    Ok(Some(Json::Number(format!("{value:?}"))))
}

/// Exact decimals: numbers and numeric strings of at most 1000 digits.
///
/// The scale must fit 32 bits, which is where the decimals of the reference end.
pub(crate) fn decimal(view: &View<'_>) -> Read {
    let text = match view {
        View::Number(text) => text,
        View::String(text) => match trim(text) {
            "" | "null" => return Ok(None),
            text => text,
        },
        other => return expected("a decimal", other),
    };
    let value = Decimal::parse(text).ok_or("expected a decimal, found other text")?;
    if value.written_digits > 1000 {
        return Err("decimal of more than 1000 digits".to_owned());
    }
    if i32::try_from(value.exponent).is_err() {
        return Err("decimal out of range".to_owned());
    }
    Ok(Some(Json::Number(value.written(text))))
}

/// 36 characters, 8-4-4-4-12, any case; written in lower case.
pub(crate) fn uuid(view: &View<'_>) -> Read {
    let text = match view {
        View::String(text) => trim(text),
        other => return expected("a uuid", other),
    };
    if matches!(text, "" | "null") {
        return Ok(None);
    }
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let hexadecimal = groups
        .iter()
        .all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    if lengths != [8, 4, 4, 4, 12] || !hexadecimal {
        return Err("expected a uuid of 36 characters".to_owned());
    }
    Ok(Some(Json::String(text.to_ascii_lowercase())))
}

/// A point in time: RFC 3339 text, or a number of seconds or milliseconds, also as text.
pub(crate) fn instant(view: &View<'_>) -> Read {
    let seconds = match view {
        View::Number(text) => instant::from_number(Decimal::parse(text).expect("a JSON number"))?,
        View::String(text) => match trim(text) {
            "" | "null" => return Ok(None),
            text => match Decimal::parse(text) {
                Some(number) => instant::from_number(number)?,
                None => instant::from_text(text)?,
            },
        },
        other => return expected("an instant", other),
    };
    Ok(Some(Json::Number(seconds)))
}

/// Whether this number, which was read as an integer, has a fraction.
pub(crate) fn is_truncated(view: &View<'_>) -> bool {
    let View::Number(text) = view else {
        return false;
    };
    let number = Decimal::parse(text).expect("a JSON number");
    let trimmed = number.digits.trim_end_matches('0');
    let zeros = number.digits.len() - trimmed.len();
    !number.is_zero() && number.exponent + (zeros as i64) < 0
}

/// Whether this is the text `null`, which is absent for numbers, bools, instants and uuids.
pub(crate) fn is_null_text(view: &View<'_>) -> bool {
    matches!(view, View::String(text) if trim(text) == "null")
}

/// Whether a text that was read as a point in time contains hour 24 or second 60.
pub(crate) fn is_adjusted(view: &View<'_>) -> bool {
    match view {
        View::String(text) => {
            let text = trim(text);
            Decimal::parse(text).is_none() && (&text[11..13] == "24" || &text[17..19] == "60")
        }
        _ => false,
    }
}

/// One of the values of an enumeration, ignoring white space around it; any other text is kept
/// unchanged.
///
/// The second part of the result is the value, if the text is known.
pub(crate) fn choice(
    text: &str,
    enumeration: &'static Enumeration,
) -> (String, Option<&'static str>) {
    let wanted = trim(text);
    let alias = enumeration
        .aliases
        .iter()
        .find(|(spelling, _)| *spelling == wanted);
    let wanted = alias.map_or(wanted, |(_, value)| value);
    match enumeration.values.iter().find(|value| **value == wanted) {
        Some(value) => ((*value).to_owned(), Some(value)),
        None => (text.to_owned(), None),
    }
}

/// Removes every character up to U+0020 from both ends, as the reference does.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

fn expected(what: &str, found: &View<'_>) -> Read {
    Err(format!("expected {what}, found {}", found.noun()))
}
