//! `hydrant normalize`: every message as one line of canonical JSON.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::{Files, Limits, Threads, environment};
use super::exit::{Failure, exit_status};
use super::input::{Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::OutputArgs;
use super::progress::Progress;
use super::stream::{Product, Run};
use hydrant::write;
use hydrant::{Error, ParseOptions, Scratch, parse};

/// Write every message back as one line of canonical JSON
///
/// Canonical is: the type first, then the fields in the order of the protocol, what is absent or empty left out, decimals
/// exact. What is not known to this version is kept as it came.
///
/// Without --keep-going the first refused message is reported and nothing behind it is written. With it, a refused
/// message yields {"error":{"kind":…,"message":…,"offset":…,"line":…,"column":…,"path":…}} in its place, so that as many
/// lines come out as messages went in; the place is that in the message itself, and null where a message is refused as a
/// whole. Blank lines are no messages and are skipped.
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

    /// Write a line with the error in place of a refused message, and go on
    #[arg(short, long)]
    keep_going: bool,

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
        stop,
        output: &mut output,
        progress: Progress::none(),
    };
    let ended = run.messages(
        reader,
        Scratch::new,
        |scratch, message, product| {
            let written = normalize(&options, scratch, message, product);
            match written {
                Err(error) if args.keep_going => {
                    write::error(&error, &mut product.out);
                    product.out.push(b'\n');
                    product.refuse();
                    Ok(())
                }
                written => written,
            }
        },
        |_, _| {},
        |()| {},
    );
    Ok(ended.status())
}

fn normalize(
    options: &ParseOptions,
    scratch: &mut Scratch,
    message: &Message<'_>,
    product: &mut Product<()>,
) -> Result<(), Error> {
    let parsed = parse(message.body, scratch, options)?;
    write::message(&parsed.message, &mut product.out);
    product.out.push(b'\n');
    Ok(())
}
