//! [`KafkaSourceConfig`]: the configuration of a source.

use std::time::Duration;

use rdkafka::config::ClientConfig;

use crate::access::KafkaAccess;
use crate::config::{ConfigError, require_topic};

/// The configuration of a [`KafkaSource`](super::KafkaSource).
///
/// ```
/// use hydrant_kafka::{KafkaAccess, KafkaSourceConfig};
///
/// let access = KafkaAccess::new("b-1.example.com:9094");
/// let config = KafkaSourceConfig::new(access, "raw-messages", "hydrant");
/// config.validate()?;
/// # Ok::<(), hydrant_kafka::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaSourceConfig {
    pub(super) access: KafkaAccess,
    pub(super) topic: String,
    pub(super) group: String,
    pub(super) session_timeout: Duration,
    pub(super) window_bytes: usize,
    pub(super) grace: Duration,
    pub(super) release_timeout: Duration,
    poll_interval: Option<Duration>,
}

/// How often the progress is committed.
pub(super) const COMMIT_INTERVAL: Duration = Duration::from_secs(1);

/// How long the last commit of a partition may take.
pub(super) const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);

/// The memory for records that were fetched and not polled, in KiB.
const FETCHED_KIB: usize = 16 << 10;

impl KafkaSourceConfig {
    /// A member of this group that consumes this topic.
    pub fn new(access: KafkaAccess, topic: impl Into<String>, group: impl Into<String>) -> Self {
        Self {
            access,
            topic: topic.into(),
            group: group.into(),
            session_timeout: Duration::from_secs(45),
            window_bytes: 64 << 20,
            grace: Duration::from_secs(10),
            release_timeout: Duration::from_secs(60),
            poll_interval: None,
        }
    }

    /// Sets after which time without a sign of life the partitions of a member are given to others.
    /// 45 s by default; brokers accept 6 s to 30 min unless they are configured otherwise.
    #[must_use]
    pub fn with_session_timeout(mut self, timeout: Duration) -> Self {
        self.session_timeout = timeout;
        self
    }

    /// Sets the greatest size of all records that are polled and not settled. Partitions share it
    /// equally, and each may exceed its share by one record. 64 MiB by default. Another 16 MiB hold
    /// what is fetched ahead.
    #[must_use]
    pub fn with_window_bytes(mut self, bytes: usize) -> Self {
        self.window_bytes = bytes;
        self
    }

    /// Sets how long records on their way are waited for when a partition is revoked or the source
    /// stops, before [`Lane::cancel`](hydrant_runtime::source::Lane::cancel). 10 s by default.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets how long records may take after [`Lane::cancel`](hydrant_runtime::source::Lane::cancel), before the
    /// partition is given up all the same; then the next owner may overtake them. 60 s by default.
    #[must_use]
    pub fn with_release_timeout(mut self, timeout: Duration) -> Self {
        self.release_timeout = timeout;
        self
    }

    /// Sets `max.poll.interval.ms`, for tests; partitions that are released take no longer.
    #[doc(hidden)]
    #[must_use]
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = Some(interval);
        self
    }

    /// Checks the form of all settings, without any connection.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.access.validate()?;
        require_topic(&self.topic)?;
        let group = self.group.len();
        if !(1..=255).contains(&group) || self.group.contains(char::is_control) {
            let problem = "is not the name of a group; expected 1 to 255 bytes";
            return Err(ConfigError::new("group", problem));
        }
        let timeout = Duration::from_secs(1)..=Duration::from_secs(1800);
        if !timeout.contains(&self.session_timeout) {
            let problem = "is out of range; expected 1 s to 30 min";
            return Err(ConfigError::new("session_timeout", problem));
        }
        for (setting, time) in [
            ("grace", self.grace),
            ("release_timeout", self.release_timeout),
        ] {
            if time > Duration::from_secs(3600) {
                return Err(ConfigError::new(
                    setting,
                    "is out of range; expected at most 1 h",
                ));
            }
        }
        Ok(())
    }

    /// The properties of librdkafka.
    pub(super) fn client_config(&self) -> Result<ClientConfig, ConfigError> {
        self.validate()?;
        let mut config = self.access.client_config()?;
        // The longest time for which a member does not rejoin: while it releases partitions.
        let release = self.grace + self.release_timeout + COMMIT_TIMEOUT;
        let rejoin = (release + Duration::from_secs(60)).max(Duration::from_secs(300));
        let rejoin = self.poll_interval.unwrap_or(rejoin);
        let rejoin = rejoin.max(self.session_timeout);
        let heartbeat = (self.session_timeout / 4).min(Duration::from_secs(3));
        for (property, value) in [
            ("group.id", self.group.clone()),
            ("enable.auto.commit", "false".to_owned()),
            ("enable.auto.offset.store", "false".to_owned()),
            (
                "partition.assignment.strategy",
                "cooperative-sticky".to_owned(),
            ),
            ("auto.offset.reset", "earliest".to_owned()),
            ("isolation.level", "read_committed".to_owned()),
            ("allow.auto.create.topics", "false".to_owned()),
            (
                "session.timeout.ms",
                self.session_timeout.as_millis().to_string(),
            ),
            ("heartbeat.interval.ms", heartbeat.as_millis().to_string()),
            ("max.poll.interval.ms", rejoin.as_millis().to_string()),
            ("queued.max.messages.kbytes", FETCHED_KIB.to_string()),
            ("fetch.max.bytes", (FETCHED_KIB << 9).to_string()),
            // A partition that was paused begins again within this time.
            ("fetch.wait.max.ms", "100".to_owned()),
            // How soon partitions that were added are noticed.
            ("topic.metadata.refresh.interval.ms", "60000".to_owned()),
            ("fetch.error.backoff.ms", "100".to_owned()),
        ] {
            config.set(property, value);
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        let good = KafkaSourceConfig::new(KafkaAccess::new("a:1"), "t", "g");
        let properties = good.client_config().unwrap();
        assert_eq!(properties.get("enable.auto.commit"), Some("false"));
        assert_eq!(properties.get("max.poll.interval.ms"), Some("300000"));
        let slow = good
            .clone()
            .with_grace(Duration::from_secs(3000))
            .with_session_timeout(Duration::from_secs(1800));
        let properties = slow.client_config().unwrap();
        assert_eq!(properties.get("max.poll.interval.ms"), Some("3130000"));
        let second = Duration::from_secs(1);
        let with = |topic: &str, group: &str| {
            KafkaSourceConfig::new(KafkaAccess::new("a:1"), topic, group)
        };
        for (bad, setting) in [
            (with("a b", "g"), "topic_name"),
            (with("t", ""), "group"),
            (with("t", "g\n"), "group"),
            (
                good.clone().with_session_timeout(second / 2),
                "session_timeout",
            ),
            (good.clone().with_grace(3601 * second), "grace"),
            (good.with_release_timeout(3601 * second), "release_timeout"),
        ] {
            assert_eq!(bad.validate().unwrap_err().setting(), setting);
        }
    }
}
