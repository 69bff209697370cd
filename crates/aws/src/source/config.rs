//! [`SqsSourceConfig`]: the configuration of a source.

use std::time::Duration;

use crate::config::{ConfigError, SqsConfig};

/// The configuration of an [`SqsSource`](super::SqsSource).
///
/// ```
/// use std::time::Duration;
/// use hydrant_aws::{SqsConfig, SqsSourceConfig};
///
/// let queue = SqsConfig::new("https://sqs.eu-west-1.amazonaws.com/123456789012/messages.fifo");
/// let config = SqsSourceConfig::new(queue).with_visibility_timeout(Duration::from_secs(30));
/// config.validate()?;
/// # Ok::<(), hydrant_aws::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqsSourceConfig {
    pub(super) queue: SqsConfig,
    pub(super) visibility_timeout: Duration,
    pub(super) window_bytes: usize,
    pub(super) grace: Duration,
    pub(super) release_timeout: Duration,
}

impl SqsSourceConfig {
    /// The messages of this queue.
    #[must_use]
    pub fn new(queue: SqsConfig) -> Self {
        Self {
            queue,
            visibility_timeout: Duration::from_secs(45),
            window_bytes: 64 << 20,
            grace: Duration::from_secs(10),
            release_timeout: Duration::from_secs(60),
        }
    }

    /// Sets after which time without a sign of life the messages of a process are given to others, in
    /// place of the time that is set for the queue. 45 s by default.
    #[must_use]
    pub fn with_visibility_timeout(mut self, timeout: Duration) -> Self {
        self.visibility_timeout = timeout;
        self
    }

    /// Sets the size of all messages that are received and not settled above which nothing is
    /// received. It is exceeded by at most what is received at that time: 10 messages of a FIFO queue,
    /// 40 of a standard queue. 64 MiB by default.
    #[must_use]
    pub fn with_window_bytes(mut self, bytes: usize) -> Self {
        self.window_bytes = bytes;
        self
    }

    /// Sets how long messages on their way are waited for when the source stops, before
    /// [`Lane::cancel`](hydrant_runtime::source::Lane::cancel). 10 s by default.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets how long messages may take after
    /// [`Lane::cancel`](hydrant_runtime::source::Lane::cancel), and the requests that return them to
    /// the queue, before the source ends all the same. 60 s by default.
    #[must_use]
    pub fn with_release_timeout(mut self, timeout: Duration) -> Self {
        self.release_timeout = timeout;
        self
    }

    /// Checks the form of all settings, without any connection.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.queue.validate()?;
        let timeout = Duration::from_secs(5)..=Duration::from_secs(1800);
        if !timeout.contains(&self.visibility_timeout) {
            let problem = "is out of range; expected 5 s to 30 min";
            return Err(ConfigError::new("visibility_timeout", problem));
        }
        for (setting, time) in [
            ("grace", self.grace),
            ("release_timeout", self.release_timeout),
        ] {
            if time > Duration::from_secs(3600) {
                let problem = "is out of range; expected at most 1 h";
                return Err(ConfigError::new(setting, problem));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        let queue = |name: &str| {
            let url = format!("https://sqs.us-east-1.amazonaws.com/123456789012/{name}");
            SqsSourceConfig::new(SqsConfig::new(url))
        };
        let (good, second) = (queue("q.fifo"), Duration::from_secs(1));
        good.validate().unwrap();
        for (bad, setting) in [
            (queue(""), "queue_url"),
            (
                good.clone().with_visibility_timeout(4 * second),
                "visibility_timeout",
            ),
            (good.clone().with_grace(3601 * second), "grace"),
            (good.with_release_timeout(3601 * second), "release_timeout"),
        ] {
            assert_eq!(bad.validate().unwrap_err().setting(), setting);
        }
    }
}
