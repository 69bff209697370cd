//! The results of `bench`, and the figures that limits and baselines are compared with.

use hydrant_plan::LAMBDA_GOAL_MS;

use super::cold_start::ColdStarts;
use super::load::Measured;
use super::messages::Messages;

/// The results of a run.
pub(super) struct Results {
    /// Name and version of the module.
    pub(super) name: String,
    pub(super) version: String,
    pub(super) is_async: bool,
    pub(super) concurrency: usize,
    pub(super) messages: Messages,
    pub(super) measured: Measured,
    pub(super) peak_memory_mib: Option<f64>,
    pub(super) cold_starts: Option<ColdStarts>,
}

/// A figure that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    MessagesPerSecond,
    P50,
    P95,
    P99,
    PeakMemory,
    ColdStart,
}

impl Figure {
    pub(super) const ALL: [Self; 6] = [
        Self::MessagesPerSecond,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::PeakMemory,
        Self::ColdStart,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::MessagesPerSecond => "messages/s",
            Self::P50 => "p50 of the service time",
            Self::P95 => "p95 of the service time",
            Self::P99 => "p99 of the service time",
            Self::PeakMemory => "peak memory",
            Self::ColdStart => "cold start",
        }
    }

    /// Its name in a sentence, with the unit after the number.
    pub(super) fn sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::MessagesPerSecond => ("the throughput", "messages/s"),
            Self::P50 => ("the p50 of the service time", "ms"),
            Self::P95 => ("the p95 of the service time", "ms"),
            Self::P99 => ("the p99 of the service time", "ms"),
            Self::PeakMemory => ("the peak memory", "MiB"),
            Self::ColdStart => ("the cold start", "ms"),
        }
    }

    /// Where it is in the report.
    pub(super) fn path(self) -> &'static [&'static str] {
        match self {
            Self::MessagesPerSecond => &["messages_per_second"],
            Self::P50 => &["service_ms", "p50"],
            Self::P95 => &["service_ms", "p95"],
            Self::P99 => &["service_ms", "p99"],
            Self::PeakMemory => &["peak_memory_mib"],
            Self::ColdStart => &["cold_start_ms", "median"],
        }
    }

    fn is_better_if_larger(self) -> bool {
        self == Self::MessagesPerSecond
    }

    /// By how many per cent the value is worse than an earlier one; negative if it is better.
    pub(super) fn worse_by(self, ratio: f64) -> f64 {
        let ratio = if self.is_better_if_larger() {
            ratio.recip()
        } else {
            ratio
        };
        (ratio - 1.0) * 100.0
    }
}

impl Results {
    pub(super) fn figure(&self, figure: Figure) -> Option<f64> {
        match figure {
            Figure::MessagesPerSecond => Some(self.per_second(self.count())),
            Figure::P50 => Some(self.ms(0.5)),
            Figure::P95 => Some(self.ms(0.95)),
            Figure::P99 => Some(self.ms(0.99)),
            Figure::PeakMemory => self.peak_memory_mib,
            Figure::ColdStart => self.cold_starts.map(|starts| starts.median),
        }
    }

    /// The number of messages processed.
    pub(super) fn count(&self) -> u64 {
        self.measured.tally.times.len()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.measured.elapsed.as_secs_f64()
    }

    /// At least a nanosecond, so that nothing is divided by zero.
    pub(super) fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.seconds().max(1e-9)
    }

    /// A quantile of the service time in milliseconds.
    pub(super) fn ms(&self, quantile: f64) -> f64 {
        self.measured.tally.times.value_at_quantile(quantile) as f64 / 1e6
    }

    /// Whether the goal of AWS Lambda for 99 % of the calls is reached; `None` if there are too few
    /// messages to tell.
    pub(super) fn reaches_goal(&self) -> Option<bool> {
        const FEWEST: u64 = 100;
        (self.count() >= FEWEST).then(|| self.ms(0.99) <= LAMBDA_GOAL_MS)
    }

    pub(super) fn mean_ms(&self) -> f64 {
        self.measured.tally.times.mean() / 1e6
    }

    /// The coefficient of variation of the service time: the standard deviation by the mean.
    pub(super) fn variation(&self) -> f64 {
        let times = &self.measured.tally.times;
        times.stdev() / times.mean().max(1.0)
    }

    /// Equally likely service times in milliseconds, in ascending order: the quantiles in the middle
    /// of at most a thousand equal shares.
    pub(super) fn samples(&self) -> Vec<f64> {
        const MOST: u64 = 1000;
        let count = self.count().min(MOST);
        let middles: Vec<f64> = (0..count)
            .map(|at| (at as f64 + 0.5) / count as f64)
            .collect();
        let times = &self.measured.tally.times;
        let values = middles
            .iter()
            .map(|middle| times.value_at_quantile(*middle));
        values.map(|nanos| nanos as f64 / 1e6).collect()
    }

    /// The share of the service time that is spent on a processor.
    pub(super) fn cpu_share(&self) -> Option<f64> {
        let served = self.mean_ms() * self.count() as f64 / 1e3;
        let cpu = self.measured.cpu?.as_secs_f64();
        (served > 0.0).then(|| (cpu / served).min(1.0))
    }

    /// The input that is kept, which is a part of the peak memory.
    pub(super) fn input_mib(&self) -> f64 {
        self.messages.bytes as f64 / f64::from(1 << 20)
    }
}

/// The most memory that this process has had, in MiB. `None` where that is unknown.
pub(super) fn peak_memory_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_less_throughput_and_more_of_everything_else() {
        for figure in Figure::ALL {
            let (worse, better) = match figure {
                Figure::MessagesPerSecond => (0.5, 2.0),
                _ => (2.0, 0.5),
            };
            assert_eq!(figure.worse_by(worse), 100.0, "{figure:?}");
            assert_eq!(figure.worse_by(better), -50.0, "{figure:?}");
            assert_eq!(figure.worse_by(1.0), 0.0, "{figure:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory() {
        assert!(peak_memory_mib().unwrap() > 1.0);
    }
}
