//! Parsing an `event_processing_request` into typed values, all fields, compared with the usual
//! alternatives.
//!
//! Inputs: a batch of 1,000 events; 1,800 distinct batches of 0 to 50 events, unchanged, with a
//! space after every colon and comma, and with shuffled fields; pretty-printed messages of the size
//! of the published samples; the batch with two of sixteen event types wanted; a batch and a stream
//! that another program wrote. Before anything is timed, the result of every contender is written
//! as JSON and compared with the input, field by field.
//!
//! `cargo bench --bench parse`; see `benches/README.md`.

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

use bumpalo::Bump;
use hydrant::internals::{complete_path_only, with_interests};
use hydrant::message::{Event, EventType, Interests, Message};
use hydrant::{ParseOptions, Scratch, parse, write};
use peers::{arena, borrowed, owned};
use serde_json::Value;
use support::race::Race;
use support::{Bench, Input, checked, foreign};

fn main() {
    let mut bench = Bench::new("parse");
    let (messages, samples) = (bench.size(1_800, 60), bench.size(200, 20));

    let batch = Input::batch(1_000);
    against_all(&mut bench, &batch);
    interests(&mut bench, &batch);
    against_all(&mut bench, &Input::stream(messages));
    spaced(&mut bench, &Input::spaced(messages));
    shuffled(&mut bench, &Input::shuffled(messages));
    pretty(&mut bench, &Input::pretty(samples));
    for input in foreign::inputs() {
        against_all(&mut bench, &input);
    }

    bench.finish();
}

fn against_all(bench: &mut Bench, input: &Input) {
    let race = ours(bench.race(input), input);
    let race = serde_json_owned(race, input);
    let race = serde_json_borrowed(race, input);
    let race = simd_json_fresh(race, input);
    let race = simd_json_reused(race, input);
    let race = sonic_derive(race, input);
    sonic_arena(race, input).run();
}

/// The arena visitor requires the tag first, so it is omitted.
fn shuffled(bench: &mut Bench, input: &Input) {
    let race = ours(bench.race(input), input);
    let race = serde_json_owned(race, input);
    let race = simd_json_reused(race, input);
    sonic_derive(race, input).run();
}

/// Its time per byte is compared with that of the compact stream, which is in the same race.
fn spaced(bench: &mut Bench, input: &Input) {
    let compact = Input::stream(input.bodies.len());
    let race = ours(bench.race(input), input);
    let race = simd_json_reused(race, input);
    let race = sonic_arena(race, input);
    let compact_options = ParseOptions::default();
    let race = hydrant(race, "hydrant, compact", &compact, compact_options);
    let medians = race.run();
    if let [spaced, .., last] = medians[..] {
        let per_byte =
            spaced.div_duration_f64(last) * compact.bytes() as f64 / input.bytes() as f64;
        bench.note(
            &input.name,
            "time per byte, times that of compact",
            per_byte,
        );
    }
}

fn pretty(bench: &mut Bench, input: &Input) {
    let race = ours(bench.race(input), input);
    let race = serde_json_owned(race, input);
    let race = simd_json_reused(race, input);
    let race = sonic_derive(race, input);
    sonic_arena(race, input).run();
}

/// Two of sixteen event types, and all of them.
fn interests(bench: &mut Bench, input: &Input) {
    let two = Interests::from([EventType::CustomEvent, EventType::ProductAction]);
    let some = with_interests(ParseOptions::new(), two);
    let all = ParseOptions::new();

    let (mut scratch, mut other) = (Scratch::new(), Scratch::new());
    let body = &input.bodies[0];
    let wanted = events(parse(body, &mut scratch, &some).unwrap().message);
    let decoded = events(parse(body, &mut other, &all).unwrap().message);
    assert_eq!(wanted.len(), input.events);
    for (wanted, decoded) in wanted.iter().zip(decoded) {
        match wanted {
            Event::Skipped(event_type) => {
                assert_eq!(*event_type, decoded.kind());
                assert!(!two.contains(*event_type));
            }
            wanted => assert_eq!(wanted, decoded),
        }
    }

    let mut race = bench.race_on(
        "batch with two of sixteen event types wanted",
        &input.describe(),
        input.bytes(),
    );
    race = hydrant(race, "hydrant, two of sixteen", input, some);
    hydrant(race, "hydrant, all", input, all).run();
}

fn events(message: Message<'_>) -> &[Event<'_>] {
    match message {
        Message::EventProcessingRequest(request) => request.events,
        _ => panic!("another message"),
    }
}

/// The fast path, and the complete path alone.
fn ours<'b, 'c>(mut race: Race<'b, 'c>, input: &'c Input) -> Race<'b, 'c> {
    let complete = complete_path_only(ParseOptions::new());
    for (name, options) in [
        ("hydrant", ParseOptions::default()),
        ("hydrant, tape walk", complete),
    ] {
        let mut scratch = Scratch::new();
        checked(input, name, |body| {
            let parsed = parse(body, &mut scratch, &options).unwrap();
            let mut out = Vec::new();
            write::message(&parsed.message, &mut out);
            support::inputs::value(&out)
        });
        race = hydrant(race, name, input, options);
    }
    race
}

fn hydrant<'b, 'c>(
    race: Race<'b, 'c>,
    name: &'static str,
    input: &'c Input,
    options: ParseOptions,
) -> Race<'b, 'c> {
    let mut scratch = Scratch::new();
    race.contender(name, move || {
        for body in &input.bodies {
            black_box(parse(body, &mut scratch, &options).unwrap());
        }
    })
}

fn as_json(model: &impl serde::Serialize) -> Value {
    serde_json::to_value(model).unwrap()
}

fn serde_json_owned<'b, 'c>(race: Race<'b, 'c>, input: &'c Input) -> Race<'b, 'c> {
    let name = "serde_json, owned";
    checked(input, name, |body| {
        as_json(&serde_json::from_slice::<owned::Request<'_>>(body).unwrap())
    });
    race.contender(name, move || {
        for body in &input.bodies {
            black_box(serde_json::from_slice::<owned::Request<'_>>(body).unwrap());
        }
    })
}

fn serde_json_borrowed<'b, 'c>(race: Race<'b, 'c>, input: &'c Input) -> Race<'b, 'c> {
    let name = "serde_json, borrowed";
    checked(input, name, |body| {
        as_json(&serde_json::from_slice::<borrowed::Request<'_>>(body).unwrap())
    });
    race.contender(name, move || {
        for body in &input.bodies {
            black_box(serde_json::from_slice::<borrowed::Request<'_>>(body).unwrap());
        }
    })
}

/// simd-json unescapes in place, so it needs a copy: this contender makes a new one, with new
/// buffers, for every message.
fn simd_json_fresh<'b, 'c>(race: Race<'b, 'c>, input: &'c Input) -> Race<'b, 'c> {
    let name = "simd-json, derive, fresh copy";
    checked(input, name, |body| {
        let mut copy = body.to_vec();
        as_json(&simd_json::from_slice::<borrowed::Request<'_>>(&mut copy).unwrap())
    });
    race.contender(name, move || {
        for body in &input.bodies {
            let mut copy = body.clone();
            black_box(simd_json::from_slice::<borrowed::Request<'_>>(&mut copy).unwrap());
        }
    })
}

/// This contender reuses the copy and the buffers.
fn simd_json_reused<'b, 'c>(race: Race<'b, 'c>, input: &'c Input) -> Race<'b, 'c> {
    let name = "simd-json, derive, reused buffers";
    let (mut copy, mut buffers) = (Vec::new(), simd_json::Buffers::default());
    checked(input, name, |body| {
        copy.clear();
        copy.extend_from_slice(body);
        let request: borrowed::Request<'_> =
            simd_json::serde::from_slice_with_buffers(&mut copy, &mut buffers).unwrap();
        as_json(&request)
    });
    race.contender(name, move || {
        for body in &input.bodies {
            copy.clear();
            copy.extend_from_slice(body);
            let request: borrowed::Request<'_> =
                simd_json::serde::from_slice_with_buffers(&mut copy, &mut buffers).unwrap();
            black_box(request);
        }
    })
}

fn sonic_derive<'b, 'c>(race: Race<'b, 'c>, input: &'c Input) -> Race<'b, 'c> {
    let name = "sonic-rs, derive, borrowed";
    checked(input, name, |body| {
        as_json(&sonic_rs::from_slice::<borrowed::Request<'_>>(body).unwrap())
    });
    race.contender(name, move || {
        for body in &input.bodies {
            black_box(sonic_rs::from_slice::<borrowed::Request<'_>>(body).unwrap());
        }
    })
}

fn sonic_arena<'b, 'c>(race: Race<'b, 'c>, input: &'c Input) -> Race<'b, 'c> {
    let name = "sonic-rs, arena visitor";
    let mut memory = Bump::new();
    checked(input, name, |body| {
        memory.reset();
        as_json(&arena::request(body, &memory).unwrap())
    });
    race.contender(name, move || {
        for body in &input.bodies {
            memory.reset();
            black_box(arena::request(body, &memory).unwrap());
        }
    })
}
