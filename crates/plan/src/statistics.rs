//! Quantiles of what a simulation has observed.

/// The median, the 95th and the 99th percentile.
///
/// ```
/// use hydrant_plan::Percentiles;
///
/// let times = Percentiles::of(&mut [3.0, 1.0, 2.0]).unwrap();
/// assert_eq!((times.p50, times.p99), (2.0, 3.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Percentiles {
    /// The median.
    pub p50: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
}

impl Percentiles {
    /// Those of a value that never changes.
    pub(crate) fn constant(value: f64) -> Self {
        Self {
            p50: value,
            p95: value,
            p99: value,
        }
    }

    /// Those of the values, by the nearest rank; `None` if there are none. Sorts the values.
    #[must_use]
    pub fn of(values: &mut [f64]) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        Some(Self {
            p50: rank(values, 0.5)?,
            p95: rank(values, 0.95)?,
            p99: rank(values, 0.99)?,
        })
    }
}

fn rank(sorted: &[f64], share: f64) -> Option<f64> {
    let at = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied()
}

/// A number in the course of time: its mean and percentiles by time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OverTime {
    /// The mean.
    pub mean: f64,
    /// Not exceeded 95 % of the time.
    pub p95: u32,
    /// Not exceeded 99 % of the time.
    pub p99: u32,
}

/// Collects how long a number had each value.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    time_at: Vec<f64>,
}

impl Gauge {
    pub(crate) fn add(&mut self, value: u32, time: f64) {
        let at = value as usize;
        if at >= self.time_at.len() {
            self.time_at.resize(at + 1, 0.0);
        }
        if let Some(sum) = self.time_at.get_mut(at) {
            *sum += time;
        }
    }

    pub(crate) fn summary(&self) -> OverTime {
        let total: f64 = self.time_at.iter().sum();
        let products = self.time_at.iter().enumerate();
        let sum: f64 = products.map(|(value, time)| value as f64 * time).sum();
        OverTime {
            mean: if total > 0.0 { sum / total } else { 0.0 },
            p95: self.quantile(0.95 * total),
            p99: self.quantile(0.99 * total),
        }
    }

    fn quantile(&self, share: f64) -> u32 {
        let mut sum = 0.0;
        let reached = self.time_at.iter().position(|time| {
            sum += time;
            sum >= share
        });
        reached.unwrap_or(self.time_at.len().saturating_sub(1)) as u32
    }
}
