//! Messages in files, without an engine: counts events by type and name in NDJSON, for example in
//! objects that Amazon Data Firehose wrote to S3.
//!
//! ```sh
//! cargo run --example read_files corpus/valid/event-request-*.json
//! ```
//!
//! Each line is parsed with the same buffers. A line that is refused does not end the program.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};

use hydrant::message::{Event, Message};
use hydrant::{ParseOptions, Scratch, parse};

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) events: BTreeMap<String, u64>,
    pub(crate) refused: u64,
}

/// Reads one message per line.
pub(crate) fn count(mut input: impl BufRead, counts: &mut Counts) -> std::io::Result<()> {
    let (mut scratch, mut line) = (Scratch::new(), Vec::new());
    while input.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            match parse(&line, &mut scratch, &ParseOptions::new()) {
                Ok(parsed) => count_events(&parsed.message, &mut counts.events),
                Err(error) => {
                    // It has the position and no values.
                    eprintln!("{error}");
                    counts.refused += 1;
                }
            }
        }
        line.clear();
    }
    Ok(())
}

fn count_events(message: &Message<'_>, counts: &mut BTreeMap<String, u64>) {
    let Message::EventProcessingRequest(batch) = message else {
        return;
    };
    for event in batch.events {
        let key = match event {
            Event::CustomEvent(custom) => format!("custom_event {}", custom.name.unwrap_or("?")),
            Event::ScreenView(view) => format!("screen_view {}", view.screen_name.unwrap_or("?")),
            other => other.kind().to_string(),
        };
        *counts.entry(key).or_default() += 1;
    }
}

pub(crate) fn main() -> std::io::Result<()> {
    let mut counts = Counts::default();
    for path in std::env::args_os().skip(1) {
        count(BufReader::new(File::open(path)?), &mut counts)?;
    }
    for (event, count) in &counts.events {
        println!("{count:8} {event}");
    }
    println!("{:8} refused", counts.refused);
    Ok(())
}
