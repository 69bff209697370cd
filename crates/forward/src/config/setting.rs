//! [`Setting`]: the description of one setting.

use std::fmt;
use std::sync::LazyLock;

use hydrant::outgoing::audience::{AudienceSettingInfo, AudienceSettingKind, AudienceSettings};
use hydrant::outgoing::{
    Connection, ConnectionSettingInfo, ConnectionSettingKind, ConnectionSettings,
};

use super::table::OWN;

/// The description of one setting: what `hydrant settings` prints, what errors suggest,
/// and which layers may give it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// The name in the file, after `--set`, and in upper case after `HYDRANT_` in the environment.
    pub name: &'static str,
    /// Other names, from earlier revisions of the documentation.
    pub aliases: &'static [&'static str],
    /// What a value is.
    pub kind: Kind,
    /// The value without one, as text; `None` if it is then unset.
    pub default: Option<&'static str>,
    /// Whether its value is never printed. `--set` refuses it, because command lines are visible to
    /// other users of the machine.
    pub secret: bool,
    /// Which connections it has an effect on.
    pub users: Users,
    /// What it does, in one sentence.
    pub about: &'static str,
}

/// What the value of a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    Text,
    /// `on` or `off`, `true` or `false`, `yes` or `no`, `1` or `0`.
    Bool,
    /// A whole number within these bounds.
    Integer(u64, u64),
    /// A number of bytes within these bounds; the suffixes K, M and G are powers of 1024.
    Bytes(u64, u64),
    /// A duration: a number with `ms`, `s`, `m`, `h` or `d`, such as `250ms`.
    Duration,
    /// Texts: a list in the file, elsewhere with commas between them.
    List,
    /// Names with texts: a table in the file, elsewhere `name=text` with commas between them.
    Map,
    /// One of these texts.
    Choice(&'static [&'static str]),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Bool => f.write_str("on or off"),
            Self::Integer(least, most) => write!(f, "a number from {least} to {most}"),
            Self::Bytes(least, most) => write!(f, "a number of bytes from {least} to {most}"),
            Self::Duration => f.write_str("a duration such as 250ms, 20s or 7d"),
            Self::List => f.write_str("texts with commas between them"),
            Self::Map => f.write_str("name=text with commas between them"),
            Self::Choice(texts) => f.write_str(&texts.join(", ")),
        }
    }
}

/// A set of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Users(u8);

impl Users {
    /// No connection.
    pub const NONE: Self = Self(0);
    /// Events to Amazon Data Firehose (connections.md section 4).
    pub const KINESIS: Self = Self(1);
    /// Events to Apache Kafka (connections.md section 6).
    pub const KAFKA: Self = Self(2);
    /// Audiences to Amazon Data Firehose (connections.md section 3).
    pub const AUDIENCE: Self = Self(4);
    /// Events to an HTTP API.
    pub const HTTP: Self = Self(8);
    /// Whole messages to Amazon SQS.
    pub const SQS: Self = Self(16);
    /// Those that forward events.
    pub const EVENTS: Self = Self(1 | 2 | 8);
    /// Those that deliver to Amazon Data Firehose.
    pub const AWS: Self = Self(1 | 4);
    /// Every connection.
    pub const ALL: Self = Self(31);

    /// This set and another.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one connection is in both sets.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// All settings, in the order in which they are documented.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    static OTHERS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
        let events = ConnectionSettings::ALL.iter().map(of_events);
        events
            .chain(AudienceSettings::SETTINGS.iter().map(of_audiences))
            .collect()
    });
    OWN.iter().chain(OTHERS.iter())
}

/// A setting of the records of events.
fn of_events(info: &ConnectionSettingInfo) -> Setting {
    Setting {
        name: info.name,
        aliases: info.aliases,
        kind: match info.kind {
            ConnectionSettingKind::Bool => Kind::Bool,
            ConnectionSettingKind::List => Kind::List,
            _ => Kind::Text,
        },
        default: Some(info.default).filter(|default| !default.is_empty()),
        secret: info.secret,
        // An HTTP API has the settings of Amazon Data Firehose.
        users: match info.connections.contains(&Connection::Kafka) {
            true => Users::EVENTS,
            false => Users::KINESIS.and(Users::HTTP),
        },
        about: info.description.trim_end_matches('.'),
    }
}

/// A setting of the records of audiences.
fn of_audiences(info: &AudienceSettingInfo) -> Setting {
    Setting {
        name: info.name,
        aliases: info.aliases,
        kind: match info.kind {
            AudienceSettingKind::List => Kind::List,
            AudienceSettingKind::Map => Kind::Map,
            _ => Kind::Bool,
        },
        default: Some(info.default).filter(|default| !default.is_empty()),
        secret: false,
        users: Users::AUDIENCE,
        about: info.description.trim_end_matches('.'),
    }
}

/// The setting with this name or alias.
pub(crate) fn find(name: &str) -> Option<&'static Setting> {
    settings().find(|setting| setting.name == name || setting.aliases.contains(&name))
}

/// The text of an error for a name that is not a setting, with the nearest one.
pub(crate) fn unknown(name: &str) -> String {
    match nearest(&name.to_lowercase()) {
        Some(near) => format!("there is no setting `{name}`; did you mean `{near}`?"),
        None => format!("there is no setting `{name}`"),
    }
}

/// The nearest name of a setting, if it is near.
fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, settings().map(|setting| setting.name))
}

/// The nearest of these names, if one is near.
pub(crate) fn nearest_of(
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    known
        .map(|known| (strsim::osa_distance(name, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 4 + 1)
        .map(|(_, known)| known)
}
