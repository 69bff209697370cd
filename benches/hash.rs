//! Identity encoding against the RustCrypto crates one value at a time.
//!
//! Inputs, the same in every run: `emails`, e-mail addresses of 22 to 34 bytes (28 on average),
//! with one letter in four a capital and every eighth address between spaces; `two_blocks`, the
//! same with 56 to 100 bytes; `mixed`, the same with 3 to 100 bytes; `foreign`, the raw identities
//! of messages that another program wrote, repeated. `hash_many` gets them in batches of the size
//! in the name, `hash_one` one by one.
//!
//! Both sides trim, lower-case, hash and write hexadecimal into reused memory, and both are
//! compared with a simple implementation before anything is timed.
//!
//! ```text
//! taskset -c 1 cargo bench --bench hash
//! taskset -c 1 cargo bench --bench hash -- 'sha256 of emails'    # races whose name has this in it
//! HYDRANT_HASH_PLATFORM=avx2 cargo bench --bench hash            # not the fastest of this CPU
//! ```
//!
//! For comparison with a platform without SHA instructions, compile the peer without them. Use a
//! separate target directory, because everything is recompiled:
//!
//! ```text
//! RUSTFLAGS='--cfg sha1_backend="soft" --cfg sha2_backend="soft"' HYDRANT_HASH_PLATFORM=avx2 cargo bench --bench hash
//! ```
//!
//! See `benches/README.md` for how to read the tables and how to record them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(missing_docs)]

mod support;

use std::env;
use std::hint::black_box;

use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization, Platform};
use hydrant::message::{IdentityEncoding, Message};
use hydrant::{ParseOptions, Scratch, parse};
use sha2::Digest;
use support::race::Race;
use support::{Bench, foreign};

const COUNT: usize = 2048;

/// Batch sizes for the usual identities: single ones, those around which lanes become faster
/// (`LaneInstructions::least`), and many.
const SIZES: [usize; 9] = [1, 2, 3, 4, 8, 11, 12, 16, 1000];

fn main() {
    let platform = match env::var("HYDRANT_HASH_PLATFORM").map(|name| name.parse::<Platform>()) {
        Ok(Ok(platform)) => platform,
        Ok(Err(error)) => return println!("SKIPPED: HYDRANT_HASH_PLATFORM is {error}"),
        Err(_) => Platform::detect(),
    };
    let mut bench = Bench::new("hash");
    // A record has only the sizes with goals; the others are for choosing when to use lanes.
    let recorded = support::record::wanted();
    let mut inputs = vec![
        ("emails", identities(22, 34)),
        ("two_blocks", identities(56, 100)),
        ("mixed", identities(3, 100)),
    ];
    inputs.extend(foreign_identities().map(|values| ("foreign", values)));
    for &algorithm in Algorithm::ALL {
        for (name, values) in &inputs {
            let expected: Vec<String> =
                values.iter().map(|value| plain(algorithm, value)).collect();
            let sizes = match *name {
                "emails" if !recorded => &SIZES[..],
                _ => &[1, 1000],
            };
            for &size in sizes {
                let case = Case {
                    platform,
                    algorithm,
                    size,
                    values,
                    expected: &expected,
                };
                match algorithm {
                    Algorithm::Md5 => case.race::<md5::Md5>(&mut bench, name),
                    Algorithm::Sha1 => case.race::<sha1::Sha1>(&mut bench, name),
                    Algorithm::Sha256 => case.race::<sha2::Sha256>(&mut bench, name),
                    other => panic!("{other} has no peer"),
                }
            }
        }
    }
    bench.finish();
}

/// One race: values, encoded in batches of one size, and the expected result.
#[derive(Clone, Copy)]
struct Case<'v> {
    platform: Platform,
    algorithm: Algorithm,
    size: usize,
    values: &'v [String],
    expected: &'v [String],
}

impl<'v> Case<'v> {
    fn race<D: Digest>(self, bench: &mut Bench, values: &str) {
        let Self {
            platform,
            algorithm,
            size,
            ..
        } = self;
        let name = format!("{algorithm} of {values}, {size} at a time, {platform}");
        let bytes = self.values.iter().map(String::len).sum();
        let described = format!("{COUNT} identities, {} bytes each", bytes / COUNT);

        let race = bench.race_on(&name, &described, bytes).only_in_turn();
        let (race, own) = if size == 1 {
            let race = self.hash_many(self.hash_one(race));
            (race, &["hydrant, hash_one", "hydrant, hash_many"][..])
        } else {
            (self.hash_many(race), &["hydrant, hash_many"][..])
        };
        let medians = self.rustcrypto::<D>(race).run();
        for (contender, median) in own.iter().chain([&peer()]).zip(medians) {
            let each = median.as_secs_f64() * 1e9 / COUNT as f64;
            bench.note(&name, &format!("{contender}: ns per identity"), each);
        }
    }

    fn hash_one<'b>(self, race: Race<'b, 'v>) -> Race<'b, 'v> {
        let mut hasher = Hasher::with_platform(self.platform);
        for (value, expected) in self.values.iter().zip(self.expected) {
            let digest = hasher.hash_one(self.algorithm, Normalization::STANDARD, value);
            assert_eq!(digest, expected.as_str(), "{}", self.platform);
        }
        race.contender("hydrant, hash_one", move || {
            for value in black_box(self.values) {
                // By reference: moving the digest out would be timed, too.
                let digest = hasher.hash_one(self.algorithm, Normalization::STANDARD, value);
                black_box(&digest);
            }
        })
    }

    fn hash_many<'b>(self, race: Race<'b, 'v>) -> Race<'b, 'v> {
        let inputs: Vec<Input<'_>> = self.values.iter().map(|value| Input::Raw(value)).collect();
        let mut hasher = Hasher::with_platform(self.platform);
        let mut digests = HexDigests::new();
        let expected = self.expected.chunks(self.size);
        for (inputs, expected) in inputs.chunks(self.size).zip(expected) {
            hasher.hash_many(
                self.algorithm,
                Normalization::STANDARD,
                inputs,
                &mut digests,
            );
            assert!(digests.iter().eq(expected), "{}", self.platform);
        }
        race.contender("hydrant, hash_many", move || {
            for inputs in black_box(&inputs).chunks(self.size) {
                hasher.hash_many(
                    self.algorithm,
                    Normalization::STANDARD,
                    inputs,
                    &mut digests,
                );
                black_box(&digests);
            }
        })
    }

    fn rustcrypto<'b, D: Digest>(self, race: Race<'b, 'v>) -> Race<'b, 'v> {
        let mut out = vec![[0_u8; 64]; self.values.len()];
        for ((value, expected), out) in self.values.iter().zip(self.expected).zip(&mut out) {
            rustcrypto::<D>(value, out);
            assert_eq!(&out[..expected.len()], expected.as_bytes());
        }
        race.contender(peer(), move || {
            for (value, out) in black_box(self.values).iter().zip(&mut out) {
                rustcrypto::<D>(value, out);
            }
            black_box(&out);
        })
    }
}

/// Identities of `shortest` to `longest` bytes between white space.
fn identities(shortest: usize, longest: usize) -> Vec<String> {
    const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvABCDEFGHIJKLMNOP";
    const DOMAIN: &str = "@example.com";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        // xorshift64 (Marsaglia, 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    (0..COUNT)
        .map(|i| {
            let len = shortest + next(longest - shortest + 1);
            let domain = if len > DOMAIN.len() { DOMAIN } else { "" };
            let name: String = (0..len - domain.len())
                .map(|_| char::from(LETTERS[next(LETTERS.len())]))
                .collect();
            let white = if i % 8 == 7 { " " } else { "" };
            format!("{white}{name}{domain}{white}")
        })
        .collect()
}

/// The raw identities of users in the foreign stream, repeated.
fn foreign_identities() -> Option<Vec<String>> {
    let mut scratch = Scratch::new();
    let mut values = Vec::new();
    for body in foreign::stream()?.bodies {
        let parsed = parse(&body, &mut scratch, &ParseOptions::default()).unwrap();
        if let Message::EventProcessingRequest(request) = parsed.message {
            let identities = request.user_identities.iter();
            let raw = identities.filter(|identity| identity.encoding == IdentityEncoding::Raw);
            values.extend(raw.map(|identity| identity.value.to_owned()));
        }
    }
    Some(values.into_iter().cycle().take(COUNT).collect())
}

/// The expected result, computed slowly.
fn plain(algorithm: Algorithm, value: &str) -> String {
    let value = value.trim().to_lowercase();
    let digest = match algorithm {
        Algorithm::Md5 => md5::Md5::digest(value).to_vec(),
        Algorithm::Sha1 => sha1::Sha1::digest(value).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(value).to_vec(),
        other => panic!("{other} has no peer"),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The peer: one value at a time into a stack buffer, as a careful user of RustCrypto would write
/// it.
#[inline]
fn rustcrypto<D: Digest>(value: &str, out: &mut [u8; 64]) {
    let value = value.trim().as_bytes();
    let mut lower = [0; 128];
    let lower = &mut lower[..value.len()];
    lower.copy_from_slice(value);
    lower.make_ascii_lowercase();
    let digest = D::digest(&*lower);
    for (pair, byte) in out.as_chunks_mut().0.iter_mut().zip(digest.iter()) {
        *pair = hex(*byte);
    }
}

/// The digits of a byte, in a form that the compiler vectorizes: as fast as the crates for
/// hexadecimal.
#[inline]
fn hex(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| digit + b'0' + if digit > 9 { b'a' - b'9' - 1 } else { 0 })
}

/// The name of the peer, depending on how its crates were compiled.
#[allow(unexpected_cfgs, reason = "flags of sha1 and sha2, see above")]
fn peer() -> &'static str {
    match (cfg!(sha1_backend = "soft"), cfg!(sha2_backend = "soft")) {
        (true, true) => "RustCrypto, soft",
        (false, false) => "RustCrypto",
        _ => "RustCrypto, partly soft",
    }
}
