//! Identities of users and partners (outgoing-mapping.md, sections 3 and 5.8). Those of devices are
//! in [`device`](super::device).

use super::job::Job;
use super::warnings::{Path, WarningKind};
use crate::message::{
    Event, IdentityEncoding, Map, PartnerIdentity, UserIdentity, UserIdentityChangeEvent,
    UserIdentityType,
};
use crate::outgoing::models::{OutgoingIdentity, OutgoingIdentityType, TextMap};
use crate::schema::UnknownText;

/// The outgoing type; `None` for one that is not known.
fn outgoing_type(identity_type: UserIdentityType<'_>) -> Option<OutgoingIdentityType<'static>> {
    use OutgoingIdentityType as To;
    use UserIdentityType as From;
    Some(match identity_type {
        From::Customer => To::CustomerId,
        From::Email => To::Email,
        From::Facebook => To::Facebook,
        From::Twitter => To::Twitter,
        From::Google => To::Google,
        From::Microsoft => To::Microsoft,
        From::Yahoo => To::Yahoo,
        From::Other => To::Other,
        From::Other2 => To::OtherId2,
        From::Other3 => To::OtherId3,
        From::Other4 => To::OtherId4,
        From::Other5 => To::OtherId5,
        From::Other6 => To::OtherId6,
        From::Other7 => To::OtherId7,
        From::Other8 => To::OtherId8,
        From::Other9 => To::OtherId9,
        From::Other10 => To::OtherId10,
        From::MobileNumber => To::MobileNumber,
        From::PhoneNumber2 => To::PhoneNumber2,
        From::PhoneNumber3 => To::PhoneNumber3,
        From::__Unknown(_) => return None,
    })
}

/// An identity, without what only its batch knows; `None` if its type is not known.
fn convert<'m>(identity: &UserIdentity<'m>) -> Option<OutgoingIdentity<'m>> {
    let mut outgoing = OutgoingIdentity::EMPTY;
    outgoing.identity_type = outgoing_type(identity.identity_type)?;
    outgoing.identity = identity.value;
    outgoing.encoding = match identity.encoding {
        IdentityEncoding::Raw => None,
        // An empty text says nothing.
        IdentityEncoding::__Unknown(UnknownText("")) => None,
        encoding => Some(encoding),
    };
    Some(outgoing)
}

/// The identities of the user, with the time at which an event of the batch added each.
pub(super) fn of_user<'m>(
    job: &mut Job<'m>,
    identities: &'m [UserIdentity<'m>],
    events: &[Event<'m>],
    timestamp_ms: Option<i64>,
) -> &'m [OutgoingIdentity<'m>] {
    let key = |identity: &UserIdentity<'m>| {
        (
            identity.value,
            identity.identity_type.as_str(),
            identity.encoding.as_str(),
        )
    };
    // With the position of the event, so that the last one can be found.
    let mut added = job.list(0);
    for (at, event) in events.iter().enumerate() {
        if let Event::UserIdentityChange(event) = event {
            let time = event.common.timestamp_ms;
            added.extend(event.added.iter().map(|identity| (key(identity), at, time)));
        }
    }
    added.sort_unstable();
    let mut list = job.list(identities.len());
    for (at, identity) in identities.iter().enumerate() {
        let Some(mut outgoing) = convert(identity) else {
            let path = Path::field("user_identities").at(at);
            job.warn(WarningKind::UnknownIdentityType, path);
            continue;
        };
        let wanted = key(identity);
        let end = added.partition_point(|(known, ..)| *known <= wanted);
        let last = end.checked_sub(1).and_then(|at| added.get(at));
        let last = last.filter(|(known, ..)| *known == wanted);
        outgoing.created_this_batch = last.is_some();
        outgoing.timestamp_unixtime_ms = last.and_then(|(.., time)| *time).or(timestamp_ms);
        list.push(outgoing);
    }
    list.into_bump_slice()
}

/// The identities of partners. Only raw ones; the last of equal names wins, at the place of the
/// first.
pub(super) fn of_partners<'m>(
    job: &mut Job<'m>,
    identities: &'m [PartnerIdentity<'m>],
) -> TextMap<'m> {
    let mut entries = job.list(identities.len());
    for (at, identity) in identities.iter().enumerate() {
        if identity.encoding == IdentityEncoding::Raw {
            entries.push((identity.identity_type, identity.value));
        } else {
            job.warn(
                WarningKind::HashedIdentity,
                Path::field("partner_identities").at(at),
            );
        }
    }
    if entries.len() < 2 {
        return TextMap(Map::new(entries.into_bump_slice()));
    }
    let mut sorted = job.list(entries.len());
    sorted.extend(entries.iter().map(|(name, _)| *name).zip(0_usize..));
    sorted.sort_unstable();
    let mut kept = job.list(entries.len());
    for same in sorted.chunk_by(|one, other| one.0 == other.0) {
        let last = same.last().and_then(|(_, at)| entries.get(*at));
        if let (Some((_, first)), Some(last)) = (same.first(), last) {
            kept.push((*first, *last));
        }
    }
    kept.sort_unstable_by_key(|(first, _)| *first);
    TextMap(Map::new(job.convert(&kept, |(_, entry)| *entry)))
}

/// The change of one identity: the n-th one of its type.
pub(super) struct Pair<'m> {
    pub(super) identity_type: OutgoingIdentityType<'m>,
    /// Counts from 1.
    pub(super) number: usize,
    pub(super) new: Option<OutgoingIdentity<'m>>,
    pub(super) old: Option<OutgoingIdentity<'m>>,
}

/// The changes of an event: those of `added` in their order, then those of `removed` without a
/// partner.
pub(super) fn pairs<'m>(
    job: &mut Job<'m>,
    event: &UserIdentityChangeEvent<'m>,
    path: Path,
) -> &'m [Pair<'m>] {
    const TYPES: usize = OutgoingIdentityType::ALL.len();
    let slot = |identity_type| {
        OutgoingIdentityType::ALL
            .iter()
            .position(|known| *known == identity_type)
    };
    // The number of pairs of each type so far, and how many have a new identity.
    let (mut numbers, mut partners) = ([0; TYPES], [0; TYPES]);
    let next = |numbers: &mut [usize; TYPES], identity_type| {
        let number = slot(identity_type).and_then(|slot| numbers.get_mut(slot));
        number.map_or(0, |number| {
            *number += 1;
            *number
        })
    };
    let mut pairs = job.list::<Pair<'m>>(event.added.len() + event.removed.len());
    // The position of each pair by type and number, in the order of both.
    let mut places = job.list(event.added.len());
    for (at, identity) in event.added.iter().enumerate() {
        let Some(mut new) = convert(identity) else {
            job.warn(WarningKind::UnknownIdentityType, path.key("added").at(at));
            continue;
        };
        new.timestamp_unixtime_ms = event.common.timestamp_ms;
        new.created_this_batch = true;
        let number = next(&mut partners, new.identity_type);
        places.push(((new.identity_type.as_str(), number), pairs.len()));
        pairs.push(Pair {
            identity_type: new.identity_type,
            number,
            new: Some(new),
            old: None,
        });
    }
    places.sort_unstable();
    for (at, identity) in event.removed.iter().enumerate() {
        let Some(mut old) = convert(identity) else {
            job.warn(WarningKind::UnknownIdentityType, path.key("removed").at(at));
            continue;
        };
        old.timestamp_unixtime_ms = event.common.timestamp_ms;
        let number = next(&mut numbers, old.identity_type);
        let wanted = (old.identity_type.as_str(), number);
        let place = places.binary_search_by_key(&wanted, |(key, _)| *key);
        let place = place.ok().and_then(|at| places.get(at));
        match place.and_then(|(_, at)| pairs.get_mut(*at)) {
            Some(pair) => pair.old = Some(old),
            None => pairs.push(Pair {
                identity_type: old.identity_type,
                number,
                new: None,
                old: Some(old),
            }),
        }
    }
    pairs.into_bump_slice()
}
