//! `hydrant validate`: refusals and findings of all messages. The library decides what is a finding; this file formats
//! them.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::{Files, Limits, Threads, environment};
use super::exit::{self, Failure, exit_status};
use super::input::{Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::Output;
use super::progress::Progress;
use super::stream::{Run, pretty};
use super::terminal;
use hydrant::validate::{Finding, Level, coercions, findings, unknown_fields};
use hydrant::write::JsonWriter;
use hydrant::{Error, Scratch, parse};

/// Show what is wrong and what is odd about messages
///
/// Reading is lenient: it refuses only what it cannot make sense of. This command shows all
/// refusals, and beyond them errors (registrations that the platform would refuse) and warnings:
/// missing required fields, unknown values, values that are read as something else, limits. It
/// always goes through all input. Findings go to standard output, a count to standard error. The
/// exit status tells of refusals; with --deny-warnings also of errors and warnings.
///
/// With --json every finding is one object on a line: {"source","line","level","rule","message","path"}. The level is
/// `refused`, `error` or `warning`, the rule is the kind of the refusal or the name of the rule, the line is that of the
/// file (null where a file with one message has a finding without a place). Refusals also have "offset" and "column", those
/// of the message (null where a message is refused as a whole: too large, not UTF-8 but UTF-16 or UTF-32).
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant validate message.json\n  \
     hydrant validate --json stream.ndjson.zst | jq -r .rule | sort | uniq -c\n  \
     hydrant validate --deny-warnings registration.json\n\n",
    environment!(threads),
    exit_status!()
))]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    files: Files,

    /// Write every finding as one JSON object on a line
    #[arg(long)]
    json: bool,

    /// End with status 1 if there are errors or warnings, too
    #[arg(short, long)]
    deny_warnings: bool,

    /// Do not show the count on standard error
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    threads: Threads,

    #[command(flatten)]
    limits: Limits,
}

/// How many findings that are not refusals.
#[derive(Default)]
struct Findings {
    errors: u64,
    warnings: u64,
}

pub(super) fn run(args: &ValidateArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let threads = args.threads.count()?;
    let options = args.limits.options();
    let reader = Reader::new(
        Opener::new(stop),
        sources(&args.files.files),
        options.max_bytes,
    );
    let run = Run {
        threads,
        keep_going: true,
        stop,
        output: &mut Output::stdout(),
        progress: Progress::none(),
    };
    let mut found = Findings::default();
    let ended = run.messages(
        reader,
        Scratch::new,
        |scratch, message, product| {
            let found = parse(message.body, scratch, &options)
                .map(|parsed| (findings(&parsed.message), parsed.tally.coercions()))
                .and_then(|(mut found, coerced)| {
                    found.extend(unknown_fields(message.body, scratch, &options)?);
                    if coerced > 0 {
                        found.extend(coercions(message.body, scratch, &options)?);
                    }
                    Ok(found)
                });
            match found {
                Ok(found) => {
                    for finding in found {
                        write_finding(args.json, message, &finding, &mut product.out);
                        let tally: &mut Findings = &mut product.tally;
                        match finding.level {
                            Level::Error => tally.errors += 1,
                            _ => tally.warnings += 1,
                        }
                    }
                }
                Err(error) => {
                    write_error(args.json, message, error, &mut product.out);
                    product.refuse();
                }
            }
            Ok(())
        },
        |_, _| {},
        |more| {
            found.errors += more.errors;
            found.warnings += more.warnings;
        },
    );
    if ended.has_listeners() && !args.quiet {
        terminal::complain(&format!(
            "messages {}, refused {}, errors {}, warnings {}",
            ended.messages, ended.refused, found.errors, found.warnings
        ));
    }
    let denied = args.deny_warnings && found.errors + found.warnings > 0;
    Ok(if ended.is_finished() && denied {
        exit::REFUSED.into()
    } else {
        ended.status()
    })
}

fn write_error(json: bool, message: &Message<'_>, error: Error, out: &mut Vec<u8>) {
    if !json {
        let text = pretty(message, error);
        out.extend_from_slice(terminal::harmless_lines(&text).as_bytes());
        out.push(b'\n');
        return;
    }
    let location = error.location();
    let line = message.line.or(location.map(|at| at.line as u64));
    JsonWriter::new(out).object(|json| {
        json.text_field("source", message.source);
        count_or_null(json, "line", line);
        json.text_field("level", "refused");
        json.text_field("rule", error.kind().as_str());
        json.text_field("message", error.message());
        json.text_field("path", error.path());
        count_or_null(json, "offset", location.map(|at| at.offset as u64));
        count_or_null(json, "column", location.map(|at| at.column as u64));
    });
    out.push(b'\n');
}

fn count_or_null(json: &mut JsonWriter<'_>, key: &str, count: Option<u64>) {
    match count {
        Some(count) => json.uint_field(key, count),
        None => json.null_field(key),
    }
}

fn write_finding(json: bool, message: &Message<'_>, finding: &Finding, out: &mut Vec<u8>) {
    if !json {
        let mut text = format!(
            "{}: {} ({})\n  --> {}",
            finding.level.as_str(),
            finding.message,
            finding.rule,
            message.source
        );
        // Writing to a string does not fail.
        if let Some(line) = message.line {
            let _ = write!(text, ":{line}");
        }
        if !finding.path.is_empty() {
            let _ = write!(text, "\n   at {}", finding.path);
        }
        out.extend_from_slice(terminal::harmless_lines(&text).as_bytes());
        out.push(b'\n');
        return;
    }
    JsonWriter::new(out).object(|json| {
        json.text_field("source", message.source);
        count_or_null(json, "line", message.line);
        json.text_field("level", finding.level.as_str());
        json.text_field("rule", finding.rule);
        json.text_field("message", &finding.message);
        json.text_field("path", &finding.path);
    });
    out.push(b'\n');
}
