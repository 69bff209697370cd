//! Identities of users, devices and partners, and the permissions to receive them (sections 5.2,
//! 7.3). These are the only models with fields that must be present: reading fails, with the path,
//! if one of them is missing or empty.

use crate::schema::{UnknownText, model, wire_enum};

wire_enum! {
    /// How an identity value is encoded.
    pub enum IdentityEncoding {
        /// Not encoded.
        Raw = "raw",
        /// MD5 of the trimmed, lower-cased value, in lower-case hexadecimal.
        Md5 = "md5",
        /// SHA-1, likewise.
        Sha1 = "sha1",
        /// SHA-256, likewise.
        Sha256 = "sha256",
    }
}

wire_enum! {
    /// What identifies a user.
    pub enum UserIdentityType {
        /// An identity of the customer's choice.
        Other = "other",
        /// The customer's own user id.
        Customer = "customer",
        /// Facebook id.
        Facebook = "facebook",
        /// Twitter id.
        Twitter = "twitter",
        /// Google id.
        Google = "google",
        /// Microsoft id.
        Microsoft = "microsoft",
        /// Yahoo id.
        Yahoo = "yahoo",
        /// E-mail address.
        Email = "email",
        /// A second identity of the customer's choice.
        Other2 = "other2",
        /// A third one.
        Other3 = "other3",
        /// A fourth one.
        Other4 = "other4",
        /// A fifth one.
        Other5 = "other5",
        /// A sixth one.
        Other6 = "other6",
        /// A seventh one.
        Other7 = "other7",
        /// An eighth one.
        Other8 = "other8",
        /// A ninth one.
        Other9 = "other9",
        /// A tenth one.
        Other10 = "other10",
        /// Mobile telephone number.
        MobileNumber = "mobile_number",
        /// Second telephone number.
        PhoneNumber2 = "phone_number_2",
        /// Third telephone number.
        PhoneNumber3 = "phone_number_3",
    }
}

wire_enum! {
    /// What identifies a device.
    pub enum DeviceIdentityType {
        /// Android id.
        AndroidId = "android_id",
        /// Google advertising id.
        GoogleAdvertisingId = "google_advertising_id",
        /// Apple's identifier for advertisers.
        IosAdvertisingId = "ios_advertising_id",
        /// Apple's identifier for vendors.
        IosVendorId = "ios_vendor_id",
        /// Token of Google's push service.
        GoogleCloudMessagingToken = "google_cloud_messaging_token",
        /// Token of Apple's push service.
        ApplePushNotificationToken = "apple_push_notification_token",
        /// Roku advertising id.
        RokuAdvertisingId = "roku_advertising_id",
        /// Microsoft advertising id.
        MicrosoftAdvertisingId = "microsoft_advertising_id",
        /// Microsoft publisher id.
        MicrosoftPublisherId = "microsoft_publisher_id",
        /// Fire advertising id.
        FireAdvertisingId = "fire_advertising_id",
        /// Roku publisher id.
        RokuPublisherId = "roku_publisher_id",
    }
}

model! {
    /// An identity of the user. `Debug` shows neither the value nor an unknown type.
    #[derive(Eq)]
    pub struct UserIdentity<'a> {
        /// What identifies the user.
        "type" identity_type: UserIdentityType<'a> = UserIdentityType::__Unknown(UnknownText("")), always, guarded, enforced;
        /// How the value is encoded.
        "encoding" encoding: IdentityEncoding<'a> = IdentityEncoding::__Unknown(UnknownText("")), always, guarded, enforced;
        /// The identity, encoded. Never empty.
        "value" value: &'a str = "", always, secret, enforced, filled;
    }
}

model! {
    /// An identity of a device. `Debug` shows neither the value nor an unknown type.
    #[derive(Eq)]
    pub struct DeviceIdentity<'a> {
        /// What identifies the device.
        "type" identity_type: DeviceIdentityType<'a> = DeviceIdentityType::__Unknown(UnknownText("")), always, guarded, enforced;
        /// How the value is encoded.
        "encoding" encoding: IdentityEncoding<'a> = IdentityEncoding::__Unknown(UnknownText("")), always, guarded, enforced;
        /// The identity, encoded. Never empty.
        "value" value: &'a str = "", always, secret, enforced, filled;
    }
}

model! {
    /// An identity that a partner assigned to the user. `Debug` shows neither the value nor the
    /// name.
    #[derive(Eq)]
    pub struct PartnerIdentity<'a> {
        /// The registered name of the partner identity. Never empty.
        "type" identity_type: &'a str = "", always, guarded, enforced, filled, since "2.2.0";
        /// How the value is encoded.
        "encoding" encoding: IdentityEncoding<'a> = IdentityEncoding::__Unknown(UnknownText("")), always, guarded, enforced, since "2.2.0";
        /// The identity, encoded. Never empty.
        "value" value: &'a str = "", always, secret, enforced, filled, since "2.2.0";
    }
}

model! {
    /// A request to receive a device identity (section 7.3).
    #[derive(Eq)]
    pub struct DeviceIdentityPermission<'a> {
        /// Which device identity.
        "type" identity_type: DeviceIdentityType<'a> = DeviceIdentityType::__Unknown(UnknownText("")), always, enforced;
        /// How the value is encoded.
        "encoding" encoding: IdentityEncoding<'a> = IdentityEncoding::__Unknown(UnknownText("")), always, enforced;
        /// Whether only users with one of the required identities are requested (section 12, rule
        /// 6).
        "required" required: bool = false, always, since "1.0.1";
    }
}

model! {
    /// A request to receive a user identity (section 7.3).
    #[derive(Eq)]
    pub struct UserIdentityPermission<'a> {
        /// Which user identity.
        "type" identity_type: UserIdentityType<'a> = UserIdentityType::__Unknown(UnknownText("")), always, enforced;
        /// How the value is encoded.
        "encoding" encoding: IdentityEncoding<'a> = IdentityEncoding::__Unknown(UnknownText("")), always, enforced;
        /// Whether only users with one of the required identities are requested (section 12, rule
        /// 6).
        "required" required: bool = false, always, since "1.0.1";
    }
}

model! {
    /// A request to receive a partner identity (section 7.3).
    #[derive(Eq)]
    pub struct PartnerIdentityPermission<'a> {
        /// Name of the partner identity, or `$cookie_sync_id`.
        "type" identity_type: &'a str = "", always, enforced, filled, since "2.2.0";
        /// How the value is encoded.
        "encoding" encoding: IdentityEncoding<'a> = IdentityEncoding::__Unknown(UnknownText("")), always, enforced, since "2.2.0";
        /// Whether only users with one of the required identities are requested (section 12, rule
        /// 6).
        "required" required: bool = false, always, since "2.2.0";
    }
}
