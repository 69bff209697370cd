//! Builds and starts the function, and messages for it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::endpoint::{Endpoint, Running};

#[allow(dead_code)] // only the modules are used
#[path = "../../examples/function.rs"]
pub(crate) mod example;

/// A function and its endpoint.
pub(crate) struct Function {
    pub(crate) endpoint: Endpoint,
    pub(crate) process: Running,
}

impl Function {
    /// Starts the function in this mode, with these variables. What it prints is kept in a file of
    /// this name.
    pub(crate) fn start(name: &str, mode: &str, variables: &[(&str, &str)]) -> Self {
        let endpoint = Endpoint::start();
        let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("function-{name}.log"));
        let variables = [&[("MODE", mode)], variables].concat();
        let process = endpoint.run_with(program(), &variables, output);
        Self { endpoint, process }
    }

    /// Invokes the function with a minute of time.
    pub(crate) fn invoke(&mut self, body: &[u8]) -> super::endpoint::Answer {
        self.endpoint.invoke(body, soon())
    }

    /// Invokes the function with an event, and returns the answer as JSON.
    pub(crate) fn answer(&mut self, event: &Value) -> (bool, Value) {
        let answer = self.invoke(event.to_string().as_bytes());
        (answer.failed, value(&answer.body))
    }
}

/// The function.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let target = target();
        let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--quiet", "--example", "function", "--features"])
            .args(["graceful-shutdown", "--target-dir"])
            .arg(&target)
            .status()
            .unwrap();
        assert!(built.success(), "the function does not build");
        target.join("debug/examples/function")
    })
}

/// The target folder, of which this test is `debug/deps/function-*`.
fn target() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

pub(crate) fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_millis().try_into().unwrap()
}

/// A deadline in a minute.
pub(crate) fn soon() -> u64 {
    now_ms() + 60_000
}

pub(crate) fn value(text: &[u8]) -> Value {
    serde_json::from_slice(text)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
}

/// A message with two events, in which something goes wrong.
pub(crate) fn faulty(fault: &str) -> String {
    with_names(fault, &["a", "b"])
}

/// A message with events of these names.
pub(crate) fn with_names(fault: &str, names: &[&str]) -> String {
    let events = names
        .iter()
        .enumerate()
        .map(|(index, name)| json!({"type": "custom_event", "name": name, "id": event_id(index)}));
    let events: Vec<Value> = events.collect();
    let account = json!({"account_id": 7, "account_settings": {"fault": fault}});
    json!({
        "type": "event_processing_request",
        "id": "b4d1a6f0-5f0e-4a0c-8c65-2f6c1b9d1a11",
        "timestamp_ms": now_ms(),
        "account": account,
        "events": events,
    })
    .to_string()
}

pub(crate) fn event_id(index: usize) -> String {
    format!("00000000-0000-4000-8000-{index:012}")
}

/// The lines of JSON that the function has printed.
pub(crate) fn lines(output: &str) -> Vec<Value> {
    let lines = output.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| value(line.as_bytes())).collect()
}

/// The files of `corpus/valid` and, if they are there, the published samples of the Java SDK: the
/// messages with the names of their files.
pub(crate) fn samples() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let own = files(&root.join("corpus/valid")).unwrap();
    assert!(!own.is_empty());
    let shared =
        env::var_os("HYDRANT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let examples = shared.join("firehose/examples");
    let published = files(&examples).unwrap_or_else(|_| {
        let examples = examples.display();
        eprintln!("SKIPPED: no published samples at {examples}; set HYDRANT_SHARED");
        Vec::new()
    });
    let mut messages = Vec::new();
    for (name, file) in own.into_iter().chain(published) {
        let lines = name.ends_with(".ndjson");
        for message in file.split(|&byte| lines && byte == b'\n') {
            if !message.trim_ascii().is_empty() {
                messages.push((name.clone(), message.to_vec()));
            }
        }
    }
    messages
}

/// The files of a folder with their names.
fn files(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        files.push((path.display().to_string(), std::fs::read(&path)?));
    }
    files.sort();
    Ok(files)
}
