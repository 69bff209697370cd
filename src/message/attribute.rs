//! Typed values of attributes, which are always sent as text.

use super::Decimal;

/// A type as which the text of an attribute can be read.
///
/// ```
/// use hydrant::message::FromAttribute;
/// assert_eq!(bool::from_attribute("True"), Some(true));
/// assert_eq!(i64::from_attribute("4.2"), None);
/// ```
pub trait FromAttribute<'a>: Sized {
    /// Reads the text; `None` if it does not have this type.
    fn from_attribute(text: &'a str) -> Option<Self>;
}

impl<'a> FromAttribute<'a> for &'a str {
    fn from_attribute(text: &'a str) -> Option<Self> {
        Some(text)
    }
}

/// `true` or `false` in any letter case.
impl FromAttribute<'_> for bool {
    fn from_attribute(text: &str) -> Option<Self> {
        match text {
            _ if text.eq_ignore_ascii_case("true") => Some(true),
            _ if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

impl FromAttribute<'_> for i64 {
    fn from_attribute(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Finite numbers only.
impl FromAttribute<'_> for f64 {
    fn from_attribute(text: &str) -> Option<Self> {
        text.parse().ok().filter(|value: &f64| value.is_finite())
    }
}

impl<'a> FromAttribute<'a> for Decimal<'a> {
    fn from_attribute(text: &'a str) -> Option<Self> {
        Decimal::try_from(text).ok()
    }
}

/// The inferred type of an attribute, for targets that require types: a bool (`true` or `false` in
/// any letter case), else an integer, else a decimal number, else text (section 10).
///
/// Only a text in the canonical form of a number becomes a number, so that no character is lost:
/// texts with leading zeros, plus signs or exponents and integers beyond 64 bits stay texts,
/// because telephone numbers, postal codes and other keys have this form. Decimals keep their
/// digits.
///
/// ```
/// use hydrant::message::{Attribute, Decimal};
/// assert_eq!(Attribute::infer("TRUE"), Attribute::Bool(true));
/// assert_eq!(Attribute::infer("42"), Attribute::Integer(42));
/// assert_eq!(Attribute::infer("4.20"), Attribute::Number(Decimal::try_from("4.20").unwrap()));
/// for text in ["02134", "+4917012345678", "1e5", "4.2.1", "-0", ".5", "9223372036854775808"] {
///     assert_eq!(Attribute::infer(text), Attribute::Text(text));
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attribute<'a> {
    /// A bool.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number with digits after the point.
    Number(Decimal<'a>),
    /// Any other text.
    Text(&'a str),
}

impl<'a> Attribute<'a> {
    /// Infers the type of a text.
    pub fn infer(text: &'a str) -> Self {
        if let Some(value) = bool::from_attribute(text) {
            return Self::Bool(value);
        }
        let number = match text.split_once('.') {
            None if is_canonical(text) && text != "-0" => text.parse().ok().map(Self::Integer),
            Some((whole, fraction)) if is_canonical(whole) && is_digits(fraction) => {
                Decimal::try_from(text).ok().map(Self::Number)
            }
            _ => None,
        };
        number.unwrap_or(Self::Text(text))
    }
}

/// Every text has an inferred type.
impl<'a> FromAttribute<'a> for Attribute<'a> {
    fn from_attribute(text: &'a str) -> Option<Self> {
        Some(Self::infer(text))
    }
}

/// `-? (0 | [1-9] [0-9]*)`
fn is_canonical(integer: &str) -> bool {
    let digits = integer.strip_prefix('-').unwrap_or(integer);
    is_digits(digits) && (digits == "0" || !digits.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
