//! Membership changes grouped by the value of a setting, such as the list at the target system.

use std::collections::HashMap;
use std::fmt;

use super::{
    Audience, AudienceAction, AudienceMembershipChangeRequest, Identity, IdentityEncoding,
    UserProfile,
};

/// The membership changes of the audiences with the same value of a setting: one request to a
/// target system that adds and removes users in bulk.
///
/// Each user is in one of the lists, and once: if a message contains several changes of a user (a
/// profile with the same `mpid`) for this value, the last one that adds or removes the user counts, and
/// the profile is that with this change.
/// `Debug` shows numbers only.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct MembershipGroup<'a> {
    /// The value of the setting; `None` for audiences that do not have it.
    pub value: Option<&'a str>,
    /// Users who joined.
    pub added: Vec<&'a UserProfile<'a>>,
    /// Users who left.
    pub removed: Vec<&'a UserProfile<'a>>,
    /// Users of whom only shared attributes changed.
    pub updated: Vec<&'a UserProfile<'a>>,
    /// Users whose change is missing or of a kind that this version does not know.
    pub unknown: Vec<&'a UserProfile<'a>>,
}

impl fmt::Debug for MembershipGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MembershipGroup")
            .field("added", &self.added.len())
            .field("removed", &self.removed.len())
            .field("updated", &self.updated.len())
            .field("unknown", &self.unknown.len())
            .finish_non_exhaustive()
    }
}

/// A kind of change; the greater one counts if both are in a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Unknown,
    Updated,
    Moved { added: bool },
}

impl Change {
    fn of(audience: &Audience<'_>) -> Self {
        match audience.action {
            Some(AudienceAction::Add) => Self::Moved { added: true },
            Some(AudienceAction::Delete) => Self::Moved { added: false },
            Some(AudienceAction::AttributeUpdate) => Self::Updated,
            _ => Self::Unknown,
        }
    }

    /// The change that counts if `later` comes after it.
    fn then(self, later: Self) -> Self {
        match (self, later) {
            (_, Self::Moved { .. }) => later,
            _ => self.max(later),
        }
    }
}

impl<'a> AudienceMembershipChangeRequest<'a> {
    /// The changes grouped by the value of a setting of the subscription, in the order in which the
    /// values first appear. Takes time linear in the number of changes.
    ///
    /// ```
    /// use hydrant::message::Message;
    /// use hydrant::{ParseOptions, Scratch, parse};
    ///
    /// let body = br#"{"type":"audience_membership_change_request","user_profiles":[
    ///     {"mpid":"1","audiences":[
    ///         {"audience_id":7,"action":"add","audience_subscription_settings":{"list_id":"a"}},
    ///         {"audience_id":8,"action":"delete","audience_subscription_settings":{"list_id":"b"}}]},
    ///     {"mpid":"2","audiences":[
    ///         {"audience_id":7,"action":"add","audience_subscription_settings":{"list_id":"a"}}]}]}"#;
    /// let mut scratch = Scratch::new();
    /// let parsed = parse(body, &mut scratch, &ParseOptions::default())?;
    /// let Message::AudienceMembershipChangeRequest(request) = parsed.message else {
    ///     panic!("another message");
    /// };
    /// let lists = request.by_setting("list_id");
    /// assert_eq!((lists[0].value, lists[0].added.len()), (Some("a"), 2));
    /// assert_eq!((lists[1].value, lists[1].removed.len()), (Some("b"), 1));
    /// # Ok::<(), hydrant::Error>(())
    /// ```
    #[must_use]
    pub fn by_setting(&self, id: &str) -> Vec<MembershipGroup<'a>> {
        let mut positions = HashMap::new();
        let mut groups: Vec<Group<'a>> = Vec::new();
        for (index, profile) in self.user_profiles.iter().enumerate() {
            let user = match profile.mpid {
                Some(mpid)
                    if !Identity::new(IdentityEncoding::Raw, mpid).identifies_no_device() =>
                {
                    User::Mpid(mpid)
                }
                _ => User::Unnamed(index),
            };
            for audience in profile.audiences {
                let value = audience.audience_subscription_settings.get(id).copied();
                let position = *positions.entry(value).or_insert(groups.len());
                if position == groups.len() {
                    groups.push(Group::new(value));
                }
                if let Some(group) = groups.get_mut(position) {
                    group.add(user, profile, Change::of(audience));
                }
            }
        }
        groups.into_iter().map(Group::finish).collect()
    }
}

/// A user in a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum User<'a> {
    Mpid(&'a str),
    /// The position of a profile whose `mpid` is missing or identifies nobody.
    Unnamed(usize),
}

/// A group that is being built.
struct Group<'a> {
    value: Option<&'a str>,
    changes: Vec<(&'a UserProfile<'a>, Change)>,
    /// The positions of users in `changes`.
    users: HashMap<User<'a>, usize>,
}

impl<'a> Group<'a> {
    fn new(value: Option<&'a str>) -> Self {
        Self {
            value,
            changes: Vec::new(),
            users: HashMap::new(),
        }
    }

    fn add(&mut self, user: User<'a>, profile: &'a UserProfile<'a>, change: Change) {
        let position = *self.users.entry(user).or_insert(self.changes.len());
        match self.changes.get_mut(position) {
            Some((counting, before)) => {
                let now = before.then(change);
                if now == change {
                    *counting = profile;
                }
                *before = now;
            }
            None => self.changes.push((profile, change)),
        }
    }

    fn finish(self) -> MembershipGroup<'a> {
        let mut group = MembershipGroup {
            value: self.value,
            added: Vec::new(),
            removed: Vec::new(),
            updated: Vec::new(),
            unknown: Vec::new(),
        };
        for (profile, change) in self.changes {
            let list = match change {
                Change::Moved { added: true } => &mut group.added,
                Change::Moved { added: false } => &mut group.removed,
                Change::Updated => &mut group.updated,
                Change::Unknown => &mut group.unknown,
            };
            list.push(profile);
        }
        group
    }
}
