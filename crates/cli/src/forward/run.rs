//! `hydrant forward`: reads messages and delivers their records.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use tokio::sync::mpsc;

use super::arguments::{Settings, configuration};
use super::checkpoint::Checkpoint;
use super::read::{Forward, Memory};
use super::report::{Read, Report, Totals};
use super::settle::{Counts, Settler};
use super::silence::Silence;
use crate::arguments::{Files, Limits, Wrappers, environment};
use crate::exit::{self, Failure, exit_status};
use crate::input::{Opener, Reader, sources};
use crate::interrupt::Stop;
use crate::output::Output;
use crate::progress::Progress;
use crate::remarks::SHOWN;
use crate::stream::{Framing, Run};
use crate::terminal;
use hydrant_forward::{Deduplication, Forwarder};

/// Deliver the records of messages to Amazon Data Firehose, Apache Kafka or an HTTP API
///
/// Reads messages, maps them to the records of the connection (`hydrant map` prints them), and
/// delivers these in batches, with retries. Messages that the connection does not forward are
/// counted. `hydrant settings` lists the settings.
///
/// A record that the target rejects, a message that cannot be read and an event that is too large
/// are stored as dead letters, if `dead_letters` or `dead_letter_queue_url` is set; otherwise the run
/// stops there. If the target does not accept the connection, or attempts run out, the run stops and
/// nothing counts as forwarded that is not. With --checkpoint, the same command then continues where
/// it stopped; records that were on their way may arrive twice.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant forward --config forward.toml --checkpoint forward.checkpoint events.ndjson.gz\n  \
     HYDRANT_CONNECTION=kinesis HYDRANT_DELIVERY_STREAM_NAME=events hydrant forward - < stream.ndjson\n\n",
    environment!(settings),
    exit_status!(
        "a message or file could not be read, a record became a dead letter, or dead letters\
         \n        were deleted because of dead_letter_max_bytes"
    )
))]
pub(crate) struct ForwardArgs {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    settings: Settings,

    /// Keep the progress in this file, and leave out what an earlier run with it has forwarded
    ///
    /// Only for files. It counts a message when every record of it and of all messages before it is
    /// delivered or a dead letter. A file is recognized by its path and the content of these
    /// messages: what was appended is forwarded, and another file ends the run with status 2.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,

    /// Report refused messages and unreadable files, and continue, instead of stopping at the first
    ///
    /// With dead letters, refused messages are stored and do not stop the run, except those that
    /// could hold secret settings in places where they cannot be recognized. This leaves them out.
    #[arg(short, long)]
    keep_going: bool,

    #[command(flatten)]
    wrappers: Wrappers,

    /// How many seconds to wait for records on their way after an interruption
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    grace: u64,

    /// Show neither progress nor summary
    #[arg(short, long)]
    quiet: bool,

    /// Format of the summary on standard error
    #[arg(long, value_name = "FORM", default_value = "table")]
    report: ReportForm,

    /// Also write the summary to a file, as one JSON object
    #[arg(long, value_name = "FILE")]
    report_file: Option<PathBuf>,

    #[command(flatten)]
    limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportForm {
    /// A table; not with --quiet
    Table,
    /// One JSON object, also with --quiet
    Json,
}

/// Messages that are submitted and not settled.
const WAITING: usize = 10_000;

/// How long records may take at the end of the input. Attempts run out earlier.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn run(args: &ForwardArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    let config = configuration(&args.settings)?;
    let usage = |error: hydrant_forward::config::ConfigError| Failure::Usage(error.to_string());
    let mut sources = sources(&args.files.files);
    let checkpoint = args.checkpoint.as_deref();
    let checkpoint = checkpoint
        .map(|path| Checkpoint::open(path, &mut sources))
        .transpose()?;
    let resumed = checkpoint.as_ref().map_or(0, Checkpoint::settled);
    let comparison = checkpoint.as_ref();
    let comparison = comparison.map(|checkpoint| Mutex::new(checkpoint.comparison(&sources)));
    let runtime = super::runtime()?;
    let window = hydrant_forward::deduplication_window(&config).map_err(usage)?;
    let memory = hydrant_forward::max_memory(&config).map_err(usage)?;
    let forwarder = runtime.block_on(Forwarder::start(config)).map_err(usage)?;
    let mapping = forwarder.mapping().map_err(usage)?;
    for notice in forwarder
        .notices()
        .into_iter()
        .chain(mapping.notice().map(str::to_owned))
    {
        terminal::complain(&format!("note: {notice}"));
    }
    let forwarder = Arc::new(forwarder);
    let (failure, counts) = (Arc::new(OnceLock::new()), Arc::new(Mutex::default()));
    let unstored = Arc::new(OnceLock::new());
    let deduplication = (window > 0).then(|| Deduplication::new(window));
    let settler = Settler {
        forwarder: Arc::clone(&forwarder),
        checkpoint,
        deduplication: deduplication.clone(),
        stop: Arc::clone(stop),
        failure: Arc::clone(&failure),
        counts: Arc::clone(&counts),
    };
    let (entries, waiting) = mpsc::channel(WAITING);
    let settling = runtime.spawn(settler.run(waiting));
    let watched = Arc::clone(&forwarder);
    let watching = runtime.spawn(async move { Silence::new(began).report(&watched).await });

    let opener = Opener::new(stop);
    let progress = match args.quiet {
        true => Progress::none(),
        false => Progress::over(&sources, 1, &opener, true),
    };
    let options = args.limits.options();
    let reader = Reader::new(opener, sources, options.max_bytes);
    let mut nothing = Output::nothing();
    let run = Run {
        // Messages are submitted in the order in which they are read.
        threads: 1,
        keep_going: args.keep_going || forwarder.has_dead_letters(),
        framing: Framing {
            unwrap: args.wrappers.unwrap,
            max_bytes: options.max_bytes,
        },
        findings: SHOWN,
        stop,
        output: &mut nothing,
        progress,
    };
    let mut stopped = super::stopped(stop);
    let mut command = Forward {
        forwarder: Arc::clone(&forwarder),
        options,
        runtime: runtime.handle().clone(),
        deduplication,
        stopped: stopped.clone(),
        entries,
        memory: Memory::new(memory),
        mapping: Mutex::new(Some(mapping)),
        stop: Arc::clone(stop),
        failure: Arc::clone(&failure),
        unstored: Arc::clone(&unstored),
        keep_going: args.keep_going,
        comparison,
    };
    let mut totals = Totals::default();
    let ended = run.messages(reader, &command, |more| totals.merge(more));
    let comparison = command.comparison.take();
    drop(command);
    let comparison = comparison.and_then(|comparison| comparison.into_inner().ok());
    let difference = comparison.and_then(|comparison| comparison.end(ended.is_finished()));
    let settled = runtime.block_on(async {
        let drained = async {
            tokio::select! {
                () = forwarder.drain(PATIENCE) => {}
                // The run may also be stopped now. After a failure nothing counts any more, and what
                // is delivered is only repeated by the next run.
                Ok(_) = stopped.wait_for(|stopped| *stopped) => {
                    let grace = match failure.get() {
                        Some(_) => Duration::ZERO,
                        None if stop.interrupted() => Duration::from_secs(args.grace),
                        // A refused message ends the reading, and what was read before it counts.
                        None => PATIENCE,
                    };
                    forwarder.drain(grace).await;
                }
            }
        };
        let ((), settled) = tokio::join!(drained, settling);
        watching.abort();
        // The last dead letters are stored.
        forwarder.close().await;
        settled
    });
    if settled.is_err() {
        // The panic hook has printed why.
        let _ = failure.set("the task that settles messages has panicked".to_owned());
    }
    super::report_expired(&forwarder);
    let counts: Counts = counts
        .lock()
        .map_or_else(|counts| *counts.into_inner(), |counts| *counts);
    let report = Report {
        totals: &totals,
        counts,
        stats: forwarder.stats(),
        read: Read::new(&ended, began.elapsed()),
        resumed,
        failure: (failure.get().or(difference.as_ref()).or(unstored.get())).map(String::as_str),
    };
    if args.report == ReportForm::Json {
        report.print_json();
    } else if !args.quiet {
        report.print_table();
        super::report_reasons(&forwarder);
    }
    let written = args.report_file.as_ref();
    let written = written.map_or(Ok(()), |path| report.write_file(path));
    match written {
        // What ended the run matters more.
        Err(problem) if report.failure.is_some() => {
            terminal::complain(&format!("warning: {problem}"));
        }
        written => written?,
    }
    if stop.interrupted() && failure.get().is_some() {
        let then = match args.checkpoint {
            Some(_) => "the same command continues there",
            None => "with --checkpoint, the same command would continue there",
        };
        let trouble = forwarder.trouble();
        let trouble = trouble.map_or_else(String::new, |reason| format!(" ({reason})"));
        terminal::complain(&format!(
            "warning: the run was interrupted; messages that were on their way and are not settled: \
             {}{trouble}; {then}",
            counts.unsettled
        ));
        return Ok(exit::INTERRUPTED.into());
    }
    if let (None, Some(difference)) = (failure.get(), difference) {
        return Err(Failure::Usage(difference));
    }
    match failure.get().or(unstored.get()) {
        Some(reason) => Err(Failure::Delivery(reason.clone())),
        None if ended.is_finished()
            && (counts.dead_letters > 0 || forwarder.evicted_dead_letters() > 0) =>
        {
            Ok(exit::REFUSED.into())
        }
        None => Ok(ended.status()),
    }
}
