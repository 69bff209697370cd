//! The metrics of a service, in the format that Prometheus reads.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hydrant::Output;
use hydrant::engine::EventCounts;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::refusal::Refusal;
use crate::running::Times;
use crate::service::Processed;

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// Seconds from the message to its answer.
const SERVICE: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
];

/// Seconds between the making of a message and its arrival.
const LAG: [f64; 10] = [
    0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0,
];

/// A histogram without a lock, which the threads would wait for at each message.
#[derive(Clone, Debug)]
struct Histogram(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Upper bounds in seconds, and how many values are at most as large as this one and larger than
    /// the one before.
    buckets: Vec<(f64, AtomicU64)>,
    micros: AtomicU64,
}

impl Histogram {
    fn new(bounds: &[f64]) -> Self {
        let bounds = bounds.iter().copied().chain([f64::INFINITY]);
        Self(Arc::new(Inner {
            buckets: bounds.map(|bound| (bound, AtomicU64::new(0))).collect(),
            micros: AtomicU64::new(0),
        }))
    }

    fn observe(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        let bucket = self.0.buckets.iter().find(|(bound, _)| seconds <= *bound);
        if let Some((_, count)) = bucket {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let buckets = self.0.buckets.iter();
        let buckets: Vec<(f64, u64)> = buckets
            .map(|(bound, count)| (*bound, count.load(Ordering::Relaxed)))
            .collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let seconds = self.0.micros.load(Ordering::Relaxed) as f64 / 1e6;
        encoder.encode_histogram::<NoLabelSet>(seconds, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

pub(crate) struct Metrics {
    registry: Registry,
    messages: Family<Labels<2>, Counter>,
    refusals: Family<Labels<2>, Counter>,
    /// In the order of [`EventCounts::iter`].
    events: Vec<Counter>,
    /// In the order of [`outcomes`].
    outcomes: [Counter; 5],
    service: Histogram,
    parse: Histogram,
    lag: Histogram,
    unrecorded: Counter,
    pub(crate) connections: Gauge,
    pub(crate) handshakes_failed: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("hydrant");
        let messages = Family::<Labels<2>, Counter>::default();
        registry.register(
            "messages",
            "Messages that were processed, by type and end",
            messages.clone(),
        );
        let refusals = Family::<Labels<2>, Counter>::default();
        registry.register(
            "refused_requests",
            "Requests that were not processed, by status and reason",
            refusals.clone(),
        );
        for refusal in Refusal::ALL {
            drop(refusals.get_or_create(&refusal.labels()));
        }
        let by_type = Family::<Labels<1>, Counter>::default();
        registry.register("events", "Events, by type", by_type.clone());
        let types = EventCounts::default();
        let events = types.iter();
        let events = events.map(|(name, _)| by_type.get_or_create_owned(&[("type", name)]));
        let events = events.collect();
        let by_outcome = Family::<Labels<1>, Counter>::default();
        registry.register("event_outcomes", "Events, by outcome", by_outcome.clone());
        let outcomes = ["done", "skipped", "retry", "discarded", "rejected"];
        let outcomes =
            outcomes.map(|outcome| by_outcome.get_or_create_owned(&[("outcome", outcome)]));
        let mut histogram = |name: &str, help: &str, buckets: &[f64]| {
            let histogram = Histogram::new(buckets);
            registry.register(name, help, histogram.clone());
            histogram
        };
        let service = histogram(
            "service_seconds",
            "Time from a message to its answer",
            &SERVICE,
        );
        let parse = histogram("parse_seconds", "Time of parsing a message", &SERVICE);
        let lag = histogram(
            "lag_seconds",
            "Age of messages when they were received",
            &LAG,
        );
        let unrecorded = Counter::default();
        registry.register(
            "unrecorded_messages",
            "Messages that a recorder could not store, or whose file was removed",
            unrecorded.clone(),
        );
        let connections = Gauge::default();
        registry.register("connections", "Open connections", connections.clone());
        let handshakes_failed = Counter::default();
        registry.register(
            "failed_handshakes",
            "Connections whose handshake of TLS failed",
            handshakes_failed.clone(),
        );
        Self {
            registry,
            messages,
            refusals,
            events,
            outcomes,
            service,
            parse,
            lag,
            unrecorded,
            connections,
            handshakes_failed,
        }
    }

    pub(crate) fn message(&self, processed: &Processed, output: &Output, times: Times) {
        let kind = output.message_type().map_or("none", |it| it.as_str());
        let labels = [("type", kind), ("ended", processed.ended.as_str())];
        self.messages.get_or_create(&labels).inc();
        self.service.observe(times.total);
        if let Some(parse) = times.parse {
            self.parse.observe(parse);
        }
        // A message from the future has no age.
        if let Some(Ok(lag_ms)) = times.lag_ms.map(u64::try_from) {
            self.lag.observe(Duration::from_millis(lag_ms));
        }
        for (counter, (_, count)) in self.events.iter().zip(output.event_counts().iter()) {
            if count > 0 {
                counter.inc_by(count);
            }
        }
        let counts = output.outcome_counts();
        let counts = [
            counts.done,
            counts.skipped,
            counts.retry,
            counts.discarded,
            counts.rejected,
        ];
        for (counter, count) in self.outcomes.iter().zip(counts) {
            if count > 0 {
                counter.inc_by(count);
            }
        }
    }

    pub(crate) fn refused(&self, refusal: Refusal) {
        self.refusals.get_or_create(&refusal.labels()).inc();
    }

    /// `unrecorded` is what the observers count.
    pub(crate) fn text(&self, unrecorded: u64) -> String {
        self.unrecorded.inner().store(unrecorded, Ordering::Relaxed);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Refusal {
    fn labels(self) -> Labels<2> {
        let status = match self.status {
            400 => "400",
            401 => "401",
            404 => "404",
            405 => "405",
            408 => "408",
            413 => "413",
            415 => "415",
            429 => "429",
            _ => "503",
        };
        [("status", status), ("reason", self.kind)]
    }
}
