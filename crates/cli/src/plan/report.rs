//! The forecast in words: sections of named values with remarks, for the terminal and the page.

use comfy_table::{Table, presets};

use super::Planned;
use super::arguments::Asked;
use crate::sections::{Row, Section, align_right, append, row, section};
use crate::terminal;
use hydrant_plan::{
    Burst, HTTP_GOAL_MS, HostForecast, LAMBDA_GOAL_MS, LambdaForecast, MemorySize, Percentiles,
    Steady, WaitingBurst,
};

pub(super) fn sections(asked: &Asked, planned: &Planned) -> Vec<Section> {
    match planned {
        Planned::Lambda {
            forecast, quota, ..
        } => lambda(asked, forecast, quota.limit()),
        Planned::Http {
            forecast, workers, ..
        } => http(asked, forecast, *workers),
    }
}

/// The names of the columns of [`sizes`].
pub(super) const COLUMNS: [&str; 6] = [
    "MB",
    "mean ms",
    "p99 ms",
    "USD per million events",
    "reserved",
    "",
];

/// The memory sizes, with a remark in the last column; none for an HTTP host.
pub(super) fn sizes(planned: &Planned) -> Vec<[String; 6]> {
    let Planned::Lambda { forecast, .. } = planned else {
        return Vec::new();
    };
    let remark = |size: &MemorySize| {
        let is = |other: MemorySize| other.memory_mb == size.memory_mb;
        let remarks = [
            (is(forecast.planned), "planned"),
            (forecast.recommended.is_some_and(is), "recommended"),
            (!size.reaches_goal(), "too slow"),
        ];
        let remarks = remarks.into_iter().filter(|(applies, _)| *applies);
        remarks.map(|(_, text)| text).collect::<Vec<_>>().join(", ")
    };
    let sizes = forecast.sizes.iter();
    sizes
        .map(|size| {
            [
                size.memory_mb.to_string(),
                ms(size.mean_ms),
                ms(size.service_ms.p99),
                usd(size.cost_per_million_events),
                size.reserved_concurrency.to_string(),
                remark(size),
            ]
        })
        .collect()
}

/// The whole report for a terminal.
pub(super) fn text(asked: &Asked, planned: &Planned) -> String {
    let mut text = String::new();
    for section in sections(asked, planned) {
        section.append_to(&mut text);
    }
    if let Planned::Lambda { quota, .. } = planned {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(COLUMNS);
        for size in sizes(planned) {
            table.add_row(size);
        }
        align_right(&mut table, 0..5);
        append(&mut text, "memory sizes", &table.trim_fmt());
        let request = quota.to_string();
        let lines: Vec<String> = request.lines().map(|line| format!("  {line}")).collect();
        append(&mut text, "quota request", &lines.join("\n"));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    terminal::harmless_lines(&text).into_owned()
}

fn lambda(asked: &Asked, forecast: &LambdaForecast, limit: u32) -> Vec<Section> {
    let (alone, repeated) = (&forecast.alone, &forecast.repeated);
    let needed = forecast.concurrency;
    let planned = forecast.planned;
    let rate_left = 1.0 - asked.peak_per_second / asked.request_rate;
    let mut sections = vec![
        arrivals(asked),
        section(
            "concurrency",
            [
                row("needed, mean", rate(needed.mean), "rate x mean duration"),
                row("needed, p95", needed.p95.to_string(), ""),
                row("needed, p99", needed.p99.to_string(), ""),
                row(
                    "ceiling",
                    asked.ceiling.to_string(),
                    headroom(forecast.headroom),
                ),
                row(
                    "requests/s at the ceiling",
                    rate(asked.request_rate),
                    headroom(rate_left),
                ),
            ],
        ),
        section(
            "throttled share",
            [
                row(
                    "first attempts, no repeats",
                    share(alone.refused_first),
                    format!("by Erlang B {}", share(forecast.erlang_b)),
                ),
                row(
                    "first attempts, with repeats",
                    share(repeated.refused_first),
                    causes(repeated),
                ),
                row(
                    "all attempts",
                    share(repeated.refused_attempts),
                    format!("{} refusals per second", rate(repeated.refusals_per_second)),
                ),
                row("requests given up", share(repeated.given_up), ""),
            ],
        ),
        section(
            "latency in ms",
            latency(repeated.duration_ms, repeated.answered_ms, LAMBDA_GOAL_MS),
        ),
    ];
    sections.extend(forecast.burst.map(|burst| lambda_burst(asked, &burst)));
    let recommended = forecast.recommended;
    let memory = recommended.map_or("none".to_owned(), |size| format!("{} MB", size.memory_mb));
    let why = match recommended {
        Some(_) => "the cheapest that reaches 200 ms, with 10 % to spare if one does",
        None => "p99 is above 200 ms at every size: less work, or a faster system downstream",
    };
    sections.push(section(
        "cost and recommendation",
        [
            row(
                "cost per million events",
                usd(planned.cost_per_million_events),
                format!("USD, {} MB, {}", planned.memory_mb, asked.architecture),
            ),
            row("recommended memory", memory, why),
            row(
                "reserved concurrency",
                planned.reserved_concurrency.to_string(),
                "for the planned memory, with a reserve of 30 %",
            ),
            row("account limit", limit.to_string(), "see the quota request"),
        ],
    ));
    sections
}

fn http(asked: &Asked, forecast: &HostForecast, workers: u32) -> Vec<Section> {
    let busy = forecast.concurrency;
    let mut sections = vec![
        arrivals(asked),
        section(
            "workers",
            [
                row("busy, mean", rate(busy.mean), "rate x mean duration"),
                row("busy, p95", busy.p95.to_string(), ""),
                row("busy, p99", busy.p99.to_string(), ""),
                row("workers", workers.to_string(), headroom(forecast.headroom)),
                row(
                    "recommended",
                    forecast.recommended_workers.to_string(),
                    "p99 with a reserve of 30 %",
                ),
            ],
        ),
    ];
    let Some(waiting) = &forecast.waiting else {
        let remark = "the workers cannot do the work of the peak: the queue grows without end";
        let rows = [row("waiting requests", "100 %", remark)];
        sections.push(section("waiting for a worker", rows));
        sections.extend(forecast.burst.map(|burst| http_burst(asked, &burst)));
        return sections;
    };
    let formula = |value: fn(&hydrant_plan::WaitingFormula) -> String| {
        let formula = forecast.formula.as_ref();
        formula.map_or_else(String::new, |it| format!("by {} {}", it.name, value(it)))
    };
    sections.push(section(
        "waiting for a worker",
        [
            row(
                "requests that wait",
                share(waiting.waiting_share),
                formula(|it| share(it.waiting_share)),
            ),
            row(
                "mean wait in ms",
                ms(waiting.mean_wait_ms),
                formula(|it| ms(it.mean_wait_ms)),
            ),
            row(
                "p99 of the wait in ms",
                ms(waiting.wait_ms.p99),
                formula(|it| ms(it.p99_wait_ms)),
            ),
        ],
    ));
    let goal = verdict(waiting.latency_ms.p99, HTTP_GOAL_MS);
    let times = waiting.latency_ms;
    sections.push(section(
        "latency in ms",
        [
            row("p50", ms(times.p50), ""),
            row("p95", ms(times.p95), ""),
            row("p99", ms(times.p99), goal),
        ],
    ));
    sections.extend(forecast.burst.map(|burst| http_burst(asked, &burst)));
    sections
}

fn arrivals(asked: &Asked) -> Section {
    let peak = match asked.peak_per_second > asked.per_second {
        true => format!("{} at the peak", rate(asked.peak_per_second)),
        false => "no peaks".to_owned(),
    };
    let events = asked.per_second * asked.events_per_request;
    section(
        "arrivals",
        [
            row("requests/s", rate(asked.per_second), peak),
            row("events per request", rate(asked.events_per_request), ""),
            row("events/s", rate(events), ""),
        ],
    )
}

fn lambda_burst(asked: &Asked, burst: &Burst) -> Section {
    let answered = burst
        .steady
        .answered_ms
        .map_or("-".to_owned(), |it| ms(it.p99));
    section(
        burst_title(asked),
        [
            row(
                "first attempts throttled",
                share(burst.steady.refused_first),
                causes(&burst.steady),
            ),
            row(
                "environments started",
                burst.cold_starts.to_string(),
                "cold starts",
            ),
            row("waiting at its end", burst.backlog.to_string(), "requests"),
            row(
                "drained after",
                format!("{:.1} s", burst.drained_seconds),
                "after its end",
            ),
            row("p99 with repeats in ms", answered, ""),
            row("requests given up", share(burst.steady.given_up), ""),
        ],
    )
}

fn http_burst(asked: &Asked, burst: &WaitingBurst) -> Section {
    section(
        burst_title(asked),
        [
            row("waiting at its end", burst.backlog.to_string(), "requests"),
            row(
                "drained after",
                format!("{:.1} s", burst.drained_seconds),
                "after its end",
            ),
            row(
                "p99 of the latency in ms",
                ms(burst.latency_ms.p99),
                verdict(burst.latency_ms.p99, HTTP_GOAL_MS),
            ),
        ],
    )
}

fn burst_title(asked: &Asked) -> String {
    format!(
        "burst of {} s at {} requests/s",
        rate(asked.peak_seconds),
        rate(asked.peak_per_second)
    )
}

/// The rows about the time of calls, and about the time until a repeated call is answered.
fn latency(calls: Option<Percentiles>, answered: Option<Percentiles>, goal: f64) -> Vec<Row> {
    let (Some(calls), Some(answered)) = (calls, answered) else {
        return vec![row("p99", "-", "no call was accepted")];
    };
    vec![
        row(
            "p50",
            ms(calls.p50),
            format!("with repeats {}", ms(answered.p50)),
        ),
        row(
            "p95",
            ms(calls.p95),
            format!("with repeats {}", ms(answered.p95)),
        ),
        row(
            "p99",
            ms(calls.p99),
            format!(
                "with repeats {}; {}",
                ms(answered.p99),
                verdict(calls.p99, goal)
            ),
        ),
    ]
}

fn verdict(p99: f64, goal: f64) -> String {
    let is = if p99 <= goal { "reached" } else { "missed" };
    format!("the goal of {goal} ms is {is}")
}

fn causes(steady: &Steady) -> String {
    let by = steady.refused_by;
    let causes = [
        (by.concurrency, "all executions in use"),
        (by.request_rate, "10 requests/s per execution"),
        (by.scaling, "1,000 new environments in 10 s"),
    ];
    let causes = causes.into_iter().filter(|(share, _)| *share > 0.0);
    let causes: Vec<(f64, &str)> = causes.collect();
    match causes.as_slice() {
        [(_, only)] => (*only).to_owned(),
        several => several
            .iter()
            .map(|(part, cause)| format!("{cause}: {}", share(*part)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn headroom(left: f64) -> String {
    if left < 0.0 {
        return format!("exceeded by {:.0} %", -100.0 * left);
    }
    format!("{:.0} % left", 100.0 * left)
}

pub(super) fn share(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        0.0 => "0 %".to_owned(),
        _ if percent < 0.01 => "< 0.01 %".to_owned(),
        _ => format!("{percent:.2} %"),
    }
}

pub(super) fn ms(ms: f64) -> String {
    if ms < 100.0 {
        format!("{ms:.1}")
    } else {
        format!("{ms:.0}")
    }
}

fn usd(price: f64) -> String {
    format!("{price:.4}")
}

/// A rate or mean: whole if it is one or large.
fn rate(value: f64) -> String {
    if value >= 1000.0 || value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
