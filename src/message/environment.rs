//! The runtime environment: the device and application that a batch comes from (section 6). Ten `type` values share
//! eight models, and the models differ only in which fields they have. So there is one struct and one table, which is
//! the matrix of section 6.2: a field that the model of the `type` at hand does not have is neither read nor written.

use super::table::{is_written, model, wire_enum};
use super::wire::{Read, Sink, Source, WireValue, read_field};
use super::{DeviceIdentity, Map, Unknown};

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

model! {
    /// The fields that every environment has (section 6.1).
    pub struct RuntimeCommon<'a> {
        /// The application runs in debug mode.
        "is_debug" is_debug: bool = false, if_true;
        /// Address of the originating client.
        "client_ip_address" client_ip_address: Option<&'a str> = None, set, secret;
        /// Version of the SDK that collected the data; absent for server-side input.
        "sdk_version" sdk_version: Option<&'a str> = None, set;
        /// HTTP user agent.
        "http_header_user_agent" http_header_user_agent: Option<&'a str> = None, set;
        /// The device identities that the module may see.
        "identities" identities: &'a [DeviceIdentity<'a>] = &[], set;
    }
}

/// The models, as bits of the matrix.
const ANDROID: u8 = 1;
const IOS: u8 = 1 << 1;
const TVOS: u8 = 1 << 2;
const WEB: u8 = 1 << 3;
const ROKU: u8 = 1 << 4;
const XBOX: u8 = 1 << 5;
const FIRETV: u8 = 1 << 6;
const GENERIC: u8 = 1 << 7;
const ALL: u8 = 0xff;

/// The model of a `type`; unknown ones have none and are kept as they came.
fn model_of(runtime_type: RuntimeType<'_>) -> Option<u8> {
    Some(match runtime_type {
        RuntimeType::Android => ANDROID,
        RuntimeType::Ios => IOS,
        RuntimeType::Tvos => TVOS,
        RuntimeType::Mobileweb => WEB,
        RuntimeType::Roku => ROKU,
        RuntimeType::Xbox => XBOX,
        RuntimeType::Firetv => FIRETV,
        RuntimeType::Unspecified | RuntimeType::Alexa | RuntimeType::Smarttv => GENERIC,
        RuntimeType::Unknown(_) => return None,
    })
}

/// One line per field, with the models that have it and those that only read it.
macro_rules! environment {
    ($( $(#[$meta:meta])*
        $wire:literal $field:ident: $type:ty = $default:expr, $written:ident $(, $secret:ident)?;
        in $write:expr $(, read in $read:expr)?; )*) => {
        /// A known environment. Fields that the platform does not have stay at their defaults.
        #[derive(Clone, Copy, PartialEq)]
        pub struct Runtime<'a> {
            /// The platform; never [`RuntimeType::Unknown`].
            pub runtime_type: RuntimeType<'a>,
            /// The fields that every environment has.
            pub common: RuntimeCommon<'a>,
            $( $(#[$meta])* pub $field: $type, )*
        }

        impl<'a> Runtime<'a> {
            /// An environment of this platform with every field at its default.
            pub const fn new(runtime_type: RuntimeType<'a>) -> Self {
                Self { runtime_type, common: RuntimeCommon::EMPTY, $( $field: $default, )* }
            }

            fn read_fields<S: Source<'a>>(
                &mut self,
                model: u8,
                source: &mut S,
                object: &mut S::Object,
            ) -> Read<(), S::Fault> {
                self.common.read_in_order(source, object)?;
                $( if model & ($write $(| $read)?) != 0 && source.key_is(object, $crate::message::wire::key!($wire)) {
                    read_field(source, object, &mut self.$field, $default)?;
                } )*
                while let Some(key) = source.next_key(object)? {
                    match key {
                        $( $wire if model & ($write $(| $read)?) != 0 => read_field(source, object, &mut self.$field, $default)?, )*
                        _ => {
                            if !self.common.read_field(source, object, key)? {
                                source.skip()?;
                                source.end_value(object)?;
                            }
                        }
                    }
                }
                Ok(())
            }

            fn write_fields<W: Sink>(&self, model: u8, sink: &mut W) {
                self.common.write_fields(sink);
                $( if model & ($write) != 0 && is_written!($written, self.$field) {
                    sink.static_key(concat!(",\"", $wire, "\":"));
                    self.$field.write(sink);
                } )*
            }
        }

        impl std::fmt::Debug for Runtime<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let model = model_of(self.runtime_type).unwrap_or(0);
                let mut debug = f.debug_struct("Runtime");
                debug.field("runtime_type", &self.runtime_type).field("common", &self.common);
                $( if model & ($write) != 0 && is_written!($written, self.$field) {
                    super::table::debug_field!(debug, stringify!($field), self.$field $(, $secret)?);
                } )*
                debug.finish_non_exhaustive()
            }
        }

        impl serde::Serialize for Runtime<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let model = model_of(self.runtime_type).unwrap_or(0);
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("type", self.runtime_type.as_str())?;
                self.common.serialize_fields(&mut map)?;
                $( if model & ($write) != 0 && is_written!($written, self.$field) {
                    map.serialize_entry($wire, &self.$field)?;
                } )*
                map.end()
            }
        }
    };
}

// Senders put the application fields into web environments too, where the model has none: they are read, for whoever
// needs them, and not written (D19, outgoing-mapping.md section 6.2).
// The order is the one in which all eight models of the reference write their fields.
environment! {
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
    "device_manufacturer" device_manufacturer: Option<&'a str> = None, set; in WEB;
    /// OS version.
    "os_version" os_version: Option<&'a str> = None, set; in ALL;
    /// Device model.
    "model" model: Option<&'a str> = None, set; in ALL & !WEB;
    /// Device model.
    "device_model" device_model: Option<&'a str> = None, set; in WEB;
    /// Pixels.
    "screen_height" screen_height: i32 = 0, always; in ALL & !ROKU;
    /// Pixels.
    "screen_width" screen_width: i32 = 0, always; in ALL & !ROKU;
    /// Dots per inch.
    "screen_dpi" screen_dpi: i32 = 0, always; in ANDROID | WEB | GENERIC;
    /// Country of the device.
    "country" country: Option<&'a str> = None, set; in ALL & !WEB;
    /// Country of the device.
    "device_country" device_country: Option<&'a str> = None, set; in WEB;
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
    "timezone_offset" timezone_offset: i32 = 0, always; in ALL;
    /// Time zone name.
    "timezone_name" timezone_name: Option<&'a str> = None, set; in ALL & !WEB;
    /// Push token.
    "push_token" push_token: Option<&'a str> = None, set, secret; in WEB;
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
    "limit_ad_tracking" limit_ad_tracking: Option<&'a str> = None, set; in WEB;
    /// Daylight saving time, as text.
    "is_dst" is_dst: Option<&'a str> = None, set; in WEB;
    /// Application name.
    "application_name" application_name: Option<&'a str> = None, set; in ALL & !WEB, read in ALL;
    /// Application version.
    "application_version" application_version: Option<&'a str> = None, set; in ALL & !WEB, read in ALL;
    /// Package name or bundle id.
    "application_package" application_package: Option<&'a str> = None, set; in ALL & !WEB, read in ALL;
    /// Play Store install referrer.
    "install_referrer" install_referrer: Option<&'a str> = None, set; in ANDROID;
    /// Push sandbox (development) build.
    "is_sandboxed" is_sandboxed: Option<bool> = None, set; in IOS;
    /// Outer key: attribution version, inner: key to text.
    "apple_search_ads_attribution" apple_search_ads_attribution: Map<'a, Map<'a, &'a str>> = Map::EMPTY, set; in IOS;
    /// App Tracking Transparency status.
    "att_authorization_status" att_authorization_status: Option<AttAuthorizationStatus<'a>> = None, set; in IOS | TVOS;
    /// When the status was given.
    "att_timestamp_unixtime_ms" att_timestamp_unixtime_ms: i64 = 0, always; in IOS | TVOS;
}

/// The device and application of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum RuntimeEnvironment<'a> {
    /// One of the ten known platforms.
    Known(&'a Runtime<'a>),
    /// A platform this version does not know, with its source text.
    Unknown(&'a Unknown<'a>),
}

impl<'a> RuntimeEnvironment<'a> {
    /// The platform.
    pub fn runtime_type(&self) -> RuntimeType<'a> {
        match self {
            Self::Known(runtime) => runtime.runtime_type,
            Self::Unknown(unknown) => RuntimeType::Unknown(unknown.type_name),
        }
    }

    /// The fields, if the platform is known.
    pub fn known(&self) -> Option<&'a Runtime<'a>> {
        match self {
            Self::Known(runtime) => Some(runtime),
            Self::Unknown(_) => None,
        }
    }
}

impl<'a> WireValue<'a> for RuntimeEnvironment<'a> {
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
        if source.null() {
            return Ok(None);
        }
        let type_name = source.discriminator()?;
        let known = RuntimeType::ALL
            .iter()
            .find(|known| known.as_str() == type_name)
            .copied();
        let Some((runtime_type, model)) = known.and_then(|known| Some((known, model_of(known)?)))
        else {
            source.unknown_member()?;
            let raw = source.raw()?;
            return Ok(Some(Self::Unknown(
                source.place(Unknown { type_name, raw }),
            )));
        };
        let runtime = source.place(Runtime::new(runtime_type));
        if let Some(mut object) = source.tagged_object()? {
            runtime.read_fields(model, source, &mut object)?;
        }
        Ok(Some(Self::Known(runtime)))
    }

    fn write<W: Sink>(&self, sink: &mut W) {
        match self {
            Self::Known(runtime) => {
                let mark = sink.begin();
                sink.static_key(",\"type\":");
                runtime.runtime_type.write(sink);
                runtime.write_fields(model_of(runtime.runtime_type).unwrap_or(0), sink);
                sink.end_object(mark);
            }
            Self::Unknown(unknown) => sink.raw(unknown.raw),
        }
    }
}

impl serde::Serialize for RuntimeEnvironment<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(runtime) => runtime.serialize(serializer),
            Self::Unknown(unknown) => unknown.serialize(serializer),
        }
    }
}
