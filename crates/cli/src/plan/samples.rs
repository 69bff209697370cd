//! The samples of a plan: messages, whose numbers of events are counted, and measured times.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bench::Earlier;
use crate::exit::Failure;
use crate::input::{Chunk, Message, Opener, Reader, sources};
use crate::interrupt::Stop;
use crate::stream::{Framing, Handler, placed};
use crate::terminal;
use hydrant::{Error, ParseOptions, Scratch, parse};
use hydrant_plan::{Durations, EventCounts, InvalidInput};

/// The numbers of events in the event batches of a file or folder. Other messages do not count.
pub(super) fn events(path: &Path, stop: &Arc<Stop>) -> Result<EventCounts, Failure> {
    let options = ParseOptions::new();
    let framing = Framing {
        unwrap: false,
        max_bytes: options.max_bytes,
    };
    let mut counter = Counter {
        options,
        scratch: Scratch::new(),
        counts: Vec::new(),
        refused: None,
    };
    each_chunk(path, stop, framing.max_bytes, false, |chunk| {
        let _ = chunk
            .messages()
            .try_for_each(|message| framing.handle(&message, &mut counter));
        match counter.refused.take() {
            Some(text) => Err(Failure::Refused(text)),
            None => Ok(()),
        }
    })?;
    EventCounts::measured(counter.counts).map_err(|error| refused(path, &error.to_string()))
}

/// Counts the events of messages.
struct Counter {
    options: ParseOptions,
    scratch: Scratch,
    counts: Vec<u32>,
    /// The text about the first message that was refused.
    refused: Option<String>,
}

impl Handler for Counter {
    fn message(&mut self, message: &Message<'_>) -> Result<ControlFlow<()>, Error> {
        let parsed = parse(message.body, &mut self.scratch, &self.options)?;
        if let hydrant::message::Message::EventProcessingRequest(batch) = parsed.message {
            let events = batch.events.len();
            self.counts.push(u32::try_from(events).unwrap_or(u32::MAX));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn refused(&mut self, message: &Message<'_>, error: Error) -> ControlFlow<()> {
        // Without hints on options that `plan` does not have.
        self.refused = Some(placed(message, error).pretty(message.source));
        ControlFlow::Break(())
    }
}

/// Measured service times.
pub(super) struct Measured {
    pub(super) durations: Durations,
    /// The share that is spent on a processor, if it was measured.
    pub(super) cpu_share: Option<f64>,
    pub(super) events_per_request: Option<f64>,
}

/// The measured times in a file: in milliseconds, one per line, where empty lines are skipped, or a
/// report of `bench`.
pub(super) fn durations(path: &Path, stop: &Arc<Stop>) -> Result<Measured, Failure> {
    const LONGEST: usize = 1 << 16;
    let (mut times, mut line) = (Vec::new(), 0_u64);
    let mut report = Vec::new();
    each_chunk(path, stop, LONGEST, true, |chunk| {
        if !report.is_empty() {
            report.extend_from_slice(chunk.bytes());
            return short_enough(&report, path);
        }
        for text in chunk.bytes().split_inclusive(|byte| *byte == b'\n') {
            if !report.is_empty() || times.is_empty() && text.trim_ascii().starts_with(b"{") {
                report.extend_from_slice(text);
                continue;
            }
            line += 1;
            let text = text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let time = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            let time = time.filter(|time: &f64| time.is_finite());
            let wrong = || refused(path, &format!("line {line}: expected milliseconds"));
            times.push(time.ok_or_else(wrong)?);
        }
        short_enough(&report, path)
    })?;
    let invalid = |error: InvalidInput| refused(path, &error.to_string());
    if report.is_empty() {
        return Ok(Measured {
            durations: Durations::measured(times).map_err(invalid)?,
            cpu_share: None,
            events_per_request: None,
        });
    }
    let wrong = || Failure::Refused(Earlier::expected(path));
    let report = Earlier::parse(&report).ok_or_else(wrong)?;
    let warn = |what: &str| terminal::complain(&format!("warning: {}: {what}", path.display()));
    if report.failures > 0.0 {
        warn("messages or events failed, and failures may take less time than successes");
    }
    if report.concurrency > 1.0 {
        warn("the times of concurrent messages include waits for each other; use --concurrency 1");
    }
    Ok(Measured {
        durations: Durations::measured(report.samples).map_err(invalid)?,
        cpu_share: report.cpu_share,
        events_per_request: Some(report.events_per_message).filter(|events| *events > 0.0),
    })
}

fn short_enough(report: &[u8], path: &Path) -> Result<(), Failure> {
    match report.len() <= Earlier::LONGEST {
        true => Ok(()),
        false => Err(Failure::Refused(Earlier::expected(path))),
    }
}

fn each_chunk(
    path: &Path,
    stop: &Arc<Stop>,
    max_bytes: usize,
    lines: bool,
    mut handle: impl FnMut(&Chunk) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let paths: [PathBuf; 1] = [path.to_owned()];
    let mut reader = Reader::new(Opener::new(stop), sources(&paths), max_bytes);
    if lines {
        reader = reader.lines_only();
    }
    let mut chunk = Chunk::new();
    while reader.fill(&mut chunk) {
        if let Some(error) = chunk.error.take() {
            let name = chunk.name.to_string();
            return Err(Failure::Input { name, error });
        }
        handle(&chunk)?;
    }
    if stop.interrupted() {
        return Err(Failure::Input {
            name: path.to_string_lossy().into_owned(),
            error: io::Error::other("interrupted"),
        });
    }
    Ok(())
}

fn refused(path: &Path, reason: &str) -> Failure {
    Failure::Refused(format!("error: {}: {reason}", path.display()))
}
