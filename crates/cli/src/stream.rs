//! Common to all commands that read messages: chunks of input pass the pipeline, one function handles every message, and
//! its output is written in the order of the input, whatever the number of threads.

mod pipeline;

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::exit::{self, Failure};
use super::input::{Chunk, Message, Reader};
use super::interrupt::Stop;
use super::output::{Output, Unwritable};
use super::progress::Progress;
use super::terminal;
use hydrant::{Error, ErrorKind};
use pipeline::pipeline;

/// The results of one chunk.
pub(super) struct Product<T> {
    /// Whole lines for the output.
    pub(super) out: Vec<u8>,
    /// What the command counts.
    pub(super) tally: T,
    /// Messages seen, the refused ones included.
    messages: u64,
    /// Messages refused.
    refused: u64,
    /// Whole lines for standard error.
    complaints: String,
    /// Whether the rest of the chunk was left because of a refusal.
    halted: bool,
}

impl<T: Default> Product<T> {
    fn new() -> Self {
        Self {
            out: Vec::new(),
            tally: T::default(),
            messages: 0,
            refused: 0,
            complaints: String::new(),
            halted: false,
        }
    }

    fn clear(&mut self) {
        self.out.clear();
        self.tally = T::default();
        self.messages = 0;
        self.refused = 0;
        self.complaints.clear();
        self.halted = false;
    }

    /// Says that something went wrong for which the run does not end.
    pub(super) fn complain(&mut self, error: &dyn std::fmt::Display) {
        self.refused += 1;
        // Writing to a string does not fail.
        let _ = writeln!(self.complaints, "error: {error}");
    }

    /// Counts a message as refused whose error has been reported.
    pub(super) fn refuse(&mut self) {
        self.refused += 1;
    }
}

/// How a stream is run.
pub(super) struct Run<'r> {
    pub(super) threads: usize,
    /// Whether refusals are only reported, instead of ending the run.
    pub(super) keep_going: bool,
    pub(super) stop: &'r Arc<Stop>,
    pub(super) output: &'r mut Output,
    pub(super) progress: Progress,
}

/// How a stream ended, and its counts.
pub(super) struct Ended {
    /// Messages seen, the refused ones included.
    pub(super) messages: u64,
    /// Messages refused.
    pub(super) refused: u64,
    /// Sources that could not be read, at all or to their end.
    unreadable: u64,
    /// Bytes read, decompressed.
    pub(super) bytes: u64,
    pub(super) elapsed: Duration,
    end: End,
}

enum End {
    Finished,
    /// By the first refusal.
    Halted,
    Interrupted,
    /// The reader of the output has closed it.
    Closed,
    Failed(Failure),
}

impl Run<'_> {
    /// Sends every message through `each`, which may write lines and count, and every chunk of them through `finish`; hands
    /// what was counted to `count`. A message that `each` refuses is reported; unless the run keeps going, it ends there,
    /// after all lines before it.
    pub(super) fn messages<T: Default + Send, S>(
        self,
        mut reader: Reader,
        state: impl Fn() -> S + Sync,
        each: impl Fn(&mut S, &Message<'_>, &mut Product<T>) -> Result<(), Error> + Sync,
        finish: impl Fn(&mut S, &mut Product<T>) + Sync,
        mut count: impl FnMut(&T) + Send,
    ) -> Ended {
        let began = Instant::now();
        let mut ended = Ended {
            messages: 0,
            refused: 0,
            unreadable: 0,
            bytes: 0,
            elapsed: Duration::ZERO,
            end: End::Finished,
        };
        let keep_going = self.keep_going;
        let consume = |(chunk, product): &mut (Chunk, Product<T>)| {
            ended.messages += product.messages;
            ended.refused += product.refused;
            ended.bytes += chunk.bytes().len() as u64;
            count(&product.tally);
            let written = self.output.write(&product.out);
            if let Some(error) = &chunk.error {
                ended.unreadable += 1;
                let _ = write!(
                    product.complaints,
                    "error: cannot read {}: {error}",
                    chunk.name
                );
                product.halted = !keep_going;
            }
            if !product.complaints.is_empty() {
                let complaints = product.complaints.trim_end();
                self.progress.pause(|| terminal::complain(complaints));
            }
            self.progress.update();
            ended.end = match written {
                Err(Unwritable::Closed) => End::Closed,
                Err(Unwritable::Failed(failure)) => End::Failed(failure),
                Ok(()) if product.halted => End::Halted,
                Ok(()) if self.stop.raised() => End::Interrupted,
                Ok(()) => return ControlFlow::Continue(()),
            };
            // The reader may be waiting for input that is not needed any more.
            self.stop.raise();
            ControlFlow::Break(())
        };
        pipeline(
            self.threads,
            || (Chunk::new(), Product::new()),
            |(chunk, _)| reader.fill(chunk),
            state,
            |state, (chunk, product)| {
                work(keep_going, chunk, product, |m, p| each(state, m, p));
                finish(state, product);
            },
            consume,
        );
        if self.stop.interrupted() && matches!(ended.end, End::Finished | End::Interrupted) {
            ended.end = End::Interrupted;
        }
        // If nothing could be read, an earlier output stays.
        if ended.is_finished() && (ended.messages > 0 || !ended.has_refusals()) {
            match self.output.finish() {
                Ok(()) => {}
                Err(Unwritable::Closed) => ended.end = End::Closed,
                Err(Unwritable::Failed(failure)) => ended.end = End::Failed(failure),
            }
        }
        self.progress.finish();
        ended.elapsed = began.elapsed();
        ended
    }
}

/// All messages of a chunk, or those before the first refused one.
fn work<T: Default>(
    keep_going: bool,
    chunk: &Chunk,
    product: &mut Product<T>,
    mut each: impl FnMut(&Message<'_>, &mut Product<T>) -> Result<(), Error>,
) {
    product.clear();
    for message in chunk.messages() {
        product.messages += 1;
        if let Err(error) = each(&message, product) {
            product.refused += 1;
            product.complaints.push_str(&pretty(&message, error));
            product.complaints.push('\n');
            if !keep_going {
                product.halted = true;
                return;
            }
        }
    }
}

/// The error for people, with its place in the source.
pub(super) fn pretty(message: &Message<'_>, error: Error) -> String {
    let line = message.line.unwrap_or(1);
    let hint = match error.kind() {
        ErrorKind::TooLarge => "\n  = --max-bytes raises the limit",
        _ => "",
    };
    let error = error.on_line(usize::try_from(line).unwrap_or(usize::MAX));
    error.pretty(message.source) + hint
}

impl Ended {
    /// Whether a summary makes sense: not if the output was closed.
    pub(super) fn has_listeners(&self) -> bool {
        !matches!(self.end, End::Closed)
    }

    /// Whether all input was seen.
    pub(super) fn is_finished(&self) -> bool {
        matches!(self.end, End::Finished)
    }

    /// Whether some input was refused or could not be read.
    fn has_refusals(&self) -> bool {
        self.refused + self.unreadable > 0
    }

    /// The exit status of the command. Says what went wrong with the output, if that is the reason.
    pub(super) fn status(&self) -> ExitCode {
        match &self.end {
            End::Failed(failure) => failure.report(),
            End::Closed => exit::GOOD.into(),
            End::Interrupted => exit::INTERRUPTED.into(),
            End::Halted => exit::REFUSED.into(),
            End::Finished if self.has_refusals() => exit::REFUSED.into(),
            End::Finished => exit::GOOD.into(),
        }
    }
}
