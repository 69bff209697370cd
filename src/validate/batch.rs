//! The batch without its events: environment, consent, notifications and the free-form fields
//! (sections 3.3, 5.7 to 5.9, 6). `event` checks the events.

use super::report::{Place, Report, known};
use super::rules::{
    CCPA_PURPOSE, CONSENT_CHANGE, DEVICE_APPLICATION_STAMP, SOURCE_CHANNEL, TIMEZONE_OFFSET,
};
use super::{common, event, identity, limits};
use crate::message::{
    Consent, ConsentState, DATA_SALE_OPT_OUT, EventProcessingRequest, Map, RuntimeEnvironment,
    SystemNotification, Uuid,
};

/// The documented source channels; the field is plain text on the wire.
const SOURCE_CHANNELS: &[&str] = &[
    "unknown",
    "native",
    "javascript",
    "pixel",
    "partner",
    "server_to_server",
];

/// The nil uuid in place of a device application stamp.
pub(crate) const NO_DEVICE: &str = "zeros, which identify no device";

pub(super) fn request(found: &mut Report, at: &Place<'_>, batch: &EventProcessingRequest<'_>) {
    common(found, at, &batch.common);
    found.required(at, batch);
    identity::account(found, at, &batch.account);
    identity::partners(
        found,
        &at.key("partner_identities"),
        batch.partner_identities,
    );
    identity::users(found, &at.key("user_identities"), batch.user_identities);
    limits::user_attributes(found, at, batch.user_attributes, batch.user_attribute_lists);
    if let Some(environment) = &batch.runtime_environment {
        runtime(found, &at.key("runtime_environment"), environment);
    }
    for (index, event) in batch.events.iter().enumerate() {
        event::event(found, &at.key("events").index(index), event);
    }
    if let Some(channel) = batch.source_channel
        && !channel.is_empty()
        && !SOURCE_CHANNELS.contains(&channel)
    {
        found.warn(
            &at.key("source_channel"),
            SOURCE_CHANNEL,
            "not a documented channel",
        );
    }
    if let Some(stamp) = batch.device_application_stamp
        && !stamp.is_empty()
    {
        let message = match stamp.parse() {
            Ok(Uuid(bytes)) if bytes == [0; 16] => Some(NO_DEVICE),
            Ok(_) => None,
            Err(_) => Some("not a uuid"),
        };
        if let Some(message) = message {
            let at = &at.key("device_application_stamp");
            found.warn(at, DEVICE_APPLICATION_STAMP, message);
        }
    }
    if let Some(state) = &batch.consent_state {
        consent_state(found, &at.key("consent_state"), state);
    }
    for (index, notification) in batch.system_notifications.iter().enumerate() {
        let at = &at.key("system_notifications");
        system_notification(found, &at.index(index), notification);
    }
    identity::mpid(found, at, batch.mpid);
}

fn runtime(found: &mut Report, at: &Place<'_>, environment: &RuntimeEnvironment<'_>) {
    let Some(runtime) = environment.known() else {
        return found.unknown_member(at, &RuntimeEnvironment::INFO, environment.kind().as_str());
    };
    identity::devices(found, &at.key("identities"), runtime.common.identities);
    timezone_offset(found, at, runtime.timezone_offset.hours());
    known!(found, at, runtime; att_authorization_status);
    // Zero means "none" (section 6.2).
    let asked = Some(runtime.att_timestamp_unixtime_ms).filter(|millis| *millis != 0);
    found.time(&at.key("att_timestamp_unixtime_ms"), asked);
}

pub(crate) fn timezone_offset(found: &mut Report, at: &Place<'_>, hours: i32) {
    if !(-14..=14).contains(&hours) {
        found.warn(
            &at.key("timezone_offset"),
            TIMEZONE_OFFSET,
            "more than 14 hours from UTC",
        );
    }
}

fn consent_state(found: &mut Report, at: &Place<'_>, state: &ConsentState<'_>) {
    consents(
        found,
        &at.key("gdpr_consent_state"),
        state.gdpr_consent_state,
    );
    let at = &at.key("ccpa_consent_state");
    consents(found, at, state.ccpa_consent_state);
    for (purpose, _) in state.ccpa_consent_state {
        ccpa_purpose(found, &at.key(purpose), purpose);
    }
}

fn consents(found: &mut Report, at: &Place<'_>, consents: Map<'_, Consent<'_>>) {
    for (purpose, consent) in consents {
        consent_record(found, &at.key(purpose), consent);
    }
}

fn consent_record(found: &mut Report, at: &Place<'_>, consent: &Consent<'_>) {
    found.time(
        &at.key("timestamp_unixtime_ms"),
        consent.timestamp_unixtime_ms,
    );
}

pub(crate) fn ccpa_purpose(found: &mut Report, at: &Place<'_>, purpose: &str) {
    if purpose != DATA_SALE_OPT_OUT {
        found.warn(
            at,
            CCPA_PURPOSE,
            format!("the only purpose in use is `{DATA_SALE_OPT_OUT}`"),
        );
    }
}

fn system_notification(found: &mut Report, at: &Place<'_>, notification: &SystemNotification<'_>) {
    match notification {
        SystemNotification::GdprConsentState(gdpr) => {
            found.required(at, *gdpr);
            let before = ("old_gdpr_consent_state", &gdpr.old_gdpr_consent_state);
            let after = ("new_gdpr_consent_state", &gdpr.new_gdpr_consent_state);
            change(found, at, [before, after]);
        }
        SystemNotification::CcpaConsentState(ccpa) => {
            ccpa_purpose(found, &at.key("purpose"), ccpa.purpose.0);
            let before = ("old_ccpa_consent_state", &ccpa.old_ccpa_consent_state);
            let after = ("new_ccpa_consent_state", &ccpa.new_ccpa_consent_state);
            change(found, at, [before, after]);
        }
        SystemNotification::Unknown(unknown) => {
            found.unknown_member(at, &SystemNotification::INFO, unknown.type_name)
        }
    }
}

fn change(found: &mut Report, at: &Place<'_>, states: [(&str, &Option<Consent<'_>>); 2]) {
    for (field, consent) in states {
        if let Some(consent) = consent {
            consent_record(found, &at.key(field), consent);
        }
    }
    if states.iter().all(|(_, consent)| consent.is_none()) {
        found.warn(
            at,
            CONSENT_CHANGE,
            "a change without a state before or after",
        );
    }
}
