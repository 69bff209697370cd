//! Audience messages: membership changes and subscriptions (protocol, 3.4, 3.5 and 5.12 to 5.14).

use super::identities::{DEVICE_IDENTITY_TYPES, User};
use super::json::Writer;
use super::random::Random;
use super::requests::{Source, begin_message, mpid};
use super::values::{account, attribute_value, settings, text_list};
use super::words::{LIST_KEYS, USER_KEYS};

/// Names of audiences. The identifier of an audience is its index plus [`FIRST_AUDIENCE`].
const AUDIENCES: &[&str] = &[
    "New Users Low Engagement",
    "Cart Abandoners – 7 days",
    "VIP \"Gold\"",
    "Churn risk > 80 %",
    "Käufer Süd",
    "Example Audience Name",
    "ニュース読者",
    "iOS 🍏 users",
];
const FIRST_AUDIENCE: u64 = 4_560;

const SETTINGS: &str = "audience_subscription_settings";

/// `audience_membership_change_request` for a few users.
pub(super) fn membership_change(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "audience_membership_change_request");
    account(w, source.random);
    w.key("user_profiles");
    w.begin_array();
    for _ in 0..source.random.between(1, 12) {
        let user = User::pick(source.stream, source.random);
        w.element();
        profile(w, source.random, &user);
    }
    w.end_array();
    w.end_object();
}

fn profile(w: &mut Writer<'_>, random: &mut Random, user: &User) {
    w.begin_object();
    user.identities(w);
    let devices = user.stable(5).bits();
    let devices = devices & (devices >> 16) & 0x7FF;
    if devices != 0 {
        w.key("device_identities");
        w.begin_array();
        for (bit, kind) in DEVICE_IDENTITY_TYPES.iter().enumerate() {
            if devices >> bit & 1 == 1 {
                w.element();
                user.device_identity(w, kind, "raw");
            }
        }
        w.end_array();
    }
    if random.chance(20) {
        user.partner_identities(w, random);
    }
    w.key("audiences");
    w.begin_array();
    let first = random.between(0, 7);
    for place in first..=first + random.between(0, 2) {
        w.element();
        audience(w, random, place % 8);
    }
    w.end_array();
    if random.chance(85) {
        mpid(w, user);
    }
    w.end_object();
}

/// One membership of a user. It has attributes only if the user joins or if attributes change.
fn audience(w: &mut Writer<'_>, random: &mut Random, place: u64) {
    let action = random.pick(&["add", "add", "delete", "attribute_update"]);
    w.begin_object();
    w.unsigned_field("audience_id", FIRST_AUDIENCE + place);
    w.text_field(
        "audience_name",
        AUDIENCES.get(place as usize).copied().unwrap_or("audience"),
    );
    settings(w, random, SETTINGS);
    w.string_field("action", action);
    if action == "attribute_update" || (action == "add" && random.chance(30)) {
        w.key("user_attributes");
        w.begin_array();
        let count = random.between(1, 4) as usize;
        for key in random.distinct(USER_KEYS, count) {
            w.element();
            shared_attribute(w, random, key);
        }
        w.end_array();
    }
    w.end_object();
}

/// One shared attribute: a value, a list, a tag without value, or a deletion.
fn shared_attribute(w: &mut Writer<'_>, random: &mut Random, key: &str) {
    let form = random.below(6);
    w.begin_object();
    w.string_field(
        "key",
        if form == 0 {
            random.pick(LIST_KEYS)
        } else {
            key
        },
    );
    if form > 2 {
        w.key("value");
        attribute_value(w, random);
    }
    w.string_field("action", if form == 1 { "delete" } else { "upsert" });
    if form == 0 {
        w.key("list_value");
        text_list(w, random);
    }
    w.end_object();
}

/// `audience_subscription_request`: add, update or remove.
pub(super) fn subscription(w: &mut Writer<'_>, source: &mut Source<'_>) {
    begin_message(w, source, "audience_subscription_request");
    let random = &mut *source.random;
    let place = random.below(AUDIENCES.len() as u32) as usize;
    account(w, random);
    w.unsigned_field("audience_id", FIRST_AUDIENCE + place as u64);
    w.text_field(
        "audience_name",
        AUDIENCES.get(place).copied().unwrap_or("audience"),
    );
    if random.chance(50) {
        w.text_field(
            "audience_description",
            "Everybody who \"opened\" the app\nin the last 30 days",
        );
    }
    let action = random.pick(&["add", "update", "remove"]);
    settings(w, random, SETTINGS);
    if action == "update" {
        settings(w, random, "previous_audience_subscription_settings");
    }
    w.string_field("action", action);
    w.end_object();
}
