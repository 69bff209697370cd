//! [`AudienceError`]: why a message was not mapped.

use std::error::Error as StdError;
use std::fmt;

use super::StoreFailure;

/// Why a message was not mapped. It takes one machine word. Identities are neither in the text nor
/// in `Debug`; the [source](StdError::source) is that of the store.
pub struct AudienceError(Box<Inner>);

struct Inner {
    kind: AudienceErrorKind,
    message: String,
    source: Option<StoreFailure>,
}

/// The kind of an [`AudienceError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudienceErrorKind {
    /// The store of the identities sent failed. The message may be mapped again.
    Store,
    /// The records of the message need more memory than
    /// [`AudienceOutput::max_bytes`](super::AudienceOutput::max_bytes) permits.
    TooLarge,
}

impl AudienceError {
    pub(super) fn store(source: StoreFailure) -> Self {
        Self(Box::new(Inner {
            kind: AudienceErrorKind::Store,
            message: "the store of the identities sent failed".to_owned(),
            source: Some(source),
        }))
    }

    pub(super) fn too_large(max_bytes: usize) -> Self {
        Self(Box::new(Inner {
            kind: AudienceErrorKind::TooLarge,
            message: format!(
                "the audience records of the message take more than {max_bytes} bytes; \
                 raise `AudienceOutput::max_bytes`"
            ),
            source: None,
        }))
    }

    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> AudienceErrorKind {
        self.0.kind
    }
}

impl fmt::Display for AudienceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for AudienceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AudienceError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .finish_non_exhaustive()
    }
}

impl StdError for AudienceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}
