//! Digests that are filled in later, so that the identities of many messages are hashed together: a
//! message has one or two identities, and a CPU has up to sixteen lanes.
//!
//! ```text
//!  add ─────► values   ada@example.comGRACE@example.com…        one text, hashed in lanes by `fill`
//!                │            │
//!  write ────► out  {"user":"--------…--"}\n{"user":"--------…--"}\n{"user":"-----…
//!                            ▲ place 0               ▲ place 1               ▲ place 0 again
//! ```
//!
//! Until then a place contains as many hyphens as the digest has digits. `fill` overwrites only
//! hyphens, so that a placeholder that was moved is an error, and other bytes are never
//! overwritten.

use std::fmt;
use std::mem;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::hex::LONGEST_HEX;
use super::{Algorithm, Hasher, HexDigests, Input, Normalization, Platform, Profile};
use crate::message::Identity;

const PLACEHOLDER: &str = {
    let hyphens = "----------------------------------------------------------------";
    assert!(hyphens.len() == LONGEST_HEX);
    hyphens
};

/// Digests to be computed, and their places in an output.
///
/// It keeps its buffers, so that nothing is allocated after its largest batch (with the exception
/// described at [`Hasher`]). Offsets are byte offsets in one output, which is passed as a whole to
/// [`fill`](Self::fill).
///
/// ```
/// use hydrant::hash::{Algorithm, DeferredDigests};
///
/// let mut digests = DeferredDigests::new();
/// let mut out = Vec::new();
/// for value in ["abc", " ABC "] {
///     let digest = digests.reserve(Algorithm::Md5, value, &mut out);
///     out.push(b' ');
///     digests.write(digest, &mut out); // The same digest in a second place is made once.
///     out.push(b'\n');
/// }
/// digests.fill(&mut out)?;
/// let line = "900150983cd24fb0d6963f7d28e17f72 900150983cd24fb0d6963f7d28e17f72\n";
/// assert_eq!(out, [line, line].concat().as_bytes());
/// # Ok::<(), hydrant::hash::MisplacedDigests>(())
/// ```
///
/// If the output is not a `Vec<u8>`, write [`Deferred::placeholder`] and pass its offset to
/// [`place`](Self::place).
pub struct DeferredDigests {
    hasher: Hasher,
    digests: HexDigests,
    /// The values, one after the other.
    values: String,
    /// In the order of [`Algorithm::ALL`]: first those that are normalized when they are hashed,
    /// then the texts of profiles.
    queues: [[Queue; Algorithm::ALL.len()]; 2],
    /// For profiles.
    buffer: String,
    /// Unique in the process and changed by each `fill`, so that [`place`](Self::place) detects a
    /// digest of another [`DeferredDigests`] or of an earlier round.
    round: u64,
    misplaced: usize,
}

/// The digests of one algorithm.
#[derive(Clone, Default)]
struct Queue {
    /// The range in the values, and whether it is to be hashed.
    values: Vec<(Range<usize>, bool)>,
    /// The index in `values`, and the byte offset in the output.
    places: Vec<(usize, usize)>,
}

fn next_round() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A digest that the [`DeferredDigests`] to which it was added will compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deferred {
    algorithm: Algorithm,
    text: Text,
    index: usize,
    round: u64,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Text {
    /// A value as it was sent; it is trimmed and lower-cased.
    Sent = 0,
    /// The text of a profile; it is hashed as it is.
    OfProfile = 1,
}

impl Deferred {
    /// The algorithm.
    #[must_use]
    pub fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    /// The placeholder of the digest: as many hyphens as it has digits.
    #[must_use]
    pub fn placeholder(self) -> &'static str {
        PLACEHOLDER
            .get(..self.algorithm.hex_len())
            .unwrap_or(PLACEHOLDER)
    }
}

/// Some digests were not filled in: there were no placeholders at their places, or they were added
/// before the last [`fill`](DeferredDigests::fill) or to another [`DeferredDigests`]. Nothing was
/// overwritten there; the other places are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MisplacedDigests(usize);

impl MisplacedDigests {
    /// The number of places.
    #[must_use]
    pub fn count(self) -> usize {
        self.0
    }
}

impl fmt::Display for MisplacedDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count) = self;
        write!(
            f,
            "{count} digests were not filled in, because their placeholders are not at the offsets that were reserved"
        )
    }
}

impl std::error::Error for MisplacedDigests {}

impl DeferredDigests {
    /// No digests yet, for the fastest platform of this CPU.
    #[must_use]
    pub fn new() -> Self {
        Self::with_platform(Platform::detect())
    }

    /// No digests yet, for this platform.
    #[must_use]
    pub fn with_platform(platform: Platform) -> Self {
        Self {
            hasher: Hasher::with_platform(platform),
            digests: HexDigests::new(),
            values: String::new(),
            buffer: String::new(),
            queues: Default::default(),
            round: next_round(),
            misplaced: 0,
        }
    }

    /// Adds the digest of a raw value, trimmed and lower-cased, and writes its placeholder. A blank
    /// value is hashed like any other.
    pub fn reserve(&mut self, algorithm: Algorithm, value: &str, out: &mut Vec<u8>) -> Deferred {
        let digest = self.add(algorithm, value);
        self.write(digest, out);
        digest
    }

    /// Adds the digest of a raw value, trimmed and lower-cased, without a place.
    pub fn add(&mut self, algorithm: Algorithm, value: &str) -> Deferred {
        self.push(algorithm, Text::Sent, Input::Raw(value))
    }

    /// Adds the digest of an identity, without a place. As with [`Identity::encode`], the declared
    /// encoding decides; a blank identity, or one in another encoding, has no digest.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, DeferredDigests};
    /// use hydrant::message::{Identity, IdentityEncoding};
    ///
    /// let mut digests = DeferredDigests::new();
    /// let raw = Identity::new(IdentityEncoding::Raw, "abc");
    /// assert!(digests.add_identity(Algorithm::Sha1, raw).is_some());
    /// let blank = Identity::new(IdentityEncoding::Raw, " ");
    /// assert!(digests.add_identity(Algorithm::Sha1, blank).is_none());
    /// ```
    pub fn add_identity(
        &mut self,
        algorithm: Algorithm,
        identity: Identity<'_>,
    ) -> Option<Deferred> {
        let input = identity.input(algorithm)?;
        Some(self.push(algorithm, Text::Sent, input))
    }

    /// As [`add_identity`](Self::add_identity), with the text of a [`Profile`], as
    /// [`Identity::encode_as`].
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, DeferredDigests, EmailGmail};
    /// use hydrant::message::{Identity, IdentityEncoding};
    ///
    /// let mut digests = DeferredDigests::new();
    /// let mut add = |value| {
    ///     let raw = Identity::new(IdentityEncoding::Raw, value);
    ///     digests.add_identity_as(Algorithm::Sha256, EmailGmail, raw)
    /// };
    /// assert!(add("Jane.Saoirse@gmail.com").is_some());
    /// assert!(add("Jane Saoirse").is_none());
    /// ```
    pub fn add_identity_as(
        &mut self,
        algorithm: Algorithm,
        profile: impl Profile,
        identity: Identity<'_>,
    ) -> Option<Deferred> {
        let Input::Raw(value) = identity.input(algorithm)? else {
            return self.add_identity(algorithm, identity);
        };
        let mut buffer = mem::take(&mut self.buffer);
        let text = profile.normalize(value, &mut buffer);
        let digest = text.map(|text| self.push(algorithm, Text::OfProfile, Input::Raw(text)));
        self.buffer = buffer;
        digest
    }

    /// Writes the placeholder of a digest, which becomes one of its places.
    pub fn write(&mut self, digest: Deferred, out: &mut Vec<u8>) {
        self.place(digest, out.len());
        out.extend_from_slice(digest.placeholder().as_bytes());
    }

    /// Adds a place of the digest: a placeholder that begins at this byte offset of the output.
    ///
    /// ```
    /// use hydrant::hash::{Algorithm, DeferredDigests};
    ///
    /// let mut digests = DeferredDigests::new();
    /// let digest = digests.add(Algorithm::Md5, "abc");
    /// let mut out = format!("a copy of {}", digest.placeholder()).into_bytes();
    /// digests.place(digest, "a copy of ".len());
    /// digests.fill(&mut out)?;
    /// assert_eq!(out, b"a copy of 900150983cd24fb0d6963f7d28e17f72");
    /// # Ok::<(), hydrant::hash::MisplacedDigests>(())
    /// ```
    pub fn place(&mut self, digest: Deferred, offset: usize) {
        let stale = digest.round != self.round;
        match queue(&mut self.queues, digest.algorithm, digest.text) {
            Some(queue) if !stale => queue.places.push((digest.index, offset)),
            _ => self.misplaced += 1,
        }
    }

    /// The number of digests to be computed.
    #[must_use]
    pub fn len(&self) -> usize {
        let queues = self.queues.iter().flatten();
        queues.map(|queue| queue.values.len()).sum()
    }

    /// Whether there are none to be computed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Computes all digests, writes them to their places, and removes them.
    ///
    /// # Errors
    ///
    /// Fails if a placeholder is not at its place, or if a digest was placed that was added before
    /// the last `fill` or to another [`DeferredDigests`]. All other places are filled.
    pub fn fill(&mut self, out: &mut [u8]) -> Result<(), MisplacedDigests> {
        let mut misplaced = self.misplaced;
        let normalizations = [Normalization::STANDARD, Normalization::VERBATIM];
        for (queues, normalization) in self.queues.iter().zip(normalizations) {
            for (&algorithm, queue) in Algorithm::ALL.iter().zip(queues) {
                if queue.values.is_empty() {
                    continue;
                }
                let inputs = queue.values.iter().map(|(range, raw)| {
                    let value = self.values.get(range.clone()).unwrap_or_default();
                    if *raw {
                        Input::Raw(value)
                    } else {
                        Input::Encoded(value)
                    }
                });
                let (hasher, digests) = (&mut self.hasher, &mut self.digests);
                hasher.hash_iter(algorithm, normalization, inputs, digests);
                for (index, offset) in &queue.places {
                    let digest = digests.get(*index).unwrap_or_default();
                    misplaced += usize::from(!overwrite(out, *offset, digest));
                }
            }
        }
        self.clear();
        match misplaced {
            0 => Ok(()),
            _ => Err(MisplacedDigests(misplaced)),
        }
    }

    /// Removes all digests and places, for an output that is abandoned before it is filled.
    pub fn clear(&mut self) {
        self.values.clear();
        for queue in self.queues.iter_mut().flatten() {
            queue.values.clear();
            queue.places.clear();
        }
        self.round = next_round();
        self.misplaced = 0;
    }

    fn push(&mut self, algorithm: Algorithm, text: Text, input: Input<'_>) -> Deferred {
        let start = self.values.len();
        self.values.push_str(input.value());
        if let (Input::Encoded(_), Some(digest)) = (input, self.values.get_mut(start..)) {
            digest.make_ascii_lowercase();
        }
        let mut index = 0;
        if let Some(queue) = queue(&mut self.queues, algorithm, text) {
            index = queue.values.len();
            queue
                .values
                .push((start..self.values.len(), input.is_raw()));
        }
        Deferred {
            algorithm,
            text,
            index,
            round: self.round,
        }
    }
}

/// The queue of these digests.
fn queue(
    queues: &mut [[Queue; Algorithm::ALL.len()]; 2],
    algorithm: Algorithm,
    text: Text,
) -> Option<&mut Queue> {
    queues.get_mut(text as usize)?.get_mut(algorithm as usize)
}

/// Overwrites a placeholder with its digest. False if there is no placeholder.
fn overwrite(out: &mut [u8], offset: usize, digest: &str) -> bool {
    let place = out
        .get_mut(offset..)
        .and_then(|out| out.get_mut(..digest.len()));
    match place {
        Some(place) if !place.is_empty() && PLACEHOLDER.as_bytes().starts_with(place) => {
            place.copy_from_slice(digest.as_bytes());
            true
        }
        _ => false,
    }
}

impl Default for DeferredDigests {
    fn default() -> Self {
        Self::new()
    }
}

/// The values are identities; only their number is shown.
impl fmt::Debug for DeferredDigests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeferredDigests")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
