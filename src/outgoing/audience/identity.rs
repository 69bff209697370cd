//! [`AudienceIdentity`]: the identities that records contain, with their names (`connections.md
//! section 3.2`).

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};
use crate::message::{DeviceIdentityType, UserIdentityType};
use crate::outgoing::settings::short;
use crate::validate::nearest;

/// Where a Firehose message has an identity.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    User(UserIdentityType<'static>),
    Device(DeviceIdentityType<'static>),
    Mpid,
}

/// Declares the rows of table 3.2: key, source, names in the published list. The first of these is
/// complete.
macro_rules! identities {
    ($( $(#[$meta:meta])* $variant:ident = $key:literal, $source:expr, [$($published:literal),+]; )*) => {
        /// An identity that records may contain. The order is that of table 3.2, and that in which
        /// records have them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum AudienceIdentity {
            $( $(#[$meta])* $variant, )*
        }

        impl AudienceIdentity {
            /// Every identity, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number of identities.
            pub(super) const COUNT: usize = Self::ALL.len();

            /// The name in records, unless
            /// [`AudienceSettings::rename`](super::AudienceSettings::rename) replaces it.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $( Self::$variant => $key, )*
                }
            }

            /// The names in the published list; the first is complete.
            const fn published(self) -> &'static [&'static str] {
                match self {
                    $( Self::$variant => &[$($published),+], )*
                }
            }

            const fn source(self) -> Source {
                match self {
                    $( Self::$variant => $source, )*
                }
            }
        }
    };
}

const fn user(identity_type: UserIdentityType<'static>) -> Source {
    Source::User(identity_type)
}

const fn device(identity_type: DeviceIdentityType<'static>) -> Source {
    Source::Device(identity_type)
}

identities! {
    /// The customer's own user id.
    CustomerId = "CustomerId", user(UserIdentityType::Customer), ["Customer ID"];
    /// E-mail address.
    Email = "Email", user(UserIdentityType::Email), ["Email Address"];
    /// Facebook id.
    FacebookId = "FacebookId", user(UserIdentityType::Facebook), ["Facebook ID"];
    /// Google id.
    GoogleId = "GoogleId", user(UserIdentityType::Google), ["Google ID"];
    /// Microsoft id.
    MicrosoftId = "MicrosoftId", user(UserIdentityType::Microsoft), ["Microsoft ID"];
    /// Twitter id.
    TwitterId = "TwitterId", user(UserIdentityType::Twitter), ["Twitter ID"];
    /// Yahoo id.
    YahooId = "YahooId", user(UserIdentityType::Yahoo), ["Yahoo ID"];
    /// An identity of the customer's choice. The older revision of the page calls it "Alias /
    /// Other" (C1).
    Other = "Other", user(UserIdentityType::Other), ["Other", "Alias / Other"];
    /// A second identity of the customer's choice.
    Other2 = "Other2", user(UserIdentityType::Other2), ["Other 2"];
    /// A third one.
    Other3 = "Other3", user(UserIdentityType::Other3), ["Other 3"];
    /// A fourth one.
    Other4 = "Other4", user(UserIdentityType::Other4), ["Other 4"];
    /// A fifth one.
    Other5 = "Other5", user(UserIdentityType::Other5), ["Other 5"];
    /// A sixth one.
    Other6 = "Other6", user(UserIdentityType::Other6), ["Other 6"];
    /// A seventh one.
    Other7 = "Other7", user(UserIdentityType::Other7), ["Other 7"];
    /// An eighth one.
    Other8 = "Other8", user(UserIdentityType::Other8), ["Other 8"];
    /// A ninth one.
    Other9 = "Other9", user(UserIdentityType::Other9), ["Other 9"];
    /// A tenth one.
    Other10 = "Other10", user(UserIdentityType::Other10), ["Other 10"];
    /// Identifier of the user profile, always as text (N14).
    Mpid = "MPID", Source::Mpid, ["mParticle ID (MPID)", "mParticle ID"];
    /// Google advertising id.
    GoogleAdvertisingId = "GoogleAdvertisingIdentifier", device(DeviceIdentityType::GoogleAdvertisingId),
        ["Google Advertising ID (GAID)", "Google Advertising ID", "GAID"];
    /// Apple's identifier for advertisers.
    AppleAdvertisingId = "AppleAdvertisingIdentifier", device(DeviceIdentityType::IosAdvertisingId),
        ["Apple Advertising ID (IDFA)", "Apple Advertising ID", "IDFA"];
    /// Apple's identifier for vendors.
    AppleVendorId = "AppleVendorIdentifier", device(DeviceIdentityType::IosVendorId),
        ["Apple Vendor ID (IDFV)", "Apple Vendor ID", "IDFV"];
    /// Android id.
    AndroidId = "AndroidId", device(DeviceIdentityType::AndroidId), ["Android ID"];
    /// Fire advertising id.
    FireAdvertisingId = "FireAdvertisingIdentifier", device(DeviceIdentityType::FireAdvertisingId),
        ["Fire Advertising ID"];
    /// Microsoft advertising id.
    MicrosoftAdvertisingId = "MicrosoftAdvertisingIdentifier",
        device(DeviceIdentityType::MicrosoftAdvertisingId), ["Microsoft Advertising ID"];
    /// Roku advertising id.
    RokuAdvertisingId = "RokuAdvertisingIdentifier", device(DeviceIdentityType::RokuAdvertisingId),
        ["Roku Advertising ID"];
    /// Roku publisher id.
    RokuPublisherId = "RokuPublisherIdentifier", device(DeviceIdentityType::RokuPublisherId),
        ["Roku Publisher ID"];
}

impl AudienceIdentity {
    /// The complete name in the published list.
    #[must_use]
    pub fn published_name(self) -> &'static str {
        self.published().first().copied().unwrap_or(self.key())
    }

    /// The name of the identity in Firehose messages.
    #[must_use]
    pub const fn firehose_name(self) -> &'static str {
        match self.source() {
            Source::User(identity_type) => identity_type.as_str(),
            Source::Device(identity_type) => identity_type.as_str(),
            Source::Mpid => "mpid",
        }
    }

    /// The identity of this type; `None` for those that are never sent.
    pub(super) fn of_user(identity_type: UserIdentityType<'_>) -> Option<Self> {
        use UserIdentityType as Type;
        Some(match identity_type {
            Type::Customer => Self::CustomerId,
            Type::Email => Self::Email,
            Type::Facebook => Self::FacebookId,
            Type::Google => Self::GoogleId,
            Type::Microsoft => Self::MicrosoftId,
            Type::Twitter => Self::TwitterId,
            Type::Yahoo => Self::YahooId,
            Type::Other => Self::Other,
            Type::Other2 => Self::Other2,
            Type::Other3 => Self::Other3,
            Type::Other4 => Self::Other4,
            Type::Other5 => Self::Other5,
            Type::Other6 => Self::Other6,
            Type::Other7 => Self::Other7,
            Type::Other8 => Self::Other8,
            Type::Other9 => Self::Other9,
            Type::Other10 => Self::Other10,
            _ => return None,
        })
    }

    /// The identity of this type; `None` for those that are never sent.
    pub(super) fn of_device(identity_type: DeviceIdentityType<'_>) -> Option<Self> {
        use DeviceIdentityType as Type;
        Some(match identity_type {
            Type::GoogleAdvertisingId => Self::GoogleAdvertisingId,
            Type::IosAdvertisingId => Self::AppleAdvertisingId,
            Type::IosVendorId => Self::AppleVendorId,
            Type::AndroidId => Self::AndroidId,
            Type::FireAdvertisingId => Self::FireAdvertisingId,
            Type::MicrosoftAdvertisingId => Self::MicrosoftAdvertisingId,
            Type::RokuAdvertisingId => Self::RokuAdvertisingId,
            Type::RokuPublisherId => Self::RokuPublisherId,
            _ => return None,
        })
    }

    /// Whether Firehose messages have it among the identities of devices.
    pub(super) const fn is_of_device(self) -> bool {
        matches!(self.source(), Source::Device(_))
    }

    /// All names by which settings may call it.
    fn names(self) -> impl Iterator<Item = &'static str> {
        let published = self.published().iter().copied();
        [self.key(), self.firehose_name()]
            .into_iter()
            .chain(published)
    }
}

/// The name in records.
impl fmt::Display for AudienceIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

/// Reads the name in records, a name of the published list, or that of Firehose messages. Case and
/// spaces do not count (N12).
///
/// ```
/// use hydrant::outgoing::audience::AudienceIdentity;
///
/// for name in ["AppleAdvertisingIdentifier", "apple advertising id (idfa)", "ios_advertising_id"] {
///     assert_eq!(name.parse(), Ok(AudienceIdentity::AppleAdvertisingId));
/// }
/// let error = "Facebok ID".parse::<AudienceIdentity>().unwrap_err();
/// assert_eq!(error.message(), "\"Facebok ID\" is not an identity of audience records; the nearest is \"FacebookId\"");
/// ```
impl FromStr for AudienceIdentity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wanted = folded(text);
        let named = |identity: &&Self| identity.names().any(|name| folded(name) == wanted);
        if let Some(identity) = Self::ALL.iter().find(named) {
            return Ok(*identity);
        }
        let all = Self::ALL.iter().flat_map(|identity| identity.names());
        let known: Vec<(String, &str)> = all.map(|name| (folded(name), name)).collect();
        let near = nearest(&wanted, known.iter().map(|(folded, _)| folded.as_str()));
        let spelling = near.and_then(|near| known.iter().find(|(folded, _)| folded == near));
        let advice = match spelling {
            Some((_, name)) => format!("the nearest is \"{name}\""),
            None => "expected one such as CustomerId, Email or MPID".to_owned(),
        };
        let text = short(text);
        let message = format!("\"{text}\" is not an identity of audience records; {advice}");
        Err(Error::plain(ErrorKind::UnknownValue, message))
    }
}

/// The text without spaces and in lower case.
fn folded(text: &str) -> String {
    let visible = text.chars().filter(|c| !c.is_whitespace());
    visible.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sources_and_lookups_agree() {
        for identity in AudienceIdentity::ALL.iter().copied() {
            let found = match identity.source() {
                Source::User(identity_type) => AudienceIdentity::of_user(identity_type),
                Source::Device(identity_type) => AudienceIdentity::of_device(identity_type),
                Source::Mpid => Some(AudienceIdentity::Mpid),
            };
            assert_eq!(found, Some(identity));
            let names = identity.names();
            names.for_each(|name| assert_eq!(name.parse::<AudienceIdentity>().unwrap(), identity));
        }
        let users = UserIdentityType::ALL.iter().copied();
        let devices = DeviceIdentityType::ALL.iter().copied();
        let sent = users.filter_map(AudienceIdentity::of_user).count()
            + devices.filter_map(AudienceIdentity::of_device).count();
        assert_eq!(sent + 1, AudienceIdentity::COUNT);
    }
}
