//! `hydrant validate`: refusals and findings for all messages. The library produces the findings;
//! this file formats them.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::arguments::{Files, Limits, Threads, Wrappers, environment, number};
use super::exit::{self, Failure, exit_status};
use super::input::{Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::{Output, Unwritable};
use super::progress::Progress;
use super::remarks::SHOWN;
use super::stream::{Command, Framing, Product, Run, placed, pretty};
use super::terminal;
use hydrant::outgoing;
use hydrant::validate::{Finding, Level, coercions, findings, unknown_fields};
use hydrant::write::JsonWriter;
use hydrant::{Error, ParseOptions, Scratch, parse};

/// Report errors and probable mistakes in messages
///
/// Reading is lenient: it refuses only messages that cannot be understood. This command reports all
/// refusals, and also errors (registrations that the platform would refuse) and warnings: missing
/// required fields, unknown values, coerced values, limits. It always reads all input. Findings are
/// written to standard output, a count to standard error. For each rule the first 100 findings are
/// shown and the others are counted; --max-findings shows more. The exit status is 1 if there are
/// refusals or errors, and with --deny-warnings also if there are warnings.
///
/// Outgoing batches, as Kafka and Kinesis receive them, are checked, too: an object without `type`
/// that has `schema_version`, `batch_id` or events with `event_type` is one.
///
/// With --json every finding is one object on a line:
/// {"source","line","level","rule","message","path"}. The level is `refused`, `error` or `warning`.
/// The rule is the kind of the refusal or the name of the rule. The line is that of the source: the
/// position of a refusal, otherwise the line on which the message begins. Refusals also have
/// "column", relative to the source, and "offset", relative to the message (both null if a message
/// is refused as a whole: too large, or in UTF-16 or UTF-32).
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

    /// Show at most this many findings of each rule; 0 shows all [default: 100, with --json all]
    #[arg(long, value_name = "N", value_parser = number(0..=u64::MAX))]
    max_findings: Option<u64>,

    /// Exit with status 1 if there are warnings, too
    #[arg(short, long)]
    deny_warnings: bool,

    /// Do not write the count to standard error
    #[arg(short, long)]
    quiet: bool,

    #[command(flatten)]
    wrappers: Wrappers,

    #[command(flatten)]
    threads: Threads,

    #[command(flatten)]
    limits: Limits,
}

/// The number of findings that are not refusals.
#[derive(Default)]
struct Findings {
    errors: u64,
    warnings: u64,
}

pub(super) fn run(args: &ValidateArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let threads = args.threads.count()?;
    let options = args.limits.options();
    let sources = sources(&args.files.files);
    let mut output = Output::stdout_beside(&sources)?;
    let reader = Reader::new(Opener::new(stop), sources, options.max_bytes);
    let most = match args.max_findings {
        Some(0) => u64::MAX,
        Some(most) => most,
        None if args.json => u64::MAX,
        None => SHOWN,
    };
    let run = Run {
        threads,
        keep_going: true,
        framing: Framing {
            unwrap: args.wrappers.unwrap,
            max_bytes: options.max_bytes,
        },
        findings: most,
        stop,
        output: &mut output,
        progress: Progress::none(),
    };
    let mut found = Findings::default();
    let command = Validate {
        options,
        json: args.json,
        most,
    };
    let ended = run.messages(reader, &command, |more| {
        found.errors += more.errors;
        found.warnings += more.warnings;
    });
    if let Some((more, rules)) = ended.findings.hidden()
        && ended.has_listeners()
    {
        let note = format!("{more} more findings are not shown (--max-findings): {rules}");
        if args.json {
            terminal::complain(&note);
        } else if let Err(Unwritable::Failed(failure)) = output.write((note + "\n").as_bytes()) {
            return Err(failure);
        }
    }
    if ended.has_listeners() && !args.quiet {
        terminal::complain(&format!(
            "messages {}, refused {}, errors {}, warnings {}",
            ended.messages, ended.refused, found.errors, found.warnings
        ));
    }
    let denied = found.errors > 0 || args.deny_warnings && found.warnings > 0;
    Ok(if ended.is_finished() && denied {
        exit::REFUSED.into()
    } else {
        ended.status()
    })
}

struct Validate {
    options: ParseOptions,
    json: bool,
    /// How many findings of a rule are shown.
    most: u64,
}

impl Command for Validate {
    type State = Scratch;
    type Tally = Findings;

    fn state(&self) -> Scratch {
        Scratch::new()
    }

    fn message(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_>,
        product: &mut Product<Findings>,
    ) -> Result<(), Error> {
        let (body, options) = (message.body, &self.options);
        let found = match parse(body, scratch, options) {
            Ok(parsed) => {
                let coerced = parsed.tally.coercions();
                let mut found = findings(&parsed.message);
                found.extend(unknown_fields(body, scratch, options)?);
                if coerced > 0 {
                    found.extend(coercions(body, scratch, options)?);
                }
                found
            }
            Err(_) if outgoing::is_outgoing(body) => {
                let parsed = outgoing::parse(body, scratch, options)?;
                let mut found = outgoing::validate::findings(&parsed.message);
                found.extend(outgoing::validate::unknown_fields(body, scratch, options)?);
                // The tally does not count the forms of values.
                found.extend(outgoing::validate::coercions(body, scratch, options)?);
                found
            }
            Err(error) => return Err(error),
        };
        for finding in &found {
            match finding.level {
                Level::Error => product.tally.errors += 1,
                _ => product.tally.warnings += 1,
            }
            product.findings.add(finding.rule, self.most, |out| {
                write_finding(self.json, message, finding, out);
            });
        }
        Ok(())
    }

    fn refused(
        &self,
        _: &mut Self::State,
        message: &Message<'_>,
        error: Error,
        product: &mut Product<Findings>,
    ) {
        product.refuse();
        product
            .findings
            .add(error.kind().as_str(), self.most, |out| {
                write_error(self.json, message, error, out);
            });
    }
}

fn write_error(json: bool, message: &Message<'_>, error: Error, out: &mut Vec<u8>) {
    if !json {
        let text = pretty(message, error);
        out.extend_from_slice(terminal::harmless_lines(&text).as_bytes());
        out.push(b'\n');
        return;
    }
    let error = placed(message, error);
    let location = error.location();
    let start = out.len();
    JsonWriter::new(out).object(|json| {
        json.text_field("source", message.source);
        json.uint_field("line", location.map_or(message.line, |at| at.line as u64));
        json.text_field("level", "refused");
        json.text_field("rule", error.kind().as_str());
        json.text_field("message", error.message());
        json.text_field("path", error.path());
        count_or_null(json, "offset", location.map(|at| at.offset as u64));
        count_or_null(json, "column", location.map(|at| at.column as u64));
    });
    terminal::harmless_json(out, start);
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
            "{}: {} ({})\n  --> {}:{}",
            finding.level.as_str(),
            finding.message,
            finding.rule,
            message.source,
            message.line
        );
        if !finding.path.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n   at {}", finding.path);
        }
        out.extend_from_slice(terminal::harmless_lines(&text).as_bytes());
        out.push(b'\n');
        return;
    }
    let start = out.len();
    JsonWriter::new(out).object(|json| {
        json.text_field("source", message.source);
        json.uint_field("line", message.line);
        json.text_field("level", finding.level.as_str());
        json.text_field("rule", finding.rule);
        json.text_field("message", &finding.message);
        json.text_field("path", &finding.path);
    });
    terminal::harmless_json(out, start);
    out.push(b'\n');
}
