//! Cold start: from starting a process to its first answer.
//!
//! Input: one pretty-printed message of four events on standard input. The contenders are `examples/embed_stdin.rs`, built
//! without default features, and a Rust program that prints "hello", the floor. Both are built here with the release
//! profile's optimization, started in turn, and timed from the start to the end of the process, because a short-lived
//! process is what a cold start is. Both answers are checked.
//!
//! `cargo bench --bench cold_start`. criterion has no part in this one: a process is not a function.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{Bench, Input};

const HELLO: &str = "fn main() { println!(\"hello\"); }\n";

fn main() {
    let mut bench = Bench::new("cold_start");
    if !bench.races() {
        return;
    }
    let target = target();
    let (embedder, hello) = (embedder(&target), hello(&target));
    let input = Input::pretty(1);
    let body = &input.bodies[0];

    let answer = first_answer(&embedder, body);
    let answer = support::inputs::value(&answer);
    assert_eq!(answer["type"], "event_processing_response");
    assert_eq!(answer["id"], support::inputs::value(body)["id"]);
    assert_eq!(first_answer(&hello, b""), b"hello\n");

    bench
        .race(&input)
        .contender("hydrant, embed_stdin", || {
            first_answer(&embedder, body);
        })
        .contender("hello", || {
            first_answer(&hello, b"");
        })
        .only_in_turn()
        .on_the_wall()
        .run();
    bench.finish();
}

/// Starts the program, gives it the message, and waits for its answer and its end.
fn first_answer(program: &Path, body: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    if !body.is_empty() {
        input.write_all(body).unwrap();
    }
    drop(input);
    let mut answer = Vec::new();
    let mut output = child.stdout.take().unwrap();
    output.read_to_end(&mut answer).unwrap();
    assert!(child.wait().unwrap().success());
    answer
}

/// The target folder, of which this bench is `release/deps/cold_start-*`.
fn target() -> PathBuf {
    let bench = env::current_exe().unwrap();
    bench.ancestors().nth(3).unwrap().to_owned()
}

fn embedder(target: &Path) -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--release", "--no-default-features"])
        .args(["--example", "embed_stdin", "--target-dir"])
        .arg(target)
        .status()
        .unwrap();
    assert!(built.success(), "embed_stdin does not build");
    target
        .join("release/examples/embed_stdin")
        .with_extension(env::consts::EXE_EXTENSION)
}

fn hello(target: &Path) -> PathBuf {
    let folder = target.join("release/cold_start");
    fs::create_dir_all(&folder).unwrap();
    let source = folder.join("hello.rs");
    let program = folder
        .join("hello")
        .with_extension(env::consts::EXE_EXTENSION);
    fs::write(&source, HELLO).unwrap();
    let built = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["-O", "--edition", "2024", "-o"])
        .args([&program, &source])
        .status()
        .unwrap();
    assert!(built.success(), "hello does not build");
    program
}
