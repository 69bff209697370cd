//! Data subject requests (protocol, 3.6 and 5.10).

use super::identities::User;
use super::json::Writer;
use super::requests::{Source, begin_message};
use super::values::account;

/// Every value of OpenDsrIdentityType. A request has at most one identity of each type.
const IDENTITY_TYPES: [&str; 11] = [
    "controller_customer_id",
    "android_advertising_id",
    "android_id",
    "email",
    "fire_advertising_id",
    "ios_advertising_id",
    "ios_vendor_id",
    "microsoft_advertising_id",
    "microsoft_publisher_id",
    "roku_publisher_id",
    "roku_advertising_id",
];

/// `dsr_processing_request` for one user.
///
/// The time of submission is written as the reference writes it: seconds with nine fractional
/// digits (D5).
pub(super) fn data_subject_request(w: &mut Writer<'_>, source: &mut Source<'_>) {
    let user = User::pick(source.stream, source.random);
    begin_message(w, source, "dsr_processing_request");
    let random = &mut *source.random;
    account(w, random);
    w.uuid_field("subject_request_id", random);
    w.string_field("subject_request_type", "erasure");
    let age_ms = random.between(0, 86_400_000);
    w.key("submitted_time");
    w.decimal(
        (source.now - age_ms) * 1_000_000 + random.between(0, 999_999),
        9,
    );

    let mut own = user.stable(13);
    let mut known = own.bits() & own.bits() & 0x7FF;
    if known == 0 {
        known = 0b1000;
    }
    w.key("subject_identities");
    w.begin_object();
    for (bit, kind) in IDENTITY_TYPES.iter().enumerate() {
        if known >> bit & 1 == 1 {
            w.key(kind);
            w.begin_object();
            w.string_field("encoding", "raw");
            w.key("value");
            w.open();
            match *kind {
                "email" => user.email_part(w),
                "controller_customer_id" => {
                    w.part("C-");
                    w.padded(user.number, 8);
                }
                "android_id" => w.hex(own.bits()),
                _ => w.uuid_part(own.bits(), own.bits()),
            }
            w.close();
            w.end_object();
        }
    }
    w.end_object();
    if random.chance(95) {
        w.string_field("api_version", "3.0");
    }
    if random.chance(95) {
        w.string_field(
            "regulation",
            random.pick(&["gdpr", "gdpr", "ccpa", "ccpa", "unknown"]),
        );
    }
    w.end_object();
}
