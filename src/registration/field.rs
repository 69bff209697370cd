//! [`SettingField`]: one statement about a setting, from which both its description and the code
//! that reads its value are made.

use std::fmt;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use super::{Boolean, Float, FromSetting, Integer, SettingDescription, Text};
use crate::message::SettingType;

/// A setting whose value has the type `T`: identifier, label, default value and range.
/// [`SettingValues::field`](super::SettingValues::field) describes and reads it, so that none of
/// this is stated twice. [`settings!`](crate::settings) and the derive macro `Settings` generate
/// it.
///
/// The type decides the rest. The setting is registered with the most general type of
/// [`T::KINDS`](FromSetting::KINDS): text, float, integer or boolean. The customer must fill it in
/// unless it has a default value, is invisible or `T` is an `Option`. A `bool` is initially off.
///
/// A statement that is not consistent, such as a default value outside the range, panics. In
/// a `const` that is a compile error. [`Engine::check`](crate::Engine::check) reports defaults that
/// only the type can check, such as fractions and URLs:
///
/// ```
/// use hydrant::registration::{SettingField, SettingValues, Settings};
///
/// const LIMIT: SettingField<i64> = SettingField::new("limit", "Limit")
///     .description("Events per request")
///     .default("100")
///     .range(1..=1000);
///
/// struct Acme { limit: i64 }
///
/// impl<'a> Settings<'a> for Acme {
///     fn read(values: &mut SettingValues<'a>) -> Option<Self> {
///         let limit = values.field(LIMIT);
///         Some(Self { limit: limit? })
///     }
/// }
///
/// # use hydrant::message::Map;
/// assert_eq!(Acme::describe()[0].id(), Some("limit"));
/// let error = Acme::from_values(Map::new(&[("limit", "0")])).map(|acme| acme.limit).unwrap_err();
/// assert_eq!(error.to_string(), "the setting `limit` is not between 1 and 1000");
/// ```
///
/// ```compile_fail,E0080
/// # use hydrant::registration::SettingField;
/// const LIMIT: SettingField<i64> = SettingField::new("limit", "Limit").default("0").range(1..=10);
/// ```
///
/// ```compile_fail,E0080
/// # use hydrant::registration::SettingField;
/// const KEY: SettingField<&str> = SettingField::new("key", "Key").secret().default("k");
/// ```
///
/// ```compile_fail,E0080
/// # use hydrant::registration::SettingField;
/// const NAME: SettingField<&str> = SettingField::new("name", "Name").range(1..=10);
/// ```
#[must_use]
pub struct SettingField<T> {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    /// As the sender would write it: it is read like a value.
    default: Option<&'static str>,
    limits: Limits,
    secret: bool,
    visible: bool,
    value: PhantomData<fn() -> T>,
}

/// The smallest and the largest value.
#[derive(Clone, Copy)]
enum Limits {
    None,
    Integer(i64, i64),
    Float(f64, f64),
}

impl<'a, T: FromSetting<'a>> SettingField<T> {
    const KIND: SettingType<'static> = most_general(T::KINDS);

    /// A setting with this identifier, which is the key of the value in messages, and this label
    /// for the customer.
    pub const fn new(id: &'static str, name: &'static str) -> Self {
        // A field whose name is a keyword.
        let id = match id.as_bytes() {
            [b'r', b'#', ..] => id.split_at(2).1,
            _ => id,
        };
        assert!(!id.is_empty(), "the identifier of a setting is empty");
        assert!(!name.is_empty(), "the label of a setting is empty");
        Self {
            id,
            name,
            description: "",
            default: None,
            limits: Limits::None,
            secret: false,
            visible: true,
            value: PhantomData,
        }
    }

    /// Sets the explanation for the customer: short, without markup and links (rule 14 of section
    /// 12). Without one, the accepted [texts](FromSetting::TEXTS) are listed, if there are any.
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Sets the default value, as text: `"100"`, `"true"`. It is registered, and read if the value
    /// is missing.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self.checked()
    }

    /// Sets the smallest and the largest value of a number. Both the platform and the reading code
    /// check it.
    pub const fn range(mut self, range: RangeInclusive<i64>) -> Self {
        let (min, max) = (*range.start(), *range.end());
        if let Some((least, most)) = T::LIMITS {
            assert!(
                least <= min && max <= most,
                "the range is outside that of the type"
            );
        }
        self.limits = match Self::KIND {
            SettingType::Float => Limits::Float(min as f64, max as f64),
            _ => Limits::Integer(min, max),
        };
        self.checked()
    }

    /// Sets the smallest and the largest value of a floating-point number. Both the platform and
    /// the reading code check it.
    pub const fn float_range(mut self, range: RangeInclusive<f64>) -> Self {
        self.limits = Limits::Float(*range.start(), *range.end());
        self.checked()
    }

    /// Masks the text after the customer entered it: for keys and passwords. A secret has no
    /// default value, because that would be published. A secret that may be left empty is a finding
    /// by rule 16 of section 12.
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self.checked()
    }

    /// Hides the setting from the customer: the module sets its value in the response to an
    /// audience subscription (rule 18 of section 12).
    pub const fn invisible(mut self) -> Self {
        self.visible = false;
        self
    }

    /// The value for `Debug` of a type with settings: `[redacted]` if the setting is
    /// [secret](Self::secret).
    ///
    /// ```
    /// use hydrant::registration::SettingField;
    /// let key: SettingField<&str> = SettingField::new("key", "Key");
    /// assert_eq!(format!("{:?}", key.redact(&"k")), "\"k\"");
    /// assert_eq!(format!("{:?}", key.secret().redact(&"k")), "[redacted]");
    /// ```
    pub fn redact<'v>(&self, value: &'v T) -> &'v dyn fmt::Debug
    where
        T: fmt::Debug,
    {
        if self.secret { &Redacted } else { value }
    }

    const fn checked(self) -> Self {
        let (is_text, is_float) = (
            matches!(Self::KIND, SettingType::Text),
            matches!(Self::KIND, SettingType::Float),
        );
        assert!(!self.secret || is_text, "only a text can be secret");
        assert!(
            !self.secret || self.default.is_none(),
            "a secret setting has no default value, because it would be published"
        );
        match self.limits {
            Limits::None => {}
            Limits::Integer(min, max) => {
                let is_integer = matches!(Self::KIND, SettingType::Integer);
                assert!(is_integer, "only a number has a range");
                assert!(min <= max, "the range is empty");
            }
            Limits::Float(min, max) => {
                assert!(is_float, "only a floating-point number has such a range");
                assert!(
                    min.is_finite() && max.is_finite(),
                    "the range is not finite"
                );
                assert!(min <= max, "the range is empty");
            }
        }
        if let Some(text) = self.default {
            match Self::KIND {
                SettingType::Text => assert!(
                    T::TEXTS.is_empty() || is_one_of(text, T::TEXTS),
                    "the default value is not one of the accepted texts"
                ),
                SettingType::Integer => match (i64::from_str_radix(text, 10), self.integers()) {
                    (Ok(value), Some((min, max))) => {
                        assert!(
                            min <= value && value <= max,
                            "the default value is outside its range"
                        );
                    }
                    (parsed, _) => assert!(parsed.is_ok(), "the default value is not an integer"),
                },
                SettingType::Boolean => assert!(
                    is_one_of(text, &["true", "false"]),
                    "the default value is neither `true` nor `false`"
                ),
                // Numbers with fractions cannot be parsed in a constant; `Engine::check` reads them.
                _ => {}
            }
        }
        self
    }

    /// The range of an integer, or that of its type.
    const fn integers(&self) -> Option<(i64, i64)> {
        match self.limits {
            Limits::Integer(min, max) => Some((min, max)),
            _ => T::LIMITS,
        }
    }

    pub(super) fn id(&self) -> &'static str {
        self.id
    }

    /// The value that is read if there is none.
    pub(super) fn default_text(&self) -> Option<&'static str> {
        let is_bool = Self::KIND == SettingType::Boolean && T::missing().is_none();
        self.default.or(is_bool.then_some("false"))
    }

    /// Whether a value that is missing is a fault.
    pub(super) fn is_required(&self) -> bool {
        self.default_text().is_none() && T::missing().is_none()
    }

    /// What the value of a number must be, if this one is outside the range.
    pub(super) fn outside(&self, text: &str) -> Option<String> {
        match self.limits {
            Limits::None => None,
            Limits::Integer(min, max) => {
                let value = text.parse::<i128>();
                let inside =
                    value.is_ok_and(|value| i128::from(min) <= value && value <= i128::from(max));
                (!inside).then(|| format!("between {min} and {max}"))
            }
            Limits::Float(min, max) => {
                let value = text.parse::<f64>();
                let inside = value.is_ok_and(|value| min <= value && value <= max);
                (!inside).then(|| format!("between {min} and {max}"))
            }
        }
    }

    pub(super) fn describe(&self) -> SettingDescription {
        let required = self.visible && self.is_required();
        let description = match self.description.trim() {
            "" if !T::TEXTS.is_empty() => Some(T::TEXTS.join(" or ").into()),
            "" => None,
            text => Some(super::Str::Borrowed(text)),
        };
        let mut setting = match Self::KIND {
            SettingType::Integer => {
                let mut setting = Integer::new(self.id, self.name);
                setting.default = self.default.and_then(|text| text.parse().ok());
                if let Some((min, max)) = self.integers() {
                    setting.min = (min > i64::MIN).then_some(min);
                    setting.max = (max < i64::MAX).then_some(max);
                }
                setting.required = required;
                SettingDescription::from(setting)
            }
            SettingType::Float => {
                let mut setting = Float::new(self.id, self.name);
                setting.default = self.default.and_then(|text| text.parse().ok());
                if let Limits::Float(min, max) = self.limits {
                    setting = setting.range(min..=max);
                }
                setting.required = required;
                setting.into()
            }
            SettingType::Boolean => {
                let setting = Boolean::new(self.id, self.name);
                match self.default {
                    Some("true") => setting.on().into(),
                    _ => setting.into(),
                }
            }
            _ => {
                let mut setting = Text::new(self.id, self.name);
                setting.default = self.default.map(Into::into);
                (setting.required, setting.confidential) = (required, self.secret);
                setting.into()
            }
        };
        if let Some(label) = setting.label_mut() {
            (label.description, label.visible) = (description, self.visible);
        }
        setting
    }
}

/// Shows identifier and label.
impl<T> fmt::Debug for SettingField<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingField")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Every other type is also a text, and every integer is also a number with a fraction.
const fn most_general(mut kinds: &[SettingType<'static>]) -> SettingType<'static> {
    let mut found = SettingType::Boolean;
    while let [kind, rest @ ..] = kinds {
        found = match (kind, found) {
            (SettingType::Text, _) | (_, SettingType::Text) => SettingType::Text,
            (SettingType::Float, _) | (_, SettingType::Float) => SettingType::Float,
            (SettingType::Integer, _) => SettingType::Integer,
            (_, found) => found,
        };
        kinds = rest;
    }
    found
}

const fn is_one_of(text: &str, mut texts: &[&str]) -> bool {
    while let [candidate, rest @ ..] = texts {
        if equal(text.as_bytes(), candidate.as_bytes()) {
            return true;
        }
        texts = rest;
    }
    false
}

const fn equal(mut left: &[u8], mut right: &[u8]) -> bool {
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

/// A range whose type chooses the method, for macros, which see only an expression.
#[doc(hidden)]
#[derive(Debug)]
pub struct RangeOf<N>(pub RangeInclusive<N>);

impl RangeOf<i64> {
    #[doc(hidden)]
    pub const fn limit<'a, T: FromSetting<'a>>(self, field: SettingField<T>) -> SettingField<T> {
        field.range(self.0)
    }
}

impl RangeOf<f64> {
    #[doc(hidden)]
    pub const fn limit<'a, T: FromSetting<'a>>(self, field: SettingField<T>) -> SettingField<T> {
        field.float_range(self.0)
    }
}
