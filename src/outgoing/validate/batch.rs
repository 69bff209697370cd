//! The batch without its events (outgoing-json.md, sections 2, 7 and 8). `event` checks the events.

use super::event;
use crate::message::{FEWEST_ZEROS, Identity, IdentityEncoding, Map, Uuid};
use crate::outgoing::{
    AttributeValue, ConsentNotification, ConsentNotificationType, ConsentRecord, DeviceInfo,
    OutgoingBatch, OutgoingConsentState, OutgoingIdentity, OutgoingLocation, SCHEMA_VERSION,
    TextMap,
};
use crate::validate::batch::{NO_DEVICE, ccpa_purpose, timezone_offset};
use crate::validate::report::{Place, Report, known};
use crate::validate::rules::{
    CONSENT_CHANGE, DEVICE_APPLICATION_STAMP, IDENTITY_ZERO, LIMIT_USER_ATTRIBUTES, MPID,
    REQUIRED_FIELD, SCHEMA_VERSION as VERSION_RULE,
};
use crate::validate::{identity, limits};

pub(super) fn batch(found: &mut Report, at: &Place<'_>, batch: &OutgoingBatch<'_>) {
    if batch.schema_version != SCHEMA_VERSION {
        let message = format!("another version than {SCHEMA_VERSION}");
        found.warn(&at.key("schema_version"), VERSION_RULE, message);
    }
    found.time(
        &at.key("timestamp_unixtime_ms"),
        batch.timestamp_unixtime_ms,
    );
    if !batch.environment.is_known() {
        found.unknown_value(&at.key("environment"), Some(batch.environment.as_str()));
    }
    mpid(found, &at.key("mpid"), batch.mpid);
    if batch.mp_deviceid == Some(Uuid([0; 16])) {
        let at = &at.key("mp_deviceid");
        found.warn(at, DEVICE_APPLICATION_STAMP, NO_DEVICE);
    }
    for (index, identity) in batch.user_identities.iter().enumerate() {
        let at = &at.key("user_identities");
        user_identity(found, &at.index(index), identity);
    }
    partners(
        found,
        &at.key("partner_identities"),
        batch.partner_identities,
    );
    user_attributes(found, &at.key("user_attributes"), batch.user_attributes);
    for (index, name) in batch.deleted_user_attributes.iter().enumerate() {
        let at = &at.key("deleted_user_attributes");
        limits::attribute_name(found, &at.index(index), name);
    }
    if let Some(state) = &batch.consent_state {
        consent_state(found, &at.key("consent_state"), state);
    }
    if let Some(place) = batch.context.as_ref().and_then(|context| context.location) {
        location(found, &at.key("context").key("location"), &place);
    }
    if let Some(info) = &batch.device_info {
        device(found, &at.key("device_info"), info);
    }
    if let Some(info) = &batch.application_info {
        known!(found, at.key("application_info"), info; os);
    }
    if let Some(info) = &batch.source_info {
        let at = &at.key("source_info");
        match &info.channel {
            Some(_) => known!(found, at, info; channel),
            None => found.warn(at, REQUIRED_FIELD, "missing field `channel`"),
        }
    }
    if let Some(info) = &batch.attribution_info {
        found.required(&at.key("attribution_info"), info);
    }
    for (index, notification) in batch.system_notifications.iter().enumerate() {
        let at = &at.key("system_notifications");
        consent_notification(found, &at.index(index), notification);
    }
    for (index, event) in batch.events.iter().enumerate() {
        event::event(found, &at.key("events").index(index), event);
    }
}

/// The number of a profile, at its place.
fn mpid(found: &mut Report, at: &Place<'_>, mpid: Option<i64>) {
    if mpid == Some(0) {
        found.warn(at, MPID, "0, which identifies no profile");
    }
}

/// An unknown type may be the identity itself, so it is not shown.
pub(super) fn user_identity(found: &mut Report, at: &Place<'_>, identity: &OutgoingIdentity<'_>) {
    const VALUE: &str = "identity";
    found.required(at, identity);
    match identity.identity_type.unknown() {
        Some("") => found.warn(at, REQUIRED_FIELD, "missing field `identity_type`"),
        Some(_) => found.unknown_value(&at.key("identity_type"), None),
        None => {}
    }
    let encoding = identity.encoding.unwrap_or(IdentityEncoding::Raw);
    if encoding == IdentityEncoding::Raw {
        identity::raw(found, at, VALUE, identity.identity);
    }
    identity::value(found, at, VALUE, encoding, identity.identity);
    if !identity.identity.is_empty() {
        let identity = Identity::new(encoding, identity.identity);
        identity::placeholder(found, &at.key(VALUE), identity, FEWEST_ZEROS);
    }
    found.time(
        &at.key("timestamp_unixtime_ms"),
        identity.timestamp_unixtime_ms,
    );
}

fn partners(found: &mut Report, at: &Place<'_>, identities: TextMap<'_>) {
    // A name may be the identity itself.
    let at = &at.hidden_key();
    for (_, value) in &*identities {
        let identity = Identity::new(IdentityEncoding::Raw, value);
        identity::placeholder(found, at, identity, FEWEST_ZEROS);
    }
}

fn user_attributes(found: &mut Report, at: &Place<'_>, attributes: Map<'_, AttributeValue<'_>>) {
    const MOST: usize = 100;
    if attributes.len() > MOST {
        let message = limits::too_many(attributes.len(), MOST);
        found.warn(at, LIMIT_USER_ATTRIBUTES, message);
    }
    for (name, value) in &attributes {
        let at = &at.key(name);
        limits::attribute_name(found, at, name);
        attribute_value(found, at, value);
    }
}

pub(super) fn attribute_value(found: &mut Report, at: &Place<'_>, value: &AttributeValue<'_>) {
    match value {
        AttributeValue::Text(text) => limits::attribute_value(found, at, text),
        AttributeValue::List(entries) => limits::list(found, at, entries),
    }
}

pub(super) fn location(found: &mut Report, at: &Place<'_>, location: &OutgoingLocation<'_>) {
    let [latitude, longitude, accuracy] =
        [location.latitude, location.longitude, location.accuracy].map(Option::unwrap_or_default);
    crate::validate::event::location(found, at, [latitude, longitude], accuracy);
    known!(found, at, location; location_source);
}

fn device(found: &mut Report, at: &Place<'_>, device: &DeviceInfo<'_>) {
    known!(found, at, device; platform, att_authorization_status);
    for (field, id) in [
        ("android_advertising_id", device.android_advertising_id),
        ("ios_advertising_id", device.ios_advertising_id),
        ("ios_idfv", device.ios_idfv),
        ("roku_advertising_id", device.roku_advertising_id),
        ("roku_publisher_id", device.roku_publisher_id),
        ("fire_advertising_id", device.fire_advertising_id),
    ] {
        if id == Some(Uuid([0; 16])) {
            found.warn(
                &at.key(field),
                IDENTITY_ZERO,
                "zeros, which identify nobody",
            );
        }
    }
    for (field, id) in [
        ("android_uuid", device.android_uuid),
        ("push_token", device.push_token),
        ("microsoft_advertising_id", device.microsoft_advertising_id),
        ("microsoft_publisher_id", device.microsoft_publisher_id),
        ("amp_id", device.amp_id),
    ] {
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            let identity = Identity::new(IdentityEncoding::Raw, id);
            identity::placeholder(found, &at.key(field), identity, 1);
        }
    }
    timezone_offset(found, at, device.timezone_offset.unwrap_or_default());
    // Zero means "none", as in Firehose messages (section 6.2).
    let asked = device
        .att_timestamp_unixtime_ms
        .filter(|millis| *millis != 0);
    found.time(&at.key("att_timestamp_unixtime_ms"), asked);
}

fn consent_state(found: &mut Report, at: &Place<'_>, state: &OutgoingConsentState<'_>) {
    for (law, records) in [("gdpr", &state.gdpr), ("ccpa", &state.ccpa)] {
        let at = &at.key(law);
        for (purpose, record) in records {
            let at = &at.key(purpose);
            consent_record(found, at, record);
            if law == "ccpa" {
                ccpa_purpose(found, at, purpose);
            }
        }
    }
}

fn consent_record(found: &mut Report, at: &Place<'_>, record: &ConsentRecord<'_>) {
    found.time(
        &at.key("timestamp_unixtime_ms"),
        record.timestamp_unixtime_ms,
    );
}

fn consent_notification(
    found: &mut Report,
    at: &Place<'_>,
    notification: &ConsentNotification<'_>,
) {
    if let Some(kind) = &notification.kind
        && !kind.is_known()
    {
        return found.unknown_value(&at.key("type"), Some(kind.as_str()));
    }
    let at = &at.key("data");
    let change = notification.data.unwrap_or_default();
    if notification.kind == Some(ConsentNotificationType::CcpaChange)
        && let Some(purpose) = change.purpose
    {
        ccpa_purpose(found, &at.key("purpose"), purpose);
    }
    for (field, record) in [("current", &change.current), ("old", &change.old)] {
        if let Some(record) = record {
            consent_record(found, &at.key(field), record);
        }
    }
    if change.current.is_none() && change.old.is_none() {
        let message = "a change without a state before or after";
        found.warn(at, CONSENT_CHANGE, message);
    }
}
