//! What a function prints about each message: log lines and metrics, without identities, settings
//! or tokens.

mod log;
mod metrics;
mod panics;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hydrant::{Output, Scratch};
use hydrant_runtime::Ended;

use crate::function::Call;

pub(crate) use log::install as install_logs;
pub(crate) use metrics::Metrics;
pub(crate) use panics::install as install_panic_hook;

/// A message that was handled.
pub(crate) struct Handled<'a> {
    /// How it arrived: `invoke`, `http` or `sqs`.
    pub(crate) source: &'static str,
    pub(crate) bytes: usize,
    pub(crate) call: &'a Call,
    pub(crate) ended: &'a Ended,
    pub(crate) output: &'a Output,
}

/// How long the parts of a message took.
#[derive(Clone, Copy, Default)]
struct Times {
    /// `None` if the message was refused, or not read at all.
    parse: Option<Duration>,
    /// Handlers and delivery.
    handle: Option<Duration>,
    total: Duration,
    /// The age of the message, in milliseconds.
    lag_ms: Option<i64>,
}

impl Times {
    fn of(handled: &Handled<'_>, now_ms: i64) -> Self {
        let (now, started) = (Instant::now(), handled.call.started);
        let parsed = handled.output.parsed_at();
        let sent = handled.output.timestamp_ms();
        Self {
            parse: parsed.map(|parsed| parsed.saturating_duration_since(started)),
            handle: parsed.map(|parsed| now.saturating_duration_since(parsed)),
            total: now.saturating_duration_since(started),
            lag_ms: sent.map(|sent| now_ms.saturating_sub(sent)),
        }
    }
}

/// Prints it.
pub(crate) struct Telemetry {
    metrics: Option<Metrics>,
    cold: AtomicBool,
}

impl Telemetry {
    pub(crate) fn new(metrics: Option<Metrics>) -> Self {
        Self {
            metrics,
            cold: AtomicBool::new(true),
        }
    }

    /// Prints the log lines of a message and counts it. `body` is read again, into `scratch`, only
    /// if something failed.
    pub(crate) fn message(&self, handled: &Handled<'_>, body: &[u8], scratch: &mut Scratch) {
        let times = Times::of(handled, hydrant::host::system_invocation().now_ms());
        let cold = self.cold.swap(false, Ordering::Relaxed);
        log::message(handled, times, cold);
        log::failures(handled, body, scratch);
        if let Some(metrics) = &self.metrics {
            metrics.message(handled, times, cold);
            metrics.flush();
        }
    }

    /// The host panicked. The panic hook has printed where.
    pub(crate) fn panicked(&self, call: &Call) {
        self.cold.store(false, Ordering::Relaxed);
        log::panicked(call);
    }
}
