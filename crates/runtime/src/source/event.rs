//! [`SourceEvent`] and [`SourceError`]: what happens to a source, and why it ends.

use std::fmt;
use std::time::Duration;

use super::Place;

/// What happened to a source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceEvent {
    /// It got these partitions.
    Assigned {
        /// Their numbers.
        partitions: Vec<i32>,
    },
    /// It gave up these partitions after what was on its way was settled or cancelled, and committed
    /// its progress.
    Released {
        /// Their numbers.
        partitions: Vec<i32>,
    },
    /// The group took these partitions away, because it had no sign of life for too long. What was
    /// on its way is processed twice.
    Lost {
        /// Their numbers.
        partitions: Vec<i32>,
    },
    /// A record was not settled.
    Unsettled {
        /// Where it comes from.
        place: Place,
        /// Why.
        reason: String,
        /// After which time its partition or group goes on with it.
        wait: Duration,
    },
    /// Records were on their way for too long after they were cancelled, and their partition was
    /// given up.
    Abandoned {
        /// The partition.
        partition: i32,
    },
    /// The queue hands the message to others, because it did not hear of it for too long. It is
    /// processed twice.
    Expired {
        /// The message.
        place: Place,
    },
    /// Progress could not be committed, or messages could not be deleted. The source tries again; if
    /// it ends before that, the records since the last commit are processed again.
    CommitFailed {
        /// Why.
        reason: String,
    },
    /// The client has a problem that it tries to overcome.
    Trouble {
        /// What it is.
        reason: String,
    },
}

/// Why a source ended. It never contains credentials or the content of records.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceError {
    /// Somebody must mend something: the configuration, the topic or the queue, permissions.
    Halted {
        /// What.
        reason: String,
    },
    /// The handler has asked for it, for this reason.
    Stopped {
        /// Why.
        reason: String,
    },
    /// The handler has panicked.
    Panicked,
}

impl SourceError {
    /// Somebody must mend this.
    pub fn halted(reason: impl Into<String>) -> Self {
        Self::Halted {
            reason: reason.into(),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Halted { reason } | Self::Stopped { reason } => f.write_str(reason),
            Self::Panicked => f.write_str("the handler of records has panicked"),
        }
    }
}

impl std::error::Error for SourceError {}
