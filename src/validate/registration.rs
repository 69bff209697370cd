//! The registration of a module, by the rules of section 12 that can be checked on one response.
//! Not checked here: rules 6, 17, 21 and 24, which describe the sender.

use std::collections::BTreeSet;

use super::limits::longer_than;
use super::report::{Place, Report, all_known, known};
use super::rules::*;
use super::{common, permissions, settings};
use crate::message::{
    AudienceProcessingRegistration, Authentication, BulkConfiguration, DsrProcessingRegistration,
    DsrRequestType, EventProcessingRegistration, EventType, ModuleRegistrationResponse,
    Oauth2Authentication, Permissions,
};

pub(super) fn response(
    found: &mut Report,
    at: &Place<'_>,
    response: &ModuleRegistrationResponse<'_>,
) {
    common(found, at, &response.common);
    let missing = |text: Option<&str>| text.is_none_or(str::is_empty);
    for (field, text) in [("name", response.name), ("version", response.version)] {
        if missing(text) {
            found.error(at, REGISTRATION_1, format!("`{field}` is missing or empty"));
        }
    }
    if response
        .description
        .is_some_and(|text| longer_than(text, 229))
    {
        found.error(
            &at.key("description"),
            REGISTRATION_2,
            "230 characters or more",
        );
    }
    let permissions = response.permissions.unwrap_or_default();
    let at_permissions = &at.key("permissions");
    permissions::lists(found, at_permissions, &permissions);
    let events = &response.event_processing_registration;
    if let Some(events) = events {
        let platforms = events.supported_runtime_environments;
        permissions::satisfiable(found, at_permissions, &permissions, platforms);
        let at = &at.key("event_processing_registration");
        event_registration(found, at, events);
        against_permissions(found, at, events, &permissions);
    }
    let notifications =
        events.is_some_and(|events| !events.supported_system_notification_types.is_empty());
    if permissions.allow_consent_state && !notifications {
        let message = "no consent notifications are asked for";
        found.warn(
            &at_permissions.key("allow_consent_state"),
            REGISTRATION_23,
            message,
        );
    }
    if let Some(audiences) = &response.audience_processing_registration {
        audience_registration(
            found,
            &at.key("audience_processing_registration"),
            audiences,
        );
    }
    if let Some(requests) = &response.dsr_processing_registration {
        dsr_registration(found, &at.key("dsr_processing_registration"), requests);
    }
    if events.is_none()
        && response.audience_processing_registration.is_none()
        && response.dsr_processing_registration.is_none()
    {
        let message = "neither events nor audiences nor data subject requests are asked for";
        found.error(at, REGISTRATION_3, message);
    }
}

/// Rule 5.
pub(super) fn changes(
    found: &mut Report,
    previous: &ModuleRegistrationResponse<'_>,
    current: &ModuleRegistrationResponse<'_>,
) {
    let at = &Place::TOP.key("permissions");
    for name in partners(previous).difference(&partners(current)) {
        let message =
            format!("the partner identity `{name}` was registered before: its name must stay");
        found.error(&at.key("partner_identities"), REGISTRATION_5, message);
    }
}

fn partners<'a>(response: &ModuleRegistrationResponse<'a>) -> BTreeSet<&'a str> {
    let permissions = response.permissions.unwrap_or_default();
    let partners = permissions.partner_identities.iter();
    partners.map(|it| it.identity_type).collect()
}

fn event_registration(
    found: &mut Report,
    at: &Place<'_>,
    events: &EventProcessingRegistration<'_>,
) {
    for (field, list) in [
        ("account_settings", events.account_settings),
        (
            "event_connection_settings",
            events.event_connection_settings,
        ),
    ] {
        settings::list(found, &at.key(field), list);
    }
    for (field, empty) in [
        (
            "supported_event_types",
            events.supported_event_types.is_empty(),
        ),
        (
            "supported_runtime_environments",
            events.supported_runtime_environments.is_empty(),
        ),
    ] {
        if empty {
            found.error(
                at,
                REGISTRATION_12,
                format!("`{field}` is missing or empty"),
            );
        }
    }
    all_known!(found, at, events;
        supported_event_types, supported_runtime_environments, supported_system_notification_types);
    if events.max_data_age_hours != -1 && events.max_data_age_hours <= 0 {
        found.error(
            &at.key("max_data_age_hours"),
            REGISTRATION_13,
            "neither positive nor -1",
        );
    }
    authentication(found, &at.key("authentication"), events.authentication);
}

/// Rules 9, 10, 11 and one half of 23.
fn against_permissions(
    found: &mut Report,
    at: &Place<'_>,
    events: &EventProcessingRegistration<'_>,
    permissions: &Permissions<'_>,
) {
    let wants = |event_type| events.supported_event_types.contains(&event_type);
    let at_types = &at.key("supported_event_types");
    if wants(EventType::UserAttributeChange) && !permissions.allow_user_attributes {
        let message = "`user_attribute_change` needs the permission `allow_user_attributes`";
        found.error(at_types, REGISTRATION_9, message);
    }
    if wants(EventType::UserIdentityChange) && permissions.user_identities.is_empty() {
        let message = "`user_identity_change` has no effect without a user identity permission";
        found.warn(at_types, REGISTRATION_10, message);
    }
    let provider = events.push_messaging_provider_id.unwrap_or_default();
    if wants(EventType::PushMessageReceipt) && provider.is_empty() {
        let message = "`push_message_receipt` needs a `push_messaging_provider_id`";
        found.error(at_types, REGISTRATION_11, message);
    }
    if !events.supported_system_notification_types.is_empty() && !permissions.allow_consent_state {
        let at = &at.key("supported_system_notification_types");
        found.warn(
            at,
            REGISTRATION_23,
            "the permission `allow_consent_state` is not asked for",
        );
    }
}

fn audience_registration(
    found: &mut Report,
    at: &Place<'_>,
    audiences: &AudienceProcessingRegistration<'_>,
) {
    settings::list(
        found,
        &at.key("account_settings"),
        audiences.account_settings,
    );
    authentication(found, &at.key("authentication"), audiences.authentication);
    if let Some(bulk) = &audiences.bulk_configuration {
        bulk_configuration(found, &at.key("bulk_configuration"), bulk);
    }
    let at = &at.key("audience_subscription_settings");
    settings::list(found, at, audiences.audience_subscription_settings);
    settings::fillable(found, at, audiences.audience_subscription_settings);
}

/// Rule 19.
fn bulk_configuration(found: &mut Report, at: &Place<'_>, bulk: &BulkConfiguration) {
    for (field, value) in [
        (
            "bulk_forward_wait_for_messages",
            bulk.bulk_forward_wait_for_messages,
        ),
        (
            "bulk_forward_wait_in_minutes",
            bulk.bulk_forward_wait_in_minutes,
        ),
    ] {
        if value.is_some_and(|value| value <= 0) {
            found.error(&at.key(field), REGISTRATION_19, "not positive");
        }
    }
}

/// Rule 20.
fn authentication(found: &mut Report, at: &Place<'_>, authentication: Option<Authentication<'_>>) {
    match authentication {
        Some(Authentication::Oauth2(oauth2)) => oauth2_fields(found, at, oauth2),
        Some(Authentication::Unknown(unknown)) => {
            found.unknown_member(at, &Authentication::INFO, unknown.type_name)
        }
        None => {}
    }
}

fn oauth2_fields(found: &mut Report, at: &Place<'_>, oauth2: &Oauth2Authentication<'_>) {
    use crate::message::AccessTokenType::CustomHeader;
    let header_needed = oauth2.access_token_type == Some(CustomHeader);
    for (field, text, needed) in [
        ("authorization_url", oauth2.authorization_url, true),
        ("token_url", oauth2.token_url, true),
        ("client_id", oauth2.client_id, true),
        (
            "custom_header_name",
            oauth2.custom_header_name,
            header_needed,
        ),
    ] {
        if needed && text.is_none_or(str::is_empty) {
            found.error(
                at,
                REGISTRATION_20,
                format!("`{field}` is missing or empty"),
            );
        }
    }
    known!(found, at, oauth2; grant_type, access_token_type);
    let at = &at.key("scopes");
    for (index, scope) in oauth2.scopes.iter().enumerate() {
        found.required(&at.index(index), scope);
    }
}

/// Rule 22.
fn dsr_registration(found: &mut Report, at: &Place<'_>, requests: &DsrProcessingRegistration<'_>) {
    settings::list(
        found,
        &at.key("account_settings"),
        requests.account_settings,
    );
    if requests.supported_dsr_types.is_empty() {
        found.error(
            at,
            REGISTRATION_22,
            "`supported_dsr_types` is missing or empty",
        );
    }
    for (index, request_type) in requests.supported_dsr_types.iter().enumerate() {
        if *request_type != DsrRequestType::Erasure {
            let at = &at.key("supported_dsr_types");
            found.error(
                &at.index(index),
                REGISTRATION_22,
                "only `erasure` is supported",
            );
        }
    }
    if requests.domain.is_none_or(str::is_empty) {
        found.error(at, REGISTRATION_22, "`domain` is missing or empty");
    }
}
