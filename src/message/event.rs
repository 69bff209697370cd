//! Events (section 4): the family and the fields that its members share. The sixteen models are in
//! `event_models`.

use super::event_models::*;
use super::{Unknown, Uuid};
use crate::schema::{Decoder, MemberSet, UnknownMember, family, model, wire_enum};

wire_enum! {
    /// The type of an event.
    pub enum EventType {
        /// A user session starts.
        SessionStart = "session_start",
        /// A session ended.
        SessionEnd = "session_end",
        /// A named event with a kind and attributes.
        CustomEvent = "custom_event",
        /// A screen or page was shown.
        ScreenView = "screen_view",
        /// An exception.
        Error = "error",
        /// The user opted in or out.
        PrivacySettingChange = "privacy_setting_change",
        /// User attributes changed.
        UserAttributeChange = "user_attribute_change",
        /// User identities changed.
        UserIdentityChange = "user_identity_change",
        /// A push token was registered or withdrawn.
        PushSubscription = "push_subscription",
        /// Install, upgrade, start, exit, background, foreground.
        ApplicationStateTransition = "application_state_transition",
        /// The device received a push message.
        PushMessageReceipt = "push_message_receipt",
        /// Commerce action on products.
        ProductAction = "product_action",
        /// Promotion shown or clicked.
        PromotionAction = "promotion_action",
        /// Product lists shown.
        Impression = "impression",
        /// Install or engagement credited to a publisher and campaign.
        Attribution = "attribution",
        /// The user opened a push message.
        PushMessageOpen = "push_message_open",
    }
}

family! {
    /// One event. Events are allocated in the arena of the message, so that this is two words wide.
    pub enum Event: EventType, null refused, unknown kept UnknownEvent,
        skipped Skipped, common EventCommon<'a> {
        /// A user session starts.
        SessionStart(SessionStartEvent),
        /// A session ended.
        SessionEnd(SessionEndEvent),
        /// A named event.
        CustomEvent(CustomEvent),
        /// A screen or page was shown.
        ScreenView(ScreenViewEvent),
        /// An exception.
        Error(ErrorEvent),
        /// The user opted in or out.
        PrivacySettingChange(PrivacySettingChangeEvent),
        /// User attributes changed.
        UserAttributeChange(UserAttributeChangeEvent),
        /// User identities changed.
        UserIdentityChange(UserIdentityChangeEvent),
        /// A push token was registered or withdrawn.
        PushSubscription(PushSubscriptionEvent),
        /// The application changed its state.
        ApplicationStateTransition(ApplicationStateTransitionEvent),
        /// The device received a push message.
        PushMessageReceipt(PushMessageReceiptEvent),
        /// An action on products.
        ProductAction(ProductActionEvent),
        /// A promotion was shown or clicked.
        PromotionAction(PromotionActionEvent),
        /// Product lists were shown.
        Impression(ImpressionEvent),
        /// An install or engagement was credited.
        Attribution(AttributionEvent),
        /// The user opened a push message.
        PushMessageOpen(PushMessageOpenEvent),
    }
}

impl<'a> Event<'a> {
    /// The identifier: the idempotency key of the event.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Unknown(event) => event.id,
            _ => self.common()?.id,
        }
    }

    /// When it happened, in milliseconds since the epoch.
    #[must_use]
    pub fn timestamp_ms(&self) -> Option<i64> {
        match self {
            Self::Unknown(event) => event.timestamp_ms,
            _ => self.common()?.timestamp_ms,
        }
    }
}

model! {
    /// The fields that all events share.
    pub struct EventCommon<'a> {
        /// Identifier of the event and its idempotency key; absent if the sender did not set it.
        "id" id: Option<Uuid> = None, set, required;
        /// When it happened, in milliseconds since the epoch.
        "timestamp_ms" timestamp_ms: Option<i64> = None, set, required;
        /// Identifier set by the source.
        "source_id" source_id: Option<&'a str> = None, set;
        /// Identifier of the session.
        "session_id" session_id: Option<i64> = None, set;
        /// Where it happened.
        "location" location: Option<GeoLocation> = None, set;
    }
}

/// An event of a type that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct UnknownEvent<'a> {
    /// Its type and source text.
    pub unknown: Unknown<'a>,
    /// Its identifier, if there is one that can be read.
    pub id: Option<Uuid>,
    /// Its time, if there is one that can be read.
    pub timestamp_ms: Option<i64>,
}

impl<'a> UnknownMember<'a> for UnknownEvent<'a> {
    /// Reads the identifier and the time if they have the form that they have in known events, and
    /// keeps the rest as text.
    fn decode<D: Decoder<'a>>(type_name: &'a str, decoder: &mut D) -> Result<Self, D::Fault> {
        let (mut id, mut timestamp_ms) = (None, None);
        let raw = decoder.raw_object(|decoder, key| {
            match key {
                "id" => id = decoder.attempt()?,
                "timestamp_ms" => timestamp_ms = decoder.attempt()?,
                _ => decoder.skip()?,
            }
            Ok(())
        })?;
        Ok(Self {
            unknown: Unknown { type_name, raw },
            id,
            timestamp_ms,
        })
    }
    fn type_name(&self) -> &'a str {
        self.unknown.type_name
    }
    fn raw(&self) -> &'a str {
        self.unknown.raw
    }
}

/// The set of event types to decode. Events of other known types are skipped; unknown types are
/// always in the set.
///
/// ```
/// use hydrant::message::{EventType, Interests};
///
/// let interests = Interests::none().with(EventType::CustomEvent).with(EventType::ScreenView);
/// assert!(interests.contains(EventType::CustomEvent));
/// assert!(!interests.contains(EventType::Error));
/// assert_eq!(interests, Interests::from([EventType::CustomEvent, EventType::ScreenView]));
/// assert_eq!(Interests::default(), Interests::all());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interests(MemberSet);

impl Interests {
    /// Every event type.
    #[must_use]
    pub const fn all() -> Self {
        Self(MemberSet::ALL)
    }

    /// No event type.
    #[must_use]
    pub const fn none() -> Self {
        Self(MemberSet::NONE)
    }

    /// This set with one more type.
    #[must_use]
    pub fn with(self, event_type: EventType<'_>) -> Self {
        position(event_type).map_or(self, |position| Self(self.0.with(position)))
    }

    /// This set without one type.
    #[must_use]
    pub fn without(self, event_type: EventType<'_>) -> Self {
        position(event_type).map_or(self, |position| Self(self.0.without(position)))
    }

    /// Whether the type is in the set. Unknown types always are.
    #[must_use]
    pub fn contains(&self, event_type: EventType<'_>) -> bool {
        position(event_type).is_none_or(|position| self.0.contains(position))
    }
}

/// The position of an event type in its declaration; unknown ones have none.
fn position(event_type: EventType<'_>) -> Option<usize> {
    EventType::ALL.iter().position(|known| *known == event_type)
}

/// Events of the other types are skipped without being decoded.
impl From<Interests> for MemberSet {
    fn from(interests: Interests) -> Self {
        interests.0
    }
}

impl<'a> FromIterator<EventType<'a>> for Interests {
    fn from_iter<I: IntoIterator<Item = EventType<'a>>>(event_types: I) -> Self {
        event_types.into_iter().fold(Self::none(), Self::with)
    }
}

impl<'a> Extend<EventType<'a>> for Interests {
    fn extend<I: IntoIterator<Item = EventType<'a>>>(&mut self, event_types: I) {
        *self = event_types.into_iter().fold(*self, Self::with);
    }
}

impl<'a, const N: usize> From<[EventType<'a>; N]> for Interests {
    fn from(event_types: [EventType<'a>; N]) -> Self {
        event_types.into_iter().collect()
    }
}

/// The set of all types.
impl Default for Interests {
    fn default() -> Self {
        Self::all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_not_known_are_compared_by_their_text() {
        let known = EventType::from(" screen_view\n");
        assert_eq!(known, EventType::ScreenView);
        assert_eq!((known.is_known(), known.unknown()), (true, None));
        let unknown = EventType::from("hologram_shown");
        assert_eq!(unknown, "hologram_shown");
        assert_eq!(unknown.unknown(), Some(unknown.as_str()));
        assert_ne!(unknown, EventType::from("hologram_hidden"));
        assert_eq!(format!("{unknown:?}"), "Unknown(\"hologram_shown\")");
        assert_eq!(format!("{known:?} {known:>12}"), "ScreenView  screen_view");
    }

    #[test]
    fn interests_are_a_collection_of_types() {
        let mut interests: Interests = [EventType::ScreenView].into_iter().collect();
        interests.extend([EventType::Error, EventType::from("hologram_shown")]);
        let expected = Interests::from([EventType::Error, EventType::ScreenView]);
        assert_eq!(interests, expected);
        let all: Interests = EventType::ALL.iter().copied().collect();
        assert!(
            EventType::ALL
                .iter()
                .all(|event_type| all.contains(*event_type))
        );
    }
}
