//! [`PipelineOptions`].

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use hydrant::delivery::SchedulerOptions;

/// Options of a [`Pipeline`](super::Pipeline).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PipelineOptions {
    /// Retries, limits and times.
    pub scheduler: SchedulerOptions,
    /// The seed of the jitter. Random by default.
    pub seed: Option<u64>,
    /// How long a call may take beyond its deadline before it is abandoned. 1 s by default.
    pub call_grace: Duration,
}

impl Default for PipelineOptions {
    fn default() -> Self {
        Self {
            scheduler: SchedulerOptions::default(),
            seed: None,
            call_grace: Duration::from_secs(1),
        }
    }
}

impl PipelineOptions {
    /// Sets retries, limits and times.
    #[must_use]
    pub fn scheduler(mut self, options: SchedulerOptions) -> Self {
        self.scheduler = options;
        self
    }

    /// Sets the seed of the jitter, for tests.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets how long a call may take beyond its deadline before it is abandoned.
    #[must_use]
    pub fn call_grace(mut self, grace: Duration) -> Self {
        self.call_grace = grace;
        self
    }
}

/// Processes that start together must not retry together.
pub(super) fn random_seed() -> u64 {
    RandomState::new().hash_one(0)
}
