//! Audience forwarding (C 3): the `Data` objects of membership and subscription messages.

use super::audience_settings::{AudienceSettings, IDENTITIES, Source};
use super::value::{Fields, Object, Warnings, integer, string};
use crate::json::Json;
use crate::{Refusal, decoded};

/// What the audience connection does with one message.
#[derive(Debug, Default)]
pub struct Audience {
    /// The objects to send, in order.
    pub records: Vec<Json>,
    /// Where something was dropped, and why.
    pub warnings: Vec<(String, &'static str)>,
}

/// The values of each kind of identity that may be sent, in the order of C 3.2, without kinds that
/// have none.
type Kinds<'a> = Vec<(&'static str, Vec<&'a str>)>;

/// The audience messages of one message.
///
/// # Errors
///
/// The first refusal of the message (`docs/semantics.md`).
pub fn audience(message: &[u8], settings: &AudienceSettings) -> Result<Audience, Refusal> {
    Ok(audience_decoded(&decoded(message)?, settings))
}

/// The audience messages of a message that has been read with [`decoded`].
pub fn audience_decoded(request: &Json, settings: &AudienceSettings) -> Audience {
    let mut warnings = Warnings::default();
    let records = match request.text("type") {
        Some("audience_membership_change_request") => membership(request, settings, &mut warnings),
        // C 3.6: the end of an audience, with an empty `UserIdentities`.
        Some("audience_subscription_request") if request.text("action") == Some("remove") => {
            let nobody = Object::default().json();
            vec![data(request, request, false, nobody, &mut warnings)]
        }
        _ => Vec::new(),
    };
    Audience {
        records,
        warnings: warnings.0,
    }
}

/// C 3.3: order of profiles, then of audiences. A heartbeat has no profiles and gives nothing.
fn membership(request: &Json, settings: &AudienceSettings, warnings: &mut Warnings) -> Vec<Json> {
    let mut records = Vec::new();
    for (index, profile) in request.list("user_profiles").into_iter().enumerate() {
        let kinds = kinds(profile, settings);
        // C 3.5: a user without any identity is not sent; nor, with Send Anonymous Users off, one
        // known only by the MPID. Both are decided after the exclusions.
        let is_anonymous = kinds.iter().all(|(key, _)| *key == "MPID");
        if kinds.is_empty() || (is_anonymous && !settings.send_anonymous_users) {
            continue;
        }
        for (place, audience) in profile.list("audiences").into_iter().enumerate() {
            let is_member = match audience.text("action") {
                Some("add") => true,
                Some("delete") => false,
                // Membership did not change.
                Some("attribute_update") => continue,
                _ => {
                    let path = format!("user_profiles[{index}].audiences[{place}]");
                    warnings.add(path, "missing or unknown action");
                    continue;
                }
            };
            for identities in user_identities(&kinds, settings) {
                records.push(data(request, audience, is_member, identities, warnings));
            }
        }
    }
    records
}

/// C 3.3: only `raw` identities, hashed ones with the option; unknown encodings never (reading
/// "audiences"). C 3.5: without those that are excluded.
fn kinds<'a>(profile: &'a Json, settings: &AudienceSettings) -> Kinds<'a> {
    let of_type = |list: &str, wanted: &str| -> Vec<&'a str> {
        let identities = profile.list(list).into_iter();
        identities
            .filter(|identity| identity.text("type") == Some(wanted))
            .filter(|identity| match identity.text("encoding") {
                Some("raw") => true,
                Some("md5" | "sha1" | "sha256") => settings.allow_hashed_identities,
                _ => false,
            })
            .filter_map(|identity| identity.text("value"))
            .collect()
    };
    let kinds = IDENTITIES.iter().map(|(_, key, source)| {
        let values = match source {
            Source::User(wanted) => of_type("user_identities", wanted),
            Source::Device(wanted) => of_type("device_identities", wanted),
            // N14: text, as received.
            Source::Mpid => profile.text("mpid").into_iter().collect(),
        };
        (*key, values)
    });
    kinds
        .filter(|(key, values)| settings.is_sent(key) && !values.is_empty())
        .collect()
}

/// The `UserIdentities` of one user, which are several with the option `one_message_per_device`.
/// N15: the k-th message holds the k-th value of each kind that has several, so nothing of a kind
/// whose several values are fewer, and the first value of the others.
fn user_identities(kinds: &Kinds<'_>, settings: &AudienceSettings) -> Vec<Json> {
    let longest = kinds
        .iter()
        .map(|(_, values)| values.len())
        .max()
        .unwrap_or(0);
    let messages = if settings.one_message_per_device {
        longest
    } else {
        1
    };
    let message = |k: usize| {
        let mut identities = Object::default();
        for (key, values) in kinds {
            let value = match values[..] {
                [only] => Some(only),
                _ => values.get(k).copied(),
            };
            if let Some(value) = value {
                identities.put_text(settings.written(key), value);
            }
        }
        identities.json()
    };
    (0..messages).map(message).collect()
}

/// C 3.1: one object, its fields in the order of the table.
fn data(
    request: &Json,
    audience: &Json,
    is_member: bool,
    user_identities: Json,
    warnings: &mut Warnings,
) -> Json {
    let mut data = Object::default();
    match request.int("timestamp_ms") {
        // C 3.3: divided by 1000, rounded down, as text.
        Some(time) => {
            let seconds = time.div_euclid(1000).to_string();
            data.put("MembershipChangedTimestamp", Some(string(&seconds)));
        }
        None => warnings.add("timestamp_ms", "missing time stamp"),
    }
    let id = audience.int("audience_id").unwrap_or_default();
    data.put("AudienceId", Some(integer(id)));
    // Reading "audiences": a missing name is left out.
    data.copy(audience, "audience_name", "AudienceName");
    data.put_flag("IsMember", is_member);
    data.put("UserIdentities", Some(user_identities));
    data.json()
}
