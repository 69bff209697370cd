//! The batch (outgoing-json.md, section 2) and its context (outgoing-json.md, section 8.4).

use super::{
    ApplicationInfo, AttributeValue, ConsentNotification, DeviceInfo, OutgoingConsentState,
    OutgoingEvent, OutgoingIdentity, OutgoingLocation, SourceInfo, TextMap,
};
use crate::message::{Map, PlatformFields, Uuid};
use crate::schema::{model, wire_enum};

/// The version of the format that is written (O1).
pub const SCHEMA_VERSION: i32 = 2;

/// The type of a batch that is written (O2).
pub const MESSAGE_TYPE: &str = "events";

wire_enum! {
    /// The data environment.
    pub enum DataEnvironment {
        /// Production.
        Production = "production",
        /// Development.
        Development = "development",
    }
}

model! {
    /// A batch of events of one user, as raw-data outputs receive it.
    pub struct OutgoingBatch<'a> {
        /// Version of the format.
        "schema_version" schema_version: i32 = SCHEMA_VERSION, always;
        /// Type of the message.
        "message_type" message_type: &'a str = MESSAGE_TYPE, always;
        /// Identifier of the delivered message, by which receivers deduplicate.
        "message_id" message_id: Option<Uuid> = None, set;
        /// Identifier of the batch; parts of a batch have the same one.
        "batch_id" batch_id: Option<i64> = None, set;
        /// When the platform received the batch, in milliseconds since the epoch.
        "timestamp_unixtime_ms" timestamp_unixtime_ms: Option<i64> = None, set;
        /// Identifier of the upload at its source.
        "source_request_id" source_request_id: Option<&'a str> = None, set;
        /// Data environment.
        "environment" environment: DataEnvironment<'a> = DataEnvironment::Production, always;
        /// Identifier of the user profile.
        "mpid" mpid: Option<i64> = None, set, secret;
        /// The connection setting "Unique ID".
        "unique_id" unique_id: Option<&'a str> = None, set;
        /// Device application stamp.
        "mp_deviceid" mp_deviceid: Option<Uuid> = None, set, secret;
        /// Address of the device (O9).
        "ip" ip: Option<&'a str> = None, set, secret;
        /// SDK that collected the data.
        "sdk_version" sdk_version: Option<&'a str> = None, set;
        /// Identities of the user.
        "user_identities" user_identities: &'a [OutgoingIdentity<'a>] = &[], set, secret;
        /// Partner identity name to value.
        "partner_identities" partner_identities: TextMap<'a> = TextMap::EMPTY, set, secret;
        /// User attributes.
        "user_attributes" user_attributes: Map<'a, AttributeValue<'a>> = Map::EMPTY, set;
        /// Names of attributes to forget.
        "deleted_user_attributes" deleted_user_attributes: &'a [&'a str] = &[], set;
        /// Module number as text to attribute name to value.
        "integration_attributes" integration_attributes: Map<'a, TextMap<'a>> = Map::EMPTY, set;
        /// Current consent of the user.
        "consent_state" consent_state: Option<OutgoingConsentState<'a>> = None, set;
        /// Data plan, and location of the batch.
        "context" context: Option<BatchContext<'a>> = None, set;
        /// The device.
        "device_info" device_info: Option<DeviceInfo<'a>> = None, set;
        /// The application.
        "application_info" application_info: Option<ApplicationInfo<'a>> = None, set;
        /// How the batch was received.
        "source_info" source_info: Option<SourceInfo<'a>> = None, set;
        /// Attribution.
        "attribution_info" attribution_info: Option<AttributionInfo<'a>> = None, set;
        /// Internal.
        "origin_mpid" origin_mpid: Option<i64> = None, set, secret;
        /// Internal.
        "job_id" job_id: Option<&'a str> = None, set;
        /// Input side only.
        "api_key" api_key: Option<&'a str> = None, set, secret;
        /// Input side only.
        "api_keys" api_keys: &'a [&'a str] = &[], set, secret;
        /// Input side only.
        "partner_identity" partner_identity: Option<&'a str> = None, set, secret;
        /// Platform fields of the request, only with the setting `include_platform_fields`.
        "platform_fields" platform_fields: Option<PlatformFields<'a>> = None, set;
        /// Changes of consent.
        "system_notifications" system_notifications: &'a [ConsentNotification<'a>] = &[], always;
        /// The events, in order. The last field, so that a batch can be split while it is written.
        "events" events: &'a [OutgoingEvent<'a>] = &[], always;
    }
}

model! {
    /// Data plan and location of a batch.
    pub struct BatchContext<'a> {
        /// Data plan.
        "data_plan" data_plan: Option<DataPlan<'a>> = None, set;
        /// Location of the batch.
        "location" location: Option<OutgoingLocation<'a>> = None, set;
    }
}

model! {
    /// The data plan of a batch.
    pub struct DataPlan<'a> {
        /// Identifier.
        "plan_id" plan_id: Option<&'a str> = None, set;
        /// Version; the latest if it is absent.
        "plan_version" plan_version: Option<i32> = None, set;
    }
}

model! {
    /// Attribution of a batch.
    pub struct AttributionInfo<'a> {
        /// Service provider.
        "service_provider" service_provider: Option<&'a str> = None, set, required;
        /// Publisher.
        "publisher" publisher: Option<&'a str> = None, set, required;
        /// Campaign.
        "campaign" campaign: Option<&'a str> = None, set, required;
    }
}
