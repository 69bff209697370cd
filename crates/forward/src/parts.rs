//! The parts of a forwarder that are not its target: the options of the pipeline, and the store of
//! the identities sent.

use std::time::Duration;

use hydrant::delivery::{RetryPolicy, SchedulerOptions};
use hydrant_runtime::PipelineOptions;

use crate::config::{Config, ConfigError, Reader};
use crate::connection::ConnectionKind;
use crate::sent::Sent;

/// How retries, limits and times are configured.
pub(crate) struct Parts {
    pub(crate) pipeline: PipelineOptions,
    /// How long a record may wait in all.
    pub(crate) patience: Duration,
    /// Whether the target needs the settings of the account.
    pub(crate) with_account: bool,
}

/// The greatest number of records that wait; their memory is limited, too.
const RECORDS: usize = 1_000_000;

/// The longest patience: a century, so that a deadline is a time that can be represented.
const PATIENCE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl Parts {
    pub(crate) fn read(config: &Config) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(config);
        let kind = ConnectionKind::read(&mut reader);
        let retry = RetryPolicy::default()
            .base(reader.duration("retry_base").unwrap_or_default())
            .cap(reader.duration("retry_cap").unwrap_or_default())
            .attempts(u32::try_from(reader.size("retry_attempts")).unwrap_or(u32::MAX));
        let mut options = SchedulerOptions::default()
            .retry(retry)
            .linger(reader.duration("linger").unwrap_or_default())
            .call_timeout(reader.duration("request_timeout").unwrap_or_default())
            .capacity(RECORDS, reader.size("max_memory"));
        let with_account = kind == Some(ConnectionKind::Http);
        if !with_account {
            // There is only one customer, that of the configuration.
            options = options.account_percent(100);
        }
        let parts = Self {
            pipeline: PipelineOptions::default().scheduler(options),
            patience: reader
                .duration("patience")
                .unwrap_or_default()
                .min(PATIENCE),
            with_account,
        };
        reader.finish(parts)
    }
}

/// How many settled events are remembered, to recognize repeated ones.
///
/// # Errors
///
/// A value that is not a number within the bounds.
pub fn deduplication_window(config: &Config) -> Result<usize, ConfigError> {
    let mut reader = Reader::new(config);
    let events = reader.size("deduplication_window");
    reader.finish(events)
}

/// The memory for records that wait, in bytes; the messages that wait for them may take as much.
///
/// # Errors
///
/// A value that is not a number of bytes within the bounds.
pub fn max_memory(config: &Config) -> Result<usize, ConfigError> {
    let mut reader = Reader::new(config);
    let bytes = reader.size("max_memory");
    reader.finish(bytes)
}

/// The settings of an account for messages whose own are not stored, such as dead letters: those of
/// `account_settings` named `ACCOUNT.name`, and those named `name`, which are for all accounts.
pub(crate) fn account_settings(config: &Config, account: Option<i32>) -> Vec<(&str, &str)> {
    let prefix = account.map(|id| format!("{id}."));
    let mut reader = Reader::new(config);
    let all = reader.map("account_settings");
    let own = all.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(prefix.as_deref()?)?;
        Some((name, value.as_str()))
    });
    let mut settings: Vec<_> = own.collect();
    for (name, value) in all.iter().filter(|(name, _)| !name.contains('.')) {
        if !settings.iter().any(|(known, _)| known == name) {
            settings.push((name, value));
        }
    }
    settings
}

/// The store of the identities sent, if there is one.
pub(crate) fn sent(config: &Config) -> Result<Option<Sent>, ConfigError> {
    let mut reader = Reader::new(config);
    let kind = ConnectionKind::read(&mut reader);
    let path = reader.text("identity_store");
    reader.finish(())?;
    match (kind, path) {
        (Some(ConnectionKind::Audience), Some(path)) => crate::identities::open(path).map(Some),
        _ => Ok(None),
    }
}
