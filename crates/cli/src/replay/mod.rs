//! `hydrant replay`: plays the requests of a recording against a module.

mod load;
pub(crate) mod recording;
mod report;

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::arguments::number;
use crate::exit::{self, Failure, exit_status};
use crate::forward::{runtime, stopped};
use crate::http::TargetArgs;
use crate::interrupt::Stop;
use crate::process::write_report;
use crate::send::{filled, retry};
use crate::terminal;
use load::{Load, Schedule};

/// Play the requests of a recording against a module, and measure it
///
/// FILE is a recording of `--record`, or a folder of them. Its requests are sent at the times at which
/// they were received, relative to the first one: --speed 2 takes half of the time, --rate sends so
/// many per second instead. At most --concurrency requests are on their way at the same time; latencies
/// are measured from the time at which a request was due, so that a module that is too slow does not
/// look better than it is.
///
/// After 429 nothing is sent until the time of `Retry-After`, at most for a minute, and the request
/// is sent again, with back-off, as after 408, 500, 502, 503 and 504. Requests of the recording
/// that repeat a failed one are therefore left out; those that repeat an answered one are played.
/// Recordings have no settings of accounts, so give them with --settings. Identities are masked
/// unless the host has recorded them. All requests are read before the first one is sent, and kept
/// in memory. The summary has statuses and percentiles of latencies. The exit status is 1 if a
/// request is not answered.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant replay recordings/ --to http://127.0.0.1:8080/ --settings settings.json\n  \
     hydrant replay recording.ndjson --to https://staging.example/ --rate 200 --concurrency 50 --json\n\n",
    exit_status!("a request was not answered, or the recording cannot be read")
))]
pub(crate) struct ReplayArgs {
    /// A recording, or a folder of recordings; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    target: TargetArgs,

    /// Send so many requests per second, in place of the times of the recording
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with = "speed")]
    rate: Option<f64>,

    /// Let time pass so many times as fast as in the recording
    #[arg(long, value_name = "X", default_value = "1", value_parser = positive)]
    speed: f64,

    /// How many requests may be on their way at the same time
    #[arg(long, value_name = "N", default_value = "100", value_parser = number(1..=10_000))]
    concurrency: u64,

    /// How often a request is sent at most
    #[arg(long, value_name = "N", default_value = "5", value_parser = number(1..=1000))]
    attempts: u64,

    /// Print the summary as one JSON object
    #[arg(long)]
    json: bool,

    /// Also write the summary to a file, as one JSON object
    #[arg(long, value_name = "FILE")]
    report_file: Option<PathBuf>,
}

/// Whether the sender repeats a message after this status (lambda-and-http.md, section 5).
pub(crate) fn is_repeated(status: i64) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    number
        .filter(|number: &f64| number.is_finite() && *number > 0.0)
        .ok_or_else(|| "expected a number that is greater than 0".to_owned())
}

pub(crate) fn run(args: &ReplayArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let client = args.target.client()?;
    let settings = args.target.settings()?;
    let mut requests = Vec::new();
    let (mut without, mut missing, mut repeats, mut first_ms) = (0, 0, 0, None);
    let mut failed = HashSet::new();
    recording::read(&args.file, stop, |line| {
        missing += line.left_out();
        let Some(request) = line.request() else {
            without += u64::from(line.is_request());
            return;
        };
        let key = (line.text("type"), line.text("id"));
        let is_failed = is_repeated(line.integer("status"));
        let is_repeat = !key.1.is_empty()
            && match is_failed {
                true => !failed.insert(key),
                false => failed.remove(&key),
            };
        if is_repeat {
            repeats += 1;
            return;
        }
        let received = line.integer("received_ms");
        let first = *first_ms.get_or_insert(received);
        let after = u64::try_from(received.saturating_sub(first)).unwrap_or_default();
        let body = request.as_bytes();
        requests.push(load::Request {
            after: Duration::from_millis(after),
            is_registration: line.text("type") == "module_registration_request",
            body: filled(&settings, body).unwrap_or_else(|| body.to_vec()),
        });
    })?;
    if stop.raised() {
        return Ok(exit::INTERRUPTED.into());
    }
    if requests.is_empty() {
        let name = args.file.display();
        return Err(Failure::Refused(format!(
            "error: there is no request in {name} that can be sent"
        )));
    }
    if repeats > 0 {
        terminal::complain(&format!(
            "note: requests that repeat a failed one and are not played, because what fails now is \
             repeated here: {repeats}"
        ));
    }
    if without > 0 {
        terminal::complain(&format!(
            "note: requests that the module had refused, and that are recorded without their text: \
             {without}"
        ));
    }
    if missing > 0 {
        terminal::complain(&format!(
            "note: requests that could not be recorded and are missing: {missing}"
        ));
    }
    let load = Load {
        client,
        schedule: match args.rate {
            Some(rate) => Schedule::Rate(rate),
            None => Schedule::Speed(args.speed),
        },
        concurrency: usize::try_from(args.concurrency).unwrap_or(usize::MAX),
        retry: retry(args.attempts),
    };
    let runtime = runtime()?;
    let total = requests.len() as u64;
    let measured = runtime.block_on(load.run(requests, stopped(stop)));
    let measured = measured.map_err(|error| Failure::Refused(format!("error: {error}")))?;
    let report = report::Report {
        measured: &measured,
        total,
        interrupted: stop.interrupted(),
    };
    let printed = match args.json {
        true => crate::output::Output::stdout().print(&report.json())?,
        false => {
            let text = terminal::harmless_lines(&report.table()).into_owned();
            crate::output::Output::stdout().print(text.as_bytes())?
        }
    };
    if let Some(path) = &args.report_file {
        write_report(path, &report.json())?;
    }
    if stop.interrupted() {
        return Ok(exit::INTERRUPTED.into());
    }
    Ok(match measured.answered == total {
        true => printed,
        false => exit::REFUSED.into(),
    })
}
