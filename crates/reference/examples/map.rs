//! The outgoing records of Firehose messages, one per line, to compare with those of `hydrant map`.
//!
//! ```text
//! map --connection kinesis|kafka|audience [--set NAME=VALUE]... [--with-key] [--sorted] < messages
//! ```
//!
//! Reads one message per line. `--with-key` writes `{"key":...,"value":{...}}`, `--sorted` sorts
//! the keys of all objects. `--sort-only` maps nothing: it reads JSON values and writes them
//! sorted. Refusals, warnings and records that are too large are counted on standard error.
#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a program")]

use hydrant_reference::Json;
use hydrant_reference::outgoing::{AudienceSettings, Connection, Settings, audience, map};
use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;

/// What the program does with each line.
enum Job {
    Events(Settings),
    Audience(AudienceSettings),
    SortOnly,
}

struct Options {
    job: Job,
    with_key: bool,
    sorted: bool,
}

fn main() -> ExitCode {
    match options(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("map: {error}");
            ExitCode::from(2)
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut job = None;
    let mut settings = Vec::new();
    let (mut with_key, mut sorted) = (false, false);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--connection" => {
                job = Some(match value()?.as_str() {
                    "kinesis" => Job::Events(Settings::new(Connection::Kinesis)),
                    "kafka" => Job::Events(Settings::new(Connection::Kafka)),
                    "audience" => Job::Audience(AudienceSettings::default()),
                    _ => return Err("expected kinesis, kafka or audience".to_owned()),
                });
            }
            "--set" => settings.push(value()?),
            "--with-key" => with_key = true,
            "--sorted" => sorted = true,
            "--sort-only" => (job, sorted) = (Some(Job::SortOnly), true),
            _ => return Err(format!("unknown argument {argument:?}")),
        }
    }
    let mut job = job.ok_or("--connection is missing")?;
    for setting in settings {
        let (name, value) = setting.split_once('=').ok_or("expected --set NAME=VALUE")?;
        match &mut job {
            Job::Events(settings) => settings.set(name, value)?,
            Job::Audience(settings) => settings.set(name, value)?,
            Job::SortOnly => return Err("--sort-only has no settings".to_owned()),
        }
    }
    Ok(Options {
        job,
        with_key,
        sorted,
    })
}

fn run(options: &Options) -> Result<(), String> {
    let mut out = stdout().lock();
    let (mut refused, mut warned, mut too_large) = (0, 0, 0);
    for line in stdin().lock().split(b'\n') {
        let line = line.map_err(|error| error.to_string())?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let records = match &options.job {
            Job::Events(settings) => map(&line, settings).map(|mapped| {
                warned += mapped.warnings.len();
                too_large += mapped.too_large.len();
                let records = mapped.records.into_iter();
                records.map(|record| (record.key, record.value)).collect()
            }),
            Job::Audience(settings) => audience(&line, settings).map(|mapped| {
                warned += mapped.warnings.len();
                let records = mapped.records.into_iter();
                records.map(|value| (None, value)).collect::<Vec<_>>()
            }),
            Job::SortOnly => Json::read(&line).map(|value| vec![(None, value)]),
        };
        let records = records.unwrap_or_else(|_| {
            refused += 1;
            Vec::new()
        });
        for (key, value) in records {
            let value = if options.with_key {
                with_key(key, value)
            } else {
                value
            };
            let value = if options.sorted {
                value.sorted()
            } else {
                value
            };
            writeln!(out, "{}", value.to_text()).map_err(|error| error.to_string())?;
        }
    }
    eprintln!("refused: {refused}, warnings: {warned}, too large: {too_large}");
    Ok(())
}

fn with_key(key: Option<String>, value: Json) -> Json {
    let key = key.map_or(Json::Null, Json::String);
    Json::Object(vec![("key".to_owned(), key), ("value".to_owned(), value)])
}
