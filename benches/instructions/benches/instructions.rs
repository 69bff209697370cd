//! How many instructions hydrant takes for inputs with fixed seeds, counted by valgrind's callgrind
//! through gungraun. Counts do not depend on the load of the machine, so `scripts/instructions`
//! compares them with a record and CI fails on a regression. They do not measure time, which also
//! depends on the cost of each instruction: the other benches do.
//!
//! Every case starts warm: its buffers have been used for the input once. valgrind does not report
//! AVX-512 and the SHA extensions, so the hashes use AVX2.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs
)]

#[path = "../../support/inputs.rs"]
mod inputs;

use std::hint::black_box;

use gungraun::prelude::*;
use hydrant::hash::{self, Algorithm, Hasher, HexDigests, Normalization};
use hydrant::internals::{complete_path_only, with_interests};
use hydrant::message::{EventType, Interests, Message, Uuid};
use hydrant::outgoing::{ConnectionSettings, Mapper};
use hydrant::{
    Engine, Invocation, Output, ParseOptions, Processor, Registration, Scratch, parse, write,
};
use inputs::Input;

/// Enough distinct messages that branch predictors do not learn them, few enough for valgrind.
const MESSAGES: usize = 100;

/// Messages, parse options, and buffers that have been used for them.
struct Parsing {
    bodies: Vec<Vec<u8>>,
    options: ParseOptions,
    scratch: Scratch,
}

impl Parsing {
    fn warm(input: Input, options: ParseOptions) -> Self {
        let (bodies, scratch) = (input.bodies, Scratch::new());
        let mut parsing = Self {
            bodies,
            options,
            scratch,
        };
        parsing.run();
        parsing
    }

    fn run(&mut self) {
        for body in &self.bodies {
            black_box(parse(body, &mut self.scratch, &self.options).unwrap());
        }
    }
}

fn fast(input: Input) -> Parsing {
    Parsing::warm(input, ParseOptions::default())
}

fn complete(input: Input) -> Parsing {
    Parsing::warm(input, complete_path_only(ParseOptions::new()))
}

fn two_of_sixteen(input: Input) -> Parsing {
    let interests = Interests::from([EventType::CustomEvent, EventType::ProductAction]);
    Parsing::warm(input, with_interests(ParseOptions::new(), interests))
}

#[library_benchmark]
#[bench::batch(fast(Input::batch(1_000)))]
#[bench::batch_complete_path(complete(Input::batch(1_000)))]
#[bench::batch_two_of_sixteen(two_of_sixteen(Input::batch(1_000)))]
#[bench::stream(fast(Input::stream(MESSAGES)))]
#[bench::shuffled(fast(Input::shuffled(MESSAGES)))]
#[bench::pretty(fast(Input::pretty(MESSAGES)))]
fn parsing(mut parsing: Parsing) -> Parsing {
    parsing.run();
    parsing
}

// The batch is parsed and written: writing alone cannot be a case, because a parsed message
// borrows. Compare its count with that of `parsing`.
#[library_benchmark]
#[bench::batch(normal(Input::batch(1_000)))]
#[bench::stream(normal(Input::stream(MESSAGES)))]
fn normalizing(mut normal: Normal) -> Normal {
    normal.run();
    normal
}

struct Normal {
    parsing: Parsing,
    out: Vec<u8>,
}

impl Normal {
    fn run(&mut self) {
        let Parsing {
            bodies,
            options,
            scratch,
        } = &mut self.parsing;
        for body in bodies {
            self.out.clear();
            let message = parse(body, scratch, options).unwrap().message;
            write::message(&message, &mut self.out);
            black_box(&self.out);
        }
    }
}

fn normal(input: Input) -> Normal {
    let mut normal = Normal {
        parsing: fast(input),
        out: Vec::new(),
    };
    normal.run();
    normal
}

// The batch is parsed, mapped and written; compare its count with that of `parsing`.
#[library_benchmark]
#[bench::batch(mapper(Input::batch(1_000)))]
#[bench::stream(mapper(Input::stream(MESSAGES)))]
fn map(mut mapping: Mapping) -> Mapping {
    mapping.run();
    mapping
}

struct Mapping {
    parsing: Parsing,
    mapper: Mapper,
    out: Vec<u8>,
}

impl Mapping {
    fn run(&mut self) {
        let Parsing {
            bodies,
            options,
            scratch,
        } = &mut self.parsing;
        for body in bodies {
            let message = parse(body, scratch, options).unwrap().message;
            let Message::EventProcessingRequest(request) = message else {
                panic!("not a batch");
            };
            let mapped = self.mapper.map(request, body);
            mapped.each_record(usize::MAX, &mut self.out, |record| {
                black_box(record.payload);
            });
        }
    }
}

/// Maps with the default settings and both kinds of change events.
fn mapper(input: Input) -> Mapping {
    let mut settings = ConnectionSettings::default();
    settings.include_user_attribute_change_events = true;
    settings.include_user_identity_change_events = true;
    let mut mapping = Mapping {
        parsing: fast(input),
        mapper: Mapper::new(settings).unwrap(),
        out: Vec::new(),
    };
    mapping.run();
    mapping
}

/// Handlers that do nothing.
struct Nothing;

impl Processor for Nothing {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Bench", "1.0")
    }
}

struct Dispatching {
    bodies: Vec<Vec<u8>>,
    engine: Engine<Nothing>,
    scratch: Scratch,
    output: Output,
}

impl Dispatching {
    fn run(&mut self) {
        let invocation = Invocation::new(1_714_592_744_067, Uuid::from_random([7; 16]));
        for body in &self.bodies {
            self.engine
                .process_into(body, &mut self.scratch, &invocation, &mut self.output)
                .unwrap()
                .finish();
            black_box(&self.output);
        }
    }
}

fn engine(input: Input) -> Dispatching {
    let mut dispatching = Dispatching {
        bodies: input.bodies,
        engine: Engine::new(Nothing),
        scratch: Scratch::new(),
        output: Output::new(),
    };
    dispatching.run();
    dispatching
}

#[library_benchmark]
#[bench::batch_nothing(engine(Input::batch(1_000)))]
#[bench::stream_nothing(engine(Input::stream(MESSAGES)))]
fn dispatching(mut dispatching: Dispatching) -> Dispatching {
    dispatching.run();
    dispatching
}

struct Hashing {
    algorithm: Algorithm,
    emails: Vec<String>,
    hasher: Hasher,
    digests: HexDigests,
}

impl Hashing {
    fn run(&mut self) {
        let emails = self.emails.iter().map(|email| hash::Input::Raw(email));
        let (hasher, digests) = (&mut self.hasher, &mut self.digests);
        hasher.hash_iter(self.algorithm, Normalization::STANDARD, emails, digests);
        black_box(digests);
    }
}

/// A hundred addresses of 16 to 35 characters.
fn emails(algorithm: Algorithm) -> Hashing {
    let name = |number: usize| &"reader.of.many.books"[..number % 20 + 1];
    let email = |number| format!("{}{number:03}@Example.com", name(number));
    let mut hashing = Hashing {
        algorithm,
        emails: (0..100).map(email).collect(),
        hasher: Hasher::new(),
        digests: HexDigests::new(),
    };
    hashing.run();
    hashing
}

#[library_benchmark]
#[bench::md5(emails(Algorithm::Md5))]
#[bench::sha1(emails(Algorithm::Sha1))]
#[bench::sha256(emails(Algorithm::Sha256))]
fn hashing(mut hashing: Hashing) -> Hashing {
    hashing.run();
    hashing
}

library_benchmark_group!(
    name = all,
    benchmarks = [parsing, normalizing, map, dispatching, hashing]
);

main!(library_benchmark_groups = all);
