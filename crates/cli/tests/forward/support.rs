//! Configurations, messages, runs of the program and their results.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    /// The summary of `forward`; null for other commands.
    pub(crate) report: Value,
}

impl Ran {
    /// Itself, if the exit status is this one.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}{}", self.out, self.err);
        self
    }

    /// A count of the summary.
    #[track_caller]
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.report[name].as_u64().unwrap()
    }

    /// Its lines as JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        lines(&self.out)
    }
}

/// Lines of JSON.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The program without settings from the environment.
pub(crate) fn hydrant(args: &[&str]) -> Command {
    without_settings(Command::new(env!("CARGO_BIN_EXE_hydrant")), args)
}

fn without_settings(mut command: Command, args: &[&str]) -> Command {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("HYDRANT_") || name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command.args(args).env_remove("NO_COLOR");
    command
}

/// Runs a command to its end.
pub(crate) fn ended(mut command: Command) -> Ran {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ran {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        report: Value::Null,
    }
}

/// Runs the program to its end.
pub(crate) fn run(args: &[&str]) -> Ran {
    ended(hydrant(args))
}

/// A configuration with a folder for its files.
pub(crate) struct Setup {
    folder: TempDir,
    settings: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Setup {
    pub(crate) fn new(settings: &[&str]) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            environment: Vec::new(),
        }
    }

    /// Events to this address, with short waits.
    pub(crate) fn http(url: &str) -> Self {
        Self::new(&[
            "connection=http",
            "allow_http=on",
            "allow_private_addresses=on",
            "retry_base=1ms",
            "retry_cap=20ms",
            "linger=0ms",
        ])
        .set(&format!("url={url}/events"))
    }

    pub(crate) fn set(mut self, setting: &str) -> Self {
        self.settings.push(setting.to_owned());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With dead letters in a folder.
    pub(crate) fn with_letters(self) -> Self {
        let folder = self.path("letters").to_str().unwrap().to_owned();
        self.set(&format!("dead_letters={folder}"))
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in the folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The program with this configuration, started by `env`, because the parent process may ignore
    /// signals.
    pub(crate) fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new("env");
        command.arg("--default-signal=HUP,INT,TERM");
        let probe = Command::new("env")
            .args(["--default-signal=HUP,INT,TERM", "true"])
            .output();
        if probe.is_ok_and(|probe| probe.status.success()) {
            command.arg(env!("CARGO_BIN_EXE_hydrant"));
        } else {
            command = Command::new(env!("CARGO_BIN_EXE_hydrant"));
        }
        let mut command = without_settings(command, &[name]);
        for setting in &self.settings {
            command.args(["--set", setting]);
        }
        let environment = self.environment.iter();
        command.envs(environment.map(|(name, value)| (name, value)));
        command.args(args);
        command
    }

    /// `forward` with a report in a file.
    pub(crate) fn forward(&self, args: &[&str]) -> Command {
        let report = self.path("report.json");
        let _ = fs::remove_file(&report);
        let mut command = self.command("forward", &["--quiet", "--report-file"]);
        command.arg(report).args(args);
        command
    }

    /// The result of a `forward` that has ended.
    pub(crate) fn ran(&self, command: Command) -> Ran {
        let ran = ended(command);
        let report = fs::read_to_string(self.path("report.json"));
        let report = report.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        Ran { report, ..ran }
    }

    /// Forwards a file named `input` with this content.
    pub(crate) fn forwards(&self, input: impl AsRef<[u8]>, args: &[&str]) -> Ran {
        let input = self.write("input", input);
        self.forwards_file(&input, args)
    }

    pub(crate) fn forwards_file(&self, input: &Path, args: &[&str]) -> Ran {
        let mut command = self.forward(args);
        command.arg(input);
        self.ran(command)
    }

    /// Forwards the file with a checkpoint.
    pub(crate) fn continues(&self, input: &Path) -> Ran {
        let mut command = self.forward(&["--checkpoint"]);
        command.arg(self.path("checkpoint")).arg(input);
        self.ran(command)
    }

    /// The same in the background.
    pub(crate) fn starts(&self, input: &Path, args: &[&str]) -> Child {
        let mut command = self.forward(args);
        command.arg("--checkpoint").arg(self.path("checkpoint"));
        command.arg(input).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// The number of messages that the checkpoint counts.
    pub(crate) fn settled(&self) -> u64 {
        let Ok(text) = fs::read_to_string(self.path("checkpoint")) else {
            return 0;
        };
        // It was just created.
        if text.is_empty() {
            return 0;
        }
        let checkpoint: Value = serde_json::from_str(&text).unwrap();
        let files = checkpoint["files"].as_array().unwrap().iter();
        files
            .map(|file| file["settled_messages"].as_u64().unwrap())
            .sum()
    }

    /// The dead letters.
    pub(crate) fn letters(&self) -> Vec<Value> {
        let Ok(folder) = fs::read_dir(self.path("letters")) else {
            return Vec::new();
        };
        let paths = folder.map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|it| it == "jsonl"))
            .collect();
        paths.sort();
        let texts = paths.iter().map(|path| fs::read_to_string(path).unwrap());
        texts.flat_map(|text| lines(&text)).collect()
    }

    /// The numbers of the events in dead letters; `None` for a message that could not be read.
    pub(crate) fn letter_numbers(&self) -> Vec<Option<u64>> {
        let letters = self.letters();
        let numbers = letters
            .iter()
            .map(|letter| number(letter["message"]["events"][0]["attributes"].get("n")));
        numbers.collect()
    }
}

/// The number of an event.
pub(crate) fn number(text: Option<&Value>) -> Option<u64> {
    text?.as_str()?.parse().ok()
}

/// An event with this number.
pub(crate) fn event(number: u64) -> Value {
    let id = format!("00000000-0000-4000-8000-{number:012}");
    json!({"type": "custom_event", "id": id, "timestamp_ms": 7, "name": "n",
        "attributes": {"n": number.to_string()}})
}

/// A message of a user with these events.
pub(crate) fn message(mpid: u64, events: &[Value]) -> String {
    let number = events
        .first()
        .map_or(0, |event| number(event["attributes"].get("n")).unwrap());
    json!({"type": "event_processing_request", "timestamp_ms": 1_714_592_744_066u64,
        "id": format!("10000000-0000-4000-8000-{number:012}"), "mpid": mpid.to_string(),
        "account": {"account_id": 7, "account_settings": {"api_key": "s3cret"}},
        "events": events})
    .to_string()
}

/// Messages with one event each, of this many users, one per line.
pub(crate) fn messages(numbers: impl IntoIterator<Item = u64>, users: u64) -> String {
    let lines = numbers
        .into_iter()
        .map(|number| message(number % users + 1, &[event(number)]) + "\n");
    lines.collect()
}

/// A line that is not a message.
pub(crate) const GARBAGE: &str = r#"{"type":"event_processing_request","events":7}"#;
