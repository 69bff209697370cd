//! User attributes (outgoing-mapping.md, sections 4 and 5.7).

use super::job::{Job, join};
use crate::message::{Event, Map, UserAttributeChangeEvent};
use crate::outgoing::models::AttributeValue;
use crate::schema::Encode as _;

/// The names that are written in lower case, whatever the case in the message.
const RESERVED: [&str; 10] = [
    "$age",
    "$gender",
    "$country",
    "$zip",
    "$city",
    "$state",
    "$address",
    "$firstname",
    "$lastname",
    "$mobile",
];

/// The position of a reserved name.
fn reserved(name: &str) -> Option<usize> {
    if !name.starts_with('$') {
        return None;
    }
    // Their characters have no other lower-case forms than those of ASCII.
    RESERVED
        .iter()
        .position(|known| known.eq_ignore_ascii_case(name))
}

/// The name as it is written.
fn written(name: &str) -> &str {
    reserved(name)
        .and_then(|at| RESERVED.get(at).copied())
        .unwrap_or(name)
}

/// The positions of the reserved names in a list of entries.
#[derive(Default)]
struct Slots([Option<usize>; RESERVED.len()]);

impl Slots {
    /// The position of the entry with this name if it is a reserved one that has an entry;
    /// otherwise this position, which it is given.
    fn place(&mut self, name: &str, at: usize) -> usize {
        match reserved(name).and_then(|slot| self.0.get_mut(slot)) {
            Some(slot) => *slot.get_or_insert(at),
            None => at,
        }
    }
}

/// The texts and lists in one object. The later of equal names wins, at the place of the first.
pub(super) fn merged<'m>(
    job: &Job<'m>,
    texts: Map<'m, &'m str>,
    lists: Map<'m, &'m [Option<&'m str>]>,
) -> Map<'m, AttributeValue<'m>> {
    let mut entries = job.list(texts.len() + lists.len());
    let mut slots = Slots::default();
    // An entry whose value is that of another one, or an empty list.
    const NONE: AttributeValue<'static> = AttributeValue::List(&[]);
    let mut gaps = false;
    let mut put = |entries: &mut bumpalo::collections::Vec<'m, _>, name: &'m str, at, value| {
        let at = slots.place(name, at);
        match entries.get_mut(at) {
            Some((_, known)) => {
                *known = value;
                entries.push((name, NONE));
                gaps = true;
            }
            None => entries.push((written(name), value)),
        }
    };
    for (name, text) in &texts {
        let at = entries.len();
        put(&mut entries, name, at, AttributeValue::Text(text));
    }
    let known = join(job.arena, texts.as_slice(), lists.as_slice());
    let mut empty = false;
    for ((name, list), known) in lists.iter().zip(known) {
        let at = known.map_or(entries.len(), |at| at as usize);
        let value = AttributeValue::List(without_nulls(job, list));
        empty |= value.is_absent();
        put(&mut entries, name, at, value);
    }
    if gaps || empty {
        entries.retain(|(_, value)| !value.is_absent());
    }
    Map::new(entries.into_bump_slice())
}

/// A list without its `null` elements.
pub(super) fn without_nulls<'m>(
    job: &Job<'m>,
    list: &'m [Option<&'m str>],
) -> &'m [Option<&'m str>] {
    if list.iter().all(Option::is_some) {
        return list;
    }
    let mut texts = job.list(list.len());
    texts.extend(list.iter().filter(|text| text.is_some()));
    texts.into_bump_slice()
}

/// The attributes that the events removed and no later one added again, and that are not among
/// those of the batch; sorted by code point.
pub(super) fn deleted<'m>(
    job: &Job<'m>,
    events: &[Event<'m>],
    present: Map<'m, AttributeValue<'m>>,
) -> &'m [&'m str] {
    // The name, the position of the event, and whether the event added it.
    let mut changes = job.list(0);
    for (at, event) in events.iter().enumerate() {
        if let Event::UserAttributeChange(event) = event {
            let names = |map: Map<'m, &'m str>, added| {
                map.into_iter()
                    .map(move |(name, _)| (written(name), at, added))
            };
            changes.extend(names(event.added, true));
            changes.extend(names(event.removed, false));
        }
    }
    if changes.iter().all(|(.., added)| *added) {
        return &[];
    }
    changes.sort_unstable();
    let mut deleted = job.list(0);
    for changes in changes.chunk_by(|one, other| one.0 == other.0) {
        // An event that also added it does not count as one that removed it.
        let last = |wanted: bool| {
            let events = changes.iter().filter(|(.., added)| *added == wanted);
            events.map(|(_, at, _)| *at).max()
        };
        if last(false) > last(true)
            && let Some((name, ..)) = changes.first()
        {
            deleted.push((*name, ()));
        }
    }
    let present = join(job.arena, present.as_slice(), &deleted);
    let mut names = job.list(deleted.len());
    names.extend(
        deleted
            .iter()
            .zip(present)
            .filter(|(_, present)| present.is_none())
            .map(|((name, ()), _)| *name),
    );
    names.into_bump_slice()
}

/// The change of one attribute.
#[derive(Clone, Copy)]
pub(super) struct Change<'m> {
    /// The name in the message, from which the identifier of the event is made.
    pub(super) received: &'m str,
    /// The name as it is written.
    pub(super) name: &'m str,
    pub(super) new: Option<&'m str>,
    pub(super) old: Option<&'m str>,
    pub(super) added: bool,
    pub(super) removed: bool,
}

/// The changes of an event: the names that it added, in order, then those that it only removed.
pub(super) fn changes<'m>(job: &Job<'m>, event: &UserAttributeChangeEvent<'m>) -> &'m [Change<'m>] {
    let (added, removed) = (event.added, event.removed);
    let mut changes = job.list(added.len() + removed.len());
    let (mut slots, mut gaps) = (Slots::default(), false);
    let change = |received, new: Option<&'m str>, old: Option<&'m str>| Change {
        received,
        name: written(received),
        new,
        old,
        added: new.is_some(),
        removed: old.is_some(),
    };
    const GAP: Change<'static> = Change {
        received: "",
        name: "",
        new: None,
        old: None,
        added: false,
        removed: false,
    };
    for (name, new) in &added {
        let at = changes.len();
        let place = slots.place(name, at);
        let change = change(name, Some(new), None);
        if let Some(known) = changes.get_mut(place) {
            *known = change;
            changes.push(GAP);
            gaps = true;
        } else {
            changes.push(change);
        }
    }
    let known = join(job.arena, added.as_slice(), removed.as_slice());
    for ((name, old), known) in removed.iter().zip(known) {
        let at = known.map_or(changes.len(), |at| at as usize);
        match changes.get_mut(slots.place(name, at)) {
            Some(known) => {
                known.old = Some(old);
                known.removed = true;
                if !known.added {
                    known.received = name;
                }
            }
            None => changes.push(change(name, None, Some(old))),
        }
    }
    if gaps {
        changes.retain(|change| change.added || change.removed);
    }
    changes.into_bump_slice()
}
