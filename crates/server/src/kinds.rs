//! [`Kinds`]: which types of messages an endpoint or an authorization permits.

use hydrant::message::MessageType;

/// What one URL receives. A host has one URL for everything unless it is given others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// Every message.
    All,
    /// Registration requests.
    Registration,
    /// Batches of events.
    Events,
    /// Audience subscriptions and changes of memberships.
    Audiences,
    /// Data subject requests.
    DataSubjectRequests,
}

impl Endpoint {
    pub(crate) fn kinds(self) -> Kinds {
        match self {
            Self::All => Kinds::ALL,
            Self::Registration => Kinds::REGISTRATION,
            Self::Events => Kinds::EVENTS,
            Self::Audiences => Kinds::AUDIENCES,
            Self::DataSubjectRequests => Kinds::DSR,
        }
    }
}

/// A set of types of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(crate) const ALL: Self = Self(0b1111);
    pub(crate) const REGISTRATION: Self = Self(1);
    pub(crate) const EVENTS: Self = Self(2);
    pub(crate) const AUDIENCES: Self = Self(4);
    pub(crate) const DSR: Self = Self(8);

    pub(crate) fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(crate) fn is_all(self) -> bool {
        self == Self::ALL
    }

    /// Whether a message of this type is permitted. Responses are: the engine refuses them.
    pub(crate) fn permit(self, message_type: MessageType<'_>) -> bool {
        let kind = match message_type {
            MessageType::ModuleRegistrationRequest => Self::REGISTRATION,
            MessageType::EventProcessingRequest => Self::EVENTS,
            MessageType::AudienceSubscriptionRequest
            | MessageType::AudienceMembershipChangeRequest => Self::AUDIENCES,
            MessageType::DsrProcessingRequest => Self::DSR,
            _ => return true,
        };
        self.0 & kind.0 != 0
    }

    /// Whether a text that cannot be parsed seems to be a message of a permitted type: the first
    /// field `type` in it that has the type of a message decides. Nothing but the status depends on
    /// it.
    pub(crate) fn permit_fault(self, text: &[u8]) -> bool {
        const FIELD: &[u8] = b"\"type\"";
        let mut rest = text;
        while let Some(at) = rest.windows(FIELD.len()).position(|it| it == FIELD) {
            rest = rest.get(at + FIELD.len()..).unwrap_or_default();
            let value = rest
                .trim_ascii_start()
                .strip_prefix(b":")
                .unwrap_or_default();
            let value = value
                .trim_ascii_start()
                .strip_prefix(b"\"")
                .unwrap_or_default();
            let named = |known: &&MessageType<'_>| {
                let rest = value.strip_prefix(known.as_str().as_bytes());
                rest.is_some_and(|rest| rest.starts_with(b"\""))
            };
            if let Some(known) = MessageType::ALL.iter().find(named) {
                return self.permit(*known);
            }
        }
        false
    }
}
