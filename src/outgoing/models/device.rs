//! Device, application and source (outgoing-json.md, section 7).

use super::TextMap;
use crate::message::{AttAuthorizationStatus, Map, Uuid};
use crate::schema::{model, wire_enum};

wire_enum! {
    /// The platform of a device.
    pub enum DevicePlatform {
        /// iOS.
        Ios = "iOS",
        /// Android.
        Android = "Android",
        /// Web.
        Web = "web",
        /// Apple TV.
        Tvos = "tvOS",
        /// Roku.
        Roku = "roku",
        /// Data from a server.
        OutOfBand = "out_of_band",
        /// Alexa.
        Alexa = "alexa",
        /// Other smart television sets.
        SmartTv = "smart_tv",
        /// Fire TV.
        FireTv = "fire_tv",
        /// Xbox.
        Xbox = "xbox",
    }
}

model! {
    /// A device (outgoing-json.md, section 7.1).
    pub struct DeviceInfo<'a> {
        /// Platform.
        "platform" platform: Option<DevicePlatform<'a>> = None, set;
        /// Android ID.
        "android_uuid" android_uuid: Option<&'a str> = None, set, secret;
        /// Google advertising id.
        "android_advertising_id" android_advertising_id: Option<Uuid> = None, set, secret;
        /// Apple's identifier for advertisers.
        "ios_advertising_id" ios_advertising_id: Option<Uuid> = None, set, secret;
        /// Apple's identifier for vendors.
        "ios_idfv" ios_idfv: Option<Uuid> = None, set, secret;
        /// Push token.
        "push_token" push_token: Option<&'a str> = None, set, secret;
        /// Roku advertising id.
        "roku_advertising_id" roku_advertising_id: Option<Uuid> = None, set, secret;
        /// Roku publisher id.
        "roku_publisher_id" roku_publisher_id: Option<Uuid> = None, set, secret;
        /// Microsoft advertising id, free text.
        "microsoft_advertising_id" microsoft_advertising_id: Option<&'a str> = None, set, secret;
        /// Microsoft publisher id, free text.
        "microsoft_publisher_id" microsoft_publisher_id: Option<&'a str> = None, set, secret;
        /// Fire advertising id.
        "fire_advertising_id" fire_advertising_id: Option<Uuid> = None, set, secret;
        /// Identifier of AMP pages.
        "amp_id" amp_id: Option<&'a str> = None, set, secret;
        /// Brand.
        "brand" brand: Option<&'a str> = None, set;
        /// Product.
        "product" product: Option<&'a str> = None, set;
        /// Device name.
        "device" device: Option<&'a str> = None, set;
        /// Manufacturer.
        "device_manufacturer" device_manufacturer: Option<&'a str> = None, set;
        /// For example `7.1.1`.
        "os_version" os_version: Option<&'a str> = None, set;
        /// For example `iPhone6,1`.
        "device_model" device_model: Option<&'a str> = None, set;
        /// Pixels.
        "screen_height" screen_height: Option<i32> = None, set;
        /// Pixels.
        "screen_width" screen_width: Option<i32> = None, set;
        /// Dots per inch.
        "screen_dpi" screen_dpi: Option<i32> = None, set;
        /// Country.
        "device_country" device_country: Option<&'a str> = None, set;
        /// Language.
        "locale_language" locale_language: Option<&'a str> = None, set;
        /// Country of the locale.
        "locale_country" locale_country: Option<&'a str> = None, set;
        /// Country of the network.
        "network_country" network_country: Option<&'a str> = None, set;
        /// Carrier.
        "network_carrier" network_carrier: Option<&'a str> = None, set;
        /// Mobile network code.
        "network_code" network_code: Option<&'a str> = None, set;
        /// Mobile country code.
        "network_mobile_country_code" network_mobile_country_code: Option<&'a str> = None, set;
        /// Hours from UTC.
        "timezone_offset" timezone_offset: Option<i32> = None, set;
        /// Build.
        "build_identifier" build_identifier: Option<&'a str> = None, set;
        /// Release of the build.
        "build_version_release" build_version_release: Option<&'a str> = None, set;
        /// User agent.
        "http_header_user_agent" http_header_user_agent: Option<&'a str> = None, set;
        /// App Tracking Transparency status.
        "att_authorization_status" att_authorization_status: Option<AttAuthorizationStatus<'a>> = None, set;
        /// When the status was given, in milliseconds since the epoch.
        "att_timestamp_unixtime_ms" att_timestamp_unixtime_ms: Option<i64> = None, set;
        /// CPU architecture.
        "cpu_architecture" cpu_architecture: Option<&'a str> = None, set;
        /// Tablet or not.
        "is_tablet" is_tablet: Option<bool> = None, set;
        /// Android.
        "push_notification_sound_enabled" push_notification_sound_enabled: Option<bool> = None, set;
        /// Android.
        "push_notification_vibrate_enabled" push_notification_vibrate_enabled: Option<bool> = None, set;
        /// For example LTE.
        "radio_access_technology" radio_access_technology: Option<&'a str> = None, set;
        /// Telephony available.
        "supports_telephony" supports_telephony: Option<bool> = None, set;
        /// NFC available.
        "has_nfc" has_nfc: Option<bool> = None, set;
        /// Bluetooth on.
        "bluetooth_enabled" bluetooth_enabled: Option<bool> = None, set;
        /// Bluetooth version.
        "bluetooth_version" bluetooth_version: Option<&'a str> = None, set;
        /// Ad tracking limited.
        "limit_ad_tracking" limit_ad_tracking: Option<bool> = None, set;
        /// Daylight saving time.
        "is_dst" is_dst: Option<bool> = None, set;
    }
}

wire_enum! {
    /// The operating system of an application, from the published schema.
    pub enum ApplicationOs {
        /// iOS.
        Ios = "IOS",
        /// Android.
        Android = "Android",
        /// Windows Phone.
        WindowsPhone = "WindowsPhone",
        /// Web.
        MobileWeb = "MobileWeb",
        /// Unity on iOS.
        UnityIos = "UnityIOS",
        /// Unity on Android.
        UnityAndroid = "UnityAndroid",
        /// Desktop.
        Desktop = "Desktop",
        /// Apple TV.
        Tvos = "TVOS",
        /// Roku.
        Roku = "Roku",
        /// Data from a server.
        OutOfBand = "OutOfBand",
        /// Alexa.
        Alexa = "Alexa",
        /// Other smart television sets.
        SmartTv = "SmartTV",
        /// Fire TV.
        FireTv = "FireTV",
        /// Xbox.
        Xbox = "Xbox",
    }
}

model! {
    /// An application (outgoing-json.md, section 7.2).
    pub struct ApplicationInfo<'a> {
        /// Name.
        "application_name" application_name: Option<&'a str> = None, set;
        /// Version.
        "application_version" application_version: Option<&'a str> = None, set;
        /// Build.
        "application_build_number" application_build_number: Option<&'a str> = None, set;
        /// Play Store install referrer.
        "install_referrer" install_referrer: Option<&'a str> = None, set;
        /// Package name, bundle id.
        "package" package: Option<&'a str> = None, set;
        /// Operating system.
        "os" os: Option<ApplicationOs<'a>> = None, set;
        /// Attribution version to key to value.
        "apple_search_ads_attributes" apple_search_ads_attributes: Map<'a, TextMap<'a>> = Map::EMPTY, set;
    }
}

wire_enum! {
    /// How a batch was received.
    pub enum Channel {
        /// SDK in a native application.
        Native = "native",
        /// SDK in a web page.
        Javascript = "javascript",
        /// Pixel.
        Pixel = "pixel",
        /// Feed of a partner.
        Partner = "partner",
        /// Server of the customer.
        ServerToServer = "server_to_server",
        /// Not known to the sender.
        Unspecified = "unknown",
        /// Desktop (N16).
        Desktop = "desktop",
    }
}

model! {
    /// The source of a batch (outgoing-json.md, section 7.3).
    pub struct SourceInfo<'a> {
        /// Channel.
        "channel" channel: Option<Channel<'a>> = None, set;
        /// Name of the feed.
        "partner" partner: Option<&'a str> = None, set;
        /// Replayed data.
        "replay_request_id" replay_request_id: Option<&'a str> = None, set;
        /// Replayed data.
        "replay_job_id" replay_job_id: Option<&'a str> = None, set;
        /// Came in through the historical endpoint.
        "is_historical" is_historical: Option<bool> = None, set;
    }
}
