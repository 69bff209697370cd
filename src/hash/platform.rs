//! The choice between the implementations of a digest: by CPU, algorithm and number of messages.
//!
//! The instruction sets have a folder per architecture, of which at most one is compiled; each
//! offers lanes and SHA instructions (`isa.rs`). This file decides when to use which, based on
//! measurements and not on the width of a register (`benches/hash.rs`). The CPU is detected once.
//! Nothing is read from the environment: a host that chooses another platform calls
//! [`Hasher::with_platform`](super::Hasher::with_platform).

use std::error;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use super::Algorithm;
use super::block::{self, Block, Digest, Messages};
use super::hex::{self, LONGEST_HEX};
use super::isa::{LaneInstructions as _, ShaInstructions as _};
use super::portable;

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
use super::arm::{Neon, Sha};
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512, Sha};
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little")
)))]
use std::convert::Infallible as Sha;

/// An instruction set with lanes that the CPU has. Empty if none is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lanes {
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    Neon(Neon),
}

/// Calls a method of any of the instruction sets.
macro_rules! with_lanes {
    ($value:expr, $lanes:ident => $result:expr) => {
        match $value {
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx512($lanes) => $result,
            #[cfg(target_arch = "x86_64")]
            Lanes::Avx2($lanes) => $result,
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Lanes::Neon($lanes) => $result,
        }
    };
}

impl Lanes {
    /// Those that the CPU has, the widest first.
    fn detect() -> impl Iterator<Item = Self> {
        let found: [Option<Self>; _] = [
            #[cfg(target_arch = "x86_64")]
            Avx512::detect().map(Self::Avx512),
            #[cfg(target_arch = "x86_64")]
            Avx2::detect().map(Self::Avx2),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Neon::detect().map(Self::Neon),
        ];
        found.into_iter().flatten()
    }

    /// See [`super::isa::LaneInstructions::least`].
    fn least(self, algorithm: Algorithm, sha: bool) -> Option<usize> {
        with_lanes!(self, lanes => lanes.least(algorithm, sha))
    }

    /// See [`super::isa::LaneInstructions::digest`].
    fn digest(self, algorithm: Algorithm, messages: Messages<'_>, digests: &mut [Digest]) {
        with_lanes!(self, lanes => lanes.digest(algorithm, messages, digests));
    }

    /// The name of the platform that has these lanes, with or without SHA instructions.
    const fn as_str(self, sha: bool) -> &'static str {
        match (self, sha) {
            #[cfg(target_arch = "x86_64")]
            (Self::Avx512(_), false) => "avx512",
            #[cfg(target_arch = "x86_64")]
            (Self::Avx512(_), true) => "avx512+sha",
            #[cfg(target_arch = "x86_64")]
            (Self::Avx2(_), false) => "avx2",
            #[cfg(target_arch = "x86_64")]
            (Self::Avx2(_), true) => "avx2+sha",
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            (Self::Neon(_), false) => "neon",
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            (Self::Neon(_), true) => "neon+sha",
        }
    }

    const fn count(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => Avx512::COUNT,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Avx2::COUNT,
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Neon(_) => Neon::COUNT,
        }
    }
}

/// A set of instructions for computing digests that this CPU has.
///
/// All platforms compute the same digests; they differ in speed. The names are `portable` and those
/// of the instruction sets: `avx2` and `avx512` on x86-64, `neon` on 64-bit ARM, followed by `+sha`
/// if the CPU's instructions for SHA-1 and SHA-256 are used, too.
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
    // Both prove that the CPU has the instructions, and so does a `Platform`.
    lanes: Option<Lanes>,
    sha: Option<Sha>,
}

impl Platform {
    /// One message at a time, with the RustCrypto crates (which use SHA instructions themselves if
    /// the CPU has them).
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

    /// Every platform that this CPU supports, the fastest first and [`PORTABLE`](Self::PORTABLE)
    /// last.
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
            Some(lanes) => {
                with_lanes!(lanes, lanes => lanes.pad(algorithm, lower_case, message, blocks))
            }
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
            Some(lanes) => {
                with_lanes!(lanes, lanes => lanes.encode(algorithm, digests, places, row))
            }
            None => hex::encode(algorithm, digests, places, row),
        }
    }

    /// Digests all messages; the first digest goes into the first element of `digests`.
    pub(super) fn digest(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        let lanes = self.lanes.and_then(|lanes| {
            let sha = self.sha.is_some();
            let least = lanes.least(algorithm, sha)?;
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

    /// As [`digest`](Self::digest), without lanes: in pairs with SHA instructions, or one by one.
    #[inline]
    pub(super) fn digest_few(
        self,
        algorithm: Algorithm,
        messages: Messages<'_>,
        digests: &mut [Digest],
    ) {
        match (algorithm, self.sha) {
            (Algorithm::Sha1, Some(sha)) => sha.sha1(messages, digests),
            (Algorithm::Sha256, Some(sha)) => sha.sha256(messages, digests),
            _ => portable::digest(algorithm, messages, digests),
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

    /// Reads the name of a platform that this CPU supports, in any letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::available()
            .find(|platform| text.eq_ignore_ascii_case(platform.as_str()))
            .ok_or(ParsePlatformError(()))
    }
}

/// The text does not name a [`Platform`] that this CPU supports; the message lists those that it
/// does.
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
