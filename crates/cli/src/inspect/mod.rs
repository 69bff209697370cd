//! `hydrant inspect`: shows one message to a user. `batch`, `events`, `others` and
//! `outgoing` select the fields of each message; `view` formats them and masks personal data.

mod batch;
mod events;
mod others;
mod outgoing;
mod view;

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::{Limits, Wrappers, number};
use super::exit::{self, Failure, exit_status};
use super::input::{Chunk, Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::{Output, Unwritable};
use super::stream::{Framing, Handler, pretty};
use super::terminal;
use crate::coercions::coercions;
use hydrant::message;
use hydrant::outgoing::{is_outgoing, parse as parse_outgoing};
use hydrant::{Error, ParseOptions, Parsed, Scratch, Tally, parse};
use view::View;

/// Show one message in readable form
///
/// Shows the header, the account, the identities, the device, the consent and a table of the
/// events, or the corresponding fields of other messages. Values of settings are never shown, those
/// of identities and user attributes only on request.
///
/// Outgoing batches, as Kafka and Kinesis receive them, are shown, too: an object without `type`
/// that has `schema_version`, `batch_id` or events with `event_type` is one.
///
/// Messages are found as by all commands: one per line, spread over several lines, in an array, or
/// concatenated. The first one is shown, or the one that --number or --line selects.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant inspect message.json\n  \
     hydrant inspect --line 17 stream.ndjson.gz\n  \
     hydrant inspect --number 2 array.json\n  \
     hydrant generate --kind events | hydrant inspect --show-identities\n\n",
    exit_status!()
))]
pub(super) struct InspectArgs {
    /// File to read, optionally compressed with gzip or Zstandard; `-` or none for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Show the first message that begins on this line, counted from 1
    #[arg(short, long, value_name = "N", value_parser = number(1..=u64::MAX), conflicts_with = "number")]
    line: Option<u64>,

    /// Show the message with this number, counted from 1
    #[arg(short, long, value_name = "N", value_parser = number(1..=u64::MAX))]
    number: Option<u64>,

    #[command(flatten)]
    wrappers: Wrappers,

    /// Show the values of identities and user attributes
    #[arg(long)]
    show_identities: bool,

    #[command(flatten)]
    limits: Limits,
}

pub(super) fn run(args: &InspectArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let mut sources = sources(args.file.as_slice());
    let output = Output::stdout_beside(&sources)?;
    let source = match sources.pop() {
        Some(source) if sources.is_empty() && !is_folder(args) => source,
        _ => {
            return Err(Failure::Usage(
                "one message is shown, not a folder".to_owned(),
            ));
        }
    };
    let name = Arc::clone(&source.name);
    let options = args.limits.options();
    let framing = Framing {
        unwrap: args.wrappers.unwrap,
        max_bytes: options.max_bytes,
    };
    let mut reader = Reader::new(Opener::new(stop), vec![source], options.max_bytes);
    let mut inspect = Inspect {
        args,
        options,
        scratch: Scratch::new(),
        output,
        seen: 0,
        shown: None,
    };
    let mut chunk = Chunk::new();
    let failed = |error| Failure::Input {
        name: name.to_string(),
        error,
    };
    while reader.fill(&mut chunk) {
        if let Some(error) = chunk.error.take() {
            return Err(failed(error));
        }
        let handled = chunk
            .messages()
            .try_for_each(|message| framing.handle(&message, &mut inspect));
        if handled.is_break() {
            break;
        }
    }
    match inspect.shown {
        Some(Shown::Refused) => Ok(exit::REFUSED.into()),
        Some(Shown::Written(Err(Unwritable::Failed(failure)))) => Err(failure),
        Some(Shown::Written(_)) => Ok(exit::GOOD.into()),
        None if stop.interrupted() => Ok(exit::INTERRUPTED.into()),
        None => Err(failed(io::Error::other(match (args.line, args.number) {
            (Some(line), _) => format!("no message begins on line {line}"),
            (None, Some(number)) => format!("there is no message {number}"),
            (None, None) => "it contains no message".to_owned(),
        }))),
    }
}

fn is_folder(args: &InspectArgs) -> bool {
    args.file.as_ref().is_some_and(|file| file.is_dir())
}

/// Finds the message and shows it.
struct Inspect<'a> {
    args: &'a InspectArgs,
    options: ParseOptions,
    scratch: Scratch,
    output: Output,
    /// The number of messages before it.
    seen: u64,
    /// The result for the message that is searched for.
    shown: Option<Shown>,
}

enum Shown {
    Written(Result<(), Unwritable>),
    Refused,
}

impl Inspect<'_> {
    fn is_wanted(&self, message: &Message<'_>) -> bool {
        match self.args.line {
            Some(line) => message.line == line,
            None => self.seen + 1 == self.args.number.unwrap_or(1),
        }
    }
}

impl Handler for Inspect<'_> {
    fn message(&mut self, message: &Message<'_>) -> Result<ControlFlow<()>, Error> {
        if let Some(shown) = &mut self.shown {
            // A user who selected a message does not need to be told that there are more.
            if self.args.number.is_none()
                && self.args.line.is_none()
                && let Shown::Written(Ok(())) = shown
            {
                let note = "\nThis is the first of several messages; --number shows another.\n";
                *shown = Shown::Written(self.output.write(note.as_bytes()));
            }
            return Ok(ControlFlow::Break(()));
        }
        let is_wanted = self.is_wanted(message);
        let colours = terminal::wants_colours();
        let mut view = View::new(colours, self.args.show_identities).to(&mut self.output);
        match parse(message.body, &mut self.scratch, &self.options) {
            Ok(parsed) if is_wanted => show_message(&parsed, &mut view),
            Ok(_) => {}
            Err(_) if is_outgoing(message.body) => {
                let parsed = parse_outgoing(message.body, &mut self.scratch, &self.options)?;
                if is_wanted {
                    outgoing::show(&parsed, &mut view);
                }
            }
            Err(error) => return Err(error),
        }
        self.seen += 1;
        if is_wanted {
            self.shown = Some(Shown::Written(view.finish()));
        }
        Ok(ControlFlow::Continue(()))
    }

    fn refused(&mut self, message: &Message<'_>, error: Error) -> ControlFlow<()> {
        let is_wanted = self.is_wanted(message);
        self.seen += 1;
        if !is_wanted {
            return ControlFlow::Continue(());
        }
        terminal::complain(&pretty(message, error));
        self.shown = Some(Shown::Refused);
        ControlFlow::Break(())
    }
}

fn show_message(parsed: &Parsed<message::Message<'_>>, view: &mut View<'_>) {
    use message::Message as M;
    let kind = parsed.message.kind();
    match &parsed.message {
        M::ModuleRegistrationRequest(message) => view.title(kind.as_str(), &message.common),
        M::ModuleRegistrationResponse(message) => others::registration(view, message),
        M::EventProcessingRequest(message) => batch::request(view, message),
        M::EventProcessingResponse(message) => {
            view.title(kind.as_str(), &message.common);
            view.field("suspend subscription", message.suspend_subscription);
        }
        M::AudienceSubscriptionRequest(message) => others::subscription(view, message),
        M::AudienceSubscriptionResponse(message) => {
            view.title(kind.as_str(), &message.common);
            view.settings("settings", &message.audience_subscription_settings);
        }
        M::AudienceMembershipChangeRequest(message) => others::membership(view, message),
        M::AudienceMembershipChangeResponse(message) => {
            view.title(kind.as_str(), &message.common);
            view.field("suspend subscription", message.suspend_subscription);
        }
        M::DsrProcessingRequest(message) => others::data_subject_request(view, message),
        M::DsrProcessingResponse(message) => view.title(kind.as_str(), &message.common),
        // Unknown messages, and those that only a later version of the library knows.
        _ => {}
    }
    show_tally(parsed.tally, view);
}

/// The coercions and unknown values, if there are any.
fn show_tally(tally: Tally, view: &mut View<'_>) {
    let counts = [
        ("unknown values", tally.unknown_values),
        ("unknown objects", tally.unknown_members),
        ("events without id", tally.events_without_id),
    ];
    let coerced = coercions(tally).map(|(_, shown, count)| (shown, count));
    let counts = counts.into_iter().chain(coerced);
    let mut counts = counts.filter(|(_, count)| *count > 0).peekable();
    if counts.peek().is_some() {
        view.section("tolerated");
    }
    for (name, count) in counts {
        view.field(name, count);
    }
}
