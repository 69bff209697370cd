//! [`Identity`]: a common view of the identities of users, devices, partners and data subjects. It
//! is not a string, because code that ignores the encoding could send a digest as an address.

use super::{
    DeviceIdentity, DeviceIdentityType, IdentityEncoding, OpenDsrIdentity, PartnerIdentity,
    UserIdentity, UserIdentityType,
};
use crate::schema::Redacted;

/// An identity and its encoding. It has no `Display`, and `Debug` does not show the value: the
/// caller requests a form with [`raw`](Self::raw) or [`encode`](Self::encode).
///
/// ```
/// use hydrant::hash::Algorithm;
/// use hydrant::message::{Identity, IdentityEncoding};
///
/// let identity = Identity::new(IdentityEncoding::Raw, " Ada@Example.COM ");
/// assert_eq!(identity.raw(), Some(" Ada@Example.COM "));
/// assert_eq!(identity.encode(Algorithm::Md5).unwrap(), "3e3417d7ef77d5932a6734b916515ed5");
///
/// let hashed = Identity::new(IdentityEncoding::Md5, "3E3417D7EF77D5932A6734B916515ED5");
/// assert_eq!(hashed.raw(), None);
/// assert_eq!(hashed.encode(Algorithm::Md5).unwrap(), "3e3417d7ef77d5932a6734b916515ed5");
/// assert!(hashed.encode(Algorithm::Sha256).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity<'a> {
    encoding: IdentityEncoding<'a>,
    value: &'a str,
}

impl<'a> Identity<'a> {
    /// The identity with this value in this encoding.
    pub const fn new(encoding: IdentityEncoding<'a>, value: &'a str) -> Self {
        Self { encoding, value }
    }

    /// The encoding that the sender declared.
    pub const fn encoding(self) -> IdentityEncoding<'a> {
        self.encoding
    }

    /// The value as it was sent, white space included, if it is declared raw and is not blank.
    pub fn raw(self) -> Option<&'a str> {
        (self.encoding == IdentityEncoding::Raw && !self.is_blank()).then_some(self.value)
    }

    /// The value as it was sent, whatever its encoding is: it may be a digest, or blank.
    pub const fn as_sent(self) -> &'a str {
        self.value
    }

    /// Whether the value is only white space: characters with the Unicode property White_Space, and
    /// those that the reference implementation trims (section 5.2). A blank identity does not
    /// identify a user, so lookups ignore it.
    pub fn is_blank(self) -> bool {
        self.trimmed().is_empty()
    }

    fn trimmed(self) -> &'a str {
        self.value.trim_matches(is_blank)
    }

    /// Whether this is the advertising id that devices send when the user limits tracking: zeros,
    /// or their digest. It would identify all of those users as one.
    pub(crate) fn is_all_zero(self) -> bool {
        let value = self.trimmed();
        match self.encoding {
            IdentityEncoding::Raw => {
                let zero = |byte| matches!(byte, b'0' | b'-' | b'{' | b'}');
                value.contains('0') && value.bytes().all(zero)
            }
            IdentityEncoding::Md5 => value.eq_ignore_ascii_case(ZERO_DIGESTS[0]),
            IdentityEncoding::Sha1 => value.eq_ignore_ascii_case(ZERO_DIGESTS[1]),
            IdentityEncoding::Sha256 => value.eq_ignore_ascii_case(ZERO_DIGESTS[2]),
            _ => false,
        }
    }
}

fn is_blank(c: char) -> bool {
    c <= ' ' || c.is_whitespace()
}

/// MD5, SHA-1 and SHA-256 of `00000000-0000-0000-0000-000000000000`.
const ZERO_DIGESTS: [&str; 3] = [
    "9f89c84a559f573636a47ff8daed0d33",
    "b602d594afd2b0b327e07a06f36ca6a7e42546d0",
    "12b9377cbe7e5c94e8a70d9d23929523d14afa954793130f8a3959c7b849aca8",
];

impl std::fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("encoding", &Redacted(&self.encoding))
            .field("value", &format_args!("[redacted]"))
            .finish()
    }
}

macro_rules! identities {
    ($($model:ident)*) => {$(
        impl<'a> From<&$model<'a>> for Identity<'a> {
            fn from(identity: &$model<'a>) -> Self {
                Self::new(identity.encoding, identity.value)
            }
        }

        impl<'a> $model<'a> {
            /// The value, if it is declared raw and is not blank: see [`Identity::raw`].
            pub fn raw(&self) -> Option<&'a str> {
                Identity::from(self).raw()
            }
        }
    )*};
}

identities! { UserIdentity DeviceIdentity PartnerIdentity }

/// A missing encoding becomes an unknown one, and a missing value a blank one.
impl<'a> From<&OpenDsrIdentity<'a>> for Identity<'a> {
    fn from(identity: &OpenDsrIdentity<'a>) -> Self {
        let encoding = identity.encoding.map_or("", |encoding| encoding.as_str());
        Self::new(
            IdentityEncoding::from(encoding),
            identity.value.unwrap_or_default(),
        )
    }
}

impl<'a> OpenDsrIdentity<'a> {
    /// The value, if it is declared raw and is not blank: see [`Identity::raw`].
    pub fn raw(&self) -> Option<&'a str> {
        Identity::from(self).raw()
    }
}

/// An identity in a chain of alternatives, for `first_identity`.
///
/// ```
/// use hydrant::message::{DeviceIdentityType, IdentityKey, UserIdentityType};
/// let chain: [IdentityKey<'_>; 3] =
///     [UserIdentityType::Customer.into(), DeviceIdentityType::IosVendorId.into(), IdentityKey::Mpid];
/// assert_eq!(chain[0], IdentityKey::User(UserIdentityType::Customer));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IdentityKey<'k> {
    /// An identity of the user.
    User(UserIdentityType<'k>),
    /// An identity of a device.
    Device(DeviceIdentityType<'k>),
    /// A partner identity by name.
    Partner(&'k str),
    /// The identifier of the user profile.
    Mpid,
    /// The stamp of the installation. User profiles of audiences do not have one.
    DeviceApplicationStamp,
}

impl<'k> IdentityKey<'k> {
    /// The name: that of the identity type on the wire, or that of the field.
    pub const fn as_str(&self) -> &'k str {
        match *self {
            Self::User(identity_type) => identity_type.as_str(),
            Self::Device(identity_type) => identity_type.as_str(),
            Self::Partner(name) => name,
            Self::Mpid => "mpid",
            Self::DeviceApplicationStamp => "device_application_stamp",
        }
    }
}

impl<'k> From<UserIdentityType<'k>> for IdentityKey<'k> {
    fn from(identity_type: UserIdentityType<'k>) -> Self {
        Self::User(identity_type)
    }
}

impl<'k> From<DeviceIdentityType<'k>> for IdentityKey<'k> {
    fn from(identity_type: DeviceIdentityType<'k>) -> Self {
        Self::Device(identity_type)
    }
}
