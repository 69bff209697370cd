//! The permissions that a module requests (sections 7.2, 7.3 and 13).

use super::{Registration, Str};
use crate::message::{self, IdentityEncoding};

/// The requested permissions.
#[derive(Clone, Debug, Default)]
pub(super) struct Permissions {
    pub(super) users: Identities,
    pub(super) devices: Identities,
    pub(super) partners: Identities,
    /// The other permissions. The lists in it are always empty.
    pub(super) allowed: message::Permissions<'static>,
}

/// The requested identities, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities(pub(super) Vec<IdentityPermission>);

#[derive(Clone, Debug)]
pub(super) struct IdentityPermission {
    pub(super) identity_type: Str,
    pub(super) encoding: Str,
    pub(super) required: bool,
}

impl Identities {
    pub(super) fn add(
        &mut self,
        identity_type: impl Into<Str>,
        encoding: IdentityEncoding<'static>,
        required: bool,
    ) {
        self.0.push(IdentityPermission {
            identity_type: identity_type.into(),
            encoding: encoding.as_str().into(),
            required,
        });
    }
}

macro_rules! allowed {
    ($($(#[$meta:meta])* $method:ident = $field:ident;)*) => {
        /// Boolean permissions (section 13).
        impl Registration {
            $(
                $(#[$meta])*
                pub fn $method(mut self) -> Self {
                    self.permissions().allowed.$field = true;
                    self
                }
            )*
        }

        /// Copies the boolean permissions.
        pub(super) fn allowed(given: &message::Permissions<'_>) -> message::Permissions<'static> {
            message::Permissions { $($field: given.$field,)* ..message::Permissions::EMPTY }
        }
    };
}

allowed! {
    /// Requests the location of events.
    location = allow_access_location;
    /// Requests the IP address of the client.
    ip_address = allow_access_ip_address;
    /// Requests the stamp that identifies an installation of the app.
    device_application_stamp = allow_access_device_application_stamp;
    /// Requests the device fields of the runtime environment.
    device_info = allow_device_info;
    /// Requests user attributes and their change events.
    user_attributes = allow_user_attributes;
    /// Requests the consent state, and consent notifications unless
    /// [`EventRegistration::notifications`](super::EventRegistration::notifications) says
    /// otherwise.
    consent_state = allow_consent_state;
    /// Requests the user attributes that customers share with audiences.
    audience_user_attributes = allow_audience_user_attributes;
    /// Requests the HTTP user agent.
    http_user_agent = allow_access_http_user_agent;
    /// Requests the identifier of the user profile.
    mpid = allow_access_mpid;
    /// Requests account, workspace, input, application and data plan of batches.
    platform_fields = allow_platform_fields;
    /// Requests batches with neither events nor notifications: changes of attributes and
    /// identities.
    eventless_batches = allow_eventless_batches;
}
