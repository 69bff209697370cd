//! [`KafkaSink`]: calls with a deadline over a producer that is replaced when it fails.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, Sink};
use rdkafka::config::ClientConfig;
use rdkafka::types::RDKafkaErrorCode as Code;
use tokio::sync::watch;
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{sleep_until, timeout_at};

use crate::check;
use crate::classify;
use crate::config::{ConfigError, KafkaConfig};
use crate::producer::{Call, NotSent, Producer, Report};

/// How many records are enqueued without a pause for other tasks.
const CHUNK: usize = 500;

/// How long a fault that must be mended may last while nothing is delivered: another broker of the
/// list may be usable.
const GRACE: Duration = Duration::from_secs(2);

/// How long the brokers may take to answer for what they have received from a producer that failed.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Delivers records to a topic of Apache Kafka, as a [`KafkaConfig`] describes it: an idempotent
/// producer with `acks=all`, over TLS.
///
/// A record is delivered when the broker has confirmed it. Records with a key go to the partition
/// that the clients of Apache Kafka choose (murmur2), the others to a random one. All calls share
/// one producer, which batches, compresses and repeats requests. The records of a batch that the
/// broker refuses as invalid are sent again one by one, so that only the invalid ones are rejected.
///
/// The deadline of a call ends the producer: what is not confirmed is purged, and a new producer is
/// made before anything else is sent. So a record never waits in the client after its call, and
/// records of a key stay in order. Records of other calls at that time are retried, too.
///
/// | result | fate |
/// |---|---|
/// | confirmed | delivered |
/// | no confirmation before the deadline; brokers cannot be reached; any other error | retry |
/// | larger than `max_record_bytes`; refused by the broker as invalid, or as too old or too new | rejected |
/// | unknown topic, no permission, wrong login, certificate that is not trusted | halted |
/// | a batch that the topic refuses as too large | halted, because its limit and ours do not fit |
pub struct KafkaSink {
    inner: Arc<Inner>,
}

struct Inner {
    config: KafkaConfig,
    client: ClientConfig,
    /// For one record per batch.
    single: ClientConfig,
    current: watch::Sender<Current>,
    /// Threads that end producers. They are waited for, because a library that ends connections
    /// while the process exits crashes.
    renewals: Mutex<Vec<JoinHandle<()>>>,
}

/// The producer, of which there is at most one that sends.
#[derive(Clone)]
enum Current {
    Ready(Arc<Producer>),
    /// The last one is being retired, or the next one made.
    Renewing,
    Closed,
}

impl KafkaSink {
    /// A sink with this configuration. It begins to connect, but does not wait for it;
    /// [`check`](Sink::check) does.
    ///
    /// # Errors
    ///
    /// The first setting that is wrong.
    pub fn new(config: KafkaConfig) -> Result<Self, ConfigError> {
        let client = config.client_config()?;
        let producer = Producer::new(&client, &config.access).map_err(|_| {
            let problem = "cannot be used: the client or its certificates cannot be loaded";
            ConfigError::new("ca_file", problem)
        })?;
        let (current, _) = watch::channel(Current::Ready(Arc::new(producer)));
        let inner = Inner {
            single: config.single_config()?,
            config,
            client,
            current,
            renewals: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Enqueues records, and returns how many were, and the fate of the others.
    async fn enqueue(
        &self,
        producer: &Producer,
        call: &Arc<Call>,
        records: &[OutgoingRecord],
        stop: Instant,
    ) -> (usize, Option<Fate>) {
        let config = &self.inner.config;
        let mut next = 0;
        loop {
            let rest = records.get(next..).unwrap_or_default();
            let chunk = rest.get(..CHUNK).unwrap_or(rest);
            if chunk.is_empty() {
                return (next, None);
            }
            let (sent, failed) = producer.send(&config.topic, call, next, chunk);
            next += sent;
            match failed {
                None => yield_now().await,
                Some(NotSent::Failed(Code::MessageSizeTooLarge)) => {
                    call.set_too_large(next);
                    next += 1;
                }
                Some(NotSent::Full) if Instant::now() < stop => {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Some(NotSent::Full) => {
                    return (next, Some(Fate::retry("the queue of the client is full")));
                }
                Some(NotSent::Retired) => {
                    return (next, Some(Fate::retry("the producer was replaced")));
                }
                Some(NotSent::Failed(code)) => {
                    let fate = classify::record(code, &config.topic, config.max_record_bytes);
                    return (next, Some(fate));
                }
            }
        }
    }

    /// Waits until every record is reported, or until the producer must be ended, and returns why.
    async fn wait(&self, producer: &Producer, call: &Call, stop: Instant) -> Option<Fate> {
        loop {
            let changed = producer.events().changed();
            if let Some(fate) = producer.failure() {
                return Some(fate);
            }
            let fault = producer.events().fault();
            let halt = match &fault {
                Some((fault, since)) if fault.is_permanent() => stop.min(*since + GRACE),
                _ => stop,
            };
            if halt <= Instant::now() {
                let silent = || Fate::retry("no report of the brokers before the deadline");
                return Some(fault.map_or_else(silent, |(fault, _)| fault.fate));
            }
            tokio::select! {
                biased;
                () = call.finished() => return None,
                () = changed => {}
                () = sleep_until(halt.into()) => {}
            }
        }
    }

    /// Delivers records one per batch, because a batch with them was refused as invalid, and the
    /// library does not say which record of it is (the broker does). What is refused now is invalid
    /// itself.
    async fn deliver_singly(
        &self,
        records: &[OutgoingRecord],
        stop: Instant,
        end: Instant,
    ) -> Vec<Fate> {
        let inner = Arc::clone(&self.inner);
        let made = spawn_blocking(move || Producer::new(&inner.single, &inner.config.access));
        let Ok(Ok(producer)) = made.await else {
            return vec![Fate::retry("a batch was refused"); records.len()];
        };
        let producer = Arc::new(producer);
        let call = Call::new(records.len());
        let (sent, rest) = self.enqueue(&producer, &call, records, stop).await;
        if let Some(fate) = self.wait(&producer, &call, stop).await {
            let retiring = Arc::clone(&producer);
            let retired = spawn_blocking(move || drop(retiring.retire(fate, Duration::ZERO)));
            let _ = timeout_at(end.into(), retired).await;
        }
        self.fates(&producer, &call, sent, rest)
    }

    /// The fate of each record of a call that is over.
    fn fates(
        &self,
        producer: &Producer,
        call: &Call,
        sent: usize,
        rest: Option<Fate>,
    ) -> Vec<Fate> {
        let config = &self.inner.config;
        let ended = || {
            let unknown = || Fate::retry("no report of the brokers before the deadline");
            producer.ended().unwrap_or_else(unknown)
        };
        let fate = |(index, report): (usize, Option<Report>)| match report {
            Some(Report::Delivered) => Fate::Delivered,
            Some(Report::TooLarge) => Fate::rejected(format!(
                "the record is larger than `max_record_bytes`, {}",
                config.max_record_bytes
            )),
            Some(Report::Failed(Code::PurgeQueue | Code::PurgeInflight | Code::Fatal)) => ended(),
            Some(Report::Failed(code)) => {
                classify::record(code, &config.topic, config.max_record_bytes)
            }
            None if index < sent => ended(),
            None => rest.clone().unwrap_or_else(ended),
        };
        call.reports().into_iter().enumerate().map(fate).collect()
    }
}

impl Inner {
    /// The producer, if there is one before the deadline.
    async fn ready(self: &Arc<Self>, deadline: Instant) -> Result<Arc<Producer>, Fate> {
        let mut current = self.current.subscribe();
        loop {
            let now = current.borrow_and_update().clone();
            match now {
                Current::Ready(producer) => match producer.failure() {
                    None => return Ok(producer),
                    Some(fate) => self.renew(&producer, fate, LAST_ANSWERS),
                },
                Current::Renewing => {}
                Current::Closed => return Err(Fate::retry("the sink is closed")),
            }
            match timeout_at(deadline.into(), current.changed()).await {
                Ok(Ok(())) => {}
                _ => return Err(Fate::retry("the producer is being replaced")),
            }
        }
    }

    /// Retires a producer and makes the next one, in a thread of its own, because both block. Does
    /// nothing if another call has begun that.
    fn renew(self: &Arc<Self>, old: &Arc<Producer>, reason: Fate, patience: Duration) {
        let begins = self.current.send_if_modified(|current| {
            let begins = matches!(current, Current::Ready(it) if Arc::ptr_eq(it, old));
            if begins {
                *current = Current::Renewing;
            }
            begins
        });
        if !begins {
            return;
        }
        let inner = Arc::downgrade(self);
        let retiring = Arc::clone(old);
        let begun = thread::Builder::new().spawn(move || {
            let retired = retiring.retire(reason, patience);
            drop(retiring);
            loop {
                let Some(inner) = inner.upgrade() else { return };
                if matches!(*inner.current.borrow(), Current::Closed) {
                    break;
                }
                if let Ok(producer) = Producer::new(&inner.client, &inner.config.access) {
                    inner.replace(Arc::new(producer));
                    break;
                }
                drop(inner);
                // The certificates are being replaced, or there are too many threads or files.
                thread::sleep(Duration::from_secs(1));
            }
            drop(retired);
        });
        match begun {
            Ok(thread) => {
                let mut renewals = self.renewals();
                renewals.retain(|thread| !thread.is_finished());
                renewals.push(thread);
            }
            // Without a thread, the next call tries again.
            Err(_) => self.replace(Arc::clone(old)),
        }
    }

    fn renewals(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.renewals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Installs a producer, unless the sink was closed.
    fn replace(&self, producer: Arc<Producer>) {
        self.current.send_if_modified(|current| {
            let expected = matches!(current, Current::Renewing);
            if expected {
                *current = Current::Ready(producer);
            }
            expected
        });
    }
}

impl Sink for KafkaSink {
    fn limits(&self) -> BatchLimits {
        self.inner.config.limits()
    }

    fn size(&self, record: &OutgoingRecord) -> usize {
        record.payload.len() + record.key.as_ref().map_or(0, Vec::len)
    }

    async fn deliver(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
        let time = deadline.saturating_duration_since(Instant::now());
        // The time to purge what is not confirmed by then.
        let stop = deadline - (time / 8).min(Duration::from_secs(1));
        let end = deadline - (time / 64).min(Duration::from_millis(20));
        let producer = match self.inner.ready(stop).await {
            Ok(producer) => producer,
            Err(fate) => return vec![fate; records.len()],
        };
        let call = Call::new(records.len());
        let (sent, rest) = self.enqueue(&producer, &call, records, stop).await;
        if let Some(fate) = self.wait(&producer, &call, stop).await {
            let failed = producer.failure().is_some();
            let patience = if failed { LAST_ANSWERS } else { Duration::ZERO };
            self.inner.renew(&producer, fate, patience);
            let _ = timeout_at(end.into(), call.finished()).await;
        }
        let mut fates = self.fates(&producer, &call, sent, rest);
        let is_suspect = |report: &Option<Report>| matches!(report, Some(Report::Failed(code)) if classify::is_invalid(*code));
        let reports = call.reports();
        if reports.iter().any(is_suspect) {
            let suspects = records
                .iter()
                .zip(&reports)
                .filter(|(_, it)| is_suspect(it));
            let suspects: Vec<_> = suspects.map(|(record, _)| record.clone()).collect();
            let known = self.deliver_singly(&suspects, stop, end).await;
            let of_suspects = fates
                .iter_mut()
                .zip(&reports)
                .filter(|(_, it)| is_suspect(it));
            for ((fate, _), known) in of_suspects.zip(known) {
                *fate = known;
            }
        }
        // The client remembers a topic that it did not find, and that it must not write.
        if let Some(fate) = fates.iter().find(|it| matches!(it, Fate::Halted { .. })) {
            self.inner.renew(&producer, fate.clone(), Duration::ZERO);
        }
        fates
    }

    /// Takes the steps of a connection one after the other, and says which one failed: name, TCP,
    /// TLS with the certificate, login, topic, and whether its `max.message.bytes`, if the user may
    /// read it, is enough for `max_record_bytes`. Nothing is written, and no topic is created.
    async fn check(&self, deadline: Instant) -> Result<(), Fate> {
        let config = &self.inner.config;
        check::reach(&config.access, deadline).await?;
        let producer = self.inner.ready(deadline).await?;
        let checked = check::topic(&producer, config, deadline).await;
        if let Err(fate @ Fate::Halted { .. }) = &checked {
            self.inner.renew(&producer, fate.clone(), Duration::ZERO);
        }
        checked
    }

    async fn close(&self) {
        let last = self.inner.current.send_replace(Current::Closed);
        let renewals = std::mem::take(&mut *self.inner.renewals());
        let ended = spawn_blocking(move || {
            if let Current::Ready(producer) = last {
                let reason = Fate::retry("the sink was closed");
                drop(producer.retire(reason, Duration::ZERO));
            }
            for renewal in renewals {
                let _ = renewal.join();
            }
        });
        let _ = ended.await;
    }
}

impl fmt::Debug for KafkaSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaSink")
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sinks_are_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<KafkaSink>();
    }
}
