//! The runtime environment: the device and application that a batch comes from (section 6). Ten
//! `type` values share eight models, and the models differ only in which fields they have. So there
//! is one struct, and each field names the models that have it, as the matrix of section 6.2 does:
//! a field that the model of the current `type` does not have is neither read nor written.

use super::{DeviceIdentity, Map, Unknown};
use crate::schema::{Decode, Decoder, Describe, Encode, Encoder, Kind, family, model, wire_enum};

wire_enum! {
    /// The platform.
    pub enum RuntimeType {
        /// Not known to the sender, or server-side input.
        Unspecified = "unknown",
        /// Android.
        Android = "android",
        /// iOS.
        Ios = "ios",
        /// Apple TV.
        Tvos = "tvos",
        /// Web.
        Mobileweb = "mobileweb",
        /// Roku.
        Roku = "roku",
        /// Xbox.
        Xbox = "xbox",
        /// Fire TV.
        Firetv = "firetv",
        /// Alexa.
        Alexa = "alexa",
        /// Other smart television sets.
        Smarttv = "smarttv",
    }
}

wire_enum! {
    /// Answer to Apple's App Tracking Transparency prompt.
    pub enum AttAuthorizationStatus {
        /// Tracking allowed.
        Authorized = "authorized",
        /// Tracking denied.
        Denied = "denied",
        /// Not asked yet.
        NotDetermined = "not_determined",
        /// The user cannot decide.
        Restricted = "restricted",
    }
}

/// Hours from UTC, signed. Zero is a real offset, so it differs from an absent one, which reference
/// and canonical writer write as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TimezoneOffset(pub Option<i32>);

impl TimezoneOffset {
    /// The hours; zero if they are absent.
    #[must_use]
    pub fn hours(self) -> i32 {
        self.0.unwrap_or_default()
    }
}

impl<'a> Decode<'a> for TimezoneOffset {
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        Ok(decoder.int32()?.map(|hours| Self(Some(hours))))
    }
}

impl Encode for TimezoneOffset {
    fn encode<E: Encoder>(&self, encoder: &mut E) {
        encoder.int(i64::from(self.hours()));
    }
}

impl Describe for TimezoneOffset {
    const KIND: Kind = Kind::Int32;
    fn is_zero(&self) -> bool {
        self.hours() == 0
    }
}

model! {
    /// The fields that every environment has (section 6.1).
    pub struct RuntimeCommon<'a> {
        /// The application runs in debug mode.
        "is_debug" is_debug: bool = false, if_true;
        /// Address of the originating client.
        "client_ip_address" client_ip_address: Option<&'a str> = None, set, secret, since "1.1.2";
        /// Version of the SDK that collected the data; absent for server-side input.
        "sdk_version" sdk_version: Option<&'a str> = None, set, since "1.2.3";
        /// HTTP user agent.
        "http_header_user_agent" http_header_user_agent: Option<&'a str> = None, set, since "2.1.0";
        /// The device identities that the module may receive.
        "identities" identities: &'a [DeviceIdentity<'a>] = &[], set, secret;
    }
}

/// The models, as bits of the matrix.
const ANDROID: u32 = 1;
const IOS: u32 = 1 << 1;
const TVOS: u32 = 1 << 2;
const WEB: u32 = 1 << 3;
const ROKU: u32 = 1 << 4;
const XBOX: u32 = 1 << 5;
const FIRETV: u32 = 1 << 6;
const GENERIC: u32 = 1 << 7;
const ALL: u32 = u32::MAX;

// Senders write the application fields into web environments, too, although the model does not have
// them: they are read, but not written (D19, outgoing-mapping.md section 6.2). The order is the one
// in which all eight models of the reference write their fields.
model! {
    /// The fields of an environment. Those that the platform does not have stay at their defaults.
    pub struct Runtime<'a> {
        flatten common: RuntimeCommon<'a>;
        /// Build identifier of the device or OS.
        "build_id" build_id: Option<&'a str> = None, set; in ALL;
        /// Brand.
        "brand" brand: Option<&'a str> = None, set; in ALL;
        /// Product name.
        "product" product: Option<&'a str> = None, set; in ALL;
        /// Device name given by the user.
        "name" name: Option<&'a str> = None, set; in ALL;
        /// Manufacturer.
        "manufacturer" manufacturer: Option<&'a str> = None, set; in ALL & !WEB;
        /// Manufacturer.
        "device_manufacturer" device_manufacturer: Option<&'a str> = None, set, since "2.8.1"; in WEB;
        /// OS version.
        "os_version" os_version: Option<&'a str> = None, set; in ALL;
        /// Device model.
        "model" model: Option<&'a str> = None, set; in ALL & !WEB;
        /// Device model.
        "device_model" device_model: Option<&'a str> = None, set, since "2.8.1"; in WEB;
        /// Pixels.
        "screen_height" screen_height: i32 = 0, always; in ALL & !ROKU;
        /// Pixels.
        "screen_width" screen_width: i32 = 0, always; in ALL & !ROKU;
        /// Dots per inch.
        "screen_dpi" screen_dpi: i32 = 0, always; in ANDROID | WEB | GENERIC;
        /// Country of the device.
        "country" country: Option<&'a str> = None, set; in ALL & !WEB;
        /// Country of the device.
        "device_country" device_country: Option<&'a str> = None, set, since "2.8.1"; in WEB;
        /// Language.
        "locale_language" locale_language: Option<&'a str> = None, set; in ALL;
        /// Country of the locale.
        "locale_country" locale_country: Option<&'a str> = None, set; in ALL;
        /// Country of the mobile network.
        "network_country" network_country: Option<&'a str> = None, set; in ANDROID | IOS | WEB;
        /// Carrier.
        "network_carrier" network_carrier: Option<&'a str> = None, set; in ANDROID | IOS | WEB;
        /// Mobile network code (MNC).
        "network_code" network_code: Option<&'a str> = None, set; in ANDROID | IOS | WEB;
        /// Mobile country code (MCC).
        "network_mobile_country_code" network_mobile_country_code: Option<&'a str> = None, set; in ANDROID | IOS | WEB;
        /// Hours from UTC, signed.
        "timezone_offset" timezone_offset: TimezoneOffset = TimezoneOffset(None), always; in ALL;
        /// Time zone name.
        "timezone_name" timezone_name: Option<&'a str> = None, set; in ALL & !WEB;
        /// Push token.
        "push_token" push_token: Option<&'a str> = None, set, secret, since "2.8.1"; in WEB;
        /// CPU architecture.
        "cpu_architecture" cpu_architecture: Option<&'a str> = None, set; in IOS | TVOS | ROKU | XBOX | FIRETV;
        /// Tablet or not.
        "is_tablet" is_tablet: Option<bool> = None, set; in ANDROID | IOS | WEB | GENERIC;
        /// For example LTE.
        "radio_access_technology" radio_access_technology: Option<&'a str> = None, set; in IOS | WEB;
        /// Telephony available.
        "supports_telephony" supports_telephony: Option<bool> = None, set; in ANDROID | GENERIC;
        /// NFC available.
        "has_nfc" has_nfc: Option<bool> = None, set; in ANDROID | GENERIC;
        /// Bluetooth on.
        "bluetooth_enabled" bluetooth_enabled: Option<bool> = None, set; in ANDROID | GENERIC;
        /// Bluetooth version.
        "bluetooth_version" bluetooth_version: Option<&'a str> = None, set; in ANDROID | GENERIC;
        /// Android API level.
        "android_sdk_level" android_sdk_level: i32 = 0, always; in ANDROID;
        /// Ad tracking limited, as text.
        "limit_ad_tracking" limit_ad_tracking: Option<&'a str> = None, set, since "2.8.1"; in WEB;
        /// Daylight saving time, as text.
        "is_dst" is_dst: Option<&'a str> = None, set, since "2.8.1"; in WEB;
        /// Application name.
        "application_name" application_name: Option<&'a str> = None, set; in ALL & !WEB, read in ALL;
        /// Application version.
        "application_version" application_version: Option<&'a str> = None, set; in ALL & !WEB, read in ALL;
        /// Package name or bundle id.
        "application_package" application_package: Option<&'a str> = None, set; in ALL & !WEB, read in ALL;
        /// Play Store install referrer.
        "install_referrer" install_referrer: Option<&'a str> = None, set, since "1.1.3"; in ANDROID;
        /// Push sandbox (development) build.
        "is_sandboxed" is_sandboxed: Option<bool> = None, set; in IOS;
        /// Outer key: attribution version, inner: key to text.
        "apple_search_ads_attribution" apple_search_ads_attribution: Map<'a, Map<'a, &'a str>> = Map::EMPTY, set, since "1.2.4"; in IOS;
        /// App Tracking Transparency status.
        "att_authorization_status" att_authorization_status: Option<AttAuthorizationStatus<'a>> = None, set, since "2.6.0"; in IOS | TVOS;
        /// When the status was given.
        "att_timestamp_unixtime_ms" att_timestamp_unixtime_ms: i64 = 0, always, since "2.6.0"; in IOS | TVOS;
    }
}

family! {
    /// The device and application of a batch.
    pub enum RuntimeEnvironment: RuntimeType, null absent, unknown kept Unknown {
        /// Not known to the sender, or server-side input.
        Unspecified(Runtime in GENERIC),
        /// Android.
        Android(Runtime in ANDROID),
        /// iOS.
        Ios(Runtime in IOS),
        /// Apple TV.
        Tvos(Runtime in TVOS),
        /// Web.
        Mobileweb(Runtime in WEB),
        /// Roku.
        Roku(Runtime in ROKU),
        /// Xbox.
        Xbox(Runtime in XBOX),
        /// Fire TV.
        Firetv(Runtime in FIRETV),
        /// Alexa.
        Alexa(Runtime in GENERIC),
        /// Other smart television sets.
        Smarttv(Runtime in GENERIC),
    }
}

impl<'a> RuntimeEnvironment<'a> {
    /// The fields, if the platform is known.
    #[must_use]
    pub fn known(&self) -> Option<&'a Runtime<'a>> {
        match self {
            Self::Unspecified(runtime)
            | Self::Android(runtime)
            | Self::Ios(runtime)
            | Self::Tvos(runtime)
            | Self::Mobileweb(runtime)
            | Self::Roku(runtime)
            | Self::Xbox(runtime)
            | Self::Firetv(runtime)
            | Self::Alexa(runtime)
            | Self::Smarttv(runtime) => Some(runtime),
            Self::Unknown(_) => None,
        }
    }
}

/// The fields of an environment of a type that this version does not know, read as those of
/// `unknown`, which has the fields that most platforms have.
#[derive(Clone, Copy)]
pub(crate) struct UnknownRuntime<'a>(pub(crate) Runtime<'a>);

impl<'a> Decode<'a> for UnknownRuntime<'a> {
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        let Some(mut object) = decoder.object()? else {
            return Ok(None);
        };
        let mut runtime = Runtime::empty();
        runtime.decode_body(decoder, &mut object, GENERIC)?;
        Ok(Some(Self(runtime)))
    }
}
