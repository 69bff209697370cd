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

    /// The value as it was sent, white space included, if it is declared raw and identifies
    /// somebody.
    pub fn raw(self) -> Option<&'a str> {
        (self.encoding == IdentityEncoding::Raw && !self.identifies_nobody()).then_some(self.value)
    }

    /// The value as it was sent, whatever its encoding is: it may be a digest, or blank.
    pub const fn as_sent(self) -> &'a str {
        self.value
    }

    /// Whether the value shows nothing: only white space, control characters, and characters that
    /// Unicode declares as ignorable, such as the zero-width space and the byte order mark.
    pub fn is_blank(self) -> bool {
        is_blank(self.value)
    }

    /// Whether the value identifies nobody: it is blank, it consists of sixteen zeros or more, also
    /// with ASCII punctuation between or around them (the nil uuid), or it is a digest of the empty
    /// text, a space, a line end, the nil uuid, or 15, 16, 32, 40 or 64 zeros. All users with such a value would become one, so
    /// lookups ignore it, and it is not hashed.
    ///
    /// ```
    /// use hydrant::message::{Identity, IdentityEncoding};
    /// let empty = "d41d8cd98f00b204e9800998ecf8427e";
    /// assert!(Identity::new(IdentityEncoding::Md5, empty).identifies_nobody());
    /// assert!(Identity::new(IdentityEncoding::Raw, "\u{200b} ").identifies_nobody());
    /// assert!(!Identity::new(IdentityEncoding::Raw, "0").identifies_nobody());
    /// ```
    pub fn identifies_nobody(self) -> bool {
        self.placeholder(FEWEST_ZEROS).is_some()
    }

    /// Whether the value identifies no device and no profile: as
    /// [`identifies_nobody`](Self::identifies_nobody), and any number of zeros. Devices send zeros
    /// when the user limits tracking.
    pub(crate) fn identifies_no_device(self) -> bool {
        self.placeholder(1).is_some()
    }

    /// What is sent in place of an identity; zeros from this number of digits on.
    pub(crate) fn placeholder(self, fewest_zeros: usize) -> Option<Placeholder> {
        let value = self.value.trim_matches(shows_nothing);
        if value.is_empty() {
            return Some(Placeholder::Blank);
        }
        if zeros(value).is_some_and(|digits| digits >= fewest_zeros) {
            return Some(Placeholder::Zeros);
        }
        let is_one_of = |digests: &[&str]| digests.iter().any(|it| value.eq_ignore_ascii_case(it));
        match value.len() {
            32 | 40 | 64 if is_one_of(BLANK_DIGESTS) => Some(Placeholder::Blank),
            32 | 40 | 64 if is_one_of(ZERO_DIGESTS) => Some(Placeholder::Zeros),
            _ => None,
        }
    }
}

/// A value that is sent in place of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    /// Nothing, or the digest of the empty text.
    Blank,
    /// Zeros, or their digest.
    Zeros,
}

/// Fewer zeros may be an identity that somebody chose.
pub(crate) const FEWEST_ZEROS: usize = 16;

/// Whether a text shows nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(shows_nothing)
}

/// White space, control characters, the Unicode property Default_Ignorable_Code_Point, the blank
/// Braille pattern, and the anchors of annotations.
fn shows_nothing(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The number of zeros, if there is nothing else but what may be written around and between digits.
fn zeros(value: &str) -> Option<usize> {
    value.bytes().try_fold(0, |digits, byte| match byte {
        b'0' => Some(digits + 1),
        _ if byte.is_ascii_punctuation() => Some(digits),
        _ => None,
    })
}

/// MD5, SHA-1 and SHA-256 of the empty text, a space, a line feed, and CR LF.
const BLANK_DIGESTS: &[&str] = &[
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "7215ee9c7d9dc229d2921a40e899ec5f",
    "b858cb282617fb0956d960215c8e84d1ccf909c6",
    "36a9e7f1c95b82ffb99743e0c5c4ce95d83c9a430aac59f84ef3cbfab6145068",
    "68b329da9893e34099c7d8ad5cb9c940",
    "adc83b19e793491b1c6ea0fd8b46cd9f32e592fc",
    "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
    "81051bcc2cf1bedf378224b0a93e2877",
    "ba8ab5a0280b953aa97435ff8946cbcbb2755a27",
    "7eb70257593da06f682a3ddda54a9d260d4fc514f645237f5ca74b08f8da61a6",
];

/// The same of the nil uuid, also in braces, and of 15 (an IMEI), 16 (an Android id), 32, 40 and 64
/// zeros (digests).
const ZERO_DIGESTS: &[&str] = &[
    "9f89c84a559f573636a47ff8daed0d33",
    "b602d594afd2b0b327e07a06f36ca6a7e42546d0",
    "12b9377cbe7e5c94e8a70d9d23929523d14afa954793130f8a3959c7b849aca8",
    "d95b92fca4405ad6f765cae2693d593f",
    "af7b00d79629d9fe5ad6b4ef94d4c1877541ed3c",
    "df306f3564ab6d95a12dbf6c431ab9a18a95eb40dda6cbf4f0fa37eabc80a583",
    "5284047f4ffb4e04824a2fd1d1f0cd62",
    "c02c705e98588f724ca046ac59cafece65501e36",
    "14bdcd6fd64180af5e7791df91b6af8e9a3e7bc844997eb8c29252706df97ca5",
    "1e4a1b03d1b6cd8a174a826f76e009f4",
    "b02132081808b493c61e86626ee6c2e29326a662",
    "fcdb4b423f4e5283afa249d762ef6aef150e91fccd810d43e5e719d14512dec7",
    "cd9e459ea708a948d5c2f5a6ca8838cf",
    "91d3d1f86024e49f0e35314258b357a8944068a1",
    "84e0c0eafaa95a34c293f278ac52e45ce537bab5e752a00e6959a13ae103b65a",
    "b373e3ddc3438d7c10c76f3ad9d4c401",
    "9514e18b679622b8d59991a6298559cb03099d64",
    "9692e67b8378a6f6753f97782d458aa757e947eab2fbdf6b5c187b74561eb78f",
    "10eab6008d5642cf42abd2aa41f847cb",
    "0114498021cb8c4f1519f96bdf58dd806f3adb63",
    "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55",
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
            /// The value, if it is declared raw and identifies somebody: see [`Identity::raw`].
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
    /// The value, if it is declared raw and identifies somebody: see [`Identity::raw`].
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
