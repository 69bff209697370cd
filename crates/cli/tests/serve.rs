//! `hydrant serve` as a process: its answers, its records, and its end by a signal.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[cfg(target_os = "linux")]
#[path = "serve/memory.rs"]
mod memory;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const BATCH: &str = r#"{"type":"event_processing_request","id":"76e558fa-f456-437c-bb81-e658f75a7bd9","timestamp_ms":1446250094767,"events":[{"type":"custom_event","id":"76e558fa-f456-437c-bb81-e658f75a7bd0","timestamp_ms":1446250094767,"name":"a"}]}"#;

/// The program, serving.
struct Serving {
    child: Child,
    errors: BufReader<ChildStderr>,
    address: String,
    /// What it has printed before it listened.
    notes: String,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_hydrant"));
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    command.args(arguments);
    command
}

fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    command
        .env_remove("HYDRANT_TOKENS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn start(mut command: Command) -> Serving {
    let mut child = command.spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut notes = String::new();
    let address = loop {
        let mut line = String::new();
        assert!(
            errors.read_line(&mut line).unwrap() > 0,
            "it ended: {notes}"
        );
        if let Some(address) = line.trim().strip_prefix("listening at http://") {
            break address.to_owned();
        }
        notes.push_str(&line);
    };
    Serving {
        child,
        errors,
        address,
        notes,
    }
}

impl Serving {
    fn post(&self, fields: &str, body: &str) -> String {
        try_post(&self.address, fields, body).expect("an answer")
    }

    fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end; returns the status and what was printed on standard error.
    fn wait(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.errors.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

/// Sends one request in a connection of its own; `None` if the connection ended without an answer.
fn try_post(address: &str, fields: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    let length = body.len();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).ok()?;
    (!reply.is_empty()).then_some(reply)
}

#[test]
fn null_answers_everything_and_ends_by_a_signal() {
    let serving = start(command(&["--to", "null"]));
    assert!(
        serving.notes.contains("note: no tokens"),
        "{}",
        serving.notes
    );
    let reply = serving.post("", r#"{"type":"module_registration_request"}"#);
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    assert!(reply.contains("event_processing_registration"), "{reply}");
    assert!(serving.post("", BATCH).starts_with("HTTP/1.1 200 "));
    assert!(serving.post("", "{").starts_with("HTTP/1.1 400 "));
    serving.terminate();
    let (status, errors) = serving.wait();
    assert_eq!(status.code(), Some(0), "{errors}");
    assert!(errors.contains("ending"), "{errors}");
}

#[test]
fn the_console_is_served_beside_the_metrics_to_loopback_names() {
    let serving = start(command(&[
        "--to",
        "null",
        "--admin",
        "127.0.0.1:0",
        "--console",
    ]));
    let (_, address) = serving.notes.split_once("console at http://").unwrap();
    let address = address
        .lines()
        .next()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    let get = |host: &str, path: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    };
    let page = get("localhost", "/");
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(page.contains("name=\"hydrant-token\""), "{page}");
    assert!(get("console.example", "/").starts_with("HTTP/1.1 403 "));
    assert!(get("localhost", "/api/state").starts_with("HTTP/1.1 403 "));
    assert!(get("localhost", "/metrics").starts_with("HTTP/1.1 200 "));
    assert!(!serving.notes.contains("no password"), "{}", serving.notes);
    serving.terminate();
    assert_eq!(serving.wait().0.code(), Some(0));
    let arguments = ["--to", "null", "--admin", "0.0.0.0:0", "--console"];
    let serving = start(command(&arguments));
    serving.terminate();
    assert!(serving.notes.contains("no password"), "{}", serving.notes);
    assert_eq!(serving.wait().0.code(), Some(0));
}

#[test]
fn tokens_are_read_from_the_environment_and_not_printed() {
    let mut command = command(&["--to", "null", "--log", "debug"]);
    command.env("HYDRANT_TOKENS", "first-secret, second-secret");
    let serving = start(command);
    for token in ["first-secret", "second-secret"] {
        let field = format!("Authorization: Token {token}\r\n");
        assert!(
            serving.post(&field, BATCH).starts_with("HTTP/1.1 200 "),
            "{token}"
        );
    }
    assert!(serving.post("", BATCH).starts_with("HTTP/1.1 401 "));
    serving.terminate();
    let notes = serving.notes.clone();
    let (status, errors) = serving.wait();
    assert_eq!(status.code(), Some(0), "{errors}");
    // A wrong token is reported as an error, because its data is lost.
    assert!(
        errors.contains("ERROR") && errors.contains("wrong"),
        "{errors}"
    );
    assert!(!(notes + &errors).contains("secret"));
}

/// A variable that is set and has no token is a mistake of the deployment: the host would be open.
#[test]
#[cfg(unix)]
fn files_with_secrets_that_others_can_read_are_reported() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    std::fs::write(&file, "t0ken\n").unwrap();
    let path = file.to_str().unwrap();
    for (mode, warned) in [(0o644, true), (0o600, false)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let serving = start(command(&["--to", "null", "--tokens-file", path]));
        let warning = format!(
            "warning: {path} holds secrets and can be read by other users; `chmod 600` it\n"
        );
        let notes = serving.notes.clone();
        serving.terminate();
        serving.wait();
        assert_eq!(notes.contains(&warning), warned, "{mode:o}: {notes}");
    }
    // A key of TLS is read only after the warning.
    let mut command = command(&["--to", "null", "--tls-certificate", path, "--tls-key", path]);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("can be read by other users"), "{errors}");
}

#[test]
fn a_host_with_an_empty_variable_of_tokens_does_not_start() {
    for tokens in ["", " ", ",", " , "] {
        let mut command = command(&["--to", "null"]);
        let mut child = command.env("HYDRANT_TOKENS", tokens).spawn().unwrap();
        let mut errors = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            errors += &line.unwrap();
            if errors.contains("listening") {
                child.kill().unwrap();
            }
        }
        assert_eq!(
            child.wait().unwrap().code(),
            Some(2),
            "{tokens:?}: {errors}"
        );
        assert!(errors.contains("HYDRANT_TOKENS"), "{errors}");
    }
}

/// What was acknowledged was printed, and what was not acknowledged will be repeated.
#[test]
fn a_signal_under_load_loses_nothing() {
    let mut serving = start(command(&["--to", "stdout"]));
    let stdout = serving.child.stdout.take().unwrap();
    let records = thread::spawn(move || BufReader::new(stdout).lines().count());
    let acknowledged = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(reply) = try_post(&serving.address, "", BATCH) {
                    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while acknowledged.load(Ordering::SeqCst) < 300 {
            thread::yield_now();
        }
        serving.terminate();
    });
    let (status, errors) = serving.wait();
    assert_eq!(status.code(), Some(0), "{errors}");
    assert_eq!(records.join().unwrap(), acknowledged.load(Ordering::SeqCst));
}

/// Lines that nobody reads are not acknowledged, and do not keep the host from ending.
#[test]
fn a_pipe_that_nobody_reads_does_not_keep_the_host() {
    // One thread: it must not be the one that waits.
    let mut command = command(&["--to", "stdout", "--timeout", "2", "--grace", "1"]);
    command.env("HYDRANT_THREADS", "1");
    let mut serving = start(command);
    // Longer than the buffer of a pipe.
    let body = BATCH.replace(
        r#""name":"a""#,
        &format!(r#""name":"{}""#, "a".repeat(300_000)),
    );
    let reply = serving.post("", &body);
    assert!(reply.starts_with("HTTP/1.1 503 "), "{reply}");
    let again = serving.post("", BATCH);
    assert!(again.starts_with("HTTP/1.1 503 "), "{again}");
    serving.terminate();
    let mut stdout = serving.child.stdout.take().unwrap();
    let (status, errors) = serving.wait();
    assert_eq!(status.code(), Some(3), "{errors}");
    assert!(
        errors.contains("standard output: nobody reads it"),
        "{errors}"
    );
    // Of what was not acknowledged, no line is whole.
    let mut written = Vec::new();
    stdout.read_to_end(&mut written).unwrap();
    assert!(!written.contains(&b'\n') && written.len() < body.len());
}

/// The standard library opens the null device in its place, so that no write would fail.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_standard_output_is_refused() {
    let program = env!("CARGO_BIN_EXE_hydrant");
    let mut shell = Command::new("sh");
    let line = format!("exec '{program}' serve --listen 127.0.0.1:0 --to stdout >&-");
    let child = shell.args(["-c", &line]).stderr(Stdio::piped());
    let output = child.spawn().unwrap().wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("standard output: it is closed"), "{errors}");
}

#[test]
fn wrong_arguments_say_what_to_do() {
    for (arguments, expected) in [
        (&["--to", "null", "--listen", "0.0.0.0:0"][..], "use TLS"),
        (
            &["--to", "null", "--tls-key", "key.pem"],
            "--tls-certificate",
        ),
        (
            &["--to", "null", "--tokens-file", "/no/such/file"],
            "cannot read the tokens",
        ),
        (&["--to", "null", "--path", "firehose"], "is not a path"),
        (&["--to", "none"], "stdout"),
        (&[], "give it with --to"),
        (
            &["--to", "null", "--auth-grace=soon"],
            "expected a number of seconds",
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hydrant"));
        let output = command.arg("serve").args(arguments).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
    }
}
