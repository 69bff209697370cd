//! [`Ended`]: how a message ended, and what the caller of the function is told.

use std::time::Duration;

use hydrant::ErrorKind;
use lambda_runtime::Diagnostic;

/// How a message ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It is answered with the response in the output.
    Answered,
    /// It is not a message that a module receives. No handler was called.
    Refused(hydrant::Error),
    /// The deadline passed, and what was unsettled is to be retried.
    Late,
    /// Something is to be retried, so that the sender must repeat the message.
    Retry {
        after: Option<Duration>,
        reason: String,
    },
    /// Something was rejected, and only the sender still has it.
    Rejected { reason: String },
    /// The host itself panicked.
    Panicked,
}

impl Ended {
    pub(crate) fn retry(reason: impl Into<String>) -> Self {
        Self::Retry {
            after: None,
            reason: reason.into(),
        }
    }

    pub(crate) fn is_answered(&self) -> bool {
        matches!(self, Self::Answered)
    }

    /// The type of the error, for machines.
    pub(crate) fn as_str(&self) -> &'static str {
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
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Answered => String::new(),
            Self::Refused(error) => error.to_string(),
            Self::Late => "the deadline has passed".to_owned(),
            Self::Retry { reason, .. } if reason.is_empty() => "to be tried again later".to_owned(),
            Self::Retry { reason, .. } | Self::Rejected { reason } => reason.clone(),
            Self::Panicked => "the function panicked".to_owned(),
        }
    }

    /// The error of a function that is invoked directly, which lets the sender repeat the message.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        Diagnostic {
            error_type: self.as_str().to_owned(),
            error_message: self.message(),
        }
    }

    /// The status of HTTP. The sender repeats after 500 and 503; what it gets another error for is
    /// lost, so that only what can never be parsed has one (`lambda-and-http.md`, section 5).
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Answered => 200,
            Self::Refused(error) if error.kind() == ErrorKind::TooLarge => 413,
            Self::Refused(_) => 400,
            Self::Late | Self::Retry { .. } => 503,
            Self::Rejected { .. } | Self::Panicked => 500,
        }
    }

    /// The header `Retry-After`, in whole seconds.
    pub(crate) fn retry_after(&self) -> Option<u64> {
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
