//! Findings, with texts for people and names for machines.

use std::fmt;

/// The severity of a finding.
///
/// ```
/// use hydrant::validate::Level;
///
/// assert!(Level::Error > Level::Warning);
/// assert_eq!(Level::Error.as_str(), "error");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Legal, but probably a mistake.
    Warning,
    /// The platform will refuse the registration, or it has no effect (section 12).
    Error,
}

impl Level {
    /// The name for machines: `warning` or `error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something in a message or a registration that is wrong, or probably wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The severity.
    pub level: Level,
    /// The rule: one of [`RULES`](super::RULES), and from [`Engine::check`](crate::Engine::check)
    /// also one of [`SETTING_RULES`](crate::registration::SETTING_RULES) or
    /// [`MODULE_RULES`](crate::engine::MODULE_RULES).
    pub rule: &'static str,
    /// The JSON path from the top of the message: `events[3].products[0].price`. For a missing
    /// field, the path of the object that lacks it. Empty at the top.
    pub path: String,
    /// What is wrong, for people. It never contains the value of an identity or a setting.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(
        level: Level,
        rule: &'static str,
        path: String,
        message: impl Into<String>,
    ) -> Self {
        Self {
            level,
            rule,
            path,
            message: message.into(),
        }
    }

    /// The number of the rule in section 12 of the protocol, for findings on registrations.
    ///
    /// ```
    /// use hydrant::Registration;
    /// let found = Registration::new("", "1.0").erasure("dsr.acme.example").lint();
    /// assert_eq!((found[0].rule, found[0].rule_number()), ("registration-1", Some(1)));
    /// ```
    #[must_use]
    pub fn rule_number(&self) -> Option<u8> {
        self.rule.strip_prefix("registration-")?.parse().ok()
    }
}

/// ``warning: missing field `name` at events[3] (required-field)``
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.path.is_empty() { "" } else { " at " };
        let Self {
            level,
            rule,
            path,
            message,
        } = self;
        write!(f, "{level}: {message}{at}{path} ({rule})")
    }
}
