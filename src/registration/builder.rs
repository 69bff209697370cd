//! [`Registration`].

use super::list::{SettingList, setting_methods};
use super::permissions::Permissions;
use super::{
    AudienceRegistration, ErasureRegistration, EventRegistration, SettingDescription, Str,
};
use crate::message::{
    DeviceIdentityType, EventType, FIREHOSE_VERSION, IdentityEncoding, Interests, UserIdentityType,
};

/// What a module is and asks for: the content of a
/// [`ModuleRegistrationResponse`](crate::message::ModuleRegistrationResponse), owned. `Debug` does not show default
/// values of texts.
///
/// A new one asks for nothing. Events, audiences and data subject requests are asked for separately: see the
/// [module](super) for an example. The methods accept any text; [`Engine::check`](crate::Engine::check) finds what the
/// rules of section 12 refuse.
#[derive(Clone, Debug)]
#[must_use]
pub struct Registration {
    pub(super) name: Option<Str>,
    pub(super) version: Option<Str>,
    pub(super) description: Option<Str>,
    pub(super) sdk_version: Option<Str>,
    pub(super) permissions: Option<Permissions>,
    pub(super) account_settings: SettingList,
    pub(super) events: Option<EventRegistration>,
    pub(super) audiences: Option<AudienceRegistration>,
    pub(super) erasure: Option<ErasureRegistration>,
}

impl Registration {
    /// A module with this display name and version.
    pub fn new(name: impl Into<Str>, version: impl Into<Str>) -> Self {
        Self {
            name: Some(name.into()),
            version: Some(version.into()),
            description: None,
            sdk_version: Some(Str::Borrowed(FIREHOSE_VERSION)),
            permissions: None,
            account_settings: SettingList::default(),
            events: None,
            audiences: None,
            erasure: None,
        }
    }

    /// A text for the directory of integrations, with less than 230 characters (rule 2 of section 12).
    pub fn description(mut self, description: impl Into<Str>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Asks for a user identity, in this encoding.
    pub fn user_identity(
        mut self,
        identity_type: UserIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let users = &mut self.permissions().users;
        users.add(identity_type.as_str(), encoding, false);
        self
    }

    /// Asks for a user identity and only for users who have it, or another of the identities that are asked for as
    /// required (rule 6 of section 12).
    pub fn required_user_identity(
        mut self,
        identity_type: UserIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let users = &mut self.permissions().users;
        users.add(identity_type.as_str(), encoding, true);
        self
    }

    /// Asks for a device identity, in this encoding.
    pub fn device_identity(
        mut self,
        identity_type: DeviceIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let devices = &mut self.permissions().devices;
        devices.add(identity_type.as_str(), encoding, false);
        self
    }

    /// Asks for a device identity and only for users who have it, or another of the identities that are asked for as
    /// required (rule 6 of section 12).
    pub fn required_device_identity(
        mut self,
        identity_type: DeviceIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let devices = &mut self.permissions().devices;
        devices.add(identity_type.as_str(), encoding, true);
        self
    }

    /// Asks for the partner identity of this name, of which there is at most one: `PartnerName_IdentityName`, or
    /// `$cookie_sync_id`. Once registered, the name cannot be changed (rules 4, 5 and 7 of section 12).
    pub fn partner_identity(
        mut self,
        name: impl Into<Str>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        self.permissions().partners.add(name, encoding, false);
        self
    }

    /// Asks for a partner identity and only for users who have it, or another of the identities that are asked for as
    /// required (rule 6 of section 12).
    pub fn required_partner_identity(
        mut self,
        name: impl Into<Str>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        self.permissions().partners.add(name, encoding, true);
        self
    }

    setting_methods! {
        /// Adds a setting of the account, for every kind of processing that is asked for (rule 17 of section 12).
        account_setting,
        /// Adds the settings that `T` describes, for every kind of processing that is asked for, and compares the
        /// description with what `T` reads.
        account_settings,
        account_settings
    }

    /// Asks for events of these types, from all platforms. [`events_with`](Self::events_with) has more options.
    pub fn events(self, types: impl IntoIterator<Item = EventType<'static>>) -> Self {
        self.events_with(types, |events| events)
    }

    /// Asks for events of these types. Called again, it adds to what was there.
    ///
    /// ```
    /// use hydrant::message::{EventType, RuntimeType};
    /// use hydrant::registration::Registration;
    ///
    /// Registration::new("Acme", "1.0").events_with([EventType::PushMessageReceipt], |events| {
    ///     events.runtimes([RuntimeType::Android, RuntimeType::Ios]).push_provider("com.acme").max_data_age_hours(72)
    /// });
    /// ```
    pub fn events_with(
        mut self,
        types: impl IntoIterator<Item = EventType<'static>>,
        options: impl FnOnce(EventRegistration) -> EventRegistration,
    ) -> Self {
        let mut events = self.events.take().unwrap_or_default();
        events.add_types(types);
        self.events = Some(options(events));
        self
    }

    /// Asks for audiences. Called again, it adds to what was there.
    ///
    /// ```
    /// use hydrant::registration::{Registration, Text};
    ///
    /// Registration::new("Acme", "1.0")
    ///     .audiences(|audiences| audiences.subscription_setting(Text::new("list_id", "List").invisible()));
    /// ```
    pub fn audiences(
        mut self,
        options: impl FnOnce(AudienceRegistration) -> AudienceRegistration,
    ) -> Self {
        self.audiences = Some(options(self.audiences.take().unwrap_or_default()));
        self
    }

    /// Asks for requests to erase the data of a person, with this domain for callbacks.
    pub fn erasure(self, domain: impl Into<Str>) -> Self {
        self.erasure_with(domain, |erasure| erasure)
    }

    /// Asks for requests to erase the data of a person, with settings that only these need.
    ///
    /// ```
    /// use hydrant::registration::{Registration, Text};
    ///
    /// Registration::new("Acme", "1.0").erasure_with("dsr.acme.example", |erasure| {
    ///     erasure.account_setting(Text::new("privacy_key", "Privacy key").required().confidential())
    /// });
    /// ```
    pub fn erasure_with(
        mut self,
        domain: impl Into<Str>,
        options: impl FnOnce(ErasureRegistration) -> ErasureRegistration,
    ) -> Self {
        let mut erasure = self.erasure.take().unwrap_or_default();
        erasure.domain = Some(domain.into());
        self.erasure = Some(options(erasure));
        self
    }

    /// The event types to decode: those that are asked for, or all if there are none.
    pub(crate) fn interests(&self) -> Interests {
        let types = self.events.iter().flat_map(EventRegistration::types);
        let wanted = types.fold(Interests::none(), Interests::with);
        if wanted == Interests::none() {
            Interests::all()
        } else {
            wanted
        }
    }

    /// Whether event types are asked for by name.
    pub(crate) fn lists_events(&self) -> bool {
        let mut events = self.events.iter();
        events.any(|events| events.types().next().is_some())
    }

    /// Whether notifications are asked for by name.
    pub(crate) fn lists_notifications(&self) -> bool {
        let mut events = self.events.iter();
        events.any(|events| {
            events
                .notifications
                .as_ref()
                .is_some_and(|it| !it.is_empty())
        })
    }

    /// Whether the reply to a subscription may hold this setting.
    pub(crate) fn has_subscription_setting(&self, id: &str) -> bool {
        let audiences = self.audiences.as_ref();
        audiences.is_some_and(|it| it.subscription_settings.get(id).is_some())
    }

    /// Whether the customer can give a setting of membership changes a value, or one of other messages.
    pub(crate) fn customer_can_set(&self, id: &str, membership: bool) -> bool {
        let events = self.events.iter();
        let events = events.flat_map(|it| [&it.account_settings, &it.connection_settings]);
        let audiences = self.audiences.iter();
        let audiences = audiences.flat_map(|it| [&it.account_settings, &it.subscription_settings]);
        let erasure = self.erasure.iter().map(|it| &it.account_settings);
        let others = events.chain(erasure).filter(|_| !membership);
        let lists = [&self.account_settings].into_iter();
        let mut lists = lists.chain(audiences.filter(|_| membership)).chain(others);
        lists.any(|list| list.get(id).is_some_and(SettingDescription::is_visible))
    }

    pub(super) fn permissions(&mut self) -> &mut Permissions {
        self.permissions.get_or_insert_default()
    }
}
