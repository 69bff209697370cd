//! `hydrant map`: the records of messages, without delivering them.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::Mutex;

use clap::Args;

use super::arguments::{Files, Limits, Threads, Wrappers, environment};
use super::exit::{Failure, exit_status};
use super::forward::arguments::{Settings, configuration};
use super::forward::warnings::Warnings;
use super::input::{Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::OutputArgs;
use super::progress::Progress;
use super::remarks::SHOWN;
use super::stream::{Command, Framing, Product, Run};
use super::terminal;
use hydrant::write::Append;
use hydrant::{Error, ParseOptions};
use hydrant_forward::config::Config;
use hydrant_forward::{MapError, Mapping, Oversize};

/// Write the records that a connection would deliver, one per line
///
/// Maps messages as `forward` does and delivers nothing: batches of events in the standard outgoing
/// format for the connections kinesis, kafka and http, membership records for audience. Messages
/// that the connection does not forward give no line. The output contains identities, and no account
/// settings: records=raw, whose records are whole messages, is refused.
///
/// What has no counterpart in the records is left out and counted on standard error. A record that
/// is too large for the target even with a single event is reported and not written.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant map --connection kinesis corpus/valid/event-request-every-field.json\n  \
     hydrant map --connection kafka --with-key --set send_as_batch=off - < stream.ndjson\n  \
     hydrant map --connection audience --set identities_to_exclude=Email,CustomerId members.json\n\n",
    environment!(threads, settings),
    exit_status!()
))]
pub(super) struct MapArgs {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    settings: Settings,

    /// Write {"key":…,"value":…} with the key of the record, which is the mpid, or null
    #[arg(long)]
    with_key: bool,

    /// Report refused messages and unreadable files, and continue, instead of stopping at the first
    #[arg(short, long)]
    keep_going: bool,

    #[command(flatten)]
    wrappers: Wrappers,

    #[command(flatten)]
    threads: Threads,

    #[command(flatten)]
    limits: Limits,
}

pub(super) fn run(args: &MapArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let config = configuration(&args.settings)?;
    let threads = args.threads.count()?;
    let first = Mapping::new(&config).map_err(|error| Failure::Usage(error.to_string()))?;
    if first.is_raw() {
        return Err(Failure::Usage(
            "map does not print `records=raw`: these records are the messages as they are, with the \
             settings of accounts, which are secret; `hydrant normalize` shows messages"
                .to_owned(),
        ));
    }
    if let Some(notice) = first.notice() {
        terminal::complain(&format!("note: {notice}"));
    }
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
    let command = Map {
        config,
        first: Mutex::new(Some(first)),
        options,
        with_key: args.with_key,
    };
    let mut warnings = Warnings::default();
    let ended = run.messages(reader, &command, |more| warnings.merge(more));
    if ended.has_listeners() {
        warnings.print();
    }
    Ok(ended.status())
}

struct Map {
    config: Config,
    /// The mapping of the first thread.
    first: Mutex<Option<Mapping>>,
    options: ParseOptions,
    with_key: bool,
}

impl Command for Map {
    type State = Option<Mapping>;
    type Tally = Warnings;

    fn state(&self) -> Self::State {
        let first = self.first.lock().ok().and_then(|mut first| first.take());
        // The configuration has been checked.
        first.or_else(|| Mapping::new(&self.config).ok())
    }

    fn message(
        &self,
        mapping: &mut Self::State,
        message: &Message<'_>,
        product: &mut Product<Warnings>,
    ) -> Result<(), Error> {
        let Some(mapping) = mapping else {
            return Ok(());
        };
        let mut too_large: Vec<Oversize> = Vec::new();
        let out = &mut product.out;
        let mapped = mapping.map(
            message.body,
            &self.options,
            |_| true,
            |record| {
                if let Some(oversize) = record.oversize {
                    too_large.push(oversize);
                    return;
                }
                if self.with_key {
                    let key = record.key.map(String::from_utf8_lossy);
                    let mut line = Append::new(out);
                    line.push(br#"{"key":"#);
                    match key {
                        Some(key) => line.json().text(&key),
                        None => line.json().null(),
                    }
                    line.push(br#","value":"#);
                }
                out.extend_from_slice(record.payload);
                out.extend_from_slice(if self.with_key { b"}\n" } else { b"\n" });
            },
        );
        match mapped {
            Ok(mapped) => product.tally.add(&mapped.warnings),
            Err(MapError::Refused(error)) => return Err(error),
            Err(error) => product.complain("not_mapped", &placed(message, &error)),
        }
        if let Some(largest) = too_large.iter().max_by_key(|it| it.bytes()) {
            let text = match too_large.len() {
                1 => format!("1 record is too large for the target: {largest}"),
                count => format!("{count} records are too large for the target: up to {largest}"),
            };
            product.complain("too_large", &placed(message, &text));
        }
        Ok(())
    }
}

fn placed(message: &Message<'_>, what: &dyn std::fmt::Display) -> String {
    let Message { source, line, .. } = message;
    format!("{source}:{line}: {what}")
}
