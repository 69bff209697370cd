//! Identities of users, devices and partners, and the permissions to receive them (sections 5.2, 7.3). These are the
//! only models whose fields must be present: reading fails, with the path, where one is missing or empty.

use super::table::wire_enum;
use super::wire::{Read, Sink, Source, WireValue};

wire_enum! {
    /// How an identity value is encoded.
    pub enum IdentityEncoding {
        /// As it is.
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

/// A text that must not be empty: the name of a partner identity, the value of any identity. It is checked after the
/// object has been read, because the last of equal keys counts.
#[derive(Clone, Copy)]
struct NonEmpty<'a>(&'a str);

impl<'a> WireValue<'a> for NonEmpty<'a> {
    fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
        Ok(source.text()?.map(Self))
    }
    fn write<W: Sink>(&self, sink: &mut W) {
        sink.text(self.0);
    }
}

/// A field of an identity, checked when all of them have been read.
trait Part<'a, T> {
    fn checked<S: Source<'a>>(
        self,
        source: &S,
        object: &S::Object,
        field: &'static str,
    ) -> Read<T, S::Fault>;
}

impl<'a, T> Part<'a, T> for T {
    fn checked<S: Source<'a>>(self, _: &S, _: &S::Object, _: &'static str) -> Read<T, S::Fault> {
        Ok(self)
    }
}

impl<'a> Part<'a, &'a str> for NonEmpty<'a> {
    fn checked<S: Source<'a>>(
        self,
        source: &S,
        object: &S::Object,
        field: &'static str,
    ) -> Read<&'a str, S::Fault> {
        if self.0.is_empty() {
            return Err(source.empty(object, field));
        }
        Ok(self.0)
    }
}

/// `type`, `encoding` and a third field. `required` ones are read as the given type and must be there.
macro_rules! identity_model {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(#[$type_meta:meta])* $type_field:ident: $type:ty as $read_type:ty;
            $last_wire:literal $(#[$last_meta:meta])* $last:ident: $last_type:ty as $read_last:ty, $presence:ident $(, $secret:ident)?;
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $name<'a> {
            $(#[$type_meta])*
            pub $type_field: $type,
            /// How the value is encoded.
            pub encoding: IdentityEncoding<'a>,
            $(#[$last_meta])*
            pub $last: $last_type,
        }

        impl std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut debug = f.debug_struct(stringify!($name));
                debug.field(stringify!($type_field), &self.$type_field);
                debug.field("encoding", &self.encoding);
                super::table::debug_field!(debug, stringify!($last), self.$last $(, $secret)?);
                debug.finish()
            }
        }

        impl<'a> WireValue<'a> for $name<'a> {
            fn read<S: Source<'a>>(source: &mut S) -> Read<Option<Self>, S::Fault> {
                let Some(mut object) = source.object()? else { return Ok(None) };
                let mut identity_type = None;
                let mut encoding = None;
                let mut last = None;
                if source.key_is(&mut object, crate::message::wire::key!("type")) {
                    identity_type = <$read_type>::read(source)?;
                    source.end_value(&mut object)?;
                }
                if source.key_is(&mut object, crate::message::wire::key!("encoding")) {
                    encoding = IdentityEncoding::read(source)?;
                    source.end_value(&mut object)?;
                }
                if source.key_is(&mut object, $crate::message::wire::key!($last_wire)) {
                    last = <$read_last>::read(source)?;
                    source.end_value(&mut object)?;
                }
                while let Some(key) = source.next_key(&mut object)? {
                    match key {
                        "type" => identity_type = <$read_type>::read(source)?,
                        "encoding" => encoding = IdentityEncoding::read(source)?,
                        $last_wire => last = <$read_last>::read(source)?,
                        _ => source.skip()?,
                    }
                    source.end_value(&mut object)?;
                }
                let Some(identity_type) = identity_type else { return Err(source.missing(&object, "type")) };
                let Some(encoding) = encoding else { return Err(source.missing(&object, "encoding")) };
                let last = identity_model!(@last $presence, source, object, last, $last_wire);
                let $type_field = identity_type.checked(source, &object, "type")?;
                let $last = last.checked(source, &object, $last_wire)?;
                Ok(Some(Self { $type_field, encoding, $last }))
            }
            fn write<W: Sink>(&self, sink: &mut W) {
                let mark = sink.begin();
                sink.static_key(",\"type\":");
                self.$type_field.write(sink);
                sink.static_key(",\"encoding\":");
                self.encoding.write(sink);
                sink.static_key(concat!(",\"", $last_wire, "\":"));
                self.$last.write(sink);
                sink.end_object(mark);
            }
        }

        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("type", &self.$type_field)?;
                map.serialize_entry("encoding", &self.encoding)?;
                map.serialize_entry($last_wire, &self.$last)?;
                map.end()
            }
        }
    };
    (@last enforced, $source:ident, $object:ident, $last:ident, $wire:literal) => {{
        let Some(last) = $last else { return Err($source.missing(&$object, $wire)) };
        last
    }};
    (@last defaulted, $source:ident, $object:ident, $last:ident, $wire:literal) => {
        $last.unwrap_or_default()
    };
}

identity_model! {
    /// An identity of the user. `Debug` does not show the value.
    pub struct UserIdentity {
        /// What identifies the user.
        identity_type: UserIdentityType<'a> as UserIdentityType<'a>;
        "value"
        /// The identity, encoded. Never empty.
        value: &'a str as NonEmpty<'a>, enforced, secret;
    }
}

identity_model! {
    /// An identity of a device. `Debug` does not show the value.
    pub struct DeviceIdentity {
        /// What identifies the device.
        identity_type: DeviceIdentityType<'a> as DeviceIdentityType<'a>;
        "value"
        /// The identity, encoded. Never empty.
        value: &'a str as NonEmpty<'a>, enforced, secret;
    }
}

identity_model! {
    /// An identity that a partner gave the user. `Debug` does not show the value.
    pub struct PartnerIdentity {
        /// The registered name of the partner identity. Never empty.
        identity_type: &'a str as NonEmpty<'a>;
        "value"
        /// The identity, encoded. Never empty.
        value: &'a str as NonEmpty<'a>, enforced, secret;
    }
}

identity_model! {
    /// The wish to receive a device identity (section 7.3).
    pub struct DeviceIdentityPermission {
        /// Which device identity.
        identity_type: DeviceIdentityType<'a> as DeviceIdentityType<'a>;
        "required"
        /// Whether only users are wanted that have one of the required identities (section 12, rule 6).
        required: bool as bool, defaulted;
    }
}

identity_model! {
    /// The wish to receive a user identity (section 7.3).
    pub struct UserIdentityPermission {
        /// Which user identity.
        identity_type: UserIdentityType<'a> as UserIdentityType<'a>;
        "required"
        /// Whether only users are wanted that have one of the required identities (section 12, rule 6).
        required: bool as bool, defaulted;
    }
}

identity_model! {
    /// The wish to receive a partner identity (section 7.3).
    pub struct PartnerIdentityPermission {
        /// Name of the partner identity, or `$cookie_sync_id`.
        identity_type: &'a str as NonEmpty<'a>;
        "required"
        /// Whether only users are wanted that have one of the required identities (section 12, rule 6).
        required: bool as bool, defaulted;
    }
}
