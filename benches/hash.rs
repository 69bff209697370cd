//! Identity encoding against the RustCrypto crates one value at a time.
//!
//! Input: `EMAILS`, e-mail addresses of 22 to 34 bytes (28 on average), one letter in four a
//! capital and every eighth address with a space on either side, made by a fixed generator. Both
//! sides trim, lower-case, hash and write hexadecimal into memory that is reused, and both are
//! checked against the plain form before anything is timed.
//!
//! `cargo bench --bench hash`; the figure per identity is the time divided by the number in the
//! name, which criterion prints as throughput.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hydrant::hash::{Algorithm, Hasher, HexDigests, Input, Normalization, hash_one};
use sha2::Digest;

const SIZES: [usize; 3] = [1, 16, 1000];

/// The input `EMAILS`: the same addresses in every run.
fn emails(count: usize) -> Vec<String> {
    const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvABCDEFGHIJKLMNOP";
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        // xorshift64 (Marsaglia, 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    (0..count)
        .map(|i| {
            let name: String = (0..10 + next(13))
                .map(|_| char::from(LETTERS[next(LETTERS.len())]))
                .collect();
            let white = if i % 8 == 7 { " " } else { "" };
            format!("{white}{name}@example.com{white}")
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
    let mut lower = [0; 64];
    let lower = &mut lower[..value.len()];
    lower.copy_from_slice(value);
    lower.make_ascii_lowercase();
    let digest = D::digest(&*lower);
    for (pair, byte) in out.chunks_exact_mut(2).zip(digest.iter()) {
        pair.copy_from_slice(&HEX[usize::from(*byte)]);
    }
}

/// The digits of every byte.
const HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    table
};

fn group<D: Digest>(criterion: &mut Criterion, algorithm: Algorithm) {
    let emails = emails(1000);
    let expected: Vec<String> = emails.iter().map(|value| plain(algorithm, value)).collect();
    let inputs: Vec<Input<'_>> = emails.iter().map(|value| Input::Raw(value)).collect();
    let mut hasher = Hasher::new();
    let mut digests = HexDigests::new();
    let mut out = vec![[0_u8; 64]; emails.len()];

    let mut group = criterion.benchmark_group(algorithm.name());
    group
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    for size in SIZES {
        let (emails, inputs, expected) = (&emails[..size], &inputs[..size], &expected[..size]);
        group.throughput(Throughput::Elements(size as u64));

        hasher.hash_many(algorithm, Normalization::STANDARD, inputs, &mut digests);
        assert!(digests.iter().eq(expected), "hydrant is wrong");
        group.bench_function(BenchmarkId::new("hydrant hash_many", size), |bencher| {
            bencher.iter(|| {
                let inputs = black_box(inputs);
                hasher.hash_many(algorithm, Normalization::STANDARD, inputs, &mut digests);
                black_box(&digests);
            });
        });

        emails
            .iter()
            .zip(&mut out)
            .for_each(|(value, out)| rustcrypto::<D>(value, out));
        for (out, expected) in out.iter().zip(expected) {
            assert_eq!(
                &out[..algorithm.hex_len()],
                expected.as_bytes(),
                "rustcrypto is wrong"
            );
        }
        group.bench_function(
            BenchmarkId::new("rustcrypto one at a time", size),
            |bencher| {
                bencher.iter(|| {
                    for (value, out) in black_box(emails).iter().zip(&mut out) {
                        rustcrypto::<D>(value, out);
                    }
                    black_box(&out);
                });
            },
        );
    }

    group.throughput(Throughput::Elements(1));
    assert_eq!(
        hash_one(algorithm, Normalization::STANDARD, &emails[0]),
        expected[0].as_str()
    );
    group.bench_function(BenchmarkId::new("hydrant hash_one", 1), |bencher| {
        bencher.iter(|| {
            // By reference: moving the digest out would be timed too.
            let digest = hash_one(algorithm, Normalization::STANDARD, black_box(&emails[0]));
            black_box(&digest);
        });
    });
    group.finish();
}

fn hash(criterion: &mut Criterion) {
    group::<md5::Md5>(criterion, Algorithm::Md5);
    group::<sha1::Sha1>(criterion, Algorithm::Sha1);
    group::<sha2::Sha256>(criterion, Algorithm::Sha256);
}

criterion_group!(benches, hash);
criterion_main!(benches);
