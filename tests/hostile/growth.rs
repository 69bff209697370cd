//! Run time is linear in the size of the input: eight times the bytes may take at most twenty-four
//! times the time, where quadratic work would take sixty-four times. CPU time of the thread is
//! measured, because machines are shared.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use hydrant::{ParseOptions, Scratch, parse, validate, write};

use crate::kinds;

/// Size of the small input in bytes. The large input must still fit into the caches, because
/// otherwise cache misses would be measured.
const SMALL: usize = 40_000;
const FACTOR: usize = 8;
const LIMIT: f64 = FACTOR as f64 * 3.0;
/// Number of measurements. Other programs can disturb some of them, but hardly all.
const ROUNDS: usize = 50;

/// The time to parse a message, and to write the message or the error.
fn time(text: &[u8], scratch: &mut Scratch, options: &ParseOptions) -> Duration {
    let started = ThreadTime::now();
    match parse(black_box(text), scratch, options) {
        Ok(parsed) => {
            let mut out = Vec::new();
            write::message(&parsed.message, &mut out);
            black_box(out);
        }
        Err(error) => {
            black_box((error.to_string(), error.pretty("input")));
        }
    }
    started.elapsed()
}

/// The ratio of the fastest large run to the fastest small run. Returns early if it is below the
/// limit.
fn ratio(mut small: impl FnMut() -> Duration, mut large: impl FnMut() -> Duration) -> f64 {
    // Shorter times are below the resolution of the clock.
    let mut fastest_small = Duration::MAX;
    let mut fastest_large = Duration::MAX;
    let mut ratio = f64::INFINITY;
    for _ in 0..ROUNDS {
        fastest_small = fastest_small.min(small()).max(Duration::from_micros(20));
        fastest_large = fastest_large.min(large());
        ratio = fastest_large.as_secs_f64() / fastest_small.as_secs_f64();
        if ratio < LIMIT {
            break;
        }
    }
    ratio
}

/// The time of finding out what is wrong with a message that can be read.
fn time_of_validation(text: &[u8], scratch: &mut Scratch, options: &ParseOptions) -> Duration {
    let Ok(parsed) = parse(text, scratch, options) else {
        return Duration::ZERO;
    };
    let started = ThreadTime::now();
    black_box(validate::findings(black_box(&parsed.message)));
    black_box(format!("{:?}", parsed.message));
    let mut elapsed = started.elapsed();
    let started = ThreadTime::now();
    black_box(validate::unknown_fields(black_box(text), scratch, options)).unwrap();
    elapsed += started.elapsed();
    elapsed
}

fn time_is_linear(
    options: &ParseOptions,
    time: impl Fn(&[u8], &mut Scratch, &ParseOptions) -> Duration,
) {
    for kind in kinds::all() {
        let (small, large) = ((kind.make)(SMALL), (kind.make)(SMALL * FACTOR));
        let (mut for_small, mut for_large) = (Scratch::new(), Scratch::new());
        // Warm-up, so that growing the buffers is not measured.
        time(&small, &mut for_small, options);
        time(&large, &mut for_large, options);
        let ratio = ratio(
            || time(&small, &mut for_small, options),
            || time(&large, &mut for_large, options),
        );
        println!("{ratio:>6.1} {}", kind.name);
        assert!(
            ratio < LIMIT,
            "{}: {FACTOR} times the bytes took {ratio:.1} times the time",
            kind.name
        );
    }
}

#[test]
fn time_is_linear_for_every_kind() {
    time_is_linear(&ParseOptions::default(), time);
}

#[test]
fn time_is_linear_for_every_kind_on_the_complete_path() {
    let options = hydrant::internals::complete_path_only(ParseOptions::new());
    time_is_linear(&options, time);
}

#[test]
fn time_of_validation_is_linear_for_every_kind() {
    time_is_linear(&ParseOptions::default(), time_of_validation);
}

/// The measurement must detect quadratic work.
#[test]
fn quadratic_work_is_detected() {
    let quadratic = |count: u64| {
        let started = ThreadTime::now();
        for a in 0..count {
            for b in 0..count {
                black_box(a ^ b);
            }
        }
        started.elapsed()
    };
    let ratio = ratio(|| quadratic(300), || quadratic(300 * FACTOR as u64));
    assert!(ratio > LIMIT, "{ratio:.1}");
}
