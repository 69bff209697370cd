//! [`StoreError`]: why a store cannot be used.

use std::fmt;
use std::io;
use std::path::Path;

/// A failure of the store. It contains no identities.
#[derive(Debug)]
pub struct StoreError {
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn io(verb: &str, path: &Path, error: io::Error) -> Self {
        Self {
            message: format!("cannot {verb} {}: {error}", path.display()),
            source: Some(error.into()),
        }
    }

    pub(crate) fn database(path: &Path, error: impl Into<redb::Error>) -> Self {
        let error = error.into();
        let advice = match &error {
            redb::Error::DatabaseAlreadyOpen => "; it is open in another process",
            redb::Error::PreviousIo => "; it failed before, open it again",
            _ => "",
        };
        Self {
            message: format!("the store {} failed{advice}", path.display()),
            source: Some(error.into()),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_deref()?)
    }
}
