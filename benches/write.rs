//! Writing messages, and parsing and writing them (normalizing), compared with parsing alone and
//! with serde_json.
//!
//! Inputs: a batch of 1,000 events and 1,800 distinct batches, already parsed. hydrant's output
//! equals the input byte for byte, because the generator writes as the reference does; serde_json's
//! output has the same values. The batches parsed in advance do not fit into the cache, so writing
//! them includes cache misses; a program writes the message that it has just parsed, and the
//! difference between normalizing and parsing is the time of that.
//!
//! `cargo bench --bench write`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod peers;
mod support;

use std::hint::black_box;
use std::time::Duration;

use hydrant::message::Message;
use hydrant::{ParseOptions, Scratch, parse, write};
use peers::owned::Request;
use support::{Bench, Input, checked};

fn main() {
    let mut bench = Bench::new("write");
    let messages = bench.size(1_800, 60);
    for input in [Input::batch(1_000), Input::stream(messages)] {
        writing(&mut bench, &input);
        normalizing(&mut bench, &input);
    }
    bench.finish();
}

fn writing(bench: &mut Bench, input: &Input) {
    let options = ParseOptions::default();
    let mut scratches: Vec<Scratch> = input.bodies.iter().map(|_| Scratch::new()).collect();
    let parsed: Vec<Message<'_>> = input
        .bodies
        .iter()
        .zip(&mut scratches)
        .map(|(body, scratch)| parse(body, scratch, &options).unwrap().message)
        .collect();
    let models: Vec<Request<'_>> = input
        .bodies
        .iter()
        .map(|body| serde_json::from_slice(body).unwrap())
        .collect();
    let mut out = Vec::new();
    for (message, body) in parsed.iter().zip(&input.bodies) {
        out.clear();
        write::message(message, &mut out);
        assert!(out == *body, "hydrant writes something else");
    }
    let mut models_left = models.iter();
    checked(input, "serde_json", |_| {
        let text = serde_json::to_vec(models_left.next().unwrap()).unwrap();
        support::inputs::value(&text)
    });

    let (mut scratch, mut other) = (Scratch::new(), Vec::new());
    bench
        .race(input)
        .contender("hydrant, write", || {
            for message in &parsed {
                out.clear();
                write::message(message, &mut out);
                black_box(&out);
            }
        })
        .contender("hydrant, parse", || {
            for body in &input.bodies {
                black_box(parse(body, &mut scratch, &options).unwrap());
            }
        })
        .contender("serde_json, to_writer of the owned model", || {
            for model in &models {
                other.clear();
                serde_json::to_writer(&mut other, model).unwrap();
                black_box(&other);
            }
        })
        .run();
}

fn normalizing(bench: &mut Bench, input: &Input) {
    let options = ParseOptions::default();
    let name = format!("{}, normalize", input.name);
    let [mut scratch, mut alone] = [(); 2].map(|()| Scratch::new());
    let [mut out, mut other] = [(); 2].map(|()| Vec::new());
    let medians = bench
        .race_on(&name, &input.describe(), input.bytes())
        .contender("hydrant, parse and write", || {
            for body in &input.bodies {
                out.clear();
                let parsed = parse(body, &mut scratch, &options).unwrap();
                write::message(&parsed.message, &mut out);
                black_box(&out);
            }
        })
        .contender("hydrant, parse", || {
            for body in &input.bodies {
                black_box(parse(body, &mut alone, &options).unwrap());
            }
        })
        .contender("serde_json, from_slice and to_writer, owned", || {
            for body in &input.bodies {
                other.clear();
                let model: Request<'_> = serde_json::from_slice(body).unwrap();
                serde_json::to_writer(&mut other, &model).unwrap();
                black_box(&other);
            }
        })
        .run();
    // The time of writing a message that was just parsed, while it is in the cache: the difference.
    if let [both, parse, _] = medians[..] {
        let write = both.saturating_sub(parse).max(Duration::from_nanos(1));
        let ratio = parse.div_duration_f64(write);
        bench.note(&name, "write after parse, times the speed of parse", ratio);
    }
}
