//! The request (M 2): the fields of the batch.

use super::attributes::{deleted, merged};
use super::device::{application_info, device_info};
use super::events::{self, Event};
use super::identities::{partner_identities, user_identities};
use super::ids::{NIL, id64, uuid_v5};
use super::settings::Settings;
use super::value::{Fields, Object, Warnings, integer, string, uuid};
use super::{consent, device};
use crate::json::Json;

/// A batch before it is written.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    /// All fields except `events`.
    pub(super) head: Object,
    /// Its `message_id`.
    pub(super) message_id: String,
    pub(super) events: Vec<Event>,
}

/// The order of the fields: that of the worked example (M 9), in which the fields that the example
/// does not have are next to those of their kind.
const ORDER: &[&str] = &[
    "schema_version",
    "message_type",
    "message_id",
    "batch_id",
    "timestamp_unixtime_ms",
    "source_request_id",
    "unique_id",
    "environment",
    "mpid",
    "mp_deviceid",
    "ip",
    "sdk_version",
    "partner_identities",
    "user_identities",
    "user_attributes",
    "deleted_user_attributes",
    "integration_attributes",
    "device_info",
    "application_info",
    "source_info",
    "context",
    "consent_state",
    "platform_fields",
    "system_notifications",
    "events",
];

impl Batch {
    /// The batch with these events and this `message_id`.
    pub(super) fn json(&self, message_id: &str, events: &[Event]) -> Json {
        let mut batch = self.head.clone();
        batch.put_text("message_id", message_id);
        batch.put(
            "events",
            Some(Json::Array(events.iter().map(Event::json).collect())),
        );
        batch.in_order(ORDER)
    }
}

pub(super) fn batch(
    message: &[u8],
    request: &Json,
    settings: &Settings,
    warnings: &mut Warnings,
) -> Batch {
    // N5: a missing id is made of the bytes of the message.
    let id = request.text("id");
    let message_id = id.map_or_else(|| uuid_v5(NIL, message), str::to_owned);
    let mut head = Object::default();

    // Constants, O1 and O2.
    head.put_int("schema_version", 2);
    head.put_text("message_type", "events");

    // `id`
    head.put_text("message_id", &message_id);
    head.put_int("batch_id", id64(&message_id));

    // `timestamp_ms`; N5: left out if missing, with a warning.
    let timestamp = request.int("timestamp_ms");
    if timestamp.is_none() {
        warnings.add("timestamp_ms", "missing time stamp");
    }
    head.put_int("timestamp_unixtime_ms", timestamp);

    head.copy(request, "source_id", "source_request_id");

    // Connection setting Unique ID; reading "empty values": an empty one is unset.
    if !settings.unique_id.is_empty() {
        head.put_text("unique_id", &settings.unique_id);
    }

    // `mpid`: text to int64.
    head.put("mpid", mpid(request, warnings));

    // `device_application_stamp`, only with Include MP DeviceId.
    if settings.include_mp_deviceid {
        head.put("mp_deviceid", device_stamp(request, warnings));
    }

    // Identities, M 3.
    head.put(
        "partner_identities",
        partner_identities(request, warnings).filled(),
    );
    head.put("user_identities", user_identities(request, warnings));

    // User attributes, M 4.
    let attributes = merged(request);
    head.put("deleted_user_attributes", deleted(request, &attributes));
    head.put("user_attributes", attributes.filled());

    // `integration_attributes`: the outer key is `module_id`; without it dropped.
    if let Some(module_id) = &settings.module_id {
        let mut modules = Object::default();
        modules.copy(request, "integration_attributes", module_id);
        head.put("integration_attributes", modules.filled());
    }

    // `runtime_environment`, M 6.
    let environment = request.get("runtime_environment");
    let channel = request.text("source_channel");
    head.put_text("environment", device::environment(environment));
    head.put("ip", device::ip(environment, warnings));
    if let Some(environment) = environment {
        head.copy(environment, "sdk_version", "sdk_version");
    }
    let device_info = device_info(environment, channel, warnings);
    let push_token = device_info.get("push_token").cloned();
    head.put("device_info", device_info.filled());
    let application_info = application_info(request, environment, channel, settings);
    head.put("application_info", application_info.filled());

    // `source_channel`; reading "empty values": an empty one is no channel.
    let mut source_info = Object::default();
    source_info.put(
        "channel",
        channel.map(|channel| string(known_channel(channel))),
    );
    head.put("source_info", source_info.filled());

    // `platform_fields`
    if let Some(fields) = request.get("platform_fields") {
        head.put("context", data_plan(fields));
        if settings.include_platform_fields {
            head.put("platform_fields", Some(as_the_model_writes(fields)));
        }
    }

    // Consent, M 7. N11: the notifications are always written; C11: an option turns them off.
    head.put("consent_state", consent::state(request));
    let notifications = match settings.include_system_notifications {
        true => consent::notifications(request, warnings),
        false => Json::Array(Vec::new()),
    };
    head.put("system_notifications", Some(notifications));

    // `events`, M 5.
    let events = events::events(request, push_token, warnings);
    Batch {
        head,
        message_id,
        events,
    }
}

/// M 2: the same value set, any other text becomes `unknown`. N16: `desktop` is known.
fn known_channel(channel: &str) -> &str {
    match channel {
        "native" | "javascript" | "pixel" | "partner" | "server_to_server" | "desktop" => channel,
        _ => "unknown",
    }
}

/// M 2; reading M 2: a sign and leading zeros, no blanks.
fn mpid(request: &Json, warnings: &mut Warnings) -> Option<Json> {
    let text = request.text("mpid")?;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(number) if is_decimal => Some(integer(number)),
        _ => {
            warnings.add("mpid", "not a 64-bit decimal");
            None
        }
    }
}

/// J 2: `mp_deviceid` is a uuid. Reading M 3: a stamp whose form does not fit is dropped.
fn device_stamp(request: &Json, warnings: &mut Warnings) -> Option<Json> {
    let stamp = uuid(request.text("device_application_stamp")?);
    if stamp.is_none() {
        warnings.add("device_application_stamp", "not a uuid");
    }
    stamp.map(Json::String)
}

/// M 2: `context.data_plan`; the version only together with the id.
fn data_plan(platform_fields: &Json) -> Option<Json> {
    platform_fields.text("dataplan_id")?;
    let mut plan = Object::default();
    plan.copy(platform_fields, "dataplan_id", "plan_id");
    plan.copy(platform_fields, "dataplan_version", "plan_version");
    let mut context = Object::default();
    context.put("data_plan", plan.filled());
    context.filled()
}

/// Reading M 2: as the model is written, so without empty texts.
fn as_the_model_writes(platform_fields: &Json) -> Json {
    let mut object = Object::default();
    if let Json::Object(fields) = platform_fields {
        for (name, _) in fields {
            object.copy(platform_fields, name, name);
        }
    }
    object.json()
}
