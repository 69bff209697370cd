//! Users and their identities (protocol, 5.2). A user is the same in every message of a stream.
//!
//! A user is derived from the seed of the stream and a number, so nothing is stored. Hashed
//! identities have the right length but are random, so they are not suitable for tests of hashing.

use super::json::Writer;
use super::random::{Random, mix};
use super::words::{FIRST_NAMES, LAST_NAMES, MAIL_HOSTS, PLACES, Place, USER_KEYS};

/// Every value of UserIdentityType (protocol, section 8), common ones first.
pub(super) const USER_IDENTITY_TYPES: [&str; 20] = [
    "customer",
    "email",
    "facebook",
    "google",
    "twitter",
    "microsoft",
    "yahoo",
    "mobile_number",
    "phone_number_2",
    "phone_number_3",
    "other",
    "other2",
    "other3",
    "other4",
    "other5",
    "other6",
    "other7",
    "other8",
    "other9",
    "other10",
];

/// Every value of DeviceIdentityType (protocol, section 8).
pub(super) const DEVICE_IDENTITY_TYPES: [&str; 11] = [
    "android_id",
    "google_advertising_id",
    "google_cloud_messaging_token",
    "ios_advertising_id",
    "ios_vendor_id",
    "apple_push_notification_token",
    "roku_advertising_id",
    "roku_publisher_id",
    "microsoft_advertising_id",
    "microsoft_publisher_id",
    "fire_advertising_id",
];

/// Names of partner identities, and the integration's own cookie.
pub(super) const PARTNER_TYPES: &[&str] = &[
    "mParticle_mpid",
    "Hydrant_visitor",
    "ModuleA_customer",
    "$cookie_sync_id",
    "a_partner_id",
];

/// Every value of IdentityEncoding; `raw` is the most frequent.
pub(super) const ENCODINGS: &[&str] = &[
    "raw", "raw", "raw", "raw", "md5", "sha1", "sha256", "sha256",
];

/// The number of different users in a stream.
const USERS: u64 = 50_000;

/// A user.
#[derive(Debug, Clone)]
pub(super) struct User {
    seed: u64,
    pub(super) number: u64,
    pub(super) mpid: i64,
    pub(super) first: (&'static str, &'static str),
    pub(super) last: (&'static str, &'static str),
    host: &'static str,
    style: u32,
    digits: u64,
    pub(super) place: Place,
}

impl User {
    /// A random user of a stream.
    pub(super) fn pick(stream: u64, random: &mut Random) -> Self {
        let number = random.between(1, USERS);
        let seed = mix(mix(stream ^ 0x0075_7365_7273) ^ number);
        let mut own = Random::new(seed);
        Self {
            seed,
            number,
            mpid: own.bits() as i64,
            first: own.pick(FIRST_NAMES),
            last: own.pick(LAST_NAMES),
            host: own.pick(MAIL_HOSTS),
            style: own.below(8),
            digits: own.between(1, 99),
            place: own.pick(PLACES),
        }
    }

    /// Random numbers that are the same for this user and `purpose` in every message.
    pub(super) const fn stable(&self, purpose: u64) -> Random {
        Random::new(self.seed ^ mix(purpose))
    }

    /// The e-mail address in one of several forms, as part of a string.
    pub(super) fn email_part(&self, w: &mut Writer<'_>) {
        let (first, last) = (self.first.1, self.last.1);
        match self.style {
            0 => {
                w.upper_part(first);
                w.part(".");
                w.upper_part(last);
            }
            1 => {
                w.text_part(first);
                w.part("+news@");
                w.part(self.host);
                return;
            }
            2 => {
                w.text_part(last);
                w.part("_");
                w.unsigned(self.digits);
            }
            3 => {
                w.upper_part(first);
                w.unsigned(self.digits);
            }
            _ => {
                w.text_part(first);
                w.part(".");
                w.text_part(last);
                w.unsigned(self.digits);
            }
        }
        w.part("@");
        w.text_part(self.host);
    }

    /// `"user_attributes"`: the reserved ones, then up to eight custom ones.
    pub(super) fn attributes(&self, w: &mut Writer<'_>) {
        let mut own = self.stable(2);
        w.key("user_attributes");
        w.begin_object();
        if own.chance(60) {
            w.text_field("$FirstName", self.first.0);
            w.text_field("$LastName", self.last.0);
        }
        if own.chance(50) {
            w.text_field("$City", self.place.city);
            w.text_field("$State", self.place.state);
            w.string_field("$Zip", self.place.zip);
            w.string_field("$Country", self.place.country);
        }
        if own.chance(40) {
            w.string_field("$Gender", if own.chance(50) { "F" } else { "M" });
            w.key("$Age");
            w.open();
            w.unsigned(own.between(13, 95));
            w.close();
        }
        let count = own.between(1, 8) as usize;
        for key in own.distinct(USER_KEYS, count) {
            w.key(key);
            super::values::attribute_value(w, &mut own);
        }
        w.end_object();
    }

    /// `"user_identities"`, at most one of each type; left out if there is none.
    pub(super) fn identities(&self, w: &mut Writer<'_>) {
        let mut own = self.stable(3);
        let known = own.bits() & own.bits() & own.bits() & 0xF_FFFC
            | u64::from(own.chance(85)) << 1
            | u64::from(own.chance(80));
        if known == 0 {
            return;
        }
        w.key("user_identities");
        w.begin_array();
        for (bit, kind) in USER_IDENTITY_TYPES.iter().enumerate() {
            if known >> bit & 1 == 1 {
                w.element();
                self.identity(w, kind, own.pick(ENCODINGS), 0);
            }
        }
        w.end_array();
    }

    /// One identity of this user. `version` distinguishes the old from the new value of an identity
    /// that changes.
    pub(super) fn identity(&self, w: &mut Writer<'_>, kind: &str, encoding: &str, version: u64) {
        let salt = kind
            .bytes()
            .fold(version, |hash, byte| mix(hash ^ u64::from(byte)));
        let mut own = self.stable(salt);
        begin_identity(w, kind, encoding);
        if encoding != "raw" {
            digest_part(w, &mut own, encoding);
        } else {
            match kind {
                "email" if version == 0 => self.email_part(w),
                "email" => {
                    w.part("former.");
                    self.email_part(w);
                }
                "customer" => {
                    w.part("C-");
                    w.padded(self.number, 8);
                    if version > 0 {
                        w.part("-old");
                    }
                }
                "facebook" | "google" | "microsoft" => {
                    w.unsigned(own.between(100_000_000, 99_999_999_999))
                }
                "twitter" | "yahoo" => {
                    w.text_part(self.first.1);
                    w.unsigned(own.between(1, 9_999));
                }
                "mobile_number" | "phone_number_2" | "phone_number_3" => {
                    w.part("+1555");
                    w.padded(own.between(0, 9_999_999), 7);
                }
                _ => w.uuid_part(own.bits(), own.bits()),
            }
        }
        end_identity(w);
    }

    /// One device identity of this user.
    pub(super) fn device_identity(&self, w: &mut Writer<'_>, kind: &str, encoding: &str) {
        let salt = kind
            .bytes()
            .fold(99, |hash, byte| mix(hash ^ u64::from(byte)));
        let mut own = self.stable(salt);
        begin_identity(w, kind, encoding);
        match kind {
            _ if encoding != "raw" => digest_part(w, &mut own, encoding),
            "android_id" => w.hex(own.bits()),
            "google_cloud_messaging_token" => {
                w.hex(own.bits());
                w.part(":APA91b");
                for _ in 0..5 {
                    w.hex(own.bits());
                }
            }
            "apple_push_notification_token" => digest_part(w, &mut own, "sha256"),
            _ => w.uuid_part(own.bits(), own.bits()),
        }
        end_identity(w);
    }

    /// `"partner_identities"` with one or two entries of different types.
    pub(super) fn partner_identities(&self, w: &mut Writer<'_>, random: &mut Random) {
        let mut own = self.stable(4);
        w.key("partner_identities");
        w.begin_array();
        let first = random.below(PARTNER_TYPES.len() as u32) as usize;
        for step in 0..random.between(1, 2) as usize {
            let kind = PARTNER_TYPES
                .get((first + step) % PARTNER_TYPES.len())
                .copied()
                .unwrap_or("a_partner_id");
            let encoding = random.pick(ENCODINGS);
            w.element();
            begin_identity(w, kind, encoding);
            match encoding {
                "raw" => w.hex(own.bits()),
                _ => digest_part(w, &mut own, encoding),
            }
            end_identity(w);
        }
        w.end_array();
    }
}

fn begin_identity(w: &mut Writer<'_>, kind: &str, encoding: &str) {
    w.begin_object();
    w.string_field("type", kind);
    w.string_field("encoding", encoding);
    w.key("value");
    w.open();
}

fn end_identity(w: &mut Writer<'_>) {
    w.close();
    w.end_object();
}

/// As many hexadecimal digits as a digest in this encoding has, as part of a string.
fn digest_part(w: &mut Writer<'_>, random: &mut Random, encoding: &str) {
    let words = match encoding {
        "md5" => 2,
        "sha1" => {
            w.short_hex(random.bits() as u32);
            2
        }
        _ => 4,
    };
    for _ in 0..words {
        w.hex(random.bits());
    }
}
