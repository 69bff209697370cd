//! From a message to the record that a connection delivers: parsing, mapping and writing, compared
//! with parsing alone, with writing the message itself, and with the reference implementation.
//!
//! Inputs: a batch of 1,000 events, 1,800 distinct batches, and the foreign inputs. The settings are
//! the defaults with both kinds of change events and the location of the batch, so that everything
//! is mapped. The records are those of the reference implementation (`crates/reference`), which is
//! on serde_json: it is the slow implementation that one writes first.
//!
//! `cargo bench --bench outgoing`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::hint::black_box;
use std::time::Duration;

use hydrant::message::Message;
use hydrant::outgoing::{ConnectionSettings, Mapper};
use hydrant::{ParseOptions, Scratch, parse, write};
use hydrant_reference::{Json, identical, outgoing as reference};
use support::{Bench, Input, foreign};

/// Settings that differ from the defaults.
const SETTINGS: [&str; 3] = [
    "include_user_attribute_change_events",
    "include_user_identity_change_events",
    "include_event_batch_location",
];

/// The limit of Amazon Data Firehose is not reached by the stream; the batch shall be one record.
const LIMIT: usize = 16 << 20;

fn main() {
    let mut bench = Bench::new("outgoing");
    let messages = bench.size(1_800, 60);
    for input in [Input::batch(1_000), Input::stream(messages)] {
        mapping(&mut bench, &input);
    }
    for input in foreign::inputs() {
        mapping(&mut bench, &input);
    }
    bench.finish();
}

/// Parses, maps and writes, with memory that is reused.
struct Job {
    scratch: Scratch,
    mapper: Mapper,
    buffer: Vec<u8>,
}

impl Job {
    fn new() -> Self {
        let mut settings = ConnectionSettings::default();
        for name in SETTINGS {
            settings.set(name, "on").unwrap();
        }
        Self {
            scratch: Scratch::new(),
            mapper: Mapper::new(settings).unwrap(),
            buffer: Vec::new(),
        }
    }

    fn run(&mut self, body: &[u8], each: impl FnMut(&[u8])) {
        let options = ParseOptions::default();
        let parsed = parse(body, &mut self.scratch, &options).unwrap();
        let Message::EventProcessingRequest(request) = parsed.message else {
            panic!("not a batch");
        };
        let mut each = each;
        let mapped = self.mapper.map(request, body);
        mapped.each_record(LIMIT, &mut self.buffer, |record| each(record.payload));
    }
}

fn mapping(bench: &mut Bench, input: &Input) {
    let mut settings = reference::Settings::new(reference::Connection::Kinesis);
    for name in SETTINGS {
        settings.set(name, "on").unwrap();
    }
    settings.record_limit = LIMIT;
    let mut job = Job::new();
    for body in bench.races().then_some(&input.bodies).into_iter().flatten() {
        let mut expected = reference::map(body, &settings).unwrap().records.into_iter();
        job.run(body, |payload| {
            let expected = expected.next().unwrap().value.sorted();
            let found = Json::read(payload).unwrap().sorted();
            identical(&expected, &found).unwrap();
        });
        assert!(expected.next().is_none());
    }
    let options = ParseOptions::default();
    let [mut alone, mut both] = [(); 2].map(|()| Scratch::new());
    let mut out = Vec::new();
    let medians = bench
        .race(input)
        .contender("hydrant, parse, map and write", || {
            for body in &input.bodies {
                job.run(body, |payload| {
                    black_box(payload);
                });
            }
        })
        .contender("hydrant, parse", || {
            for body in &input.bodies {
                black_box(parse(body, &mut alone, &options).unwrap());
            }
        })
        .contender("hydrant, parse and write the message", || {
            for body in &input.bodies {
                out.clear();
                let parsed = parse(body, &mut both, &options).unwrap();
                write::message(&parsed.message, &mut out);
                black_box(&out);
            }
        })
        .contender("reference on serde_json", || {
            for body in &input.bodies {
                for record in reference::map(body, &settings).unwrap().records {
                    black_box(record.value.to_text());
                }
            }
        })
        // The reference takes seconds.
        .only_in_turn()
        .run();
    if let [all, parse, ..] = medians[..] {
        let map = all.saturating_sub(parse).max(Duration::from_nanos(1));
        let each = map.as_secs_f64() * 1e9 / input.events.max(1) as f64;
        bench.note(&input.name, "map and write, ns per event", each);
    }
}
