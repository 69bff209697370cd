//! Builds the borrowed message from an owned registration.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::description::{Kind, Label, UnknownMember};
use super::kinds::Authentication;
use super::permissions::Permissions;
use super::{
    AudienceRegistration, ErasureRegistration, EventRegistration, Oauth2, Registration,
    SettingDescription,
};
use crate::message::{self, *};
use crate::write;

impl Registration {
    /// Canonical JSON of the response to a registration request, with these common fields. It can
    /// also be given to the operator of the platform.
    pub fn to_json(&self, common: MessageCommon<'_>) -> Vec<u8> {
        self.with_response(common, |response| {
            let mut json = Vec::new();
            write::message(&Message::ModuleRegistrationResponse(response), &mut json);
            json
        })
    }

    /// Calls `with` with the response that has these common fields.
    pub(crate) fn with_response<R>(
        &self,
        common: MessageCommon<'_>,
        with: impl FnOnce(&ModuleRegistrationResponse<'_>) -> R,
    ) -> R {
        let arena = Bump::new();
        with(&self.build(&arena, common))
    }

    fn build<'a>(
        &'a self,
        arena: &'a Bump,
        common: MessageCommon<'a>,
    ) -> ModuleRegistrationResponse<'a> {
        let permissions = self.permissions.as_ref();
        let consent = permissions.is_some_and(|it| it.allowed.allow_consent_state);
        let shared = &self.account_settings.settings;
        let events = self.events.as_ref();
        let audiences = self.audiences.as_ref();
        let erasure = self.erasure.as_ref();
        ModuleRegistrationResponse {
            common,
            sdk_version: self.sdk_version.as_deref(),
            name: self.name.as_deref(),
            description: self.description.as_deref(),
            version: self.version.as_deref(),
            permissions: permissions.map(|it| permissions_of(arena, it)),
            event_processing_registration: events.map(|it| events_of(arena, shared, it, consent)),
            audience_processing_registration: audiences.map(|it| audiences_of(arena, shared, it)),
            dsr_processing_registration: erasure.map(|it| erasure_of(arena, shared, it)),
        }
    }
}

fn list<T>(arena: &Bump, items: impl IntoIterator<Item = T>) -> &[T] {
    ArenaVec::from_iter_in(items, arena).into_bump_slice()
}

fn permissions_of<'a>(arena: &'a Bump, permissions: &'a Permissions) -> message::Permissions<'a> {
    let Permissions {
        users,
        devices,
        partners,
        allowed,
    } = permissions;
    message::Permissions {
        device_identities: list(
            arena,
            devices.0.iter().map(|it| DeviceIdentityPermission {
                identity_type: DeviceIdentityType::from(&*it.identity_type),
                encoding: IdentityEncoding::from(&*it.encoding),
                required: it.required,
            }),
        ),
        user_identities: list(
            arena,
            users.0.iter().map(|it| UserIdentityPermission {
                identity_type: UserIdentityType::from(&*it.identity_type),
                encoding: IdentityEncoding::from(&*it.encoding),
                required: it.required,
            }),
        ),
        partner_identities: list(
            arena,
            partners.0.iter().map(|it| PartnerIdentityPermission {
                identity_type: &it.identity_type,
                encoding: IdentityEncoding::from(&*it.encoding),
                required: it.required,
            }),
        ),
        ..*allowed
    }
}

fn events_of<'a>(
    arena: &'a Bump,
    shared: &'a [SettingDescription],
    events: &'a EventRegistration,
    consent: bool,
) -> EventProcessingRegistration<'a> {
    let runtimes = match &events.runtimes {
        Some(named) => list(arena, named.iter().map(|it| RuntimeType::from(&**it))),
        None => RuntimeType::ALL,
    };
    let notifications = match &events.notifications {
        Some(named) => {
            let named = named.iter().map(|it| SystemNotificationType::from(&**it));
            list(arena, named)
        }
        None if consent => SystemNotificationType::ALL,
        None => &[],
    };
    EventProcessingRegistration {
        account_settings: settings(arena, shared, &events.account_settings.settings),
        event_connection_settings: settings(arena, &[], &events.connection_settings.settings),
        supported_event_types: list(arena, events.types()),
        supported_runtime_environments: runtimes,
        supported_system_notification_types: notifications,
        max_data_age_hours: events.max_data_age_hours,
        push_messaging_provider_id: events.push_provider.as_deref(),
        authentication: authentication(arena, events.authentication.as_ref()),
    }
}

fn audiences_of<'a>(
    arena: &'a Bump,
    shared: &'a [SettingDescription],
    audiences: &'a AudienceRegistration,
) -> AudienceProcessingRegistration<'a> {
    let subscription_settings = &audiences.subscription_settings.settings;
    AudienceProcessingRegistration {
        account_settings: settings(arena, shared, &audiences.account_settings.settings),
        authentication: authentication(arena, audiences.authentication.as_ref()),
        bulk_configuration: audiences.bulk,
        audience_subscription_settings: settings(arena, &[], subscription_settings),
    }
}

fn erasure_of<'a>(
    arena: &'a Bump,
    shared: &'a [SettingDescription],
    erasure: &'a ErasureRegistration,
) -> DsrProcessingRegistration<'a> {
    let types = erasure.types.iter().map(|it| DsrRequestType::from(&**it));
    DsrProcessingRegistration {
        account_settings: settings(arena, shared, &erasure.account_settings.settings),
        supported_dsr_types: list(arena, types),
        domain: erasure.domain.as_deref(),
    }
}

fn settings<'a>(
    arena: &'a Bump,
    shared: &'a [SettingDescription],
    own: &'a [SettingDescription],
) -> &'a [Setting<'a>] {
    let all = shared.iter().chain(own);
    list(arena, all.map(|description| setting(arena, description)))
}

fn setting<'a>(arena: &'a Bump, description: &'a SettingDescription) -> Setting<'a> {
    match &description.0 {
        Kind::Text(it) => Setting::Text(arena.alloc(TextSetting {
            common: label(&it.label),
            default_value: it.default.as_deref(),
            required: it.required,
            confidential: it.confidential,
        })),
        Kind::Integer(it) => Setting::Integer(arena.alloc(IntegerSetting {
            common: label(&it.label),
            default_value: it.default,
            min_value: it.min,
            max_value: it.max,
            required: it.required,
        })),
        Kind::Float(it) => Setting::Float(arena.alloc(FloatSetting {
            common: label(&it.label),
            default_value: it.default,
            min_value: it.min,
            max_value: it.max,
            required: it.required,
        })),
        Kind::Boolean(it) => Setting::Boolean(arena.alloc(BooleanSetting {
            common: label(&it.label),
            default_value: it.default,
            checked: it.checked,
        })),
        Kind::Unknown(it) => Setting::Unknown(arena.alloc(unknown(it))),
    }
}

fn label(label: &Label) -> SettingCommon<'_> {
    SettingCommon {
        id: label.id.as_deref(),
        name: label.name.as_deref(),
        description: label.description.as_deref(),
        visible: label.visible,
    }
}

fn unknown(member: &UnknownMember) -> Unknown<'_> {
    Unknown {
        type_name: &member.type_name,
        raw: &member.raw,
    }
}

fn authentication<'a>(
    arena: &'a Bump,
    authentication: Option<&'a Authentication>,
) -> Option<message::Authentication<'a>> {
    Some(match authentication? {
        Authentication::Oauth2(it) => {
            message::Authentication::Oauth2(arena.alloc(oauth2(arena, it)))
        }
        Authentication::Unknown(it) => message::Authentication::Unknown(arena.alloc(unknown(it))),
    })
}

fn oauth2<'a>(arena: &'a Bump, oauth2: &'a Oauth2) -> Oauth2Authentication<'a> {
    let scopes = oauth2.scopes.iter().map(|scope| ScopeDetail {
        name: scope.name.as_deref(),
        description: scope.description.as_deref(),
    });
    Oauth2Authentication {
        authorization_url: oauth2.authorization_url.as_deref(),
        refresh_url: oauth2.refresh_url.as_deref(),
        token_url: oauth2.token_url.as_deref(),
        grant_type: oauth2.grant_type.as_deref().map(GrantType::from),
        default_expires_in: oauth2.default_expires_in,
        client_id: oauth2.client_id.as_deref(),
        access_token_type: oauth2
            .access_token_type
            .as_deref()
            .map(AccessTokenType::from),
        custom_header_name: oauth2.custom_header_name.as_deref(),
        param_client_id_name: oauth2.param_client_id_name.as_deref(),
        param_secret_name: oauth2.param_secret_name.as_deref(),
        scopes: list(arena, scopes),
    }
}
