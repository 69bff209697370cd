//! [`DeadLetterError`].

use std::fmt;
use std::io;
use std::path::Path;

/// Why a letter is not stored, or a store cannot be used. It contains nothing of a letter.
#[derive(Debug)]
pub struct DeadLetterError {
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl DeadLetterError {
    /// An error with this text, which must contain nothing of a letter.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    pub(super) fn io(verb: &str, path: &Path, error: io::Error) -> Self {
        Self::new(format!("cannot {verb} {}: {error}", path.display())).with_source(error)
    }
}

impl fmt::Display for DeadLetterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DeadLetterError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_deref()?)
    }
}
