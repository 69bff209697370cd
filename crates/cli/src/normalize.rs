//! `hydrant normalize`: each message as one line of canonical JSON.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::{Files, Limits, Threads, Wrappers, environment};
use super::exit::{Failure, exit_status};
use super::input::{Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::OutputArgs;
use super::progress::Progress;
use super::remarks::SHOWN;
use super::stream::{Command, Framing, Product, Run};
use super::terminal;
use hydrant::{Error, ParseOptions, Scratch, parse};
use hydrant::{outgoing, write};

/// Write each message as one line of canonical JSON
///
/// Canonical is: the type first, then the fields in the order of the protocol, what is absent or
/// empty left out, decimals exact. Event types and values that are not known to this version are
/// kept as they came, unknown fields are left out (`validate` names them). Identities and settings
/// are written as they are.
///
/// Outgoing batches, as Kafka and Kinesis receive them, are read, too: an object without `type`
/// that has `schema_version`, `batch_id` or events with `event_type` is one.
///
/// Without --keep-going, the first refused message is reported and nothing after it is written.
/// With it, a refused message yields
/// {"error":{"kind":…,"message":…,"offset":…,"line":…,"column":…,"path":…}} in its place, so that
/// input and output have the same number of messages. The position is relative to the message, and
/// null if a message is refused as a whole. White space is not a message.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant normalize message.json\n  \
     hydrant normalize --keep-going - < stream.ndjson > canonical.ndjson\n\n",
    environment!(threads),
    exit_status!()
))]
pub(super) struct NormalizeArgs {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    output: OutputArgs,

    /// Write a line with the error in place of a refused message, and continue
    #[arg(short, long)]
    keep_going: bool,

    #[command(flatten)]
    wrappers: Wrappers,

    #[command(flatten)]
    threads: Threads,

    #[command(flatten)]
    limits: Limits,
}

pub(super) fn run(args: &NormalizeArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let threads = args.threads.count()?;
    let sources = sources(&args.files.files);
    let mut output = args.output.open(&sources)?;
    let options = args.limits.options();
    let reader = Reader::new(Opener::new(stop), sources, options.max_bytes);
    let run = Run {
        threads,
        keep_going: args.keep_going,
        framing: Framing {
            unwrap: args.wrappers.unwrap,
            max_bytes: options.max_bytes,
        },
        findings: SHOWN,
        stop,
        output: &mut output,
        progress: Progress::none(),
    };
    let command = Normalize {
        options,
        keep_going: args.keep_going,
    };
    Ok(run.messages(reader, &command, |()| {}).status())
}

struct Normalize {
    options: ParseOptions,
    keep_going: bool,
}

impl Command for Normalize {
    type State = Scratch;
    type Tally = ();

    fn state(&self) -> Scratch {
        Scratch::new()
    }

    fn message(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_>,
        product: &mut Product<()>,
    ) -> Result<(), Error> {
        match parse(message.body, scratch, &self.options) {
            Ok(parsed) => write::message(&parsed.message, &mut product.out),
            Err(_) if outgoing::is_outgoing(message.body) => {
                let parsed = outgoing::parse(message.body, scratch, &self.options)?;
                outgoing::write(&parsed.message, &mut product.out);
            }
            Err(error) => return Err(error),
        }
        product.out.push(b'\n');
        Ok(())
    }

    fn refused(
        &self,
        _: &mut Self::State,
        message: &Message<'_>,
        error: Error,
        product: &mut Product<()>,
    ) {
        if !self.keep_going {
            return product.report(message, error);
        }
        let start = product.out.len();
        write::error(&error, &mut product.out);
        terminal::harmless_json(&mut product.out, start);
        product.out.push(b'\n');
        product.refuse();
    }
}
