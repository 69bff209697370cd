//! [`KafkaConfig`]: the configuration of the sink, and its validation (`connections.md`, section 6).

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use hydrant::delivery::BatchLimits;
use rdkafka::config::ClientConfig;

use crate::access::KafkaAccess;

/// What a batch and its first record add to key and value, with a margin.
pub(crate) const OVERHEAD: usize = 1036;

/// The greatest number of records and of bytes in a call: a few batches of the client, so that its
/// queue does not run empty between calls.
pub(crate) const CALL: (usize, usize) = (10_000, 4 << 20);

/// The largest record that the protocol and the library can send.
const LARGEST: usize = 1_000_000_000;

/// The configuration of a [`KafkaSink`](crate::KafkaSink).
///
/// ```
/// use hydrant_kafka::{Compression, KafkaAccess, KafkaConfig};
///
/// let config = KafkaConfig::new(KafkaAccess::new("b-1.example.com:9094"), "events")
///     .with_compression(Compression::Zstd);
/// config.validate()?;
/// # Ok::<(), hydrant_kafka::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaConfig {
    pub(crate) access: KafkaAccess,
    pub(crate) topic: String,
    pub(crate) compression: Compression,
    pub(crate) linger: Duration,
    pub(crate) max_record_bytes: usize,
    pub(crate) max_in_flight: usize,
}

/// The compression of batches of records, which consumers undo by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// None.
    None,
    /// gzip.
    Gzip,
    /// Snappy.
    Snappy,
    /// LZ4.
    #[default]
    Lz4,
    /// Zstandard, which brokers and consumers know from version 2.1.
    Zstd,
}

impl Compression {
    /// The name in configurations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

impl KafkaConfig {
    /// Delivery to this topic, with LZ4 and records of at most 1,047,552 bytes, which is 1 KiB less
    /// than the default limit of producers.
    pub fn new(access: KafkaAccess, topic: impl Into<String>) -> Self {
        Self {
            access,
            topic: topic.into(),
            compression: Compression::default(),
            linger: Duration::from_millis(5),
            max_record_bytes: (1 << 20) - 1024,
            max_in_flight: 8,
        }
    }

    /// Sets the compression.
    #[must_use]
    pub fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets how long a batch waits for more records. 5 ms by default.
    #[must_use]
    pub fn with_linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// Sets the greatest size of key and value of a record. The topic must accept 1,036 bytes more
    /// (`max.message.bytes`).
    #[must_use]
    pub fn with_max_record_bytes(mut self, bytes: usize) -> Self {
        self.max_record_bytes = bytes;
        self
    }

    /// Sets the greatest number of calls of `deliver` at the same time. 8 by default.
    #[must_use]
    pub fn with_max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = calls;
        self
    }

    /// Checks the form of all settings, without any connection.
    ///
    /// ```
    /// use hydrant_kafka::{KafkaAccess, KafkaConfig};
    ///
    /// let config = KafkaConfig::new(KafkaAccess::new("b-1.example.com:9094"), "my topic");
    /// assert_eq!(config.validate().unwrap_err().setting(), "topic_name");
    /// ```
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.access.validate()?;
        require_topic(&self.topic)?;
        if self.linger > Duration::from_secs(60) {
            let problem = "is out of range; expected at most 60 seconds";
            return Err(ConfigError::new("linger", problem));
        }
        if !(1024..=LARGEST - OVERHEAD).contains(&self.max_record_bytes) {
            let problem = "is out of range; expected 1,024 to 999,998,964 bytes";
            return Err(ConfigError::new("max_record_bytes", problem));
        }
        if !(1..=1000).contains(&self.max_in_flight) {
            let problem = "is out of range; expected 1 to 1000";
            return Err(ConfigError::new("max_in_flight", problem));
        }
        Ok(())
    }

    /// The greatest size of a batch, which the limit of the topic applies to.
    pub(crate) fn max_batch_bytes(&self) -> usize {
        self.max_record_bytes + OVERHEAD
    }

    /// The properties of librdkafka.
    pub(crate) fn client_config(&self) -> Result<ClientConfig, ConfigError> {
        self.validate()?;
        let mut config = self.access.client_config()?;
        let batch = self.max_batch_bytes();
        // Room for all calls, so that they need not wait for it.
        let waiting = self.max_in_flight * self.limits().bytes / 1024 + 1024;
        for (property, value) in [
            ("acks", "all".to_owned()),
            ("enable.idempotence", "true".to_owned()),
            // A batch that fails for good ends the producer, because later batches of the partition
            // would be delivered without it.
            ("enable.gapless.guarantee", "true".to_owned()),
            // The deadlines of calls decide; the library drops nothing.
            ("message.timeout.ms", "0".to_owned()),
            ("partitioner", "murmur2_random".to_owned()),
            ("compression.codec", self.compression.as_str().to_owned()),
            (
                "linger.ms",
                (self.linger.as_secs_f64() * 1000.0).to_string(),
            ),
            ("message.max.bytes", batch.to_string()),
            ("batch.size", batch.to_string()),
            ("queue.buffering.max.messages", "0".to_owned()),
            ("queue.buffering.max.kbytes", waiting.to_string()),
            // How long a topic is looked for, which may be new.
            ("topic.metadata.propagation.max.ms", "5000".to_owned()),
            ("allow.auto.create.topics", "false".to_owned()),
        ] {
            config.set(property, value);
        }
        Ok(config)
    }

    /// The same for one record per batch: a batch that fails is a record, so that the next may follow.
    pub(crate) fn single_config(&self) -> Result<ClientConfig, ConfigError> {
        let mut config = self.client_config()?;
        config
            .set("batch.num.messages", "1")
            .set("linger.ms", "0")
            .set("enable.gapless.guarantee", "false");
        Ok(config)
    }

    /// The limits of calls.
    pub(crate) fn limits(&self) -> BatchLimits {
        let mut limits = BatchLimits::single(self.max_record_bytes);
        (limits.records, limits.bytes) = CALL;
        limits.bytes = limits.bytes.max(self.max_record_bytes);
        limits.in_flight = self.max_in_flight;
        limits.ordered = true;
        limits
    }
}

/// Checks the name of a topic.
pub(crate) fn require_topic(topic: &str) -> Result<(), ConfigError> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let valid = (1..=249).contains(&topic.len()) && topic.bytes().all(letter);
    if !valid || topic == "." || topic == ".." {
        let problem = "is not a name of a topic; expected 1 to 249 of A-Z, a-z, 0-9, `.`, `_` and \
                       `-`, but not `.` or `..`";
        return Err(ConfigError::new("topic_name", problem));
    }
    Ok(())
}

/// A setting that is wrong: its name, and what is wrong with it. The value is not part of it,
/// because it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    setting: &'static str,
    problem: Cow<'static, str>,
}

impl ConfigError {
    pub(crate) fn new(setting: &'static str, problem: impl Into<Cow<'static, str>>) -> Self {
        Self {
            setting,
            problem: problem.into(),
        }
    }

    /// The name of the setting.
    #[must_use]
    pub fn setting(&self) -> &str {
        self.setting
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.setting, self.problem)
    }
}

impl Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The default of brokers for a batch of records, `message.max.bytes`.
    const BROKER_LIMIT: usize = 1_048_588;

    fn config(topic: &str) -> KafkaConfig {
        KafkaConfig::new(KafkaAccess::new("a:1"), topic)
    }

    #[test]
    fn names_of_topics() {
        for good in ["a", "...", "My_topic-1.x", &"t".repeat(249)] {
            config(good).validate().unwrap();
        }
        for bad in ["", ".", "..", "a b", "a/b", "tö", &"t".repeat(250)] {
            let error = config(bad).validate().unwrap_err();
            assert_eq!(error.setting(), "topic_name", "{bad}");
        }
    }

    #[test]
    fn limits() {
        let default = config("a");
        assert_eq!(default.max_batch_bytes(), BROKER_LIMIT);
        for (bad, setting) in [
            (
                default.clone().with_linger(Duration::from_secs(61)),
                "linger",
            ),
            (
                default.clone().with_max_record_bytes(1023),
                "max_record_bytes",
            ),
            (
                default.clone().with_max_record_bytes(LARGEST),
                "max_record_bytes",
            ),
            (default.clone().with_max_in_flight(0), "max_in_flight"),
            (default.with_max_in_flight(1001), "max_in_flight"),
        ] {
            assert!(bad.client_config().is_err());
            assert_eq!(bad.validate().unwrap_err().setting(), setting);
        }
    }
}
