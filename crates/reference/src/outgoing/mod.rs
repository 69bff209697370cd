//! The reference implementation of the outgoing mapping: event batches and audience messages.
//!
//! It follows the specification step by step, so that it can be checked line by line. Comments cite
//! the rules in short, with the letters of `docs/protocol/outgoing-decisions.md`: M 5.7 is
//! section 5.7 of `outgoing-mapping.md`, J of `outgoing-json.md`, C of `connections.md`, P of
//! `firehose-protocol.md`; N1 to N18 are decisions, "reading M 3" is a row of the readings chosen.
//!
//! One file per part: `batch` (M 2), `identities` (M 3), `attributes` (M 4), `events`, `changes`
//! and `commerce` (M 5), `device` (M 6), `consent` (M 7), `effects` (C 5), `split` (C 7),
//! `audience` (C 3). What the specification leaves open is decided in a comment at its place.

mod attributes;
mod audience;
mod audience_settings;
mod batch;
mod changes;
mod commerce;
mod consent;
mod device;
mod effects;
mod events;
mod identities;
mod ids;
mod names;
mod settings;
mod split;
mod value;

pub use audience::{Audience, audience, audience_decoded};
pub use audience_settings::AudienceSettings;
pub use ids::{id64, id64_with, uuid_v5};
pub use settings::{Connection, KAFKA_RECORD_LIMIT, KINESIS_RECORD_LIMIT, Settings};

use super::decode::decoded_environment;
use super::{Json, Refusal, decoded};
use value::{Fields, Warnings};

/// What a connection does with one message.
#[derive(Debug, Default)]
pub struct Mapped {
    /// The records to send, in order.
    pub records: Vec<Record>,
    /// Records of a single event, or of none, that exceed the limit and go to dead letters (N10,
    /// N17), each with the number of records that are sent before it.
    pub too_large: Vec<(usize, Record)>,
    /// Where something was dropped, and why (M 1.8).
    pub warnings: Vec<(String, &'static str)>,
}

/// A record of a stream or topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The key of a Kafka record: the `mpid` as decimal text (C 6.2). Kinesis records have none.
    pub key: Option<String>,
    /// The time stamp of a Kafka record in milliseconds: that of the batch (C 6.2).
    pub timestamp_ms: Option<i64>,
    /// The batch.
    pub value: Json,
}

/// The records of one message. Only event processing requests have records (M 8).
///
/// # Errors
///
/// The first refusal of the message (`docs/semantics.md`); the mapping itself never fails (M 1.8).
pub fn map(message: &[u8], settings: &Settings) -> Result<Mapped, Refusal> {
    Ok(map_decoded(message, &decoded(message)?, settings))
}

/// The records of a message that has been read with [`decoded`]. Its bytes make the id of a message
/// that has none (N5).
pub fn map_decoded(message: &[u8], request: &Json, settings: &Settings) -> Mapped {
    if request.text("type") != Some("event_processing_request") {
        return Mapped::default();
    }
    let mut warnings = Warnings::default();
    let request = &with_known_environment(request, &mut warnings);
    if is_heartbeat(request) {
        return Mapped {
            warnings: warnings.0,
            ..Mapped::default()
        };
    }
    let batch = batch::batch(message, request, settings, &mut warnings);
    let (records, too_large) = match effects::apply(batch, settings) {
        Some(batch) => split::split(&batch, settings),
        None => Default::default(),
    };
    Mapped {
        records,
        too_large,
        warnings: warnings.0,
    }
}

/// Reading M 6.1: a runtime environment of unknown type is treated like `unknown`. One that cannot be
/// read as such has no fields (M 1.8).
fn with_known_environment(request: &Json, warnings: &mut Warnings) -> Json {
    let mut request = request.clone();
    let Json::Object(fields) = &mut request else {
        return request;
    };
    for (name, value) in fields {
        if let Json::Raw(text) = value
            && name == "runtime_environment"
        {
            *value = decoded_environment(text).unwrap_or_else(|_| {
                warnings.add("runtime_environment", "unreadable environment");
                Json::Object(Vec::new())
            });
        }
    }
    request
}

/// P 14: a batch with no events, no notifications, no user attributes, no identities and no consent
/// state. Reading P 14: identities of all three kinds count, a `consent_state` without records does
/// not.
fn is_heartbeat(request: &Json) -> bool {
    let environment = request.get("runtime_environment");
    let consent_state = request.get("consent_state");
    let is_without = |name: &str| request.list(name).is_empty() && request.entries(name).is_empty();
    is_without("events")
        && is_without("system_notifications")
        && is_without("user_attributes")
        && is_without("user_attribute_lists")
        && is_without("user_identities")
        && is_without("partner_identities")
        && environment.is_none_or(|environment| environment.list("identities").is_empty())
        && consent_state.is_none_or(|state| {
            state.entries("gdpr_consent_state").is_empty()
                && state.entries("ccpa_consent_state").is_empty()
        })
}
