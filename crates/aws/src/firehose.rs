//! [`FirehoseSink`]: requests to Amazon Data Firehose (`connections.md`, sections 2 and 7).

use std::fmt;
use std::ops::Range;
use std::time::Instant;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::{DeliveryStreamStatus, DeliveryStreamType, Record};
use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};

use crate::classify;
use crate::client::{before, load};
use crate::config::{ConfigError, FirehoseConfig};

const SERVICE: &str = "Amazon Data Firehose";

/// Limits of the service, in bytes before Base64 (`connections.md`, section 7).
const LARGEST_RECORD: usize = 1000 << 10;
const LARGEST_BATCH: usize = 4 << 20;
const MOST_RECORDS: usize = 500;

/// Delivers records to a delivery stream whose source is Direct PUT.
///
/// A call is one `PutRecord`, or with [`with_put_record_batch`](FirehoseConfig::with_put_record_batch)
/// one `PutRecordBatch` of up to 500 records and 4 MiB, whose records fail one by one. If the
/// service refuses a whole batch because of its content, the call repeats it in halves until it
/// knows the record.
///
/// A record that is repeated may arrive twice; receivers recognize it by its `message_id`.
pub struct FirehoseSink {
    client: Client,
    stream: String,
    delimiter: Vec<u8>,
    batch: bool,
    in_flight: usize,
}

impl FirehoseSink {
    /// A sink with this configuration. It reads the environment and the profiles of AWS, and sends
    /// nothing; [`check`](Sink::check) does.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub async fn connect(config: &FirehoseConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self {
            client: Client::new(&load(&config.access).await),
            stream: config.delivery_stream_name.clone(),
            delimiter: config.record_delimiter.clone().into_bytes(),
            batch: config.put_record_batch,
            in_flight: config.max_in_flight,
        })
    }

    fn data(&self, record: &OutgoingRecord) -> Option<Record> {
        let data = [&record.payload[..], &self.delimiter].concat();
        Record::builder().data(Blob::new(data)).build().ok()
    }

    async fn put(&self, record: &OutgoingRecord) -> Result<(), Fate> {
        let request = self.client.put_record().set_record(self.data(record));
        let sent = request.delivery_stream_name(&self.stream).send().await;
        let output = sent.map_err(|error| classify::error(SERVICE, &error))?;
        if output.record_id().is_empty() {
            // Something else answered, such as a proxy.
            return Err(Fate::retry(format!(
                "{SERVICE} answered without an identifier of the record"
            )));
        }
        Ok(())
    }

    async fn put_batch(&self, records: &[OutgoingRecord]) -> Result<Vec<Fate>, Fate> {
        let data = records.iter().filter_map(|record| self.data(record));
        let request = self
            .client
            .put_record_batch()
            .set_records(Some(data.collect()));
        let sent = request.delivery_stream_name(&self.stream).send().await;
        let output = sent.map_err(|error| classify::error(SERVICE, &error))?;
        let entries = output.request_responses();
        if entries.len() != records.len() {
            return Err(Fate::retry(format!(
                "{SERVICE} answered {} results for {} records",
                entries.len(),
                records.len()
            )));
        }
        let fates = entries.iter().map(|entry| match entry.error_code() {
            Some(code) => classify::entry(SERVICE, code),
            None => Fate::Delivered,
        });
        Ok(fates.collect())
    }

    /// Sends a batch, and its halves if the content of some record is refused.
    async fn put_batches(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
        let mut fates = Vec::with_capacity(records.len());
        let mut waiting: Vec<Range<usize>> = Vec::new();
        waiting.push(0..records.len());
        while let Some(part) = waiting.pop() {
            let records = records.get(part.clone()).unwrap_or_default();
            match before(deadline, self.put_batch(records)).await {
                Ok(known) => fates.extend(known),
                Err(Fate::Rejected { .. }) if records.len() > 1 => {
                    let middle = part.start + part.len() / 2;
                    waiting.push(middle..part.end);
                    waiting.push(part.start..middle);
                }
                Err(fate) => {
                    fates.extend(records.iter().map(|_| fate.clone()));
                    // A service that throttles or accepts nothing gets no more requests.
                    if !matches!(fate, Fate::Rejected { .. }) {
                        let rest = waiting.drain(..).map(|part| part.len()).sum();
                        fates.extend(std::iter::repeat_n(fate, rest));
                    }
                }
            }
        }
        fates
    }
}

impl Sink for FirehoseSink {
    fn limits(&self) -> BatchLimits {
        let mut limits = BatchLimits::single(LARGEST_RECORD);
        limits.in_flight = self.in_flight;
        if self.batch {
            limits.records = MOST_RECORDS;
            limits.bytes = LARGEST_BATCH;
        }
        limits
    }

    fn size(&self, record: &OutgoingRecord) -> usize {
        record.payload.len() + self.delimiter.len()
    }

    async fn deliver(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
        if self.batch && !records.is_empty() {
            return self.put_batches(records, deadline).await;
        }
        let mut fates = Vec::with_capacity(records.len());
        for record in records {
            let result = before(deadline, self.put(record)).await;
            fates.push(result.map_or_else(|fate| fate, |()| Fate::Delivered));
        }
        fates
    }

    /// Describes the stream: it exists, is active, and accepts records by Direct PUT. Needs the
    /// action `firehose:DescribeDeliveryStream`, which the service allows five times a second.
    async fn check(&self, deadline: Instant) -> Result<(), Fate> {
        let request = self.client.describe_delivery_stream();
        let request = request.delivery_stream_name(&self.stream).limit(1);
        let described = before(deadline, async {
            let sent = request.send().await;
            sent.map_err(|error| classify::error(SERVICE, &error))
        })
        .await?;
        let Some(stream) = described.delivery_stream_description() else {
            return Err(Fate::retry(
                "the description of the delivery stream is empty",
            ));
        };
        if *stream.delivery_stream_type() != DeliveryStreamType::DirectPut {
            return Err(Fate::halted(
                "the source of the delivery stream is not Direct PUT; create a stream with the \
                 source \"Direct PUT\"",
            ));
        }
        match stream.delivery_stream_status() {
            DeliveryStreamStatus::Active => Ok(()),
            DeliveryStreamStatus::Creating => {
                Err(Fate::retry("the delivery stream is still being created"))
            }
            status => {
                let reason = format!("the delivery stream is not ACTIVE but {}", status.as_str());
                Err(Fate::halted(reason))
            }
        }
    }

    /// Does nothing: connections end when the sink is dropped.
    async fn close(&self) {}
}

impl fmt::Debug for FirehoseSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirehoseSink")
            .field("stream", &self.stream)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}
