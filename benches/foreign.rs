//! Peers that are not in Rust, such as the Java SDK: the same inputs, in turn with hydrant, on one
//! thread, warm; and their cold start.
//!
//! A peer is a command. `HYDRANT_PEER` starts it for many commands, `HYDRANT_PEER_ONCE` for one
//! message, both as words separated by spaces; `scripts/bench-java` sets them. Without them this
//! bench prints that it is skipped. `benches/README.md` describes the commands. Turns of another
//! process can only be measured by the wall clock, so all turns here are. `cold_start` measures a
//! peer as a Lambda function.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::cell::RefCell;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use hydrant::{ParseOptions, Scratch, normalize, parse};
use support::process::{Conversation, Program};
use support::{Bench, Input, inputs};

/// The warm-up time of a peer with a just-in-time compiler.
const WARM_UP: Duration = Duration::from_secs(12);

fn main() {
    let mut bench = Bench::new("foreign");
    if !bench.races() {
        return;
    }
    let peer = Program::named_by("HYDRANT_PEER");
    let (Some(peer), Some(once)) = (peer, Program::named_by("HYDRANT_PEER_ONCE")) else {
        println!("SKIPPED: no peer in another language; see scripts/bench-java");
        return;
    };
    let peer = RefCell::new(peer.converse());
    let version = peer.borrow_mut().say(b"version");
    let name = version.trim();
    let messages = bench.size(1_800, 60);
    for input in [
        Input::batch(1_000),
        Input::stream(messages),
        Input::shuffled(messages),
        Input::compact(200),
    ] {
        warm(&mut bench, &peer, name, &input);
    }
    cold(&mut bench, name, &once);
    bench.finish();
}

fn warm(bench: &mut Bench, peer: &RefCell<Conversation>, name: &str, input: &Input) {
    let file = Program::folder().join(input.name.replace(' ', "_") + ".ndjson");
    fs::write(&file, [input.bodies.join(&b'\n'), b"\n".to_vec()].concat()).unwrap();
    let say = |command: &str| peer.borrow_mut().say(command.as_bytes());
    let file = file.to_str().unwrap();
    let loaded = say(&format!("load {file}"));
    assert_eq!(loaded.trim(), input.bodies.len().to_string());

    // The peer's output for a message equals that of hydrant.
    for body in input.bodies.iter().take(bench.size(200, 20)) {
        let theirs = say(&format!("normalize {}", std::str::from_utf8(body).unwrap()));
        let mut ours = Vec::new();
        normalize(body, &mut ours).unwrap();
        let (ours, mut theirs) = (inputs::value(&ours), inputs::value(theirs.as_bytes()));
        // The Java SDK has one class for three runtimes, and writes the name of one of them.
        let runtime = &ours["runtime_environment"]["type"];
        if ["unknown", "smarttv", "alexa"]
            .iter()
            .any(|generic| runtime == generic)
        {
            theirs["runtime_environment"]["type"] = runtime.clone();
        }
        let difference = inputs::difference(&ours, &theirs);
        assert_eq!(difference, None, "{name}, {}", input.name);
    }
    let command = format!("parse {file}");
    let run = || assert_eq!(say(&command).trim(), input.events.to_string());
    let start = Instant::now();
    while bench.measures() && start.elapsed() < WARM_UP {
        run();
    }

    let (mut scratch, options) = (Scratch::new(), ParseOptions::default());
    let medians = bench
        .race(input)
        .contender("hydrant", || {
            for body in &input.bodies {
                black_box(parse(body, &mut scratch, &options).unwrap());
            }
        })
        .contender(name, run)
        .only_in_turn()
        .on_the_wall()
        .run();
    for (who, median) in ["hydrant", name].iter().zip(medians) {
        let ns = median.as_secs_f64() * 1e9 / input.events as f64;
        bench.note(&input.name, &format!("{who}: ns per event"), ns);
    }
}

/// Process start to first answer.
fn cold(bench: &mut Bench, name: &str, once: &Program) {
    let input = Input::compact(1);
    let body = &input.bodies[0];
    let embedder = Program::example("embed_stdin");
    for answer in [embedder.run(body), once.run(body)] {
        let answer = inputs::value(&answer);
        assert_eq!(answer["type"], "event_processing_response");
    }
    let cold = format!("cold start: {}", input.name);
    let medians = bench
        .race_on(&cold, &input.describe(), input.bytes())
        .contender("hydrant, embed_stdin", || drop(embedder.run(body)))
        .contender(name, || drop(once.run(body)))
        .only_in_turn()
        .on_the_wall()
        .run();
    for (who, median) in ["hydrant, embed_stdin", name].iter().zip(medians) {
        let ms = median.as_secs_f64() * 1e3;
        bench.note(&cold, &format!("{who}: ms"), ms);
    }
    for (who, program) in [("hydrant, embed_stdin", &embedder), (name, once)] {
        let peak = program.peak_kib(body) / 1024.0;
        bench.note(&cold, &format!("{who}: peak, MiB"), peak);
    }
}
