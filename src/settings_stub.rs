//! Typed values out of texts: settings and user attributes always travel as text.

use crate::message::Decimal;

/// A type that a setting value can be read as, by the rules of the reference (section 5.1).
pub trait FromSetting<'a>: Sized {
    /// What the text should have been, for error texts.
    const EXPECTED: &'static str;
    /// Reads the text.
    fn from_setting(text: &'a str) -> Option<Self>;
}

impl<'a> FromSetting<'a> for &'a str {
    const EXPECTED: &'static str = "text";
    fn from_setting(text: &'a str) -> Option<Self> {
        Some(text)
    }
}

/// True if the text is `true` in any letter case, otherwise false: `yes` and `1` are false.
impl FromSetting<'_> for bool {
    const EXPECTED: &'static str = "a bool";
    fn from_setting(text: &str) -> Option<Self> {
        Some(text.eq_ignore_ascii_case("true"))
    }
}

macro_rules! from_setting {
    ($($type:ty, $expected:literal;)*) => {$(
        impl FromSetting<'_> for $type {
            const EXPECTED: &'static str = $expected;
            fn from_setting(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

from_setting! {
    i32, "a 32-bit integer";
    i64, "a 64-bit integer";
    f64, "a number";
}

/// A type that the text of an attribute can be read as.
pub trait FromAttribute<'a>: Sized {
    /// Reads the text; `None` if it is something else.
    fn from_attribute(text: &'a str) -> Option<Self>;
}

impl<'a> FromAttribute<'a> for &'a str {
    fn from_attribute(text: &'a str) -> Option<Self> {
        Some(text)
    }
}

impl FromAttribute<'_> for bool {
    fn from_attribute(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("true") {
            Some(true)
        } else if text.eq_ignore_ascii_case("false") {
            Some(false)
        } else {
            None
        }
    }
}

impl FromAttribute<'_> for i64 {
    fn from_attribute(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

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

/// What an attribute text means to a target that wants types: a bool (`true` or `false` in any letter case), else an
/// integer, else a number, else text (section 10).
///
/// ```
/// use hydrant::Attribute;
/// assert_eq!(Attribute::infer("TRUE"), Attribute::Bool(true));
/// assert_eq!(Attribute::infer("42"), Attribute::Integer(42));
/// assert_eq!(Attribute::infer("4.2"), Attribute::Number(4.2));
/// assert_eq!(Attribute::infer("4.2.1"), Attribute::Text("4.2.1"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attribute<'a> {
    /// A bool.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// Anything else.
    Text(&'a str),
}

impl<'a> Attribute<'a> {
    /// Reads a text as what it looks like.
    pub fn infer(text: &'a str) -> Self {
        if let Some(value) = bool::from_attribute(text) {
            return Self::Bool(value);
        }
        // Only what begins like a number is one; Rust would also read `inf` and `nan`.
        if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
            if let Some(value) = i64::from_attribute(text) {
                return Self::Integer(value);
            }
            if let Some(value) = f64::from_attribute(text) {
                return Self::Number(value);
            }
        }
        Self::Text(text)
    }
}

/// Why a setting could not be read. It names the setting, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    id: String,
    /// What the value should have been; none if there is no value.
    expected: Option<&'static str>,
}

impl SettingError {
    pub(super) fn missing(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            expected: None,
        }
    }

    pub(super) fn invalid(id: &str, expected: &'static str) -> Self {
        Self {
            id: id.to_owned(),
            expected: Some(expected),
        }
    }
}

impl std::fmt::Display for SettingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.expected {
            None => write!(f, "the setting `{}` is missing", self.id),
            Some(expected) => write!(f, "the setting `{}` is not {expected}", self.id),
        }
    }
}

impl std::error::Error for SettingError {}
/// x
pub trait Settings<'a>: Sized {
    /// x
    fn read(values: &crate::message::Map<'a, &'a str>) -> Result<Self, SettingError>;
}
impl<'a> crate::message::Account<'a> {
    /// x
    pub fn settings<T: Settings<'a>>(&self) -> Result<T, SettingError> {
        T::read(&self.account_settings)
    }
}
impl<'a> crate::message::Account<'a> {
    /// x
    pub fn setting<T: FromSetting<'a>>(&self, id: &str) -> Result<T, SettingError> {
        let text = self
            .account_settings
            .get(id)
            .copied()
            .ok_or_else(|| SettingError::missing(id))?;
        T::from_setting(text).ok_or_else(|| SettingError::invalid(id, T::EXPECTED))
    }
}
