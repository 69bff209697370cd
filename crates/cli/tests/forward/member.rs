//! Processes of `hydrant consume`, and what they deliver.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::crashes::kill;
use crate::support::*;
use crate::target::*;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A process in the background, which ends with this value.
pub(crate) struct Member {
    child: Child,
    report: std::path::PathBuf,
    log: std::path::PathBuf,
}

impl Member {
    pub(crate) fn start(setup: &Setup, name: &str, args: &[&str]) -> Self {
        let report = setup.path(&format!("{name}.json"));
        let log = setup.path(&format!("{name}.log"));
        let file = fs::OpenOptions::new().create(true).append(true).open(&log);
        let mut command = setup.command("consume", &["--report-file"]);
        command.arg(&report).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(file.unwrap()).spawn().unwrap();
        Self { child, report, log }
    }

    pub(crate) fn kill(mut self) {
        kill(self.child.id());
        self.child.wait().unwrap();
    }

    /// Ends it as an operator does; its exit status and its report.
    pub(crate) fn stop(mut self) -> (Option<i32>, Value) {
        let pid = self.child.id().to_string();
        let mut command = std::process::Command::new("kill");
        assert!(command.args(["-TERM", &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.code().is_some(), "{status}: {}", self.log());
        let status = status.code();
        let report = fs::read_to_string(&self.report).unwrap();
        (status, serde_json::from_str(&report).unwrap())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until this many different events have arrived.
pub(crate) fn wait_for(target: &Target, events: usize, seconds: u32, what: impl Fn() -> String) {
    let end = Instant::now() + seconds * SECOND;
    while target.distinct().len() < events {
        let count = target.distinct().len();
        assert!(Instant::now() < end, "{count} of {events}: {}", what());
        thread::sleep(Duration::from_millis(20));
    }
}

/// First deliveries are in the order of each user. Returns the number of repetitions.
pub(crate) fn assert_order(target: &Target) -> usize {
    let (mut last, mut first) = (BTreeMap::new(), HashSet::new());
    let accepted = target.accepted();
    for accepted in &accepted {
        if first.insert(accepted.number) {
            let before = last.insert(accepted.mpid, accepted.number);
            assert!(
                before < Some(accepted.number),
                "{accepted:?} comes after {before:?}"
            );
        }
    }
    accepted.len() - first.len()
}
