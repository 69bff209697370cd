//! [`StartError`].

use std::borrow::Cow;
use std::fmt;

/// Why a host cannot start, or why a file that it reads again is not used. The text says what to
/// correct, and contains no token and no key.
pub struct StartError(Cow<'static, str>);

impl StartError {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StartError").field(&self.0).finish()
    }
}

impl std::error::Error for StartError {}
