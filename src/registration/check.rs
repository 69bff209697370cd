//! Checks a registration: by the rules of section 12 with `validate`, and for differences between
//! the descriptions of settings and the code that reads them.

use super::list::{Reader, SettingList};
use super::values::Read;
use super::{Registration, SettingDescription};
use crate::message::{FIREHOSE_VERSION, Message, MessageCommon, Uuid};
use crate::validate::{self, Finding, Level};

const DESCRIBED: &str = "setting-described";
const READ: &str = "setting-read";
const TYPE: &str = "setting-type";
const REQUIRED: &str = "setting-required";
const DEFAULT: &str = "setting-default";

/// The rules that compare the descriptions of settings with the code that reads them: the
/// identifier and the requirement of each. The rules for a registration message are in
/// [`validate::RULES`].
///
/// ```
/// use hydrant::registration::SETTING_RULES;
/// assert!(SETTING_RULES.iter().all(|(id, _)| id.starts_with("setting-")));
/// ```
pub const SETTING_RULES: &[(&str, &str)] = &[
    (DESCRIBED, "Settings that are read are described."),
    (READ, "Settings that a type describes are read by it."),
    (TYPE, "Settings are read as the type that is described."),
    (
        REQUIRED,
        "Settings that must have a value are required or have a default value.",
    ),
    (DEFAULT, "Default values can be read."),
];

/// Placeholders for the fields of a message that a registration does not have.
const COMMON: MessageCommon<'static> = MessageCommon {
    id: Some(Uuid([1; 16])),
    timestamp_ms: Some(1_714_592_744_066),
    firehose_version: Some(FIREHOSE_VERSION),
};

impl Registration {
    /// All violations of the rules of section 12 that concern a single registration, and of the
    /// [`SETTING_RULES`]. [`Engine::check`](crate::Engine::check) includes them.
    ///
    /// ```
    /// use hydrant::Registration;
    /// use hydrant::message::EventType;
    /// use hydrant::validate::Level;
    ///
    /// let registration = Registration::new("Acme", "1.0").events([EventType::UserIdentityChange]);
    /// let found = registration.lint();
    /// assert_eq!((found[0].level, found[0].rule_number()), (Level::Warning, Some(10)));
    /// assert_eq!(found[0].path, "event_processing_registration.supported_event_types");
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let mut found = self.with_response(COMMON, |response| {
            validate::findings(&Message::ModuleRegistrationResponse(response))
        });
        let shared = &self.account_settings;
        remove_duplicates(&mut found, shared.settings.len());
        let none = SettingList::default();
        if let Some(events) = &self.events {
            let at = "event_processing_registration";
            compare(
                &mut found,
                &format!("{at}.account_settings"),
                shared,
                &events.account_settings,
            );
            let connection = &events.connection_settings;
            compare(
                &mut found,
                &format!("{at}.event_connection_settings"),
                &none,
                connection,
            );
        }
        if let Some(audiences) = &self.audiences {
            let at = "audience_processing_registration";
            compare(
                &mut found,
                &format!("{at}.account_settings"),
                shared,
                &audiences.account_settings,
            );
            let subscription = &audiences.subscription_settings;
            compare(
                &mut found,
                &format!("{at}.audience_subscription_settings"),
                &none,
                subscription,
            );
        }
        if let Some(erasure) = &self.erasure {
            let path = "dsr_processing_registration.account_settings";
            compare(&mut found, path, shared, &erasure.account_settings);
        }
        found
    }

    /// As [`lint`](Self::lint), and the changes that are not permitted compared with the
    /// registration that the platform has (rule 5 of section 12).
    ///
    /// ```
    /// use hydrant::Registration;
    /// use hydrant::message::IdentityEncoding;
    ///
    /// let previous = Registration::new("Acme", "1.0").erasure("dsr.acme.example");
    /// let current = previous.clone();
    /// let previous = previous.partner_identity("Acme_Id", IdentityEncoding::Raw);
    /// assert_eq!(current.lint_against(&previous)[0].rule_number(), Some(5));
    /// ```
    #[must_use]
    pub fn lint_against(&self, previous: &Self) -> Vec<Finding> {
        let mut found = self.lint();
        found.extend(self.with_response(COMMON, |current| {
            previous.with_response(COMMON, |previous| {
                validate::registration_changes(previous, current)
            })
        }));
        found
    }
}

/// Each list of account settings starts with the shared settings of the registration. Keeps only
/// the first of equal findings about one of them.
fn remove_duplicates(found: &mut Vec<Finding>, shared: usize) {
    let mut seen = Vec::new();
    found.retain(|finding| {
        let Some((_, at)) = finding.path.split_once(".account_settings[") else {
            return true;
        };
        let position = at
            .split(']')
            .next()
            .and_then(|position| position.parse().ok());
        if position.is_none_or(|position: usize| position >= shared) {
            return true;
        }
        let finding = (finding.rule, at.to_owned(), finding.message.clone());
        let is_new = !seen.contains(&finding);
        if is_new {
            seen.push(finding);
        }
        is_new
    });
}

/// Compares the settings that are read from one list of the message with those that it describes.
/// The list consists of the shared settings of the registration and those of one kind of
/// processing, and has the readers of both.
fn compare(found: &mut Vec<Finding>, path: &str, shared: &SettingList, own: &SettingList) {
    let described: Vec<&SettingDescription> = shared.settings.iter().chain(&own.settings).collect();
    for reader in shared.readers.iter().chain(&own.readers) {
        let mut add = |path, rule, level, message| {
            let finding = Finding {
                path,
                rule,
                level,
                message,
            };
            if !found.contains(&finding) {
                found.push(finding);
            }
        };
        for read in &reader.reads {
            let position = described.iter().position(|it| it.id() == Some(&read.id));
            let setting = position.and_then(|position| described.get(position).zip(Some(position)));
            let Some((setting, position)) = setting else {
                let message = format!("the setting `{}` is read but not described", read.id);
                add(path.to_owned(), DESCRIBED, Level::Error, message);
                continue;
            };
            let at = || format!("{path}[{position}]");
            if let Some(message) = wrong_type(read, setting) {
                add(at(), TYPE, Level::Error, message);
            }
            if let Some(expected) = &read.invalid_default {
                let message = format!("the default value of `{}` is not {expected}", read.id);
                add(at(), DEFAULT, Level::Error, message);
            }
            if read.required && !setting.always_has_a_value() && setting.is_visible() {
                let message = format!(
                    "the setting `{}` is read as one that must have a value, but the customer may leave it empty",
                    read.id
                );
                add(at(), REQUIRED, Level::Error, message);
            }
        }
        for id in unread(reader) {
            let position = described.iter().position(|it| it.id() == Some(id));
            let message = format!("the setting `{id}` is described but not read");
            let at = format!("{path}[{}]", position.unwrap_or_default());
            add(at, READ, Level::Warning, message);
        }
    }
}

fn wrong_type(read: &Read, setting: &SettingDescription) -> Option<String> {
    let kind = setting.kind()?;
    (!read.kinds.contains(&kind)).then(|| {
        let Read { id, expected, .. } = read;
        format!("the setting `{id}` is read as {expected}, but its type is `{kind}`")
    })
}

fn unread(reader: &Reader) -> impl Iterator<Item = &str> {
    let read = |id: &str| reader.reads.iter().any(|read| read.id == id);
    reader
        .described
        .iter()
        .map(String::as_str)
        .filter(move |id| !read(id))
}
