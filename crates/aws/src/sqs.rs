//! [`SqsQueue`]: requests to a queue of Amazon SQS.

use std::fmt;
use std::str;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry,
    DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};
use sha2::{Digest, Sha256};

use crate::classify;
use crate::client::{before, load};
use crate::config::{ConfigError, SqsConfig};

const SERVICE: &str = "Amazon SQS";

/// Names the address of the service for the SDK.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL_SQS";

/// Limits of the service: the messages of one request, and the bytes of a message and of all
/// messages of a request, which was 256 KiB until August 2025.
pub(crate) const MOST_MESSAGES: usize = 10;
const LARGEST_REQUEST: usize = 1 << 20;

/// A queue. As a [`Sink`] it stores records: each is a message, and must be a text of characters that
/// XML allows. [`receive`](Self::receive) and [`delete`](Self::delete) take them back;
/// [`SqsSource`](crate::SqsSource) processes them.
///
/// In a FIFO queue, the key of a record is its message group, and records without a key have no order.
/// The deduplication identifier is a digest of the record, so that a record that is sent again within
/// five minutes is stored once.
pub struct SqsQueue {
    client: Client,
    url: String,
    fifo: bool,
    in_flight: usize,
}

/// A message that was received. It is visible to other receivers again after some time, unless it
/// is deleted. `Debug` does not show its content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedMessage {
    /// The identifier of the message, which the queue has given to it.
    pub id: String,
    /// The content.
    pub body: String,
    /// Names this delivery of the message when it is deleted.
    pub receipt: String,
    /// The message group, if it has one.
    pub group: Option<String>,
    /// How often it was received, with this time. An approximation.
    pub receives: u32,
    /// When it was sent, in milliseconds since the epoch.
    pub sent_ms: Option<i64>,
}

impl SqsQueue {
    /// A queue with this configuration. It reads the environment and the profiles of AWS, and
    /// sends nothing.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub async fn connect(config: &SqsConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self {
            client: client(config).await,
            url: config.queue_url.clone(),
            fifo: config.is_fifo(),
            in_flight: config.max_in_flight,
        })
    }

    /// Receives up to `most` messages (1 to 10), and waits up to `wait` (at most 20 s) if there is
    /// none. They are hidden from other receivers for the time that is set for the queue. Needs
    /// the action `sqs:ReceiveMessage`.
    ///
    /// # Errors
    ///
    /// [`Fate::Halted`] for what somebody must mend, [`Fate::Retry`] for an outage.
    pub async fn receive(
        &self,
        most: usize,
        wait: Duration,
        deadline: Instant,
    ) -> Result<Vec<ReceivedMessage>, Fate> {
        self.receive_for(most, wait, None, deadline).await
    }

    /// The same, and they are hidden for this time.
    pub(crate) async fn receive_for(
        &self,
        most: usize,
        wait: Duration,
        hidden: Option<Duration>,
        deadline: Instant,
    ) -> Result<Vec<ReceivedMessage>, Fate> {
        let most = i32::try_from(most.clamp(1, MOST_MESSAGES)).unwrap_or(1);
        let wait = i32::try_from(wait.as_secs().min(20)).unwrap_or(20);
        let request = self.client.receive_message().queue_url(&self.url);
        let request = request.max_number_of_messages(most).wait_time_seconds(wait);
        let request = request
            .set_visibility_timeout(hidden.map(seconds))
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let output = before(deadline, async {
            let sent = request.send().await;
            sent.map_err(|error| classify::error(SERVICE, &error))
        })
        .await?;
        let messages = output.messages.unwrap_or_default().into_iter();
        Ok(messages.filter_map(received).collect())
    }

    /// Deletes up to 10 messages by their receipts, and returns one fate for each, in order. Needs
    /// the action `sqs:DeleteMessage`.
    pub async fn delete<'a>(
        &self,
        receipts: impl IntoIterator<Item = &'a str>,
        deadline: Instant,
    ) -> Vec<Fate> {
        let mut batch = Batch::default();
        let mut entries = Vec::new();
        for receipt in receipts {
            let entry = DeleteMessageBatchRequestEntry::builder().receipt_handle(receipt);
            entries.extend(entry.id(batch.add()).build().ok());
        }
        if entries.is_empty() {
            return Vec::new();
        }
        let request = self.client.delete_message_batch().queue_url(&self.url);
        let result = before(deadline, async {
            let sent = request.set_entries(Some(entries)).send().await;
            sent.map_err(|error| classify::error(SERVICE, &error))
        })
        .await;
        let result = result.map(|output| {
            let ids = output
                .successful()
                .iter()
                .map(|entry| entry.id().to_owned());
            (ids.collect(), output.failed.clone())
        });
        batch.fates(result)
    }

    /// Hides up to 10 messages for this time from now on, by their receipts, and returns one fate for
    /// each, in order. Needs the action `sqs:ChangeMessageVisibility`.
    pub(crate) async fn hide(
        &self,
        receipts: impl IntoIterator<Item = (String, Duration)>,
        deadline: Instant,
    ) -> Vec<Fate> {
        let mut batch = Batch::default();
        let mut entries = Vec::new();
        for (receipt, time) in receipts {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .receipt_handle(receipt)
                .visibility_timeout(seconds(time));
            entries.extend(entry.id(batch.add()).build().ok());
        }
        let request = self.client.change_message_visibility_batch();
        let request = request.queue_url(&self.url);
        let result = before(deadline, async {
            let sent = request.set_entries(Some(entries)).send().await;
            sent.map_err(|error| classify::error(SERVICE, &error))
        })
        .await;
        let result = result.map(|output| {
            let ids = output
                .successful()
                .iter()
                .map(|entry| entry.id().to_owned());
            (ids.collect(), output.failed.clone())
        });
        batch.fates(result)
    }

    pub(crate) fn is_fifo(&self) -> bool {
        self.fifo
    }
}

impl Sink for SqsQueue {
    /// The entries of a request fail one by one, so it has one record of a key.
    fn limits(&self) -> BatchLimits {
        let mut limits = BatchLimits::single(LARGEST_REQUEST);
        limits.records = MOST_MESSAGES;
        limits.in_flight = self.in_flight;
        limits
    }

    async fn deliver(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
        let mut batch = Batch::default();
        let mut entries = Vec::new();
        for record in records {
            let id = batch.add();
            match text(&record.payload) {
                Some(text) => {
                    let mut entry = SendMessageBatchRequestEntry::builder().message_body(text);
                    if self.fifo {
                        let digest = digest(&record.payload);
                        let group = group(record.key.as_deref()).unwrap_or(digest.clone());
                        entry = entry
                            .message_group_id(group)
                            .message_deduplication_id(digest);
                    }
                    entries.extend(entry.id(id).build().ok());
                }
                None => batch.reject("not a text of characters that Amazon SQS accepts"),
            }
        }
        if entries.is_empty() {
            return batch.fates(Ok(Default::default()));
        }
        let request = self.client.send_message_batch().queue_url(&self.url);
        let result = before(deadline, async {
            let sent = request.set_entries(Some(entries)).send().await;
            sent.map_err(|error| classify::error(SERVICE, &error))
        })
        .await;
        let result = result.map(|output| {
            let ids = output
                .successful()
                .iter()
                .map(|entry| entry.id().to_owned());
            (ids.collect(), output.failed.clone())
        });
        batch.fates(result)
    }

    /// Reads the ARN of the queue. Needs the action `sqs:GetQueueAttributes`.
    async fn check(&self, deadline: Instant) -> Result<(), Fate> {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let request = request.attribute_names(QueueAttributeName::QueueArn);
        let sent = before(deadline, async {
            let sent = request.send().await;
            sent.map_err(|error| classify::error(SERVICE, &error))
        });
        sent.await.map(|_| ())
    }

    /// Does nothing: connections end when the queue is dropped.
    async fn close(&self) {}
}

/// A client that sends requests to the host of the queue.
async fn client(config: &SqsConfig) -> Client {
    let loaded = load(&config.access).await;
    let mut of_queue = aws_sdk_sqs::config::Builder::from(&loaded);
    // An address that is named explicitly is used for all hosts: emulators are often reachable under
    // another one than that in the URLs of their queues.
    let named = loaded.endpoint_url().is_some() || std::env::var_os(ENDPOINT_VARIABLE).is_some();
    if let Some(url) = config.endpoint_url().filter(|_| !named) {
        of_queue = of_queue.endpoint_url(url);
    }
    Client::from_conf(of_queue.build())
}

/// The fates of the entries of one request, whose identifiers are their positions.
#[derive(Default)]
struct Batch(Vec<Option<Fate>>);

impl Batch {
    /// The identifier of the next entry.
    fn add(&mut self) -> String {
        self.0.push(None);
        (self.0.len() - 1).to_string()
    }

    /// Rejects the entry that was added last, which is not sent.
    fn reject(&mut self, reason: &'static str) {
        if let Some(fate) = self.0.last_mut() {
            *fate = Some(Fate::rejected(reason));
        }
    }

    fn set(&mut self, id: &str, fate: Fate) {
        let index = id.parse::<usize>().ok();
        if let Some(entry) = index.and_then(|index| self.0.get_mut(index)) {
            *entry = Some(fate);
        }
    }

    /// The fates, from the identifiers of entries that succeeded and the others that have a result, or
    /// from the fate of the request.
    fn fates(
        mut self,
        result: Result<(Vec<String>, Vec<BatchResultErrorEntry>), Fate>,
    ) -> Vec<Fate> {
        let mut others = Fate::retry("Amazon SQS answered without a result");
        match result {
            Ok((succeeded, failed)) => {
                for id in succeeded {
                    self.set(&id, Fate::Delivered);
                }
                for entry in failed {
                    self.set(entry.id(), classify::entry(SERVICE, entry.code()));
                }
            }
            Err(fate) => others = fate,
        }
        let fates = self.0.into_iter();
        fates
            .map(|fate| fate.unwrap_or_else(|| others.clone()))
            .collect()
    }
}

/// The payload as a text, if it consists of characters that the service accepts: those of XML 1.0.
fn text(payload: &[u8]) -> Option<&str> {
    let text = str::from_utf8(payload)
        .ok()
        .filter(|text| !text.is_empty())?;
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().all(allowed).then_some(text)
}

/// The group of the records of a key: the key, if the service accepts it as the name of a group.
fn group(key: Option<&[u8]>) -> Option<String> {
    let key = key.filter(|key| !key.is_empty())?;
    match str::from_utf8(key) {
        Ok(text) if text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Some(text.to_owned())
        }
        _ => Some(digest(key)),
    }
}

/// SHA-256 in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn seconds(time: Duration) -> i32 {
    i32::try_from(time.as_secs()).unwrap_or(i32::MAX)
}

/// A message that was received; `None` without a receipt.
fn received(message: Message) -> Option<ReceivedMessage> {
    let attribute = |name| message.attributes.as_ref()?.get(&name);
    let group = attribute(MessageSystemAttributeName::MessageGroupId).cloned();
    let receives = attribute(MessageSystemAttributeName::ApproximateReceiveCount);
    let sent = attribute(MessageSystemAttributeName::SentTimestamp);
    Some(ReceivedMessage {
        group,
        receives: receives.and_then(|it| it.parse().ok()).unwrap_or(1),
        sent_ms: sent.and_then(|it| it.parse().ok()),
        id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        receipt: message.receipt_handle?,
    })
}

impl fmt::Debug for SqsQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsQueue").finish_non_exhaustive()
    }
}

impl fmt::Debug for ReceivedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedMessage")
            .field("id", &self.id)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_names_that_the_service_accepts() {
        assert_eq!(group(Some(b"-42")).as_deref(), Some("-42"));
        assert_eq!(group(None), None);
        assert_eq!(group(Some(b"")), None);
        let long = [b'1'; 129];
        for unusual in [&b"a b"[..], &long, b"\xff", "\u{e4}".as_bytes()] {
            let group = group(Some(unusual)).unwrap();
            assert!(group.len() == 64 && group.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
        assert_eq!(
            digest(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn characters_of_messages() {
        for good in ["{}", "\t\r\n", "ä\u{1f600}\u{fffd}"] {
            assert_eq!(text(good.as_bytes()), Some(good));
        }
        for bad in [&b""[..], b"\0", b"a\x1fb", b"\xff", "\u{fffe}".as_bytes()] {
            assert_eq!(text(bad), None, "{bad:?}");
        }
    }
}
