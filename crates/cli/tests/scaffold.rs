//! The steps of `docs/guide/getting-started.md`, as a new user types them: `hydrant new` to an
//! answered message. The package is built offline with the packages of this checkout, in the target
//! folder of this test.
#![cfg(all(unix, feature = "http"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// The address of the server in the guide.
const ADDRESS: &str = "127.0.0.1:8080";

/// The checkout in the guide. It is replaced by the path of this one, which is always the same, so
/// that the next run finds what is compiled.
const CHECKOUT: &str = "--path hydrant";

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::canonicalize(root).unwrap()
}

/// The commands of the blocks that are marked to be run, one per line.
fn steps() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/guide/getting-started.md")).unwrap();
    let blocks = text.split("<!-- run -->\n```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("\n```").next().unwrap());
    let lines = blocks.flat_map(str::lines);
    let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// A user with a shell: the current folder, and what every command gets.
struct User {
    folder: PathBuf,
    address: String,
    admin: String,
    lints: bool,
    server: Option<Child>,
}

impl User {
    fn command(&self, line: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_hydrant")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let checkout = format!("--path {}", root().display());
        let mut command = Command::new("bash");
        command
            .args([
                "-c",
                &line
                    .replace(ADDRESS, &self.address)
                    .replace(CHECKOUT, &checkout),
            ])
            .current_dir(&self.folder)
            .env("PATH", format!("{}:{path}", program.display()))
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", target)
            // The features of the dependencies are not those of the workspace, so that most are
            // compiled again, which is shortest in this way.
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_INCREMENTAL", "0")
            .env("LISTEN", &self.address)
            .env("ADMIN", &self.admin);
        if self.lints {
            // The lints of the package itself, in the same run.
            command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
        }
        command
    }

    /// Types a line, and returns what it prints.
    fn types(&mut self, line: &str) -> String {
        println!("$ {line}");
        let began = Instant::now();
        if let Some(folder) = line.strip_prefix("cd ") {
            self.folder.push(folder);
            return String::new();
        }
        if let Some(line) = line.strip_suffix(" &") {
            self.starts(line);
            return String::new();
        }
        let output = self.command(line).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success(), "{line}\n{out}\n{err}");
        assert!(!err.contains("warning:"), "{line}\n{err}");
        println!("  {:.1} s", began.elapsed().as_secs_f64());
        out + &err
    }

    /// Starts the server, and waits until it listens.
    fn starts(&mut self, line: &str) {
        let mut command = self.command(line);
        // A group of its own, because cargo runs the server as its child.
        command.stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        self.server = Some(child);
        let mut lines = lines.map(|line| line.unwrap());
        assert!(
            lines.any(|line| line.starts_with("listening on ")),
            "the server does not listen"
        );
    }
}

/// What the console answers to its page.
fn console(address: &str, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let host = format!("Host: {address}\r\nConnection: close\r\nX-Hydrant-Console: {token}");
    write!(stream, "GET {path} HTTP/1.1\r\n{host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer
}

/// An address that is free until now.
fn free() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().to_string()
}

impl Drop for User {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let group = format!("-{}", server.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = server.wait();
        }
    }
}

fn has_clippy() -> bool {
    let version = Command::new("clippy-driver").arg("--version").output();
    let has = version.is_ok_and(|version| version.status.success());
    if !has {
        println!("NOTE: without clippy, the lints of the package are not checked.");
    }
    has
}

#[test]
fn a_new_user_gets_to_an_answered_message() {
    let folder = tempfile::tempdir().unwrap();
    let mut user = User {
        folder: folder.path().to_owned(),
        address: free(),
        admin: free(),
        lints: has_clippy(),
        server: None,
    };
    let mut printed = String::new();
    let steps = steps();
    for step in &steps {
        printed += &user.types(step);
    }
    for command in ["hydrant new", "cargo test", "cargo run", "hydrant send"] {
        assert!(steps.iter().any(|it| it.contains(command)), "{steps:?}");
    }
    assert!(printed.contains("test result: ok. 6 passed"), "{printed}");
    assert!(
        printed.contains("answered      event_processing_request"),
        "{printed}"
    );
    let mut outcomes = printed.lines().map(|line| line.split_whitespace().nth(1));
    assert!(outcomes.all(|outcome| outcome != Some("lost")), "{printed}");
    // The page of the console shows the sample.
    let page = console(&user.admin, "/", "");
    let token = page.split("name=\"hydrant-token\" content=\"").nth(1);
    let token = token.unwrap().split('"').next().unwrap();
    let messages = console(&user.admin, "/api/messages", token);
    let sample = "2e3d4a60-6b9c-4f5f-9d52-3b1b0c1f7a11";
    assert!(messages.contains(sample), "{messages}");
    // The server does not start if data would go to a stranger or come from one.
    for (variables, error) in [
        ("", "set ACME_URL to the address"),
        ("ACME_URL=api.acme.example", "set ACME_URL to the address"),
        ("ACME_URL=http://127.0.0.1:9 LISTEN=0.0.0.0:0", "set TOKENS"),
        ("ACME_URL=http://127.0.0.1:9 TOKENS=", "a token is empty"),
    ] {
        user.types(&format!(
            "! {variables} cargo run 2> error && grep '{error}' error"
        ));
    }
    // What the workflow of the package runs besides.
    user.types("cargo fmt --check");
    let registration = user.types("cargo run --example module -- register --deny-warnings");
    assert!(registration.contains("\"name\":\"Acme\""), "{registration}");
}
