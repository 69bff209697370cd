//! The target of a configuration.

use hydrant_runtime::DynSink;

use crate::config::{Config, ConfigError, Reader};
use crate::connection::ConnectionKind;

/// Connects to the target of a configuration. Nothing is delivered.
///
/// # Errors
///
/// All settings that are wrong, and a target for which this package was built without the feature.
pub async fn sink(config: &Config) -> Result<DynSink, ConfigError> {
    let mut reader = Reader::new(config);
    let kind = ConnectionKind::read(&mut reader);
    let Some(kind) = reader.finish(kind)? else {
        return Err(ConfigError::new("there is no connection"));
    };
    match kind {
        #[cfg(feature = "aws")]
        ConnectionKind::Kinesis | ConnectionKind::Audience => crate::aws::firehose(config).await,
        #[cfg(feature = "aws")]
        ConnectionKind::Sqs => crate::aws::store(config).await,
        #[cfg(feature = "http")]
        ConnectionKind::Http => crate::http::sink(config),
        #[cfg(not(feature = "aws"))]
        ConnectionKind::Kinesis | ConnectionKind::Audience | ConnectionKind::Sqs => {
            Err(without("aws", &named(kind)))
        }
        #[cfg(not(feature = "http"))]
        ConnectionKind::Http => Err(without("http", &named(kind))),
        #[cfg(feature = "kafka")]
        ConnectionKind::Kafka => crate::kafka::sink(config),
        #[cfg(not(feature = "kafka"))]
        ConnectionKind::Kafka => Err(without("kafka", &named(kind))),
    }
}

/// What a [`check`](hydrant::delivery::Sink::check) without an error says about the target of a
/// configuration.
///
/// ```
/// use hydrant_forward::checked;
/// use hydrant_forward::config::Config;
///
/// let mut config = Config::new();
/// config.set("connection=http")?;
/// config.set("url=https://api.example.com/v1/events")?;
/// assert!(checked(&config).starts_with("the server answers; the path, the credentials"));
/// # Ok::<(), hydrant_forward::config::ConfigError>(())
/// ```
#[must_use]
pub fn checked(config: &Config) -> &'static str {
    let mut reader = Reader::new(config);
    if ConnectionKind::read(&mut reader) != Some(ConnectionKind::Http) {
        return "the target accepts the connection";
    }
    let url = reader.text("url").unwrap_or_default();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    match host.contains('{') {
        true => "nothing is checked, because settings of the accounts decide the host",
        false => {
            "the server answers; the path, the credentials and the settings of accounts are not \
             checked, because that would deliver something"
        }
    }
}

#[cfg(not(all(feature = "aws", feature = "http", feature = "kafka")))]
fn named(kind: ConnectionKind) -> String {
    format!("the connection `{}`", kind.as_str())
}

/// The error for something that was not compiled in.
#[cfg(not(all(feature = "aws", feature = "http", feature = "kafka")))]
pub(crate) fn without(feature: &str, what: &str) -> ConfigError {
    ConfigError::new(format!(
        "{what} needs the feature `{feature}`, without which this program was built; build it with \
         `--features {feature}`"
    ))
}

/// The IAM policy, as JSON, that a configuration for Amazon Data Firehose or with queues of Amazon SQS
/// needs. `account_id` is the number of the AWS account of the delivery stream, 12 digits.
///
/// # Errors
///
/// All settings that are wrong, and the lack of the feature `aws`.
pub fn aws_policy(config: &Config, account_id: Option<&str>) -> Result<String, ConfigError> {
    #[cfg(feature = "aws")]
    return crate::aws::policy(config, account_id);
    #[cfg(not(feature = "aws"))]
    {
        let _ = (config, account_id);
        Err(without("aws", "the policy"))
    }
}
