//! `hydrant send`: sends messages to a module as the platform does.

mod reason;
mod report;
mod scenario;
mod sending;

pub(crate) use sending::{fraction, wait};

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hydrant::delivery::RetryPolicy;
use hydrant::host::system_invocation;
use hydrant::message::Message as Model;
use hydrant::validate::{Finding, Level, coercions, unknown_fields};
use hydrant::{ParseOptions, Registration, Scratch, parse};
use hydrant_testing::build::{RegistrationRequest, ordered};
use serde_json::Value;

use crate::arguments::{Limits, Wrappers, number};
use crate::bench::messages::{self, Location};
use crate::exit::{self, Failure, exit_status};
use crate::forward::{runtime, stopped};
use crate::http::{AccountSettings, TargetArgs};
use crate::interrupt::Stop;
use crate::output::{Output, OutputArgs, Unwritable};
use crate::process::write_report;
use crate::terminal;
use report::Totals;
use sending::{Sending, Sent};

/// Send messages to a module as the platform does, and report what would be lost
///
/// Without FILE the command asks for the registration, checks it by the rules of the protocol, and
/// sends what the registration requests: heartbeats, a batch with each type of event and one with all
/// of them, notifications, an audience with members, an erasure. Settings that are required have
/// their default values or examples; --settings has better ones.
///
/// With FILE the messages are sent as they are, one after the other; what cannot be read is
/// reported and left out. Messages are repeated with back-off after 408, 429, 500, 502, 503, 504, a
/// failed invocation or no reply, not before the time of `Retry-After`, but after a minute at the
/// latest; after any other status a message to a URL is lost. Settings that the module returns for
/// a subscription come back with changes of that audience, and a suspended subscription gets
/// nothing more.
///
/// Each message is a line of the output: its outcome, its type and that of its events, the time of
/// the last attempt, the statuses of all, and its file and line; lines below it have the reasons of
/// failures, in which values of the message are hidden. With --json it is
/// {"number","file","line","type","id","events","event_types","outcome","attempts","problems"}.
/// The exit status is 1 if a message cannot be read or is not answered, or a response or the
/// registration breaks a rule.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant send --to http://127.0.0.1:8080/\n  \
     hydrant send --to https://acme.example/ --token-env ACME_TOKEN --settings settings.json\n  \
     hydrant send --to lambda:http://127.0.0.1:9000/2015-03-31/functions/acme/invocations batch.json\n\n",
    exit_status!("a message was not read or not answered, or a response breaks a rule")
))]
pub(crate) struct SendArgs {
    /// Messages to send, as for other commands; `-` for standard input [default: what the
    /// registration requests]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    target: TargetArgs,

    /// How often a message is sent at most
    #[arg(long, value_name = "N", default_value = "5", value_parser = number(1..=1000))]
    attempts: u64,

    /// The longest wait before the second attempt, in milliseconds; it doubles with each attempt, up to
    /// a minute
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = number(0..=60_000))]
    backoff_ms: u64,

    /// Write a JSON object per message
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    output: OutputArgs,

    /// Also write the summary to a file, as one JSON object
    #[arg(long, value_name = "FILE")]
    report_file: Option<PathBuf>,

    /// Do not show the summary
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    wrappers: Wrappers,

    #[command(flatten)]
    limits: Limits,
}

/// The longest wait before an attempt, whatever the module asks for.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// When a message is sent again.
pub(crate) fn retry(attempts: u64) -> RetryPolicy {
    let mut retry = RetryPolicy::default()
        .attempts(u32::try_from(attempts).unwrap_or(u32::MAX))
        .cap(LONGEST_WAIT);
    retry.longest_after = LONGEST_WAIT;
    retry
}

pub(crate) fn run(args: &SendArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let client = args.target.client()?;
    let settings = args.target.settings()?;
    let inputs = crate::input::sources(&args.files);
    let inputs = if args.files.is_empty() { &[] } else { &*inputs };
    let output = args
        .output
        .open_beside(args.report_file.as_deref(), inputs)?;
    let messages = match args.files.as_slice() {
        [] => None,
        files => {
            let (unwrap, options) = (args.wrappers.unwrap, args.limits.options());
            Some(messages::read(files, unwrap, true, &options, stop)?)
        }
    };
    let is_lambda = client.is_lambda();
    let has_token = client.token().is_some();
    let retry = retry(args.attempts).base(Duration::from_millis(args.backoff_ms));
    let mut run = Run {
        sending: Sending::new(client, is_lambda, retry),
        settings,
        limit: report::limit(is_lambda),
        totals: Totals::default(),
        json: args.json,
        output,
        closed: false,
    };
    run.totals.refused = messages.as_ref().map_or(0, |messages| messages.refused);
    let runtime = runtime()?;
    let mut stopped = stopped(stop);
    let sent = runtime.block_on(async {
        let work = async {
            match messages {
                None => run.scenario().await,
                Some(messages) => {
                    let texts = messages.all.into_iter();
                    run.all(texts.map(|it| (it.text.into_vec(), Some(it.place))))
                        .await
                }
            }
        };
        tokio::select! {
            sent = work => Some(sent),
            _ = stopped.wait_for(|stopped| *stopped) => None,
        }
    });
    run.totals.interrupted = sent.is_none();
    if !args.quiet {
        terminal::complain(&run.totals.table(run.limit));
    }
    if run.totals.is_unauthorized {
        terminal::complain(match has_token {
            true => "note: 401: the module does not accept the token",
            false => {
                "note: 401: the module asks for a token; give it with --token-file or --token-env"
            }
        });
    }
    if let Some(path) = &args.report_file {
        write_report(path, &run.totals.json())?;
    }
    let is_good = run.totals.is_good();
    let printed = run.output.print(&[])?;
    match sent {
        None => Ok(exit::INTERRUPTED.into()),
        Some(Err(failure)) => Err(failure),
        Some(Ok(())) if !is_good => Ok(exit::REFUSED.into()),
        Some(Ok(())) => Ok(printed),
    }
}

struct Run {
    sending: Sending,
    settings: AccountSettings,
    limit: Duration,
    totals: Totals,
    json: bool,
    output: Output,
    /// Nobody reads the output any more.
    closed: bool,
}

impl Run {
    /// Asks for the registration, and sends what it requests.
    async fn scenario(&mut self) -> Result<(), Failure> {
        let invocation = system_invocation();
        let now_ms = invocation.now_ms();
        // Identifiers, which have room for six digits, differ from those of the last days: the module
        // may remember them.
        let first = u32::try_from(now_ms / 1000 % 900_000).unwrap_or_default();
        let request = RegistrationRequest::new()
            .set("timestamp_ms", now_ms)
            .number(first);
        let sent = self.send(request.into(), None).await?;
        let Some(registration) = sent.response else {
            return Err(Failure::Refused(
                "error: the module does not answer a registration request, so nothing else is sent"
                    .to_owned(),
            ));
        };
        self.check(&registration);
        scenario::fill_settings(&registration, &mut self.settings);
        let messages = scenario::messages(&registration, first + 1, now_ms);
        let messages = messages.into_iter();
        self.all(messages.map(|text| (text.into_bytes(), None)))
            .await
    }

    /// Sends messages one after the other. Those of files have a place.
    async fn all(
        &mut self,
        messages: impl Iterator<Item = (Vec<u8>, Option<Location>)>,
    ) -> Result<(), Failure> {
        for (mut message, place) in messages {
            if let Some(filled) = filled(&self.settings, &message) {
                message = filled;
            }
            self.send(message, place).await?;
            if self.closed {
                break;
            }
        }
        Ok(())
    }

    async fn send(&mut self, message: Vec<u8>, place: Option<Location>) -> Result<Sent, Failure> {
        let sent = self.sending.send(message).await;
        self.totals.add(&sent, self.limit);
        let mut line = Vec::new();
        let number = self.totals.messages();
        match self.json {
            true => report::json_line(number, place.as_ref(), &sent, &mut line),
            false => report::line(number, place.as_ref(), &sent, &mut line),
        }
        match self.output.write(&line) {
            Ok(()) => Ok(sent),
            Err(Unwritable::Closed) => {
                self.closed = true;
                Ok(sent)
            }
            Err(Unwritable::Failed(failure)) => Err(failure),
        }
    }

    /// Reports the findings on a registration.
    fn check(&mut self, registration: &Value) {
        for finding in findings(&registration.to_string()) {
            let count = match finding.level {
                Level::Error => &mut self.totals.registration_errors,
                _ => &mut self.totals.registration_warnings,
            };
            *count += 1;
            terminal::complain(&finding.to_string());
        }
    }
}

/// The message with settings of its account, if there are some for it.
pub(crate) fn filled(settings: &AccountSettings, message: &[u8]) -> Option<Vec<u8>> {
    if settings.is_empty() {
        return None;
    }
    let mut value = serde_json::from_slice::<Value>(message).ok()?;
    settings
        .fill(&mut value)
        .then(|| ordered(&value).into_bytes())
}

/// The findings on a registration, as those of `lint-registration`.
fn findings(registration: &str) -> Vec<Finding> {
    let (body, options) = (registration.as_bytes(), ParseOptions::new());
    let mut scratch = Scratch::new();
    let mut found = match parse(body, &mut scratch, &options).map(|it| it.message) {
        Ok(Model::ModuleRegistrationResponse(response)) => Registration::from(response).lint(),
        // The sender has checked that it is one.
        _ => Vec::new(),
    };
    found.extend(unknown_fields(body, &mut scratch, &options).unwrap_or_default());
    found.extend(coercions(body, &mut scratch, &options).unwrap_or_default());
    found
}
