//! [`Workload`]: what arrives, and how long it takes.

use crate::durations::ServiceTime;
use crate::error::{InvalidInput, check};

/// Requests that arrive at random (a Poisson process), and the time each takes.
///
/// ```
/// use hydrant_plan::{Durations, ServiceTime, Workload};
///
/// let service = ServiceTime::new(Durations::new(40.0, 0.5)?);
/// let workload = Workload::new(500.0, service)?.peak(3.0, 60.0)?;
/// assert_eq!(workload.peak_per_second(), 1500.0);
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    pub(crate) per_second: f64,
    pub(crate) peak_factor: f64,
    pub(crate) burst_seconds: f64,
    pub(crate) service: ServiceTime,
}

impl Workload {
    /// This many requests per second in the mean, without peaks.
    ///
    /// # Errors
    ///
    /// If the rate is not from 0.001 to 100,000, or a request takes no time or more than 15 minutes.
    pub fn new(requests_per_second: f64, service: ServiceTime) -> Result<Self, InvalidInput> {
        check(
            "the number of requests per second",
            requests_per_second,
            0.001,
            1e5,
        )?;
        check(
            "the mean service time/ms",
            service.mean_ms(),
            0.001,
            900_000.0,
        )?;
        let load = requests_per_second * service.mean_ms() / 1000.0;
        check("the mean concurrency (rate x service time)", load, 0.0, 1e6)?;
        Ok(Self {
            per_second: requests_per_second,
            peak_factor: 1.0,
            burst_seconds: 60.0,
            service,
        })
    }

    /// With peaks in which this many times as many requests arrive, for so many seconds.
    ///
    /// # Errors
    ///
    /// If the factor is not from 1 to 1,000, the time not from 1 to 3,600 s, or the rate at the peak
    /// above 100,000 requests per second.
    pub fn peak(self, factor: f64, seconds: f64) -> Result<Self, InvalidInput> {
        check("the peak factor", factor, 1.0, 1000.0)?;
        check("the length of a peak/s", seconds, 1.0, 3600.0)?;
        let peak = Self {
            peak_factor: factor,
            burst_seconds: seconds,
            ..self
        };
        check(
            "the number of requests per second at the peak",
            peak.peak_per_second(),
            0.0,
            1e5,
        )?;
        Ok(peak)
    }

    /// Requests per second at the peak.
    #[must_use]
    pub fn peak_per_second(&self) -> f64 {
        self.per_second * self.peak_factor
    }

    pub(crate) fn has_peaks(&self) -> bool {
        self.peak_factor > 1.0
    }
}
