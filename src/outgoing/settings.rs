//! The settings of a connection (`docs/protocol/connections.md`, section 5): their declaration as
//! fields and as a table, and how texts are read into them. They are applied in
//! [`mapping`](super::mapping).

mod error;
mod exclusions;

pub use error::ConnectionSettingError;
pub(super) use error::short;
pub(super) use exclusions::Exclusions;

use crate::validate::nearest;

/// A kind of connection. Settings that it does not have behave as with their defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Connection {
    /// Events to Amazon Kinesis Data Firehose.
    #[default]
    Kinesis,
    /// Events to Apache Kafka.
    Kafka,
}

impl Connection {
    /// The name for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kinesis => "kinesis",
            Self::Kafka => "kafka",
        }
    }
}

/// How the text of a setting is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionSettingKind {
    /// `on`, `true`, `1` or `yes`; `off`, `false`, `0` or `no`; in any letter case.
    Bool,
    /// Any text; an empty one unsets the setting.
    Text,
    /// Texts that are separated by commas.
    List,
}

/// A setting, described.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ConnectionSettingInfo {
    /// Its name.
    pub name: &'static str,
    /// Other names that are accepted.
    pub aliases: &'static [&'static str],
    /// How its text is read.
    pub kind: ConnectionSettingKind,
    /// The text of its default; empty if it is unset.
    pub default: &'static str,
    /// The connections that have it. For the others its value has no effect.
    pub connections: &'static [Connection],
    /// Whether its value is never shown.
    pub secret: bool,
    /// Its effect, in a sentence or two.
    pub description: &'static str,
}

/// Declares the settings: each line is a field, its reader and its row in the table.
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[doc = $doc:literal])+
                $field:ident $(or $alias:literal)*: $kind:ident = $default:tt, in $connections:ident;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            /// The kind of connection, which determines the settings that have an effect.
            pub connection: Connection,
            $( $(#[doc = $doc])+ pub $field: field_type!($kind), )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    connection: Connection::default(),
                    $( $field: default!($kind $default), )*
                }
            }
        }

        impl $name {
            /// Every setting, in the order of the fields.
            pub const ALL: &'static [ConnectionSettingInfo] = &[ $( ConnectionSettingInfo {
                name: stringify!($field),
                aliases: &[$($alias),*],
                kind: ConnectionSettingKind::$kind,
                default: $default,
                connections: $connections,
                secret: false,
                description: concat!($($doc),+).trim_ascii(),
            }, )* ];

            /// The settings that have an effect: those that the connection does not have are at
            /// their defaults.
            pub(super) fn effective(mut self) -> Self {
                let default = Self::default();
                $( if !$connections.contains(&self.connection) {
                    self.$field = default.$field;
                } )*
                self
            }

            fn set_known(&mut self, name: &'static str, value: &str) -> Result<(), ConnectionSettingError> {
                $( if name == stringify!($field) {
                    self.$field = read!($kind, name, value);
                } )*
                Ok(())
            }

            fn get_known(&self, name: &str) -> Option<String> {
                $( if name == stringify!($field) {
                    return Some(shown!($kind self.$field));
                } )*
                None
            }
        }
    };
}

macro_rules! field_type {
    (Bool) => { bool };
    (Text) => { Option<String> };
    (List) => { Vec<String> };
}

macro_rules! default {
    (Bool "on") => {
        true
    };
    (Bool "off") => {
        false
    };
    (Text "") => {
        None
    };
    (List "") => {
        Vec::new()
    };
}

macro_rules! read {
    (Bool, $name:ident, $value:ident) => {
        parse_bool($value).ok_or_else(|| ConnectionSettingError::not_a_bool($name, $value))?
    };
    (Text, $name:ident, $value:ident) => {
        Some($value.to_owned()).filter(|text| !text.is_empty())
    };
    (List, $name:ident, $value:ident) => {
        list_of($value)
    };
}

macro_rules! shown {
    (Bool $value:expr) => {
        if $value { "on" } else { "off" }.to_owned()
    };
    (Text $value:expr) => {
        $value.clone().unwrap_or_default()
    };
    (List $value:expr) => {
        $value.join(",")
    };
}

const BOTH: &[Connection] = &[Connection::Kinesis, Connection::Kafka];
const KINESIS: &[Connection] = &[Connection::Kinesis];

settings! {
    /// The settings of a connection. Each has a field, and a row in [`ALL`](Self::ALL) for programs
    /// that read settings from files, variables or arguments.
    ///
    /// ```
    /// use hydrant::outgoing::{Connection, ConnectionSettings};
    ///
    /// let mut settings = ConnectionSettings::new(Connection::Kafka);
    /// settings.set("include_metadata", "OFF")?;
    /// settings.set("metadata_field_exclusion", "Device Name, ip")?;
    /// settings.unique_id = Some("kafka-eu".to_owned());
    /// assert!(!settings.include_metadata);
    ///
    /// let error = settings.set("include_metdata", "on").unwrap_err();
    /// let message = "unknown setting `include_metdata`: did you mean `include_metadata`?";
    /// assert_eq!(error.to_string(), message);
    /// # Ok::<(), hydrant::outgoing::ConnectionSettingError>(())
    /// ```
    pub struct ConnectionSettings {
        /// Text that each batch carries as `unique_id`.
        unique_id: Text = "", in BOTH;
        /// Off: no application state transitions, session starts and ends, first runs, uninstalls.
        send_lifecycle_events: Bool = "on", in KINESIS;
        /// Off: no screen views.
        send_screen_views: Bool = "on", in KINESIS;
        /// Off: no crash reports and breadcrumbs.
        send_crash_events: Bool = "on", in KINESIS;
        /// Off: no network performance events. Without effect on mapped messages, which have none.
        send_network_performance_events: Bool = "on", in BOTH;
        /// Off: no custom events, attribution events included.
        send_custom_events: Bool = "on", in KINESIS;
        /// Off: no push registrations and push messages.
        send_push_registrations_and_receipts: Bool = "on", in KINESIS;
        /// Off: no commerce events.
        send_commerce_events: Bool = "on", in KINESIS;
        /// On: one record for each request. Off: one record for each event.
        send_as_batch: Bool = "on", in BOTH;
        /// On is an error, because a relay of finished requests cannot wait for the end of a session.
        wait_for_complete_batch: Bool = "off", in KINESIS;
        /// Off: no locations of events and batches.
        include_location_information: Bool = "on", in BOTH;
        /// Off: no device, application and source information, address of the device, SDK version
        /// and push token.
        include_metadata: Bool = "on", in BOTH;
        /// On: user attribute change events are sent.
        include_user_attribute_change_events: Bool = "off", in BOTH;
        /// On: user identity change events are sent.
        include_user_identity_change_events: Bool = "off", in BOTH;
        /// Off: batches without events are not sent. Heartbeats never are.
        send_batches_without_events: Bool = "on", in BOTH;
        /// On: `mp_deviceid`, the device application stamp, is sent.
        include_mp_deviceid or "include_mp_device_id": Bool = "off", in BOTH;
        /// On: `context.location`, that of the first event with a location, is sent.
        include_event_batch_location: Bool = "off", in BOTH;
        /// Fields to leave out: of `device_info`, `application_info` or `source_info`, with or without
        /// the name of the object (`device_info.device`), and `ip`. `Device Name` and `IP Address` are
        /// accepted, too; case and spaces do not matter.
        metadata_field_exclusion: List = "", in BOTH;
        /// Number of the module, under which `integration_attributes` are sent; without it they are
        /// not.
        module_id: Text = "", in BOTH;
        /// On: `platform_fields` are sent unchanged.
        include_platform_fields: Bool = "off", in BOTH;
        /// On: fields that only the published JSON schema has are sent: `application_info.os`.
        include_schema_only_fields: Bool = "off", in BOTH;
        /// Off: `system_notifications`, which every batch has, is an empty list.
        include_system_notifications: Bool = "on", in BOTH;
    }
}

impl ConnectionSettings {
    /// The defaults for a kind of connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            ..Self::default()
        }
    }

    /// The setting with this name or alias.
    #[must_use]
    pub fn info(name: &str) -> Option<&'static ConnectionSettingInfo> {
        Self::ALL
            .iter()
            .find(|info| info.name == name || info.aliases.contains(&name))
    }

    /// Reads the text of a setting.
    ///
    /// # Errors
    ///
    /// The name is unknown, the text cannot be read, or an entry of `metadata_field_exclusion` names
    /// nothing (N12). The settings are unchanged then.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ConnectionSettingError> {
        let Some(info) = Self::info(name) else {
            let names = Self::ALL.iter().map(|info| info.name);
            return Err(ConnectionSettingError::unknown(name, nearest(name, names)));
        };
        if info.name == "metadata_field_exclusion" {
            Exclusions::of(&list_of(value))?;
        }
        self.set_known(info.name, value)
    }

    /// The value of a setting as a text that [`set`](Self::set) reads; `None` if there is no such
    /// setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.get_known(Self::info(name)?.name)
    }

    /// Checks what is checked before anything is mapped.
    ///
    /// # Errors
    ///
    /// `wait_for_complete_batch` is on and the connection has it (N6), or an entry of
    /// `metadata_field_exclusion` names nothing (N12).
    pub fn check(&self) -> Result<(), ConnectionSettingError> {
        if self.clone().effective().wait_for_complete_batch {
            return Err(ConnectionSettingError::cannot_wait());
        }
        self.exclusions().map(|_| ())
    }

    /// The excluded fields.
    pub(super) fn exclusions(&self) -> Result<Exclusions, ConnectionSettingError> {
        Exclusions::of(&self.metadata_field_exclusion)
    }
}

/// Reads the text of a setting that is [`Bool`](ConnectionSettingKind::Bool); `None` if it is not
/// one. White space around it is ignored.
///
/// ```
/// use hydrant::outgoing::parse_bool;
///
/// assert_eq!((parse_bool("Yes"), parse_bool(" off "), parse_bool("2")), (Some(true), Some(false), None));
/// ```
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| {
        words
            .iter()
            .any(|word| text.trim().eq_ignore_ascii_case(word))
    };
    match () {
        () if is(["on", "true", "1", "yes"]) => Some(true),
        () if is(["off", "false", "0", "no"]) => Some(false),
        () => None,
    }
}

/// The entries of a list; empty ones are ignored.
fn list_of(text: &str) -> Vec<String> {
    let entries = text.split(',').map(str::trim);
    entries
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bools_are_read_in_any_case() {
        for text in ["on", "TRUE", "1", "Yes", " on "] {
            assert_eq!(parse_bool(text), Some(true), "{text}");
        }
        for text in ["off", "False", "0", "NO"] {
            assert_eq!(parse_bool(text), Some(false), "{text}");
        }
        for text in ["", "2", "onn", "y"] {
            assert_eq!(parse_bool(text), None, "{text}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_table() {
        let settings = ConnectionSettings::default();
        for info in ConnectionSettings::ALL {
            assert_eq!(
                settings.get(info.name).as_deref(),
                Some(info.default),
                "{}",
                info.name
            );
        }
        let mut read = ConnectionSettings::default();
        for info in ConnectionSettings::ALL {
            read.set(info.name, info.default).unwrap();
        }
        assert_eq!(read, settings);
    }
}
