//! [`ConfigError`]: everything that is wrong with a configuration.

use std::fmt;

/// Everything that is wrong with a configuration. It never contains the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    faults: Vec<String>,
}

impl ConfigError {
    /// An error with one fault.
    pub(crate) fn new(fault: impl Into<String>) -> Self {
        Self {
            faults: vec![fault.into()],
        }
    }

    /// An error with these faults, if there are any.
    pub(crate) fn from_faults(faults: Vec<String>) -> Option<Self> {
        (!faults.is_empty()).then_some(Self { faults })
    }

    /// The faults, each a sentence without a full stop.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("; "))
    }
}

impl std::error::Error for ConfigError {}
