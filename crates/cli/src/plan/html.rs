//! The forecast as a page: self-contained, without scripts, for light and dark.

use super::arguments::Asked;
use super::chart::{Chart, Line, escaped};
use super::report::{COLUMNS, sections, sizes};
use super::{Planned, Rates};
use hydrant_plan::{
    HTTP_GOAL_MS, LAMBDA_GOAL_MS, LambdaForecast, MemorySize, Percentiles, RatePoint, Waiting,
};

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>hydrant plan</title>
<style>
:root { color-scheme: light dark; --back: #ffffff; --text: #1c2024; --faint: #5f6a75;
  --grid: #dfe3e8; --limit: #c0262d; --a: #1f5fbf; --b: #b35c00; --c: #1b7f4d; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171a; --text: #e8eaed; --faint: #a3adb8; --grid: #333a42; --limit: #ff7b72;
    --a: #79b0ff; --b: #f0a35e; --c: #63d297; } }
body { background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
  max-width: 760px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--grid); }
th { font-weight: 600; } .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.values td:first-child { width: 38%; } .values td:nth-child(2) { width: 14%; }
.remark { color: var(--faint); }
pre { border: 1px solid var(--grid); padding: .8rem; overflow-x: auto; font-size: 13px; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--text); } svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
.grid { stroke: var(--grid); } .axis { stroke: var(--faint); }
.line { fill: none; stroke-width: 2; }
.line-0 { stroke: var(--a); } .line-1 { stroke: var(--b); } .line-2 { stroke: var(--c); }
.limit { stroke: var(--limit); stroke-dasharray: 6 3; } svg .limit-text { fill: var(--limit); }
.place { stroke: var(--faint); stroke-dasharray: 2 3; } svg .place-text { fill: var(--faint); }
svg .limit-text, svg .place-text { paint-order: stroke; stroke: var(--back); stroke-width: 4px; }
</style>
</head>
<body>
<h1>Capacity plan</h1>
";

pub(super) fn page(asked: &Asked, planned: &Planned, rates: &Rates) -> String {
    let mut page = HEAD.to_owned();
    for section in sections(asked, planned) {
        heading(&mut page, &section.title);
        page.push_str("<table class=\"values\">\n");
        for row in section.rows {
            page.push_str(&format!(
                "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"remark\">{}</td></tr>\n",
                escaped(row.name),
                escaped(&row.value),
                escaped(&row.remark)
            ));
        }
        page.push_str("</table>\n");
    }
    for chart in charts(asked, planned, rates) {
        heading(&mut page, chart.title);
        page.push_str(&chart.svg());
    }
    if let Planned::Lambda { quota, .. } = planned {
        heading(&mut page, "Memory sizes");
        page.push_str("<table>\n<tr>");
        for name in COLUMNS {
            page.push_str(&format!("<th class=\"number\">{name}</th>"));
        }
        page.push_str("</tr>\n");
        for size in sizes(planned) {
            let cells = size.map(|cell| format!("<td class=\"number\">{cell}</td>"));
            page.push_str(&format!("<tr>{}</tr>\n", cells.concat()));
        }
        page.push_str("</table>\n");
        heading(&mut page, "Quota request");
        page.push_str(&format!("<pre>{}</pre>\n", escaped(&quota.to_string())));
    }
    page.push_str(&format!(
        "<p class=\"remark\">Made by hydrant plan, seed {}.</p>\n</body>\n</html>\n",
        asked.seed
    ));
    page
}

fn heading(page: &mut String, text: &str) {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let text = first.unwrap_or_default() + letters.as_str();
    page.push_str(&format!("<h2>{}</h2>\n", escaped(&text)));
}

fn charts(asked: &Asked, planned: &Planned, rates: &Rates) -> Vec<Chart<'static>> {
    match (planned, rates) {
        (Planned::Lambda { forecast, .. }, Rates::Lambda(points)) => {
            let mut charts = lambda_charts(asked, points);
            charts.push(cost_chart(forecast));
            charts
        }
        (Planned::Http { .. }, Rates::Http(points)) => http_charts(asked, points),
        _ => Vec::new(),
    }
}

const REQUESTS: &str = "requests per second";

fn places(asked: &Asked) -> Vec<(String, f64)> {
    let mut places = vec![("mean rate".to_owned(), asked.per_second)];
    if asked.peak_per_second > asked.per_second {
        places.push(("peak".to_owned(), asked.peak_per_second));
    }
    places
}

fn lambda_charts(asked: &Asked, points: &[RatePoint]) -> Vec<Chart<'static>> {
    let line = |name, value: fn(&RatePoint) -> f64| Line {
        name,
        points: points
            .iter()
            .map(|point| (point.per_second, value(point)))
            .collect(),
    };
    let times = |name, value: fn(&RatePoint) -> Option<Percentiles>| Line {
        name,
        points: points
            .iter()
            .filter_map(|point| Some((point.per_second, value(point)?.p99)))
            .collect(),
    };
    let most = points.last().map_or(0.0, |point| point.per_second);
    let mut places = places(asked);
    if asked.request_rate <= most {
        places.push(("10/s per execution".to_owned(), asked.request_rate));
    }
    vec![
        Chart {
            title: "Concurrency by arrival rate",
            x: REQUESTS,
            y: "executions",
            logarithmic: false,
            lines: vec![
                line("needed, mean", |point| point.concurrency.mean),
                line("needed, p99", |point| point.concurrency.p99.into()),
                line("in use, p99", |point| point.repeated.in_use.p99.into()),
            ],
            levels: vec![(format!("ceiling {}", asked.ceiling), asked.ceiling.into())],
            places: places.clone(),
        },
        Chart {
            title: "Latency by arrival rate",
            x: REQUESTS,
            y: "milliseconds",
            logarithmic: true,
            lines: vec![
                times("p99 of calls", |point| point.repeated.duration_ms),
                times("p99 with repeats", |point| point.repeated.answered_ms),
            ],
            levels: vec![(format!("goal {LAMBDA_GOAL_MS} ms"), LAMBDA_GOAL_MS)],
            places: places.clone(),
        },
        Chart {
            title: "First attempts throttled by arrival rate",
            x: REQUESTS,
            y: "per cent",
            logarithmic: false,
            lines: vec![line("with repeats", |point| {
                100.0 * point.repeated.refused_first
            })],
            levels: Vec::new(),
            places,
        },
    ]
}

fn cost_chart(forecast: &LambdaForecast) -> Chart<'static> {
    let place = |text: &str, size: MemorySize| {
        let label = format!("{text} {} MB", size.memory_mb);
        (label, f64::from(size.memory_mb))
    };
    let mut places = vec![place("planned", forecast.planned)];
    places.extend(forecast.recommended.map(|size| place("recommended", size)));
    let cost = |size: &MemorySize| (size.memory_mb.into(), size.cost_per_million_events);
    Chart {
        title: "Cost by memory size",
        x: "memory size in MB",
        y: "USD per million events",
        logarithmic: false,
        lines: vec![Line {
            name: "cost",
            points: forecast.sizes.iter().map(cost).collect(),
        }],
        levels: Vec::new(),
        places,
    }
}

fn http_charts(asked: &Asked, points: &[(f64, u32, Option<Waiting>)]) -> Vec<Chart<'static>> {
    let times = |name, value: fn(Percentiles) -> f64| Line {
        name,
        points: points
            .iter()
            .filter_map(|(rate, _, waiting)| Some((*rate, value(waiting.as_ref()?.latency_ms))))
            .collect(),
    };
    let busy = points
        .iter()
        .map(|(rate, busy, _)| (*rate, f64::from(*busy)));
    vec![
        Chart {
            title: "Workers by arrival rate",
            x: REQUESTS,
            y: "busy workers",
            logarithmic: false,
            lines: vec![Line {
                name: "busy, p99",
                points: busy.collect(),
            }],
            levels: vec![(format!("workers {}", asked.ceiling), asked.ceiling.into())],
            places: places(asked),
        },
        Chart {
            title: "Latency by arrival rate",
            x: REQUESTS,
            y: "milliseconds",
            logarithmic: true,
            lines: vec![
                times("p50", |times| times.p50),
                times("p99", |times| times.p99),
            ],
            levels: vec![(format!("goal {HTTP_GOAL_MS} ms"), HTTP_GOAL_MS)],
            places: places(asked),
        },
    ]
}
