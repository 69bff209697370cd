//! [`Failure`]: why an event, a notification or a message was not processed, and the conversions
//! that classify an error.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::registration::SettingError;

/// Why an event, a notification or a message was not processed, and what happens to it.
///
/// | created by | the event | the sender |
/// |---|---|---|
/// | [`retry`](Self::retry), [`retry_after`](Self::retry_after), `?` on any error | is to be retried | gets no response, so it repeats the message |
/// | [`discard`](Self::discard) | is not wanted, by a rule of the module | gets a response |
/// | [`reject`](Self::reject), a panic | can never be processed | see [`RejectPolicy`](crate::engine::RejectPolicy) |
///
/// `?` converts every error that implements `Into<Box<dyn Error + Send + Sync>>`. The result is
/// *retry*, so that an unclassified error is never acknowledged; classify errors with
/// [`ResultExt`]. The only exception is a [`SettingError`], a permanent fault in one customer's
/// configuration: it becomes *reject*, unless a
/// [`SettingErrorPolicy`](crate::engine::SettingErrorPolicy) says otherwise.
///
/// `Failure` does not implement [`Error`], like `anyhow::Error`. Its `Display` and `Debug` show
/// only its own reason and never the error that caused it, which may hold personal data, tokens or
/// URLs; [`source`](Self::source) returns that error.
///
/// ```
/// use std::time::Duration;
/// use hydrant::{Failure, ResultExt};
///
/// fn amount(text: &str) -> Result<i64, Failure> {
///     if text.is_empty() {
///         return Err(Failure::discard("no amount"));
///     }
///     Ok(text.parse().or_reject("the amount is not a number")?)
/// }
/// assert_eq!(amount("").unwrap_err().to_string(), "discarded: no amount");
/// assert_eq!(amount("x").unwrap_err().to_string(), "rejected: the amount is not a number");
///
/// fn unclassified(text: &str) -> Result<i64, Failure> {
///     Ok(text.parse::<i64>()?)
/// }
/// let failure = unclassified("x").unwrap_err();
/// assert_eq!(failure.to_string(), "retry: unclassified core::num::error::ParseIntError");
/// assert_eq!(failure.source().unwrap().to_string(), "invalid digit found in string");
/// assert_eq!(Failure::retry_after(Duration::from_secs(2)).to_string(), "retry after 2s");
/// ```
#[derive(Clone)]
pub struct Failure(Arc<Inner>);

/// `Failure` is one pointer to this, so that a handler returns its result in a register and the
/// outcome of an event takes 16 bytes.
#[derive(Clone)]
struct Inner {
    kind: FailureKind,
    reason: Cow<'static, str>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What happens to an event, a notification or a message that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// It is to be retried.
    Retry {
        /// The delay after which to retry.
        after: Option<Duration>,
    },
    /// It is not wanted.
    Discard,
    /// It can never be processed.
    Reject,
}

impl Failure {
    /// It is to be retried.
    #[must_use]
    pub fn retry() -> Self {
        Self::new(FailureKind::Retry { after: None }, Cow::Borrowed(""))
    }

    /// It is to be retried after this delay.
    #[must_use]
    pub fn retry_after(after: Duration) -> Self {
        Self::new(FailureKind::Retry { after: Some(after) }, Cow::Borrowed(""))
    }

    /// It is not wanted, by a rule that the reason names. The reason is logged, so it must not hold
    /// data of the event.
    #[must_use]
    pub fn discard(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FailureKind::Discard, reason.into())
    }

    /// It can never be processed. The reason is logged, so it must not hold data of the event.
    #[must_use]
    pub fn reject(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FailureKind::Reject, reason.into())
    }

    /// Adds the error that caused the failure, which neither `Display` nor `Debug` shows.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.inner().source = Some(source.into().into());
        self
    }

    /// Sets the reason, which must not hold data of the event.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.inner().reason = reason.into();
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }

    /// The reason. It is empty if there is none.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The error that caused the failure. Its text may hold personal data.
    pub fn source(&self) -> Option<&(dyn Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// The setting error that caused the failure, if one did.
    pub fn setting_error(&self) -> Option<&SettingError> {
        self.source()?.downcast_ref()
    }

    pub(crate) fn panicked() -> Self {
        Self::reject("the handler panicked")
    }

    /// The module registered the type and has no handler for it.
    pub(crate) fn unhandled() -> Self {
        Self::reject("registered, but there is no handler for it")
    }

    pub(crate) fn late() -> Self {
        Self::retry().with_reason("the deadline has passed")
    }

    /// Whether both are clones of the same failure.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn new(kind: FailureKind, reason: Cow<'static, str>) -> Self {
        Self(Arc::new(Inner {
            kind,
            reason,
            source: None,
        }))
    }

    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }
}

/// The conversion by `?`: *retry*, unless the error is a [`SettingError`].
impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        let source = error.into();
        let failure = match source.downcast_ref::<SettingError>() {
            // The text names settings and does not contain their values.
            Some(error) => Self::reject(error.to_string()),
            None => Self::retry().with_reason(unclassified::<E>()),
        };
        failure.with_source(source)
    }
}

/// The reason names the type of the error, which helps to find the error and contains no data.
fn unclassified<E>() -> String {
    format!("unclassified {}", std::any::type_name::<E>())
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            FailureKind::Retry { after: None } => f.write_str("retry")?,
            FailureKind::Retry { after: Some(after) } => write!(f, "retry after {after:?}")?,
            FailureKind::Discard => f.write_str("discarded")?,
            FailureKind::Reject => f.write_str("rejected")?,
        }
        if self.0.reason.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.0.reason)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.0.kind)
            .field("reason", &self.0.reason)
            .finish_non_exhaustive()
    }
}

/// Classifies an error or a missing value; `?` alone means *retry*.
///
/// ```
/// use hydrant::{Failure, ResultExt};
///
/// fn user(id: Option<&str>) -> Result<u64, Failure> {
///     let id = id.or_discard("no user")?;
///     id.parse().or_reject("the user is not a number")
/// }
/// assert_eq!(user(Some("7")).unwrap(), 7);
/// assert_eq!(user(None).unwrap_err().to_string(), "discarded: no user");
/// ```
pub trait ResultExt<T>: Sized {
    /// An error or a missing value means *retry*.
    ///
    /// # Errors
    ///
    /// [`Failure::retry`], with the error, if there is one, as its source.
    fn or_retry(self) -> Result<T, Failure>;

    /// An error or a missing value means *discard*: it is not wanted, and the sender gets a
    /// response.
    ///
    /// # Errors
    ///
    /// [`Failure::discard`], with the error, if there is one, as its source.
    fn or_discard(self, reason: impl Into<Cow<'static, str>>) -> Result<T, Failure>;

    /// An error or a missing value means *reject*: it can never be processed.
    ///
    /// # Errors
    ///
    /// [`Failure::reject`], with the error, if there is one, as its source.
    fn or_reject(self, reason: impl Into<Cow<'static, str>>) -> Result<T, Failure>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> ResultExt<T> for Result<T, E> {
    fn or_retry(self) -> Result<T, Failure> {
        self.map_err(|error| {
            Failure::retry()
                .with_reason(std::any::type_name::<E>())
                .with_source(error)
        })
    }

    fn or_discard(self, reason: impl Into<Cow<'static, str>>) -> Result<T, Failure> {
        self.map_err(|error| Failure::discard(reason).with_source(error))
    }

    fn or_reject(self, reason: impl Into<Cow<'static, str>>) -> Result<T, Failure> {
        self.map_err(|error| Failure::reject(reason).with_source(error))
    }
}

impl<T> ResultExt<T> for Option<T> {
    fn or_retry(self) -> Result<T, Failure> {
        self.ok_or_else(Failure::retry)
    }

    fn or_discard(self, reason: impl Into<Cow<'static, str>>) -> Result<T, Failure> {
        self.ok_or_else(|| Failure::discard(reason))
    }

    fn or_reject(self, reason: impl Into<Cow<'static, str>>) -> Result<T, Failure> {
        self.ok_or_else(|| Failure::reject(reason))
    }
}
