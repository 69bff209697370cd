//! The results as JSON: the report with everything, and the formats of two services that watch
//! benchmarks.

use super::Comparison;
use super::earlier::FORMAT;
use super::limits::Limit;
use super::results::{Figure, Results};
use hydrant::write::JsonWriter;
use hydrant_plan::LAMBDA_GOAL_MS;

/// Everything, as one object on one line.
pub(super) fn report(results: &Results, limits: &[Limit], compared: &[Comparison]) -> Vec<u8> {
    let tally = &results.measured.tally;
    let mut out = Vec::new();
    JsonWriter::new(&mut out).object(|json| {
        json.text_field("format", FORMAT);
        json.object_field("module", |json| {
            json.text_field("name", &results.name);
            json.text_field("version", &results.version);
            json.text_field("handlers", if results.is_async { "async" } else { "sync" });
        });
        json.uint_field("concurrency", results.concurrency as u64);
        json.object_field("input", |json| {
            json.uint_field("messages", results.messages.all.len() as u64);
            json.uint_field("events", results.messages.events);
            json.uint_field("bytes", results.messages.bytes);
        });
        number(json, "seconds", results.seconds());
        json.uint_field("messages", results.count());
        json.uint_field("events", tally.events);
        json.uint_field("bytes", tally.bytes);
        number(
            json,
            "messages_per_second",
            results.per_second(results.count()),
        );
        number(json, "events_per_second", results.per_second(tally.events));
        number(json, "mb_per_second", results.per_second(tally.bytes) / 1e6);
        json.object_field("service_ms", |json| {
            number(json, "mean", results.mean_ms());
            number(json, "cv", results.variation());
            number(json, "min", results.ms(0.0));
            number(json, "p50", results.ms(0.5));
            number(json, "p95", results.ms(0.95));
            number(json, "p99", results.ms(0.99));
            number(json, "max", results.ms(1.0));
            json.list_field("samples", |json| {
                for sample in results.samples() {
                    json.double_element(rounded(sample));
                }
            });
        });
        optional(json, "cpu_share", results.cpu_share());
        json.object_field("goal", |json| {
            number(json, "p99_ms", LAMBDA_GOAL_MS);
            match results.reaches_goal() {
                Some(reached) => json.bool_field("reached", reached),
                None => json.null_field("reached"),
            }
        });
        optional(json, "peak_memory_mib", results.peak_memory_mib);
        number(json, "input_mib", results.input_mib());
        match &results.cold_starts {
            None => json.null_field("cold_start_ms"),
            Some(starts) => json.object_field("cold_start_ms", |json| {
                number(json, "median", starts.median);
                number(json, "min", starts.min);
                number(json, "max", starts.max);
                json.uint_field("count", starts.count as u64);
            }),
        }
        outcomes(json, results);
        json.list_field("limits", |json| {
            for limit in limits {
                json.object_element(|json| {
                    json.text_field("option", limit.option);
                    number(json, "limit", limit.limit);
                    optional(json, "value", results.figure(limit.figure));
                    json.bool_field("passed", limit.is_kept(results));
                });
            }
        });
        match compared.is_empty() {
            true => json.null_field("baseline"),
            false => json.object_field("baseline", |json| {
                for comparison in compared {
                    let path = comparison.figure.path().join(".");
                    json.object_field(&path, |json| {
                        number(json, "before", comparison.before);
                        number(json, "ratio", comparison.ratio);
                        number(json, "worse_by_percent", comparison.worse_by());
                    });
                }
            }),
        }
    });
    out.push(b'\n');
    out
}

fn outcomes(json: &mut JsonWriter<'_>, results: &Results) {
    let (answers, events) = (
        results.measured.tally.answers,
        results.measured.tally.outcomes,
    );
    json.object_field("answers", |json| {
        json.uint_field("answered", answers.answered);
        json.uint_field("dead_letter", answers.dead_letter);
        json.uint_field("retry", answers.retry);
        json.uint_field("rejected", answers.rejected);
        json.uint_field("refused", answers.refused);
    });
    json.object_field("outcomes", |json| {
        json.uint_field("done", events.done);
        json.uint_field("skipped", events.skipped);
        json.uint_field("retry", events.retry);
        json.uint_field("discarded", events.discarded);
        json.uint_field("rejected", events.rejected);
    });
    json.uint_field("panics", results.measured.panics);
}

/// The list that github-action-benchmark reads with `tool: customSmallerIsBetter`. So throughput is
/// given as time per message and per event.
pub(super) fn github_action_benchmark(results: &Results) -> Vec<u8> {
    let tally = &results.measured.tally;
    let mut out = Vec::new();
    JsonWriter::new(&mut out).list(|json| {
        let mut entry = |name: &str, unit: &str, value: f64, range: Option<f64>| {
            json.object_element(|json| {
                json.text_field("name", &format!("{}: {name}", results.name));
                json.text_field("unit", unit);
                number(json, "value", value);
                if let Some(range) = range {
                    json.text_field("range", &format!("\u{b1} {range:.3}"));
                }
            });
        };
        let micros = results.seconds() * 1e6;
        entry(
            "time per message",
            "us",
            micros / results.count() as f64,
            None,
        );
        if tally.events > 0 {
            entry("time per event", "us", micros / tally.events as f64, None);
        }
        entry("service time, p50", "ms", results.ms(0.5), None);
        entry("service time, p95", "ms", results.ms(0.95), None);
        entry("service time, p99", "ms", results.ms(0.99), None);
        if let Some(mib) = results.peak_memory_mib {
            entry("peak memory", "MiB", mib, None);
        }
        if let Some(starts) = results.cold_starts {
            let range = (starts.max - starts.min) / 2.0;
            entry("cold start", "ms", starts.median, Some(range));
        }
    });
    out.push(b'\n');
    out
}

/// The object that Bencher reads with `--adapter json`, in the units of its own measures:
/// nanoseconds, and operations per second.
pub(super) fn bencher(results: &Results) -> Vec<u8> {
    const NANOS: f64 = 1e6;
    let mut out = Vec::new();
    let name = |suffix: &str| format!("{}{suffix}", results.name);
    let metric =
        |json: &mut JsonWriter<'_>, measure: &str, value: f64, bounds: Option<(f64, f64)>| {
            json.object_field(measure, |json| {
                number(json, "value", value);
                if let Some((lower, upper)) = bounds {
                    number(json, "lower_value", lower);
                    number(json, "upper_value", upper);
                }
            });
        };
    JsonWriter::new(&mut out).object(|json| {
        json.object_field(&name(""), |json| {
            let times = [0.0, 0.5, 0.95].map(|quantile| results.ms(quantile) * NANOS);
            let [lower, value, upper] = times;
            metric(json, "latency", value, Some((lower, upper)));
            let throughput = results.per_second(results.count());
            metric(json, "throughput", throughput, None);
            if let Some(mib) = results.peak_memory_mib {
                metric(json, "peak-memory", mib * f64::from(1 << 20), None);
            }
        });
        for (suffix, figure) in [(" p95", Figure::P95), (" p99", Figure::P99)] {
            if let Some(ms) = results.figure(figure) {
                json.object_field(&name(suffix), |json| {
                    metric(json, "latency", ms * NANOS, None)
                });
            }
        }
        if results.measured.tally.events > 0 {
            let events = results.per_second(results.measured.tally.events);
            json.object_field(&name(" events"), |json| {
                metric(json, "throughput", events, None)
            });
        }
        if let Some(starts) = results.cold_starts {
            json.object_field(&name(" cold start"), |json| {
                let bounds = (starts.min * NANOS, starts.max * NANOS);
                metric(json, "latency", starts.median * NANOS, Some(bounds));
            });
        }
    });
    out.push(b'\n');
    out
}

/// At most six decimals: more are noise.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn number(json: &mut JsonWriter<'_>, key: &str, value: f64) {
    json.double_field(key, rounded(value));
}

fn optional(json: &mut JsonWriter<'_>, key: &str, value: Option<f64>) {
    match value {
        Some(value) => number(json, key, value),
        None => json.null_field(key),
    }
}
