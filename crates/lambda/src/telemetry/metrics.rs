//! CloudWatch metrics in the embedded metric format: lines of JSON on the standard output, from
//! which CloudWatch makes metrics. They have the dimension `FunctionName`.
//!
//! | metric | unit | per message |
//! |---|---|---|
//! | `Messages` | count | 1 |
//! | `Answered`, `Retries`, `Rejected`, `Refused` | count | 1 for its end; a deadline or a panic is a retry |
//! | `BatchSize` | count | number of events |
//! | `Events.custom_event`, ... | count | events of this type |
//! | `Outcomes.done`, `.skipped`, `.retry`, `.discarded`, `.rejected` | count | events with this outcome |
//! | `ParseTime`, `HandleTime` | microseconds | parsing; handlers and delivery |
//! | `Lag` | milliseconds | now minus `timestamp_ms` of the message |
//! | `ColdStart` | count | 1 for the first message of an environment |

use std::io::{self, Write as _};
use std::time::Duration;

use hydrant::engine::EventCounts;
use hydrant_runtime::Ended;
use metrics::{Counter, Histogram, Unit, counter, describe_histogram, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};

use super::{Handled, Times};

/// The metrics of a function.
pub(crate) struct Metrics {
    collector: &'static Collector,
    messages: Counter,
    answered: Counter,
    retries: Counter,
    rejected: Counter,
    refused: Counter,
    cold_starts: Counter,
    batch_size: Histogram,
    parse_time: Histogram,
    handle_time: Histogram,
    lag: Histogram,
    /// In the order of [`EventCounts::iter`].
    events: Vec<Counter>,
    /// In the order of [`outcomes`].
    outcomes: [Counter; 5],
}

impl Metrics {
    /// Sets the recorder of the crate `metrics`, which also takes the metrics of the module.
    ///
    /// # Errors
    ///
    /// If the program has set another recorder.
    pub(crate) fn install(namespace: String) -> Result<Self, String> {
        let function = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
        let collector = Builder::new()
            .cloudwatch_namespace(namespace)
            .with_dimension("FunctionName", function)
            .init()
            .map_err(|error| error.to_string())?;
        describe_histogram!("BatchSize", Unit::Count, "");
        describe_histogram!("ParseTime", Unit::Microseconds, "");
        describe_histogram!("HandleTime", Unit::Microseconds, "");
        describe_histogram!("Lag", Unit::Milliseconds, "");
        let types = EventCounts::default();
        Ok(Self {
            collector,
            messages: counter!("Messages"),
            answered: counter!("Answered"),
            retries: counter!("Retries"),
            rejected: counter!("Rejected"),
            refused: counter!("Refused"),
            cold_starts: counter!("ColdStart"),
            batch_size: histogram!("BatchSize"),
            parse_time: histogram!("ParseTime"),
            handle_time: histogram!("HandleTime"),
            lag: histogram!("Lag"),
            events: types
                .iter()
                .map(|(name, _)| counter!(format!("Events.{name}")))
                .collect(),
            outcomes: ["done", "skipped", "retry", "discarded", "rejected"]
                .map(|name| counter!(format!("Outcomes.{name}"))),
        })
    }

    pub(super) fn message(&self, handled: &Handled<'_>, times: Times, cold: bool) {
        self.messages.increment(1);
        self.cold_starts.increment(u64::from(cold));
        let end = match handled.ended {
            Ended::Answered => &self.answered,
            Ended::Rejected { .. } => &self.rejected,
            Ended::Refused(_) => &self.refused,
            // Also the deadline and a panic.
            _ => &self.retries,
        };
        end.increment(1);
        let output = handled.output;
        if output.message_type().is_some() {
            self.batch_size.record(output.event_counts().total() as f64);
        }
        for (counter, (_, count)) in self.events.iter().zip(output.event_counts().iter()) {
            counter.increment(count);
        }
        for (counter, count) in self.outcomes.iter().zip(outcomes(output)) {
            counter.increment(count);
        }
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        if let Some(parse) = times.parse {
            self.parse_time.record(micros(parse));
        }
        if let Some(handle) = times.handle {
            self.handle_time.record(micros(handle));
        }
        if let Some(lag_ms) = times.lag_ms {
            self.lag.record(lag_ms as f64);
        }
    }

    /// Prints what has changed, in one call of the operating system.
    pub(super) fn flush(&self) {
        let mut lines = Vec::with_capacity(1024);
        if self.collector.flush(&mut lines).is_ok() {
            // Nobody could be told about a failure.
            let _ = io::stdout().lock().write_all(&lines);
        }
    }
}

fn outcomes(output: &hydrant::Output) -> [u64; 5] {
    let counts = output.outcome_counts();
    [
        counts.done,
        counts.skipped,
        counts.retry,
        counts.discarded,
        counts.rejected,
    ]
}
