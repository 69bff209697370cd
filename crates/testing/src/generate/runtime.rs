//! Runtime environments (protocol, section 6): ten types, each with exactly the fields of its model
//! in table 6.2.
//!
//! The device belongs to the user and is the same in every message of that user. All eight models
//! of the reference have the same order of fields; [`Platform::write`] defines which model has
//! which field.

use super::EPOCH_MS;
use super::devices::{
    ANDROID, APPLICATIONS, Device, FIRETVS, IOS, OTHERS, REFERRERS, ROKUS, SEARCH_ADS, TVOS, WEB,
    XBOXES,
};
use super::identities::{ENCODINGS, User};
use super::json::Writer;
use super::random::Random;

/// One bit per model of table 6.2.
const ANDROID_MODEL: u8 = 1;
const IOS_MODEL: u8 = 1 << 1;
const TVOS_MODEL: u8 = 1 << 2;
const WEB_MODEL: u8 = 1 << 3;
const ROKU_MODEL: u8 = 1 << 4;
const XBOX_MODEL: u8 = 1 << 5;
const FIRETV_MODEL: u8 = 1 << 6;
const GENERIC_MODEL: u8 = 1 << 7;

/// Sets of models that have the same fields in table 6.2.
const NOT_WEB: u8 = !WEB_MODEL;
const WITH_SCREEN: u8 = !ROKU_MODEL;
const WITH_DPI: u8 = ANDROID_MODEL | WEB_MODEL | GENERIC_MODEL;
const WITH_NETWORK: u8 = ANDROID_MODEL | IOS_MODEL | WEB_MODEL;
const WITH_TABLET: u8 = ANDROID_MODEL | IOS_MODEL | WEB_MODEL | GENERIC_MODEL;
const WITH_HARDWARE: u8 = ANDROID_MODEL | GENERIC_MODEL;
const WITH_CPU: u8 = IOS_MODEL | TVOS_MODEL | ROKU_MODEL | XBOX_MODEL | FIRETV_MODEL;
const WITH_RADIO: u8 = IOS_MODEL | WEB_MODEL;
const WITH_ATT: u8 = IOS_MODEL | TVOS_MODEL;

/// Every value of AttAuthorizationStatus.
const ATT_STATUSES: &[&str] = &["authorized", "denied", "not_determined", "restricted"];
const RADIOS: &[&str] = &["LTE", "NR", "WCDMA", "CTRadioAccessTechnologyLTE"];
const SDK_VERSIONS: &[&str] = &["6.12.1", "8.22.2", "5.57.0", "2.30.1"];

/// A value of `type` with its model, its devices and identities, and the percentage of users that
/// have it.
struct Platform {
    kind: &'static str,
    model: u8,
    devices: &'static [Device],
    identities: &'static [&'static str],
    share: u32,
}

const fn platform(
    kind: &'static str,
    model: u8,
    devices: &'static [Device],
    identities: &'static [&'static str],
    share: u32,
) -> Platform {
    Platform {
        kind,
        model,
        devices,
        identities,
        share,
    }
}

#[rustfmt::skip]
const PLATFORMS: [Platform; 10] = [
    platform("android", ANDROID_MODEL, ANDROID, &["android_id", "google_advertising_id", "google_cloud_messaging_token"], 31),
    platform("ios", IOS_MODEL, IOS, &["ios_advertising_id", "ios_vendor_id", "apple_push_notification_token"], 31),
    platform("mobileweb", WEB_MODEL, WEB, &["google_cloud_messaging_token"], 15),
    platform("tvos", TVOS_MODEL, TVOS, &["ios_advertising_id", "ios_vendor_id"], 4),
    platform("roku", ROKU_MODEL, ROKUS, &["roku_advertising_id", "roku_publisher_id"], 4),
    platform("xbox", XBOX_MODEL, XBOXES, &["microsoft_advertising_id", "microsoft_publisher_id"], 3),
    platform("firetv", FIRETV_MODEL, FIRETVS, &["fire_advertising_id", "android_id"], 3),
    platform("alexa", GENERIC_MODEL, OTHERS, &["fire_advertising_id"], 3),
    platform("smarttv", GENERIC_MODEL, OTHERS, &["google_advertising_id"], 3),
    platform("unknown", GENERIC_MODEL, OTHERS, &["google_advertising_id"], 3),
];

/// `"runtime_environment"` of this user's device.
pub(super) fn runtime_environment(w: &mut Writer<'_>, user: &User) {
    let mut own = user.stable(7);
    let mut place = own.below(100);
    for platform in &PLATFORMS {
        if place < platform.share {
            w.key("runtime_environment");
            platform.write(w, &mut own, user);
            return;
        }
        place -= platform.share;
    }
}

impl Platform {
    fn write(&self, w: &mut Writer<'_>, own: &mut Random, user: &User) {
        let device = own.pick(self.devices);
        w.begin_object();
        w.string_field("type", self.kind);
        self.common_fields(w, own, user, &device);
        // A server that sends on behalf of a device has little information about it.
        if own.chance(94) {
            self.device_fields(w, own, user, &device);
        } else {
            self.numbers_only(w);
        }
        if self.has(WEB_MODEL) && own.chance(60) {
            w.string_field(
                "limit_ad_tracking",
                if own.chance(30) { "true" } else { "false" },
            );
            w.string_field("is_dst", if own.chance(50) { "true" } else { "false" });
        }
        self.application_fields(w, own);
        self.ending(w, own);
        w.end_object();
    }

    const fn has(&self, models: u8) -> bool {
        self.model & models != 0
    }

    /// Table 6.1.
    fn common_fields(&self, w: &mut Writer<'_>, own: &mut Random, user: &User, device: &Device) {
        if own.chance(12) {
            w.bool_field("is_debug", true);
        }
        if own.chance(80) {
            w.key("client_ip_address");
            w.open();
            if own.chance(20) {
                w.part("2001:db8::");
                w.unsigned(own.between(1, 9999));
            } else {
                w.part("203.0.113.");
                w.unsigned(own.between(1, 254));
            }
            w.close();
        }
        if own.chance(90) {
            w.string_field("sdk_version", own.pick(SDK_VERSIONS));
        }
        if own.chance(40) {
            w.string_field("http_header_user_agent", device.user_agent);
        }
        let known = own.bits() | own.bits();
        let wanted = || {
            self.identities
                .iter()
                .enumerate()
                .filter(|(bit, _)| known >> bit & 1 == 1)
        };
        if wanted().next().is_some() {
            w.key("identities");
            w.begin_array();
            for (_, kind) in wanted() {
                w.element();
                let encoding = if own.chance(85) {
                    "raw"
                } else {
                    own.pick(ENCODINGS)
                };
                user.device_identity(w, kind, encoding);
            }
            w.end_array();
        }
    }

    /// The fields from the first to `android_sdk_level`.
    fn device_fields(&self, w: &mut Writer<'_>, own: &mut Random, user: &User, device: &Device) {
        let place = &user.place;
        w.string_field("build_id", device.build);
        w.string_field("brand", device.brand);
        w.text_field("product", device.product);
        if own.chance(50) {
            w.key("name");
            w.open();
            w.text_part(user.first.0);
            w.part("’s ");
            w.text_part(device.product);
            w.close();
        }
        // These three fields have other names in the web model.
        let (manufacturer_key, model_key, country_key) = if self.has(WEB_MODEL) {
            ("device_manufacturer", "device_model", "device_country")
        } else {
            ("manufacturer", "model", "country")
        };
        w.string_field(manufacturer_key, manufacturer(device));
        w.string_field("os_version", device.os_version);
        w.text_field(model_key, device.model);
        self.screen_fields(w, device);
        w.string_field(country_key, place.country);
        w.string_field("locale_language", place.language);
        w.string_field("locale_country", place.country);
        if self.has(WITH_NETWORK) && own.chance(85) {
            w.string_field("network_country", place.country);
            w.string_field("network_carrier", place.carrier);
            w.string_field("network_code", place.network.1);
            w.string_field("network_mobile_country_code", place.network.0);
        }
        w.key("timezone_offset");
        w.signed(place.offset);
        if self.has(NOT_WEB) {
            w.string_field("timezone_name", place.zone);
        }
        if self.has(WEB_MODEL) && own.chance(20) {
            w.key("push_token");
            w.open();
            w.hex(own.bits());
            w.close();
        }
        if self.has(WITH_CPU) {
            w.string_field("cpu_architecture", device.cpu);
        }
        if self.has(WITH_TABLET) && own.chance(90) {
            w.bool_field("is_tablet", device.tablet);
        }
        if self.has(WITH_RADIO) && own.chance(70) {
            w.string_field("radio_access_technology", own.pick(RADIOS));
        }
        if self.has(WITH_HARDWARE) && own.chance(60) {
            w.bool_field("supports_telephony", !device.tablet);
            w.bool_field("has_nfc", own.chance(70));
            w.bool_field("bluetooth_enabled", own.chance(50));
            w.string_field("bluetooth_version", "5.2");
        }
        if self.has(ANDROID_MODEL) {
            w.unsigned_field("android_sdk_level", own.between(23, 34));
        }
    }

    /// The fields that the reference writes for an unknown device: its numbers, as 0 (protocol,
    /// 2.1).
    fn numbers_only(&self, w: &mut Writer<'_>) {
        self.screen_fields(w, &Device::default());
        w.unsigned_field("timezone_offset", 0);
        if self.has(ANDROID_MODEL) {
            w.unsigned_field("android_sdk_level", 0);
        }
    }

    fn screen_fields(&self, w: &mut Writer<'_>, device: &Device) {
        if self.has(WITH_SCREEN) {
            w.unsigned_field("screen_height", device.height);
            w.unsigned_field("screen_width", device.width);
        }
        if self.has(WITH_DPI) {
            w.unsigned_field("screen_dpi", device.dpi);
        }
    }

    fn application_fields(&self, w: &mut Writer<'_>, own: &mut Random) {
        if self.has(NOT_WEB) {
            let (name, package, version) = own.pick(APPLICATIONS);
            w.text_field("application_name", name);
            w.string_field("application_version", version);
            w.string_field("application_package", package);
        }
        if self.has(ANDROID_MODEL) && own.chance(25) {
            w.string_field("install_referrer", own.pick(REFERRERS));
        }
    }

    /// The fields from `is_sandboxed` to the last.
    fn ending(&self, w: &mut Writer<'_>, own: &mut Random) {
        if self.has(IOS_MODEL) {
            if own.chance(60) {
                w.bool_field("is_sandboxed", own.chance(10));
            }
            if own.chance(10) {
                search_ads(w, own);
            }
        }
        if self.has(WITH_ATT) {
            let known = own.chance(75);
            if known {
                w.string_field("att_authorization_status", own.pick(ATT_STATUSES));
            }
            let age = own.between(0, 10_000_000_000);
            w.unsigned_field(
                "att_timestamp_unixtime_ms",
                if known { EPOCH_MS - age } else { 0 },
            );
        }
    }
}

fn manufacturer(device: &Device) -> &'static str {
    match device.brand {
        "iPhone" | "iPad" | "Apple TV" => "Apple",
        "Xbox" => "Microsoft",
        "google" => "Google",
        brand => brand,
    }
}

fn search_ads(w: &mut Writer<'_>, own: &mut Random) {
    w.key("apple_search_ads_attribution");
    w.begin_object();
    w.key("Version3.1");
    w.begin_object();
    for (key, value) in SEARCH_ADS.iter().take(own.between(1, 6) as usize) {
        w.text_field(key, value);
    }
    w.end_object();
    w.end_object();
}
