//! Stopping early: because a signal asked for it, because nobody reads the output any more, or because a message was
//! refused. Whoever waits for input listens here too, so that a quiet stream holds nobody up.

use std::convert::Infallible;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

    /// Raises it when the process is interrupted or asked to end. Whoever asks twice does not want to wait.
    pub(super) fn on_signals(self: &Arc<Self>) {
        let stop = Arc::clone(self);
        let handler = move || {
            if stop.interrupted.swap(true, Ordering::SeqCst) {
                process::exit(exit::INTERRUPTED.into());
            }
            stop.raise();
        };
        // It fails where a handler is set already; signals then do what that one does.
        let _ = ctrlc::set_handler(handler);
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
