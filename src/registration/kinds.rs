//! The kinds of processing that a module can request: events, audiences and erasure (sections 7.4
//! to 7.6, 7.8).

use super::description::UnknownMember;
use super::list::{SettingList, setting_methods};
use super::{Oauth2, Str};
use crate::message::{BulkConfiguration, EventType, RuntimeType, SystemNotificationType};

/// How the customer authorizes the module.
#[derive(Clone, Debug)]
pub(super) enum Authentication {
    Oauth2(Oauth2),
    Unknown(UnknownMember),
}

/// The options of events: see [`Registration::events_with`](super::Registration::events_with).
#[derive(Clone, Debug)]
#[must_use]
pub struct EventRegistration {
    pub(super) account_settings: SettingList,
    pub(super) connection_settings: SettingList,
    pub(super) types: Vec<Str>,
    /// `None` means all known ones.
    pub(super) runtimes: Option<Vec<Str>>,
    /// `None` means all known ones with the permission for the consent state, and none without it.
    pub(super) notifications: Option<Vec<Str>>,
    pub(super) max_data_age_hours: i32,
    pub(super) push_provider: Option<Str>,
    pub(super) authentication: Option<Authentication>,
}

impl Default for EventRegistration {
    fn default() -> Self {
        Self {
            account_settings: SettingList::default(),
            connection_settings: SettingList::default(),
            types: Vec::new(),
            runtimes: None,
            notifications: None,
            max_data_age_hours: 24,
            push_provider: None,
            authentication: None,
        }
    }
}

impl EventRegistration {
    setting_methods! {
        /// Adds a setting of the account that is used only for events.
        account_setting,
        /// Adds the settings of the account that `T` describes and that are used only for events.
        account_settings,
        account_settings
    }

    setting_methods! {
        /// Adds a setting per connection. Messages contain its value among those of the account
        /// (D22).
        connection_setting,
        /// Adds the settings per connection that `T` describes. Messages contain their values among
        /// those of the account (D22).
        connection_settings,
        connection_settings
    }

    /// Requests only events from these platforms. The default is all platforms that this version
    /// knows.
    pub fn runtimes(mut self, runtimes: impl IntoIterator<Item = RuntimeType<'static>>) -> Self {
        self.runtimes = Some(
            runtimes
                .into_iter()
                .map(|one| one.as_str().into())
                .collect(),
        );
        self
    }

    /// Requests only these notifications. The default is all that this version knows if the module
    /// requests the consent state, and none otherwise (rule 23 of section 12).
    pub fn notifications(
        mut self,
        notifications: impl IntoIterator<Item = SystemNotificationType<'static>>,
    ) -> Self {
        let notifications = notifications.into_iter().map(|one| one.as_str().into());
        self.notifications = Some(notifications.collect());
        self
    }

    /// Requests data that is at most this many hours old. The default is 24.
    pub fn max_data_age_hours(mut self, hours: u16) -> Self {
        self.max_data_age_hours = i32::from(hours);
        self
    }

    /// Requests data of any age.
    pub fn any_age(mut self) -> Self {
        self.max_data_age_hours = -1;
        self
    }

    /// Sets the key that marks a push message as sent by this module in its payload. Receipts of
    /// other messages are not delivered (rule 11 of section 12).
    pub fn push_provider(mut self, key: impl Into<Str>) -> Self {
        self.push_provider = Some(key.into());
        self
    }

    /// Makes customers authorize the module by OAuth 2.
    pub fn oauth2(mut self, oauth2: Oauth2) -> Self {
        self.authentication = Some(Authentication::Oauth2(oauth2));
        self
    }

    pub(super) fn add_types(&mut self, types: impl IntoIterator<Item = EventType<'static>>) {
        for event_type in types {
            let name = event_type.as_str();
            if !self.types.iter().any(|known| known == name) {
                self.types.push(name.into());
            }
        }
    }

    pub(super) fn types(&self) -> impl Iterator<Item = EventType<'_>> {
        self.types.iter().map(|name| EventType::from(&**name))
    }
}

/// The options of audiences: see [`Registration::audiences`](super::Registration::audiences).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct AudienceRegistration {
    pub(super) account_settings: SettingList,
    pub(super) subscription_settings: SettingList,
    pub(super) authentication: Option<Authentication>,
    pub(super) bulk: Option<BulkConfiguration>,
}

impl AudienceRegistration {
    setting_methods! {
        /// Adds a setting of the account that is used only for audiences.
        account_setting,
        /// Adds the settings of the account that `T` describes and that are used only for
        /// audiences.
        account_settings,
        account_settings
    }

    setting_methods! {
        /// Adds a setting per connected audience. The customer fills it in; if it is
        /// [invisible](super::Text::invisible), the module sets its value in the response to the
        /// subscription (rule 18 of section 12).
        subscription_setting,
        /// Adds the settings per connected audience that `T` describes.
        subscription_settings,
        subscription_settings
    }

    /// Makes customers authorize the module by OAuth 2.
    pub fn oauth2(mut self, oauth2: Oauth2) -> Self {
        self.authentication = Some(Authentication::Oauth2(oauth2));
        self
    }

    /// Makes the sender deliver changes in bulk when this many messages are waiting. Its default is
    /// 2000 (rule 19 of section 12).
    pub fn bulk_messages(mut self, messages: u32) -> Self {
        let bulk = self.bulk.get_or_insert(BulkConfiguration::EMPTY);
        bulk.bulk_forward_wait_for_messages = Some(saturated(messages));
        self
    }

    /// Makes the sender deliver changes in bulk when this many minutes have passed. Its default is
    /// 720 (rule 19 of section 12).
    pub fn bulk_minutes(mut self, minutes: u32) -> Self {
        let bulk = self.bulk.get_or_insert(BulkConfiguration::EMPTY);
        bulk.bulk_forward_wait_in_minutes = Some(saturated(minutes));
        self
    }
}

fn saturated(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// The options of data subject requests: see
/// [`Registration::erasure_with`](super::Registration::erasure_with). The protocol has no
/// authentication for them.
#[derive(Clone, Debug)]
#[must_use]
pub struct ErasureRegistration {
    pub(super) account_settings: SettingList,
    pub(super) types: Vec<Str>,
    pub(super) domain: Option<Str>,
}

impl Default for ErasureRegistration {
    fn default() -> Self {
        Self {
            account_settings: SettingList::default(),
            types: vec![Str::Borrowed("erasure")],
            domain: None,
        }
    }
}

impl ErasureRegistration {
    setting_methods! {
        /// Adds a setting of the account that is used only for data subject requests.
        account_setting,
        /// Adds the settings of the account that `T` describes and that are used only for data
        /// subject requests.
        account_settings,
        account_settings
    }
}
