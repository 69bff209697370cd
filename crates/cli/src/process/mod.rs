//! `hydrant process`: reads messages, writes one line per event, and a summary.

mod identities;
mod lines;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::arguments::{Files, Limits, Threads, Wrappers, environment, number};
use super::environment::hash_platform;
use super::exit::{Failure, exit_status};
use super::input::{Chunk, Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::OutputArgs;
use super::progress::Progress;
use super::remarks::SHOWN;
use super::stream::{Command, Framing, Product, Run};
use hydrant::hash::Platform;
use hydrant::host::system_invocation;
use hydrant::message::{EventType, Interests};
use hydrant::{Engine, Error, ErrorKind, Output, Scratch};
use identities::{Identities, Plan, named};
use lines::Lines;
use report::{Report, Totals};
pub(super) use report::{grouped, write_file as write_report};

/// Turn messages into one line of JSON per event
///
/// Reads messages, calls a built-in processor for every event, and writes one line per event, in
/// the order of the input. `user` is the first of these that the batch has: customer id, e-mail
/// address, telephone numbers, identities of networks, other identities, mpid, device ids, device
/// application stamp. Its value is the SHA-256 of the identity, trimmed and lower-cased, unless
/// --show-identities is given. An identity that arrives hashed is written in lower case, with its
/// own encoding; one that is declared as hashed but is not a digest is left out and counted. Blank
/// identities, zeros in place of an id, and the digests of either are ignored. `identities` is
/// written if --hash is given.
///
/// Registrations, audience messages and data subject requests are handled and counted; they have no
/// events. Messages that only modules send (responses) are counted. A summary is written to
/// standard error.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "A line:\n  \
     {\"event_type\":\"custom_event\",\"id\":\"…\",\"timestamp_ms\":1714592744067,\n   \
     \"user\":{\"type\":\"customer\",\"encoding\":\"sha256\",\"value\":\"…\"},\n   \
     \"identities\":{\"email\":{\"encoding\":\"sha256\",\"value\":\"…\"}}}\n\n\
     Examples:\n  \
     hydrant process batch.json\n  \
     hydrant process corpus/valid --hash email=sha256,customer=md5 --output events.ndjson\n  \
     zcat stream.ndjson.gz | hydrant process - --keep-going | head -1\n  \
     hydrant process stream.ndjson --output null --quiet --report-file report.json\n\n",
    environment!(hash_platform, threads),
    exit_status!()
))]
pub(super) struct ProcessArgs {
    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    output: OutputArgs,

    /// Identities to write, each with its digest: md5, sha1 or sha256, and a profile
    ///
    /// Any type of user or device identity, for example email=sha256,customer=md5. An identity that
    /// arrives hashed is written unchanged; one that arrives hashed by another algorithm, or is not
    /// a digest, is left out and counted. A raw identity is trimmed and lower-cased; with the profile
    /// email-gmail, phone-e164 or phone-digits it is normalized as an ad platform requires, for
    /// example email=sha256:email-gmail,mobile_number=sha256:phone-e164:US (`hydrant hash --help`
    /// describes them). A value that is not an e-mail address or a valid telephone number is left out
    /// and counted as invalid.
    #[arg(long, value_name = "TYPE=ALGORITHM[:PROFILE],…", value_parser = identities::plan)]
    hash: Option<Plan>,

    /// Write the identity of the user as it was sent, instead of its SHA-256
    ///
    /// An identity of more than 1024 bytes is left out and counted.
    #[arg(long)]
    show_identities: bool,

    /// Event types to process, for example custom_event,screen_view; others are skipped without
    /// being decoded [default: all]
    #[arg(long, value_name = "TYPE,…", value_parser = interests)]
    interests: Option<Interests>,

    /// Report refused messages and unreadable files, and continue, instead of stopping at the first
    ///
    /// For each kind of error the first 100 are shown, and the others are counted.
    #[arg(short, long)]
    keep_going: bool,

    #[command(flatten)]
    wrappers: Wrappers,

    #[command(flatten)]
    threads: Threads,

    /// Whether the events of a batch may be handled concurrently; lines are in order in both cases
    #[arg(long, value_name = "ORDER", default_value = "in-order")]
    order: OrderArg,

    /// Process every input this many times, for benchmarks; standard input is then kept in memory
    #[arg(long, value_name = "N", default_value = "1", value_parser = number(1..=u32::MAX.into()))]
    repeat: u64,

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
enum OrderArg {
    /// One after the other
    InOrder,
    /// On all threads
    Unordered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportForm {
    /// A table; not with --quiet
    Table,
    /// One JSON object, also with --quiet
    Json,
}

/// Reads `custom_event,screen_view`.
fn interests(text: &str) -> Result<Interests, String> {
    let known = EventType::ALL.iter().map(|known| (known.as_str(), *known));
    let mut names = text.split(',');
    names.try_fold(Interests::none(), |interests, name| {
        Ok(interests.with(named("event type", name, known.clone())?))
    })
}

/// The buffers of one thread.
#[derive(Default)]
struct Worker {
    scratch: Scratch,
    output: Output,
}

pub(super) fn run(args: ProcessArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let platform = hash_platform()?;
    let threads = args.threads.count()?;
    let repeat = u32::try_from(args.repeat).unwrap_or(u32::MAX);
    let command = Process {
        engine: engine(&args, threads),
        platform,
    };
    let sources = sources(&args.files.files);
    let report = args.report_file.as_deref();
    let mut output = args.output.open_beside(report, &sources)?;
    let opener = Opener::new(stop);
    let progress = if args.quiet {
        Progress::none()
    } else {
        Progress::over(&sources, repeat, &opener, !args.output.is_stdout())
    };
    let reader = Reader::new(opener, sources, args.limits.max_bytes).repeat(repeat);

    let mut totals = Totals::default();
    let run = Run {
        threads,
        keep_going: args.keep_going,
        framing: Framing {
            unwrap: args.wrappers.unwrap,
            max_bytes: args.limits.max_bytes,
        },
        findings: SHOWN,
        stop,
        output: &mut output,
        progress,
    };
    let ended = run.messages(reader, &command, |more| totals.merge(more));

    let report = Report {
        totals: &totals,
        ended: &ended,
    };
    if ended.has_listeners() {
        if args.report == ReportForm::Json {
            report.print_json();
        } else if !args.quiet {
            report.print_table();
        }
    }
    let written = match &args.report_file {
        Some(path) => report.write_file(path),
        None => Ok(()),
    };
    let status = ended.status();
    written.map(|()| status)
}

fn engine(args: &ProcessArgs, threads: usize) -> Engine<Lines> {
    let identities = Identities {
        plan: args.hash.clone(),
        show: args.show_identities,
    };
    let lines = Lines {
        interests: args.interests.unwrap_or_default(),
        identities,
    };
    let engine = Engine::new(lines).with_options(args.limits.options());
    match args.order {
        OrderArg::InOrder => engine,
        OrderArg::Unordered => engine.unordered(threads),
    }
}

struct Process {
    engine: Engine<Lines>,
    platform: Platform,
}

impl Command for Process {
    type State = Worker;
    type Tally = Totals;

    fn state(&self) -> Worker {
        lines::start(self.platform);
        Worker::default()
    }

    /// It is not finished, because there is no sender to answer.
    fn message(
        &self,
        worker: &mut Worker,
        message: &Message<'_>,
        product: &mut Product<Totals>,
    ) -> Result<(), Error> {
        let Worker { scratch, output } = worker;
        let invocation = system_invocation();
        let processed = self
            .engine
            .process_into(message.body, scratch, &invocation, output);
        match processed {
            Ok(_unfinished) => {}
            // It is valid, but not a message that a module receives.
            Err(error) if error.kind() == ErrorKind::UnsupportedMessage => {
                product.tally.others += 1;
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        product.tally.add(output);
        let counts = lines::append(output, &mut product.out);
        product.tally.identities.merge(counts);
        // The handlers of `Lines` do not fail, but one may panic.
        if let Some((_, failure)) = output.failures().next() {
            let Message { source, line, .. } = message;
            product.complain("failed_event", &format_args!("{source}:{line}: {failure}"));
        }
        Ok(())
    }

    fn end_chunk(&self, _: &mut Worker, _: &Chunk, product: &mut Product<Totals>) {
        if let Err(error) = lines::finish(&mut product.out) {
            product.complain("digests", &error);
        }
    }
}
