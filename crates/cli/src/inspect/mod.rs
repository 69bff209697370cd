//! `hydrant inspect`: one message for people. What is shown of which message is in `batch`, `events` and `others`; what
//! it looks like, and that nobody's data is shown by accident, in `view`.

mod batch;
mod events;
mod others;
mod view;

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::Limits;
use super::exit::{self, Failure, exit_status};
use super::input::{Chunk, Message, Opener, Reader, Source, sources};
use super::interrupt::Stop;
use super::output::Output;
use super::stream::pretty;
use super::terminal;
use crate::coercions::coercions;
use crate::input::{Block, LineReader};
use hydrant::message;
use hydrant::{Error, ErrorKind, ParseOptions, Parsed, Scratch, Tally, parse};
use view::View;

/// Show one message readably
///
/// Shows the header, the account, the identities, the device, the consent and a table of the events, or what else the
/// message holds. Values of settings are never shown, those of identities and user attributes only if asked for.
///
/// The message may go over several lines, in whatever kind of file and on standard input. Of a stream the first message
/// is shown, or the one that --line names.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant inspect message.json\n  \
     hydrant inspect --line 17 stream.ndjson.gz\n  \
     hydrant generate --kind events | hydrant inspect --show-identities\n\n",
    exit_status!()
))]
pub(super) struct InspectArgs {
    /// The file to read; `-` or none for standard input. Compressed with gzip or Zstandard or not
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// The line of the stream to show, counted from 1
    #[arg(short, long, value_name = "N")]
    line: Option<u64>,

    /// Show the values of identities and user attributes
    #[arg(long)]
    show_identities: bool,

    #[command(flatten)]
    limits: Limits,
}

pub(super) fn run(args: &InspectArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let mut sources = sources(args.file.as_slice());
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
    let opener = Opener::new(stop);
    let body = match args.line {
        Some(line) => find_line(opener, source, line, options.max_bytes),
        None => read_whole(&opener, &source, options.max_bytes),
    };
    let body = body.map_err(|error| Failure::Input {
        name: name.to_string(),
        error,
    })?;
    if stop.interrupted() {
        return Ok(exit::INTERRUPTED.into());
    }
    let message = Message {
        source: &name,
        line: args.line,
        body: &body,
    };
    let mut view = View::new(terminal::wants_colours(), args.show_identities);
    if let Err((line, error)) = show(message, &options, &mut view) {
        terminal::complain(&pretty(&Message { line, ..message }, error));
        return Ok(exit::REFUSED.into());
    }
    Output::stdout().print(view.finish().as_bytes())
}

fn is_folder(args: &InspectArgs) -> bool {
    args.file.as_ref().is_some_and(|file| file.is_dir())
}

/// As much as a message may have, and one byte more.
fn read_whole(opener: &Opener, source: &Source, max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let stream = opener.open(&source.place)?;
    stream.take(max_bytes as u64 + 1).read_to_end(&mut body)?;
    Ok(body)
}

fn find_line(opener: Opener, source: Source, line: u64, max_bytes: usize) -> io::Result<Vec<u8>> {
    let mut reader = Reader::new(opener, vec![source], max_bytes).lines_only();
    let mut chunk = Chunk::new();
    while reader.fill(&mut chunk) {
        if let Some(error) = chunk.error.take() {
            return Err(error);
        }
        if let Some(found) = chunk.messages().find(|m| m.line == Some(line)) {
            return Ok(found.body.to_vec());
        }
    }
    Err(io::Error::other(format!(
        "there is no message on line {line}"
    )))
}

/// Shows the message. What is no message because more follows, or because it is too long, may be a stream.
fn show(
    message: Message<'_>,
    options: &ParseOptions,
    view: &mut View,
) -> Result<(), (Option<u64>, Error)> {
    let mut scratch = Scratch::new();
    let error = match parse(message.body, &mut scratch, options) {
        Ok(parsed) => {
            show_message(&parsed, view);
            return Ok(());
        }
        Err(error) => error,
    };
    let may_be_stream = matches!(error.kind(), ErrorKind::TrailingText | ErrorKind::TooLarge);
    let mut block = Block::default();
    let mut reader = LineReader::new(message.body, options.max_bytes);
    let first = match may_be_stream && reader.read_block(&mut block).unwrap_or(false) {
        true => block.lines().next(),
        false => None,
    };
    match first {
        Some((line, body)) if message.line.is_none() && body.len() < message.body.len() => {
            let parsed = parse(body, &mut scratch, options);
            // The first line of a message over several lines is none.
            show_message(&parsed.map_err(|_| (None, error))?, view);
            view.note(&format!(
                "This is line {line} of a stream; --line shows another."
            ));
            Ok(())
        }
        _ => Err((message.line, error)),
    }
}

fn show_message(parsed: &Parsed<message::Message<'_>>, view: &mut View) {
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
        // Unknown ones, and those that only a later version of the library knows.
        _ => {}
    }
    show_tally(parsed.tally, view);
}

/// What was tolerated, if anything was.
fn show_tally(tally: Tally, view: &mut View) {
    let counts = [
        ("unknown values", tally.unknown_values),
        ("unknown objects", tally.unknown_members),
        ("lone surrogates", tally.lone_surrogates),
        ("null elements", tally.null_elements),
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
