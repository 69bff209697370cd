//! The settings that a module asks the customer for (section 7.1; section 12, rules 14 to 16 and
//! 18).

use std::collections::BTreeSet;

use super::limits::longer_than;
use super::report::{Place, Report};
use super::rules::{REGISTRATION_14, REGISTRATION_15, REGISTRATION_16, REGISTRATION_18};
use crate::message::{
    AudienceSubscriptionResponse, ModuleRegistrationResponse, Setting, SettingCommon, TextSetting,
};

/// What "short" means for the description of a setting: at most the length of the module's
/// description (our rule).
const LONGEST_DESCRIPTION: usize = 229;

/// One list of settings.
pub(super) fn list(found: &mut Report, at: &Place<'_>, settings: &[Setting<'_>]) {
    let mut ids = BTreeSet::new();
    for (index, setting) in settings.iter().enumerate() {
        let at = &at.index(index);
        let Some(fields) = common(setting) else {
            found.unknown_member(at, &Setting::INFO, setting.kind().as_str());
            continue;
        };
        shared(found, at, fields);
        if let Some(id) = fields.id.filter(|id| !id.is_empty())
            && !ids.insert(id)
        {
            found.error(
                &at.key("id"),
                REGISTRATION_14,
                "the id is in this list already",
            );
        }
        match setting {
            Setting::Text(text) => secret(found, at, text),
            Setting::Integer(integer) => bounds(
                found,
                at,
                [integer.min_value, integer.default_value, integer.max_value],
            ),
            Setting::Float(float) => {
                bounds(
                    found,
                    at,
                    [float.min_value, float.default_value, float.max_value],
                );
            }
            Setting::Boolean(_) | Setting::Unknown(_) => {}
        }
    }
}

/// The part of rule 18 that can be checked on a registration alone: nobody can fill in a required
/// setting that is not visible and has no initial value, except the module itself, and only in the
/// response to a subscription.
pub(super) fn fillable(found: &mut Report, at: &Place<'_>, settings: &[Setting<'_>]) {
    for (index, setting) in settings.iter().enumerate() {
        let (required, has_default) = match setting {
            Setting::Text(text) => (text.required, text.default_value.is_some()),
            Setting::Integer(integer) => (integer.required, integer.default_value.is_some()),
            Setting::Float(float) => (float.required, float.default_value.is_some()),
            Setting::Boolean(_) | Setting::Unknown(_) => continue,
        };
        let visible = common(setting).is_none_or(|fields| fields.visible);
        if required && !has_default && !visible {
            let message = "the customer must fill in a setting that is not shown";
            found.error(&at.index(index), REGISTRATION_18, message);
        }
    }
}

/// The part of rule 18 that needs both messages.
pub(super) fn undeclared(
    found: &mut Report,
    registration: &ModuleRegistrationResponse<'_>,
    answer: &AudienceSubscriptionResponse<'_>,
) {
    let declared: BTreeSet<&str> = registration
        .audience_processing_registration
        .iter()
        .flat_map(|audiences| audiences.audience_subscription_settings)
        .filter_map(|setting| common(setting)?.id)
        .collect();
    let at = &Place::TOP.key("audience_subscription_settings");
    let settings = answer.audience_subscription_settings;
    for (index, (id, _)) in settings.iter().enumerate() {
        if !declared.contains(id) {
            // An undeclared id may be a value.
            let message = format!("setting {} was not declared at registration", index + 1);
            found.error(&at.hidden_key(), REGISTRATION_18, message);
        }
    }
}

fn common<'a>(setting: &Setting<'a>) -> Option<&'a SettingCommon<'a>> {
    match setting {
        Setting::Text(text) => Some(&text.common),
        Setting::Integer(integer) => Some(&integer.common),
        Setting::Float(float) => Some(&float.common),
        Setting::Boolean(boolean) => Some(&boolean.common),
        Setting::Unknown(_) => None,
    }
}

/// Rule 14.
fn shared(found: &mut Report, at: &Place<'_>, setting: &SettingCommon<'_>) {
    for (field, text) in [("id", setting.id), ("name", setting.name)] {
        if text.is_none_or(str::is_empty) {
            found.error(
                at,
                REGISTRATION_14,
                format!("`{field}` is missing or empty"),
            );
        }
    }
    let description = setting.description.unwrap_or_default();
    if description.is_empty() {
        found.warn(at, REGISTRATION_14, "no description");
        return;
    }
    let problem = if longer_than(description, LONGEST_DESCRIPTION) {
        "a long description"
    } else if has_markup(description) {
        "markup or a link in the description"
    } else {
        return;
    };
    found.warn(&at.key("description"), REGISTRATION_14, problem);
}

fn has_markup(text: &str) -> bool {
    let tag = text.match_indices('<').any(|(at, _)| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!'))
    });
    tag || text.contains("://")
}

/// Rule 15. The values that are present are in ascending order.
fn bounds<T: PartialOrd>(found: &mut Report, at: &Place<'_>, [min, default, max]: [Option<T>; 3]) {
    let above =
        |low: &Option<T>, high: &Option<T>| matches!((low, high), (Some(a), Some(b)) if a > b);
    if above(&min, &max) {
        found.error(at, REGISTRATION_15, "`min_value` is above `max_value`");
    }
    if above(&min, &default) || above(&default, &max) {
        found.error(at, REGISTRATION_15, "`default_value` is out of bounds");
    }
}

/// Rule 16.
fn secret(found: &mut Report, at: &Place<'_>, setting: &TextSetting<'_>) {
    let texts = [setting.common.id, setting.common.name];
    let called_secret = texts.into_iter().flatten().any(sounds_secret);
    let complete = setting.required && setting.confidential;
    if (called_secret || setting.confidential) && !complete {
        let message = "a secret, by its name or flags, that is not both required and confidential";
        found.warn(at, REGISTRATION_16, message);
    }
}

/// Whether an id or a label names a key or another secret: `apiKey`, `API key`, `client_secret`.
fn sounds_secret(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "apikey",
        "accesskey",
        "authkey",
        "privatekey",
        "secret",
        "password",
        "passphrase",
        "token",
        "credential",
    ];
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    WORDS.iter().any(|word| plain.contains(word))
}
