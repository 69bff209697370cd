//! Converts the borrowed message into an owned registration, to load one that was published as
//! JSON.

use super::description::{Kind, Label, UnknownMember};
use super::kinds::Authentication;
use super::list::SettingList;
use super::oauth2::Scope;
use super::permissions::{Identities, IdentityPermission, Permissions, allowed};
use super::{
    AudienceRegistration, Boolean, ErasureRegistration, EventRegistration, Float, Integer, Oauth2,
    Registration, SettingDescription, Str, Text,
};
use crate::message::{self, *};

/// Copies everything except the common fields. Each setting belongs to the kind of processing for
/// which it was registered.
///
/// ```
/// use hydrant::message::{Message, MessageCommon};
/// use hydrant::registration::Registration;
/// use hydrant::{ParseOptions, Scratch, parse};
///
/// let body = br#"{"type":"module_registration_response","name":"Acme","version":"1.0"}"#;
/// let mut scratch = Scratch::new();
/// let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
/// let Message::ModuleRegistrationResponse(response) = parsed.message else {
///     panic!("another message")
/// };
/// assert_eq!(Registration::from(response).to_json(MessageCommon::default()), body);
/// # Ok::<(), hydrant::Error>(())
/// ```
impl From<&ModuleRegistrationResponse<'_>> for Registration {
    fn from(response: &ModuleRegistrationResponse<'_>) -> Self {
        Self {
            name: text(response.name),
            version: text(response.version),
            description: text(response.description),
            sdk_version: text(response.sdk_version),
            permissions: response.permissions.as_ref().map(permissions),
            account_settings: SettingList::default(),
            events: response.event_processing_registration.as_ref().map(events),
            audiences: response
                .audience_processing_registration
                .as_ref()
                .map(audiences),
            erasure: response.dsr_processing_registration.as_ref().map(erasure),
        }
    }
}

fn text(text: Option<&str>) -> Option<Str> {
    text.map(|text| text.to_owned().into())
}

/// Collects the texts of enumeration values.
macro_rules! names {
    ($values:expr) => {
        $values
            .iter()
            .map(|value| value.as_str().to_owned().into())
            .collect()
    };
}

macro_rules! identities {
    ($permissions:expr, |$it:ident| $identity_type:expr) => {
        Identities(
            $permissions
                .iter()
                .map(|$it| IdentityPermission {
                    identity_type: $identity_type.to_owned().into(),
                    encoding: $it.encoding.as_str().to_owned().into(),
                    required: $it.required,
                })
                .collect(),
        )
    };
}

fn permissions(permissions: &message::Permissions<'_>) -> Permissions {
    Permissions {
        users: identities!(permissions.user_identities, |it| it.identity_type.as_str()),
        devices: identities!(permissions.device_identities, |it| it
            .identity_type
            .as_str()),
        partners: identities!(permissions.partner_identities, |it| it.identity_type),
        allowed: allowed(permissions),
    }
}

fn events(events: &EventProcessingRegistration<'_>) -> EventRegistration {
    EventRegistration {
        account_settings: settings(events.account_settings),
        connection_settings: settings(events.event_connection_settings),
        types: names!(events.supported_event_types),
        runtimes: Some(names!(events.supported_runtime_environments)),
        notifications: Some(names!(events.supported_system_notification_types)),
        max_data_age_hours: events.max_data_age_hours,
        push_provider: text(events.push_messaging_provider_id),
        authentication: events.authentication.as_ref().map(authentication),
    }
}

fn audiences(audiences: &AudienceProcessingRegistration<'_>) -> AudienceRegistration {
    AudienceRegistration {
        account_settings: settings(audiences.account_settings),
        subscription_settings: settings(audiences.audience_subscription_settings),
        authentication: audiences.authentication.as_ref().map(authentication),
        bulk: audiences.bulk_configuration,
    }
}

fn erasure(requests: &DsrProcessingRegistration<'_>) -> ErasureRegistration {
    ErasureRegistration {
        account_settings: settings(requests.account_settings),
        types: names!(requests.supported_dsr_types),
        domain: text(requests.domain),
    }
}

fn settings(settings: &[Setting<'_>]) -> SettingList {
    SettingList {
        settings: settings.iter().map(SettingDescription::from).collect(),
        readers: Vec::new(),
    }
}

impl From<&Setting<'_>> for SettingDescription {
    fn from(setting: &Setting<'_>) -> Self {
        Self(match setting {
            Setting::Text(it) => Kind::Text(Text {
                label: label(&it.common),
                default: text(it.default_value),
                required: it.required,
                confidential: it.confidential,
            }),
            Setting::Integer(it) => Kind::Integer(Integer {
                label: label(&it.common),
                default: it.default_value,
                min: it.min_value,
                max: it.max_value,
                required: it.required,
            }),
            Setting::Float(it) => Kind::Float(Float {
                label: label(&it.common),
                default: it.default_value,
                min: it.min_value,
                max: it.max_value,
                required: it.required,
            }),
            Setting::Boolean(it) => Kind::Boolean(Boolean {
                label: label(&it.common),
                default: it.default_value,
                checked: it.checked,
            }),
            Setting::Unknown(it) => Kind::Unknown(unknown(it)),
        })
    }
}

fn label(common: &SettingCommon<'_>) -> Label {
    Label {
        id: text(common.id),
        name: text(common.name),
        description: text(common.description),
        visible: common.visible,
    }
}

fn unknown(member: &Unknown<'_>) -> UnknownMember {
    UnknownMember {
        type_name: member.type_name.to_owned(),
        raw: member.raw.to_owned(),
    }
}

fn authentication(authentication: &message::Authentication<'_>) -> Authentication {
    match authentication {
        message::Authentication::Oauth2(it) => Authentication::Oauth2(oauth2(it)),
        message::Authentication::Unknown(it) => Authentication::Unknown(unknown(it)),
    }
}

fn oauth2(oauth2: &Oauth2Authentication<'_>) -> Oauth2 {
    let scopes = oauth2.scopes.iter().map(|scope| Scope {
        name: text(scope.name),
        description: text(scope.description),
    });
    Oauth2 {
        authorization_url: text(oauth2.authorization_url),
        refresh_url: text(oauth2.refresh_url),
        token_url: text(oauth2.token_url),
        grant_type: text(oauth2.grant_type.map(|it| it.as_str())),
        default_expires_in: oauth2.default_expires_in,
        client_id: text(oauth2.client_id),
        access_token_type: text(oauth2.access_token_type.map(|it| it.as_str())),
        custom_header_name: text(oauth2.custom_header_name),
        param_client_id_name: text(oauth2.param_client_id_name),
        param_secret_name: text(oauth2.param_secret_name),
        scopes: scopes.collect(),
    }
}
