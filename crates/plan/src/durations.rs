//! [`Durations`], the distribution of a time, and [`EventCounts`], the number of events in a
//! request.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::{Distribution, Exp1, Gamma};

use crate::error::{InvalidInput, check};

/// The generator of all simulations.
pub(crate) type Random = Xoshiro256PlusPlus;

/// The longest time: the limit of AWS Lambda, 15 minutes.
const LONGEST_MS: f64 = 900_000.0;

/// The distribution of a time in milliseconds: given by its mean and its coefficient of variation
/// (the standard deviation by the mean), or measured.
///
/// With a coefficient of variation, times have a gamma distribution: 0 gives constant times, 1
/// exactly exponential ones, and smaller values a bell with a tail to the right.
///
/// ```
/// use hydrant_plan::Durations;
///
/// assert_eq!(Durations::new(20.0, 0.5)?.mean_ms(), 20.0);
/// assert_eq!(Durations::measured(vec![10.0, 20.0, 60.0])?.mean_ms(), 30.0);
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Durations {
    mean_ms: f64,
    form: Form,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Constant,
    Exponential,
    Gamma(Gamma<f64>),
    Measured(Vec<f64>),
}

impl Durations {
    /// No time at all.
    pub const ZERO: Self = Self {
        mean_ms: 0.0,
        form: Form::Constant,
    };

    /// Times with this mean in milliseconds and this coefficient of variation.
    ///
    /// # Errors
    ///
    /// If the mean is not from 0 to 900,000 ms, or the coefficient of variation not from 0 to 10.
    pub fn new(mean_ms: f64, cv: f64) -> Result<Self, InvalidInput> {
        check("the mean duration/ms", mean_ms, 0.0, LONGEST_MS)?;
        check("the coefficient of variation", cv, 0.0, 10.0)?;
        let form = if cv == 1.0 {
            Form::Exponential
        } else {
            // Almost constant times have a shape for which there is no distribution.
            match Gamma::new((cv * cv).recip(), cv * cv) {
                Ok(gamma) if cv >= 1e-6 => Form::Gamma(gamma),
                _ => Form::Constant,
            }
        };
        Ok(Self { mean_ms, form })
    }

    /// Times that were measured, in milliseconds: each is as probable as any other.
    ///
    /// # Errors
    ///
    /// If there is none, or one is not from 0 to 900,000 ms.
    pub fn measured(samples: Vec<f64>) -> Result<Self, InvalidInput> {
        if samples.is_empty() {
            return Err(InvalidInput::new("there are no measured durations"));
        }
        for sample in &samples {
            check("a measured duration/ms", *sample, 0.0, LONGEST_MS)?;
        }
        Ok(Self {
            mean_ms: samples.iter().sum::<f64>() / samples.len() as f64,
            form: Form::Measured(samples),
        })
    }

    /// The mean in milliseconds.
    #[must_use]
    pub fn mean_ms(&self) -> f64 {
        self.mean_ms
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.form == Form::Constant || self.mean_ms == 0.0
    }

    pub(crate) fn is_exponential(&self) -> bool {
        self.form == Form::Exponential
    }

    pub(crate) fn draw(&self, random: &mut Random) -> f64 {
        match &self.form {
            Form::Constant => self.mean_ms,
            Form::Exponential => self.mean_ms * exponential(random),
            Form::Gamma(gamma) => self.mean_ms * gamma.sample(random),
            Form::Measured(samples) => pick(samples, random).unwrap_or(self.mean_ms),
        }
    }
}

/// The number of events in a request: the same in each, or that of sample messages.
///
/// ```
/// use hydrant_plan::EventCounts;
///
/// assert_eq!(EventCounts::measured(vec![1, 2, 9])?.mean(), 4.0);
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct EventCounts {
    mean: f64,
    measured: Vec<u32>,
}

impl EventCounts {
    /// The same number in each request. A fraction is the mean of numbers that are not known.
    ///
    /// # Errors
    ///
    /// If the number is not from 0.001 to a million.
    pub fn constant(events: f64) -> Result<Self, InvalidInput> {
        check("the number of events per request", events, 0.001, 1e6)?;
        Ok(Self {
            mean: events,
            measured: Vec::new(),
        })
    }

    /// The numbers of events of messages, each as probable as any other.
    ///
    /// # Errors
    ///
    /// If there is no message, or no event in any of them.
    pub fn measured(counts: Vec<u32>) -> Result<Self, InvalidInput> {
        let sum: f64 = counts.iter().copied().map(f64::from).sum();
        if sum == 0.0 {
            return Err(InvalidInput::new("the sample messages have no events"));
        }
        Ok(Self {
            mean: sum / counts.len() as f64,
            measured: counts,
        })
    }

    /// The mean number.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.measured
            .iter()
            .all(|n| Some(n) == self.measured.first())
    }

    fn draw(&self, random: &mut Random) -> f64 {
        match self.measured.is_empty() {
            true => self.mean,
            false => pick(&self.measured, random).map_or(self.mean, f64::from),
        }
    }
}

/// The time that a request takes: work on the processor, which depends on the memory size, and
/// waiting for other systems, which does not.
///
/// ```
/// use hydrant_plan::{Durations, EventCounts, ServiceTime};
///
/// // 2 ms, and 0.1 ms for each of 50 events in the mean, at one vCPU; then 30 ms of waiting.
/// let service = ServiceTime::new(Durations::new(2.0, 0.3)?)
///     .per_event(0.1, EventCounts::measured(vec![25, 75])?)?
///     .downstream(Durations::new(30.0, 0.8)?);
/// assert_eq!(service.mean_ms(), 37.0);
/// // At half a vCPU the work takes twice as long.
/// assert_eq!(service.slowed(1.0 / 0.5).mean_ms(), 44.0);
/// # Ok::<(), hydrant_plan::InvalidInput>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceTime {
    cpu: Durations,
    /// The share of `cpu` that depends on the memory size.
    cpu_share: f64,
    event_ms: f64,
    events: EventCounts,
    downstream: Durations,
}

impl ServiceTime {
    /// The time on the processor for each request.
    #[must_use]
    pub fn new(cpu: Durations) -> Self {
        Self {
            cpu,
            cpu_share: 1.0,
            event_ms: 0.0,
            events: EventCounts {
                mean: 1.0,
                measured: Vec::new(),
            },
            downstream: Durations::ZERO,
        }
    }

    /// Only this share of the time given to [`new`](Self::new) is spent on the processor, and the
    /// rest waiting: for times that were measured as a whole.
    ///
    /// ```
    /// use hydrant_plan::{Durations, ServiceTime};
    ///
    /// let service = ServiceTime::new(Durations::measured(vec![10.0, 30.0])?).cpu_share(1.0 / 4.0)?;
    /// assert_eq!(service.mean_ms(), 20.0);
    /// // At half a vCPU, 5 ms of work take 10 ms.
    /// assert_eq!(service.slowed(1.0 / 0.5).mean_ms(), 25.0);
    /// # Ok::<(), hydrant_plan::InvalidInput>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the share is not from 0 to 1.
    pub fn cpu_share(self, share: f64) -> Result<Self, InvalidInput> {
        let cpu_share = check("the share of time on the processor", share, 0.0, 1.0)?;
        Ok(Self { cpu_share, ..self })
    }

    /// With so many events in the requests, and this much time on the processor for each of them,
    /// in milliseconds.
    ///
    /// # Errors
    ///
    /// If the time is not from 0 to 900,000 ms.
    pub fn per_event(self, event_ms: f64, events: EventCounts) -> Result<Self, InvalidInput> {
        let event_ms = check("the time for an event/ms", event_ms, 0.0, LONGEST_MS)?;
        Ok(Self {
            event_ms,
            events,
            ..self
        })
    }

    /// With this time of waiting for other systems.
    #[must_use]
    pub fn downstream(self, downstream: Durations) -> Self {
        Self { downstream, ..self }
    }

    /// The same with a slower processor: the time on it is multiplied by `factor`.
    #[must_use]
    pub fn slowed(&self, factor: f64) -> Self {
        let factor = if factor.is_finite() {
            factor.max(0.0)
        } else {
            1.0
        };
        let mut slowed = self.clone();
        slowed.event_ms *= factor;
        let longer = 1.0 - self.cpu_share + self.cpu_share * factor;
        slowed.cpu.mean_ms *= longer;
        if let Form::Measured(samples) = &mut slowed.cpu.form {
            samples.iter_mut().for_each(|sample| *sample *= longer);
        }
        if longer > 0.0 {
            slowed.cpu_share *= factor / longer;
        }
        slowed
    }

    /// The mean in milliseconds.
    #[must_use]
    pub fn mean_ms(&self) -> f64 {
        self.cpu.mean_ms + self.event_ms * self.events.mean + self.downstream.mean_ms
    }

    /// The mean number of events in a request.
    #[must_use]
    pub fn events_per_request(&self) -> f64 {
        self.events.mean
    }

    /// Whether every request takes the same time.
    pub(crate) fn is_constant(&self) -> bool {
        let events = self.event_ms == 0.0 || self.events.is_constant();
        events && self.cpu.is_constant() && self.downstream.is_constant()
    }

    /// Whether the whole time has an exponential distribution.
    pub(crate) fn is_exponential(&self) -> bool {
        let rest = |other: &Durations| self.event_ms == 0.0 && other.mean_ms == 0.0;
        self.cpu.is_exponential() && rest(&self.downstream)
            || self.downstream.is_exponential() && rest(&self.cpu)
    }

    pub(crate) fn draw(&self, random: &mut Random) -> f64 {
        let events = match self.event_ms > 0.0 {
            true => self.event_ms * self.events.draw(random),
            false => 0.0,
        };
        self.cpu.draw(random) + events + self.downstream.draw(random)
    }
}

/// An exponential time with the mean 1.
pub(crate) fn exponential(random: &mut Random) -> f64 {
    Exp1.sample(random)
}

fn pick<T: Copy>(values: &[T], random: &mut Random) -> Option<T> {
    if values.is_empty() {
        return None;
    }
    values.get(random.random_range(0..values.len())).copied()
}
