//! Which form of a digest is used: by what the CPU has, by algorithm, by number of messages.
//!
//! The instruction sets have a folder per architecture, of which one is compiled; all of them offer
//! the same two things, lanes and SHA instructions. Here it is decided when to use which, by
//! measurement and not by the width of a register (`benches/hash.rs`). What the CPU has is found out
//! once. Nothing is read from the environment: a host that chooses another platform calls
//! [`Hasher::with_platform`](super::Hasher::with_platform).

use std::error;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use super::Algorithm;
use super::block::{self, Block, Digest, Messages};
use super::hex::{self, LONGEST_HEX};
use super::isa::{Lanes, Sha};
use super::portable;

/// A set of instructions that digests can be computed with, and that this CPU has.
///
/// All platforms give the same digests; they differ in speed. The names are `portable` and those of
/// the instruction sets: `sse4.1`, `avx2` and `avx512` on x86-64, `neon` on 64-bit ARM, with `+sha`
/// after them if the CPU's instructions for SHA-1 and SHA-256 are used too.
///
/// ```
/// use hydrant::hash::Platform;
///
/// assert_eq!(Platform::available().next(), Some(Platform::detect()));
/// assert_eq!(Platform::available().last(), Some(Platform::PORTABLE));
/// for platform in Platform::available() {
///     assert_eq!(platform.as_str().parse(), Ok(platform));
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    // Both prove that the CPU has the instructions, so that a `Platform` does.
    lanes: Option<Lanes>,
    sha: Option<Sha>,
}

impl Platform {
    /// One message at a time, with the RustCrypto crates (which use SHA instructions themselves
    /// where the CPU has them).
    pub const PORTABLE: Self = Self {
        lanes: None,
        sha: None,
    };

    /// The fastest on this CPU.
    #[must_use]
    pub fn detect() -> Self {
        static FASTEST: OnceLock<Platform> = OnceLock::new();
        *FASTEST.get_or_init(|| Self::available().next().unwrap_or(Self::PORTABLE))
    }

    /// Every platform that this CPU can be, the fastest first and [`PORTABLE`](Self::PORTABLE) last.
    pub fn available() -> impl Iterator<Item = Self> {
        let sha = Sha::detect();
        let lanes = Lanes::detect().flat_map(move |lanes| {
            let with = |sha| Self {
                lanes: Some(lanes),
                sha,
            };
            sha.map(|sha| with(Some(sha)))
                .into_iter()
                .chain([with(None)])
        });
        lanes.chain([Self::PORTABLE])
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self.lanes {
            Some(lanes) => lanes.as_str(self.sha.is_some()),
            None => "portable",
        }
    }

    /// As [`block::pad`].
    #[inline]
    pub(super) fn pad<const BLOCKS: usize>(
        self,
        algorithm: Algorithm,
        lower_case: bool,
        message: &[u8],
        blocks: &mut [Block; BLOCKS],
    ) -> bool {
        match self.lanes {
            Some(lanes) => lanes.pad(algorithm, lower_case, message, blocks),
            None => block::pad(algorithm, lower_case, message, blocks),
        }
    }

    /// As [`hex::encode`].
    #[inline]
    pub(super) fn encode(
        self,
        algorithm: Algorithm,
        digests: &[Digest],
        places: &[usize],
        row: &mut [[u8; LONGEST_HEX]],
    ) {
        match self.lanes {
            Some(lanes) => lanes.encode(algorithm, digests, places, row),
            None => hex::encode(algorithm, digests, places, row),
        }
    }

    /// Digests all messages, the first into the first of `digests`.
    pub(super) fn digest(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        let lanes = self.lanes.and_then(|lanes| {
            let least = lanes.least(algorithm, self.sha.is_some())?;
            (messages.len() >= least).then_some((lanes, least))
        });
        let Some((lanes, least)) = lanes else {
            return self.digest_few(algorithm, messages, digests);
        };
        // The number of lanes is a power of two.
        let rest = messages.len() & (lanes.count() - 1);
        let few = if rest < least { rest } else { 0 };
        let (many, few) = messages.split_at(messages.len() - few);
        let (digests_many, digests_few) =
            digests.split_at_mut_checked(many.len()).unwrap_or_default();
        lanes.digest(algorithm, many, digests_many);
        self.digest_few(algorithm, few, digests_few);
    }

    /// As [`digest`](Self::digest), without lanes: one by one, or by twos. What has no SHA instructions
    /// may still have a form for single messages that is faster than the portable one.
    #[inline]
    pub(super) fn digest_few(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        match (algorithm, self.sha, self.lanes) {
            (Algorithm::Sha1, Some(sha), _) => sha.sha1(messages, digests),
            (Algorithm::Sha256, Some(sha), _) => sha.sha256(messages, digests),
            (_, _, Some(lanes)) => lanes.digest_few(algorithm, messages, digests),
            (_, _, None) => portable::digest(algorithm, messages, digests),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Platform({})", self.as_str())
    }
}

impl FromStr for Platform {
    type Err = ParsePlatformError;

    /// Reads the name of a platform that this CPU can be, in any letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::available()
            .find(|platform| text.eq_ignore_ascii_case(platform.as_str()))
            .ok_or(ParsePlatformError(()))
    }
}

/// The text names no [`Platform`] that this CPU can be; the message says what it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsePlatformError(());

impl fmt::Display for ParsePlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a hash platform of this CPU, which has")?;
        for (index, platform) in Platform::available().enumerate() {
            let before = if index == 0 { "" } else { "," };
            write!(f, "{before} `{platform}`")?;
        }
        Ok(())
    }
}

impl error::Error for ParsePlatformError {}
