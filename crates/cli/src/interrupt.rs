//! Stopping early: after a signal, after the output was closed, or after a message was refused.
//! Threads that wait for input wait for the stop, too, so that an idle stream does not delay it.

use std::convert::Infallible;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(unix)]
use std::thread;

use crossbeam::channel::{Receiver, Sender, bounded};

use super::exit;

/// The stop flag. Shared by the reader, the consumer and the signal handler.
pub(super) struct Stop {
    raised: AtomicBool,
    interrupted: AtomicBool,
    /// Dropped when the stop is raised, which wakes all threads that wait for the receiver.
    waker: Mutex<Option<Sender<Infallible>>>,
    woken: Receiver<Infallible>,
}

impl Stop {
    pub(super) fn new() -> Arc<Self> {
        let (waker, woken) = bounded(0);
        Arc::new(Self {
            raised: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            waker: Mutex::new(Some(waker)),
            woken,
        })
    }

    /// Raises the stop on the first terminating signal, and ends the process on the second. Signals
    /// that are ignored when the process starts stay ignored, as `nohup` expects of SIGHUP.
    pub(super) fn on_signals(self: &Arc<Self>) {
        let stop = Arc::clone(self);
        on_signals(move || {
            if stop.interrupted.swap(true, Ordering::SeqCst) {
                process::exit(exit::INTERRUPTED.into());
            }
            stop.raise();
        });
    }

    /// Raises the stop.
    pub(super) fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        *waker = None;
    }

    pub(super) fn raised(&self) -> bool {
        self.raised.load(Ordering::SeqCst)
    }

    /// Whether a signal raised it.
    pub(super) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Disconnected as soon as the stop is raised.
    pub(super) fn woken(&self) -> &Receiver<Infallible> {
        &self.woken
    }
}

#[cfg(unix)]
fn on_signals(handle: impl Fn() + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;

    // A file that may not grow (`ulimit -f`) is then an error of writing, which ends with a whole
    // line.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    let ignored = ignored();
    let signals = [SIGINT, SIGTERM, SIGHUP];
    let signals = signals
        .into_iter()
        .filter(|signal| ignored >> (signal - 1) & 1 == 0);
    // Without a handler, signals have their default effect.
    let Ok(mut signals) = Signals::new(signals) else {
        return;
    };
    let handler = move || signals.forever().for_each(|_| handle());
    let _ = thread::Builder::new()
        .name("signals".to_owned())
        .spawn(handler);
}

/// The signals that the process ignores: one bit each, SIGHUP (1) the lowest. Zero if they cannot
/// be determined.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

#[cfg(not(unix))]
fn on_signals(handle: impl Fn() + Send + 'static) {
    // It fails if a handler is already set, which then stays in effect.
    let _ = ctrlc::set_handler(handle);
}
