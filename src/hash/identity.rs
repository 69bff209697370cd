//! Digests of the identities of messages. The declared encoding of an identity decides whether it
//! is hashed, never the form of its value.

use std::fmt;

use super::{
    Algorithm, HexDigest, Input, Normalization, Profile, hash_one, hash_one_as, is_digest,
};
use crate::message::{
    DeviceIdentity, Identity, IdentityEncoding, OpenDsrIdentity, PartnerIdentity, UserIdentity,
};

/// The identity encoding is not a digest: it is `raw`, or this version does not know it.
///
/// ```
/// use hydrant::hash::Algorithm;
/// use hydrant::message::IdentityEncoding;
/// assert_eq!(Algorithm::try_from(IdentityEncoding::Sha1), Ok(Algorithm::Sha1));
/// let error = Algorithm::try_from(IdentityEncoding::Raw).unwrap_err();
/// assert_eq!(error.to_string(), "the identity encoding is not a digest: expected `md5`, `sha1` or `sha256`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADigestError(());

impl fmt::Display for NotADigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the identity encoding is not a digest: expected `md5`, `sha1` or `sha256`")
    }
}

impl std::error::Error for NotADigestError {}

impl TryFrom<IdentityEncoding<'_>> for Algorithm {
    type Error = NotADigestError;

    fn try_from(encoding: IdentityEncoding<'_>) -> Result<Self, Self::Error> {
        match encoding {
            IdentityEncoding::Md5 => Ok(Self::Md5),
            IdentityEncoding::Sha1 => Ok(Self::Sha1),
            IdentityEncoding::Sha256 => Ok(Self::Sha256),
            _ => Err(NotADigestError(())),
        }
    }
}

impl From<Algorithm> for IdentityEncoding<'static> {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Md5 => Self::Md5,
            Algorithm::Sha1 => Self::Sha1,
            Algorithm::Sha256 => Self::Sha256,
        }
    }
}

impl<'a> Identity<'a> {
    /// The digest of the identity, without a heap allocation:
    ///
    /// - of a raw value, trimmed and lower-cased (section 5.2), also if the value has the form of a
    ///   digest;
    /// - the value itself, trimmed and lower-cased, if it is declared as a digest of this algorithm
    ///   and has its form;
    /// - otherwise none, and none of a value that
    ///   [identifies nobody](Identity::identifies_nobody). A digest is never hashed again.
    ///
    /// ```
    /// use hydrant::hash::Algorithm;
    /// use hydrant::message::{Identity, IdentityEncoding};
    /// let blank = Identity::new(IdentityEncoding::Raw, "\u{a0}");
    /// assert!(blank.encode(Algorithm::Sha256).is_none());
    /// ```
    #[must_use]
    pub fn encode(self, algorithm: Algorithm) -> Option<HexDigest> {
        match self.input(algorithm)? {
            Input::Raw(value) => Some(hash_one(algorithm, Normalization::STANDARD, value)),
            Input::Encoded(value) => Some(HexDigest::lower_case(value)),
        }
    }

    /// As [`encode`](Self::encode), with the text of a [`Profile`] in place of the trimmed and
    /// lower-cased value. A raw value for which the profile has no text has no digest.
    ///
    /// A value that is declared as a digest is the same as with `encode`: what was hashed is not
    /// known, so the profile does not apply. Register the identity as `raw` to avoid such values.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, EmailGmail};
    /// use hydrant::message::{Identity, IdentityEncoding};
    ///
    /// let address = Identity::new(IdentityEncoding::Raw, "Jane.Saoirse@gmail.com");
    /// let same = Identity::new(IdentityEncoding::Raw, "janesaoirse@gmail.com");
    /// let digest = address.encode_as(Algorithm::Sha256, EmailGmail);
    /// assert!(digest.is_some());
    /// assert_eq!(digest, same.encode(Algorithm::Sha256));
    ///
    /// let name = Identity::new(IdentityEncoding::Raw, "Jane Saoirse");
    /// assert_eq!(name.encode_as(Algorithm::Sha256, EmailGmail), None);
    /// ```
    #[must_use]
    pub fn encode_as(self, algorithm: Algorithm, profile: impl Profile) -> Option<HexDigest> {
        match self.input(algorithm)? {
            Input::Raw(value) => hash_one_as(algorithm, profile, value),
            Input::Encoded(value) => Some(HexDigest::lower_case(value)),
        }
    }

    /// The input of [`encode`](Self::encode): a raw value to be hashed, or a digest, trimmed but in
    /// the case in which it was sent.
    pub(super) fn input(self, algorithm: Algorithm) -> Option<Input<'a>> {
        if self.identifies_nobody() {
            return None;
        }
        if self.encoding() == IdentityEncoding::Raw {
            return Some(Input::Raw(self.as_sent()));
        }
        let value = Normalization::STANDARD.trimmed(self.as_sent());
        let encoded = Algorithm::try_from(self.encoding()) == Ok(algorithm);
        (encoded && is_digest(algorithm, value)).then_some(Input::Encoded(value))
    }

    /// Whether a raw value has the form of a digest: the sender probably hashed it without
    /// declaring it. [`encode`](Self::encode) hashes it nevertheless; use this for counting and
    /// reporting.
    ///
    /// ```
    /// use hydrant::message::{Identity, IdentityEncoding};
    /// let digest = "900150983cd24fb0d6963f7d28e17f72";
    /// assert!(Identity::new(IdentityEncoding::Raw, digest).looks_like_digest());
    /// assert!(!Identity::new(IdentityEncoding::Md5, digest).looks_like_digest(), "it is one");
    /// ```
    #[must_use]
    pub fn looks_like_digest(self) -> bool {
        self.raw().is_some_and(|value| {
            let value = Normalization::STANDARD.trimmed(value);
            Algorithm::ALL
                .iter()
                .any(|&algorithm| is_digest(algorithm, value))
        })
    }
}

macro_rules! encode {
    ($($model:ident)*) => {$(
        impl $model<'_> {
            /// The digest of the identity, if there is one: see [`Identity::encode`].
            #[must_use]
            pub fn encode(&self, algorithm: Algorithm) -> Option<HexDigest> {
                Identity::from(self).encode(algorithm)
            }

            /// The digest of the identity with a profile, if there is one: see
            /// [`Identity::encode_as`].
            #[must_use]
            pub fn encode_as(
                &self,
                algorithm: Algorithm,
                profile: impl Profile,
            ) -> Option<HexDigest> {
                Identity::from(self).encode_as(algorithm, profile)
            }
        }
    )*};
}

encode! { UserIdentity DeviceIdentity PartnerIdentity OpenDsrIdentity }
