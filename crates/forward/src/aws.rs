//! Amazon Data Firehose, and SQS for whole messages and dead letters.

use std::time::Duration;

use hydrant_aws::{
    AwsAccess, FirehoseConfig, FirehoseSink, QueueUse, SqsConfig, SqsQueue, SqsSource,
    SqsSourceConfig,
};
use hydrant_runtime::DynSink;

use crate::config::{Config, ConfigError, Reader};
use crate::connection::ConnectionKind;

/// Connects to the delivery stream.
pub(crate) async fn firehose(config: &Config) -> Result<DynSink, ConfigError> {
    let stream = stream(config)?;
    let sink = FirehoseSink::connect(&stream).await;
    let sink = sink.map_err(|it| wrong(&it, LETTERS))?;
    Ok(DynSink::new(sink))
}

/// The queue for whole messages.
pub(crate) async fn store(config: &Config) -> Result<DynSink, ConfigError> {
    let mut reader = Reader::new(config);
    reader.required(STORE);
    let requests = reader.size("max_in_flight");
    reader.finish(())?;
    let Some(queue) = queue_config(config, STORE)? else {
        return Err(ConfigError::new("`queue_url` is missing"));
    };
    let queue = SqsQueue::connect(&queue.with_max_in_flight(requests)).await;
    Ok(DynSink::new(queue.map_err(|it| wrong(&it, STORE))?))
}

/// The queue for dead letters, if there is one.
pub(crate) async fn queue(config: &Config) -> Result<Option<SqsQueue>, ConfigError> {
    let Some(queue) = letters_config(config)? else {
        return Ok(None);
    };
    let queue = SqsQueue::connect(&queue).await;
    queue.map(Some).map_err(|it| wrong(&it, LETTERS))
}

/// The queue whose messages are consumed. `grace` and `release` are those of [`SqsSourceConfig`].
pub(crate) async fn source(
    config: &Config,
    grace: Duration,
    release: Duration,
) -> Result<SqsSource, ConfigError> {
    let mut reader = Reader::new(config);
    let timeout = reader.duration("source_session_timeout");
    let window = reader.size("max_memory");
    reader.finish(())?;
    let Some(queue) = queue_config(config, SOURCE)? else {
        return Err(ConfigError::new("`source_queue_url` is missing"));
    };
    let source = SqsSourceConfig::new(queue)
        .with_visibility_timeout(timeout.unwrap_or_default())
        .with_window_bytes(window)
        .with_grace(grace)
        .with_release_timeout(release);
    SqsSource::connect(source)
        .await
        .map_err(|it| wrong(&it, SOURCE))
}

/// The IAM policy of the stream and the queues.
pub(crate) fn policy(config: &Config, account_id: Option<&str>) -> Result<String, ConfigError> {
    let letters = letters_config(config)?;
    let store = queue_config(config, STORE)?;
    let source = queue_config(config, SOURCE)?;
    let queues = [
        (QueueUse::DeadLetters, &letters),
        (QueueUse::Store, &store),
        (QueueUse::Source, &source),
    ];
    let queues = queues.into_iter();
    let queues = queues.filter_map(|(what, queue)| Some((what, queue.as_ref()?)));
    let queues: Vec<_> = queues.collect();
    let mut reader = Reader::new(config);
    let to_stream = match reader.text("connection") {
        Some(_) => matches!(
            ConnectionKind::read(&mut reader),
            Some(ConnectionKind::Kinesis | ConnectionKind::Audience)
        ),
        None => reader.text("delivery_stream_name").is_some(),
    };
    reader.finish(())?;
    let stream = match to_stream || queues.is_empty() {
        true => Some(stream(config)?),
        false => None,
    };
    let stream = match (&stream, account_id) {
        (Some(stream), Some(account_id)) => Some((stream, account_id)),
        (None, _) => None,
        (Some(_), None) => {
            return Err(ConfigError::new(
                "`account_id` is missing: the number of the AWS account of the delivery stream",
            ));
        }
    };
    hydrant_aws::iam_policy(stream, &queues).map_err(|it| wrong(&it, LETTERS))
}

const STORE: &str = "queue_url";
const LETTERS: &str = "dead_letter_queue_url";
const SOURCE: &str = "source_queue_url";

fn stream(config: &Config) -> Result<FirehoseConfig, ConfigError> {
    let mut reader = Reader::new(config);
    let access = access(&mut reader);
    let delimiter = reader.text("record_delimiter").unwrap_or_default();
    let delimiter = delimiter
        .replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t");
    let stream = FirehoseConfig::new(reader.required("delivery_stream_name"))
        .with_access(access)
        .with_record_delimiter(delimiter)
        .with_put_record_batch(reader.switch("put_record_batch"))
        .with_max_in_flight(reader.size("max_in_flight"));
    let stream = reader.finish(stream)?;
    stream.validate().map_err(|it| wrong(&it, LETTERS))?;
    Ok(stream)
}

/// The queue for dead letters.
fn letters_config(config: &Config) -> Result<Option<SqsConfig>, ConfigError> {
    let queue = queue_config(config, LETTERS)?;
    if queue.as_ref().is_some_and(SqsConfig::is_fifo) {
        return Err(ConfigError::new(
            "`dead_letter_queue_url` names a FIFO queue, but dead letters have no order; expected a \
             standard queue",
        ));
    }
    Ok(queue)
}

/// The queue that this setting names, if it is given.
fn queue_config(config: &Config, setting: &str) -> Result<Option<SqsConfig>, ConfigError> {
    let mut reader = Reader::new(config);
    let Some(url) = reader.text(setting) else {
        return Ok(None);
    };
    let queue = SqsConfig::new(url);
    let mut access = access(&mut reader);
    if let Some(region) = queue.region() {
        // The region is that of the queue, the rest that of the configuration.
        access = access.with_region(region);
    }
    let queue = reader.finish(queue.with_access(access))?;
    queue.validate().map_err(|it| wrong(&it, setting))?;
    Ok(Some(queue))
}

fn access(reader: &mut Reader<'_>) -> AwsAccess {
    let mut access =
        AwsAccess::new().with_region(reader.text("aws_region_endpoint").unwrap_or_default());
    if let Some(url) = reader.text("endpoint_url") {
        access = access.with_endpoint_url(url);
    }
    let key = (
        reader.text("access_key_id"),
        reader.secret("secret_access_key"),
    );
    match (key, reader.secret("session_token")) {
        ((Some(id), Some(secret)), None) => access.with_access_key(id, secret.expose()),
        ((Some(id), Some(secret)), Some(token)) => {
            access.with_session_key(id, secret.expose(), token.expose())
        }
        ((None, None), None) => access,
        _ => {
            reader.refuse(
                "`access_key_id`, `secret_access_key` and `session_token` go together: set the first \
                 two, all three, or none for the standard chain of credentials",
            );
            access
        }
    }
}

/// The settings of a queue have the names of its use.
fn wrong(error: &hydrant_aws::ConfigError, queue: &str) -> ConfigError {
    let text = error.to_string();
    let text = text.replace("`queue_url`", &format!("`{queue}`"));
    let text = text.replace("`visibility_timeout`", "`source_session_timeout`");
    ConfigError::new(text.replace("`release_timeout`", "`request_timeout`"))
}
