//! The common part of all commands that read messages: chunks of input pass through the pipeline,
//! one function handles every message, and its output is written in the order of the input, for any
//! number of threads.

mod framing;
mod pipeline;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::exit::{self, Failure};
use super::input::{Chunk, Message, Reader};
use super::interrupt::Stop;
use super::output::{Output, Unwritable};
use super::progress::Progress;
use super::remarks::{Ledger, Remarks, SHOWN};
use super::terminal;
pub(super) use framing::{Framing, Handler};
use hydrant::{Error, ErrorKind};
use pipeline::pipeline;

/// The results of one chunk.
pub(super) struct Product<T> {
    /// Whole lines for the output.
    pub(super) out: Vec<u8>,
    /// The counts of the command.
    pub(super) tally: T,
    /// Messages read, including refused ones.
    messages: u64,
    /// Messages refused.
    refused: u64,
    /// Errors for standard error.
    complaints: Remarks,
    /// Findings that are written to the output.
    pub(super) findings: Remarks,
    /// Whether the rest of the chunk was skipped after a refusal.
    halted: bool,
}

impl<T: Default> Product<T> {
    fn new() -> Self {
        Self {
            out: Vec::new(),
            tally: T::default(),
            messages: 0,
            refused: 0,
            complaints: Remarks::default(),
            findings: Remarks::default(),
            halted: false,
        }
    }

    /// Ends the run after this refusal or before this chunk, also with `keep_going`.
    pub(super) fn halt(&mut self) {
        self.halted = true;
    }

    /// Whether the rest of the chunk was skipped after a refusal.
    pub(super) fn is_halted(&self) -> bool {
        self.halted
    }

    fn clear(&mut self) {
        release(&mut self.out);
        self.tally = T::default();
        self.messages = 0;
        self.refused = 0;
        self.complaints.clear();
        self.findings.clear();
        self.halted = false;
    }

    /// Reports an error of this kind that does not end the run.
    pub(super) fn complain(&mut self, kind: &'static str, error: &dyn std::fmt::Display) {
        self.refused += 1;
        self.complaints.add(kind, SHOWN, |text| {
            text.extend_from_slice(format!("error: {error}\n").as_bytes());
        });
    }

    /// Counts a message as refused that is reported in the output.
    pub(super) fn refuse(&mut self) {
        self.refused += 1;
    }

    /// Reports a refused message on standard error.
    pub(super) fn report(&mut self, message: &Message<'_>, error: Error) {
        self.refused += 1;
        self.complaints.add(error.kind().as_str(), SHOWN, |text| {
            text.extend_from_slice(pretty(message, error).as_bytes());
            text.push(b'\n');
        });
    }
}

/// Empties a buffer. The memory of a very large one, which an unusual message caused, is freed.
fn release(buffer: &mut Vec<u8>) {
    const KEPT: usize = 4 << 20;
    buffer.clear();
    if buffer.capacity() > KEPT {
        *buffer = Vec::new();
    }
}

/// Options of a run.
pub(super) struct Run<'r> {
    pub(super) threads: usize,
    /// Whether to continue after refusals.
    pub(super) keep_going: bool,
    pub(super) framing: Framing,
    /// How many findings of a kind are shown.
    pub(super) findings: u64,
    pub(super) stop: &'r Arc<Stop>,
    pub(super) output: &'r mut Output,
    pub(super) progress: Progress,
}

/// How a stream ended, and its counts.
pub(super) struct Ended {
    /// Messages read, including refused ones.
    pub(super) messages: u64,
    /// Messages refused.
    pub(super) refused: u64,
    /// Sources that could not be read, at all or to their end, or that hold no message.
    unreadable: u64,
    /// Bytes read, decompressed.
    pub(super) bytes: u64,
    pub(super) elapsed: Duration,
    /// Errors on standard error.
    pub(super) complaints: Ledger,
    /// Findings in the output.
    pub(super) findings: Ledger,
    end: End,
}

enum End {
    Finished,
    /// By the first refusal.
    Halted,
    Interrupted,
    /// Because the reader of the output has closed it.
    Closed,
    Failed(Failure),
}

/// The processing of messages by a command.
pub(super) trait Command: Sync {
    /// The state of a thread.
    type State;
    /// Its counts.
    type Tally: Default + Send;

    fn state(&self) -> Self::State;

    /// Handles a message: it may write lines and count. It does neither if it refuses the message,
    /// which may then be separated into several.
    ///
    /// # Errors
    ///
    /// Those of the message.
    fn message(
        &self,
        state: &mut Self::State,
        message: &Message<'_>,
        product: &mut Product<Self::Tally>,
    ) -> Result<(), Error>;

    /// Reports a refused message.
    fn refused(
        &self,
        _: &mut Self::State,
        message: &Message<'_>,
        error: Error,
        product: &mut Product<Self::Tally>,
    ) {
        product.report(message, error);
    }

    /// Begins a chunk of messages. It may halt the run, and then gets none of them.
    fn begin_chunk(&self, _: &mut Self::State, _: &Chunk, _: &mut Product<Self::Tally>) {}

    /// Ends a chunk of messages.
    fn end_chunk(&self, _: &mut Self::State, _: &Chunk, _: &mut Product<Self::Tally>) {}
}

impl Run<'_> {
    /// Passes every message to the command and its counts to `count`. Without `keep_going`, the run
    /// ends at the first refused message, after all lines before it.
    pub(super) fn messages<C: Command>(
        self,
        mut reader: Reader,
        command: &C,
        mut count: impl FnMut(&C::Tally) + Send,
    ) -> Ended {
        let began = Instant::now();
        let named = reader.named();
        let mut ended = Ended {
            messages: 0,
            refused: 0,
            unreadable: 0,
            bytes: 0,
            elapsed: Duration::ZERO,
            complaints: Ledger::new(SHOWN),
            findings: Ledger::new(self.findings),
            end: End::Finished,
        };
        let keep_going = self.keep_going;
        let framing = self.framing;
        let mut complaints = Vec::new();
        let consume = |(chunk, product): &mut (Chunk, Product<C::Tally>)| {
            ended.messages += product.messages;
            ended.refused += product.refused;
            ended.bytes += chunk.read();
            count(&product.tally);
            ended.findings.take(&mut product.findings, &mut product.out);
            let written = self.output.write(&product.out);
            if let Some(named) = &chunk.named
                && (product.messages > 0 || chunk.count() > 0 || chunk.error.is_some())
            {
                named.account();
            }
            if let Some(error) = &chunk.error {
                ended.unreadable += 1;
                product.complaints.add("unreadable", SHOWN, |text| {
                    let line = format!("error: cannot read {}: {error}\n", chunk.name);
                    text.extend_from_slice(line.as_bytes());
                });
                product.halted = !keep_going;
            }
            complaints.clear();
            ended
                .complaints
                .take(&mut product.complaints, &mut complaints);
            if !complaints.is_empty() {
                let text = String::from_utf8_lossy(&complaints);
                self.progress.pause(|| terminal::complain(text.trim_end()));
            }
            self.progress.update();
            ended.end = match written {
                Err(Unwritable::Closed) => End::Closed,
                Err(Unwritable::Failed(failure)) => End::Failed(failure),
                Ok(()) if product.halted => End::Halted,
                Ok(()) if self.stop.raised() => End::Interrupted,
                Ok(()) => return ControlFlow::Continue(()),
            };
            // The reader may still be waiting for input that is no longer needed.
            self.stop.raise();
            ControlFlow::Break(())
        };
        pipeline(
            self.threads,
            || (Chunk::new(), Product::new()),
            |(chunk, _)| reader.fill(chunk),
            || command.state(),
            |state, (chunk, product)| {
                product.clear();
                command.begin_chunk(state, chunk, product);
                if !product.halted {
                    let mut at_work = AtWork {
                        command,
                        state,
                        product,
                        keep_going,
                    };
                    let handled = chunk
                        .messages()
                        .try_for_each(|message| framing.handle(&message, &mut at_work));
                    product.halted = handled.is_break();
                }
                command.end_chunk(state, chunk, product);
            },
            consume,
        );
        if self.stop.interrupted() && matches!(ended.end, End::Finished | End::Interrupted) {
            ended.end = End::Interrupted;
        }
        let mut warnings = Vec::new();
        if ended.is_finished() {
            let mut remarks = Remarks::default();
            let mut warn = |kind, line: String| {
                remarks.add(kind, SHOWN, |text| text.extend_from_slice(line.as_bytes()));
            };
            for named in &named {
                let (name, skipped) = (&named.name, named.skipped);
                if !named.is_accounted() {
                    ended.unreadable += 1;
                    warn(
                        "no_message",
                        format!("warning: there is no message in {name}\n"),
                    );
                }
                if skipped > 0 {
                    let line = format!(
                        "warning: files in {name} that are not read because of their names: {skipped}\n"
                    );
                    warn("skipped_files", line);
                }
            }
            ended.complaints.take(&mut remarks, &mut warnings);
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
        if !warnings.is_empty() {
            terminal::complain(String::from_utf8_lossy(&warnings).trim_end());
        }
        if let Some((more, kinds)) = ended.complaints.hidden() {
            terminal::complain(&format!(
                "error: {more} more of these errors are not shown: {kinds}"
            ));
        }
        ended.elapsed = began.elapsed();
        ended
    }
}

/// A command with its state and its current output.
struct AtWork<'c, C: Command> {
    command: &'c C,
    state: &'c mut C::State,
    product: &'c mut Product<C::Tally>,
    keep_going: bool,
}

impl<C: Command> Handler for AtWork<'_, C> {
    fn message(&mut self, message: &Message<'_>) -> Result<ControlFlow<()>, Error> {
        self.command.message(self.state, message, self.product)?;
        self.product.messages += 1;
        Ok(ControlFlow::Continue(()))
    }

    fn refused(&mut self, message: &Message<'_>, error: Error) -> ControlFlow<()> {
        self.product.messages += 1;
        self.command
            .refused(self.state, message, error, self.product);
        match self.keep_going && !self.product.halted {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }
}

/// The error as text, with its position in the source.
pub(super) fn pretty(message: &Message<'_>, error: Error) -> String {
    let hint = match error.kind() {
        ErrorKind::TooLarge => "\n  = --max-bytes raises the limit",
        ErrorKind::Wrapped if !message.unwrap => {
            "\n  = --unwrap extracts the messages from such events (envelopes)"
        }
        _ => "",
    };
    placed(message, error).pretty(message.source) + hint
}

/// The error with its position in the source.
pub(super) fn placed(message: &Message<'_>, error: Error) -> Error {
    let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
    error
        .on_line(number(message.line))
        .on_column(number(message.column))
}

impl Ended {
    /// Whether to write a summary: not if the output was closed.
    pub(super) fn has_listeners(&self) -> bool {
        !matches!(self.end, End::Closed)
    }

    /// Whether all input was read.
    pub(super) fn is_finished(&self) -> bool {
        matches!(self.end, End::Finished)
    }

    /// Whether some input was refused or could not be read.
    fn has_refusals(&self) -> bool {
        self.refused + self.unreadable > 0
    }

    /// The exit status of the command. Reports an error of the output, if there was one.
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
