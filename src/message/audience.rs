//! Audience subscription and membership (sections 3.4, 3.5, 5.12 to 5.14).

use super::{Account, DeviceIdentity, Map, MessageCommon, PartnerIdentity, UserIdentity};
use crate::schema::{Coercion, Decode, Decoder, model, wire_enum};

wire_enum! {
    /// What happens to a subscription.
    pub enum SubscriptionAction {
        /// A new subscription.
        Add = "add",
        /// Settings or name changed.
        Update = "update",
        /// The subscription ends.
        Remove = "remove",
    }
}

wire_enum! {
    /// What happened to a user's membership.
    pub enum AudienceAction {
        /// The user joined.
        Add = "add",
        /// The user left.
        Delete = "delete",
        /// Only shared attributes changed.
        AttributeUpdate = "attribute_update",
    }
}

wire_enum! {
    /// What happened to a shared attribute.
    pub enum AttributeAction {
        /// Set or changed.
        Upsert = "upsert",
        /// Deleted.
        Delete = "delete",
    }
}

model! {
    /// A customer connects, changes or disconnects an audience.
    pub struct AudienceSubscriptionRequest<'a> {
        flatten common: MessageCommon<'a>;
        /// The customer account.
        "account" account: Option<Account<'a>> = None, set, required;
        /// Identifier of the audience, which never changes. The reference uses 32 bits, but senders
        /// have been seen to use more.
        "audience_id" audience_id: i64 = 0, always, required, long;
        /// Name of the audience.
        "audience_name" audience_name: Option<&'a str> = None, set, required;
        /// Description of the audience.
        "audience_description" audience_description: Option<&'a str> = None, set;
        /// Current values of the settings registered for audiences.
        "audience_subscription_settings" audience_subscription_settings: Map<'a, &'a str> = Map::EMPTY, set, secret;
        /// Values before the change.
        "previous_audience_subscription_settings" previous_audience_subscription_settings: Map<'a, &'a str> = Map::EMPTY, set, secret;
        /// What happens.
        "action" action: Option<SubscriptionAction<'a>> = None, set, required;
    }
}

model! {
    /// Response to a subscription request.
    pub struct AudienceSubscriptionResponse<'a> {
        flatten common: MessageCommon<'a>;
        /// Values to store with the subscription; later membership messages contain them.
        "audience_subscription_settings" audience_subscription_settings: Map<'a, &'a str> = Map::EMPTY, set, secret;
    }
}

model! {
    /// Users joined or left audiences, or shared attributes of theirs changed.
    pub struct AudienceMembershipChangeRequest<'a> {
        flatten common: MessageCommon<'a>;
        /// The customer account.
        "account" account: Option<Account<'a>> = None, set, required;
        /// The users. Empty in a heartbeat (section 14).
        "user_profiles" user_profiles: &'a [UserProfile<'a>] = &[], set;
    }
}

model! {
    /// Response to a membership change.
    pub struct AudienceMembershipChangeResponse<'a> {
        flatten common: MessageCommon<'a>;
        /// Asks the sender to stop until a user resumes the connection: only for permanent errors.
        "suspend_subscription" suspend_subscription: bool = false, always;
    }
}

model! {
    /// A user whose membership changed.
    pub struct UserProfile<'a> with a reader of its own {
        /// Identities of the user.
        "user_identities" user_identities: &'a [UserIdentity<'a>] = &[], set, secret;
        /// Devices of the user, all of them.
        "device_identities" device_identities: &'a [DeviceIdentity<'a>] = &[], set, secret;
        /// Partner identities.
        "partner_identities" partner_identities: &'a [PartnerIdentity<'a>] = &[], set, secret, since "2.2.0";
        /// The audiences that changed for this user. Those that protocols before 2.0 list as
        /// `added_audiences` and `removed_audiences` come last, in this order.
        "audiences" audiences: &'a [Audience<'a>] = &[], set, since "2.0.0";
        /// Identifier of the profile: a 64-bit signed integer as text.
        "mpid" mpid: Option<&'a str> = None, set, secret, since "2.1.0";
    }
}

/// Reads the two lists of protocols before 2.0 into `audiences` (section 15).
impl<'a> Decode<'a> for UserProfile<'a> {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        let mut profile = None;
        Self::decode_in_place(decoder, |value| Some(profile.insert(value)))?;
        Ok(profile)
    }

    fn decode_in_place<'p, D: Decoder<'a>>(
        decoder: &mut D,
        put: impl FnOnce(Self) -> Option<&'p mut Self>,
    ) -> Result<bool, D::Fault>
    where
        'a: 'p,
    {
        let Some(mut object) = decoder.object()? else {
            return Ok(false);
        };
        let Some(profile) = put(Self::empty()) else {
            return Ok(false);
        };
        let mut former = FormerAudiences::default();
        profile.decode_body_with(decoder, &mut object, u32::MAX, |decoder, key| {
            former.read(decoder, key)
        })?;
        if !former.added.is_empty() || !former.removed.is_empty() {
            profile.audiences = former.after(profile.audiences, decoder)?;
        }
        Ok(true)
    }
}

/// The audiences of a user in the form of protocols before 2.0: the name of the list says what
/// happened.
#[derive(Default)]
struct FormerAudiences<'a> {
    added: &'a [Audience<'a>],
    removed: &'a [Audience<'a>],
}

impl<'a> FormerAudiences<'a> {
    /// Reads the value of `key` if it is one of the lists. As for any field, the last of equal keys
    /// counts.
    fn read<D: Decoder<'a>>(&mut self, decoder: &mut D, key: &str) -> Result<bool, D::Fault> {
        let list = match key {
            "added_audiences" => &mut self.added,
            "removed_audiences" => &mut self.removed,
            _ => return Ok(false),
        };
        let place = decoder.place();
        match decoder.list()? {
            Some(audiences) => {
                *list = audiences;
                decoder.coerced(Coercion::FormerList, place)?;
            }
            None => *list = &[],
        }
        Ok(true)
    }

    /// The audiences of the current list, of the list of added ones, and of the list of removed
    /// ones.
    fn after<D: Decoder<'a>>(
        &self,
        current: &'a [Audience<'a>],
        decoder: &mut D,
    ) -> Result<&'a [Audience<'a>], D::Fault> {
        let with = |action| {
            move |audience: &Audience<'a>| Audience {
                action: Some(action),
                ..*audience
            }
        };
        let count = current.len() + self.added.len() + self.removed.len();
        let added = self.added.iter().map(with(AudienceAction::Add));
        let removed = self.removed.iter().map(with(AudienceAction::Delete));
        decoder.alloc_list(count, current.iter().copied().chain(added).chain(removed))
    }
}

model! {
    /// One audience of a user.
    pub struct Audience<'a> {
        /// Identifier of the audience, of 64 bits as in the subscription.
        "audience_id" audience_id: i64 = 0, always, required, long;
        /// Name.
        "audience_name" audience_name: Option<&'a str> = None, set, required;
        /// Setting values of the subscription.
        "audience_subscription_settings" audience_subscription_settings: Map<'a, &'a str> = Map::EMPTY, set, secret;
        /// What happened.
        "action" action: Option<AudienceAction<'a>> = None, set, required, since "2.0.0";
        /// Changes of shared attributes.
        "user_attributes" user_attributes: &'a [UserAttributeAudienceEvent<'a>] = &[], set, since "2.0.0";
    }
}

model! {
    /// The change of a shared attribute. Elements without `key` or `action` have been seen; they
    /// have no effect (D9).
    pub struct UserAttributeAudienceEvent<'a> {
        /// Name of the attribute.
        "key" key: Option<&'a str> = None, set, required, since "2.0.0";
        /// New value; absent for a tag, a deletion or a list.
        "value" value: Option<&'a str> = None, set, since "2.0.0";
        /// What happened.
        "action" action: Option<AttributeAction<'a>> = None, set, required, since "2.0.0";
        /// New value if the attribute is a list.
        "list_value" list_value: &'a [Option<&'a str>] = &[], set, since "2.0.0";
    }
}
