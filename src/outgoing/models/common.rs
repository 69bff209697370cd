//! The fields that the data of all events share (outgoing-json.md, section 4), and what several
//! models contain (outgoing-json.md, section 6).

use super::{GpsState, TextMap};
use crate::message::{Decimal, Uuid};
use crate::schema::{model, wire_enum};

model! {
    /// The fields that the data of all events share.
    pub struct EventDataCommon<'a> {
        /// Identifier of the event in the Firehose message.
        "message_id" message_id: Option<&'a str> = None, set;
        /// Unique identifier.
        "event_id" event_id: Option<i64> = None, set;
        /// When it happened, in milliseconds since the epoch.
        "timestamp_unixtime_ms" timestamp_unixtime_ms: Option<i64> = None, set;
        /// When it started; the same for events without duration.
        "event_start_unixtime_ms" event_start_unixtime_ms: Option<i64> = None, set;
        /// Identifier at the source.
        "source_message_id" source_message_id: Option<&'a str> = None, set;
        /// Identifier of the session.
        "session_id" session_id: Option<i64> = None, set;
        /// Identifier of the session at the source.
        "session_uuid" session_uuid: Option<Uuid> = None, set;
        /// When the session started.
        "session_start_unixtime_ms" session_start_unixtime_ms: Option<i64> = None, set;
        /// Where it happened.
        "location" location: Option<&'a OutgoingLocation<'a>> = None, set;
        /// Attributes.
        "custom_attributes" custom_attributes: TextMap<'a> = TextMap::EMPTY, set;
        /// Flags for particular integrations.
        "custom_flags" custom_flags: TextMap<'a> = TextMap::EMPTY, set;
        /// Place in the session, from zero.
        "event_num" event_num: Option<i64> = None, set;
        /// State of the device.
        "device_current_state" device_current_state: Option<&'a DeviceCurrentState<'a>> = None, set;
        /// Internal type.
        "message_type" message_type: Option<&'a str> = None, set;
        /// Internal.
        "is_goal_defined" is_goal_defined: Option<bool> = None, set;
        /// Internal.
        "lifetime_value_change" lifetime_value_change: Option<Decimal<'a>> = None, set;
        /// Internal.
        "lifetime_value_attribute_name" lifetime_value_attribute_name: Option<&'a str> = None, set;
        /// Internal.
        "data_connection_type" data_connection_type: Option<&'a str> = None, set;
        /// Internal.
        "view_controller" view_controller: Option<&'a str> = None, set;
        /// Internal.
        "is_main_thread" is_main_thread: Option<bool> = None, set;
        /// Internal.
        "canonical_name" canonical_name: Option<&'a str> = None, set;
        /// Internal.
        "event_system_notification_info" event_system_notification_info: Option<&'a NotificationInfo<'a>> = None, set;
    }
}

model! {
    /// The kind of notification that an event belongs to.
    pub struct NotificationInfo<'a> {
        /// Kind.
        "type" kind: Option<&'a str> = None, set;
    }
}

wire_enum! {
    /// How a location was found.
    pub enum LocationSource {
        /// Not known to the sender.
        Unspecified = "unknown",
        /// From the address of the device.
        IpLookup = "ip_lookup",
        /// From the coordinates.
        LatLong = "lat_long",
    }
}

model! {
    /// The location of an event or a batch (outgoing-json.md, section 6.1).
    pub struct OutgoingLocation<'a> {
        /// Degrees.
        "latitude" latitude: Option<f64> = None, set;
        /// Degrees.
        "longitude" longitude: Option<f64> = None, set;
        /// Metres around the point.
        "accuracy" accuracy: Option<f64> = None, set;
        /// ISO 3166-1, two letters.
        "country_code" country_code: Option<&'a str> = None, set;
        /// Subdivision part of ISO 3166-2.
        "region_code" region_code: Option<&'a str> = None, set;
        /// City.
        "city_name" city_name: Option<&'a str> = None, set;
        /// Postal code.
        "postal_code" postal_code: Option<&'a str> = None, set;
        /// Designated market area.
        "dma_code" dma_code: Option<i32> = None, set;
        /// How it was found.
        "location_source" location_source: Option<LocationSource<'a>> = None, set;
    }
}

wire_enum! {
    /// The connection of a device.
    pub enum DataConnectionType {
        /// None.
        Offline = "offline",
        /// Wi-Fi.
        Wifi = "wifi",
        /// Mobile network.
        Mobile = "mobile",
    }
}

model! {
    /// The state of the device at an event (outgoing-json.md, section 6.2).
    pub struct DeviceCurrentState<'a> {
        /// CPU use, integer as text.
        "cpu" cpu: Option<&'a str> = None, set;
        /// Free system memory.
        "system_memory_available_bytes" system_memory_available_bytes: Option<f64> = None, set;
        /// Whether memory is low.
        "system_memory_low" system_memory_low: Option<bool> = None, set;
        /// Android.
        "system_memory_threshold_bytes" system_memory_threshold_bytes: Option<f64> = None, set;
        /// Memory of the application.
        "application_memory_available_bytes" application_memory_available_bytes: Option<f64> = None, set;
        /// Memory of the application.
        "application_memory_max_bytes" application_memory_max_bytes: Option<f64> = None, set;
        /// Memory of the application.
        "application_memory_total_bytes" application_memory_total_bytes: Option<f64> = None, set;
        /// Text; a number in one sample, which is read as its text (O7).
        "device_orientation" device_orientation: Option<&'a str> = None, set;
        /// iOS.
        "status_bar_orientation" status_bar_orientation: Option<&'a str> = None, set;
        /// Since the application was loaded.
        "time_since_start_ms" time_since_start_ms: Option<i64> = None, set;
        /// Share or percentage; -1 if it is not known.
        "battery_level" battery_level: Option<f64> = None, set;
        /// Connection.
        "data_connection_type" data_connection_type: Option<DataConnectionType<'a>> = None, set;
        /// Kind of connection.
        "data_connection_type_detail" data_connection_type_detail: Option<&'a str> = None, set;
        /// Whether the GPS was on.
        "gps_state" gps_state: Option<GpsState> = None, set;
        /// Use of system memory.
        "total_system_memory_usage_bytes" total_system_memory_usage_bytes: Option<i64> = None, set;
        /// Free space.
        "disk_space_free_bytes" disk_space_free_bytes: Option<i64> = None, set;
        /// Android.
        "external_disk_space_free_bytes" external_disk_space_free_bytes: Option<i64> = None, set;
    }
}
