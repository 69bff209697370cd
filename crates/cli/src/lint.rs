//! `hydrant lint-registration`, and `register` of programs with a module: findings on a
//! registration by the rules of section 12 of the protocol.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::exit::{self, Failure, exit_status};
use super::input::{Chunk, Message, Opener, Reader, sources};
use super::interrupt::Stop;
use super::output::{Output, OutputArgs};
use super::stream::placed;
use super::terminal;
use hydrant::host::system_invocation;
use hydrant::message::{FIREHOSE_VERSION, Message as Model, MessageCommon};
use hydrant::validate::{Finding, Level, coercions, unknown_fields};
use hydrant::write::JsonWriter;
use hydrant::{Engine, ParseOptions, Registration, Scratch, parse};

/// Check the registration of a module by the rules of the protocol
///
/// FILE is the response of the module to a registration request. Findings are written to standard
/// output, a count to standard error. An error means that the platform refuses the registration or
/// that it has no effect, a warning that something is probably a mistake. With --previous, changes
/// that the platform does not permit are errors, too. The exit status is 1 if there are errors, and
/// with --deny-warnings also if there are warnings.
///
/// With --json the findings are one JSON array of {"rule","level","path","message"}. The rule is the
/// number of the rule in section 12 of the protocol, or null for other findings, such as a misspelt
/// field. The level is `error` or `warning`.
#[derive(Args, Debug)]
#[command(after_long_help = concat!(
    "Examples:\n  \
     hydrant lint-registration registration.json\n  \
     hydrant lint-registration --previous published.json --json registration.json | jq -r '.[].message'\n\n",
    exit_status!()
))]
pub(super) struct LintArgs {
    /// The registration, optionally compressed with gzip or Zstandard; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    findings: FindingArgs,

    /// Write the findings as one JSON array
    #[arg(long)]
    json: bool,
}

/// Print the registration of the module and check it
///
/// The response to a registration request is written to standard output as one line of JSON, the
/// findings by the rules of the protocol to standard error. The exit status is 1 if there are
/// errors, and with --deny-warnings also if there are warnings.
#[derive(Args, Debug)]
#[command(after_long_help = exit_status!())]
pub(super) struct RegisterArgs {
    #[command(flatten)]
    findings: FindingArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Args, Debug)]
struct FindingArgs {
    /// The registration that the platform has: the name of its partner identity must not change
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,

    /// Exit with status 1 if there are warnings, too
    #[arg(short, long)]
    deny_warnings: bool,
}

pub(super) fn run(args: &LintArgs, stop: &Arc<Stop>) -> Result<ExitCode, Failure> {
    let named: Vec<PathBuf> = args
        .findings
        .inputs()
        .chain([&args.file])
        .cloned()
        .collect();
    if named.iter().filter(|name| name.as_os_str() == "-").count() > 1 {
        let reason = "both registrations are to be read from standard input".to_owned();
        return Err(Failure::Usage(reason));
    }
    let output = Output::stdout_beside(&sources(&named))?;
    let previous = args.findings.previous(stop)?;
    let (current, mut found) = read(&args.file, stop)?;
    found.extend(lint(&current, previous.as_ref()));
    let mut text = Vec::new();
    if args.json {
        write_array(&found, &mut text);
    } else {
        for finding in &found {
            text.extend_from_slice(terminal::harmless(&finding.to_string()).as_bytes());
            text.push(b'\n');
        }
    }
    let printed = output.print(&text)?;
    complain_count(&found);
    Ok(args.findings.status(&found).unwrap_or(printed))
}

/// `register` for the module of this engine.
pub(super) fn register<P>(
    engine: &Engine<P>,
    args: &RegisterArgs,
    stop: &Arc<Stop>,
) -> Result<ExitCode, Failure> {
    let named: Vec<PathBuf> = args.findings.inputs().cloned().collect();
    let output = args.output.open(&sources(&named))?;
    let previous = args.findings.previous(stop)?;
    let registration = engine.registration();
    let mut found = engine.check();
    if let Some(previous) = &previous {
        let more = registration.lint_against(previous);
        found.extend(more.into_iter().filter(|it| it.rule_number() == Some(5)));
    }
    let invocation = system_invocation();
    let mut common = MessageCommon::default();
    common.id = Some(invocation.fresh_id());
    common.timestamp_ms = Some(invocation.now_ms());
    common.firehose_version = Some(FIREHOSE_VERSION);
    let mut text = registration.to_json(common);
    text.push(b'\n');
    let printed = output.print(&text)?;
    for finding in &found {
        terminal::complain(&finding.to_string());
    }
    complain_count(&found);
    Ok(args.findings.status(&found).unwrap_or(printed))
}

impl FindingArgs {
    fn inputs(&self) -> impl Iterator<Item = &PathBuf> {
        self.previous.iter()
    }

    fn previous(&self, stop: &Arc<Stop>) -> Result<Option<Registration>, Failure> {
        let previous = self.previous.as_deref();
        Ok(previous
            .map(|path| read(path, stop))
            .transpose()?
            .map(|it| it.0))
    }

    /// The exit status if the findings make it another one than that of the output.
    fn status(&self, found: &[Finding]) -> Option<ExitCode> {
        let (errors, warnings) = count(found);
        let denied = errors > 0 || self.deny_warnings && warnings > 0;
        denied.then(|| exit::REFUSED.into())
    }
}

fn lint(current: &Registration, previous: Option<&Registration>) -> Vec<Finding> {
    match previous {
        Some(previous) => current.lint_against(previous),
        None => current.lint(),
    }
}

fn complain_count(found: &[Finding]) {
    let (errors, warnings) = count(found);
    terminal::complain(&format!("errors {errors}, warnings {warnings}"));
}

fn count(found: &[Finding]) -> (usize, usize) {
    let errors = found.iter().filter(|it| it.level == Level::Error).count();
    (errors, found.len() - errors)
}

/// The registration in a file, and the findings on its text.
fn read(path: &Path, stop: &Arc<Stop>) -> Result<(Registration, Vec<Finding>), Failure> {
    let options = ParseOptions::new();
    let paths = [path.to_owned()];
    let mut reader = Reader::new(Opener::new(stop), sources(&paths), options.max_bytes);
    let mut chunk = Chunk::new();
    let mut read = None;
    while reader.fill(&mut chunk) {
        if let Some(error) = chunk.error.take() {
            let name = chunk.name.to_string();
            return Err(Failure::Input { name, error });
        }
        for message in chunk.messages() {
            if read.is_some() {
                return refuse(path, "several messages; a single registration is expected");
            }
            read = Some(registration(&message, &options)?);
        }
    }
    match read {
        Some(read) => Ok(read),
        None => refuse(path, "no message; a registration is expected"),
    }
}

fn refuse<T>(path: &Path, reason: &str) -> Result<T, Failure> {
    let error = std::io::Error::new(std::io::ErrorKind::InvalidData, reason.to_owned());
    let name = path.display().to_string();
    Err(Failure::Input { name, error })
}

fn registration(
    message: &Message<'_>,
    options: &ParseOptions,
) -> Result<(Registration, Vec<Finding>), Failure> {
    let refused = |error| Failure::Refused(placed(message, error).pretty(message.source));
    let mut scratch = Scratch::new();
    let parsed = parse(message.body, &mut scratch, options).map_err(refused)?;
    let Model::ModuleRegistrationResponse(response) = parsed.message else {
        let kind = parsed.message.kind();
        return Err(Failure::Refused(format!(
            "error: {}:{}: expected a registration (`module_registration_response`), found `{kind}`",
            message.source, message.line
        )));
    };
    let registration = Registration::from(response);
    let mut found = unknown_fields(message.body, &mut scratch, options).map_err(refused)?;
    found.extend(coercions(message.body, &mut scratch, options).map_err(refused)?);
    Ok((registration, found))
}

fn write_array(found: &[Finding], out: &mut Vec<u8>) {
    JsonWriter::new(out).list(|json| {
        for finding in found {
            json.object_element(|json| {
                match finding.rule_number() {
                    Some(number) => json.uint_field("rule", number.into()),
                    None => json.null_field("rule"),
                }
                json.text_field("level", finding.level.as_str());
                json.text_field("path", &finding.path);
                json.text_field("message", &finding.message);
            });
        }
    });
    terminal::harmless_json(out, 0);
    out.push(b'\n');
}
