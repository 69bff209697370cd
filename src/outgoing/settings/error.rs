//! [`ConnectionSettingError`].

use std::error::Error;
use std::fmt;

/// A setting of a connection is wrong.
///
/// ```
/// use hydrant::outgoing::ConnectionSettings;
///
/// let error = ConnectionSettings::default().set("send_as_batch", "maybe").unwrap_err();
/// assert_eq!(error.setting(), "send_as_batch");
/// assert_eq!(error.to_string(), "setting `send_as_batch`: expected on or off, found \"maybe\"");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionSettingError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    setting: String,
    message: String,
}

impl ConnectionSettingError {
    /// The name of the setting.
    #[must_use]
    pub fn setting(&self) -> &str {
        &self.0.setting
    }

    fn new(setting: &str, message: String) -> Self {
        Self(Box::new(Inner {
            setting: setting.to_owned(),
            message,
        }))
    }

    pub(super) fn unknown(name: &str, nearest: Option<&str>) -> Self {
        let help = match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "expected one of `ConnectionSettings::ALL`".to_owned(),
        };
        Self::new(name, format!("unknown setting `{}`: {help}", short(name)))
    }

    pub(super) fn not_a_bool(name: &str, value: &str) -> Self {
        let value = short(value);
        Self::new(
            name,
            format!("setting `{name}`: expected on or off, found \"{value}\""),
        )
    }

    pub(super) fn cannot_wait() -> Self {
        let name = "wait_for_complete_batch";
        Self::new(
            name,
            format!("setting `{name}`: requests are sent as they are received, so it must be off"),
        )
    }

    pub(super) fn excludes_nothing(entry: &str, nearest: Option<&str>) -> Self {
        let name = "metadata_field_exclusion";
        let help = match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "expected a field of `device_info`, `application_info` or `source_info`, \
                     or `ip`"
                .to_owned(),
        };
        Self::new(
            name,
            format!(
                "setting `{name}`: no field is called `{}`: {help}",
                short(entry)
            ),
        )
    }
}

/// The beginning of a text, safe to print.
pub(in crate::outgoing) fn short(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

impl fmt::Display for ConnectionSettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for ConnectionSettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConnectionSettingError")
            .field(&self.0.message)
            .finish()
    }
}

impl Error for ConnectionSettingError {}
