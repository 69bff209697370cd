//! Identities of users, devices and partners (M 3, and M 2 for partners).

use super::value::{Fields, Object, Warnings, string, uuid};
use crate::json::Json;

/// M 3, first table.
const USER: &[(&str, &str)] = &[
    ("customer", "customer_id"),
    ("email", "email"),
    ("facebook", "facebook"),
    ("twitter", "twitter"),
    ("google", "google"),
    ("microsoft", "microsoft"),
    ("yahoo", "yahoo"),
    ("other", "other"),
    ("other2", "other_id_2"),
    ("other3", "other_id_3"),
    ("other4", "other_id_4"),
    ("other5", "other_id_5"),
    ("other6", "other_id_6"),
    ("other7", "other_id_7"),
    ("other8", "other_id_8"),
    ("other9", "other_id_9"),
    ("other10", "other_id_10"),
    ("mobile_number", "mobile_number"),
    ("phone_number_2", "phone_number_2"),
    ("phone_number_3", "phone_number_3"),
];

/// M 3, third table, without the push tokens; and whether the field is a uuid (J 7.1). Reading M 3:
/// the Microsoft ids are free text.
const DEVICE: &[(&str, &str, bool)] = &[
    ("android_id", "android_uuid", false),
    ("google_advertising_id", "android_advertising_id", true),
    ("ios_advertising_id", "ios_advertising_id", true),
    ("ios_vendor_id", "ios_idfv", true),
    ("roku_advertising_id", "roku_advertising_id", true),
    ("roku_publisher_id", "roku_publisher_id", true),
    (
        "microsoft_advertising_id",
        "microsoft_advertising_id",
        false,
    ),
    ("microsoft_publisher_id", "microsoft_publisher_id", false),
    ("fire_advertising_id", "fire_advertising_id", true),
];

const GOOGLE_TOKEN: &str = "google_cloud_messaging_token";
const APPLE_TOKEN: &str = "apple_push_notification_token";

/// `user_identities` of the batch, in order, repeated types included.
pub(super) fn user_identities(request: &Json, warnings: &mut Warnings) -> Option<Json> {
    let mut list = Vec::new();
    for (index, identity) in request.list("user_identities").into_iter().enumerate() {
        let path = format!("user_identities[{index}]");
        let Some(mut written) = user_identity(identity, &path, warnings) else {
            continue;
        };
        // Reading M 3: "last" means list order; a change without a time leaves that of the request.
        let change = request
            .list("events")
            .into_iter()
            .rfind(|event| adds(event, identity));
        let time = change.and_then(|event| event.int("timestamp_ms"));
        let time = time.or_else(|| request.int("timestamp_ms"));
        written.put_int("timestamp_unixtime_ms", time);
        written.put_flag("created_this_batch", change.map(|_| true));
        list.push(written.json());
    }
    (!list.is_empty()).then_some(Json::Array(list))
}

/// Type, value and, unless it is `raw`, encoding of a user identity. Reading M 3: an identity of
/// unknown type is dropped, an unknown encoding is written as it came, unless it is empty (reading
/// "empty values").
pub(super) fn user_identity(
    identity: &Json,
    path: &str,
    warnings: &mut Warnings,
) -> Option<Object> {
    let Some(identity_type) = identity_type(identity) else {
        warnings.add(path, "unknown identity type");
        return None;
    };
    let mut written = Object::default();
    written.put_text("identity_type", identity_type);
    written.copy(identity, "value", "identity");
    if !is_raw(identity) {
        written.copy(identity, "encoding", "encoding");
    }
    Some(written)
}

/// The outgoing name of a user identity's type.
pub(super) fn identity_type(identity: &Json) -> Option<&'static str> {
    let wanted = identity.text("type")?;
    let row = USER.iter().find(|(known, _)| *known == wanted);
    row.map(|(_, name)| *name)
}

/// Whether an event adds an identity. Reading M 3: type, encoding and value are compared.
fn adds(event: &Json, identity: &Json) -> bool {
    let is_same = |other: &&Json| {
        ["type", "encoding", "value"]
            .iter()
            .all(|name| other.get(name) == identity.get(name))
    };
    event.text("type") == Some("user_identity_change") && event.list("added").iter().any(is_same)
}

fn is_raw(identity: &Json) -> bool {
    identity.text("encoding") == Some("raw")
}

/// `partner_identities`: type to value. Reading M 2: the last of equal types wins.
pub(super) fn partner_identities(request: &Json, warnings: &mut Warnings) -> Object {
    let mut partners = Object::default();
    for (index, identity) in request.list("partner_identities").into_iter().enumerate() {
        if !is_raw(identity) {
            // N3: the map has no place for the encoding.
            warnings.add(
                format!("partner_identities[{index}]"),
                "hashed partner identity",
            );
        } else if let Some(partner) = identity.text("type") {
            partners.put(partner, identity.get("value").cloned());
        }
    }
    partners
}

fn is_known_of_device(kind: &str) -> bool {
    [GOOGLE_TOKEN, APPLE_TOKEN].contains(&kind) || DEVICE.iter().any(|(known, ..)| *known == kind)
}

/// The device identities of `device_info`, among them the push token.
pub(super) fn device_identities(environment: &Json, warnings: &mut Warnings) -> Object {
    let mut fields = Object::default();
    let (mut google, mut apple) = (None, None);
    for (index, identity) in environment.list("identities").into_iter().enumerate() {
        let path = format!("runtime_environment.identities[{index}]");
        // Reading M 3: an identity of unknown type is dropped. An empty value is refused (row P2).
        let kind = identity.text("type").unwrap_or_default();
        let Some(value) = identity.text("value") else {
            continue;
        };
        if !is_known_of_device(kind) {
            warnings.add(path, "unknown device identity type");
            continue;
        }
        if !is_raw(identity) {
            warnings.add(path, "hashed device identity");
            continue;
        }
        // Reading M 3: the first of a type counts, among those that are not dropped.
        match kind {
            GOOGLE_TOKEN => google = google.or(Some(value)),
            APPLE_TOKEN => apple = apple.or(Some(value)),
            _ => match DEVICE.iter().find(|(known, _, _)| *known == kind) {
                None => {}
                Some((_, _, true)) if uuid(value).is_none() => warnings.add(path, "not a uuid"),
                Some((_, field, _)) if fields.has(field) => {}
                Some((_, field, is_uuid)) => {
                    let value = uuid(value).filter(|_| *is_uuid).unwrap_or(value.to_owned());
                    fields.put_text(field, &value);
                }
            },
        }
    }
    // On ios and tvos the Apple token wins, elsewhere the Google one.
    let token = match environment.text("type") {
        Some("ios" | "tvos") => apple.or(google),
        _ => google.or(apple),
    };
    fields.put("push_token", token.map(string));
    fields
}
