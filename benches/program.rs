//! The program on a long stream: `hydrant process` from one file of lines with discarded output, on
//! one thread and on all, with the system allocator and with mimalloc.
//!
//! Input: the stream of 1,800 distinct batches, processed twenty times (`--repeat`), so that the
//! start-up time is negligible. Before anything is timed, all four must write the same records.
//!
//! `cargo bench --bench program`. It does not use criterion, which measures functions and not
//! processes. Times are by the wall clock, so it needs an idle machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::fs;

use support::process::{Allocator, Program};
use support::{Bench, Input};

fn main() {
    let mut bench = Bench::new("program");
    if !bench.races() {
        return;
    }
    let input = Input::stream(bench.size(1_800, 60));
    let repeat = bench.size(20, 2);
    let file = Program::folder().join("stream.ndjson");
    fs::write(&file, [input.bodies.join(&b'\n'), b"\n".to_vec()].concat()).unwrap();
    let file = file.to_str().unwrap();

    let contenders = [
        ("hydrant process, one thread", Allocator::System, "1"),
        ("hydrant process, all threads", Allocator::System, ""),
        (
            "hydrant process, one thread, mimalloc",
            Allocator::Mimalloc,
            "1",
        ),
        (
            "hydrant process, all threads, mimalloc",
            Allocator::Mimalloc,
            "",
        ),
    ];
    let program = |allocator, threads: &str| {
        let program = Program::hydrant(allocator).with(&["process", "--quiet", file]);
        match threads {
            "" => program,
            threads => program.with(&["--threads", threads]),
        }
    };
    let records = contenders.map(|(_, allocator, threads)| program(allocator, threads).run(b""));
    let lines = records[0].split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(lines, input.events);
    assert!(records.iter().all(|other| *other == records[0]));

    let described = format!("{}, {repeat} times", input.describe());
    let mut race = bench
        .race_on("stream in a file", &described, input.bytes() * repeat)
        .only_in_turn()
        .on_the_wall();
    for (name, allocator, threads) in contenders {
        let program = program(allocator, threads);
        let program = program.with(&["--output", "null", "--repeat", &repeat.to_string()]);
        race = race.contender(name, move || drop(program.run(b"")));
    }
    race.run();
    bench.finish();
}
