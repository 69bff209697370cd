//! What a handler may look at and do: the request, settings and identities by type, the deadline, and `emit`.

use std::ops::{Deref, DerefMut};

use super::records::Records;
use crate::message::{
    Account, Consent, DeviceIdentity, DeviceIdentityType, EventProcessingRequest, FromAttribute,
    IdentityEncoding, IdentityKey, PartnerIdentity, Runtime, UserIdentity, UserIdentityType, Uuid,
};
use crate::registration::{FromSetting, SettingError};
use crate::write::JsonWriter;

/// What the host knows of a call: the engine has no clock and no randomness of its own.
#[derive(Clone, Copy, Debug)]
pub struct Invocation {
    /// The time, in milliseconds since the epoch: the time stamp of the response.
    pub now_ms: i64,
    /// The identifier of the response if the request has none.
    pub fresh_id: Uuid,
    /// When the answer must be there.
    pub deadline: Option<std::time::Instant>,
}

impl Invocation {
    /// A call at this time, with this identifier to fall back on and no deadline.
    pub fn new(now_ms: i64, fresh_id: Uuid) -> Self {
        Self {
            now_ms,
            fresh_id,
            deadline: None,
        }
    }
}

/// The context of a message that is handled as a whole.
pub struct Context<'c, 'a> {
    account: Option<&'a Account<'a>>,
    invocation: &'c Invocation,
    records: &'c mut Records,
}

impl<'c, 'a> Context<'c, 'a> {
    pub(crate) fn new(
        account: Option<&'a Account<'a>>,
        invocation: &'c Invocation,
        records: &'c mut Records,
    ) -> Self {
        Self {
            account,
            invocation,
            records,
        }
    }

    /// The customer account.
    pub fn account(&self) -> Option<&'a Account<'a>> {
        self.account
    }

    /// What the host knows of this call: its time and identifier.
    pub fn invocation(&self) -> &'c Invocation {
        self.invocation
    }

    /// When the answer must be there.
    pub fn deadline(&self) -> Option<std::time::Instant> {
        self.invocation.deadline
    }

    /// The text of a setting, if it has a value. The empty text is one.
    pub fn setting_text(&self, id: &str) -> Option<&'a str> {
        self.account?.account_settings.get(id).copied()
    }

    /// The value of a setting that must be there: `setting::<bool>("x")`.
    ///
    /// # Errors
    ///
    /// If there is none or it is not of the type. The `?` of a handler makes that fatal for the event.
    pub fn setting<T: FromSetting<'a>>(&self, id: &str) -> Result<T, SettingError> {
        self.account.unwrap_or(&Account::EMPTY).setting(id)
    }

    /// The value of a setting, or a default if there is none.
    ///
    /// # Errors
    ///
    /// If there is a value that is not of the type.
    pub fn setting_or<T: FromSetting<'a>>(&self, id: &str, default: T) -> Result<T, SettingError> {
        self.account
            .unwrap_or(&Account::EMPTY)
            .setting_or(id, default)
    }

    /// Emits a record. Records of an event count only if its handler returns `Ok`.
    pub fn emit(&mut self, payload: &[u8]) {
        self.records.push(None, payload);
    }

    /// Emits a record with a key, for example the partition key of a topic.
    pub fn emit_keyed(&mut self, key: &[u8], payload: &[u8]) {
        self.records.push(Some(key), payload);
    }

    /// Emits a record that is one JSON object, whose fields `fields` writes.
    pub fn emit_json(&mut self, fields: impl FnOnce(&mut JsonWriter<'_>)) {
        self.records.push_json(None, fields);
    }

    /// Emits a record whose payload `write` appends to the buffer it is given, after whatever is there.
    pub fn emit_with(&mut self, key: Option<&[u8]>, write: impl FnOnce(&mut Vec<u8>)) {
        self.records.push_with(key, write);
    }

    pub(crate) fn records(&mut self) -> &mut Records {
        self.records
    }
}

/// The context of a batch, its notifications and its events. It dereferences to [`Context`].
pub struct EventContext<'c, 'a> {
    context: Context<'c, 'a>,
    request: &'a EventProcessingRequest<'a>,
    index: usize,
    suspend: &'c mut bool,
}

impl<'c, 'a> Deref for EventContext<'c, 'a> {
    type Target = Context<'c, 'a>;
    fn deref(&self) -> &Self::Target {
        &self.context
    }
}

impl DerefMut for EventContext<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.context
    }
}

/// An identity that was found. `Debug` does not show the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FoundIdentity<'a> {
    /// The identity, encoded.
    pub value: &'a str,
    /// How it is encoded.
    pub encoding: IdentityEncoding<'a>,
}

impl std::fmt::Debug for FoundIdentity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FoundIdentity")
            .field("value", &format_args!("[redacted]"))
            .field("encoding", &self.encoding)
            .finish()
    }
}

impl<'c, 'a> EventContext<'c, 'a> {
    pub(crate) fn new(
        request: &'a EventProcessingRequest<'a>,
        invocation: &'c Invocation,
        records: &'c mut Records,
        suspend: &'c mut bool,
    ) -> Self {
        let context = Context::new(request.account.as_ref(), invocation, records);
        Self {
            context,
            request,
            index: 0,
            suspend,
        }
    }

    /// An event is at hand: records stem from it.
    pub(crate) fn set_event(&mut self, index: usize) {
        self.index = index;
        self.records().set_event(Some(index));
    }

    /// A notification is at hand: records stem from no event.
    pub(crate) fn set_notification(&mut self, index: usize) {
        self.index = index;
        self.records().set_event(None);
    }

    /// The batch.
    pub fn request(&self) -> &'a EventProcessingRequest<'a> {
        self.request
    }

    /// The position of the event among the events, or of the notification among the notifications; zero in the hooks of
    /// the batch.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Asks the sender to stop this subscription until a user resumes it.
    pub fn suspend_subscription(&mut self) {
        *self.suspend = true;
    }

    /// The device and application, if the platform is known.
    pub fn runtime(&self) -> Option<&'a Runtime<'a>> {
        self.request.runtime()
    }

    /// The first user identity of this type.
    pub fn user_identity(
        &self,
        identity_type: UserIdentityType<'_>,
    ) -> Option<&'a UserIdentity<'a>> {
        self.request
            .user_identities
            .iter()
            .find(|identity| identity.identity_type == identity_type)
    }

    /// The e-mail address of the user.
    pub fn email(&self) -> Option<&'a UserIdentity<'a>> {
        self.user_identity(UserIdentityType::Email)
    }

    /// The customer's own id of the user.
    pub fn customer_id(&self) -> Option<&'a UserIdentity<'a>> {
        self.user_identity(UserIdentityType::Customer)
    }

    /// The first identity of this type of the device that the batch comes from.
    pub fn device_id(
        &self,
        identity_type: DeviceIdentityType<'_>,
    ) -> Option<&'a DeviceIdentity<'a>> {
        let identities = self.runtime()?.common.identities;
        identities
            .iter()
            .find(|identity| identity.identity_type == identity_type)
    }

    /// The partner identity of this name.
    pub fn partner_identity(&self, name: &str) -> Option<&'a PartnerIdentity<'a>> {
        self.request
            .partner_identities
            .iter()
            .find(|identity| identity.identity_type == name)
    }

    /// The first identity of the chain that the batch has.
    pub fn first_identity(&self, chain: &[IdentityKey<'_>]) -> Option<FoundIdentity<'a>> {
        let found = self.request.first_identity(chain)?;
        Some(FoundIdentity {
            value: found.as_sent(),
            encoding: found.encoding(),
        })
    }

    /// A user attribute, if it is there and reads as the type: `user_attribute::<i64>("$Age")`.
    pub fn user_attribute<T: FromAttribute<'a>>(&self, name: &str) -> Option<T> {
        self.request.user_attribute(name)
    }

    /// A user attribute whose value is a list.
    pub fn user_attribute_list(&self, name: &str) -> Option<&'a [Option<&'a str>]> {
        self.request.user_attribute_list(name)
    }

    /// The GDPR consent for a purpose.
    pub fn gdpr_consent(&self, purpose: &str) -> Option<&'a Consent<'a>> {
        self.request.gdpr_consent(purpose)
    }

    /// Whether the user opted out of the sale of data (CCPA); none if nothing is known.
    pub fn opted_out_of_data_sale(&self) -> Option<bool> {
        self.request.opted_out_of_data_sale()
    }
}

impl std::fmt::Debug for Context<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for EventContext<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventContext")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
