//! `cargo lambda watch`: finds it, starts it with the function, invokes the function, and ends all
//! its processes.

use std::ffi::OsString;
use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use super::http;

/// The program, or `None` after a message that the test is skipped.
pub(crate) fn cargo_lambda() -> Option<OsString> {
    let named = env::var_os("HYDRANT_CARGO_LAMBDA");
    let program = named.clone().unwrap_or_else(|| "cargo-lambda".into());
    let found = Command::new(&program)
        .args(["lambda", "--version"])
        .output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    let program = program.display();
    let missing = format!("no {program}: `pip install cargo-lambda`, or set HYDRANT_CARGO_LAMBDA");
    assert!(named.is_none() && env::var_os("CI").is_none(), "{missing}");
    eprintln!("SKIPPED: {missing}");
    None
}

/// The emulator, which runs the function.
pub(crate) struct Watch {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Watch {
    /// Starts it and waits until it listens.
    pub(crate) fn start(program: &OsString, target: &Path) -> Self {
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cargo-lambda-watch.log");
        let file = File::create(&log).unwrap();
        let port = free_port();
        let child = Command::new(program)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["lambda", "watch", "--ignore-changes"])
            // The same build as that of the other tests, which share the file.
            .args(["--example", "function", "--features", "graceful-shutdown"])
            .args(["--invoke-address", "127.0.0.1", "--invoke-port"])
            .arg(port.to_string())
            // `--target-dir` would be passed to `cargo metadata`, which does not have this option.
            .env("CARGO_TARGET_DIR", target)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            // A process group, so that cargo and the function are ended as well.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut watch = Self { child, port, log };
        watch.wait_until_it_listens();
        watch
    }

    /// Invokes the function, and returns the status and the body of the response. The name `_` is
    /// the default function, here the only one.
    pub(crate) fn invoke(&self, body: &[u8]) -> (u16, Vec<u8>) {
        http::post(self.port, "/2015-03-31/functions/_/invocations", body)
            .unwrap_or_else(|error| panic!("{error}; {}", self.log()))
    }

    fn wait_until_it_listens(&mut self) {
        let start = Instant::now();
        while !self.listens() {
            let ended = self.child.try_wait().unwrap().is_some();
            let waits = !ended && start.elapsed() < Duration::from_secs(60);
            assert!(waits, "{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the port is open. A connection to a free local port can be a connection of the
    /// socket to itself.
    fn listens(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port))
            .is_ok_and(|stream| stream.local_addr().ok() != stream.peer_addr().ok())
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        // Ends the processes by a signal; if that fails, kills the emulator.
        let asked = Command::new("kill").args(["-TERM", "--", &group]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
