//! Coercions between numbers, bools and their texts, as the reference does them (section 2.6) and
//! `docs/semantics.md` lists them. Pure functions of text.

use crate::schema::Decimal;

/// The integer of any number, truncated towards zero, and whether that is the number itself.
pub(super) fn integer_of_number(text: &str) -> Option<(i64, bool)> {
    let truncated = || {
        let number = Decimal::of_any_size(text)?;
        Some((number.to_i64()?, number.is_integer()))
    };
    text.parse()
        .ok()
        .map(|value| (value, true))
        .or_else(truncated)
}

/// The integer in a string.
pub(super) fn integer_of_text(text: &str) -> Option<i64> {
    // `i64::from_str` takes exactly `[+-]?[0-9]+`.
    text.parse().ok()
}

/// The finite double of a number or string.
pub(super) fn double(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Rust also reads `inf`, `nan` and `infinity`.
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The infinity for a number beyond the range of doubles, or the value of a text that names an
/// infinity or NaN: `NaN`, `-Infinity`, `inf`, in any letter case.
pub(super) fn non_finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| !value.is_finite())
}

/// The bool of an integer; `None` for numbers with a fraction or an exponent.
pub(super) fn bool_of_number(text: &str) -> Option<bool> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.bytes().any(|byte| byte != b'0'))
}

/// The bool of a string.
pub(super) fn bool_of_text(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_truncated_towards_zero() {
        for (text, expected) in [
            ("5.7", Some((5, false))),
            ("-5.7", Some((-5, false))),
            ("-0", Some((0, true))),
            ("5.000", Some((5, true))),
            ("-0.0", Some((0, true))),
            ("0e-99999999999999999999", Some((0, true))),
            ("1e3", Some((1000, true))),
            ("1.2345e3", Some((1234, false))),
            ("1.2340e3", Some((1234, true))),
            ("12300e-2", Some((123, true))),
            ("12300e-3", Some((12, false))),
            ("9223372036854775807", Some((i64::MAX, true))),
            ("9223372036854775807.5", Some((i64::MAX, false))),
            ("9223372036854775808", None),
            ("1e400", None),
            ("1e-400", Some((0, false))),
        ] {
            assert_eq!(integer_of_number(text), expected, "{text}");
        }
        let many = if cfg!(miri) { 60 } else { 2000 };
        let (threes, zeros) = ("3".repeat(many), "0".repeat(many));
        assert_eq!(integer_of_number(&format!("7.{threes}")), Some((7, false)));
        let (small, large) = (
            format!("1{zeros}e-{many}"),
            format!("0.{zeros}1e{}", many + 1),
        );
        assert_eq!(integer_of_number(&small), Some((1, true)));
        assert_eq!(integer_of_number(&large), Some((1, true)));
        assert_eq!(integer_of_text("+7"), Some(7));
        assert_eq!(integer_of_text("1.5"), None);
        assert_eq!(integer_of_text("--7"), None);
    }

    #[test]
    fn doubles_are_finite() {
        assert_eq!(double("1e308"), Some(1e308));
        for text in ["1e309", "inf", "NaN", "-infinity", "", "0x1", "1f"] {
            assert_eq!(double(text), None, "{text}");
        }
        assert_eq!(double("1e-999"), Some(0.0));
    }

    #[test]
    fn what_is_not_finite_is_told_from_what_is_not_a_number() {
        for text in [
            "1e309",
            "-1e400",
            "inf",
            "NaN",
            "nan",
            "-INFINITY",
            "+Infinity",
        ] {
            assert!(non_finite(text).is_some(), "{text}");
        }
        for text in ["", "1", "1e-999", "infinite", "nano", "0x1", "- inf", "N/A"] {
            assert_eq!(non_finite(text), None, "{text}");
        }
    }

    #[test]
    fn bools() {
        assert_eq!(bool_of_number("-0"), Some(false));
        assert_eq!(bool_of_number("123456789012345678901234567890"), Some(true));
        assert_eq!(bool_of_number("1.0"), None);
        assert_eq!(bool_of_text("tRUE"), None);
    }
}
