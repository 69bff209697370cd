//! The results in words, for a terminal.

use super::limits::Comparison;
use super::results::Results;
use crate::process::grouped;
use crate::sections::{Row, Section, row, section};
use crate::terminal;
use hydrant_plan::LAMBDA_GOAL_MS;

pub(super) fn text(results: &Results, compared: &[Comparison]) -> String {
    let mut sections = vec![
        module(results),
        throughput(results),
        service_time(results),
        resources(results),
        outcomes(results),
    ];
    if !compared.is_empty() {
        sections.push(comparison(compared));
    }
    let mut text = String::new();
    for section in sections {
        section.append_to(&mut text);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    terminal::harmless_lines(&text).into_owned()
}

fn module(results: &Results) -> Section {
    let handlers = if results.is_async {
        "async"
    } else {
        "synchronous"
    };
    let input = &results.messages;
    section(
        "input",
        [
            row("messages", grouped(input.all.len() as u64), ""),
            row("events", grouped(input.events), ""),
            row("bytes", grouped(input.bytes), ""),
            row(
                "concurrency",
                results.concurrency.to_string(),
                format!("{handlers} handlers"),
            ),
        ],
    )
}

fn throughput(results: &Results) -> Section {
    let tally = &results.measured.tally;
    let rate = |count| grouped(results.per_second(count).round() as u64);
    let messages = grouped(results.count());
    section(
        "throughput",
        [
            row(
                "messages/s",
                rate(results.count()),
                format!("{messages} messages in {:.3} s", results.seconds()),
            ),
            row("events/s", rate(tally.events), ""),
            row(
                "MB/s",
                format!("{:.1}", results.per_second(tally.bytes) / 1e6),
                "",
            ),
        ],
    )
}

fn service_time(results: &Results) -> Section {
    let ms = |value: f64| format!("{value:.3}");
    let goal = match results.reaches_goal() {
        Some(true) => format!("the goal of {LAMBDA_GOAL_MS} ms is reached"),
        Some(false) => format!("the goal of {LAMBDA_GOAL_MS} ms is missed"),
        None => format!("the goal is {LAMBDA_GOAL_MS} ms: too few messages to tell"),
    };
    let mut rows = vec![
        row(
            "mean",
            ms(results.mean_ms()),
            format!("coefficient of variation {:.2}", results.variation()),
        ),
        row("p50", ms(results.ms(0.5)), ""),
        row("p95", ms(results.ms(0.95)), ""),
        row("p99", ms(results.ms(0.99)), goal),
        row("max", ms(results.ms(1.0)), ""),
    ];
    if let Some(share) = results.cpu_share() {
        let share = format!("{:.1} %", share * 100.0);
        rows.push(row("on a processor", share, "the rest is waiting"));
    }
    section("service time in ms", rows)
}

fn resources(results: &Results) -> Section {
    let memory = match results.peak_memory_mib {
        Some(mib) => row(
            "peak memory in MiB",
            format!("{mib:.1}"),
            format!("with {:.1} MiB of messages", results.input_mib()),
        ),
        None => row("peak memory in MiB", "-", "measured only on Linux"),
    };
    let cold_start = match results.cold_starts {
        Some(starts) => row(
            "cold start in ms",
            format!("{:.2}", starts.median),
            format!(
                "median of {}, from {:.2} to {:.2}",
                starts.count, starts.min, starts.max
            ),
        ),
        None => row("cold start in ms", "-", "not measured"),
    };
    section("resources", [memory, cold_start])
}

fn outcomes(results: &Results) -> Section {
    let (answers, events) = (
        results.measured.tally.answers,
        results.measured.tally.outcomes,
    );
    let counts = [
        ("messages answered", answers.answered, true),
        ("messages with dead letters", answers.dead_letter, false),
        ("messages to be retried", answers.retry, false),
        ("messages rejected", answers.rejected, false),
        ("messages refused", answers.refused, false),
        ("events done", events.done, false),
        ("events skipped", events.skipped, false),
        ("events to be retried", events.retry, false),
        ("events discarded", events.discarded, false),
        ("events rejected", events.rejected, false),
        ("panics", results.measured.panics, false),
    ];
    let shown = counts
        .into_iter()
        .filter(|(_, count, always)| *always || *count > 0);
    let rows: Vec<Row> = shown
        .map(|(name, count, _)| row(name, grouped(count), ""))
        .collect();
    section("outcomes", rows)
}

fn comparison(compared: &[Comparison]) -> Section {
    let rows = compared.iter().map(|comparison| {
        let worse = comparison.worse_by();
        let change = match worse {
            worse if worse > 0.0 => format!("{worse:.1} % worse"),
            better => format!("{:.1} % better", better.abs()),
        };
        row(
            comparison.figure.name(),
            format!("{:.3}", comparison.ratio),
            change,
        )
    });
    section("ratio to the baseline", rows.collect::<Vec<Row>>())
}
