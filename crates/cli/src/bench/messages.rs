//! The messages of `bench` and `send`: they are read once and kept, so that reading is not
//! measured.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use crate::exit::Failure;
use crate::input::{Chunk, Message, Opener, Reader, sources};
use crate::interrupt::Stop;
use crate::stream::{Framing, Handler, pretty};
use crate::terminal;
use hydrant::message::Message as Model;
use hydrant::{Error, ParseOptions, Scratch, parse};

/// The most bytes of messages that are kept.
const MOST_BYTES: u64 = 256 << 20;

/// The messages of all files.
#[derive(Default)]
pub(crate) struct Messages {
    pub(crate) all: Vec<Body>,
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    /// Messages and files that were refused, if reading goes on after that.
    pub(crate) refused: u64,
}

/// One message.
pub(crate) struct Body {
    pub(crate) text: Box<[u8]>,
    pub(crate) events: u64,
    #[cfg_attr(not(feature = "http"), allow(dead_code))]
    pub(crate) place: Location,
}

/// Where a message begins. Only `send` shows it.
#[cfg_attr(not(feature = "http"), allow(dead_code))]
pub(crate) struct Location {
    pub(crate) file: Arc<str>,
    pub(crate) line: u64,
}

/// Reads all messages of these files. What cannot be read is an error, or, with `keep_going`, is
/// reported, counted and left out.
pub(crate) fn read(
    files: &[PathBuf],
    unwrap: bool,
    keep_going: bool,
    options: &ParseOptions,
    stop: &Arc<Stop>,
) -> Result<Messages, Failure> {
    // All events are counted, also those that the module does not want.
    let mut all = ParseOptions::new();
    (all.max_bytes, all.max_depth) = (options.max_bytes, options.max_depth);
    (all.max_memory, all.strict) = (options.max_memory, options.strict);
    let options = all;
    let framing = Framing {
        unwrap,
        max_bytes: options.max_bytes,
    };
    let mut reader = Reader::new(Opener::new(stop), sources(files), options.max_bytes);
    let named = reader.named();
    let mut collector = Collector {
        options,
        scratch: Scratch::new(),
        messages: Messages::default(),
        keep_going,
        refused: None,
        last: "".into(),
    };
    let mut chunk = Chunk::new();
    while reader.fill(&mut chunk) {
        if let Some(error) = chunk.error.take() {
            let name = chunk.name.to_string();
            if let Some(named) = &chunk.named {
                named.account();
            }
            collector.fail(Failure::Input { name, error })?;
        }
        if let Some(named) = chunk.named.as_ref().filter(|_| chunk.count() > 0) {
            named.account();
        }
        let _ = chunk
            .messages()
            .try_for_each(|message| framing.handle(&message, &mut collector));
        if let Some(text) = collector.refused.take() {
            return Err(Failure::Refused(text));
        }
    }
    if stop.interrupted() {
        return Ok(Messages::default());
    }
    let no_message = |name| Failure::Refused(format!("error: there is no message in {name}"));
    for named in named.iter().filter(|named| !named.is_accounted()) {
        collector.fail(no_message(named.name.as_str()))?;
    }
    match collector.messages.all.is_empty() {
        true => Err(no_message("the input")),
        false => Ok(collector.messages),
    }
}

/// Keeps messages.
struct Collector {
    options: ParseOptions,
    scratch: Scratch,
    messages: Messages,
    keep_going: bool,
    /// The text about the message that ends the run.
    refused: Option<String>,
    /// The name of the last source.
    last: Arc<str>,
}

impl Collector {
    /// Ends the run, or reports a failure.
    fn fail(&mut self, failure: Failure) -> Result<(), Failure> {
        if !self.keep_going {
            return Err(failure);
        }
        self.messages.refused += 1;
        let _ = failure.report();
        Ok(())
    }

    /// The name of a source, which its messages share.
    fn name(&mut self, source: &str) -> Arc<str> {
        if *self.last != *source {
            self.last = source.into();
        }
        Arc::clone(&self.last)
    }
}

impl Handler for Collector {
    fn message(&mut self, message: &Message<'_>) -> Result<ControlFlow<()>, Error> {
        let parsed = parse(message.body, &mut self.scratch, &self.options)?;
        let events = match parsed.message {
            Model::EventProcessingRequest(batch) => batch.events.len() as u64,
            _ => 0,
        };
        let file = self.name(message.source);
        let messages = &mut self.messages;
        messages.events += events;
        messages.bytes += message.body.len() as u64;
        if messages.bytes > MOST_BYTES {
            self.refused = Some(format!(
                "error: more than {} MiB of messages; they are kept in memory, so give fewer",
                MOST_BYTES >> 20
            ));
            return Ok(ControlFlow::Break(()));
        }
        messages.all.push(Body {
            text: message.body.into(),
            events,
            place: Location {
                file,
                line: message.line,
            },
        });
        Ok(ControlFlow::Continue(()))
    }

    fn refused(&mut self, message: &Message<'_>, error: Error) -> ControlFlow<()> {
        let text = pretty(message, error);
        match self.keep_going {
            true => {
                self.messages.refused += 1;
                terminal::complain(&text);
                ControlFlow::Continue(())
            }
            false => {
                self.refused = Some(text);
                ControlFlow::Break(())
            }
        }
    }
}
