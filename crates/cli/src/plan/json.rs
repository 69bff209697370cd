//! The forecast as JSON: one object on one line.

use super::Planned;
use super::arguments::Asked;
use hydrant::write::JsonWriter;
use hydrant_plan::{
    HTTP_GOAL_MS, HostForecast, LAMBDA_GOAL_MS, LambdaForecast, MemorySize, OverTime, Percentiles,
    QuotaRequest, Steady,
};

pub(super) fn json(asked: &Asked, planned: &Planned) -> Vec<u8> {
    let mut out = Vec::new();
    JsonWriter::new(&mut out).object(|json| {
        json.text_field(
            "host",
            match planned {
                Planned::Lambda { .. } => "lambda",
                Planned::Http { .. } => "http",
            },
        );
        number(json, "requests_per_second", asked.per_second);
        number(json, "peak_requests_per_second", asked.peak_per_second);
        number(json, "events_per_request", asked.events_per_request);
        match planned {
            Planned::Lambda {
                forecast, quota, ..
            } => lambda(json, asked, forecast, quota),
            Planned::Http {
                forecast, workers, ..
            } => http(json, *workers, forecast),
        }
        json.uint_field("seed", asked.seed);
    });
    out.push(b'\n');
    out
}

fn lambda(
    json: &mut JsonWriter<'_>,
    asked: &Asked,
    forecast: &LambdaForecast,
    quota: &QuotaRequest,
) {
    let (alone, repeated) = (&forecast.alone, &forecast.repeated);
    json.object_field("service_ms", |json| {
        number(json, "mean", forecast.planned.mean_ms);
        percentiles(json, forecast.planned.service_ms);
    });
    json.object_field("concurrency", |json| {
        over_time(json, forecast.concurrency);
        json.uint_field("ceiling", asked.ceiling.into());
        number(json, "headroom", forecast.headroom);
        json.object_field("in_use", |json| over_time(json, repeated.in_use));
    });
    json.object_field("request_rate", |json| {
        number(json, "ceiling", asked.request_rate);
        let headroom = 1.0 - asked.peak_per_second / asked.request_rate;
        number(json, "headroom", headroom);
    });
    json.object_field("throttled_share", |json| {
        number(json, "first_attempt_no_repeats", alone.refused_first);
        number(json, "first_attempt_with_repeats", repeated.refused_first);
        refusals(json, repeated);
        number(json, "erlang_b", forecast.erlang_b);
    });
    number(json, "throttles_per_second", repeated.refusals_per_second);
    json.object_field("latency_ms", |json| {
        optional_percentiles(json, repeated.duration_ms);
        json.object_field("with_repeats", |json| {
            optional_percentiles(json, repeated.answered_ms);
        });
        number(json, "goal", LAMBDA_GOAL_MS);
        number(json, "cold_start_share", repeated.cold_starts);
    });
    match &forecast.burst {
        None => json.null_field("burst"),
        Some(burst) => json.object_field("burst", |json| {
            number(json, "seconds", asked.peak_seconds);
            json.uint_field("cold_starts", burst.cold_starts);
            json.object_field("throttled_share", |json| {
                let share = burst.steady.refused_first;
                number(json, "first_attempt_with_repeats", share);
                refusals(json, &burst.steady);
            });
            json.object_field("latency_ms", |json| {
                optional_percentiles(json, burst.steady.duration_ms);
                json.object_field("with_repeats", |json| {
                    optional_percentiles(json, burst.steady.answered_ms);
                });
            });
            json.uint_field("backlog", burst.backlog.into());
            number(json, "drained_after_seconds", burst.drained_seconds);
        }),
    }
    let cost = forecast.planned.cost_per_million_events;
    number(json, "cost_per_million_events", cost);
    json.list_field("memory_sizes", |json| {
        for size in &forecast.sizes {
            json.object_element(|json| memory_size(json, size));
        }
    });
    json.object_field("recommended", |json| {
        match forecast.recommended {
            Some(size) => json.uint_field("memory_mb", size.memory_mb.into()),
            None => json.null_field("memory_mb"),
        }
        let reserved = forecast.planned.reserved_concurrency;
        json.uint_field("reserved_concurrency", reserved.into());
        json.uint_field("account_concurrency", quota.limit().into());
    });
    json.text_field("quota_request", &quota.to_string());
}

fn http(json: &mut JsonWriter<'_>, workers: u32, forecast: &HostForecast) {
    json.object_field("concurrency", |json| {
        over_time(json, forecast.concurrency);
        json.uint_field("workers", workers.into());
        number(json, "headroom", forecast.headroom);
    });
    json.bool_field("stable", forecast.waiting.is_some());
    match &forecast.waiting {
        None => {
            json.null_field("waiting");
            json.null_field("latency_ms");
        }
        Some(waiting) => {
            json.object_field("waiting", |json| {
                number(json, "share", waiting.waiting_share);
                number(json, "mean_ms", waiting.mean_wait_ms);
                percentiles(json, waiting.wait_ms);
            });
            json.object_field("latency_ms", |json| {
                percentiles(json, waiting.latency_ms);
                number(json, "goal", HTTP_GOAL_MS);
            });
        }
    }
    match &forecast.formula {
        None => json.null_field("formula"),
        Some(formula) => json.object_field("formula", |json| {
            json.text_field("name", formula.name);
            number(json, "share", formula.waiting_share);
            number(json, "mean_ms", formula.mean_wait_ms);
            number(json, "p99", formula.p99_wait_ms);
        }),
    }
    match &forecast.burst {
        None => json.null_field("burst"),
        Some(burst) => json.object_field("burst", |json| {
            json.uint_field("backlog", burst.backlog.into());
            number(json, "drained_after_seconds", burst.drained_seconds);
            json.object_field("latency_ms", |json| percentiles(json, burst.latency_ms));
        }),
    }
    json.object_field("recommended", |json| {
        json.uint_field("workers", forecast.recommended_workers.into());
    });
}

/// A number with at most six decimals: more are noise, and differ between processors.
fn number(json: &mut JsonWriter<'_>, key: &str, value: f64) {
    json.double_field(key, (value * 1e6).round() / 1e6);
}

fn over_time(json: &mut JsonWriter<'_>, value: OverTime) {
    number(json, "mean", value.mean);
    json.uint_field("p95", value.p95.into());
    json.uint_field("p99", value.p99.into());
}

fn percentiles(json: &mut JsonWriter<'_>, times: Percentiles) {
    number(json, "p50", times.p50);
    number(json, "p95", times.p95);
    number(json, "p99", times.p99);
}

/// Null if there was nothing to measure.
fn optional_percentiles(json: &mut JsonWriter<'_>, times: Option<Percentiles>) {
    match times {
        Some(times) => percentiles(json, times),
        None => {
            for key in ["p50", "p95", "p99"] {
                json.null_field(key);
            }
        }
    }
}

fn refusals(json: &mut JsonWriter<'_>, steady: &Steady) {
    number(json, "by_concurrency", steady.refused_by.concurrency);
    number(json, "by_request_rate", steady.refused_by.request_rate);
    number(json, "by_scaling", steady.refused_by.scaling);
    number(json, "all_attempts_with_repeats", steady.refused_attempts);
    number(json, "given_up", steady.given_up);
}

fn memory_size(json: &mut JsonWriter<'_>, size: &MemorySize) {
    json.uint_field("memory_mb", size.memory_mb.into());
    number(json, "mean_ms", size.mean_ms);
    number(json, "p99_ms", size.service_ms.p99);
    json.bool_field("reaches_goal", size.reaches_goal());
    number(
        json,
        "cost_per_million_events",
        size.cost_per_million_events,
    );
    json.uint_field("reserved_concurrency", size.reserved_concurrency.into());
}
