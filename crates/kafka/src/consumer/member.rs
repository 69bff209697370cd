//! [`Member`]: the thread that polls: it distributes records, pauses and resumes partitions, commits,
//! and takes part in the rebalancing of the group.

mod release;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use hydrant_runtime::source::{Handler, Place, SourceError, SourceEvent, SourceRecord};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, Message, Timestamp};
use rdkafka::types::RDKafkaErrorCode as Code;
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Handle;
use tokio::sync::{mpsc as queue, watch};
use tokio::task::JoinHandle;

use super::config::{COMMIT_INTERVAL, KafkaSourceConfig};
use super::context::{Context, Decision};
use super::error::{Severity, severity};
use super::progress::Progress;
use super::source::{ABANDON, RUN};
use super::task::{Held, Note, PartitionTask, Phase, What};
use release::Release;

/// How long polling waits for records, and progress for its effect.
const POLL: Duration = Duration::from_millis(20);

/// The least time between two commits.
const PAUSE: Duration = Duration::from_millis(100);

/// The greatest number of records of a partition that are not settled.
const RECORDS: usize = 10_000;

/// For how long an error that may pass is borne once the member has had partitions.
const LASTING: Duration = Duration::from_secs(60);

/// Errors of a kind within this time are one.
const SAME: Duration = Duration::from_secs(30);

pub(super) struct Member<H> {
    consumer: Arc<BaseConsumer<Context>>,
    config: KafkaSourceConfig,
    handler: Arc<H>,
    runtime: Handle,
    signal: Arc<AtomicU8>,
    notes: (Sender<Note>, Receiver<Note>),
    partitions: BTreeMap<i32, Partition>,
    /// Tasks of partitions that were given up before they ended.
    leaving: HashMap<i32, JoinHandle<()>>,
    releases: Vec<Release>,
    generation: u64,
    /// Whether the result of a commit is awaited.
    committing: bool,
    /// Nothing is committed any more.
    forgets: bool,
    commit_at: Instant,
    was_assigned: bool,
    /// When an error that may pass was seen first and last.
    lasting: Option<(Instant, Instant)>,
    trouble: Option<(String, Instant)>,
    /// Until when the end of all tasks is awaited, once the source stops.
    stopping: Option<Instant>,
    /// Until when the last commit may take.
    last_commit_until: Option<Instant>,
    error: Option<SourceError>,
}

/// A partition that is assigned.
struct Partition {
    generation: u64,
    records: queue::UnboundedSender<Held>,
    phase: watch::Sender<Phase>,
    task: JoinHandle<()>,
    progress: Progress,
    paused: bool,
    /// Whether nothing more is handed over.
    closed: bool,
    /// Whether the task has ended.
    ended: bool,
}

impl<H: Handler> Member<H> {
    pub(super) fn new(
        consumer: BaseConsumer<Context>,
        config: KafkaSourceConfig,
        handler: Arc<H>,
        runtime: Handle,
        signal: Arc<AtomicU8>,
    ) -> Self {
        Self {
            consumer: Arc::new(consumer),
            config,
            handler,
            runtime,
            signal,
            notes: mpsc::channel(),
            partitions: BTreeMap::new(),
            leaving: HashMap::new(),
            releases: Vec::new(),
            generation: 0,
            committing: false,
            forgets: false,
            commit_at: Instant::now() + COMMIT_INTERVAL,
            was_assigned: false,
            lasting: None,
            trouble: None,
            stopping: None,
            last_commit_until: None,
            error: None,
        }
    }

    pub(super) fn run(mut self) -> Result<(), SourceError> {
        while !self.is_done() {
            let consumer = &self.consumer;
            match consumer.poll(POLL) {
                Some(Ok(message)) => {
                    if let Some(record) = record(&self.partitions, &message) {
                        self.receive(message.partition(), message.offset(), record);
                    }
                }
                Some(Err(error)) => self.client_error(&error),
                None => {}
            }
            for decision in self.consumer.context().decisions() {
                self.decide(decision);
            }
            while let Ok(note) = self.notes.1.try_recv() {
                self.note(note);
            }
            self.advance_releases();
            if self.commit_at <= Instant::now() {
                self.commit();
            }
            match self.signal.load(Ordering::SeqCst) {
                RUN => {}
                ABANDON => self.stop(Duration::ZERO),
                _ => self.stop(self.config.grace),
            }
        }
        // What is still assigned is revoked while the consumer is closed, which leaves the group. It
        // would wait for what was revoked before.
        let context = Arc::clone(self.consumer.context());
        context.closing.store(true, Ordering::SeqCst);
        for decision in context.decisions() {
            if let Decision::Revoked(list) = decision {
                let _ = self.consumer.incremental_unassign(&list);
            }
        }
        for release in &self.releases {
            let _ = self.consumer.incremental_unassign(release.list());
        }
        drop(self.consumer);
        self.error.map_or(Ok(()), Err)
    }

    fn receive(&mut self, number: i32, offset: i64, record: SourceRecord) {
        self.lasting = None;
        let share = self.share();
        let Some(partition) = self.partitions.get_mut(&number) else {
            return;
        };
        if !partition.progress.receive(offset, record.memory()) {
            return;
        }
        let record = Arc::new(record);
        // Without a receiver the task has ended, and says so.
        let held = Held {
            offset,
            record,
            settled: false,
        };
        let _ = partition.records.send(held);
        let progress = &partition.progress;
        if !partition.paused && (progress.bytes() >= share || progress.len() >= RECORDS) {
            let list = self.list([number]);
            if self.consumer.pause(&list).is_ok()
                && let Some(partition) = self.partitions.get_mut(&number)
            {
                partition.paused = true;
            }
        }
    }

    /// The window of a partition.
    fn share(&self) -> usize {
        self.config.window_bytes / self.partitions.len().max(1)
    }

    fn note(&mut self, note: Note) {
        let share = self.share();
        let found = self.partitions.get_mut(&note.partition);
        let Some(partition) = found.filter(|it| it.generation == note.generation) else {
            return;
        };
        match note.what {
            What::Settled(offset) => {
                partition.progress.settle(offset);
                let progress = &partition.progress;
                let room = progress.bytes() <= share / 2 && progress.len() <= RECORDS / 2;
                if partition.paused && !partition.closed && room {
                    let list = self.list([note.partition]);
                    if self.consumer.resume(&list).is_ok()
                        && let Some(partition) = self.partitions.get_mut(&note.partition)
                    {
                        partition.paused = false;
                    }
                }
            }
            What::Unsettled {
                offset,
                reason,
                wait,
            } => {
                let partition = note.partition;
                self.handler.report(SourceEvent::Unsettled {
                    place: Place::Partition { partition, offset },
                    reason,
                    wait,
                });
            }
            What::Stop(reason) => self.fail(SourceError::Stopped { reason }),
            What::Ended { panicked } => {
                partition.ended = true;
                if panicked {
                    self.fail(SourceError::Panicked);
                }
            }
        }
    }

    /// The source ends; the first reason counts.
    fn fail(&mut self, error: SourceError) {
        self.error.get_or_insert(error);
        self.stop(self.config.grace);
    }

    fn decide(&mut self, decision: Decision) {
        match decision {
            Decision::Assigned(list) => self.assigned(&list),
            Decision::Revoked(list) => self.revoked(list),
            Decision::Lost(list) => self.lost(&list),
            Decision::Committed(result) => self.committed(result),
        }
    }

    fn assigned(&mut self, list: &TopicPartitionList) {
        self.was_assigned = true;
        self.lasting = None;
        let numbers = numbers(list);
        for number in &numbers {
            self.generation += 1;
            let (sender, records) = queue::unbounded_channel();
            let phase = match self.stopping {
                Some(_) => Phase::Cancel,
                None => Phase::Run,
            };
            let (phase, watched) = watch::channel(phase);
            let task = PartitionTask {
                handler: Arc::clone(&self.handler),
                partition: *number,
                generation: self.generation,
                records,
                phase: watched,
                notes: self.notes.0.clone(),
                before: self.leaving.remove(number),
            };
            let partition = Partition {
                generation: self.generation,
                records: sender,
                phase,
                task: self.runtime.spawn(task.run()),
                progress: Progress::default(),
                paused: false,
                closed: self.stopping.is_some(),
                ended: false,
            };
            self.partitions.insert(*number, partition);
        }
        if !numbers.is_empty() {
            self.handler.report(SourceEvent::Assigned {
                partitions: numbers,
            });
        }
    }

    fn lost(&mut self, list: &TopicPartitionList) {
        let numbers = numbers(list);
        for number in &numbers {
            if let Some(partition) = self.partitions.remove(number) {
                partition.phase.send_replace(Phase::Cancel);
                self.leaving.insert(*number, partition.task);
            }
        }
        if !numbers.is_empty() {
            self.handler.report(SourceEvent::Lost {
                partitions: numbers,
            });
        }
    }

    /// Commits what is settled soon, because something waits for it.
    fn commit_soon(&mut self) {
        // A commit that fails is not repeated at once.
        if !self.committing && self.commit_at <= Instant::now() + COMMIT_INTERVAL - PAUSE {
            self.commit();
        }
    }

    /// Commits what is settled, unless the result of another commit is awaited.
    fn commit(&mut self) {
        self.commit_at = Instant::now() + COMMIT_INTERVAL;
        let mut list = TopicPartitionList::new();
        for (number, partition) in &self.partitions {
            if let Some(position) = partition.progress.uncommitted() {
                let offset = Offset::Offset(position);
                let _ = list.add_partition_offset(&self.config.topic, *number, offset);
            }
        }
        if self.committing || self.forgets || list.count() == 0 {
            return;
        }
        // In a thread that waits, because librdkafka reports the end of other commits only to a
        // callback that the crate rdkafka does not set.
        let consumer = Arc::clone(&self.consumer);
        let committed = move || {
            let result = consumer.commit(&list, CommitMode::Sync);
            let result = result.map(|()| list);
            consumer.context().push(Decision::Committed(result));
        };
        self.committing = thread::Builder::new().spawn(committed).is_ok();
    }

    fn committed(&mut self, result: KafkaResult<TopicPartitionList>) {
        self.committing = false;
        let list = match result {
            Ok(list) => list,
            Err(error) => return self.commit_failed(&error),
        };
        for element in list.elements() {
            if let Offset::Offset(position) = element.offset()
                && let Some(partition) = self.partitions.get_mut(&element.partition())
            {
                partition.progress.commit(position);
            }
        }
    }

    fn commit_failed(&mut self, error: &KafkaError) {
        let code = error.rdkafka_error_code();
        if matches!(
            code,
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic)
        ) {
            // In a new topic with this name, the positions would leave out records.
            self.forgets = true;
            let topic = &self.config.topic;
            let reason = format!(
                "the topic {topic} was deleted, or the user may not see it any more; positions are \
                 not committed, and after a restart the group begins where the broker has it"
            );
            return self.fail(SourceError::halted(reason));
        }
        let reason = code.map_or_else(|| error.to_string(), |code| code.to_string());
        self.handler.report(SourceEvent::CommitFailed { reason });
    }

    fn client_error(&mut self, error: &KafkaError) {
        let now = Instant::now();
        match severity(error, &self.config.topic, &self.config.group) {
            Severity::Fatal(reason) => self.fail(SourceError::halted(reason)),
            Severity::Lasting(reason) => {
                let recent = self.lasting.filter(|(_, last)| now - *last < SAME);
                let first = recent.map_or(now, |(first, _)| first);
                self.lasting = Some((first, now));
                match self.was_assigned && now - first < LASTING {
                    true => self.report_trouble(reason, now),
                    false => self.fail(SourceError::halted(reason)),
                }
            }
            Severity::Trouble(reason) => self.report_trouble(reason, now),
            Severity::Nothing => {}
        }
    }

    fn report_trouble(&mut self, reason: String, now: Instant) {
        let last = self.trouble.as_ref();
        if last.is_some_and(|(text, at)| *text == reason && now - *at < SAME) {
            return;
        }
        self.trouble = Some((reason.clone(), now));
        self.handler.report(SourceEvent::Trouble { reason });
    }

    fn list(&self, numbers: impl IntoIterator<Item = i32>) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for number in numbers {
            list.add_partition(&self.config.topic, number);
        }
        list
    }
}

/// The record, if it is of a partition whose records are handed over.
fn record(
    partitions: &BTreeMap<i32, Partition>,
    message: &BorrowedMessage<'_>,
) -> Option<SourceRecord> {
    let partition = partitions.get(&message.partition());
    partition.filter(|partition| !partition.closed)?;
    let payload = message.payload().unwrap_or_default();
    let place = Place::Partition {
        partition: message.partition(),
        offset: message.offset(),
    };
    let mut record = SourceRecord::new(place, payload);
    record.key = message.key().map(<[u8]>::to_vec);
    record.timestamp_ms = match message.timestamp() {
        Timestamp::CreateTime(time) | Timestamp::LogAppendTime(time) => Some(time),
        Timestamp::NotAvailable => None,
    };
    Some(record)
}

fn numbers(list: &TopicPartitionList) -> Vec<i32> {
    let elements = list.elements();
    elements.iter().map(|element| element.partition()).collect()
}
