//! Consent records, the consent state of a user, and notifications of changes (protocol, 5.7 to
//! 5.9).

use super::EPOCH_MS;
use super::json::Writer;
use super::random::Random;

/// Purposes of GDPR consent: 8, because [`Random::distinct`] needs a power of two.
const PURPOSES: &[&str] = &[
    "analytics",
    "marketing",
    "personalization",
    "Personalisierte Werbung – Märkte",
    "location \"precise\"",
    "profiling",
    "newsletter",
    "3rd party/sharing",
];
const DOCUMENTS: &[&str] = &[
    "privacy_policy_v3.1",
    "terms-2024-05",
    "Einwilligung \"Cookies\"",
    "document",
];
const LOCATIONS: &[&str] = &[
    "17 Cherry Tree Lane",
    "https://www.example.com/privacy",
    "checkout",
    "Zürich",
];
/// The only purpose of CCPA consent.
const SALE: &str = "data_sale_opt_out";

/// `"consent_state"` with GDPR purposes, the CCPA purpose, or both.
pub(super) fn consent_state(w: &mut Writer<'_>, random: &mut Random) {
    let which = random.below(4);
    w.key("consent_state");
    w.begin_object();
    if which != 0 {
        w.key("gdpr_consent_state");
        w.begin_object();
        let count = random.between(1, 4) as usize;
        for purpose in random.distinct(PURPOSES, count) {
            w.text_key(purpose);
            record(w, random);
        }
        w.end_object();
    }
    if which < 2 {
        w.key("ccpa_consent_state");
        w.begin_object();
        w.key(SALE);
        record(w, random);
        w.end_object();
    }
    w.end_object();
}

/// `"system_notifications"` with one or two changes.
pub(super) fn system_notifications(w: &mut Writer<'_>, random: &mut Random) {
    w.key("system_notifications");
    w.begin_array();
    for _ in 0..random.between(1, 2) {
        w.element();
        w.begin_object();
        let gdpr = random.chance(60);
        w.string_field(
            "type",
            if gdpr {
                "gdpr_consent_state"
            } else {
                "ccpa_consent_state"
            },
        );
        w.text_field("purpose", if gdpr { random.pick(PURPOSES) } else { SALE });
        let change = random.below(4);
        if change != 0 {
            w.key(if gdpr {
                "old_gdpr_consent_state"
            } else {
                "old_ccpa_consent_state"
            });
            record(w, random);
        }
        if change != 1 {
            w.key(if gdpr {
                "new_gdpr_consent_state"
            } else {
                "new_ccpa_consent_state"
            });
            record(w, random);
        }
        w.end_object();
    }
    w.end_array();
}

/// One consent record. GDPR and CCPA have the same fields.
fn record(w: &mut Writer<'_>, random: &mut Random) {
    w.begin_object();
    w.bool_field("consented", random.chance(65));
    if random.chance(70) {
        w.text_field("document", random.pick(DOCUMENTS));
    }
    if random.chance(85) {
        w.unsigned_field(
            "timestamp_unixtime_ms",
            EPOCH_MS - random.between(0, 31_536_000_000),
        );
    }
    if random.chance(40) {
        w.text_field("location", random.pick(LOCATIONS));
    }
    if random.chance(40) {
        w.uuid_field("hardware_id", random);
    }
    w.end_object();
}
