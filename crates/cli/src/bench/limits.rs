//! What decides the exit status of `bench`: limits, the change since a baseline, and failures.

use clap::Args;

use super::earlier::Earlier;
use super::results::{Figure, Results};

/// The limits that are set.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArgs {
    /// Exit with status 1 if the 99th percentile of the service time is longer; the goal of the
    /// platform, 200 ms, is shown but is not a limit by itself
    #[arg(long, value_name = "MS", value_parser = positive)]
    max_p99_ms: Option<f64>,

    /// Exit with status 1 if fewer messages are processed in a second
    #[arg(long, value_name = "RATE", value_parser = positive)]
    min_messages_per_second: Option<f64>,

    /// Exit with status 1 if the peak memory of the process is larger (only on Linux)
    #[arg(long, value_name = "MIB", value_parser = positive)]
    max_memory_mib: Option<f64>,

    /// Exit with status 1 if the median of the cold starts is longer
    #[arg(long, value_name = "MS", value_parser = positive)]
    max_cold_start_ms: Option<f64>,
}

/// A number above zero.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    let number = number.filter(|number| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "expected a number above 0".to_owned())
}

/// A limit that is set.
pub(super) struct Limit {
    /// Its name on the command line.
    pub(super) option: &'static str,
    pub(super) figure: Figure,
    pub(super) limit: f64,
}

impl LimitArgs {
    pub(super) fn needs_memory(&self) -> bool {
        self.max_memory_mib.is_some()
    }

    pub(super) fn needs_cold_starts(&self) -> bool {
        self.max_cold_start_ms.is_some()
    }

    pub(super) fn all(&self) -> Vec<Limit> {
        let all = [
            ("--max-p99-ms", Figure::P99, self.max_p99_ms),
            (
                "--min-messages-per-second",
                Figure::MessagesPerSecond,
                self.min_messages_per_second,
            ),
            ("--max-memory-mib", Figure::PeakMemory, self.max_memory_mib),
            (
                "--max-cold-start-ms",
                Figure::ColdStart,
                self.max_cold_start_ms,
            ),
        ];
        let set = all.into_iter().filter_map(|(option, figure, limit)| {
            limit.map(|limit| Limit {
                option,
                figure,
                limit,
            })
        });
        set.collect()
    }
}

impl Limit {
    /// Whether the results keep the limit. What was not measured does not.
    pub(super) fn is_kept(&self, results: &Results) -> bool {
        results
            .figure(self.figure)
            .is_some_and(|value| match self.figure {
                Figure::MessagesPerSecond => value >= self.limit,
                _ => value <= self.limit,
            })
    }

    /// What is wrong, if the limit is not kept.
    pub(super) fn complaint(&self, results: &Results) -> Option<String> {
        if self.is_kept(results) {
            return None;
        }
        let (name, unit) = self.figure.sentence();
        let Self { option, limit, .. } = self;
        Some(match results.figure(self.figure) {
            Some(value) => format!("error: {name} is {value:.3} {unit}, outside {option} {limit}"),
            None => format!("error: {name} was not measured, but {option} is set"),
        })
    }
}

/// A figure beside that of the baseline.
pub(super) struct Comparison {
    pub(super) figure: Figure,
    pub(super) before: f64,
    /// The present value by the earlier one.
    pub(super) ratio: f64,
}

impl Comparison {
    /// All figures that both runs have.
    pub(super) fn all(results: &Results, earlier: &Earlier) -> Vec<Self> {
        let pairs = Figure::ALL.into_iter().filter_map(|figure| {
            let before = earlier.figure(figure).filter(|before| *before > 0.0)?;
            let ratio = results.figure(figure)? / before;
            Some(Self {
                figure,
                before,
                ratio,
            })
        });
        pairs.collect()
    }

    /// By how many per cent it is worse; negative if it is better.
    pub(super) fn worse_by(&self) -> f64 {
        self.figure.worse_by(self.ratio)
    }

    /// What is wrong, if it is worse by more than these per cent.
    pub(super) fn complaint(&self, percent: f64) -> Option<String> {
        let worse = self.worse_by();
        (worse > percent).then(|| {
            let (name, _) = self.figure.sentence();
            format!(
                "error: {name} is {worse:.1} % worse than in the baseline, more than \
                 --max-regression {percent}"
            )
        })
    }
}

/// What is wrong, if messages were not processed: a bench of errors measures nothing.
pub(super) fn failures(results: &Results) -> Option<String> {
    let (answers, events) = (
        results.measured.tally.answers,
        results.measured.tally.outcomes,
    );
    let mut parts = Vec::new();
    if answers.unanswered() > 0 {
        let (unanswered, all) = (answers.unanswered(), answers.total());
        parts.push(format!("{unanswered} of {all} messages were not answered"));
    }
    let failed = events.retry + events.rejected;
    if failed > 0 {
        parts.push(format!("{failed} events failed"));
    }
    (!parts.is_empty()).then(|| {
        let parts = parts.join(", ");
        let first = results.measured.tally.failure.as_deref();
        let first = first.map(|text| format!("; the first failure: {text}"));
        format!(
            "error: {parts}, so the figures include failures; --allow-failures accepts that{}",
            first.unwrap_or_default()
        )
    })
}
