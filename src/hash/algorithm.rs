//! The three digests of the protocol: names, lengths, and the form of their text.
//!
//! The names are those of the protocol's `IdentityEncoding` (specification, table of enums). Other
//! files compute the digests.

use std::error;
use std::fmt;
use std::str::FromStr;

/// A digest with which identities can be hashed.
///
/// ```
/// use hydrant::hash::Algorithm;
///
/// let algorithm: Algorithm = "SHA-256".parse()?;
/// assert_eq!(algorithm, Algorithm::Sha256);
/// assert_eq!(algorithm.to_string(), "sha256");
/// assert_eq!((algorithm.digest_len(), algorithm.hex_len()), (32, 64));
/// # Ok::<(), hydrant::hash::ParseAlgorithmError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// MD5 (RFC 1321): 16 bytes, 32 digits.
    Md5,
    /// SHA-1 (FIPS 180-4): 20 bytes, 40 digits.
    Sha1,
    /// SHA-256 (FIPS 180-4): 32 bytes, 64 digits.
    Sha256,
}

impl Algorithm {
    /// Every algorithm, shortest digest first.
    pub const ALL: &'static [Self] = &[Self::Md5, Self::Sha1, Self::Sha256];

    /// The name in the protocol: `md5`, `sha1` or `sha256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// Bytes of a digest: 16, 20 or 32.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// Hexadecimal digits of a digest: 32, 40 or 64.
    #[must_use]
    pub const fn hex_len(self) -> usize {
        self.digest_len() * 2
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = ParseAlgorithmError;

    /// Reads `md5`, `sha1`, `sha-1`, `sha256` or `sha-256`, in any letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const NAMES: [(&str, Algorithm); 5] = [
            ("md5", Algorithm::Md5),
            ("sha1", Algorithm::Sha1),
            ("sha-1", Algorithm::Sha1),
            ("sha256", Algorithm::Sha256),
            ("sha-256", Algorithm::Sha256),
        ];
        NAMES
            .iter()
            .find(|(name, _)| text.eq_ignore_ascii_case(name))
            .map(|&(_, algorithm)| algorithm)
            .ok_or(ParseAlgorithmError(()))
    }
}

/// The text does not name an [`Algorithm`].
///
/// The error does not contain the text, which may be an identity in the wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseAlgorithmError(());

impl fmt::Display for ParseAlgorithmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown hash algorithm: expected `md5`, `sha1` or `sha256`")
    }
}

impl error::Error for ParseAlgorithmError {}

/// Whether `text` has the form of a digest of `algorithm`: the right number of hexadecimal digits,
/// in upper or lower case, and nothing else.
///
/// This is a heuristic for checks and warnings. Whether a value is hashed is declared by its
/// `encoding` and never inferred from its form.
///
/// ```
/// use hydrant::hash::{Algorithm, is_digest};
///
/// assert!(is_digest(Algorithm::Md5, "D41D8CD98F00B204E9800998ECF8427E"));
/// assert!(!is_digest(Algorithm::Sha1, "D41D8CD98F00B204E9800998ECF8427E"));
/// assert!(!is_digest(Algorithm::Md5, "ada.lovelace.1815@analytical.org"));
/// ```
#[must_use]
pub fn is_digest(algorithm: Algorithm, text: &str) -> bool {
    text.len() == algorithm.hex_len() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_in_any_case() {
        for &algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
            assert_eq!(algorithm.to_string().to_uppercase().parse(), Ok(algorithm));
            let dashed = algorithm.as_str().replace("sha", "Sha-");
            assert_eq!(dashed.parse(), Ok(algorithm));
        }
        assert_eq!(
            format!("{:>8}|{:<8}|", Algorithm::Md5, Algorithm::Sha1),
            "     md5|sha1    |"
        );
    }

    #[test]
    fn other_names_are_refused_without_repeating_them() {
        for text in [
            "", "md-5", " md5", "md5 ", "sha", "sha512", "sha_256", "sha2-56",
        ] {
            assert_eq!(
                text.parse::<Algorithm>(),
                Err(ParseAlgorithmError(())),
                "{text:?}"
            );
        }
        let error = "ada@example.com".parse::<Algorithm>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ada"), "{error}");
    }

    #[test]
    fn the_shape_of_a_digest_is_length_and_digits() {
        for &algorithm in Algorithm::ALL {
            let digits = "0123456789abcdefABCDEF".repeat(4);
            let digest = &digits[..algorithm.hex_len()];
            for &other in Algorithm::ALL {
                assert_eq!(is_digest(other, digest), other == algorithm);
            }
            for bad in ['g', '/', ':', '@', '`', 'G', ' ', 'é'] {
                for at in [0, algorithm.hex_len() / 2, algorithm.hex_len() - 1] {
                    let mut text = digest.to_owned();
                    text.replace_range(at..=at, bad.encode_utf8(&mut [0; 4]));
                    assert!(!is_digest(algorithm, &text), "{text}");
                }
            }
            // The right number of bytes, but not of digits.
            let wide = format!("é{}", &digest[2..]);
            assert_eq!(wide.len(), algorithm.hex_len());
            assert!(!is_digest(algorithm, &wide));
            assert!(!is_digest(algorithm, &digest[1..]));
            assert!(!is_digest(algorithm, &format!("{digest}0")));
        }
    }
}
