//! [`Producer`]: one producer of librdkafka, from its creation until it is retired, and the reports
//! of its records.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord};
use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{
    BaseRecord, Producer as _, ProducerContext, PurgeConfig, ThreadedProducer,
};
use rdkafka::types::RDKafkaErrorCode as Code;
use tokio::sync::Notify;

use crate::access::KafkaAccess;
use crate::classify::{self, Fault};

/// How long the reports of purged records may take. They come at once, unless a thread of the
/// library is blocked, for example by name resolution.
const PURGE: Duration = Duration::from_secs(10);

/// The reports of the records of one call. Every record is reported once, whatever happens to it.
pub(crate) struct Call {
    reports: Mutex<Reports>,
    done: Notify,
}

struct Reports {
    /// `None` until the report arrives.
    records: Vec<Option<Report>>,
    outstanding: usize,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The brokers have it.
    Delivered,
    /// It exceeds the limit of the client, and was not sent.
    TooLarge,
    /// The library gave up.
    Failed(Code),
}

impl Call {
    pub(crate) fn new(records: usize) -> Arc<Self> {
        Arc::new(Self {
            reports: Mutex::new(Reports {
                records: vec![None; records],
                outstanding: 0,
            }),
            done: Notify::new(),
        })
    }

    /// Ends when every record that was sent is reported.
    pub(crate) async fn finished(&self) {
        loop {
            let notified = self.done.notified();
            if lock(&self.reports).outstanding == 0 {
                return;
            }
            notified.await;
        }
    }

    /// A record that is not sent.
    pub(crate) fn set_too_large(&self, index: usize) {
        if let Some(report) = lock(&self.reports).records.get_mut(index) {
            *report = Some(Report::TooLarge);
        }
    }

    /// What is known of each record.
    pub(crate) fn reports(&self) -> Vec<Option<Report>> {
        lock(&self.reports).records.clone()
    }

    fn set(&self, index: usize, result: Report) {
        let mut reports = lock(&self.reports);
        if let Some(report) = reports.records.get_mut(index) {
            *report = Some(result);
        }
        reports.outstanding = reports.outstanding.saturating_sub(1);
        if reports.outstanding == 0 {
            self.done.notify_one();
        }
    }
}

/// Where the report of a record goes: its call and its position there.
pub(crate) struct Address {
    call: Arc<Call>,
    index: usize,
}

/// What the library tells a producer.
pub(crate) struct Events {
    access: KafkaAccess,
    /// The last fault, and when it began.
    fault: Mutex<Option<(Fault, Instant)>>,
    /// Whether there is a fault, without the lock: every report asks.
    has_fault: AtomicBool,
    changed: Notify,
}

impl Events {
    pub(crate) fn new(access: KafkaAccess) -> Self {
        Self {
            access,
            fault: Mutex::new(None),
            has_fault: AtomicBool::new(false),
            changed: Notify::new(),
        }
    }

    /// The last fault since a record was delivered, and when it began.
    pub(crate) fn fault(&self) -> Option<(Fault, Instant)> {
        lock(&self.fault).clone()
    }

    /// Brokers that accept records are no fault, even if others cannot be used.
    fn forget_fault(&self) {
        if self.has_fault.load(Ordering::Relaxed) {
            let mut fault = lock(&self.fault);
            *fault = None;
            self.has_fault.store(false, Ordering::Relaxed);
        }
    }

    /// Ends with the next fault or failure.
    pub(crate) fn changed(&self) -> impl Future<Output = ()> + '_ {
        self.changed.notified()
    }
}

impl ClientContext for Events {
    /// What matters comes as an error, and the rest may name users.
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn error(&self, error: KafkaError, text: &str) {
        let code = error.rdkafka_error_code();
        let mut fault = lock(&self.fault);
        if code == Some(Code::Fatal) {
            // The producer itself knows why.
        } else if let Some(new) = code.and_then(|it| classify::fault(&self.access, it, text)) {
            match &*fault {
                // What must be mended is not hidden by the disconnection that follows it.
                Some((known, _)) if known.is_permanent() && !new.is_permanent() => return,
                // Nor is a step by an earlier one: a name may have an address that refuses.
                Some((known, _))
                    if known.is_permanent() == new.is_permanent() && known.step >= new.step =>
                {
                    return;
                }
                _ => *fault = Some((new, Instant::now())),
            }
            self.has_fault.store(true, Ordering::Relaxed);
        } else {
            return;
        }
        drop(fault);
        self.changed.notify_waiters();
    }
}

impl ProducerContext for Events {
    type DeliveryOpaque = Box<Address>;

    fn delivery(&self, result: &DeliveryResult<'_>, address: Box<Address>) {
        let result = match result {
            Ok(_) => {
                self.forget_fault();
                Report::Delivered
            }
            Err((error, _)) => Report::Failed(error.rdkafka_error_code().unwrap_or(Code::Unknown)),
        };
        address.call.set(address.index, result);
    }
}

/// A producer of librdkafka. Its own thread polls it.
pub(crate) struct Producer {
    /// `None` after it was retired. Sending holds the lock for reading, so that nothing is enqueued
    /// after the producer was taken out.
    producer: RwLock<Option<ThreadedProducer<Events>>>,
    events: Arc<Events>,
    /// Why it was retired.
    ended: Mutex<Option<Fate>>,
}

/// Why a record was not accepted by the queue of the library.
pub(crate) enum NotSent {
    /// The queue is full: later.
    Full,
    /// The producer was retired.
    Retired,
    /// An error of this record, or of all.
    Failed(Code),
}

impl Producer {
    pub(crate) fn new(config: &ClientConfig, access: &KafkaAccess) -> Result<Self, KafkaError> {
        let events = Events::new(access.clone());
        let producer = ThreadedProducer::from_config_and_context(config, events)?;
        Ok(Self {
            events: Arc::clone(producer.client().context()),
            producer: RwLock::new(Some(producer)),
            ended: Mutex::new(None),
        })
    }

    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    /// What made the producer fail for good.
    pub(crate) fn failure(&self) -> Option<Fate> {
        let guard = self.producer.read().unwrap_or_else(PoisonError::into_inner);
        let (code, _) = guard.as_ref()?.client().fatal_error()?;
        Some(classify::fatal(code))
    }

    /// The client, for requests about the cluster.
    pub(crate) fn client(&self) -> Option<ThreadedProducer<Events>> {
        let guard = self.producer.read().unwrap_or_else(PoisonError::into_inner);
        guard.clone()
    }

    /// Why it was retired.
    pub(crate) fn ended(&self) -> Option<Fate> {
        lock(&self.ended).clone()
    }

    /// Enqueues records in order, up to the first one that is not accepted. Returns how many were.
    pub(crate) fn send(
        &self,
        topic: &str,
        call: &Arc<Call>,
        first: usize,
        records: &[OutgoingRecord],
    ) -> (usize, Option<NotSent>) {
        let guard = self.producer.read().unwrap_or_else(PoisonError::into_inner);
        let Some(producer) = guard.as_ref() else {
            return (0, Some(NotSent::Retired));
        };
        // In advance, because reports may come before the last record is sent.
        lock(&call.reports).outstanding += records.len();
        let mut sent = 0;
        let mut failed = None;
        for record in records {
            let address = Box::new(Address {
                call: Arc::clone(call),
                index: first + sent,
            });
            let message = BaseRecord::<[u8], [u8], Box<Address>> {
                topic,
                partition: None,
                payload: Some(&record.payload),
                key: record.key.as_deref(),
                // Brokers refuse times before the epoch; 0 is the present for the library.
                timestamp: record.timestamp_ms.filter(|time| *time > 0),
                headers: None,
                delivery_opaque: address,
            };
            if let Err((error, _)) = producer.send(message) {
                failed = Some(match error.rdkafka_error_code() {
                    Some(Code::QueueFull) => NotSent::Full,
                    code => NotSent::Failed(code.unwrap_or(Code::Unknown)),
                });
                break;
            }
            sent += 1;
        }
        let mut reports = lock(&call.reports);
        reports.outstanding -= records.len() - sent;
        if reports.outstanding == 0 {
            call.done.notify_one();
        }
        (sent, failed)
    }

    /// Ends the producer: nothing is enqueued from now on, and every record that it has is reported,
    /// as purged if it is not delivered. Blocks. `None` if it was retired already.
    ///
    /// `patience` is how long the brokers may take to answer for what they have received.
    pub(crate) fn retire(&self, reason: Fate, patience: Duration) -> Option<Retired> {
        let mut guard = self
            .producer
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let producer = guard.take()?;
        *lock(&self.ended) = Some(reason);
        drop(guard);
        if !patience.is_zero() {
            producer.purge(PurgeConfig::default().queue());
            drained(&producer, patience);
        }
        producer.purge(PurgeConfig::default().queue().inflight());
        drained(&producer, PURGE);
        Some(Retired(producer))
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let producer = self
            .producer
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(producer) = producer.take() {
            // It waits for the threads of the library.
            let _ = thread::Builder::new().spawn(move || drop(producer));
        }
    }
}

/// A producer without records. Dropping it closes its connections, which blocks.
pub(crate) struct Retired(#[allow(dead_code)] ThreadedProducer<Events>);

/// Waits until every record is reported.
fn drained(producer: &ThreadedProducer<Events>, patience: Duration) {
    let start = Instant::now();
    while producer.in_flight_count() > 0 && start.elapsed() < patience {
        thread::sleep(Duration::from_millis(2));
    }
}

/// The values behind locks are valid after a panic, too.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
