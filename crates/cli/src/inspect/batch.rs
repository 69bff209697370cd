//! The output of `inspect` for a batch of events.

use super::events;
use super::view::{View, list, shown, time};
use hydrant::message::*;

pub(super) fn request(view: &mut View<'_>, request: &EventProcessingRequest<'_>) {
    view.title(
        MessageType::EventProcessingRequest.as_str(),
        &request.common,
    );
    view.optional("source id", request.source_id);
    view.optional("source channel", request.source_channel);
    view.optional("mpid", request.mpid.map(|mpid| view.identity(mpid)));
    let stamp = request.device_application_stamp;
    view.optional("application stamp", stamp.map(|stamp| view.identity(stamp)));
    if request.is_heartbeat() {
        view.field("heartbeat", "only checks the connection");
    }
    account(view, request.account.as_ref());
    platform(view, request.platform_fields.as_ref());
    identities(view, request);
    user_attributes(view, request);
    runtime(view, request.runtime_environment.as_ref());
    if !request.integration_attributes.is_empty() {
        view.section("integration attributes");
        let names = request.integration_attributes.iter();
        view.field("names", list(names.map(|(name, _)| name)));
    }
    consent(view, request.consent_state.as_ref());
    notifications(view, request.system_notifications);
    events::table(view, request.events);
}

/// The account, with names of settings.
pub(super) fn account(view: &mut View<'_>, account: Option<&Account<'_>>) {
    if let Some(account) = account {
        view.section("account");
        view.field("id", account.account_id);
        view.settings("settings", &account.account_settings);
    }
}

fn platform(view: &mut View<'_>, platform: Option<&PlatformFields<'_>>) {
    let Some(platform) = platform else { return };
    view.section("platform");
    let numbered = |number: i32, name: Option<&str>| match name {
        Some(name) => format!("{number} {name}"),
        None => number.to_string(),
    };
    let account = numbered(platform.mp_account_id, platform.mp_account_name);
    view.field("account", account);
    view.field(
        "workspace",
        numbered(platform.workspace_id, platform.workspace_name),
    );
    view.optional("input", platform.input_name);
    view.optional("application", platform.app_name);
    view.optional("application version", platform.app_version);
    view.optional("data plan", platform.dataplan_id);
    view.optional("data plan name", platform.dataplan_name);
    view.optional("data plan version", platform.dataplan_version);
}

fn identities(view: &mut View<'_>, request: &EventProcessingRequest<'_>) {
    let runtime = request
        .runtime_environment
        .and_then(|runtime| runtime.known());
    let devices = runtime.map_or(&[][..], |runtime| runtime.common.identities);
    if request.user_identities.len() + request.partner_identities.len() + devices.len() > 0 {
        view.section("identities");
        user_identities(view, request.user_identities);
        partner_identities(view, request.partner_identities);
        device_identities(view, devices);
    }
}

pub(super) fn user_identities(view: &mut View<'_>, identities: &[UserIdentity<'_>]) {
    for identity in identities {
        let identity_type = identity.identity_type;
        let name = view.identity_word(identity_type.as_str(), identity_type.is_known());
        view.identity_field(&name, identity.encoding, identity.value);
    }
}

pub(super) fn partner_identities(view: &mut View<'_>, identities: &[PartnerIdentity<'_>]) {
    for identity in identities {
        view.identity_field(identity.identity_type, identity.encoding, identity.value);
    }
}

pub(super) fn device_identities(view: &mut View<'_>, identities: &[DeviceIdentity<'_>]) {
    for identity in identities {
        let identity_type = identity.identity_type;
        let name = view.identity_word(identity_type.as_str(), identity_type.is_known());
        view.identity_field(&name, identity.encoding, identity.value);
    }
}

fn user_attributes(view: &mut View<'_>, request: &EventProcessingRequest<'_>) {
    let (values, lists) = (request.user_attributes, request.user_attribute_lists);
    if values.len() + lists.len() == 0 {
        return;
    }
    view.section("user attributes");
    view.attributes(values.iter().map(|(name, value)| (shown(name), *value)));
    view.attributes(lists.iter().map(|(name, values)| {
        let values = values.iter().map(|value| value.unwrap_or("null"));
        (shown(name), list(values))
    }));
}

fn runtime(view: &mut View<'_>, runtime: Option<&RuntimeEnvironment<'_>>) {
    let Some(environment) = runtime else { return };
    view.section("runtime environment");
    view.field("type", environment.kind());
    let Some(runtime) = environment.known() else {
        view.field("", "not known to this version");
        return;
    };
    view.optional("application", runtime.application_name);
    view.optional("application version", runtime.application_version);
    view.optional("application package", runtime.application_package);
    view.optional("sdk version", runtime.common.sdk_version);
    view.optional("os version", runtime.os_version);
    view.optional(
        "manufacturer",
        runtime.manufacturer.or(runtime.device_manufacturer),
    );
    view.optional("model", runtime.model.or(runtime.device_model));
    let names = [runtime.locale_language, runtime.locale_country];
    if names.iter().any(Option::is_some) {
        view.field("locale", list(names.into_iter().flatten()));
    }
    let address = runtime.common.client_ip_address;
    view.optional(
        "client address",
        address.map(|address| view.identity(address)),
    );
    let status = runtime.att_authorization_status;
    view.optional("tracking", status.map(|status| status.as_str()));
    if runtime.common.is_debug {
        view.field("debug mode", true);
    }
}

fn consent(view: &mut View<'_>, consent: Option<&ConsentState<'_>>) {
    let Some(state) = consent else { return };
    view.section("consent");
    let row = |law: &'static str, (purpose, consent): &(&str, Consent<'_>)| {
        vec![
            law.to_owned(),
            shown(purpose),
            decision(law == CCPA, consent.consented).to_owned(),
            consent
                .timestamp_unixtime_ms
                .map_or_else(String::new, |t| time(t).to_string()),
            shown(consent.document.unwrap_or_default()),
        ]
    };
    let gdpr = state.gdpr_consent_state.iter();
    let ccpa = state.ccpa_consent_state.iter();
    let rows = gdpr.map(|record| row(GDPR, record));
    let header = ["law", "purpose", "decision", "time", "document"];
    view.table(&header, rows.chain(ccpa.map(|record| row(CCPA, record))));
}

pub(super) const GDPR: &str = "GDPR";
pub(super) const CCPA: &str = "CCPA";

/// The user's decision. In a CCPA record `consented` means the opposite (section 5.7).
pub(super) fn decision(ccpa: bool, consented: bool) -> &'static str {
    match (ccpa, consented) {
        (false, true) => "consented",
        (false, false) => "refused",
        (true, true) => "opted out",
        (true, false) => "not opted out",
    }
}

fn notifications(view: &mut View<'_>, notifications: &[SystemNotification<'_>]) {
    if notifications.is_empty() {
        return;
    }
    view.section("system notifications");
    let state = |ccpa, consent: Option<Consent<'_>>| match consent {
        Some(consent) => decision(ccpa, consent.consented).to_owned(),
        None => "none".to_owned(),
    };
    let row = |(index, notification): (usize, &SystemNotification<'_>)| {
        let (purpose, before, after) = match notification {
            SystemNotification::GdprConsentState(change) => (
                change.purpose.unwrap_or_default(),
                state(false, change.old_gdpr_consent_state),
                state(false, change.new_gdpr_consent_state),
            ),
            SystemNotification::CcpaConsentState(change) => (
                change.purpose.0,
                state(true, change.old_ccpa_consent_state),
                state(true, change.new_ccpa_consent_state),
            ),
            // Unknown values, and those that only a later version of the library knows.
            _ => ("", String::new(), String::new()),
        };
        let kind = shown(notification.kind().as_str());
        vec![index.to_string(), kind, shown(purpose), before, after]
    };
    let header = ["#", "type", "purpose", "before", "after"];
    view.table(&header, notifications.iter().enumerate().map(row));
}
