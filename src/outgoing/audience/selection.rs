//! [`Selection`]: the identities of one user that may be sent, by kind.

use super::{AudienceIdentity, AudienceSettings, AudienceWarning, AudienceWarnings};
use crate::message::{IdentityEncoding, Map, UserProfile};

/// The identities of one user that may be sent.
pub(super) struct Selection<'p> {
    profile: &'p UserProfile<'p>,
    /// The first value of each kind.
    first: [Option<&'p str>; AudienceIdentity::COUNT],
    /// For each kind, the number of values, and where their positions begin in `Further`.
    groups: [Group; AudienceIdentity::COUNT],
}

#[derive(Clone, Copy, Default)]
struct Group {
    count: usize,
    start: usize,
}

/// The positions of all identities that may be sent in the lists of their profile, grouped by
/// kind. They are positions and not texts so that the memory is reused from message to message.
#[derive(Clone, Default)]
pub(super) struct Further(Vec<usize>);

/// The names and values of one record.
pub(super) struct Pairs<'p> {
    pairs: [(&'p str, &'p str); AudienceIdentity::COUNT],
    length: usize,
}

impl<'p> Selection<'p> {
    /// Selects by the settings, and counts what is left out.
    pub(super) fn new(
        profile: &'p UserProfile<'p>,
        settings: &AudienceSettings,
        further: &mut Further,
        warnings: &mut AudienceWarnings,
    ) -> Self {
        let mut selection = Self {
            profile,
            first: [None; AudienceIdentity::COUNT],
            groups: [Group::default(); AudienceIdentity::COUNT],
        };
        if let Some(mpid) = profile.mpid.filter(|mpid| !mpid.is_empty())
            && settings.sends(AudienceIdentity::Mpid)
        {
            selection.add(AudienceIdentity::Mpid, mpid);
        }
        selection.each_sendable(settings, Some(warnings), |selection, identity, _, value| {
            selection.add(identity, value);
        });
        further.0.clear();
        if settings.one_message_per_device && selection.records() > 1 {
            selection.index(settings, further);
        } else {
            selection.keep_first(warnings);
        }
        selection
    }

    /// The number of records (N15).
    pub(super) fn records(&self) -> usize {
        let counts = self.groups.iter().map(|group| group.count);
        counts.max().unwrap_or_default()
    }

    /// Whether there are no identities but the MPID.
    pub(super) fn is_anonymous(&self) -> bool {
        let mut sent = AudienceIdentity::ALL.iter().zip(&self.first);
        sent.all(|(identity, value)| *identity == AudienceIdentity::Mpid || value.is_none())
    }

    /// The names and values of the record at this position: of a kind with several values, the one
    /// at this position; of the others, the only one.
    pub(super) fn pairs<'n>(
        &self,
        record: usize,
        settings: &'n AudienceSettings,
        further: &Further,
    ) -> Pairs<'n>
    where
        'p: 'n,
    {
        let mut pairs = Pairs::default();
        let kinds = AudienceIdentity::ALL.iter().copied();
        for ((identity, group), first) in kinds.zip(&self.groups).zip(self.first) {
            let value = match record {
                _ if group.count <= 1 => first,
                0 => first,
                _ if record < group.count => {
                    let position = further.0.get(group.start + record).copied();
                    position.and_then(|at| self.value_at(identity, at))
                }
                _ => None,
            };
            if let Some(value) = value {
                pairs.push(settings.name(identity), value);
            }
        }
        pairs
    }

    fn add(&mut self, identity: AudienceIdentity, value: &'p str) {
        let at = identity as usize;
        if let (Some(first), Some(group)) = (self.first.get_mut(at), self.groups.get_mut(at)) {
            first.get_or_insert(value);
            group.count += 1;
        }
    }

    /// Counts further values, which are not sent.
    fn keep_first(&mut self, warnings: &mut AudienceWarnings) {
        for group in &mut self.groups {
            for _ in 1..group.count {
                warnings.count(AudienceWarning::FurtherIdentity);
            }
            group.count = group.count.min(1);
        }
    }

    /// Groups the positions of all values by kind, as counting sort does.
    fn index(&mut self, settings: &AudienceSettings, further: &mut Further) {
        let mut start = 0;
        for group in &mut self.groups {
            group.start = start;
            start += group.count;
        }
        further.0.resize(start, 0);
        let mut next = self.groups.map(|group| group.start);
        self.each_sendable(settings, None, |_, identity, position, _| {
            if let Some(at) = next.get_mut(identity as usize) {
                if let Some(slot) = further.0.get_mut(*at) {
                    *slot = position;
                }
                *at += 1;
            }
        });
    }

    fn value_at(&self, identity: AudienceIdentity, position: usize) -> Option<&'p str> {
        if identity.is_of_device() {
            let found = self.profile.device_identities.get(position);
            found.map(|found| found.value)
        } else {
            let found = self.profile.user_identities.get(position);
            found.map(|found| found.value)
        }
    }

    /// Calls `visit` for every identity of the two lists that may be sent, with its position.
    fn each_sendable(
        &mut self,
        settings: &AudienceSettings,
        mut warnings: Option<&mut AudienceWarnings>,
        mut visit: impl FnMut(&mut Self, AudienceIdentity, usize, &'p str),
    ) {
        let mut is_sent = |known: bool, identity: Option<AudienceIdentity>, encoding| {
            let warning = match identity {
                None if known => return false,
                None => AudienceWarning::UnknownIdentity,
                Some(identity) if !settings.sends(identity) => return false,
                Some(_) => match encoding {
                    IdentityEncoding::Raw => return true,
                    IdentityEncoding::Md5 | IdentityEncoding::Sha1 | IdentityEncoding::Sha256 => {
                        if settings.allow_hashed_identities {
                            return true;
                        }
                        AudienceWarning::HashedIdentity
                    }
                    _ => AudienceWarning::UnknownEncoding,
                },
            };
            if let Some(warnings) = &mut warnings {
                warnings.count(warning);
            }
            false
        };
        for (position, it) in self.profile.user_identities.iter().enumerate() {
            let identity = AudienceIdentity::of_user(it.identity_type);
            let is_sent = is_sent(it.identity_type.is_known(), identity, it.encoding);
            if let Some(identity) = identity.filter(|_| is_sent) {
                visit(self, identity, position, it.value);
            }
        }
        for (position, it) in self.profile.device_identities.iter().enumerate() {
            let identity = AudienceIdentity::of_device(it.identity_type);
            let is_sent = is_sent(it.identity_type.is_known(), identity, it.encoding);
            if let Some(identity) = identity.filter(|_| is_sent) {
                visit(self, identity, position, it.value);
            }
        }
    }
}

impl<'p> Pairs<'p> {
    /// The pairs of an iterator, if they are not too many.
    pub(super) fn collect(all: impl Iterator<Item = (&'p str, &'p str)>) -> Option<Self> {
        let mut pairs = Self::default();
        for (name, value) in all {
            if pairs.length == pairs.pairs.len() {
                return None;
            }
            pairs.push(name, value);
        }
        Some(pairs)
    }

    pub(super) fn as_slice(&self) -> &[(&'p str, &'p str)] {
        self.pairs.get(..self.length).unwrap_or_default()
    }

    pub(super) fn as_map(&self) -> Map<'_, &'p str> {
        Map::new(self.as_slice())
    }

    fn push(&mut self, name: &'p str, value: &'p str) {
        if let Some(slot) = self.pairs.get_mut(self.length) {
            *slot = (name, value);
            self.length += 1;
        }
    }
}

impl Default for Pairs<'_> {
    fn default() -> Self {
        Self {
            pairs: [("", ""); AudienceIdentity::COUNT],
            length: 0,
        }
    }
}
