//! Converts the values of settings, which are always sent as text, to types (section 5.1).

use std::borrow::Cow;

use crate::message::{Account, Audience, AudienceSubscriptionRequest, SettingType};

/// A type to which the value of a setting can be converted, by the rules of the Java SDK (section
/// 5.1). An enumeration of texts is declared with [`settings!`](crate::settings) or the derive macro
/// `FromSetting` (feature `derive`).
///
/// ```
/// use hydrant::message::SettingType;
/// use hydrant::registration::FromSetting;
///
/// enum Region { Us, Eu }
///
/// impl FromSetting<'_> for Region {
///     const EXPECTED: &'static str = "`us` or `eu`";
///     const KINDS: &'static [SettingType<'static>] = &[SettingType::Text];
///     fn from_setting(text: &str) -> Option<Self> {
///         match text {
///             "us" => Some(Self::Us),
///             "eu" => Some(Self::Eu),
///             _ => None,
///         }
///     }
/// }
/// assert!(Region::from_setting("apac").is_none());
/// ```
#[diagnostic::on_unimplemented(
    message = "the value of a setting cannot be converted to `{Self}`",
    note = "for an enumeration of texts, use `hydrant::settings!` or derive \
            `hydrant::registration::FromSetting` (feature `derive`); otherwise implement this trait"
)]
pub trait FromSetting<'a>: Sized {
    /// The expected value, for error messages: `the setting X is not EXPECTED`.
    const EXPECTED: &'static str;
    /// The types of settings whose values can be converted to this type.
    const KINDS: &'static [SettingType<'static>];
    /// The accepted texts, if there are only these.
    const TEXTS: &'static [&'static str] = &[];
    /// The smallest and the largest integer of this type, which are registered, if it has not those
    /// of an `i64`. A value is checked by [`from_setting`](Self::from_setting).
    const LIMITS: Option<(i64, i64)> = None;
    /// Converts the text; `None` if it is not a value of this type.
    fn from_setting(text: &'a str) -> Option<Self>;
    /// The value of a [`SettingField`](super::SettingField) that is missing and has no default
    /// value; only an `Option` has one.
    fn missing() -> Option<Self> {
        None
    }
}

impl<'a> FromSetting<'a> for &'a str {
    const EXPECTED: &'static str = "text";
    const KINDS: &'static [SettingType<'static>] = SettingType::ALL;
    fn from_setting(text: &'a str) -> Option<Self> {
        Some(text)
    }
}

/// True if the text is `true` in any letter case, otherwise false: `yes` and `1` are false.
impl FromSetting<'_> for bool {
    const EXPECTED: &'static str = "a bool";
    const KINDS: &'static [SettingType<'static>] = &[SettingType::Boolean];
    fn from_setting(text: &str) -> Option<Self> {
        Some(text.eq_ignore_ascii_case("true"))
    }
}

/// Unlike the Java SDK, refuses `NaN`, infinities, and numbers that are too large.
impl FromSetting<'_> for f64 {
    const EXPECTED: &'static str = "a number";
    const KINDS: &'static [SettingType<'static>] = &[SettingType::Integer, SettingType::Float];
    fn from_setting(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| number.is_finite())
    }
}

macro_rules! integers {
    ($($type:ty, $expected:literal, $limits:expr;)*) => {$(
        impl FromSetting<'_> for $type {
            const EXPECTED: &'static str = $expected;
            const KINDS: &'static [SettingType<'static>] = &[SettingType::Integer];
            const LIMITS: Option<(i64, i64)> = $limits;
            fn from_setting(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

integers! {
    i32, "a 32-bit integer", Some((i32::MIN as i64, i32::MAX as i64));
    i64, "a 64-bit integer", None;
    u32, "an unsigned 32-bit integer", Some((0, u32::MAX as i64));
    // A registration has no larger integers.
    u64, "an unsigned 64-bit integer", Some((0, i64::MAX));
}

/// A fault in one setting. It contains the identifier of the setting and never its value.
///
/// ```
/// use hydrant::message::Account;
/// use hydrant::registration::SettingFault;
/// let error = Account::default().setting::<i64>("limit").unwrap_err();
/// let fault: &SettingFault = &error.faults()[0];
/// assert_eq!((fault.id(), fault.expected()), ("limit", None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFault {
    id: String,
    expected: Option<Cow<'static, str>>,
}

impl SettingFault {
    pub(crate) fn missing(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            expected: None,
        }
    }

    pub(crate) fn invalid(id: &str, expected: impl Into<Cow<'static, str>>) -> Self {
        Self {
            id: id.to_owned(),
            expected: Some(expected.into()),
        }
    }

    /// The identifier of the setting.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The expected value; `None` if the value is missing.
    pub fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }
}

/// For example: the setting `limit` is not a 64-bit integer
impl std::fmt::Display for SettingFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.expected {
            None => write!(f, "the setting `{}` is missing", self.id),
            Some(expected) => write!(f, "the setting `{}` is not {expected}", self.id),
        }
    }
}

/// All faults in the settings of a customer, so that they can be corrected at once. It contains the
/// identifiers of settings and never their values.
///
/// ```
/// use hydrant::message::Account;
/// let error = Account::default().setting::<&str>("api_key").unwrap_err();
/// assert_eq!(error.to_string(), "the setting `api_key` is missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError(Box<[SettingFault]>);

impl SettingError {
    pub(crate) fn new(faults: Vec<SettingFault>) -> Self {
        Self(faults.into())
    }

    /// The faults, in the order in which the settings were read. The list is empty if the values
    /// were refused as a whole.
    pub fn faults(&self) -> &[SettingFault] {
        &self.0
    }
}

impl From<SettingFault> for SettingError {
    fn from(fault: SettingFault) -> Self {
        Self::new(vec![fault])
    }
}

impl std::fmt::Display for SettingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the settings do not go together");
        }
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingError {}

/// Defines the lookup methods of a model with settings.
macro_rules! setting_lookups {
    ($($(#[$meta:meta])* $model:ident $field:ident;)*) => {$(
        $(#[$meta])*
        impl<'a> $model<'a> {
            /// The text of a setting, if it has a value. An empty text is a value.
            pub fn setting_text(&self, id: &str) -> Option<&'a str> {
                self.$field.get(id).copied()
            }

            /// The value of a setting that must be present: `setting::<bool>("x")`.
            ///
            /// # Errors
            ///
            /// If the value is missing or of another type.
            pub fn setting<T: FromSetting<'a>>(&self, id: &str) -> Result<T, SettingError> {
                let found = self.optional_setting(id)?;
                found.ok_or_else(|| SettingFault::missing(id).into())
            }

            /// The value of a setting, if there is one.
            ///
            /// # Errors
            ///
            /// If there is a value of another type.
            pub fn optional_setting<T: FromSetting<'a>>(
                &self,
                id: &str,
            ) -> Result<Option<T>, SettingError> {
                let Some(text) = self.setting_text(id) else {
                    return Ok(None);
                };
                match T::from_setting(text) {
                    Some(value) => Ok(Some(value)),
                    None => Err(SettingFault::invalid(id, T::EXPECTED).into()),
                }
            }

            /// The value of a setting, or a default if there is none.
            ///
            /// # Errors
            ///
            /// If there is a value of another type.
            pub fn setting_or<T: FromSetting<'a>>(
                &self,
                id: &str,
                default: T,
            ) -> Result<T, SettingError> {
                Ok(self.optional_setting(id)?.unwrap_or(default))
            }
        }
    )*};
}

setting_lookups! {
    /// ```
    /// use hydrant::message::{Account, Map};
    ///
    /// let mut account = Account::default();
    /// account.account_settings = Map::new(&[("api_key", "secret"), ("limit", "many")]);
    /// assert_eq!(account.setting::<&str>("api_key")?, "secret");
    /// assert_eq!(account.setting_or("batch", 100)?, 100);
    /// let error = account.setting_or::<i64>("limit", 100).unwrap_err();
    /// assert_eq!(error.to_string(), "the setting `limit` is not a 64-bit integer");
    /// # Ok::<(), hydrant::registration::SettingError>(())
    /// ```
    Account account_settings;
    /// The settings of the subscription, including those in the module's response to the
    /// subscription request.
    Audience audience_subscription_settings;
    /// The current settings of the subscription.
    AudienceSubscriptionRequest audience_subscription_settings;
}
