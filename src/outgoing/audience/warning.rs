//! [`AudienceWarnings`]: what was not sent, or not sent completely, counted by kind.

/// What a mapping leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudienceWarning {
    /// A record without a time, because the message has none (N5).
    MissingTimestamp,
    /// A record without the name of the audience, because the message does not have it.
    MissingName,
    /// A change without an action or with an unknown one: no record.
    UnknownAction,
    /// An identity that is hashed, without `allow_hashed_identities`: left out.
    HashedIdentity,
    /// An identity in an unknown encoding: left out.
    UnknownEncoding,
    /// An identity of an unknown type: left out.
    UnknownIdentity,
    /// A further identity of one kind, without `one_message_per_device`: left out.
    FurtherIdentity,
    /// A change of a user with no identity left: no record.
    NoIdentity,
    /// A change of a user known only by the MPID, with `send_anonymous_users` off: no record.
    AnonymousUser,
    /// A change of a user without an MPID, whose identities sent cannot be stored: no removal if
    /// they change.
    UntrackedUser,
    /// Identities sent that cannot be read from the store: no removal of them.
    DamagedEntry,
}

impl AudienceWarning {
    /// Every kind, in order.
    pub const ALL: &'static [Self] = &[
        Self::MissingTimestamp,
        Self::MissingName,
        Self::UnknownAction,
        Self::HashedIdentity,
        Self::UnknownEncoding,
        Self::UnknownIdentity,
        Self::FurtherIdentity,
        Self::NoIdentity,
        Self::AnonymousUser,
        Self::UntrackedUser,
        Self::DamagedEntry,
    ];

    /// The name for machines, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingTimestamp => "missing_timestamp",
            Self::MissingName => "missing_name",
            Self::UnknownAction => "unknown_action",
            Self::HashedIdentity => "hashed_identity",
            Self::UnknownEncoding => "unknown_encoding",
            Self::UnknownIdentity => "unknown_identity",
            Self::FurtherIdentity => "further_identity",
            Self::NoIdentity => "no_identity",
            Self::AnonymousUser => "anonymous_user",
            Self::UntrackedUser => "untracked_user",
            Self::DamagedEntry => "damaged_entry",
        }
    }
}

/// The number of warnings of each kind. Identities are counted once per user, the others once per
/// record or change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudienceWarnings {
    counts: [u64; AudienceWarning::ALL.len()],
}

impl AudienceWarnings {
    /// The number of warnings of this kind.
    #[must_use]
    pub fn get(&self, warning: AudienceWarning) -> u64 {
        self.counts
            .get(warning as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The kinds that occurred, with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (AudienceWarning, u64)> {
        let all = AudienceWarning::ALL.iter().copied();
        all.zip(self.counts).filter(|(_, count)| *count > 0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    pub(super) fn count(&mut self, warning: AudienceWarning) {
        if let Some(count) = self.counts.get_mut(warning as usize) {
            *count += 1;
        }
    }
}
