//! The mapping once more, slowly and on serde_json, without the models.

use std::collections::HashMap;

use serde_json::Value;

/// Section 3.2, as (list, type, key).
const TABLE: &str = "u customer CustomerId, u email Email, u facebook FacebookId, u google GoogleId, \
u microsoft MicrosoftId, u twitter TwitterId, u yahoo YahooId, u other Other, u other2 Other2, \
u other3 Other3, u other4 Other4, u other5 Other5, u other6 Other6, u other7 Other7, \
u other8 Other8, u other9 Other9, u other10 Other10, m mpid MPID, \
d google_advertising_id GoogleAdvertisingIdentifier, \
d ios_advertising_id AppleAdvertisingIdentifier, d ios_vendor_id AppleVendorIdentifier, \
d android_id AndroidId, d fire_advertising_id FireAdvertisingIdentifier, \
d microsoft_advertising_id MicrosoftAdvertisingIdentifier, \
d roku_advertising_id RokuAdvertisingIdentifier, d roku_publisher_id RokuPublisherIdentifier";

/// The settings by name, as text; lists with keys only.
pub(crate) type Settings = HashMap<&'static str, String>;

/// The identities of each record, as JSON objects.
fn identities(profile: &Value, settings: &Settings) -> Vec<String> {
    let is_on = |name: &str, default: bool| settings.get(name).map_or(default, |it| it == "on");
    let excluded = settings
        .get("identities_to_exclude")
        .cloned()
        .unwrap_or_default();
    let mut kinds: Vec<(&str, Vec<String>)> = Vec::new();
    for row in TABLE.split(", ") {
        let words: Vec<&str> = row.split(' ').collect();
        let [list, kind, key] = words[..] else {
            panic!("{row}")
        };
        let switch = match key {
            "Email" => is_on("forward_email_addresses", true),
            "CustomerId" => is_on("forward_customer_ids", true),
            "AppleAdvertisingIdentifier" => is_on("forward_idfas", true),
            "GoogleAdvertisingIdentifier" => is_on("forward_google_advertising_ids", true),
            _ => true,
        };
        if !switch || excluded.split(',').any(|it| it == key) {
            continue;
        }
        let mut values = Vec::new();
        if list == "m" {
            values.extend(
                profile["mpid"]
                    .as_str()
                    .filter(|it| !it.is_empty())
                    .map(str::to_owned),
            );
        } else {
            let list = if list == "u" {
                "user_identities"
            } else {
                "device_identities"
            };
            for it in profile[list].as_array().into_iter().flatten() {
                let encoding = it["encoding"].as_str().unwrap();
                let hashed = ["md5", "sha1", "sha256"].contains(&encoding);
                let sent = encoding == "raw" || hashed && is_on("allow_hashed_identities", false);
                if it["type"] == kind && sent {
                    values.push(it["value"].as_str().unwrap().to_owned());
                }
            }
        }
        if !values.is_empty() {
            kinds.push((key, values));
        }
    }
    let only_mpid = kinds.iter().all(|(key, _)| *key == "MPID");
    if only_mpid && !is_on("send_anonymous_users", true) {
        return Vec::new();
    }
    let longest = kinds
        .iter()
        .map(|(_, values)| values.len())
        .max()
        .unwrap_or(0);
    let records = if is_on("one_message_per_device", false) {
        longest
    } else {
        longest.min(1)
    };
    let record = |k: usize| {
        let fields = kinds.iter().filter_map(|(key, values)| {
            let value = if values.len() == 1 {
                values.first()
            } else {
                values.get(k)
            };
            value.map(|value| format!("\"{key}\":{}", json_text(value)))
        });
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    };
    (0..records).map(record).collect()
}

/// A JSON string with the escapes of the writer: upper-case hexadecimal digits.
fn json_text(text: &str) -> String {
    Value::from(text).to_string()
}

/// What the receiver gets, and the members with the identities last sent; `former` is `None`
/// without a store.
pub(crate) fn records(
    message: &Value,
    settings: &Settings,
    former: &mut Option<HashMap<(i64, String), Vec<String>>>,
) -> Vec<String> {
    let mut records = Vec::new();
    let time = message["timestamp_ms"].as_i64();
    for profile in message["user_profiles"].as_array().into_iter().flatten() {
        for audience in profile["audiences"].as_array().into_iter().flatten() {
            let is_member = match audience["action"].as_str() {
                Some("add") => true,
                Some("delete") => false,
                _ => continue,
            };
            let id = audience["audience_id"].as_i64().unwrap();
            let mut push = |is_member: bool, identities: &str| {
                let mut fields = Vec::new();
                if let Some(time) = time {
                    let seconds = (time as f64 / 1000.0).floor();
                    fields.push(format!("\"MembershipChangedTimestamp\":\"{seconds}\""));
                }
                fields.push(format!("\"AudienceId\":{id}"));
                if let Some(name) = audience["audience_name"].as_str() {
                    fields.push(format!("\"AudienceName\":{}", json_text(name)));
                }
                fields.push(format!("\"IsMember\":{is_member}"));
                fields.push(format!("\"UserIdentities\":{identities}"));
                records.push(format!("{{{}}}", fields.join(",")));
            };
            let all = identities(profile, settings);
            let mpid = profile["mpid"].as_str().filter(|it| !it.is_empty());
            if let (Some(former), Some(mpid)) = (former.as_mut(), mpid) {
                let member = (id, mpid.to_owned());
                let sent = former
                    .get(&member)
                    .filter(|sent| is_member && **sent != all);
                if !all.is_empty() {
                    sent.into_iter().flatten().for_each(|it| push(false, it));
                }
                if is_member && !all.is_empty() {
                    former.insert(member, all.clone());
                } else if !is_member {
                    former.remove(&member);
                }
            }
            all.iter().for_each(|it| push(is_member, it));
        }
    }
    records
}
