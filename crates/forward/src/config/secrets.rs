//! [`Secret`]: a text that is never printed, and [`SecretProvider`].

use std::fmt;

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A source of secrets, such as a secret manager. It is asked for each secret that neither the
/// file nor the environment gives. Functions from the name of a setting implement it.
pub trait SecretProvider {
    /// The value of this setting; `None` if the provider has none.
    ///
    /// # Errors
    ///
    /// Why it could not be found out, without any secret.
    fn secret(&self, name: &str) -> Result<Option<Secret>, String>;
}

impl<F: Fn(&str) -> Result<Option<Secret>, String>> SecretProvider for F {
    fn secret(&self, name: &str) -> Result<Option<Secret>, String> {
        self(name)
    }
}
