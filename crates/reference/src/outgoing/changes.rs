//! Changes of attributes and identities (M 5.7, M 5.8), which become several outgoing events.

use super::attributes::changes;
use super::events::{Context, Event};
use super::identities::{identity_type, user_identity};
use super::ids::{id64_with, uuid_v5};
use super::value::{Fields, Object, Warnings, string};
use crate::json::Json;

impl Context<'_> {
    /// M 5.7: one event for each attribute.
    pub(super) fn user_attribute_change(&self, common: &Object) -> Vec<Event> {
        let null_or = |value: Option<&String>| value.map_or(Json::Null, |text| string(text));
        let changes = changes(self.event).into_iter();
        changes
            .map(|change| {
                let (is_added, is_removed) = (change.added.is_some(), change.removed.is_some());
                let mut data = common.clone();
                let alone = self.identify(&mut data, &change.received);
                data.put_text("user_attribute_name", &change.name);
                data.put("new", Some(null_or(change.added.as_ref())));
                data.put("old", Some(null_or(change.removed.as_ref())));
                data.put_flag("deleted", is_removed && !is_added);
                data.put_flag("is_new_attribute", is_added && !is_removed);
                Event {
                    event_type: "user_attribute_change",
                    data,
                    alone,
                }
            })
            .collect()
    }

    /// M 5.8: per type, the n-th removed identity is paired with the n-th added one. Reading M 5.8:
    /// n counts from 1; first the elements of `added`, then the removed ones without a partner.
    pub(super) fn user_identity_change(
        &self,
        common: &Object,
        warnings: &mut Warnings,
    ) -> Vec<Event> {
        let added = self.numbered("added", warnings);
        let removed = self.numbered("removed", warnings);
        let partner = |of: &Numbered, list: &[Numbered]| {
            let mut partners = list.iter().filter(|other| other.key == of.key);
            partners.next().map(|other| other.identity.clone())
        };
        let mut parts = Vec::new();
        for new in &added {
            let old = partner(new, &removed);
            parts.push(self.identity_pair(common, new.key, Some(new.identity.clone()), old));
        }
        for old in &removed {
            if partner(old, &added).is_none() {
                parts.push(self.identity_pair(common, old.key, None, Some(old.identity.clone())));
            }
        }
        parts
    }

    /// M 5.8: one event.
    fn identity_pair(
        &self,
        common: &Object,
        (identity_type, n): (&str, usize),
        new: Option<Object>,
        old: Option<Object>,
    ) -> Event {
        let mut data = common.clone();
        let alone = self.identify(&mut data, &format!("{identity_type}#{n}"));
        let time = self.event.int("timestamp_ms");
        let new = new.map(|mut new| {
            new.put_int("timestamp_unixtime_ms", time);
            new.put_flag("created_this_batch", true);
            new.json()
        });
        let old = old.map(|mut old| {
            old.put_int("timestamp_unixtime_ms", time);
            old.json()
        });
        data.put("new", Some(new.unwrap_or(Json::Null)));
        data.put("old", Some(old.unwrap_or(Json::Null)));
        Event {
            event_type: "user_identity_change",
            data,
            alone,
        }
    }

    /// The known identities of a list, each with its outgoing type and its number among those of
    /// this type.
    fn numbered(&self, list: &str, warnings: &mut Warnings) -> Vec<Numbered> {
        let mut numbered: Vec<Numbered> = Vec::new();
        for (index, identity) in self.event.list(list).into_iter().enumerate() {
            let path = format!("{}.{list}[{index}]", self.path);
            let written = user_identity(identity, &path, warnings);
            if let (Some(kind), Some(identity)) = (identity_type(identity), written) {
                let n = numbered.iter().filter(|other| other.key.0 == kind).count() + 1;
                numbered.push(Numbered {
                    key: (kind, n),
                    identity,
                });
            }
        }
        numbered
    }

    /// Gives a part its `event_id` of M 5.7 and M 5.8, and returns the `message_id` of N1.
    fn identify(&self, data: &mut Object, part: &str) -> Option<String> {
        let id = self.event.text("id")?;
        let event_id = id64_with(id, part);
        data.put_int("event_id", event_id);
        Some(uuid_v5(id, event_id.to_string().as_bytes()))
    }
}

/// An identity of a change event, its outgoing type and its number.
struct Numbered {
    key: (&'static str, usize),
    identity: Object,
}
