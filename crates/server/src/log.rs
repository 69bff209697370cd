//! Log lines, as events of the crate `tracing`: without identities, settings or tokens.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hydrant::{Failure, Output};
use hydrant_runtime::Ended;

use crate::exchange::{NotDone, Part};
use crate::refusal::Refusal;
use crate::running::Times;
use crate::service::{Incoming, Processed};

/// Parts of one message that have a line of their own.
const PARTS: usize = 16;

/// The line of a message.
pub(crate) fn message(incoming: &Incoming, processed: &Processed, output: &Output, times: Times) {
    macro_rules! line {
        ($level:ident, $text:literal) => {{
            if !tracing::enabled!(tracing::Level::$level) {
                return;
            }
            let outcomes = output.outcome_counts();
            let error = (!processed.ended.is_answered()).then(|| processed.ended.message());
            tracing::event!(
                tracing::Level::$level,
                source = incoming.source.as_str(),
                status = processed.status,
                verdict = processed.ended.as_str(),
                error,
                message_id = output.message_id().map(tracing::field::display),
                message_type = output.message_type().map(|it| it.as_str().to_owned()),
                account_id = output.account_id(),
                bytes = incoming.body.len(),
                events = output.event_counts().total(),
                done = outcomes.done,
                skipped = outcomes.skipped,
                retry = outcomes.retry,
                discarded = outcomes.discarded,
                rejected = outcomes.rejected,
                suspended = output.is_suspended(),
                parse_us = times.parse.map(micros),
                total_us = micros(times.total),
                lag_ms = times.lag_ms,
                $text
            );
        }};
    }
    static FAULTY: Seldom = Seldom::new();
    match &processed.ended {
        // Senders without a valid token can send any number of these.
        Ended::Refused(_) if !incoming.authorized.is_all() && FAULTY.count().is_none() => {}
        Ended::Answered => line!(DEBUG, "message answered"),
        Ended::Late | Ended::Retry { .. } => line!(WARN, "message to be repeated"),
        Ended::Refused(_) => line!(ERROR, "message refused"),
        _ => line!(ERROR, "message not answered"),
    }
}

static UNAUTHORIZED: Seldom = Seldom::new();
static BROKEN_BODY: Seldom = Seldom::new();
static OTHERS: Seldom = Seldom::new();

/// The line at the end, about the requests since the last lines.
pub(crate) fn rest() {
    let requests: u64 = [&UNAUTHORIZED, &BROKEN_BODY, &OTHERS]
        .map(Seldom::rest)
        .iter()
        .sum();
    if requests > 0 {
        tracing::error!(requests, "more requests were refused for the reasons above");
    }
}

/// The lines of requests that are refused before they are processed: at most one of a kind in ten
/// seconds, because anybody can send such requests.
pub(crate) fn refused(refusal: Refusal) {
    let status = refusal.status;
    match refusal {
        Refusal::UNAUTHORIZED => {
            if let Some(requests) = UNAUTHORIZED.count() {
                tracing::error!(
                    requests,
                    status,
                    "requests with no token or a wrong one; the sender does not repeat after 401, and its \
                     data is lost: compare the token of the sender with those of this host"
                );
            }
        }
        Refusal::BROKEN_BODY => {
            if let Some(requests) = BROKEN_BODY.count() {
                tracing::warn!(
                    requests,
                    status,
                    "requests whose connection or stream ended before their body: look for time-outs of \
                     proxies and for the network; the sender repeats what has no answer"
                );
            }
        }
        _ if refusal.is_final() => {
            if let Some(requests) = OTHERS.count() {
                tracing::error!(
                    requests,
                    status,
                    reason = refusal.text,
                    "requests that were refused for this or other reasons; the sender does not repeat \
                     them, and its data is lost"
                );
            }
        }
        _ => {}
    }
}

/// Whether lines of parts are wanted.
pub(crate) fn has_parts() -> bool {
    tracing::enabled!(tracing::Level::WARN)
}

/// The lines of the parts of a message that failed.
pub(crate) fn parts(output: &Output, parts: &[NotDone]) {
    let failed = parts
        .iter()
        .filter_map(|part| Some((part, part.outcome.failure()?)));
    for (part, failure) in failed.take(PARTS) {
        let kind = match part.part {
            Part::Event => "event",
            Part::Notification => "notification",
        };
        tracing::warn!(
            message_id = output.message_id().map(tracing::field::display),
            account_id = output.account_id(),
            part = kind,
            index = part.index,
            event_id = part.event_id.map(tracing::field::display),
            outcome = part.outcome.as_str(),
            reason = Failure::reason(failure),
            "not done"
        );
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Reports something that may happen with every request at most once in ten seconds, with how often
/// it happened.
pub(crate) struct Seldom {
    since: AtomicU64,
    last: Mutex<Option<Instant>>,
}

impl Seldom {
    pub(crate) const fn new() -> Self {
        Self {
            since: AtomicU64::new(0),
            last: Mutex::new(None),
        }
    }

    /// How many there were since the last report.
    fn rest(&self) -> u64 {
        self.since.swap(0, Ordering::Relaxed)
    }

    /// Counts one more; returns how many there were since the last report if it is time for one.
    pub(crate) fn count(&self) -> Option<u64> {
        self.since.fetch_add(1, Ordering::Relaxed);
        // Another thread is reporting.
        let mut last = self.last.try_lock().ok()?;
        if last.is_some_and(|last| last.elapsed() < Duration::from_secs(10)) {
            return None;
        }
        *last = Some(Instant::now());
        Some(self.since.swap(0, Ordering::Relaxed))
    }
}
