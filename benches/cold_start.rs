//! Cold start: the time from the start of a process to its first answer, and its peak memory.
//!
//! Input: one message of four events, compact. The contenders are `examples/embed_stdin.rs`; the
//! program (`hydrant process`), with the system allocator and with mimalloc;
//! the function `crates/lambda/examples/function.rs` against an endpoint of this bench; a peer that
//! is not Rust as a function against the same endpoint, such as the Java SDK; and, as a
//! lower bound, a Rust program that prints "hello". All but the peer are built here with the release
//! profile. They are started in turn and timed from the start to the end of the process, because
//! short-lived processes are typical of cold starts. A Lambda function does not end, so it is timed
//! to its first answer and killed. All answers are checked. Then one function gets many invocations:
//! the time from the first byte of the invocation to the last of the answer, at the endpoint, beside
//! the time of the engine alone.
//!
//! `HYDRANT_PEER_LAMBDA` is the command that starts the peer as a function, as words separated by
//! spaces, and `HYDRANT_PEER` the one that answers with its name; `scripts/bench-java` sets them.
//! Without them this bench prints that no peer is measured.
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

#[path = "../crates/lambda/tests/function/endpoint.rs"]
mod endpoint;
mod support;

use std::iter;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use endpoint::Endpoint;
use hydrant::message::{CustomEvent, EventType};
use hydrant::{Call, Engine, Failure, Output, Processor, Registration, Scratch};
use support::process::{Allocator, Program, resident_kib};
use support::{Bench, Input};

const HELLO: &str = "fn main() { println!(\"hello\"); }\n";

const CONTENDERS: [&str; 5] = [
    "hydrant, embed_stdin",
    "hello",
    "hydrant-lambda",
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
    let lambda = Program::example_of("hydrant-lambda", "function");
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
    let peer = peer(body);

    let mut race = bench
        .race(&input)
        .contender(CONTENDERS[0], || drop(embedder.run(body)))
        .contender(CONTENDERS[1], || drop(hello.run(b"")))
        .contender(CONTENDERS[2], || drop(invoke(&lambda, body)))
        .contender(CONTENDERS[3], || drop(program.run(body)))
        .contender(CONTENDERS[4], || drop(mimalloc.run(body)));
    if let Some((name, function)) = &peer {
        race = race.contender(name, || drop(invoke(function, body)));
    }
    let medians = race.only_in_turn().on_the_wall().run();

    let names = CONTENDERS.into_iter();
    let names = names.chain(peer.iter().map(|(name, _)| name.as_str()));
    for (name, median) in names.zip(&medians) {
        let ms = median.as_secs_f64() * 1e3;
        bench.note(&input.name, &format!("{name}: ms"), ms);
    }
    if let (Some((name, _)), Some(time)) = (&peer, medians.get(CONTENDERS.len())) {
        let ratio = time.div_duration_f64(medians[2]);
        bench.note(&input.name, &format!("{name}: x {}", CONTENDERS[2]), ratio);
    }
    for (name, program) in [
        ("hydrant, embed_stdin", &embedder),
        ("hydrant process", &program),
        ("hydrant process, mimalloc", &mimalloc),
    ] {
        memory(&mut bench, &input, name, program.peak_kib(body));
    }
    memory(&mut bench, &input, "hello", hello.peak_kib(b""));
    let peer = peer
        .iter()
        .map(|(name, function)| (name.as_str(), function));
    for (name, function) in iter::once((CONTENDERS[2], &lambda)).chain(peer) {
        if let Some(resident) = invoke(function, body).1 {
            memory(&mut bench, &input, name, resident);
        }
    }
    let (host, alone) = (warm(&lambda, body), engine_alone(body));
    for (what, time) in [
        ("hydrant-lambda, warm: us", host),
        ("the engine alone: us", alone),
        ("added by the host: us", host.saturating_sub(alone)),
    ] {
        bench.note(&input.name, what, time.as_secs_f64() * 1e6);
    }
    bench.finish();
}

/// A peer as a Lambda function, and its name.
fn peer(body: &[u8]) -> Option<(String, Program)> {
    let commands = (
        Program::named_by("HYDRANT_PEER"),
        Program::named_by("HYDRANT_PEER_LAMBDA"),
    );
    let (Some(peer), Some(function)) = commands else {
        println!("SKIPPED: the JVM, or another peer, as a Lambda function; see scripts/bench-java");
        return None;
    };
    let mut peer = peer.converse();
    let name = format!("{}, Lambda", peer.say(b"version").trim());
    peer.end();
    // The Java SDK does not repeat the identifier of the request in the response.
    let answer = support::inputs::value(&invoke(&function, body).0);
    assert_eq!(answer["type"], "event_processing_response", "{name}");
    Some((name, function))
}

fn memory(bench: &mut Bench, input: &Input, name: &str, kib: f64) {
    bench.note(&input.name, &format!("{name}: peak, MiB"), kib / 1024.0);
}

/// The number of invocations of a warm function.
const INVOCATIONS: usize = 2000;

/// The median time of an invocation of a warm function.
fn warm(function: &Program, body: &[u8]) -> Duration {
    let mut endpoint = Endpoint::start();
    let _running = endpoint.run(function.path(), function.arguments());
    let times = (0..INVOCATIONS + INVOCATIONS / 10).map(|_| {
        let answer = endpoint.invoke(body, in_a_minute());
        assert!(!answer.failed);
        answer.elapsed
    });
    support::race::median(times.skip(INVOCATIONS / 10).collect())
}

/// The module of the function: the names of custom events.
struct Module;

impl Processor for Module {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Names", "1.0").events([EventType::CustomEvent])
    }

    fn custom_event(
        &self,
        _: &mut Call<'_>,
        _: &mut (),
        _: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }
}

/// The median time of the engine for the message, with reused buffers.
fn engine_alone(body: &[u8]) -> Duration {
    let engine = Engine::new(Module);
    let (mut scratch, mut output) = (Scratch::new(), Output::new());
    let times = (0..INVOCATIONS).map(|_| {
        let start = Instant::now();
        let invocation = hydrant::host::system_invocation();
        let pending = engine.process_into(body, &mut scratch, &invocation, &mut output);
        assert!(!pending.unwrap().finish().response().is_empty());
        start.elapsed()
    });
    support::race::median(times.collect())
}

fn in_a_minute() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_millis() as u64 + 60_000
}

/// The first answer of a function, and the memory that it uses then, in KiB.
fn invoke(function: &Program, body: &[u8]) -> (Vec<u8>, Option<f64>) {
    let mut endpoint = Endpoint::start();
    let running = endpoint.run(function.path(), function.arguments());
    let answer = endpoint.invoke(body, in_a_minute());
    assert!(!answer.failed);
    (answer.body, resident_kib(running.process.id()))
}
