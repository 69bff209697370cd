//! [`Ended`]: how a message ended, and what the sender is told.

use std::time::Duration;

use hydrant::ErrorKind;

/// How a message ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ended {
    /// It is answered with the response in the output.
    Answered,
    /// It is not a message that a module receives. No handler was called.
    Refused(hydrant::Error),
    /// The deadline passed, and what was unsettled is to be retried.
    Late,
    /// Something is to be retried, so that the sender must repeat the message.
    Retry {
        /// When, if a handler said so.
        after: Option<Duration>,
        /// Why, without data of events.
        reason: String,
    },
    /// Something was rejected, and only the sender still has it.
    Rejected {
        /// Why, without data of events.
        reason: String,
    },
    /// The host itself panicked.
    Panicked,
}

impl Ended {
    /// To be repeated, at no particular time.
    pub fn retry(reason: impl Into<String>) -> Self {
        Self::Retry {
            after: None,
            reason: reason.into(),
        }
    }

    /// Whether the message is acknowledged.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        matches!(self, Self::Answered)
    }

    /// The name for machines: `answered`, `deadline_exceeded`, `retry`, `rejected`, `panicked`, or
    /// the kind of the error of a refused message.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused(error) => error.kind().as_str(),
            Self::Late => "deadline_exceeded",
            Self::Retry { .. } => "retry",
            Self::Rejected { .. } => "rejected",
            Self::Panicked => "panicked",
        }
    }

    /// What happened. Values of fields that are declared secret are masked.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Answered => String::new(),
            Self::Refused(error) => error.to_string(),
            Self::Late => "the deadline has passed".to_owned(),
            Self::Retry { reason, .. } if reason.is_empty() => "to be tried again later".to_owned(),
            Self::Retry { reason, .. } | Self::Rejected { reason } => reason.clone(),
            Self::Panicked => "the host panicked".to_owned(),
        }
    }

    /// The status of HTTP. The sender repeats after 500 and 503; what it gets another error for is
    /// lost, so that only what can never be parsed has one (`lambda-and-http.md`, section 5).
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Answered => 200,
            Self::Refused(error) if error.kind() == ErrorKind::TooLarge => 413,
            Self::Refused(_) => 400,
            Self::Late | Self::Retry { .. } => 503,
            Self::Rejected { .. } | Self::Panicked => 500,
        }
    }

    /// The header `Retry-After`, in whole seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Retry {
                after: Some(after), ..
            } => Some(
                after
                    .as_millis()
                    .div_ceil(1000)
                    .try_into()
                    .unwrap_or(u64::MAX),
            ),
            _ => None,
        }
    }
}
