//! [`Fate`]: how the delivery of one record ended.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::processor::{Failure, Outcome};

/// How one attempt to deliver a record ended. The reasons never contain personal data, tokens or
/// URLs with credentials, because they are logged and stored in dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// The target confirmed that it has the record.
    Delivered,
    /// The target may accept the record later: throttling, an outage, no answer in time. It may
    /// have the record already.
    Retry {
        /// The least time to wait, if the target named one.
        after: Option<Duration>,
        /// What happened.
        reason: Cow<'static, str>,
    },
    /// The target will never accept this record: it is too large, or its content is refused.
    Rejected {
        /// What is wrong with the record.
        reason: Cow<'static, str>,
    },
    /// The target accepts nothing from this connection until somebody mends it: credentials, topic,
    /// stream. Nothing is acknowledged and nothing goes to dead letters (decision N18).
    Halted {
        /// What is wrong with the connection.
        reason: Cow<'static, str>,
    },
}

impl Fate {
    /// A retry without a time from the target.
    pub fn retry(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Retry {
            after: None,
            reason: reason.into(),
        }
    }

    /// A retry, not before this time has passed.
    pub fn retry_after(after: Duration, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Retry {
            after: Some(after),
            reason: reason.into(),
        }
    }

    /// A permanent failure of this record.
    pub fn rejected(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Rejected {
            reason: reason.into(),
        }
    }

    /// A permanent failure of the connection.
    pub fn halted(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Halted {
            reason: reason.into(),
        }
    }

    /// Whether the record is delivered.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        *self == Self::Delivered
    }
}

/// What happened, with the reason.
impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered => f.write_str("delivered"),
            Self::Retry { reason, .. } => write!(f, "to be retried: {reason}"),
            Self::Rejected { reason } => write!(f, "rejected: {reason}"),
            Self::Halted { reason } => write!(f, "halted: {reason}"),
        }
    }
}

/// A connection that is halted leaves the event to the sender, who repeats it.
impl From<Fate> for Outcome {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Delivered => Self::Done,
            Fate::Retry { after, reason } => after
                .map_or_else(Failure::retry, Failure::retry_after)
                .with_reason(reason)
                .into(),
            Fate::Rejected { reason } => Failure::reject(reason).into(),
            Fate::Halted { reason } => Failure::retry().with_reason(reason).into(),
        }
    }
}
