//! [`OutgoingRecord`]: a record on its way to a sink.

use std::fmt;
use std::sync::Arc;

/// A record on its way to a sink. It is owned, because it outlives its message while it waits or is
/// retried. `Debug` shows sizes only: the content is personal data.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutgoingRecord {
    /// Determines the partition. Records with the same account and key are delivered in order.
    pub key: Option<Vec<u8>>,
    /// The bytes to deliver.
    pub payload: Vec<u8>,
    /// The time of the record in milliseconds since the epoch, for targets that store one.
    pub timestamp_ms: Option<i64>,
    /// The customer account whose data it is: limits and the circuit breaker are per account, and
    /// some sinks take the address and the credentials from its settings.
    pub account: Option<Arc<RecordAccount>>,
}

impl OutgoingRecord {
    /// A record without key, time and account.
    #[must_use]
    pub fn new(payload: impl Into<Vec<u8>>) -> Self {
        Self {
            key: None,
            payload: payload.into(),
            timestamp_ms: None,
            account: None,
        }
    }

    /// Sets the key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the time.
    #[must_use]
    pub fn with_timestamp_ms(mut self, timestamp_ms: i64) -> Self {
        self.timestamp_ms = Some(timestamp_ms);
        self
    }

    /// Sets the account.
    #[must_use]
    pub fn with_account(mut self, account: Arc<RecordAccount>) -> Self {
        self.account = Some(account);
        self
    }
}

impl fmt::Debug for OutgoingRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingRecord")
            .field("key_bytes", &self.key.as_ref().map(Vec::len))
            .field("payload_bytes", &self.payload.len())
            .field("timestamp_ms", &self.timestamp_ms)
            .field("account", &self.account.as_ref().map(|account| account.id))
            .finish()
    }
}

/// The number and the settings of a customer account. `Debug` shows no setting.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordAccount {
    id: i32,
    settings: Vec<(String, String)>,
}

impl RecordAccount {
    /// An account with these settings.
    pub fn new<N: Into<String>, V: Into<String>>(
        id: i32,
        settings: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let settings = settings.into_iter();
        Self {
            id,
            settings: settings
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        }
    }

    /// The number of the account.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.id
    }

    /// The value of a setting.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        let mut settings = self.settings.iter();
        settings
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for RecordAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordAccount")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
