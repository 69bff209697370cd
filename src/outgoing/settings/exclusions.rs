//! The setting `metadata_field_exclusion`, resolved to fields.

use super::error::ConnectionSettingError;
use crate::outgoing::models::{ApplicationInfo, DeviceInfo, OutgoingBatch, SourceInfo};
use crate::schema::{FieldInfo, Reset};
use crate::validate::nearest;

/// The objects whose fields can be excluded.
const OBJECTS: [(&str, &[FieldInfo]); 3] = [
    ("device_info", DeviceInfo::FIELDS),
    ("application_info", ApplicationInfo::FIELDS),
    ("source_info", SourceInfo::FIELDS),
];

/// Names in the documentation that are not names of fields, without case and spaces.
const DOCUMENTED: [(&str, &str); 2] = [("devicename", "device_info.device"), ("ipaddress", "ip")];

/// The excluded fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::outgoing) struct Exclusions {
    /// The names for each of [`OBJECTS`].
    fields: [Vec<&'static str>; 3],
    ip: bool,
}

impl Exclusions {
    /// Resolves the entries of the list. An entry without the name of an object excludes the field
    /// of each object that has it.
    pub(super) fn of(entries: &[String]) -> Result<Self, ConnectionSettingError> {
        let mut found = Self::default();
        for entry in entries {
            let name: String = entry
                .chars()
                .filter(|char| !char.is_whitespace())
                .flat_map(char::to_lowercase)
                .collect();
            let documented = DOCUMENTED.iter().find(|(known, _)| *known == name);
            let name = documented.map_or(name.as_str(), |(_, meant)| meant);
            if !found.add(name) {
                let names = names();
                let nearest = nearest(name, names.iter().map(String::as_str));
                return Err(ConnectionSettingError::excludes_nothing(entry, nearest));
            }
        }
        Ok(found)
    }

    fn add(&mut self, name: &str) -> bool {
        if name == "ip" {
            self.ip = true;
            return true;
        }
        let (object, name) = match name.split_once('.') {
            Some((object, name)) => (Some(object), name),
            None => (None, name),
        };
        let mut any = false;
        for ((known, fields), excluded) in OBJECTS.iter().zip(&mut self.fields) {
            if object.is_none_or(|object| object == *known)
                && let Some(field) = fields.iter().find(|field| field.name == name)
            {
                excluded.push(field.name);
                any = true;
            }
        }
        any
    }

    /// Whether the push token is excluded, also from events (N4).
    pub(in crate::outgoing) fn push_token(&self) -> bool {
        let [device, ..] = &self.fields;
        device.contains(&"push_token")
    }

    /// Removes the excluded fields. An object that is empty then is left out.
    pub(in crate::outgoing) fn apply(&self, batch: &mut OutgoingBatch<'_>) {
        let [device, application, source] = &self.fields;
        if self.ip {
            batch.ip = None;
        }
        remove(&mut batch.device_info, device);
        remove(&mut batch.application_info, application);
        remove(&mut batch.source_info, source);
    }
}

fn remove<M: Reset + Default + PartialEq>(object: &mut Option<M>, fields: &[&str]) {
    let Some(model) = object else { return };
    if fields.is_empty() {
        return;
    }
    for field in fields {
        model.reset(field);
    }
    if *model == M::default() {
        *object = None;
    }
}

/// Every name of a field, with and without its object.
fn names() -> Vec<String> {
    let mut names = vec!["ip".to_owned()];
    for (object, fields) in OBJECTS {
        names.extend(fields.iter().map(|field| field.name.to_owned()));
        names.extend(
            fields
                .iter()
                .map(|field| format!("{object}.{}", field.name)),
        );
    }
    names
}
