//! What became of an event: handlers return [`Handled`], the engine records an [`Outcome`] for every event.

use std::borrow::Cow;
use std::time::Duration;

/// What a handler returns: `Ok` if it is done with the event, otherwise why not. The `?` operator works on any error,
/// which then is fatal for the event.
pub type Handled = Result<(), Failure>;

/// Why a handler is not done.
///
/// ```
/// use std::time::Duration;
/// use hydrant::Failure;
/// fn parse(text: &str) -> Result<i64, Failure> {
///     if text.is_empty() {
///         return Err(Failure::drop("no amount"));
///     }
///     Ok(text.parse()?)
/// }
/// assert!(parse("x").unwrap_err().to_string().starts_with("fatal: invalid digit"));
/// assert_eq!(parse("").unwrap_err().to_string(), "dropped: no amount");
/// assert_eq!(Failure::retry_after(Duration::from_secs(2)).to_string(), "retry after 2s");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(Outcome);

impl Failure {
    /// The event is to be tried again.
    pub fn retry() -> Self {
        Self(Outcome::Retry { after: None })
    }

    /// The event is to be tried again, not before this time has passed.
    pub fn retry_after(after: Duration) -> Self {
        Self(Outcome::Retry { after: Some(after) })
    }

    /// The event is not wanted. The reason is counted and reported, so it must not hold data of the event.
    pub fn drop(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Outcome::Dropped {
            reason: reason.into(),
        })
    }

    /// The event can never be processed. The reason is reported, so it must not hold data of the event.
    pub fn fatal(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Outcome::Fatal {
            reason: reason.into(),
        })
    }

    /// What it makes of the event.
    pub fn into_outcome(self) -> Outcome {
        self.0
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::fatal(error.to_string())
    }
}

/// The fate of an event or notification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Processed.
    Done,
    /// Not wanted by the interests of the processor, so never decoded.
    Skipped,
    /// To be tried again.
    Retry {
        /// Not before this time has passed.
        after: Option<Duration>,
    },
    /// Not wanted by the handler.
    Dropped {
        /// Why.
        reason: Cow<'static, str>,
    },
    /// Never to be processed; also the outcome of a handler that panicked.
    Fatal {
        /// Why.
        reason: Cow<'static, str>,
    },
}

impl Outcome {
    /// The name for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Retry { .. } => "retry",
            Self::Dropped { .. } => "dropped",
            Self::Fatal { .. } => "fatal",
        }
    }
}

impl From<Handled> for Outcome {
    fn from(handled: Handled) -> Self {
        match handled {
            Ok(()) => Self::Done,
            Err(failure) => failure.0,
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Done | Self::Skipped | Self::Retry { after: None } => f.write_str(self.name()),
            Self::Retry { after: Some(after) } => write!(f, "retry after {after:?}"),
            Self::Dropped { reason } | Self::Fatal { reason } => {
                write!(f, "{}: {reason}", self.name())
            }
        }
    }
}

/// How many events came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// Processed.
    pub done: u64,
    /// Never decoded.
    pub skipped: u64,
    /// To be tried again.
    pub retry: u64,
    /// Not wanted.
    pub dropped: u64,
    /// Never to be processed.
    pub fatal: u64,
}

impl OutcomeCounts {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done => self.done += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Retry { .. } => self.retry += 1,
            Outcome::Dropped { .. } => self.dropped += 1,
            Outcome::Fatal { .. } => self.fatal += 1,
        }
    }

    /// Adds all of another count.
    pub fn merge(&mut self, other: &Self) {
        self.done += other.done;
        self.skipped += other.skipped;
        self.retry += other.retry;
        self.dropped += other.dropped;
        self.fatal += other.fatal;
    }
}
