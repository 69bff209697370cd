//! Settings for both implementations of the outgoing mapping: each alone, and combinations that are
//! made of a number.

use hydrant::outgoing::{Connection, ConnectionSettingKind, ConnectionSettings, Mapper};
use hydrant_reference::outgoing as reference;

/// The settings of both implementations.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) connection: Connection,
    pub(crate) settings: Vec<(&'static str, String)>,
    /// The largest record, in bytes.
    pub(crate) limit: usize,
    pub(crate) audience: Vec<(&'static str, String)>,
}

impl Case {
    fn new(connection: Connection) -> Self {
        Self {
            connection,
            settings: Vec::new(),
            limit: usize::MAX,
            audience: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    pub(super) fn engine(&self) -> Mapper {
        let mut settings = ConnectionSettings::new(self.connection);
        for (name, value) in &self.settings {
            settings.set(name, value).unwrap();
        }
        Mapper::new(settings).unwrap()
    }

    pub(super) fn reference(&self) -> reference::Settings {
        let mut settings = reference::Settings::new(match self.connection {
            Connection::Kafka => reference::Connection::Kafka,
            _ => reference::Connection::Kinesis,
        });
        for (name, value) in &self.settings {
            settings.set(name, value).unwrap();
        }
        settings.record_limit = self.limit;
        settings
    }

    /// Whether nothing is switched off, so that the engine maps everything and cannot save the
    /// conversion of what is not sent, and its warnings.
    pub(super) fn maps_everything(&self) -> bool {
        let is = |name: &str| {
            let set = self.settings.iter().rfind(|(known, _)| *known == name);
            let default = ConnectionSettings::info(name).unwrap().default;
            set.map_or(default, |(_, value)| value) == "on"
        };
        let switches = SWITCHES
            .iter()
            .filter(|name| !MERELY_WRITTEN.contains(name));
        switches.copied().all(is)
    }
}

/// The bools of the settings; `wait_for_complete_batch` can only be off.
const SWITCHES: [&str; 18] = [
    "send_lifecycle_events",
    "send_screen_views",
    "send_crash_events",
    "send_network_performance_events",
    "send_custom_events",
    "send_push_registrations_and_receipts",
    "send_commerce_events",
    "send_as_batch",
    "include_location_information",
    "include_metadata",
    "include_user_attribute_change_events",
    "include_user_identity_change_events",
    "send_batches_without_events",
    "include_mp_deviceid",
    "include_event_batch_location",
    "include_platform_fields",
    "include_schema_only_fields",
    "include_system_notifications",
];

/// Those that make no difference to what is converted with a warning.
const MERELY_WRITTEN: [&str; 6] = [
    "send_network_performance_events",
    "send_as_batch",
    "include_location_information",
    "include_event_batch_location",
    "include_platform_fields",
    "include_schema_only_fields",
];

/// Entries of `metadata_field_exclusion`: fields that are written, and other names of them.
const EXCLUDED: [&str; 24] = [
    "ip",
    "IP Address",
    "Device Name",
    "device_info.platform",
    "DEVICE_INFO.PUSH_TOKEN",
    "push_token",
    "android_advertising_id",
    "ios_advertising_id",
    "ios_idfv",
    "android_uuid",
    "timezone_offset",
    "screen_width",
    "http_header_user_agent",
    "limit_ad_tracking",
    "device_country",
    "application_name",
    "application_info.application_version",
    "package",
    "os",
    "apple_search_ads_attributes",
    "install_referrer",
    "channel",
    "source_info.channel",
    "replay_job_id",
];

/// Keys and published names of identities.
const IDENTITIES: [&str; 10] = [
    "CustomerId",
    "email address",
    "Other2",
    "MPID",
    "Google Advertising ID (GAID)",
    "AppleVendorIdentifier",
    "Android ID",
    "RokuPublisherIdentifier",
    "Facebook ID",
    "Other 10",
];

const AUDIENCE_SWITCHES: [&str; 7] = [
    "send_anonymous_users",
    "forward_email_addresses",
    "forward_customer_ids",
    "forward_idfas",
    "forward_google_advertising_ids",
    "one_message_per_device",
    "allow_hashed_identities",
];

/// A random combination of all settings. Each setting is at its default half of the time.
pub(crate) fn case(seed: u64) -> Case {
    let mut random = seed.wrapping_mul(2).wrapping_add(1);
    let mut below = |limit: usize| {
        // xorshift64*, by Vigna.
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        let high = random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        high as usize % limit
    };
    for _ in 0..8 {
        below(2); // similar seeds shall give different cases
    }
    let kinds = [Connection::Kinesis, Connection::Kafka];
    let mut case = Case::new(kinds[below(2)]);
    for name in SWITCHES {
        if below(2) == 0 && has(case.connection, name) {
            let value = ["on", "off"][below(2)];
            case.settings.push((name, value.to_owned()));
        }
    }
    for (name, value) in [("unique_id", "u \"1\""), ("module_id", "128")] {
        if below(2) == 0 {
            case.settings.push((name, value.to_owned()));
        }
    }
    if below(2) == 0 {
        let entries: Vec<&str> = (0..below(5))
            .map(|_| EXCLUDED[below(EXCLUDED.len())])
            .collect();
        case.settings
            .push(("metadata_field_exclusion", entries.join(", ")));
    }
    if below(2) == 0 {
        case.limit = 200 + below(4000);
    }
    for name in AUDIENCE_SWITCHES {
        if below(2) == 0 {
            case.audience
                .push((name, ["on", "off"][below(2)].to_owned()));
        }
    }
    if below(2) == 0 {
        let count = below(4);
        let entries: Vec<&str> = (0..count)
            .map(|_| IDENTITIES[below(IDENTITIES.len())])
            .collect();
        case.audience
            .push(("identities_to_exclude", entries.join(", ")));
    }
    case
}

fn has(connection: Connection, name: &str) -> bool {
    let info = ConnectionSettings::info(name).unwrap();
    info.connections.contains(&connection)
}

/// Every setting alone, for each connection that has it, and all at once.
pub(crate) fn each_setting() -> Vec<Case> {
    let mut cases = Vec::new();
    for connection in [Connection::Kinesis, Connection::Kafka] {
        cases.push(Case::new(connection));
        let mut all = Case::new(connection);
        for info in ConnectionSettings::ALL {
            if !has(connection, info.name) || info.name == "wait_for_complete_batch" {
                continue;
            }
            let values = match info.kind {
                ConnectionSettingKind::Bool => {
                    vec![if info.default == "on" { "off" } else { "on" }]
                }
                ConnectionSettingKind::List => EXCLUDED.to_vec(),
                _ => vec!["u \"1\""],
            };
            if info.default != "on" {
                all = all.with(info.name, values[0]);
            }
            cases.extend(
                values
                    .into_iter()
                    .map(|value| Case::new(connection).with(info.name, value)),
            );
        }
        for limit in [100, 600, 1200, 2500] {
            cases.push(Case {
                limit,
                ..all.clone()
            });
        }
        cases.push(all);
    }
    let off_or_on = |name| {
        if name == "one_message_per_device" || name == "allow_hashed_identities" {
            "on"
        } else {
            "off"
        }
    };
    for name in AUDIENCE_SWITCHES {
        let mut case = Case::new(Connection::Kafka);
        case.audience.push((name, off_or_on(name).to_owned()));
        cases.push(case);
    }
    for entry in IDENTITIES {
        let mut case = Case::new(Connection::Kafka);
        case.audience
            .push(("identities_to_exclude", entry.to_owned()));
        cases.push(case);
    }
    cases
}
