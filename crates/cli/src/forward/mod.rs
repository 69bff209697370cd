//! `hydrant forward` and the commands around it: from files to the target of a configuration.

pub(crate) mod arguments;
pub(crate) mod check;
mod checkpoint;
mod compare;
pub(crate) mod consume;
pub(crate) mod policy;
mod read;
pub(crate) mod redrive;
mod report;
pub(crate) mod run;
pub(crate) mod settings;
mod settle;
mod silence;
pub(crate) mod warnings;

use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::exit::Failure;
use crate::interrupt::Stop;
use crate::terminal;
use hydrant_forward::Forwarder;

/// The threads that deliver. Messages are read and mapped on another one.
const THREADS: usize = 2;

/// Reports dead letters that were deleted.
fn report_expired(forwarder: &Forwarder) {
    let expired = forwarder.expired_dead_letters();
    if expired > 0 {
        terminal::complain(&format!(
            "warning: dead letters that were deleted, because they were older than \
             dead_letter_retention or took more than dead_letter_max_bytes: {expired}"
        ));
    }
}

/// Distinct reasons of dead letters that are shown.
const REASONS: usize = 5;

/// Reports why dead letters were stored, the most frequent reasons first.
fn report_reasons(forwarder: &Forwarder) {
    let reasons = forwarder.dead_letter_reasons();
    let (shown, others) = reasons.split_at(reasons.len().min(REASONS));
    for (reason, letters) in shown {
        terminal::complain(&format!("dead letters, {letters}: {reason}"));
    }
    if !others.is_empty() {
        let letters: u64 = others.iter().map(|(_, letters)| letters).sum();
        let reasons = others.len();
        terminal::complain(&format!("dead letters, {letters}: {reasons} other reasons"));
    }
}

/// Starts tokio.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    let mut builder = Builder::new_multi_thread();
    let started = builder.worker_threads(THREADS).enable_all().build();
    started.map_err(|error| Failure::Delivery(format!("cannot start threads: {error}")))
}

/// Becomes true when the stop is raised.
pub(crate) fn stopped(stop: &Arc<Stop>) -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    let stop = Arc::clone(stop);
    let wait = move || {
        let _ = stop.woken().recv();
        let _ = sender.send(true);
    };
    // Without the thread, an interruption waits for room.
    let _ = std::thread::Builder::new()
        .name("stop".to_owned())
        .spawn(wait);
    receiver
}
