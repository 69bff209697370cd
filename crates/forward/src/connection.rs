//! [`ConnectionKind`] and [`RecordSettings`]: which records a configuration makes of messages.

use hydrant::outgoing::audience::AudienceSettings;
use hydrant::outgoing::{Connection, ConnectionSettings};

use crate::config::{Config, ConfigError, Reader, Setting, Users, settings};

/// What is forwarded where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionKind {
    /// Events to Amazon Data Firehose.
    Kinesis,
    /// Events to Apache Kafka.
    Kafka,
    /// Audience memberships to Amazon Data Firehose.
    Audience,
    /// Events to an HTTP API.
    Http,
    /// Whole messages to Amazon SQS.
    Sqs,
}

impl ConnectionKind {
    /// Every kind, by its name in the configuration.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("kinesis", Self::Kinesis),
        ("kafka", Self::Kafka),
        ("audience", Self::Audience),
        ("http", Self::Http),
        ("sqs", Self::Sqs),
    ];

    /// The name in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether a setting has an effect on this connection.
    #[must_use]
    pub fn uses(self, setting: &Setting) -> bool {
        setting.users.intersects(self.users())
    }

    pub(crate) fn users(self) -> Users {
        match self {
            Self::Kinesis => Users::KINESIS,
            Self::Kafka => Users::KAFKA,
            Self::Audience => Users::AUDIENCE,
            Self::Http => Users::HTTP,
            Self::Sqs => Users::SQS,
        }
    }

    /// The kind that a configuration names.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let Some(name) = reader.choice("connection") else {
            if reader.text("connection").is_none() {
                reader.refuse("`connection` is missing: kinesis, kafka, audience, http or sqs");
            }
            return None;
        };
        let mut all = Self::ALL.iter();
        all.find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }
}

/// The settings of the records.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RecordSettings {
    /// Batches of events.
    Events(Box<ConnectionSettings>),
    /// Audience memberships.
    Audience(Box<AudienceSettings>),
}

impl RecordSettings {
    /// The settings of a configuration for a connection.
    ///
    /// # Errors
    ///
    /// All values that are wrong.
    pub fn new(kind: ConnectionKind, config: &Config) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let mut each =
            |names: &mut dyn Iterator<Item = &'static str>,
             set: &mut dyn FnMut(&'static str, &str) -> Result<(), String>| {
                for name in names {
                    if let Some(text) = config.text_of(name)
                        && let Err(fault) = set(name, &text)
                    {
                        faults.push(fault);
                    }
                }
            };
        let made = match kind {
            ConnectionKind::Audience => {
                let mut made = AudienceSettings::default();
                let mut names = AudienceSettings::SETTINGS.iter().map(|info| info.name);
                each(&mut names, &mut |name, text| {
                    made.set(name, text).map_err(|error| error.to_string())
                });
                Self::Audience(Box::new(made))
            }
            _ => {
                let mut made = ConnectionSettings::new(match kind {
                    ConnectionKind::Kafka => Connection::Kafka,
                    _ => Connection::Kinesis,
                });
                let mut names = ConnectionSettings::ALL.iter().map(|info| info.name);
                each(&mut names, &mut |name, text| {
                    made.set(name, text).map_err(|error| error.to_string())
                });
                if let Err(error) = made.check() {
                    faults.push(error.to_string());
                }
                Self::Events(Box::new(made))
            }
        };
        ConfigError::from_faults(faults).map_or(Ok(made), Err)
    }
}

const WINDOW: &str = "deduplication_window";

/// The settings that a configuration gives and that have no effect on this connection.
pub(crate) fn without_effect(kind: ConnectionKind, config: &Config) -> Vec<String> {
    let given = |name: &str| config.names().any(|given| given == name);
    // Queues have the access of the connections to Amazon.
    let queues = given("dead_letter_queue_url") || given("source_queue_url");
    let used =
        |setting: &Setting| kind.uses(setting) || queues && ConnectionKind::Sqs.uses(setting);
    let unused = settings().filter(|setting| !used(setting) && given(setting.name));
    let note = |name| {
        format!(
            "the setting `{name}` has no effect on the connection `{}`",
            kind.as_str()
        )
    };
    let mut notes: Vec<String> = unused.map(|setting| note(setting.name)).collect();
    let window = settings().find(|setting| setting.name == WINDOW);
    let raw = config
        .text_of("records")
        .is_some_and(|records| records == "raw");
    if raw && given(WINDOW) && window.is_some_and(used) {
        notes.push(format!(
            "the setting `{WINDOW}` has no effect on whole messages (`records` is raw)"
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_no_effect_on_whole_messages() {
        let mut config = Config::new();
        for setting in ["connection=kafka", "deduplication_window=5"] {
            config.set(setting).unwrap();
        }
        let notes = |config: &Config| without_effect(ConnectionKind::Kafka, config);
        assert!(notes(&config).is_empty());
        config.set("records=raw").unwrap();
        let notes = notes(&config);
        assert_eq!(notes.len(), 1);
        assert!(notes[0].contains("`deduplication_window`"), "{notes:?}");
    }
}
