//! The program `hydrant`: its commands, from the command line to the exit status. It owns the
//! files, the threads and the signals; the library `hydrant` contains everything about messages.

mod arguments;
mod bench;
mod coercions;
mod deploy;
#[cfg(feature = "http")]
mod diff;
mod environment;
mod exit;
mod forward;
mod generate;
mod hash;
#[cfg(feature = "http")]
mod http;
mod input;
mod inspect;
mod interrupt;
mod lint;
mod manual;
mod map;
mod new;
mod normalize;
mod output;
mod plan;
mod process;
mod profile;
mod progress;
mod remarks;
#[cfg(feature = "http")]
mod replay;
mod schema;
mod sections;
#[cfg(feature = "http")]
mod send;
#[cfg(feature = "serve")]
mod serve;
mod stream;
mod terminal;
mod validate;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use hydrant::Engine;
use hydrant::host::Module;

use exit::{Failure, exit_status};
use interrupt::Stop;

/// Process mParticle Firehose messages
///
/// Messages are read from files, folders, or standard input, also compressed with gzip or Zstandard:
/// one per line, spread over several lines, in JSON arrays, or concatenated. `normalize` writes
/// messages as they are, with identities and settings. The other commands never show settings, and
/// except `map`, whose records contain identities, they show these only if that is requested.
/// `forward` delivers settings only with records=raw.
#[derive(Parser, Debug)]
#[command(
    name = "hydrant",
    version,
    max_term_width = 100,
    after_long_help = concat!(
        "Examples:\n  \
         hydrant process corpus/valid\n  \
         hydrant inspect corpus/valid/event-request-every-field.json\n  \
         hydrant generate --messages 1000 | hydrant normalize --keep-going > canonical.ndjson\n\n\
         'hydrant COMMAND --help' shows details, 'hydrant manual' prints the manual page.\n\n",
        exit_status!()
    )
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Process(Box<process::ProcessArgs>),
    Normalize(normalize::NormalizeArgs),
    Validate(validate::ValidateArgs),
    LintRegistration(lint::LintArgs),
    Inspect(inspect::InspectArgs),
    Map(map::MapArgs),
    Forward(Box<forward::run::ForwardArgs>),
    Consume(Box<forward::consume::ConsumeArgs>),
    #[cfg(feature = "serve")]
    Serve(Box<serve::ServeArgs>),
    Redrive(forward::redrive::RedriveArgs),
    Check(forward::check::CheckArgs),
    Settings(forward::settings::SettingsArgs),
    AwsPolicy(forward::policy::PolicyArgs),
    New(new::NewArgs),
    #[cfg(feature = "http")]
    Send(Box<send::SendArgs>),
    #[cfg(feature = "http")]
    Replay(Box<replay::ReplayArgs>),
    #[cfg(feature = "http")]
    Diff(diff::DiffArgs),
    DeployCommands(deploy::DeployArgs),
    Plan(Box<plan::PlanArgs>),
    Hash(hash::HashArgs),
    Generate(generate::GenerateArgs),
    Schema(schema::SchemaArgs),
    Completions(manual::CompletionsArgs),
    Manual(manual::ManualArgs),
}

/// The commands for a module in a program of its own.
#[derive(Parser, Debug)]
#[command(max_term_width = 100, after_long_help = exit_status!())]
struct ModuleCli {
    #[command(subcommand)]
    command: ModuleCommand,
}

#[derive(Subcommand, Debug)]
enum ModuleCommand {
    Register(lint::RegisterArgs),
    Bench(Box<bench::BenchArgs>),
}

/// Runs the program `hydrant` with the command line of the process and writes to its standard
/// streams; its `main` does nothing else.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     hydrant_cli::main()
/// }
/// ```
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    let stop = Stop::new();
    stop.on_signals();
    let result = match cli.command {
        Command::Process(args) => process::run(*args, &stop),
        Command::Normalize(args) => normalize::run(&args, &stop),
        Command::Validate(args) => validate::run(&args, &stop),
        Command::LintRegistration(args) => lint::run(&args, &stop),
        Command::Inspect(args) => inspect::run(&args, &stop),
        Command::Map(args) => map::run(&args, &stop),
        Command::Forward(args) => forward::run::run(&args, &stop),
        Command::Consume(args) => forward::consume::run(&args, &stop),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(&args, &stop),
        Command::Redrive(args) => forward::redrive::run(&args, &stop),
        Command::Check(args) => forward::check::run(&args),
        Command::Settings(args) => forward::settings::run(&args),
        Command::AwsPolicy(args) => forward::policy::run(&args),
        Command::New(args) => new::run(&args),
        #[cfg(feature = "http")]
        Command::Send(args) => send::run(&args, &stop),
        #[cfg(feature = "http")]
        Command::Replay(args) => replay::run(&args, &stop),
        #[cfg(feature = "http")]
        Command::Diff(args) => diff::run(&args, &stop),
        Command::DeployCommands(args) => deploy::run(&args),
        Command::Plan(args) => plan::run(&args, &stop),
        Command::Hash(args) => hash::run(&args, &stop),
        Command::Generate(args) => generate::run(&args, &stop),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => manual::completions(&args),
        Command::Manual(args) => manual::manual(&args),
    };
    result.unwrap_or_else(|failure| failure.report())
}

/// Runs the commands for a module, with the command line of the process: a program of the user that
/// prints and checks the registration of its module (`register`) and measures it with messages
/// (`bench`). The engine is one for synchronous or for async handlers.
///
/// `bench FILE...` prints messages, events and megabytes per second, percentiles of the service time
/// against the 200 ms that the platform demands for 99 % of the calls, peak memory, cold start, and
/// how many messages were answered. Limits (`--max-p99-ms` and others) and the report of an earlier
/// run (`--baseline`, `--max-regression`) decide the exit status; `--format` writes what
/// github-action-benchmark and Bencher read; `hydrant plan --service-samples` reads the report. Build
/// the program with `--release`. For cold starts it starts itself again as a child process, so `main`
/// must reach `run` with the same engine every time.
///
/// The exit status is 0 for success, 1 if there are findings, refused messages or limits that are not
/// kept, 2 if the command line is invalid, 3 if the output cannot be written, 130 after an interrupt.
///
/// ```no_run
/// use hydrant::message::EventType;
/// use hydrant::{Engine, Processor, Registration};
///
/// struct Module;
///
/// impl Processor for Module {
///     type Batch = ();
///     fn registration(&self) -> Registration {
///         Registration::new("Acme", "1.0").events([EventType::CustomEvent])
///     }
/// }
///
/// fn main() -> std::process::ExitCode {
///     hydrant_cli::run(&Engine::new(Module))
/// }
/// ```
pub fn run<P: Module<Kind>, Kind>(engine: &Engine<P>) -> ExitCode {
    if bench::is_child() {
        return bench::answer(engine).into();
    }
    let registration = engine.registration();
    let about = format!(
        "{} {}",
        registration.name().unwrap_or("Module"),
        registration.version().unwrap_or_default()
    );
    let command = ModuleCli::command().about(about);
    let matches = command.try_get_matches();
    let cli = match matches.and_then(|matches| ModuleCli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    let stop = Stop::new();
    stop.on_signals();
    let result = match cli.command {
        ModuleCommand::Register(args) => lint::register(engine, &args, &stop),
        ModuleCommand::Bench(args) => bench::run(engine, &args, &stop),
    };
    result.unwrap_or_else(|failure| failure.report())
}

/// Prints the help, the version, or what is wrong with the arguments.
fn explain(error: &clap::Error) -> ExitCode {
    match error.print() {
        Err(failure) if failure.kind() != ErrorKind::BrokenPipe && !error.use_stderr() => {
            let name = "standard output".to_owned();
            Failure::Output {
                name,
                error: failure,
            }
            .report()
        }
        _ if error.use_stderr() => exit::USAGE.into(),
        _ => exit::GOOD.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_of_the_command_line_hold_together() {
        Cli::command().debug_assert();
        ModuleCli::command().debug_assert();
    }

    #[test]
    fn every_command_and_every_argument_is_documented() {
        let cli = Cli::command();
        let module = ModuleCli::command();
        let commands = std::iter::once(&cli).chain(cli.get_subcommands());
        for command in commands.chain(module.find_subcommand("bench")) {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name}");
            let after = command.get_after_long_help().map(ToString::to_string);
            let after = after.unwrap_or_default();
            assert!(after.contains("Exit status:"), "{name}");
            assert!(after.contains("Examples:"), "{name}");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name} {argument}");
            }
        }
    }
}
