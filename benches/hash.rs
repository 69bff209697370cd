//! Identity encoding against the RustCrypto crates one value at a time: ratios, measured in one run.
//!
//! Inputs, the same in every run: `emails`, e-mail addresses of 22 to 34 bytes (28 on average), one
//! letter in four a capital and every eighth address with a space on either side; `two_blocks`, the
//! like with 56 to 100 bytes; `mixed`, the like with 3 to 100 bytes. `hash_many` gets them in
//! batches of the size in the name, `hash_one` one by one.
//!
//! Both sides trim, lower-case, hash and write hexadecimal into memory that is reused, and both are
//! checked against the plain form before anything is timed. Peer and hydrant take turns; a ratio is
//! the median over the rounds of the ratios within one round, so that a slow moment of the machine
//! hits both.
//!
//! ```text
//! taskset -c 1 cargo bench --bench hash                        # a table
//! taskset -c 1 cargo bench --bench hash -- --csv --cpu NAME    # rows for benches/record/
//! taskset -c 1 cargo bench --bench hash -- sha256/emails       # what has this in its name
//! ```
//!
//! The peer without its SHA instructions, in a target directory of its own:
//!
//! ```text
//! RUSTFLAGS='--cfg sha1_backend="soft" --cfg sha2_backend="soft"' cargo bench --bench hash
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(missing_docs)]

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization, Platform, hash_one};
use sha2::Digest;

const COUNT: usize = 2048;
/// Rounds whose median counts; in each, every contestant is measured once.
const ROUNDS: usize = 41;
/// How often a contestant encodes its input in one measurement.
const LAPS: usize = 4;

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

/// What is right, however slow.
fn plain(algorithm: Algorithm, value: &str) -> String {
    let value = value.trim().to_lowercase();
    let digest = match algorithm {
        Algorithm::Md5 => md5::Md5::digest(value).to_vec(),
        Algorithm::Sha1 => sha1::Sha1::digest(value).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(value).to_vec(),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The peer: one value at a time into a stack buffer, as a careful user of RustCrypto writes it.
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

/// The digits of a byte, in a form that the compiler does for many bytes at once: as fast as the
/// crates for hexadecimal.
#[inline]
fn hex(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| digit + b'0' + if digit > 9 { b'a' - b'9' - 1 } else { 0 })
}

/// The name of the peer, by what its crates were compiled with.
#[allow(unexpected_cfgs, reason = "flags of sha1 and sha2, see above")]
fn peer() -> &'static str {
    match (cfg!(sha1_backend = "soft"), cfg!(sha2_backend = "soft")) {
        (true, true) => "rustcrypto-soft",
        (false, false) => "rustcrypto",
        _ => "rustcrypto-part-soft",
    }
}

/// Somebody who encodes all of an input whenever it is run.
struct Contestant<'a> {
    name: String,
    run: Box<dyn FnMut() + 'a>,
}

/// All contestants over one input, in turns: nanoseconds per identity, and times the first one.
fn measure(contestants: &mut [Contestant<'_>]) -> Vec<(f64, f64)> {
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            // Caches and branch predictors forget the others.
            (contestant.run)();
            let start = Instant::now();
            (0..LAPS).for_each(|_| (contestant.run)());
            times.push(start.elapsed().as_secs_f64() * 1e9 / (LAPS * COUNT) as f64);
        }
    }
    let ratio = |own: &[f64]| median(times[0].iter().zip(own).map(|(peer, own)| peer / own));
    times
        .iter()
        .map(|own| (median(own.iter().copied()), ratio(own)))
        .collect()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn rustcrypto_contestant<'a, D: Digest>(
    values: &'a [String],
    expected: &[String],
) -> Contestant<'a> {
    let mut out = vec![[0_u8; 64]; values.len()];
    for ((value, expected), out) in values.iter().zip(expected).zip(&mut out) {
        rustcrypto::<D>(value, out);
        assert_eq!(&out[..expected.len()], expected.as_bytes());
    }
    let run = move || {
        for (value, out) in black_box(values).iter().zip(&mut out) {
            rustcrypto::<D>(value, out);
        }
        black_box(&out);
    };
    Contestant {
        name: peer().to_owned(),
        run: Box::new(run),
    }
}

fn hash_many_contestant<'a>(
    platform: Platform,
    algorithm: Algorithm,
    batch: usize,
    values: &'a [String],
    expected: &[String],
) -> Contestant<'a> {
    let inputs: Vec<Input<'_>> = values.iter().map(|value| Input::Raw(value)).collect();
    let mut hasher = Hasher::with_platform(platform);
    let mut digests = HexDigests::new();
    for (inputs, expected) in inputs.chunks(batch).zip(expected.chunks(batch)) {
        hasher.hash_many(algorithm, Normalization::STANDARD, inputs, &mut digests);
        assert!(digests.iter().eq(expected), "{platform} is wrong");
    }
    let run = move || {
        for inputs in black_box(&inputs).chunks(batch) {
            hasher.hash_many(algorithm, Normalization::STANDARD, inputs, &mut digests);
            black_box(&digests);
        }
    };
    Contestant {
        name: platform.to_string(),
        run: Box::new(run),
    }
}

fn hash_one_contestant<'a>(
    algorithm: Algorithm,
    values: &'a [String],
    expected: &[String],
) -> Contestant<'a> {
    for (value, expected) in values.iter().zip(expected) {
        assert_eq!(
            hash_one(algorithm, Normalization::STANDARD, value),
            expected.as_str()
        );
    }
    let run = move || {
        for value in black_box(values) {
            // By reference: moving the digest out would be timed too.
            let digest = hash_one(algorithm, Normalization::STANDARD, value);
            black_box(&digest);
        }
    };
    Contestant {
        name: "hash_one".to_owned(),
        run: Box::new(run),
    }
}

fn contestants<'a, D: Digest>(
    algorithm: Algorithm,
    batch: usize,
    values: &'a [String],
    expected: &[String],
) -> Vec<Contestant<'a>> {
    let mut contestants = vec![rustcrypto_contestant::<D>(values, expected)];
    for platform in Platform::available() {
        contestants.push(hash_many_contestant(
            platform, algorithm, batch, values, expected,
        ));
    }
    if batch == 1 {
        contestants.push(hash_one_contestant(algorithm, values, expected));
    }
    contestants
}

/// What to measure and how to show it.
struct Arguments {
    filters: Vec<String>,
    csv: bool,
    cpu: String,
    /// `cargo test` runs benches too: then only the answers are checked.
    timed: bool,
}

fn arguments() -> Arguments {
    let mut arguments = Arguments {
        filters: Vec::new(),
        csv: false,
        cpu: "unknown".to_owned(),
        timed: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bench" => arguments.timed = true,
            "--csv" => arguments.csv = true,
            "--cpu" => arguments.cpu = words.next().expect("--cpu takes a name"),
            _ => arguments.filters.push(word),
        }
    }
    arguments
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn main() {
    let arguments = arguments();
    let origin = format!(
        "{},{},{},cargo bench --bench hash",
        output("date", &["+%F"]),
        arguments.cpu,
        output("git", &["rev-parse", "--short", "HEAD"]),
    );
    let inputs = [
        ("emails", identities(22, 34)),
        ("two_blocks", identities(56, 100)),
        ("mixed", identities(3, 100)),
    ];
    for algorithm in Algorithm::ALL {
        for (input, values) in &inputs {
            let expected: Vec<String> =
                values.iter().map(|value| plain(algorithm, value)).collect();
            let batches: &[usize] = match *input {
                "emails" => &[
                    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 32, 1000,
                ],
                _ => &[1, 1000],
            };
            for &batch in batches {
                let case = format!("{algorithm}/{input}/{batch}");
                if !arguments
                    .filters
                    .iter()
                    .all(|filter| format!("{case}/").contains(filter.as_str()))
                {
                    continue;
                }
                let contestants = match algorithm {
                    Algorithm::Md5 => contestants::<md5::Md5>,
                    Algorithm::Sha1 => contestants::<sha1::Sha1>,
                    Algorithm::Sha256 => contestants::<sha2::Sha256>,
                };
                let mut contestants = contestants(algorithm, batch, values, &expected);
                if !arguments.timed {
                    continue;
                }
                let measured = measure(&mut contestants);
                for (contestant, (time, ratio)) in contestants.iter().zip(measured) {
                    let name = format!("{case}/{}", contestant.name);
                    if arguments.csv {
                        println!("{origin},{name},{time:.1},ns/identity");
                        println!("{origin},{name},{ratio:.2},times {}", peer());
                    } else {
                        println!("{name:44} {time:8.1} ns/identity {ratio:8.2} x");
                    }
                }
            }
        }
    }
}
