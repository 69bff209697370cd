//! Identity encoding: trim, lower-case, hash and write as hexadecimal, many identities at a time.
//!
//! The protocol sends identities either `raw` or hashed (`md5`, `sha1`, `sha256`; specification 5.2
//! and D24): the value is trimmed, lower-cased, encoded as UTF-8, hashed, and written as lower-case
//! hexadecimal. [`hash_many`] does that for a batch and [`hash_one`] for a single value. [`Hasher`]
//! with [`HexDigests`] hashes many batches without heap allocations, and [`DeferredDigests`] hashes
//! the identities of many messages and writes the digests into the finished output.
//!
//! ```
//! use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization};
//!
//! let mut hasher = Hasher::new();
//! let mut digests = HexDigests::new();
//! let inputs = [
//!     Input::Raw(" Ada@Example.COM "),
//!     // Already encoded by the sender: never hashed again.
//!     Input::Encoded("3e3417d7ef77d5932a6734b916515ed5"),
//! ];
//! hasher.hash_many(Algorithm::Md5, Normalization::STANDARD, &inputs, &mut digests);
//!
//! assert_eq!(digests.get(0), Some("3e3417d7ef77d5932a6734b916515ed5"));
//! assert_eq!(digests.get(1), Some("3e3417d7ef77d5932a6734b916515ed5"));
//! ```
//!
//! # Profiles
//!
//! Ad platforms hash e-mail addresses and telephone numbers in forms of their own. A [`Profile`] is
//! such a form: [`EmailGmail`] and, with the feature `phone`, `PhoneNumber`. [`hash_one_as`],
//! [`Hasher::hash_iter_as`], [`Identity::encode_as`] and [`DeferredDigests::add_identity_as`] take a
//! profile.
//!
//! ```
//! use hydrant::hash::{Algorithm, EmailGmail, hash_one_as};
//!
//! let digest = hash_one_as(Algorithm::Sha256, EmailGmail, "Jane.Saoirse+Work@gmail.com");
//! assert_eq!(digest, hash_one_as(Algorithm::Sha256, EmailGmail, "janesaoirse@gmail.com"));
//! assert_eq!(hash_one_as(Algorithm::Sha256, EmailGmail, "Jane Saoirse"), None);
//! ```
//!
//! [`Identity::encode_as`]: crate::message::Identity::encode_as
//!
//! # Data flow of a batch
//!
//! Almost every identity fits into one 64-byte block with its padding, and nearly all others fit
//! into two, so values are normalized directly into padded blocks, in windows of 64 values. A
//! window is then digested many messages at once, in the lanes of vector registers or with SHA
//! instructions, whichever is fastest on the CPU (a [`Platform`], detected once). Longer values are
//! digested one by one, and the results are merged by their position in the window.
//!
//! Only `identity` and `deferred` depend on the message model, and nothing depends on JSON. Callers
//! decide which identities are hashed, and none is ever printed: `Debug` shows `[redacted]`, also
//! for digests, because the digest of an e-mail address identifies its owner just as well.

#![cfg_attr(
    not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_endian = "little")
    )),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        unused_variables,
        reason = "the lanes have no user without an instruction set"
    )
)]

mod algorithm;
mod block;
mod constants;
mod deferred;
mod digests;
mod hex;
mod identity;
mod isa;
mod lanes;
mod normalize;
#[cfg(feature = "phone")]
mod phone;
mod platform;
mod portable;
mod profile;
mod window;

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod arm;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::fmt;

use hex::LONGEST_HEX;
use window::{WINDOW, Window, single};

pub use algorithm::{Algorithm, ParseAlgorithmError, is_digest};
pub use deferred::{Deferred, DeferredDigests, MisplacedDigests};
pub use digests::{HexDigest, HexDigests, Iter};
pub use identity::NotADigestError;
pub use normalize::{Normalization, normalize};
#[cfg(feature = "phone")]
pub use phone::{Country, ParseCountryError, PhoneNumber};
pub use platform::{ParsePlatformError, Platform};
pub use profile::{EmailGmail, Profile, hash_one_as};

/// One identity to be encoded, and whether it is already encoded.
///
/// `Debug` does not show the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input<'a> {
    /// A plain value: it is normalized and hashed.
    Raw(&'a str),
    /// A value that was hashed elsewhere: it is copied unchanged, whatever its form and whatever
    /// algorithm computed it.
    Encoded(&'a str),
}

impl<'a> Input<'a> {
    /// The value, in either form.
    #[must_use]
    pub fn value(self) -> &'a str {
        match self {
            Self::Raw(value) | Self::Encoded(value) => value,
        }
    }

    /// Whether the value will be hashed.
    #[must_use]
    pub fn is_raw(self) -> bool {
        matches!(self, Self::Raw(_))
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw(_) => "Raw([redacted])",
            Self::Encoded(_) => "Encoded([redacted])",
        })
    }
}

/// Hashes any number of batches with the same buffers.
///
/// It owns all buffers that hashing needs (about 20 KiB, in one allocation), so that with a reused
/// [`HexDigests`] nothing is allocated after the largest batch. There is one exception:
/// lower-casing a value that contains the Greek capital `Σ` allocates a temporary `String`, because
/// only the standard library has the tables for the final sigma.
///
/// A `Hasher` is for one thread; it is cheap enough to have one per thread.
#[derive(Clone)]
pub struct Hasher {
    platform: Platform,
    window: Box<Window<WINDOW>>,
    text: String,
    /// The texts of a profile, one after the other.
    texts: String,
}

impl Hasher {
    /// A hasher with its buffers allocated, for the fastest platform of this CPU.
    #[must_use]
    pub fn new() -> Self {
        Self::with_platform(Platform::detect())
    }

    /// A hasher for a given platform: for comparisons, or if the fastest is not wanted.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization, Platform};
    ///
    /// for platform in Platform::available() {
    ///     let mut hasher = Hasher::with_platform(platform);
    ///     let mut digests = HexDigests::new();
    ///     let inputs = [Input::Raw("abc")];
    ///     hasher.hash_many(Algorithm::Md5, Normalization::STANDARD, &inputs, &mut digests);
    ///     assert_eq!(digests.get(0), Some("900150983cd24fb0d6963f7d28e17f72"), "{platform}");
    /// }
    /// ```
    #[must_use]
    pub fn with_platform(platform: Platform) -> Self {
        Self {
            platform,
            window: Box::new(Window::new()),
            text: String::new(),
            texts: String::new(),
        }
    }

    /// Encodes `inputs` into `out`, which then contains exactly one text per input, in order.
    ///
    /// The previous content of `out` is removed; its buffers are kept. An empty value (or one that
    /// is empty after trimming) is hashed like any other: callers that do not want the digest of
    /// the empty string must not pass it.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization};
    ///
    /// let mut digests = HexDigests::new();
    /// Hasher::new().hash_many(
    ///     Algorithm::Sha1,
    ///     Normalization::STANDARD,
    ///     &[Input::Raw("ABC"), Input::Raw("\tabc\n")],
    ///     &mut digests,
    /// );
    /// assert_eq!(digests.get(0), Some("a9993e364706816aba3e25717850c26c9cd0d89d"));
    /// assert_eq!(digests.get(0), digests.get(1));
    /// ```
    pub fn hash_many(
        &mut self,
        algorithm: Algorithm,
        normalization: Normalization,
        inputs: &[Input<'_>],
        out: &mut HexDigests,
    ) {
        out.clear();
        if let [Input::Raw(value)] = inputs {
            let mut hex = [[b'0'; LONGEST_HEX]];
            if single(self.platform, algorithm, normalization, value, &mut hex) {
                return out.push(algorithm, &hex);
            }
        }
        self.append(algorithm, normalization, inputs, out);
    }

    /// As [`hash_many`](Self::hash_many), for identities that are not in one slice.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization};
    ///
    /// let stored = [("raw", "Ada@example.com"), ("md5", "3e3417d7ef77d5932a6734b916515ed5")];
    /// let inputs = stored.iter().map(|&(encoding, value)| match encoding {
    ///     "raw" => Input::Raw(value),
    ///     _ => Input::Encoded(value),
    /// });
    ///
    /// let mut digests = HexDigests::new();
    /// Hasher::new().hash_iter(Algorithm::Md5, Normalization::STANDARD, inputs, &mut digests);
    /// assert_eq!(digests.get(0), digests.get(1));
    /// ```
    pub fn hash_iter<'i>(
        &mut self,
        algorithm: Algorithm,
        normalization: Normalization,
        inputs: impl IntoIterator<Item = Input<'i>>,
        out: &mut HexDigests,
    ) {
        out.clear();
        let mut inputs = inputs.into_iter();
        let mut gathered = [Input::Encoded(""); WINDOW];
        loop {
            let mut count = 0;
            for (place, input) in gathered.iter_mut().zip(&mut inputs) {
                *place = input;
                count += 1;
            }
            self.append(
                algorithm,
                normalization,
                gathered.get(..count).unwrap_or_default(),
                out,
            );
            if count < WINDOW {
                return;
            }
        }
    }

    /// Encodes one plain value, as [`hash_one`] does, on the platform of this hasher and with its
    /// buffers.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, Hasher, Normalization};
    ///
    /// let mut hasher = Hasher::new();
    /// let digest = hasher.hash_one(Algorithm::Md5, Normalization::STANDARD, " ABC ");
    /// assert_eq!(digest, "900150983cd24fb0d6963f7d28e17f72");
    /// ```
    #[must_use]
    pub fn hash_one(
        &mut self,
        algorithm: Algorithm,
        normalization: Normalization,
        value: &str,
    ) -> HexDigest {
        let usual = HexDigest::with(algorithm, |hex| {
            single(self.platform, algorithm, normalization, value, hex)
        });
        if let Some(digest) = usual {
            return digest;
        }
        let input = [Input::Raw(value)];
        let (platform, text) = (self.platform, &mut self.text);
        self.window
            .fill(platform, algorithm, normalization, &input, text);
        HexDigest::new(self.window.digest(platform, algorithm))
    }

    fn append(
        &mut self,
        algorithm: Algorithm,
        normalization: Normalization,
        mut inputs: &[Input<'_>],
        out: &mut HexDigests,
    ) {
        while !inputs.is_empty() {
            let taken = self.window.fill(
                self.platform,
                algorithm,
                normalization,
                inputs,
                &mut self.text,
            );
            let (done, rest) = inputs.split_at_checked(taken).unwrap_or((inputs, &[]));
            out.append(
                algorithm,
                done,
                self.window.digest(self.platform, algorithm),
            );
            inputs = rest;
        }
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Hasher {
    /// The buffers contain identities, so nothing of them is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher([redacted])")
    }
}

/// Encodes one batch with new buffers; [`Hasher::hash_many`] reuses them.
///
/// ```
/// use hydrant::hash::{Algorithm, Input, Normalization, hash_many};
///
/// let inputs = ["a@example.com", "A@EXAMPLE.COM"].map(Input::Raw);
/// let digests = hash_many(Algorithm::Sha256, Normalization::STANDARD, &inputs);
/// assert_eq!(digests.len(), 2);
/// assert_eq!(digests.get(0), digests.get(1));
/// ```
#[must_use]
pub fn hash_many(
    algorithm: Algorithm,
    normalization: Normalization,
    inputs: &[Input<'_>],
) -> HexDigests {
    let mut out = HexDigests::new();
    Hasher::new().hash_many(algorithm, normalization, inputs, &mut out);
    out
}

/// Encodes one plain value, on the stack: a value of up to 119 ASCII bytes allocates nothing.
///
/// ```
/// use hydrant::hash::{Algorithm, Normalization, hash_one};
///
/// let digest = hash_one(Algorithm::Md5, Normalization::VERBATIM, "message digest");
/// assert_eq!(digest, "f96b697d7cb7938d525a2f31aaf161d0"); // RFC 1321, A.5
/// ```
#[must_use]
pub fn hash_one(algorithm: Algorithm, normalization: Normalization, value: &str) -> HexDigest {
    let platform = Platform::detect();
    let usual = HexDigest::with(algorithm, |hex| {
        single(platform, algorithm, normalization, value, hex)
    });
    if let Some(digest) = usual {
        return digest;
    }
    let mut window = Window::<1>::new();
    let mut text = String::new();
    let input = [Input::Raw(value)];
    window.fill(platform, algorithm, normalization, &input, &mut text);
    HexDigest::new(window.digest(platform, algorithm))
}
