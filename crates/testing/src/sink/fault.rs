//! [`Fault`]: how a delivery fails.

use std::time::Duration;

use hydrant::Failure;
use hydrant::delivery::Fate;
use hydrant::engine::FailureKind;

use crate::generate::Random;

/// How a delivery fails: for every record, or for [`only`](Self::only) some of them.
#[derive(Clone, Debug)]
pub struct Fault {
    fate: Fate,
    stored: bool,
    only: Option<Vec<usize>>,
    /// Affects each record with this chance.
    some: Option<(Random, u8)>,
    pub(super) delay: Duration,
    pub(super) end: End,
}

/// How the call itself ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Fates,
    /// One fate less than there are records.
    WrongCount,
    Panic,
    Never,
}

impl Fault {
    /// The target stores the records, but its reply does not arrive in time: every record is to be
    /// retried, and is stored again then.
    #[must_use]
    pub fn lost_reply() -> Self {
        Self {
            stored: true,
            ..Self::from(Fate::retry("no reply in time"))
        }
    }

    /// The call ends with one fate too few. Like the following faults, only a
    /// [`Sink`](hydrant::delivery::Sink) can have it; elsewhere it is a failure to be retried.
    #[must_use]
    pub fn wrong_count() -> Self {
        Self {
            end: End::WrongCount,
            ..Self::lost_reply()
        }
    }

    /// The call panics after the records are stored.
    #[must_use]
    pub fn panic() -> Self {
        Self {
            end: End::Panic,
            ..Self::lost_reply()
        }
    }

    /// The records are stored, and the call never ends.
    #[must_use]
    pub fn hang() -> Self {
        Self {
            end: End::Never,
            ..Self::lost_reply()
        }
    }

    /// No fault, but the call takes this time, for which the sink needs
    /// [`sleeping`](super::MemorySink::sleeping).
    #[must_use]
    pub fn slow(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::from(Fate::Delivered)
        }
    }

    /// Limits the fault to records at these positions of the delivery. The others are stored.
    #[must_use]
    pub fn only(mut self, positions: impl IntoIterator<Item = usize>) -> Self {
        self.only = Some(positions.into_iter().collect());
        self
    }

    /// Lets the call take this time, for which the sink needs
    /// [`sleeping`](super::MemorySink::sleeping).
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// A fault as a target may have it, but not one that halts the connection.
    pub(super) fn random(random: &mut Random) -> Self {
        let fault = match random.below(8) {
            0 => Self::from(Fate::retry("unavailable")),
            1 => {
                let after = Duration::from_millis(random.below(2_000).into());
                Self::from(Fate::retry_after(after, "throttled"))
            }
            2 => Self::from(Fate::rejected("refused")),
            3 => Self::lost_reply(),
            4 => Self::wrong_count(),
            5 => Self::panic(),
            6 => Self::hang(),
            _ => Self::slow(Duration::from_millis(random.below(5_000).into())),
        };
        let some = random.chance(50).then(|| (Random::new(random.bits()), 30));
        Self { some, ..fault }
    }

    pub(super) fn affects(&self, position: usize) -> bool {
        let chosen = self.some.as_ref().is_none_or(|(random, percent)| {
            let mut random = random.clone();
            (0..position).for_each(|_| _ = random.bits());
            random.chance((*percent).into())
        });
        chosen
            && self
                .only
                .as_ref()
                .is_none_or(|only| only.contains(&position))
    }

    /// Whether a record that it affects is stored.
    pub(super) fn is_stored(&self) -> bool {
        self.stored || self.fate.is_delivered()
    }

    pub(super) fn stores(&self, position: usize) -> bool {
        self.is_stored() || !self.affects(position)
    }

    pub(super) fn fate(&self, position: usize) -> Fate {
        match self.affects(position) {
            true => self.fate.clone(),
            false => Fate::Delivered,
        }
    }

    /// The result of a record that it affects.
    pub(super) fn result(&self) -> Result<(), Failure> {
        match &self.fate {
            Fate::Delivered => Ok(()),
            Fate::Retry { after, reason } => {
                let failure = after.map_or_else(Failure::retry, Failure::retry_after);
                Err(failure.with_reason(reason.clone()))
            }
            Fate::Rejected { reason } => Err(Failure::reject(reason.clone())),
            Fate::Halted { reason } => Err(Failure::retry().with_reason(reason.clone())),
            _ => Err(Failure::retry()),
        }
    }
}

/// Nothing is stored, and every record has this fate.
impl From<Fate> for Fault {
    fn from(fate: Fate) -> Self {
        Self {
            fate,
            stored: false,
            only: None,
            some: None,
            delay: Duration::ZERO,
            end: End::Fates,
        }
    }
}

/// Nothing is stored, and every record has this failure.
impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let reason = failure.reason().to_owned();
        Self::from(match failure.kind() {
            FailureKind::Retry { after: Some(after) } => Fate::retry_after(after, reason),
            FailureKind::Retry { after: None } => Fate::retry(reason),
            _ => Fate::rejected(reason),
        })
    }
}
