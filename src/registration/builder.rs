//! [`Registration`].

use super::list::{SettingList, setting_methods};
use super::permissions::Permissions;
use super::{
    AudienceRegistration, ErasureRegistration, EventRegistration, SettingDescription, Str,
};
use crate::message::{
    DeviceIdentityType, EventType, FIREHOSE_VERSION, IdentityEncoding, Interests, UserIdentityType,
};

/// The description of a module and of the data that it requests: the content of a
/// [`ModuleRegistrationResponse`](crate::message::ModuleRegistrationResponse) as an owned value.
/// `Debug` does not show default values of texts.
///
/// A new registration requests no data. Events, audiences and data subject requests are requested
/// separately: see the [module](super) for an example. The methods accept any text;
/// [`Engine::check`](crate::Engine::check) reports violations of the rules of section 12.
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
    /// Creates a registration with this display name and version of the module.
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

    /// Sets the description in the directory of integrations: less than 230 characters (rule 2 of
    /// section 12).
    pub fn description(mut self, description: impl Into<Str>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Requests a user identity in this encoding.
    pub fn user_identity(
        mut self,
        identity_type: UserIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let users = &mut self.permissions().users;
        users.add(identity_type.as_str(), encoding, false);
        self
    }

    /// Requests a user identity that is required: the module gets only data of users who have at
    /// least one of the required identities (rule 6 of section 12).
    pub fn required_user_identity(
        mut self,
        identity_type: UserIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let users = &mut self.permissions().users;
        users.add(identity_type.as_str(), encoding, true);
        self
    }

    /// Requests a device identity in this encoding.
    pub fn device_identity(
        mut self,
        identity_type: DeviceIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let devices = &mut self.permissions().devices;
        devices.add(identity_type.as_str(), encoding, false);
        self
    }

    /// Requests a device identity that is required: the module gets only data of users who have at
    /// least one of the required identities (rule 6 of section 12).
    pub fn required_device_identity(
        mut self,
        identity_type: DeviceIdentityType<'static>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        let devices = &mut self.permissions().devices;
        devices.add(identity_type.as_str(), encoding, true);
        self
    }

    /// Requests a partner identity. There can be only one. Its name is `PartnerName_IdentityName`
    /// or `$cookie_sync_id`, and cannot be changed after it is registered (rules 4, 5 and 7 of
    /// section 12).
    pub fn partner_identity(
        mut self,
        name: impl Into<Str>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        self.permissions().partners.add(name, encoding, false);
        self
    }

    /// Requests a partner identity that is required: the module gets only data of users who have at
    /// least one of the required identities (rule 6 of section 12).
    pub fn required_partner_identity(
        mut self,
        name: impl Into<Str>,
        encoding: IdentityEncoding<'static>,
    ) -> Self {
        self.permissions().partners.add(name, encoding, true);
        self
    }

    setting_methods! {
        /// Adds a setting of the account for all requested kinds of processing (rule 17 of section
        /// 12).
        account_setting,
        /// Adds the settings that `T` describes for all requested kinds of processing.
        /// [`Engine::check`](crate::Engine::check) compares them with the settings that `T` reads.
        account_settings,
        account_settings
    }

    /// Requests events of these types from all platforms. [`events_with`](Self::events_with) has
    /// more options.
    pub fn events(self, types: impl IntoIterator<Item = EventType<'static>>) -> Self {
        self.events_with(types, |events| events)
    }

    /// Requests events of these types. Another call adds to the types and options of the first one.
    ///
    /// ```
    /// use hydrant::message::{EventType, RuntimeType};
    /// use hydrant::registration::Registration;
    ///
    /// Registration::new("Acme", "1.0").events_with([EventType::PushMessageReceipt], |events| {
    ///     events
    ///         .runtimes([RuntimeType::Android, RuntimeType::Ios])
    ///         .push_provider("com.acme")
    ///         .max_data_age_hours(72)
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

    /// Requests audiences. Another call adds to the options of the first one.
    ///
    /// ```
    /// use hydrant::registration::{Registration, Text};
    ///
    /// Registration::new("Acme", "1.0")
    ///     .audiences(|audiences| {
    ///         audiences.subscription_setting(Text::new("list_id", "List").invisible())
    ///     });
    /// ```
    pub fn audiences(
        mut self,
        options: impl FnOnce(AudienceRegistration) -> AudienceRegistration,
    ) -> Self {
        self.audiences = Some(options(self.audiences.take().unwrap_or_default()));
        self
    }

    /// Requests erasure requests, with this domain for callbacks.
    pub fn erasure(self, domain: impl Into<Str>) -> Self {
        self.erasure_with(domain, |erasure| erasure)
    }

    /// Requests erasure requests, with this domain for callbacks and with further options.
    ///
    /// ```
    /// use hydrant::registration::{Registration, Text};
    ///
    /// Registration::new("Acme", "1.0").erasure_with("dsr.acme.example", |erasure| {
    ///     let key = Text::new("privacy_key", "Privacy key");
    ///     erasure.account_setting(key.required().confidential())
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

    /// The display name of the module; `None` only if a registration that was parsed has none.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The version of the module; `None` only if a registration that was parsed has none.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The event types to decode: those that are registered, or all if none are.
    pub(crate) fn interests(&self) -> Interests {
        let types = self.events.iter().flat_map(EventRegistration::types);
        let wanted = types.fold(Interests::none(), Interests::with);
        if wanted == Interests::none() {
            Interests::all()
        } else {
            wanted
        }
    }

    /// Whether event types are listed.
    pub(crate) fn lists_events(&self) -> bool {
        let mut events = self.events.iter();
        events.any(|events| events.types().next().is_some())
    }

    /// Whether notification types are listed.
    pub(crate) fn lists_notifications(&self) -> bool {
        let mut events = self.events.iter();
        events.any(|events| {
            events
                .notifications
                .as_ref()
                .is_some_and(|it| !it.is_empty())
        })
    }

    /// Whether the reply to a subscription may contain this setting.
    pub(crate) fn has_subscription_setting(&self, id: &str) -> bool {
        let audiences = self.audiences.as_ref();
        audiences.is_some_and(|it| it.subscription_settings.get(id).is_some())
    }

    /// Whether the customer can set the value of a setting that is sent with membership changes, or
    /// with other messages if `membership` is false.
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
