//! The runtime environment (outgoing-mapping.md, section 6), and the identities of the device
//! (outgoing-mapping.md, section 3).

use core::net::IpAddr;

use super::job::{Job, filled, nonzero};
use super::warnings::{Path, WarningKind};
use crate::message::{
    DeviceIdentityType, FromAttribute as _, IdentityEncoding, Map, Runtime, RuntimeType, Uuid,
};
use crate::outgoing::models::{
    ApplicationInfo, ApplicationOs, Channel, DeviceInfo, DevicePlatform, PushNetwork, TextMap,
};

/// The environment of a request: its type, and its fields if they could be read.
#[derive(Clone, Copy)]
pub(super) struct Environment<'m> {
    pub(super) kind: RuntimeType<'m>,
    pub(super) runtime: &'m Runtime<'m>,
}

const ENVIRONMENT: &str = "runtime_environment";

impl<'m> Environment<'m> {
    /// The platform of the device and the system of the application. For environments of unknown
    /// type the channel says whether there is a device.
    fn platform(
        &self,
        channel: Option<Channel<'_>>,
    ) -> Option<(DevicePlatform<'static>, ApplicationOs<'static>)> {
        Some(match self.kind {
            RuntimeType::Android => (DevicePlatform::Android, ApplicationOs::Android),
            RuntimeType::Ios => (DevicePlatform::Ios, ApplicationOs::Ios),
            RuntimeType::Tvos => (DevicePlatform::Tvos, ApplicationOs::Tvos),
            RuntimeType::Mobileweb => (DevicePlatform::Web, ApplicationOs::MobileWeb),
            RuntimeType::Roku => (DevicePlatform::Roku, ApplicationOs::Roku),
            RuntimeType::Xbox => (DevicePlatform::Xbox, ApplicationOs::Xbox),
            RuntimeType::Firetv => (DevicePlatform::FireTv, ApplicationOs::FireTv),
            RuntimeType::Alexa => (DevicePlatform::Alexa, ApplicationOs::Alexa),
            RuntimeType::Smarttv => (DevicePlatform::SmartTv, ApplicationOs::SmartTv),
            RuntimeType::Unspecified | RuntimeType::__Unknown(_) => match channel {
                Some(Channel::Partner | Channel::ServerToServer) => {
                    (DevicePlatform::OutOfBand, ApplicationOs::OutOfBand)
                }
                _ => return None,
            },
        })
    }

    /// The network of push messages (outgoing-mapping.md, section 5.11).
    pub(super) fn push_network(&self) -> Option<PushNetwork<'static>> {
        match self.kind {
            RuntimeType::Android | RuntimeType::Firetv => Some(PushNetwork::Gcm),
            RuntimeType::Ios | RuntimeType::Tvos => Some(PushNetwork::Apn),
            _ => None,
        }
    }

    /// The push token of the device: of the network of the platform, of the other one, or the
    /// field of a web environment.
    pub(super) fn push_token(&self) -> Option<&'m str> {
        let of = |wanted| {
            let mut identities = self.runtime.common.identities.iter();
            let found = identities.find(|identity| {
                identity.identity_type == wanted && identity.encoding == IdentityEncoding::Raw
            });
            found.map(|identity| identity.value)
        };
        let apple = of(DeviceIdentityType::ApplePushNotificationToken);
        let google = of(DeviceIdentityType::GoogleCloudMessagingToken);
        let token = match self.kind {
            RuntimeType::Ios | RuntimeType::Tvos => apple.or(google),
            _ => google.or(apple),
        };
        token.or(filled(self.runtime.push_token))
    }

    pub(super) fn device(&self, job: &mut Job<'m>, channel: Option<Channel<'_>>) -> DeviceInfo<'m> {
        let runtime = self.runtime;
        let mut device = DeviceInfo::EMPTY;
        device.platform = self.platform(channel).map(|(platform, _)| platform);
        self.identities(job, &mut device);
        device.push_token = self.push_token();
        device.brand = filled(runtime.brand);
        device.product = filled(runtime.product);
        device.device = filled(runtime.name);
        device.device_manufacturer =
            filled(runtime.manufacturer).or(filled(runtime.device_manufacturer));
        device.os_version = filled(runtime.os_version);
        device.device_model = filled(runtime.model).or(filled(runtime.device_model));
        device.screen_height = nonzero(runtime.screen_height);
        device.screen_width = nonzero(runtime.screen_width);
        device.screen_dpi = nonzero(runtime.screen_dpi);
        device.device_country = filled(runtime.country).or(filled(runtime.device_country));
        device.locale_language = filled(runtime.locale_language);
        device.locale_country = filled(runtime.locale_country);
        device.network_country = filled(runtime.network_country);
        device.network_carrier = filled(runtime.network_carrier);
        device.network_code = filled(runtime.network_code);
        device.network_mobile_country_code = filled(runtime.network_mobile_country_code);
        device.timezone_offset = runtime.timezone_offset.0;
        device.build_identifier = filled(runtime.build_id);
        device.http_header_user_agent = filled(runtime.common.http_header_user_agent);
        device.att_authorization_status = runtime.att_authorization_status;
        if runtime
            .att_authorization_status
            .is_some_and(|status| !status.is_known())
        {
            device.att_authorization_status = None;
            let path = Path::field(ENVIRONMENT).key("att_authorization_status");
            job.warn(WarningKind::UnknownValue, path);
        }
        device.att_timestamp_unixtime_ms = nonzero(runtime.att_timestamp_unixtime_ms);
        device.cpu_architecture = filled(runtime.cpu_architecture);
        device.is_tablet = runtime.is_tablet;
        device.radio_access_technology = filled(runtime.radio_access_technology);
        device.supports_telephony = runtime.supports_telephony;
        device.has_nfc = runtime.has_nfc;
        device.bluetooth_enabled = runtime.bluetooth_enabled;
        device.bluetooth_version = filled(runtime.bluetooth_version);
        device.limit_ad_tracking = flag(job, runtime.limit_ad_tracking, "limit_ad_tracking");
        device.is_dst = flag(job, runtime.is_dst, "is_dst");
        device
    }

    /// Of several identities of one type the first that fits its field counts. Push tokens are
    /// chosen by [`push_token`](Self::push_token).
    fn identities(&self, job: &mut Job<'m>, device: &mut DeviceInfo<'m>) {
        for (at, identity) in self.runtime.common.identities.iter().enumerate() {
            let path = Path::field(ENVIRONMENT).key("identities").at(at);
            let value = identity.value;
            if !identity.identity_type.is_known() {
                job.warn(WarningKind::UnknownIdentityType, path);
                continue;
            }
            if identity.encoding != IdentityEncoding::Raw {
                job.warn(WarningKind::HashedIdentity, path);
                continue;
            }
            let uuid = match identity.identity_type {
                DeviceIdentityType::GoogleAdvertisingId => &mut device.android_advertising_id,
                DeviceIdentityType::IosAdvertisingId => &mut device.ios_advertising_id,
                DeviceIdentityType::IosVendorId => &mut device.ios_idfv,
                DeviceIdentityType::RokuAdvertisingId => &mut device.roku_advertising_id,
                DeviceIdentityType::RokuPublisherId => &mut device.roku_publisher_id,
                DeviceIdentityType::FireAdvertisingId => &mut device.fire_advertising_id,
                other => {
                    let text = match other {
                        DeviceIdentityType::AndroidId => &mut device.android_uuid,
                        DeviceIdentityType::MicrosoftAdvertisingId => {
                            &mut device.microsoft_advertising_id
                        }
                        DeviceIdentityType::MicrosoftPublisherId => {
                            &mut device.microsoft_publisher_id
                        }
                        _ => continue,
                    };
                    text.get_or_insert(value);
                    continue;
                }
            };
            match value.parse() {
                Ok(value) => _ = uuid.get_or_insert(value),
                Err(_) => job.warn(WarningKind::InvalidValue, path),
            }
        }
    }

    pub(super) fn application(
        &self,
        job: &Job<'m>,
        channel: Option<Channel<'_>>,
    ) -> ApplicationInfo<'m> {
        let runtime = self.runtime;
        let mut application = ApplicationInfo::EMPTY;
        application.application_name = filled(runtime.application_name);
        application.application_version = filled(runtime.application_version);
        application.package = filled(runtime.application_package);
        application.install_referrer = filled(runtime.install_referrer);
        if job.settings.include_schema_only_fields {
            application.os = self.platform(channel).map(|(_, os)| os);
        }
        // Versions without values are left out.
        let versions = runtime.apple_search_ads_attribution;
        let mut attributes = job.list(versions.len());
        let filled = versions.iter().filter(|(_, values)| !values.is_empty());
        attributes.extend(filled.map(|(version, values)| (*version, TextMap(*values))));
        application.apple_search_ads_attributes = Map::new(attributes.into_bump_slice());
        application
    }

    /// The address of the client, if it is one.
    pub(super) fn ip(&self, job: &mut Job<'m>) -> Option<&'m str> {
        let text = filled(self.runtime.common.client_ip_address)?;
        let valid = text.parse::<IpAddr>().is_ok();
        if !valid {
            let path = Path::field(ENVIRONMENT).key("client_ip_address");
            job.warn(WarningKind::InvalidValue, path);
        }
        valid.then_some(text)
    }
}

/// The bool of a text.
fn flag(job: &mut Job<'_>, text: Option<&str>, field: &'static str) -> Option<bool> {
    let text = filled(text)?;
    let flag = bool::from_attribute(text);
    if flag.is_none() {
        job.warn(
            WarningKind::InvalidValue,
            Path::field(ENVIRONMENT).key(field),
        );
    }
    flag
}

/// The device application stamp, if it is a uuid.
pub(super) fn stamp(job: &mut Job<'_>, text: Option<&str>) -> Option<Uuid> {
    let stamp = filled(text)?.parse().ok();
    if stamp.is_none() {
        job.warn(
            WarningKind::InvalidValue,
            Path::field("device_application_stamp"),
        );
    }
    stamp
}
