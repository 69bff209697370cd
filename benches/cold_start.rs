//! Cold start: the time from the start of a process to its first answer, and its peak memory.
//!
//! Input: one message of four events, compact. The contenders are `examples/embed_stdin.rs`; the
//! program (`hydrant process`), with the system allocator and with mimalloc;
//! `examples/embed_lambda.rs` against an endpoint of this bench; and, as a lower bound, a Rust
//! program that prints "hello". All are built here with the release profile and started in turn,
//! and timed from the start to the end of the process, because short-lived processes are typical of
//! cold starts. A Lambda function does not end, so it is timed to its first answer and then killed.
//! All answers are checked.
//!
//! `cargo bench --bench cold_start`. It does not use criterion, which measures functions and not
//! processes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "../tests/embed_lambda/endpoint.rs"]
mod endpoint;
mod support;

use std::time::{SystemTime, UNIX_EPOCH};

use endpoint::Endpoint;
use support::process::{Allocator, Program, resident_kib};
use support::{Bench, Input};

const HELLO: &str = "fn main() { println!(\"hello\"); }\n";

const CONTENDERS: [&str; 5] = [
    "hydrant, embed_stdin",
    "hello",
    "hydrant, embed_lambda",
    "hydrant process",
    "hydrant process, mimalloc",
];

fn main() {
    let mut bench = Bench::new("cold_start");
    if !bench.races() {
        return;
    }
    let hello = Program::source("hello", HELLO);
    let embedder = Program::example("embed_stdin");
    let lambda = Program::example("embed_lambda");
    let process = ["process", "--quiet", "--keep-going", "-"];
    let program = Program::hydrant(Allocator::System).with(&process);
    let mimalloc = Program::hydrant(Allocator::Mimalloc).with(&process);
    let input = Input::compact(1);
    let body = &input.bodies[0];

    let id = support::inputs::value(body)["id"].clone();
    for answer in [embedder.run(body), invoke(&lambda, body).0] {
        let answer = support::inputs::value(&answer);
        assert_eq!(answer["type"], "event_processing_response");
        assert_eq!(answer["id"], id);
    }
    let records = program.run(body);
    assert_eq!(
        records.split(|byte| *byte == b'\n').count() - 1,
        input.events
    );
    assert_eq!(mimalloc.run(body), records);
    assert_eq!(hello.run(b""), b"hello\n");

    let medians = bench
        .race(&input)
        .contender(CONTENDERS[0], || drop(embedder.run(body)))
        .contender(CONTENDERS[1], || drop(hello.run(b"")))
        .contender(CONTENDERS[2], || drop(invoke(&lambda, body)))
        .contender(CONTENDERS[3], || drop(program.run(body)))
        .contender(CONTENDERS[4], || drop(mimalloc.run(body)))
        .only_in_turn()
        .on_the_wall()
        .run();

    for (name, median) in CONTENDERS.iter().zip(medians) {
        let ms = median.as_secs_f64() * 1e3;
        bench.note(&input.name, &format!("{name}: ms"), ms);
    }
    for (name, program) in [
        ("hydrant, embed_stdin", &embedder),
        ("hydrant process", &program),
        ("hydrant process, mimalloc", &mimalloc),
    ] {
        memory(&mut bench, &input, name, program.peak_kib(body));
    }
    memory(&mut bench, &input, "hello", hello.peak_kib(b""));
    if let Some(resident) = invoke(&lambda, body).1 {
        memory(&mut bench, &input, "hydrant, embed_lambda", resident);
    }
    bench.finish();
}

fn memory(bench: &mut Bench, input: &Input, name: &str, kib: f64) {
    bench.note(&input.name, &format!("{name}: peak, MiB"), kib / 1024.0);
}

/// The first answer of a function, and the memory that it uses then, in KiB.
fn invoke(function: &Program, body: &[u8]) -> (Vec<u8>, Option<f64>) {
    let endpoint = Endpoint::start();
    let running = endpoint.run(function.path());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let answer = endpoint.invoke(body, now.as_millis() as u64 + 60_000);
    assert!(!answer.failed);
    (answer.body, resident_kib(running.0.id()))
}
