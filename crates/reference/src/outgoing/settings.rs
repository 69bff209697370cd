//! The settings of the two event connections (C 5) and the configuration values of the mapping.

use super::names::{folded, unknown};

/// C 7: 1,000 KiB, before base64.
pub const KINESIS_RECORD_LIMIT: usize = 1_000 * 1024;

/// C 7: `max.request.size` less 1 KiB.
pub const KAFKA_RECORD_LIMIT: usize = 1_048_576 - 1024;

/// An event connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// C 4: event forwarding to Kinesis Data Firehose.
    Kinesis,
    /// C 6: event forwarding to Kafka.
    Kafka,
}

/// The settings of an event connection. A setting that the connection does not have keeps its
/// default (C 5).
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "the settings have the names of the specification"
)]
pub struct Settings {
    pub connection: Connection,
    pub unique_id: String,
    pub send_lifecycle_events: bool,
    pub send_screen_views: bool,
    pub send_crash_events: bool,
    pub send_network_performance_events: bool,
    pub send_custom_events: bool,
    pub send_push_registrations_and_receipts: bool,
    pub send_commerce_events: bool,
    pub include_user_attribute_change_events: bool,
    pub include_user_identity_change_events: bool,
    pub include_location_information: bool,
    pub include_event_batch_location: bool,
    pub include_metadata: bool,
    /// Object and field; `ip` is a field of no object.
    pub metadata_field_exclusion: Vec<(&'static str, &'static str)>,
    pub include_mp_deviceid: bool,
    pub send_batches_without_events: bool,
    pub send_as_batch: bool,
    /// M 2: the outer key of `integration_attributes`.
    pub module_id: Option<String>,
    /// M 2.
    pub include_platform_fields: bool,
    /// M 6.1.
    pub include_schema_only_fields: bool,
    /// C11.
    pub include_system_notifications: bool,
    /// The largest record in bytes (C 7).
    pub record_limit: usize,
}

impl Settings {
    /// The defaults of a connection.
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            unique_id: String::new(),
            send_lifecycle_events: true,
            send_screen_views: true,
            send_crash_events: true,
            send_network_performance_events: true,
            send_custom_events: true,
            send_push_registrations_and_receipts: true,
            send_commerce_events: true,
            include_user_attribute_change_events: false,
            include_user_identity_change_events: false,
            include_location_information: true,
            include_event_batch_location: false,
            include_metadata: true,
            metadata_field_exclusion: Vec::new(),
            include_mp_deviceid: false,
            send_batches_without_events: true,
            send_as_batch: true,
            module_id: None,
            include_platform_fields: false,
            include_schema_only_fields: false,
            include_system_notifications: true,
            record_limit: match connection {
                Connection::Kinesis => KINESIS_RECORD_LIMIT,
                Connection::Kafka => KAFKA_RECORD_LIMIT,
            },
        }
    }

    /// Sets a setting by its name: bools are `true` or `false`, lists are separated by commas.
    ///
    /// # Errors
    ///
    /// The connection has no setting of that name, or not that value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let is_kinesis = self.connection == Connection::Kinesis;
        match name {
            "unique_id" => value.clone_into(&mut self.unique_id),
            "send_lifecycle_events" if is_kinesis => {
                self.send_lifecycle_events = bool(name, value)?;
            }
            "send_screen_views" if is_kinesis => self.send_screen_views = bool(name, value)?,
            "send_crash_events" if is_kinesis => self.send_crash_events = bool(name, value)?,
            "send_network_performance_events" => {
                self.send_network_performance_events = bool(name, value)?;
            }
            "send_custom_events" if is_kinesis => self.send_custom_events = bool(name, value)?,
            "send_push_registrations_and_receipts" if is_kinesis => {
                self.send_push_registrations_and_receipts = bool(name, value)?;
            }
            "send_commerce_events" if is_kinesis => self.send_commerce_events = bool(name, value)?,
            "include_user_attribute_change_events" => {
                self.include_user_attribute_change_events = bool(name, value)?;
            }
            "include_user_identity_change_events" => {
                self.include_user_identity_change_events = bool(name, value)?;
            }
            "include_location_information" => {
                self.include_location_information = bool(name, value)?;
            }
            "include_event_batch_location" => {
                self.include_event_batch_location = bool(name, value)?;
            }
            "include_metadata" => self.include_metadata = bool(name, value)?,
            "metadata_field_exclusion" => {
                let entries = value.split(',').filter(|entry| !folded(entry).is_empty());
                self.metadata_field_exclusion = entries.map(excluded).collect::<Result<_, _>>()?;
            }
            // N13: the second name is accepted.
            "include_mp_deviceid" | "include_mp_device_id" => {
                self.include_mp_deviceid = bool(name, value)?;
            }
            "send_batches_without_events" => self.send_batches_without_events = bool(name, value)?,
            "send_as_batch" => self.send_as_batch = bool(name, value)?,
            // N6: on is an error at start.
            "wait_for_complete_batch" if is_kinesis => {
                if bool(name, value)? {
                    return Err("wait_for_complete_batch: only the platform can wait".to_owned());
                }
            }
            "module_id" => self.module_id = Some(value.to_owned()).filter(|id| !id.is_empty()),
            "include_platform_fields" => self.include_platform_fields = bool(name, value)?,
            "include_schema_only_fields" => self.include_schema_only_fields = bool(name, value)?,
            "include_system_notifications" => {
                self.include_system_notifications = bool(name, value)?;
            }
            "record_limit" => {
                let bytes = value.parse();
                self.record_limit = bytes.map_err(|_| format!("{name}: expected bytes"))?;
            }
            _ => return Err(format!("the connection has no setting {name:?}")),
        }
        Ok(())
    }
}

/// A bool.
pub(super) fn bool(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "true" | "on" => Ok(true),
        "false" | "off" => Ok(false),
        _ => Err(format!("{name}: expected true or false")),
    }
}

/// C 5, Metadata Field Exclusion: a field of one of the three objects, with or without the name of
/// the object before it, `ip`, "Device Name" or "IP Address".
fn excluded(entry: &str) -> Result<(&'static str, &'static str), String> {
    let objects = [
        ("device_info", DEVICE_INFO),
        ("application_info", APPLICATION_INFO),
        ("source_info", SOURCE_INFO),
    ];
    let mut known = vec![
        ("ip".to_owned(), ("", "ip")),
        ("IP Address".to_owned(), ("", "ip")),
        ("Device Name".to_owned(), ("device_info", "device")),
    ];
    for (object, fields) in objects {
        for field in fields {
            known.push(((*field).to_owned(), (object, *field)));
            known.push((format!("{object}.{field}"), (object, *field)));
        }
    }
    match known.iter().find(|(name, _)| folded(name) == folded(entry)) {
        Some((_, field)) => Ok(*field),
        None => {
            let names: Vec<String> = known.into_iter().map(|(name, _)| name).collect();
            Err(unknown("metadata_field_exclusion", entry, &names))
        }
    }
}

/// J 7.1
const DEVICE_INFO: &[&str] = &[
    "brand",
    "product",
    "device",
    "android_uuid",
    "device_manufacturer",
    "platform",
    "os_version",
    "device_model",
    "screen_height",
    "screen_width",
    "screen_dpi",
    "device_country",
    "locale_language",
    "locale_country",
    "network_country",
    "network_carrier",
    "network_code",
    "network_mobile_country_code",
    "timezone_offset",
    "build_identifier",
    "build_version_release",
    "http_header_user_agent",
    "ios_advertising_id",
    "att_authorization_status",
    "att_timestamp_unixtime_ms",
    "push_token",
    "cpu_architecture",
    "is_tablet",
    "push_notification_sound_enabled",
    "push_notification_vibrate_enabled",
    "radio_access_technology",
    "supports_telephony",
    "has_nfc",
    "bluetooth_enabled",
    "bluetooth_version",
    "ios_idfv",
    "android_advertising_id",
    "roku_advertising_id",
    "roku_publisher_id",
    "microsoft_advertising_id",
    "microsoft_publisher_id",
    "fire_advertising_id",
    "amp_id",
    "limit_ad_tracking",
    "is_dst",
];

/// J 7.2
const APPLICATION_INFO: &[&str] = &[
    "application_name",
    "application_version",
    "application_build_number",
    "install_referrer",
    "package",
    "os",
    "apple_search_ads_attributes",
];

/// J 7.3
const SOURCE_INFO: &[&str] = &[
    "channel",
    "partner",
    "replay_request_id",
    "replay_job_id",
    "is_historical",
];
