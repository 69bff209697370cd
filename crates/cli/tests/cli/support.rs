//! Running the program, and messages to run it on.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program, with nothing of the surroundings that changes what it shows.
pub(crate) fn hydrant<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hydrant"));
    command.args(args).env_remove("NO_COLOR");
    command
}

/// The same for tests that send it signals. What runs the tests may ignore some, as a job in the
/// background ignores SIGINT, and the program goes on to ignore them; `env` of GNU can end that.
#[cfg(unix)]
pub(crate) fn hydrant_with_signals(args: &[&str]) -> Command {
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP,INT,TERM");
    let probe = Command::new("env")
        .args(["--default-signal=HUP,INT,TERM", "true"])
        .output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return hydrant(args);
    }
    command.arg(env!("CARGO_BIN_EXE_hydrant")).args(args);
    command.env_remove("NO_COLOR");
    command
}

/// Runs the program to its end.
pub(crate) fn run<S: AsRef<OsStr>>(
    args: impl IntoIterator<Item = S>,
    input: impl AsRef<[u8]>,
) -> Ran {
    let mut child = hydrant(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // The program may end before it has read everything.
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    Ran::of(output)
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => panic!("the program says what is no text: {}", error.utf8_error()),
        };
        Self {
            status: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// The output, if the run went well.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert_eq!(self.status, Some(0), "{}", self.err);
        self.out
    }

    /// The output as JSON, line by line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A file in the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Messages as the program itself makes them.
pub(crate) fn generated(args: &str) -> String {
    let args = ["generate"].into_iter().chain(args.split(' '));
    run(args, "").good()
}

/// Messages as they should not be; not all of them are text.
pub(crate) fn hostile(messages: u32, events: &str, seed: &str) -> Vec<u8> {
    let messages = messages.to_string();
    let args = [
        "--messages",
        &messages,
        "--events",
        events,
        "--seed",
        seed,
        "--hostile",
    ];
    let output = hydrant(["generate"].iter().chain(&args)).output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// A batch with one event and these other fields.
pub(crate) fn batch(fields: &str) -> String {
    let event = r#"{"type":"custom_event","id":"9daa09f0-0c61-4b46-a16a-272c8cdd47e8","timestamp_ms":7,"name":"n"}"#;
    format!(r#"{{"type":"event_processing_request","events":[{event}]{fields}}}"#)
}

/// A batch with one event.
pub(crate) fn plain() -> String {
    batch("")
}

/// The field of a batch with these identities of the user.
pub(crate) fn identities(list: &str) -> String {
    format!(r#","user_identities":[{list}]"#)
}

/// One of them.
pub(crate) fn email(encoding: &str, value: &str) -> String {
    format!(r#"{{"type":"email","encoding":"{encoding}","value":"{value}"}}"#)
}

/// A message that is refused.
pub(crate) const REFUSED: &str = r#"{"type":"event_processing_request","account":7}"#;

/// A message that only modules send.
pub(crate) const RESPONSE: &str = r#"{"type":"event_processing_response"}"#;
