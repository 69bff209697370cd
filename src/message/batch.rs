//! The batch of events (section 3.3) and the family of events: which `type` is which model.

use super::event::*;
use super::table::{model, read_member};
use super::wire::{Read, Sink, Source, WireValue};
use super::{
    Account, ConsentState, Map, MessageCommon, PartnerIdentity, PlatformFields, RuntimeEnvironment,
    SystemNotification, Unknown, UserIdentity, Uuid,
};

/// An event of a type that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnknownEvent<'a> {
    /// Its type and source text.
    pub unknown: Unknown<'a>,
    /// Its identifier, if there is one that can be read.
    pub id: Option<Uuid>,
    /// Its time, if there is one that can be read.
    pub timestamp_ms: Option<i64>,
}

/// Declares [`Event`] from the list of event types, whose order is that of [`EventType::ALL`].
macro_rules! events {
    ($( $(#[$meta:meta])* $variant:ident($model:ident), )*) => {
        /// One event. Events live in the arena of the message, so that this stays two words wide.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Event<'a> {
            $( $(#[$meta])* $variant(&'a $model<'a>), )*
            /// An event this version does not know, with its source text.
            Unknown(&'a UnknownEvent<'a>),
            /// An event nobody wanted: it was not decoded.
            Skipped(EventType<'a>),
        }

        impl<'a> Event<'a> {
            /// The type.
            pub fn event_type(&self) -> EventType<'a> {
                match self {
                    $( Self::$variant(_) => EventType::$variant, )*
                    Self::Unknown(event) => EventType::Unknown(event.unknown.type_name),
                    Self::Skipped(event_type) => *event_type,
                }
            }

            /// The shared fields; unknown and skipped events have none.
            pub fn common(&self) -> Option<&'a EventCommon<'a>> {
                match self {
                    $( Self::$variant(event) => Some(&event.common), )*
                    Self::Unknown(_) | Self::Skipped(_) => None,
                }
            }
        }

        impl<'a> WireValue<'a> for Event<'a> {
            fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
                if source.null() {
                    return Err(source.null_element());
                }
                let type_name = source.discriminator()?;
                let mut index = 0;
                $(
                    if type_name == EventType::$variant.as_str() {
                        if !source.wants_event(index) {
                            source.skip()?;
                            return Ok(Some(Self::Skipped(EventType::$variant)));
                        }
                        let event = read_member!($model, source);
                        return Ok(Some(Self::$variant(event)));
                    }
                    index += 1;
                )*
                let _ = index;
                let event = UnknownEvent::read(type_name, source)?;
                Ok(Some(Self::Unknown(source.place(event))))
            }

            fn write<W: Sink>(&self, sink: &mut W) {
                match self {
                    $( Self::$variant(event) => {
                        let mark = sink.begin();
                        sink.static_key(",\"type\":");
                        EventType::$variant.write(sink);
                        event.write_fields(sink);
                        sink.end_object(mark);
                    } )*
                    Self::Unknown(event) => sink.raw(event.unknown.raw),
                    Self::Skipped(event_type) => {
                        let mark = sink.begin();
                        sink.static_key(",\"type\":");
                        event_type.write(sink);
                        sink.end_object(mark);
                    }
                }
            }
        }

        impl serde::Serialize for Event<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("type", self.event_type().as_str())?;
                match self {
                    $( Self::$variant(event) => event.serialize_fields(&mut map)?, )*
                    Self::Unknown(event) => map.serialize_entry("raw", event.unknown.raw)?,
                    Self::Skipped(_) => {}
                }
                map.end()
            }
        }
    };
}

events! {
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
    /// Something was done to products.
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

impl<'a> Event<'a> {
    /// The identifier: the idempotency key of the event.
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Unknown(event) => event.id,
            _ => self.common()?.id,
        }
    }

    /// When it happened, in milliseconds since the epoch.
    pub fn timestamp_ms(&self) -> Option<i64> {
        match self {
            Self::Unknown(event) => event.timestamp_ms,
            _ => self.common()?.timestamp_ms,
        }
    }
}

/// A set of event types: those that somebody wants. Events of other known types are skipped undecoded; unknown ones
/// always come.
///
/// ```
/// use hydrant::message::{EventType, Interests};
/// let interests = Interests::none().with(EventType::CustomEvent).with(EventType::ScreenView);
/// assert!(interests.contains(EventType::CustomEvent));
/// assert!(!interests.contains(EventType::Error));
/// assert_eq!(Interests::default(), Interests::all());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interests(u32);

impl Interests {
    /// Every event type.
    pub const fn all() -> Self {
        Self(u32::MAX)
    }

    /// No event type.
    pub const fn none() -> Self {
        Self(0)
    }

    /// These and one more.
    #[must_use]
    pub fn with(self, event_type: EventType<'_>) -> Self {
        Self(self.0 | Self::bit(event_type))
    }

    /// These but for one.
    #[must_use]
    pub fn without(self, event_type: EventType<'_>) -> Self {
        Self(self.0 & !Self::bit(event_type))
    }

    /// Whether the type is among them. Unknown types always are.
    pub fn contains(&self, event_type: EventType<'_>) -> bool {
        !event_type.is_known() || self.0 & Self::bit(event_type) != 0
    }

    /// The same by position in the table of event types.
    pub(crate) fn contains_index(self, index: usize) -> bool {
        self.0 & (1 << (index & 31)) != 0
    }

    fn bit(event_type: EventType<'_>) -> u32 {
        EventType::ALL
            .iter()
            .position(|known| *known == event_type)
            .map_or(0, |index| 1 << index)
    }
}

/// Everything.
impl Default for Interests {
    fn default() -> Self {
        Self::all()
    }
}

impl<'a> UnknownEvent<'a> {
    /// Reads the identifier and the time, as far as they look like those of known events, and keeps the rest as text.
    fn read<S: Source<'a>>(type_name: &'a str, source: &mut S) -> Read<Self, S::Fault> {
        source.unknown_member()?;
        let (mut id, mut timestamp_ms) = (None, None);
        let raw = source.raw_object(|source, key| {
            match key {
                "id" => id = source.attempt()?,
                "timestamp_ms" => timestamp_ms = source.attempt()?,
                _ => source.skip()?,
            }
            Ok(())
        })?;
        Ok(Self {
            unknown: Unknown { type_name, raw },
            id,
            timestamp_ms,
        })
    }
}

model! {
    /// A batch of events of one user on one device.
    pub struct EventProcessingRequest<'a> {
        flatten common: MessageCommon<'a>;
        /// Identifier of the batch at the source.
        "source_id" source_id: Option<&'a str> = None, set;
        /// The customer account.
        "account" account: Option<Account<'a>> = None, set;
        /// Partner identities of the user.
        "partner_identities" partner_identities: &'a [PartnerIdentity<'a>] = &[], set;
        /// Identities of the user.
        "user_identities" user_identities: &'a [UserIdentity<'a>] = &[], set;
        /// User attributes, values always text.
        "user_attributes" user_attributes: Map<'a, &'a str> = Map::EMPTY, set;
        /// User attributes whose value is a list of texts.
        "user_attribute_lists" user_attribute_lists: Map<'a, &'a [Option<&'a str>]> = Map::EMPTY, set;
        /// Device and application.
        "runtime_environment" runtime_environment: Option<RuntimeEnvironment<'a>> = None, set;
        /// Values stored for this integration by its own client-side kit.
        "integration_attributes" integration_attributes: Map<'a, &'a str> = Map::EMPTY, set;
        /// The events, in order. May be empty (section 14).
        "events" events: &'a [Event<'a>] = &[], set;
        /// How the batch came in: `native`, `javascript`, `pixel`, `partner`, `server_to_server`, `unknown`, free text.
        "source_channel" source_channel: Option<&'a str> = None, set;
        /// Names this installation of the app on this device.
        "device_application_stamp" device_application_stamp: Option<&'a str> = None, set;
        /// Current consent of the user.
        "consent_state" consent_state: Option<ConsentState<'a>> = None, set;
        /// Changes of the profile or system, handled before the events.
        "system_notifications" system_notifications: &'a [SystemNotification<'a>] = &[], set;
        /// Identifier of the user profile: a 64-bit signed integer as text.
        "mpid" mpid: Option<&'a str> = None, set;
        /// Account, workspace, input, application and data plan.
        "platform_fields" platform_fields: Option<PlatformFields<'a>> = None, set;
    }
}

impl EventProcessingRequest<'_> {
    /// Whether the batch only checks the connection: no events, notifications, user attributes, identities or consent
    /// (section 14).
    pub fn is_heartbeat(&self) -> bool {
        self.events.is_empty()
            && self.system_notifications.is_empty()
            && self.user_attributes.is_empty()
            && self.user_attribute_lists.is_empty()
            && self.user_identities.is_empty()
            && self.partner_identities.is_empty()
            && self.consent_state.is_none()
    }
}

model! {
    /// Answer to a batch.
    pub struct EventProcessingResponse<'a> {
        flatten common: MessageCommon<'a>;
        /// Asks the sender to stop this subscription until a user resumes it.
        "suspend_subscription" suspend_subscription: bool = false, if_true;
    }
}
