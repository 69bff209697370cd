//! `bench` of programs with a module: throughput, service time, memory and cold start of the module
//! with messages of the user, against limits and an earlier run.

mod cold_start;
mod driver;
mod earlier;
mod json;
mod limits;
mod load;
pub(crate) mod messages;
mod results;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

pub(crate) use cold_start::{answer, is_child};
pub(crate) use earlier::Earlier;
use limits::{Comparison, LimitArgs, failures, positive};
use load::End;
use results::{Results, peak_memory_mib};

use super::arguments::{Files, number};
use super::exit::{self, Failure, exit_status};
use super::input::sources;
use super::interrupt::Stop;
use super::output::OutputArgs;
use super::process::write_report;
use super::terminal;
use hydrant::Engine;
use hydrant::host::Module;

/// Measure the module with messages: throughput, service time, memory and cold start
///
/// The goal is that of the platform for functions on AWS Lambda: 200 ms for 99 % of the calls
/// (`lambda-and-http.md`, section 7).
///
/// The messages are read first, and processed in turn, as often as time permits, after a tenth of
/// the time to warm up. A message is timed from its text to the written response. Nothing is sent:
/// records that handlers emit are dropped, but what handlers do themselves happens again and again.
/// The text of the messages is not shown.
///
/// The cold start is the time from the start of this program to its first result: it is started
/// again as a child process that gets the first message, and what `main` does before `run` counts.
/// The memory is the peak of this process, with the messages and the buffers of all threads.
///
/// The exit status is 1 if a limit is not kept, if a figure is worse than in the baseline by more
/// than --max-regression permits, and if messages or events failed, unless --allow-failures is given.
///
/// PROGRAM in the examples is your program.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     PROGRAM bench messages.ndjson --max-p99-ms 50 --max-memory-mib 64\n  \
     PROGRAM bench messages.ndjson --report-file before.json\n  \
     PROGRAM bench messages.ndjson --baseline before.json --max-regression 15\n  \
     PROGRAM bench messages.ndjson --format github-action-benchmark --output bench.json\n  \
     hydrant plan --requests-per-second 250 --service-samples before.json\n\n",
    exit_status!("messages failed or cannot be read, or a limit is not kept")
))]
pub(super) struct BenchArgs {
    #[command(flatten)]
    files: Files,

    /// Extract messages from events of other services, as `hydrant process --unwrap` does
    #[arg(long)]
    unwrap: bool,

    /// How long to measure
    #[arg(
        short,
        long,
        value_name = "SECONDS",
        default_value = "5",
        value_parser = seconds
    )]
    seconds: f64,

    /// Process this many messages, instead of for a time
    #[arg(
        short,
        long,
        value_name = "N",
        conflicts_with = "seconds",
        value_parser = number(1..=u64::MAX)
    )]
    iterations: Option<u64>,

    /// Messages that are processed at the same time, each on a thread; futures of async handlers
    /// also use the threads of a tokio runtime like that of hydrant-lambda
    #[arg(short, long, value_name = "N", default_value = "1", value_parser = number(1..=1024))]
    concurrency: u64,

    /// How many cold starts to measure; the median counts
    #[arg(long, value_name = "N", default_value = "5", value_parser = number(0..=1000))]
    cold_starts: u64,

    /// The report of an earlier run (--report-file): the ratios are shown
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Do not fail because messages or events failed
    #[arg(long)]
    allow_failures: bool,

    /// What to write to the output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,

    /// Also write everything to a file, as one JSON object
    #[arg(long, value_name = "FILE")]
    report_file: Option<PathBuf>,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    limits: LimitArgs,

    /// Exit with status 1 if a figure is worse than in the baseline by more than this many per cent
    #[arg(
        long,
        value_name = "PERCENT",
        requires = "baseline",
        value_parser = positive,
        help_heading = "Limits"
    )]
    max_regression: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Table,
    /// Everything, as one JSON object
    Json,
    /// A JSON list for github-action-benchmark with `tool: customSmallerIsBetter`; throughput is the
    /// time per message and per event
    GithubActionBenchmark,
    /// The JSON of Bencher for `--adapter json`; latencies are in nanoseconds
    Bencher,
}

/// Up to a day.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = positive(text).ok().filter(|seconds| *seconds <= 86_400.0);
    seconds.ok_or_else(|| "expected a number above 0, at most 86400".to_owned())
}

pub(super) fn run<P: Module<Kind>, Kind>(
    engine: &Engine<P>,
    args: &BenchArgs,
    stop: &Arc<Stop>,
) -> Result<ExitCode, Failure> {
    let inputs = args.files.files.iter().chain(&args.baseline).cloned();
    let inputs: Vec<PathBuf> = inputs.collect();
    let named_twice = inputs.iter().filter(|name| name.as_os_str() == "-").count() > 1;
    let stdin_twice = args
        .baseline
        .as_ref()
        .is_some_and(|name| name.as_os_str() == "-")
        && (args.files.files.is_empty() || named_twice);
    if stdin_twice {
        let reason = "messages and baseline are both to be read from standard input";
        return Err(Failure::Usage(reason.to_owned()));
    }
    if args.limits.needs_memory() && peak_memory_mib().is_none() {
        let reason = "--max-memory-mib: the peak memory cannot be measured on this system";
        return Err(Failure::Usage(reason.to_owned()));
    }
    if args.limits.needs_cold_starts() && args.cold_starts == 0 {
        let reason = "--max-cold-start-ms: no cold start is measured with --cold-starts 0";
        return Err(Failure::Usage(reason.to_owned()));
    }
    let report_file = args.report_file.as_deref();
    let output = args.output.open_beside(report_file, &sources(&inputs))?;
    let baseline = args.baseline.as_deref();
    let baseline = baseline.map(|path| Earlier::read(path, stop)).transpose()?;
    let Some(results) = measure(engine, args, stop)? else {
        return Ok(exit::INTERRUPTED.into());
    };

    let limits = args.limits.all();
    let compared = match &baseline {
        Some(earlier) => Comparison::all(&results, earlier),
        None => Vec::new(),
    };
    if let Some(path) = &args.report_file {
        write_report(path, &json::report(&results, &limits, &compared))?;
    }
    let text = match args.format {
        Format::Table => table::text(&results, &compared).into_bytes(),
        Format::Json => json::report(&results, &limits, &compared),
        Format::GithubActionBenchmark => json::github_action_benchmark(&results),
        Format::Bencher => json::bencher(&results),
    };
    let printed = output.print(&text)?;

    warn(&results, baseline.as_ref());
    let failed = (!args.allow_failures).then(|| failures(&results)).flatten();
    let exceeded = limits.iter().filter_map(|limit| limit.complaint(&results));
    let regressed = compared.iter().filter_map(|comparison| {
        let percent = args.max_regression?;
        comparison.complaint(percent)
    });
    let complaints: Vec<String> = failed
        .into_iter()
        .chain(exceeded)
        .chain(regressed)
        .collect();
    for complaint in &complaints {
        terminal::complain(complaint);
    }
    Ok(match complaints.is_empty() {
        true => printed,
        false => exit::REFUSED.into(),
    })
}

/// `None` if a signal stopped it.
fn measure<P: Module<Kind>, Kind>(
    engine: &Engine<P>,
    args: &BenchArgs,
    stop: &Arc<Stop>,
) -> Result<Option<Results>, Failure> {
    let messages = messages::read(
        &args.files.files,
        args.unwrap,
        false,
        engine.options(),
        stop,
    )?;
    let Some(first) = messages.all.first().filter(|_| !stop.interrupted()) else {
        return Ok(None);
    };
    let end = match args.iterations {
        Some(count) => End::Messages(count),
        None => End::After(Duration::from_secs_f64(args.seconds)),
    };
    let concurrency = usize::try_from(args.concurrency).unwrap_or(1);
    let measured = load::run(engine, &messages, concurrency, end, stop);
    let measured = measured.map_err(|error| Failure::Refused(format!("error: {error}")))?;
    let peak_memory_mib = peak_memory_mib();
    let count = usize::try_from(args.cold_starts).unwrap_or(0);
    let cold_starts = match count {
        0 => None,
        count => match cold_start::measure(&first.text, count, stop) {
            Ok(starts) => starts,
            Err(error) => {
                terminal::complain(&format!(
                    "warning: the cold start cannot be measured: this program was started again, \
                     but {error}"
                ));
                None
            }
        },
    };
    if stop.interrupted() {
        return Ok(None);
    }
    let registration = engine.registration();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok(Some(Results {
        name: text(registration.name().or(Some("Module"))),
        version: text(registration.version()),
        is_async: P::IS_ASYNC,
        concurrency,
        messages,
        measured,
        peak_memory_mib,
        cold_starts,
    }))
}

/// Says what may be a mistake.
fn warn(results: &Results, baseline: Option<&Earlier>) {
    let outcomes = results.measured.tally.outcomes;
    let skipped = outcomes.skipped;
    if skipped > 0 && skipped == results.measured.tally.events {
        terminal::complain("warning: the module has not registered the types of these events");
    }
    let input = &results.messages;
    let handlers = if results.is_async { "async" } else { "sync" };
    let setting = earlier::setting(
        &results.name,
        handlers,
        results.concurrency as f64,
        input.all.len() as f64,
        input.bytes as f64,
    );
    if let Some(earlier) = baseline.filter(|earlier| earlier.setting != setting) {
        terminal::complain(&format!(
            "warning: the baseline is of another run: {}; this one: {}",
            terminal::harmless(&earlier.setting),
            terminal::harmless(&setting)
        ));
    }
}
