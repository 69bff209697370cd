//! The summary of `hydrant replay`.

use std::time::Duration;

use hdrhistogram::Histogram;
use hydrant::write::JsonWriter;

use super::load::Measured;
use crate::sections::{row, section};

pub(super) struct Report<'r> {
    pub(super) measured: &'r Measured,
    /// The requests of the recording.
    pub(super) total: u64,
    pub(super) interrupted: bool,
}

/// Percentiles, by their names in JSON and in the table.
const PERCENTILES: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p999", 0.999),
];

impl Report<'_> {
    fn per_second(&self) -> f64 {
        self.measured.latency.len() as f64 / self.measured.elapsed.as_secs_f64().max(1e-9)
    }

    pub(super) fn table(&self) -> String {
        let Measured {
            latency, service, ..
        } = self.measured;
        let mut text = String::new();
        let counts = [
            row("requests", self.total.to_string(), ""),
            row(
                "sent",
                latency.len().to_string(),
                if self.interrupted { "interrupted" } else { "" },
            ),
            row("answered", self.measured.answered.to_string(), ""),
            row("attempts", self.measured.attempts.to_string(), ""),
            row(
                "throttled",
                self.measured.throttled.to_string(),
                if self.measured.throttled > 0 {
                    "429: nothing was sent until the time of Retry-After, at most for a minute"
                } else {
                    ""
                },
            ),
            row("requests/s", format!("{:.1}", self.per_second()), ""),
        ];
        section("replay", counts).append_to(&mut text);
        text.push_str("last answers\n");
        for (end, count) in &self.measured.ends {
            text.push_str(&format!("  {count:>10}  {end}\n"));
        }
        text.push('\n');
        let mut rows: Vec<_> = PERCENTILES
            .iter()
            .map(|(name, at)| {
                row(
                    name,
                    ms(latency.value_at_quantile(*at)),
                    format!("an attempt {}", ms(service.value_at_quantile(*at))),
                )
            })
            .collect();
        rows.push(row(
            "max",
            ms(latency.max()),
            format!("an attempt {}", ms(service.max())),
        ));
        section("latency, from the time at which a request was due", rows).append_to(&mut text);
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    /// One object on one line.
    pub(super) fn json(&self) -> Vec<u8> {
        let measured = self.measured;
        let mut out = Vec::new();
        JsonWriter::new(&mut out).object(|json| {
            json.uint_field("requests", self.total);
            json.uint_field("sent", measured.latency.len());
            json.uint_field("answered", measured.answered);
            json.uint_field("attempts", measured.attempts);
            json.uint_field("throttled", measured.throttled);
            json.double_field("seconds", measured.elapsed.as_secs_f64());
            json.double_field("requests_per_second", self.per_second());
            json.object_field("ends", |json| {
                for (end, count) in &measured.ends {
                    json.uint_field(end, *count);
                }
            });
            json.object_field("latency_ms", |json| percentiles(json, &measured.latency));
            json.object_field("attempt_ms", |json| percentiles(json, &measured.service));
            json.bool_field("interrupted", self.interrupted);
        });
        out.push(b'\n');
        out
    }
}

fn percentiles(json: &mut JsonWriter<'_>, histogram: &Histogram<u64>) {
    for (name, at) in PERCENTILES {
        json.double_field(name, histogram.value_at_quantile(at) as f64 / 1e3);
    }
    json.double_field("max", histogram.max() as f64 / 1e3);
    json.double_field("mean", histogram.mean() / 1e3);
}

fn ms(micros: u64) -> String {
    format!(
        "{:.1} ms",
        Duration::from_micros(micros).as_secs_f64() * 1e3
    )
}
