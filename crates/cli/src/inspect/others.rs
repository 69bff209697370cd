//! The output of `inspect` for registrations, audience messages and data subject requests.

use super::batch::{account, device_identities, partner_identities, user_identities};
use super::view::{View, list, shown};
use hydrant::message::*;

pub(super) fn registration(view: &mut View<'_>, message: &ModuleRegistrationResponse<'_>) {
    view.title(
        MessageType::ModuleRegistrationResponse.as_str(),
        &message.common,
    );
    view.optional("name", message.name);
    view.optional("version", message.version);
    view.optional("sdk version", message.sdk_version);
    view.optional("description", message.description);
    permissions(view, message.permissions.as_ref());
    if let Some(events) = &message.event_processing_registration {
        view.section("events");
        view.field("event types", list(events.supported_event_types));
        view.field("environments", list(events.supported_runtime_environments));
        let notifications = events.supported_system_notification_types;
        view.field("notifications", list(notifications));
        view.field("data age in hours", events.max_data_age_hours);
        view.optional("push provider", events.push_messaging_provider_id);
        authentication(view, events.authentication.as_ref());
        settings(view, "account settings for events", events.account_settings);
        settings(
            view,
            "connection settings for events",
            events.event_connection_settings,
        );
    }
    if let Some(audiences) = &message.audience_processing_registration {
        view.section("audiences");
        if let Some(bulk) = &audiences.bulk_configuration {
            view.optional("bulk messages", bulk.bulk_forward_wait_for_messages);
            view.optional("bulk minutes", bulk.bulk_forward_wait_in_minutes);
        }
        authentication(view, audiences.authentication.as_ref());
        settings(
            view,
            "account settings for audiences",
            audiences.account_settings,
        );
        let subscription = audiences.audience_subscription_settings;
        settings(view, "subscription settings for audiences", subscription);
    }
    if let Some(requests) = &message.dsr_processing_registration {
        view.section("data subject requests");
        view.field("types", list(requests.supported_dsr_types));
        view.optional("domain", requests.domain);
        settings(
            view,
            "account settings for requests",
            requests.account_settings,
        );
    }
}

fn permissions(view: &mut View<'_>, permissions: Option<&Permissions<'_>>) {
    let Some(wanted) = permissions else { return };
    view.section("permissions");
    let named = |name: &str, required: bool| match required {
        true => format!("{name} (required)"),
        false => name.to_owned(),
    };
    let users = wanted.user_identities.iter();
    view.field(
        "user identities",
        list(users.map(|wish| named(wish.identity_type.as_str(), wish.required))),
    );
    let devices = wanted.device_identities.iter();
    view.field(
        "device identities",
        list(devices.map(|wish| named(wish.identity_type.as_str(), wish.required))),
    );
    let partners = wanted.partner_identities.iter();
    view.field(
        "partner identities",
        list(partners.map(|wish| named(wish.identity_type, wish.required))),
    );
    let allowed = [
        ("location", wanted.allow_access_location),
        ("IP address", wanted.allow_access_ip_address),
        (
            "application stamp",
            wanted.allow_access_device_application_stamp,
        ),
        ("device information", wanted.allow_device_info),
        ("user attributes", wanted.allow_user_attributes),
        ("consent", wanted.allow_consent_state),
        (
            "audience user attributes",
            wanted.allow_audience_user_attributes,
        ),
        ("user agent", wanted.allow_access_http_user_agent),
        ("mpid", wanted.allow_access_mpid),
        ("platform fields", wanted.allow_platform_fields),
        ("eventless batches", wanted.allow_eventless_batches),
    ];
    let names = allowed.into_iter().filter(|(_, allowed)| *allowed);
    view.field("access to", list(names.map(|(name, _)| name)));
}

fn authentication(view: &mut View<'_>, authentication: Option<&Authentication<'_>>) {
    let Some(authentication) = authentication else {
        return;
    };
    view.field("authentication", authentication.kind());
    if let Authentication::Oauth2(oauth) = authentication {
        view.optional("  authorization", oauth.authorization_url);
        view.optional("  token", oauth.token_url);
        view.optional("  refresh", oauth.refresh_url);
        view.optional("  grant", oauth.grant_type);
        let scopes = oauth.scopes.iter().filter_map(|scope| scope.name);
        view.field("  scopes", list(scopes));
    }
}

/// The settings that the customer is asked for; initial values are not shown.
fn settings(view: &mut View<'_>, name: &str, settings: &[Setting<'_>]) {
    if settings.is_empty() {
        return;
    }
    view.section(name);
    let row = |setting: &Setting<'_>| {
        let (common, required, confidential) = match setting {
            Setting::Text(setting) => (setting.common, setting.required, setting.confidential),
            Setting::Integer(setting) => (setting.common, setting.required, false),
            Setting::Float(setting) => (setting.common, setting.required, false),
            Setting::Boolean(setting) => (setting.common, false, false),
            // Unknown settings, and those that only a later version of the library knows.
            _ => (SettingCommon::default(), false, false),
        };
        let flags = [
            ("required", required),
            ("confidential", confidential),
            ("invisible", !common.visible),
        ];
        let flags = flags.into_iter().filter(|(_, set)| *set);
        vec![
            shown(common.id.unwrap_or_default()),
            shown(setting.kind().as_str()),
            shown(common.name.unwrap_or_default()),
            list(flags.map(|(flag, _)| flag)),
        ]
    };
    view.table(&["id", "type", "name", "flags"], settings.iter().map(row));
}

pub(super) fn subscription(view: &mut View<'_>, message: &AudienceSubscriptionRequest<'_>) {
    view.title(
        MessageType::AudienceSubscriptionRequest.as_str(),
        &message.common,
    );
    view.optional("action", message.action);
    view.field("audience", message.audience_id);
    view.optional("name", message.audience_name);
    view.optional("description", message.audience_description);
    view.settings("settings", &message.audience_subscription_settings);
    let previous = message.previous_audience_subscription_settings;
    view.settings("previous settings", &previous);
    account(view, message.account.as_ref());
}

pub(super) fn membership(view: &mut View<'_>, message: &AudienceMembershipChangeRequest<'_>) {
    let kind = MessageType::AudienceMembershipChangeRequest;
    view.title(kind.as_str(), &message.common);
    if message.user_profiles.is_empty() {
        view.field("heartbeat", "only checks the connection");
    }
    account(view, message.account.as_ref());
    for (index, profile) in message.user_profiles.iter().enumerate() {
        view.section(&format!("user {index}"));
        view.optional("mpid", profile.mpid.map(|mpid| view.identity(mpid)));
        user_identities(view, profile.user_identities);
        partner_identities(view, profile.partner_identities);
        device_identities(view, profile.device_identities);
        let row = |audience: &Audience<'_>| {
            let attributes = audience.user_attributes.iter().map(|change| {
                let action = change.action.map_or("?", |action| action.as_str());
                format!("{action} {}", change.key.unwrap_or("?"))
            });
            vec![
                audience.audience_id.to_string(),
                audience
                    .action
                    .map_or_else(String::new, |action| shown(action.as_str())),
                shown(audience.audience_name.unwrap_or_default()),
                shown(&list(attributes)),
            ]
        };
        if !profile.audiences.is_empty() {
            let header = ["audience", "action", "name", "attributes"];
            view.table(&header, profile.audiences.iter().map(row));
        }
    }
}

pub(super) fn data_subject_request(view: &mut View<'_>, message: &DsrProcessingRequest<'_>) {
    view.title(MessageType::DsrProcessingRequest.as_str(), &message.common);
    view.optional("request", message.subject_request_id);
    view.optional("request type", message.subject_request_type);
    view.optional("regulation", message.regulation);
    view.optional("submitted", message.submitted_time);
    view.optional("api version", message.api_version);
    if message.extensions.is_some() {
        view.field("extensions", "there are some");
    }
    account(view, message.account.as_ref());
    if !message.subject_identities.is_empty() {
        view.section("identities");
        for (identity_type, identity) in &message.subject_identities {
            let name = view.identity_word(identity_type.as_str(), identity_type.is_known());
            let encoding = identity.encoding.map_or("?".to_owned(), |encoding| {
                view.identity_word(encoding.as_str(), encoding.is_known())
            });
            let value = view.identity(identity.value.unwrap_or_default());
            view.field(&name, format_args!("{encoding}  {value}"));
        }
    }
}
