//! Stopping early: because a signal asked for it, because nobody reads the output any more, or because a message was
//! refused. Whoever waits for input listens here too, so that a quiet stream holds nobody up.

use std::convert::Infallible;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(unix)]
use std::thread;

use crossbeam::channel::{Receiver, Sender, bounded};

use super::exit;

/// Whether to go on. Shared by the reader, the consumer and the handler of signals.
pub(super) struct Stop {
    raised: AtomicBool,
    interrupted: AtomicBool,
    /// Dropped when raised, which wakes all who wait on the other end.
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

    /// Raises it on the first signal to end, and ends the process on the second. Signals that are ignored when the process
    /// starts stay ignored, as `nohup` expects of SIGHUP.
    pub(super) fn on_signals(self: &Arc<Self>) {
        let stop = Arc::clone(self);
        on_signals(move || {
            if stop.interrupted.swap(true, Ordering::SeqCst) {
                process::exit(exit::INTERRUPTED.into());
            }
            stop.raise();
        });
    }

    /// Asks everybody to stop.
    pub(super) fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
        let mut waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        *waker = None;
    }

    pub(super) fn raised(&self) -> bool {
        self.raised.load(Ordering::SeqCst)
    }

    /// Whether a signal was the reason.
    pub(super) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Is disconnected as soon as the stop is raised.
    pub(super) fn woken(&self) -> &Receiver<Infallible> {
        &self.woken
    }
}

#[cfg(unix)]
fn on_signals(handle: impl Fn() + Send + 'static) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;

    // A file that may not grow (`ulimit -f`) is then an error of writing, which ends with a whole line.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    let ignored = ignored();
    let signals = [SIGINT, SIGTERM, SIGHUP];
    let signals = signals
        .into_iter()
        .filter(|signal| ignored >> (signal - 1) & 1 == 0);
    // Without a handler signals do what they do by default.
    let Ok(mut signals) = Signals::new(signals) else {
        return;
    };
    let handler = move || signals.forever().for_each(|_| handle());
    let _ = thread::Builder::new()
        .name("signals".to_owned())
        .spawn(handler);
}

/// The signals that the process ignores: one bit each, SIGHUP (1) the lowest. Zero where that cannot be found out.
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
    // It fails where a handler is set already; signals then do what that one does.
    let _ = ctrlc::set_handler(handle);
}
