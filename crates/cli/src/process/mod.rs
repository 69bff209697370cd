//! `hydrant process`: messages in, one line per event out, and a summary.

mod ends;
mod hashes;
mod lines;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::{Args, ValueEnum};

use super::arguments::{Files, Limits, Threads, environment};
use super::environment::hash_platform;
use super::exit::{Failure, exit_status};
use super::input::{Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::OutputArgs;
use super::progress::Progress;
use super::stream::{Product, Run};
use ends::Ends;
use hashes::Plan;
use hydrant::dispatch::{Engine, Order, Output};
use hydrant::host::system_invocation;
use hydrant::message::{EventType, Interests};
use hydrant::{Error, ErrorKind, Scratch};
use lines::Lines;
use report::{Report, Totals};

/// Turn messages into one line of JSON per event
///
/// Reads messages, calls a built-in processor for every event, and writes one line per event, in the order of the input.
/// `user` is the first that the batch has of: customer id, e-mail address, telephone numbers, identities of networks,
/// other identities, mpid, device ids, device application stamp. Its value is the SHA-256 of the identity, trimmed and
/// in lower case, unless --show-identities is given. An identity that arrives hashed is passed on as it is, with its own
/// encoding. `identities` is there if --hash is given.
///
/// Registrations, audience messages and data subject requests are handled and counted; they have no events. Messages
/// that only modules send (responses) are counted. A summary goes to standard error.
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

    /// Identities to write, each with the digest to write it in: md5, sha1 or sha256
    ///
    /// Any type of user or device identity, for example email=sha256,customer=md5. An identity that arrives hashed is
    /// passed on; one that arrives hashed by another algorithm is left out and counted.
    #[arg(long, value_name = "TYPE=ALGORITHM,…", value_parser = hashes::plan)]
    hash: Option<Plan>,

    /// Write the identity of the user as it came, instead of its SHA-256
    #[arg(long)]
    show_identities: bool,

    /// Event types wanted, for example custom_event,screen_view; others are skipped undecoded [default: all]
    #[arg(long, value_name = "TYPE,…", value_parser = interests)]
    interests: Option<Interests>,

    /// Report refused messages and files, and go on, instead of stopping at the first
    #[arg(short, long)]
    keep_going: bool,

    #[command(flatten)]
    threads: Threads,

    /// Whether the events of one batch may be handled at the same time; lines come in order either way
    #[arg(long, value_name = "ORDER", default_value = "in-order")]
    order: OrderArg,

    /// Process every input this often, for measuring; standard input is then held in memory
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,

    /// Show neither the progress nor the summary
    #[arg(short, long)]
    quiet: bool,

    /// What the summary on standard error looks like
    #[arg(long, value_name = "FORM", default_value = "table")]
    report: ReportForm,

    /// Write the summary into a file, too, as one JSON object
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
    /// For people; not with --quiet
    Table,
    /// One JSON object, also with --quiet
    Json,
}

/// Reads `custom_event,screen_view`.
fn interests(text: &str) -> Result<Interests, String> {
    text.split(',')
        .try_fold(Interests::none(), |interests, name| {
            let known = EventType::ALL.iter().find(|t| t.as_str() == name.trim());
            known.map(|t| interests.with(*t)).ok_or_else(|| {
                let names: Vec<&str> = EventType::ALL.iter().map(|t| t.as_str()).collect();
                let names = names.join(", ");
                format!("unknown event type `{name}`, expected one of {names}")
            })
        })
}

/// What every worker has to itself.
struct Worker {
    scratch: Scratch,
    output: Output,
    ends: Ends,
}

pub(super) fn run(args: ProcessArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let platform = hash_platform()?;
    let threads = args.threads.count()?;
    let engine = engine(&args, threads)?;
    let sources = sources(&args.files.files);
    let mut output = args.output.open(&sources)?;
    let opener = Opener::new(stop);
    let progress = if args.quiet {
        Progress::none()
    } else {
        Progress::over(&sources, args.repeat, &opener, !args.output.is_stdout())
    };
    let reader = Reader::new(opener, sources, args.limits.max_bytes).repeat(args.repeat);

    let mut totals = Totals::default();
    let run = Run {
        threads,
        keep_going: args.keep_going,
        stop,
        output: &mut output,
        progress,
    };
    let ended = run.messages(
        reader,
        || Worker {
            scratch: Scratch::new(),
            output: Output::new(),
            ends: Ends::new(platform),
        },
        |worker, message, product| process(&engine, worker, message.body, product),
        |worker, product| worker.ends.finish(&mut product.out),
        |more| totals.merge(more),
    );

    let report = Report {
        totals: &totals,
        ended: &ended,
        left_out: engine.processor().left_out.load(Ordering::Relaxed),
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

fn engine(args: &ProcessArgs, threads: usize) -> Result<Engine<Lines>, Failure> {
    let lines = Lines {
        interests: args.interests.unwrap_or_default(),
        plan: args.hash.clone(),
        show_identities: args.show_identities,
        left_out: AtomicU64::new(0),
    };
    let engine = Engine::new(lines).with_options(args.limits.options());
    if args.order == OrderArg::InOrder || threads < 2 {
        return Ok(engine);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Failure::Usage(format!("cannot start threads: {error}")))?;
    Ok(engine.with_order(Order::Unordered).with_pool(pool))
}

/// Handles one message.
fn process(
    engine: &Engine<Lines>,
    worker: &mut Worker,
    body: &[u8],
    product: &mut Product<Totals>,
) -> Result<(), Error> {
    let Worker {
        scratch,
        output,
        ends,
    } = worker;
    let tally = &mut product.tally;
    match engine.process_into(body, scratch, &system_invocation(), output) {
        Ok(()) => ends.append(output, &mut product.out),
        // It was read without complaint; there is nothing to do about it.
        Err(error) if error.kind() == ErrorKind::UnsupportedMessage => tally.others += 1,
        Err(error) => return Err(error),
    }
    tally.add(output);
    Ok(())
}
