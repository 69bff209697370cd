//! Options of the generator: the kind, the content and the layout of messages.

use std::error::Error;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The family of messages to generate.
///
/// ```
/// use hydrant_testing::generate::Kind;
///
/// let kind: Kind = "dsr".parse()?;
/// assert_eq!(kind, Kind::Dsr);
/// assert_eq!(kind.to_string(), "dsr");
/// assert!("nothing".parse::<Kind>().is_err());
/// # Ok::<(), hydrant_testing::generate::UnknownKind>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Kind {
    /// All kinds: mostly event batches, and some audience messages, data subject requests,
    /// registrations, responses and heartbeats.
    #[default]
    Mixed,
    /// `event_processing_request`. A request without events is an eventless batch or a heartbeat.
    Events,
    /// `audience_membership_change_request`, sometimes a heartbeat without profiles.
    Audiences,
    /// `audience_subscription_request`.
    Subscriptions,
    /// `dsr_processing_request`.
    Dsr,
    /// `module_registration_request` and `module_registration_response`.
    Registrations,
    /// All five responses.
    Responses,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Mixed,
        Self::Events,
        Self::Audiences,
        Self::Subscriptions,
        Self::Dsr,
        Self::Registrations,
        Self::Responses,
    ];

    /// The name, as in [`FromStr`] and [`Display`](fmt::Display).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Events => "events",
            Self::Audiences => "audiences",
            Self::Subscriptions => "subscriptions",
            Self::Dsr => "dsr",
            Self::Registrations => "registrations",
            Self::Responses => "responses",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| UnknownKind {
                name: name.to_owned(),
            })
    }
}

/// The error for a name that is not the name of a [`Kind`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind {
    name: String,
}

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown kind of message `{}`, expected one of",
            self.name
        )?;
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            write!(f, "{} {}", if at == 0 { "" } else { "," }, kind.as_str())?;
        }
        Ok(())
    }
}

impl Error for UnknownKind {}

/// The options of a [`Generator`](super::Generator).
///
/// ```
/// use hydrant_testing::generate::{Kind, Options};
///
/// let options = Options::default().seed(42).kind(Kind::Events).events(5..=5);
/// assert_eq!(options.seed, 42);
/// assert!(!options.hostile);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The same seed produces the same bytes in every version and on every platform. The default is
    /// 1.
    pub seed: u64,
    /// The number of events of an event processing request, which is drawn for each request. The
    /// default is `0..=50`. If the range is empty, its start applies. It does not affect heartbeats
    /// and other messages.
    pub events: RangeInclusive<usize>,
    /// The family of messages. The default is [`Kind::Mixed`].
    pub kind: Kind,
    /// Whether to add invalid and unusual messages; see the [module documentation](super). Off by
    /// default.
    pub hostile: bool,
    /// Whether to write the fields of every object in a pseudo-random order instead of the order of
    /// the reference writer. Off by default.
    pub shuffle: bool,
    /// Whether to write messages on several lines as in the published samples (`"key" : value`, two
    /// spaces, `[ {`). Off by default. Hostile messages are always on one line.
    pub pretty: bool,
    /// Whether some strings use escapes that the reference reads but does not write: `\u00e9` for
    /// `é`, surrogate pairs, `\/`. On by default. If `escapes`, `hostile` and `shuffle` are off,
    /// messages are byte for byte the output of the reference writer.
    pub escapes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            events: 0..=50,
            kind: Kind::Mixed,
            hostile: false,
            shuffle: false,
            pretty: false,
            escapes: true,
        }
    }
}

impl Options {
    /// Sets [`Options::seed`].
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets [`Options::events`].
    #[must_use]
    pub const fn events(mut self, events: RangeInclusive<usize>) -> Self {
        self.events = events;
        self
    }

    /// Sets [`Options::kind`].
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Sets [`Options::hostile`].
    #[must_use]
    pub const fn hostile(mut self, hostile: bool) -> Self {
        self.hostile = hostile;
        self
    }

    /// Sets [`Options::shuffle`].
    #[must_use]
    pub const fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// Sets [`Options::pretty`].
    #[must_use]
    pub const fn pretty(mut self, pretty: bool) -> Self {
        self.pretty = pretty;
        self
    }

    /// Sets [`Options::escapes`].
    #[must_use]
    pub const fn escapes(mut self, escapes: bool) -> Self {
        self.escapes = escapes;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(kind.to_string(), kind.as_str());
        }
        assert_eq!(format!("{:>7}|", Kind::Dsr), "    dsr|");
        let error = "Mixed".parse::<Kind>().unwrap_err().to_string();
        assert!(
            error.starts_with("unknown kind of message `Mixed`, expected one of mixed, events,"),
            "{error}"
        );
    }
}
