//! [`Settings`]: a type that describes and reads all settings of an account or an audience (section
//! 5.1).

use std::borrow::Cow;
use std::fmt;

use super::{FromSetting, SettingDescription, SettingError, SettingFault, SettingField};
use crate::message::{Account, Audience, AudienceSubscriptionRequest, Map, SettingType};

/// A type of the module that describes and reads the settings of an account or of an audience.
/// Usually [`settings!`](crate::settings) or the derive macro of the same name (feature `derive`)
/// implements it. An implementation by hand is needed for rules about several settings:
///
/// ```
/// use hydrant::registration::{SettingField, SettingValues, Settings};
///
/// struct Acme<'a> { api_key: &'a str, least: i64, most: i64 }
///
/// impl<'a> Settings<'a> for Acme<'a> {
///     fn read(values: &mut SettingValues<'a>) -> Option<Self> {
///         let api_key = values.field(const { SettingField::new("api_key", "API key").secret() });
///         let least = values.field(const { SettingField::new("least", "At least").default("1") });
///         let most = values.field(const { SettingField::new("most", "At most").default("9") });
///         let acme = Self { api_key: api_key?, least: least?, most: most? };
///         if acme.least > acme.most {
///             return values.refuse("most", "at least `least`");
///         }
///         Some(acme)
///     }
/// }
/// assert_eq!(Acme::describe().len(), 3);
/// ```
///
/// [`Registration::account_settings`](super::Registration::account_settings) registers the
/// descriptions. It also calls [`read`](Self::read) without any values, so that
/// [`Engine::check`](crate::Engine::check) can compare the settings that are read with the
/// descriptions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe and read settings",
    note = "declare it in `hydrant::settings!`, derive `hydrant::registration::Settings` \
            (feature `derive`), or implement this trait"
)]
pub trait Settings<'a>: Sized {
    /// The descriptions for the registration, in the order in which the customer sees them: by
    /// default those of the [fields](SettingValues::field) that are read.
    fn describe() -> Vec<SettingDescription> {
        let mut values = SettingValues::recording();
        // Only the record is needed.
        let _ = Self::read(&mut values);
        values.into_record().described
    }

    /// Reads the values. It must read all of them before it returns early (`?`), so that one error
    /// names all faults.
    fn read(values: &mut SettingValues<'a>) -> Option<Self>;

    /// Reads the values of an account or of a subscription.
    ///
    /// # Errors
    ///
    /// All settings that are missing or invalid.
    ///
    /// ```
    /// use hydrant::message::Map;
    /// use hydrant::registration::{SettingDescription, SettingValues, Settings, Text};
    ///
    /// struct List<'a>(&'a str);
    ///
    /// impl<'a> Settings<'a> for List<'a> {
    ///     fn describe() -> Vec<SettingDescription> {
    ///         vec![Text::new("list_id", "List").invisible().into()]
    ///     }
    ///     fn read(values: &mut SettingValues<'a>) -> Option<Self> {
    ///         values.required("list_id").map(Self)
    ///     }
    /// }
    ///
    /// assert_eq!(List::from_values(Map::new(&[("list_id", "7")]))?.0, "7");
    /// assert!(List::from_values(Map::EMPTY).is_err());
    /// # Ok::<(), hydrant::registration::SettingError>(())
    /// ```
    fn from_values(values: Map<'a, &'a str>) -> Result<Self, SettingError> {
        let mut values = SettingValues::new(values);
        let read = Self::read(&mut values);
        match read {
            Some(read) if values.faults.is_empty() => Ok(read),
            _ => Err(SettingError::new(values.faults)),
        }
    }
}

/// The values of settings that a type reads, and the faults found so far. `Debug` shows only the
/// faults.
pub struct SettingValues<'a> {
    values: Map<'a, &'a str>,
    faults: Vec<SettingFault>,
    /// The settings that were read, if this is recorded.
    record: Option<Record>,
}

/// The settings that were read.
#[derive(Default)]
pub(super) struct Record {
    pub(super) reads: Vec<Read>,
    /// The descriptions of those that are [fields](SettingValues::field).
    pub(super) described: Vec<SettingDescription>,
}

/// One read of a setting.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) id: String,
    pub(super) expected: &'static str,
    pub(super) kinds: &'static [SettingType<'static>],
    pub(super) required: bool,
    /// What the default value should be, if it cannot be read.
    pub(super) invalid_default: Option<String>,
}

impl<'a> SettingValues<'a> {
    /// Creates a reader of these values.
    pub fn new(values: Map<'a, &'a str>) -> Self {
        Self {
            values,
            faults: Vec::new(),
            record: None,
        }
    }

    /// Creates a reader without values that records which ones are read.
    pub(super) fn recording() -> Self {
        Self {
            values: Map::EMPTY,
            faults: Vec::new(),
            record: Some(Record::default()),
        }
    }

    pub(super) fn into_record(self) -> Record {
        self.record.unwrap_or_default()
    }

    /// Reads the value of a field. If it is missing or invalid, this adds a [fault](Self::faults)
    /// and returns `None`. It also adds the field to the [descriptions](Settings::describe).
    ///
    /// ```
    /// use hydrant::message::Map;
    /// use hydrant::registration::{SettingField, SettingValues};
    ///
    /// const LIMIT: SettingField<i64> =
    ///     SettingField::new("limit", "Limit").default("100").range(1..=1000);
    /// assert_eq!(SettingValues::new(Map::EMPTY).field(LIMIT), Some(100));
    /// assert_eq!(SettingValues::new(Map::new(&[("limit", "0")])).field(LIMIT), None);
    /// ```
    pub fn field<T: FromSetting<'a>>(&mut self, field: SettingField<T>) -> Option<T> {
        let default = field.default_text();
        if let Some(record) = &mut self.record {
            let read = default.map(|text| check(&field, text));
            record.reads.push(Read {
                id: field.id().to_owned(),
                expected: T::EXPECTED,
                kinds: T::KINDS,
                required: field.is_required(),
                invalid_default: read.and_then(|read| read.err().map(Cow::into_owned)),
            });
            record.described.push(field.describe());
        }
        let value = self.values.get(field.id()).copied();
        let fault = match value.or(default) {
            Some(text) => match check(&field, text) {
                Ok(value) => return Some(value),
                Err(expected) => SettingFault::invalid(field.id(), expected),
            },
            None => match T::missing() {
                Some(value) => return Some(value),
                None => SettingFault::missing(field.id()),
            },
        };
        self.faults.push(fault);
        None
    }

    /// Reads a value that must be present. If it is missing or of another type, this adds a
    /// [fault](Self::faults) and returns `None`.
    pub fn required<T: FromSetting<'a>>(&mut self, id: &str) -> Option<T> {
        let found = self.find(id, true)?;
        if found.is_none() {
            self.faults.push(SettingFault::missing(id));
        }
        found
    }

    /// Reads a value that may be missing: `Some(None)` if it is. If it is of another type, this
    /// adds a [fault](Self::faults) and returns `None`.
    pub fn optional<T: FromSetting<'a>>(&mut self, id: &str) -> Option<Option<T>> {
        self.find(id, false)
    }

    /// Reads a value, or returns a default if it is missing. If it is of another type, this adds a
    /// [fault](Self::faults) and returns `None`.
    pub fn or<T: FromSetting<'a>>(&mut self, id: &str, default: T) -> Option<T> {
        Some(self.find(id, false)?.unwrap_or(default))
    }

    /// Adds a fault for a value that was read, and returns `None`. `expected` describes a valid
    /// value and must not contain the invalid one.
    ///
    /// ```
    /// use hydrant::message::Map;
    /// use hydrant::registration::SettingValues;
    ///
    /// fn read(values: &mut SettingValues<'_>) -> Option<i64> {
    ///     match values.required("port")? {
    ///         port @ 1..=65535 => Some(port),
    ///         _ => values.refuse("port", "a port"),
    ///     }
    /// }
    /// let mut values = SettingValues::new(Map::new(&[("port", "70000")]));
    /// assert_eq!(read(&mut values), None);
    /// assert_eq!(values.faults()[0].to_string(), "the setting `port` is not a port");
    /// ```
    pub fn refuse<T>(&mut self, id: &str, expected: &'static str) -> Option<T> {
        self.faults.push(SettingFault::invalid(id, expected));
        None
    }

    /// The faults found so far.
    pub fn faults(&self) -> &[SettingFault] {
        &self.faults
    }

    fn find<T: FromSetting<'a>>(&mut self, id: &str, required: bool) -> Option<Option<T>> {
        if let Some(record) = &mut self.record {
            record.reads.push(Read {
                id: id.to_owned(),
                expected: T::EXPECTED,
                kinds: T::KINDS,
                required,
                invalid_default: None,
            });
        }
        let Some(text) = self.values.get(id) else {
            return Some(None);
        };
        match T::from_setting(text) {
            Some(value) => Some(Some(value)),
            None => self.refuse(id, T::EXPECTED),
        }
    }
}

/// The value; if the text is not a valid one, what is expected.
fn check<'a, T: FromSetting<'a>>(
    field: &SettingField<T>,
    text: &'a str,
) -> Result<T, Cow<'static, str>> {
    let value = T::from_setting(text).ok_or(T::EXPECTED)?;
    match field.outside(text) {
        None => Ok(value),
        Some(range) => Err(range.into()),
    }
}

impl fmt::Debug for SettingValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingValues")
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

macro_rules! typed_settings {
    ($($(#[$meta:meta])* $model:ident $field:ident;)*) => {$(
        impl<'a> $model<'a> {
            $(#[$meta])*
            ///
            /// # Errors
            ///
            /// All settings that are missing or invalid.
            pub fn settings<T: Settings<'a>>(&self) -> Result<T, SettingError> {
                T::from_values(self.$field)
            }
        }
    )*};
}

typed_settings! {
    /// Reads the settings of the account as a type of the module: `account.settings::<Acme<'_>>()`.
    Account account_settings;
    /// Reads the settings of the subscription as a type of the module.
    Audience audience_subscription_settings;
    /// Reads the current settings of the subscription as a type of the module.
    AudienceSubscriptionRequest audience_subscription_settings;
}
