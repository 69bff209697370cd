//! [`Settings`]: a type that describes and reads all settings of an account or an audience (section 5.1).

use std::fmt;

use super::{FromSetting, SettingDescription, SettingError, SettingFault};
use crate::message::{Account, Audience, AudienceSubscriptionRequest, Map, SettingType};

/// Settings of an account or of an audience, as a type of the module: described and read in one place. The
/// [module](super) has an example.
///
/// [`Registration::account_settings`](super::Registration::account_settings) registers the description. It also calls
/// [`read`](Self::read) without any values, so that [`Engine::check`](crate::Engine::check) can compare what is asked
/// for with the description.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which settings it reads",
    note = "implement `hydrant::registration::Settings` for it: `describe` for the registration, `read` for the values"
)]
pub trait Settings<'a>: Sized {
    /// The descriptions for the registration, in the order in which the customer sees them.
    fn describe() -> Vec<SettingDescription>;

    /// Reads the values. It must return early (`?`) only after it has asked for all of them, so that one error names
    /// everything that is wrong.
    fn read(values: &mut SettingValues<'a>) -> Option<Self>;

    /// Reads the values of an account or of a subscription.
    ///
    /// # Errors
    ///
    /// Everything that is wrong or missing.
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

/// The values of settings while a type reads them, and the faults found. `Debug` shows the faults only.
pub struct SettingValues<'a> {
    values: Map<'a, &'a str>,
    faults: Vec<SettingFault>,
    /// What was asked for, if it is recorded.
    reads: Option<Vec<Read>>,
}

/// What a type asks for.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) id: String,
    pub(super) expected: &'static str,
    pub(super) kinds: &'static [SettingType<'static>],
    pub(super) required: bool,
}

impl<'a> SettingValues<'a> {
    /// These values, none of them read yet.
    pub fn new(values: Map<'a, &'a str>) -> Self {
        Self {
            values,
            faults: Vec::new(),
            reads: None,
        }
    }

    /// No values; it records what is asked for.
    pub(super) fn recording() -> Self {
        Self {
            values: Map::EMPTY,
            faults: Vec::new(),
            reads: Some(Vec::new()),
        }
    }

    pub(super) fn into_reads(self) -> Vec<Read> {
        self.reads.unwrap_or_default()
    }

    /// A value that must be there. If it is missing or not of the type, this adds to the [faults](Self::faults) and
    /// returns `None`.
    pub fn required<T: FromSetting<'a>>(&mut self, id: &str) -> Option<T> {
        let found = self.find(id, true)?;
        if found.is_none() {
            self.faults.push(SettingFault::missing(id));
        }
        found
    }

    /// A value that may be missing: `Some(None)` if it is, `None` if it is not of the type.
    pub fn optional<T: FromSetting<'a>>(&mut self, id: &str) -> Option<Option<T>> {
        self.find(id, false)
    }

    /// A value, or a default if it is missing; `None` if it is not of the type.
    pub fn or<T: FromSetting<'a>>(&mut self, id: &str, default: T) -> Option<T> {
        Some(self.find(id, false)?.unwrap_or(default))
    }

    /// Adds a fault for a value that was read, with the text of what it must be, and returns `None`. The text must not
    /// hold the value.
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
        if let Some(reads) = &mut self.reads {
            reads.push(Read {
                id: id.to_owned(),
                expected: T::EXPECTED,
                kinds: T::KINDS,
                required,
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
            /// Everything that is wrong or missing.
            pub fn settings<T: Settings<'a>>(&self) -> Result<T, SettingError> {
                T::from_values(self.$field)
            }
        }
    )*};
}

typed_settings! {
    /// The settings of the account as a type of the module: `account.settings::<Acme<'_>>()`.
    Account account_settings;
    /// The settings of the subscription as a type of the module.
    Audience audience_subscription_settings;
    /// The settings of the subscription, as they are now, as a type of the module.
    AudienceSubscriptionRequest audience_subscription_settings;
}
