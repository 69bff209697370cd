//! [`Source`]: where `hydrant consume` gets messages from.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "aws")]
use hydrant_aws::SqsSource;
#[cfg(feature = "kafka")]
use hydrant_kafka::KafkaSource;
use hydrant_runtime::source::{Handler, SourceError};

use crate::config::{Config, ConfigError, Reader};

/// How long a call may take beyond its time-out before it is abandoned, and what is to be done then.
const MARGIN: Duration = Duration::from_secs(10);

/// The source of messages that a configuration describes: a topic of Apache Kafka
/// (`source_topic`) or a queue of Amazon SQS (`source_queue_url`).
///
/// ```no_run
/// # use std::sync::Arc;
/// # use std::time::Duration;
/// # use hydrant_runtime::source::Handler;
/// use hydrant_forward::Source;
/// use hydrant_forward::config::Config;
///
/// # async fn consume(handler: impl Handler) -> Result<(), Box<dyn std::error::Error>> {
/// let mut config = Config::new();
/// config.set("source_queue_url=https://sqs.eu-west-1.amazonaws.com/123456789012/raw.fifo")?;
/// let source = Source::connect(&config, Duration::from_secs(10)).await?;
/// let stop = async { /* for example a signal */ };
/// source.run(Arc::new(handler), stop).await?;
/// # Ok(())
/// # }
/// ```
pub struct Source(Kind);

enum Kind {
    #[cfg(feature = "kafka")]
    Kafka(KafkaSource),
    #[cfg(feature = "aws")]
    Sqs(SqsSource),
}

impl Source {
    /// Reads the settings. Nothing is sent. When partitions move or the source stops, records on their
    /// way have `grace` before they are cancelled.
    ///
    /// # Errors
    ///
    /// All settings that are wrong, and a source for which this package was built without the feature.
    pub async fn connect(config: &Config, grace: Duration) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(config);
        let given = |reader: &mut Reader<'_>, name| reader.text(name).is_some();
        let topic = given(&mut reader, "source_topic");
        let topic = topic || given(&mut reader, "source_bootstrap_servers");
        let queue = given(&mut reader, "source_queue_url");
        match (topic, queue) {
            (true, true) => reader.refuse(
                "there are two sources: set either `source_queue_url`, or `source_bootstrap_servers` \
                 and `source_topic`",
            ),
            (false, false) => reader.refuse(
                "there is no source: set `source_bootstrap_servers` and `source_topic`, or \
                 `source_queue_url`",
            ),
            _ => {}
        }
        let release = reader.duration("request_timeout").unwrap_or_default() + MARGIN;
        reader.finish(())?;
        Ok(Self(match queue {
            true => self::queue(config, grace, release).await?,
            false => self::topic(config, grace, release)?,
        }))
    }

    /// Processes messages until `stop` is ready. It needs a runtime of tokio with timers.
    ///
    /// # Errors
    ///
    /// What somebody must mend, a handler that asks to stop, and a panic of the handler.
    pub async fn run<H: Handler>(
        self,
        handler: Arc<H>,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), SourceError> {
        // Without a feature, there is no source.
        let _ = (&handler, &stop);
        match self.0 {
            #[cfg(feature = "kafka")]
            Kind::Kafka(source) => source.run(handler, stop).await,
            #[cfg(feature = "aws")]
            Kind::Sqs(source) => source.run(handler, stop).await,
        }
    }
}

/// The setting that names the source of messages; `None` if the configuration has no source.
///
/// ```
/// use hydrant_forward::config::Config;
/// use hydrant_forward::source_setting;
///
/// let mut config = Config::new();
/// assert_eq!(source_setting(&config), None);
/// config.set("source_topic=messages")?;
/// assert_eq!(source_setting(&config), Some("source_topic"));
/// # Ok::<(), hydrant_forward::config::ConfigError>(())
/// ```
#[must_use]
pub fn source_setting(config: &Config) -> Option<&'static str> {
    let names = [
        "source_topic",
        "source_bootstrap_servers",
        "source_queue_url",
    ];
    names.into_iter().find(|name| config.given(name).is_some())
}

#[cfg(feature = "kafka")]
fn topic(config: &Config, grace: Duration, release: Duration) -> Result<Kind, ConfigError> {
    crate::kafka::source(config, grace, release).map(Kind::Kafka)
}

#[cfg(not(feature = "kafka"))]
fn topic(_: &Config, _: Duration, _: Duration) -> Result<Kind, ConfigError> {
    Err(crate::sink::without("kafka", "`source_topic`"))
}

#[cfg(feature = "aws")]
async fn queue(config: &Config, grace: Duration, release: Duration) -> Result<Kind, ConfigError> {
    crate::aws::source(config, grace, release)
        .await
        .map(Kind::Sqs)
}

#[cfg(not(feature = "aws"))]
async fn queue(_: &Config, _: Duration, _: Duration) -> Result<Kind, ConfigError> {
    Err(crate::sink::without("aws", "`source_queue_url`"))
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}
