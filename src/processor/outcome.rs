//! [`Outcome`], and [`OutcomeCounts`].

use std::time::Duration;

use super::failure::{Failure, FailureKind};

/// The outcome of an event, a notification or a message.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Outcome {
    /// Not settled, because the handler has not returned: it is still running, or its future was
    /// dropped. It counts as *retry*.
    #[default]
    Unsettled,
    /// Processed.
    Done,
    /// Not decoded: its type is not registered, or is not among the interests of the processor.
    Skipped,
    /// Not processed.
    Failed(Failure),
}

impl Outcome {
    /// The name of the outcome: `unsettled`, `done`, `skipped`, `retry`, `discarded` or `rejected`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unsettled => "unsettled",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Failed(failure) => match failure.kind() {
                FailureKind::Retry { .. } => "retry",
                FailureKind::Discard => "discarded",
                FailureKind::Reject => "rejected",
            },
        }
    }

    /// The failure, if this is [`Failed`](Self::Failed).
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    pub(crate) fn is_unsettled(&self) -> bool {
        matches!(self, Self::Unsettled)
    }

    /// Whether this holds a clone of the same failure. Events that fail with the message hold a
    /// clone of its failure.
    pub(crate) fn holds(&self, failure: &Failure) -> bool {
        self.failure().is_some_and(|own| own.is(failure))
    }

    /// Replaces this outcome if the other one is at least as bad: *unsettled* is worse than
    /// *retry*, then follow *rejected*, *discarded* and *done*.
    pub(crate) fn worsen(&mut self, other: Self) {
        if other.severity() >= self.severity() {
            *self = other;
        }
    }

    fn severity(&self) -> (u8, Option<Duration>) {
        match self {
            Self::Done | Self::Skipped => (0, None),
            Self::Failed(failure) => match failure.kind() {
                FailureKind::Discard => (1, None),
                FailureKind::Reject => (2, None),
                FailureKind::Retry { after } => (3, after),
            },
            Self::Unsettled => (4, None),
        }
    }
}

/// Converts the result of a handler.
impl From<Result<(), Failure>> for Outcome {
    fn from(handled: Result<(), Failure>) -> Self {
        match handled {
            Ok(()) => Self::Done,
            Err(failure) => Self::Failed(failure),
        }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(failure) => std::fmt::Display::fmt(failure, f),
            _ => f.write_str(self.as_str()),
        }
    }
}

/// The number of events with each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutcomeCounts {
    /// Processed.
    pub done: u64,
    /// Not decoded.
    pub skipped: u64,
    /// To be retried, including unsettled events.
    pub retry: u64,
    /// Not wanted.
    pub discarded: u64,
    /// Can never be processed.
    pub rejected: u64,
}

impl OutcomeCounts {
    /// Counts an outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done => self.done += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Unsettled => self.retry += 1,
            Outcome::Failed(failure) => match failure.kind() {
                FailureKind::Retry { .. } => self.retry += 1,
                FailureKind::Discard => self.discarded += 1,
                FailureKind::Reject => self.rejected += 1,
            },
        }
    }

    /// Adds other counts to these.
    pub fn merge(&mut self, other: &Self) {
        self.done += other.done;
        self.skipped += other.skipped;
        self.retry += other.retry;
        self.discarded += other.discarded;
        self.rejected += other.rejected;
    }
}
