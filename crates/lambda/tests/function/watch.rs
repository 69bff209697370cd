//! `cargo lambda watch`: finds it, starts it and the function, invokes the function, and ends all
//! processes.

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

/// The emulator and the function.
pub(crate) struct Watch {
    emulator: Child,
    function: Option<Child>,
    port: u16,
    log: PathBuf,
}

impl Watch {
    /// Starts the emulator, waits until it listens, and starts this function with these variables.
    /// The emulator could start it, but only if the workspace had a single program, and it would
    /// build it again with other features.
    pub(crate) fn start(
        cargo_lambda: &OsString,
        function: &Path,
        variables: &[(&str, &str)],
    ) -> Self {
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cargo-lambda-watch.log");
        let file = File::create(&log).unwrap();
        let port = free_port();
        let emulator = Command::new(cargo_lambda)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["lambda", "watch", "--only-lambda-apis"])
            .args(["--invoke-address", "127.0.0.1", "--invoke-port"])
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file.try_clone().unwrap())
            // A process group, so that all its processes are ended.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut watch = Self {
            emulator,
            function: None,
            port,
            log,
        };
        watch.wait_until_it_listens();
        let function = Command::new(function)
            .envs(variables.iter().copied())
            // As the emulator prints them.
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                format!("http://127.0.0.1:{port}/.rt"),
            )
            .env("AWS_LAMBDA_FUNCTION_NAME", "_")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "4096")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn();
        watch.function = Some(function.unwrap());
        watch
    }

    /// Invokes the function, and returns the status and the body of the response. The name `_` is
    /// the default function.
    pub(crate) fn invoke(&self, body: &[u8]) -> (u16, Vec<u8>) {
        http::post(self.port, "/2015-03-31/functions/_/invocations", body)
            .unwrap_or_else(|error| panic!("{error}; {}", self.log()))
    }

    fn wait_until_it_listens(&mut self) {
        let start = Instant::now();
        while !self.listens() {
            let ended = self.emulator.try_wait().unwrap().is_some();
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
        if let Some(function) = &mut self.function {
            let _ = function.kill();
            let _ = function.wait();
        }
        let group = format!("-{}", self.emulator.id());
        // Ends the processes by a signal; if that fails, kills the emulator.
        let asked = Command::new("kill").args(["-TERM", "--", &group]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.emulator.kill();
        }
        let _ = self.emulator.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
