//! Push messages: tokens, and payloads that are JSON text in a JSON string (protocol, 4.9, 4.11,
//! 4.16).
//!
//! Payloads have the two forms that devices report: nested objects on iOS, and on Android one flat
//! object whose nested values are JSON text, so that their quotes are escaped twice. They contain
//! more backslashes than any other part of real traffic.

use super::EPOCH_MS;
use super::identities::User;
use super::json::Writer;
use super::random::Random;

/// Texts in a payload, escaped for the JSON inside the string.
const TITLES: &[&str] = &[
    "Spring sale",
    "Your order is on its way",
    "50 % off 🎉",
    "Neue Nachricht",
    "Breaking news",
];
const BODIES: &[&str] = &[
    "Open the app to see more.",
    "Nur noch heute: alles –20 %",
    "Tap here 👉",
    r"It's \\\\o/ time",
    r"two\\nlines",
];

/// The fields of `push_subscription`.
pub(super) fn subscription(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    w.string_field(
        "action",
        if random.chance(75) {
            "subscribe"
        } else {
            "unsubscribe"
        },
    );
    w.key("token");
    w.open();
    for _ in 0..4 {
        w.hex(random.bits());
    }
    w.close();
}

/// `"payload"`, which may be missing.
pub(super) fn payload(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    if random.chance(4) {
        return;
    }
    w.key("payload");
    w.open();
    if random.chance(50) {
        object(w, random);
    } else {
        flat(w, random);
    }
    w.close();
}

/// The iOS form: nested objects.
fn object(w: &mut Writer<'_>, random: &mut Random) {
    w.part(r#"{\"aps\":{\"alert\":{\"title\":\""#);
    w.part(random.pick(TITLES));
    w.part(r#"\",\"body\":\""#);
    w.part(random.pick(BODIES));
    w.part(r#"\"},\"badge\":1,\"sound\":\"default\"},\"provider_key\":\""#);
    w.short_hex(random.bits() as u32);
    w.part(r#"\",\"m_cntid\":"#);
    w.unsigned(random.between(10_000, 99_999));
    w.part("}");
}

/// The Android form: every value is text, and one of them is JSON.
fn flat(w: &mut Writer<'_>, random: &mut Random) {
    w.part(r#"{\"from\":\"1055020496\",\"collapse_key\":\"do_not_collapse\",\"title\":\""#);
    w.part(random.pick(TITLES));
    w.part(r#"\",\"google.sent_time\":\""#);
    w.unsigned(EPOCH_MS + random.between(0, 86_400_000));
    w.part(r#"\",\"provider_key\":\""#);
    w.short_hex(random.bits() as u32);
    w.part(r#"\",\"data\":\"{\\\"link\\\":\\\"app://offers/"#);
    w.unsigned(random.between(1, 500));
    w.part(r#"\\\",\\\"silent\\\":false}\"}"#);
}
