//! An Apache Kafka broker for the tests of several packages, which include this file by its path.
//!
//! Without java or the jars the tests print that they are skipped; in CI (if `CI` is set) they fail.
//! `start` says which users and listeners the broker has.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

/// A broker with ports and data of its own, which ends with this value.
pub(crate) struct Broker {
    folder: PathBuf,
}

impl Broker {
    /// Starts a broker, or returns nothing after a message that the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("kafka-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let broker = Self { folder };
        broker.run().then_some(broker)
    }

    /// The broker that the tests of a program share.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Broker>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(|error| error.into_inner());
        if let Some(broker) = shared.upgrade() {
            return Some(broker);
        }
        let broker = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&broker);
        Some(broker)
    }

    /// Starts it again after it was killed, with its data and ports.
    pub(crate) fn restart(&self) {
        assert!(self.run());
    }

    fn run(&self) -> bool {
        let output = script().arg(&self.folder).output().unwrap();
        if output.status.success() {
            return true;
        }
        let reason = String::from_utf8_lossy(&output.stderr);
        let is_missing = output.status.code() == Some(3);
        assert!(is_missing && env::var_os("CI").is_none(), "{reason}");
        eprintln!("SKIPPED: {reason}");
        false
    }

    /// `HOST:PORT` with TLS and SASL.
    pub(crate) fn sasl_ssl(&self) -> String {
        self.read("bootstrap")
    }

    /// `HOST:PORT` with TLS and without login.
    pub(crate) fn ssl(&self) -> String {
        self.read("bootstrap-ssl")
    }

    /// `HOST:PORT` without TLS.
    pub(crate) fn plain(&self) -> String {
        self.read("bootstrap-plain")
    }

    fn read(&self, file: &str) -> String {
        let text = fs::read_to_string(self.folder.join(file)).unwrap();
        text.trim().to_owned()
    }

    /// The certificate to trust.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The certificate of another authority.
    pub(crate) fn other_ca(&self) -> PathBuf {
        self.folder.join("other-ca.pem")
    }

    /// Sends a signal: `KILL`, `STOP`, `CONT`. Returns after the process has ended, if it was killed.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.read("pid");
        assert!(kill(signal, &pid), "the broker does not run");
        while signal == "KILL" && kill("0", &pid) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Runs a command of Apache Kafka against the listener without TLS, and returns its output.
    pub(crate) fn tool(&self, class: &str, arguments: &[&str]) -> String {
        self.tool_with_input(class, arguments, "")
    }

    /// The same with this standard input.
    pub(crate) fn tool_with_input(&self, class: &str, arguments: &[&str], input: &str) -> String {
        let mut child = script()
            .args(["--tool", class, "--bootstrap-server", &self.plain()])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, input.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{class}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Ok(pid) = fs::read_to_string(self.folder.join("pid")) {
            kill("KILL", pid.trim());
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn script() -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/servers/kafka/start");
    let mut command = Command::new(script);
    // The broker inherits none of the pipes of a test.
    command.stdin(Stdio::null());
    command
}

fn kill(signal: &str, pid: &str) -> bool {
    let mut kill = Command::new("kill");
    let status = kill
        .args(["-s", signal, pid])
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
