//! Growth: the time of parsing is proportional to the size of the input, and memory does not grow
//! with the number of messages.
//!
//! Time: messages of 1.5 KiB to 64 MiB; each contender parses 64 MiB of distinct messages, so that
//! all of them come from memory and not from a cache. Memory: that of `examples/embed_stdin.rs`
//! after one message of four events, after 1,000 and after 10,000; and the peak of
//! `hydrant process` on a stream and on one ten times as long.
//!
//! `cargo bench --bench growth`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::hint::black_box;

use hydrant::{ParseOptions, Scratch, parse};
use hydrant_testing::generate::{Generator, Kind, Options};
use support::process::{Allocator, Program};
use support::{Bench, Input};

/// The limit on the memory of the embedder.
const RESIDENT_MIB: f64 = 8.0;

fn main() {
    let mut bench = Bench::new("growth");
    if !bench.races() {
        return;
    }
    time(&mut bench);
    embedder(&mut bench);
    streams(&mut bench);
    bench.finish();
}

/// Messages of about the same size with the given total size.
struct Sized {
    name: &'static str,
    bodies: Vec<Vec<u8>>,
}

impl Sized {
    fn new(name: &'static str, events: usize, sum: usize) -> Self {
        let options = Options::default().kind(Kind::Events).escapes(false);
        let mut generator = Generator::new(options.events(events..=events));
        let mut bodies = Vec::new();
        let (mut written, mut length) = (0, 0);
        // One more message only if the total is closer then: one of 64 MiB is slightly smaller than
        // the total.
        while written + length / 2 < sum {
            let mut body = Vec::new();
            generator.write_message(&mut body);
            length = body.len();
            written += length;
            bodies.push(body);
        }
        // Contenders are compared by their time, so their inputs must have the same size.
        let off = written.abs_diff(sum) as f64 / sum as f64;
        assert!(off < 0.05, "{name}: {written} bytes instead of {sum}");
        Self { name, bodies }
    }
}

fn time(bench: &mut Bench) {
    let sum = bench.size(64 << 20, 1 << 20);
    let sizes = [
        Sized::new("1 MiB", 1_900, sum),
        Sized::new("1.5 KiB (no events)", 0, sum),
        Sized::new("4 KiB", 4, sum),
        Sized::new("32 KiB", 54, sum),
        Sized::new("64 MiB", 121_000 * sum / (64 << 20), sum),
    ];
    let options = ParseOptions::new()
        .max_bytes(usize::MAX)
        .max_memory(usize::MAX);
    let mut race = bench
        .race_on("64 MiB in messages of", "distinct", sum)
        .only_in_turn();
    for size in &sizes {
        let (mut scratch, options) = (Scratch::new(), options.clone());
        race = race.contender(size.name, move || {
            for body in &size.bodies {
                black_box(parse(body, &mut scratch, &options).unwrap());
            }
        });
    }
    race.run();
}

/// The memory of a process that answers many messages.
fn embedder(bench: &mut Bench) {
    let embedder = Program::example("embed_stdin").with(&["lines"]);
    let input = Input::compact(200);
    let mut conversation = embedder.converse();
    let mut said = 0;
    let mut held = Vec::new();
    for count in [1, 1_000, 10_000] {
        while said < count {
            let answer = conversation.say(&input.bodies[said % input.bodies.len()]);
            assert!(answer.starts_with("{\"type\":\"event_processing_response\""));
            said += 1;
        }
        let Some(kib) = conversation.resident_kib() else {
            println!("SKIPPED: no /proc, so the memory of processes is not measured");
            return;
        };
        let mib = kib / 1024.0;
        bench.note(
            "embed_stdin",
            &format!("{count} messages: resident, MiB"),
            mib,
        );
        held.push(mib);
    }
    conversation.end();
    // The allocator's bookkeeping may take less than a page per hundred messages.
    assert!(
        held[2] < RESIDENT_MIB && held[2] - held[1] < 0.25,
        "{held:?}"
    );
}

/// The peak memory of the program does not depend on the length of the stream.
fn streams(bench: &mut Bench) {
    let messages = bench.size(1_800, 100);
    let mut stream = Vec::new();
    for body in Input::stream(messages).bodies {
        stream.extend_from_slice(&body);
        stream.push(b'\n');
    }
    for (program, allocator) in [
        ("cli", Allocator::System),
        ("mimalloc", Allocator::Mimalloc),
    ] {
        let process =
            || Program::hydrant(allocator).with(&["process", "--quiet", "--output", "null", "-"]);
        let mut peaks = Vec::new();
        for times in [1, 10] {
            let peak = process().peak_kib(&stream.repeat(times)) / 1024.0;
            let bytes = stream.len() * times / 1_000_000;
            let what = format!("hydrant process, {program}, {bytes} MB: peak, MiB");
            bench.note("stream of lines", &what, peak);
            peaks.push(peak);
        }
        // The stream is long enough to fill all buffers.
        assert!(
            !bench.measures() || peaks[1] < 1.25 * peaks[0] + 1.0,
            "{peaks:?}"
        );
    }
}
