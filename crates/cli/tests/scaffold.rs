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

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The address of the server in the guide.
const ADDRESS: &str = "127.0.0.1:8080";

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
    lints: bool,
    server: Option<Child>,
}

impl User {
    fn command(&self, line: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_hydrant")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut command = Command::new("bash");
        command
            .args(["-c", &line.replace(ADDRESS, &self.address)])
            .current_dir(&self.folder)
            .env("PATH", format!("{}:{path}", program.display()))
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", target)
            // As the tests of the workspace, so that dependencies are compiled once.
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
            .env("LISTEN", &self.address);
        if self.lints {
            // The lints of the package itself, in the same run.
            command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
        }
        command
    }

    /// Types a line, and returns what it prints.
    fn types(&mut self, line: &str) -> String {
        println!("$ {line}");
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
        assert!(!err.contains("warning"), "{line}\n{err}");
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
    std::os::unix::fs::symlink(root(), folder.path().join("hydrant")).unwrap();
    // Free until now, and the server takes it next.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let mut user = User {
        folder: folder.path().to_owned(),
        address,
        lints: has_clippy(),
        server: None,
    };
    let mut printed = String::new();
    let steps = steps();
    for step in &steps {
        printed += &user.types(step);
    }
    let commands = steps.iter().map(|step| step.split(' ').take(2));
    let commands: Vec<String> = commands
        .map(|it| it.collect::<Vec<_>>().join(" "))
        .collect();
    for command in ["hydrant new", "cargo test", "cargo run", "hydrant send"] {
        assert!(commands.iter().any(|it| it == command), "{commands:?}");
    }
    assert!(printed.contains("test result: ok. 6 passed"), "{printed}");
    assert!(
        printed.contains("answered      event_processing_request"),
        "{printed}"
    );
    assert!(!printed.contains("lost          "), "{printed}");
    // What the workflow of the package runs besides.
    user.types("cargo fmt --check");
    let registration = user.types("cargo run --example module -- register --deny-warnings");
    assert!(registration.contains("\"name\":\"Acme\""), "{registration}");
}
