//! The source against a broker: order, repetition, back-pressure and commits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hydrant::delivery::{Fate, OutgoingRecord, Sink as _};
use hydrant_kafka::{KafkaSource, KafkaSourceConfig};
use hydrant_runtime::source::{
    Handler, Lane, Outcome, Pending, Place, SourceError, SourceEvent, SourceRecord,
};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::{Offset, TopicPartitionList};
use support::*;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

/// What a handler does with a record: partition, offset, how often it came before.
type Decide = Box<dyn Fn(i32, i64, usize) -> Outcome + Send + Sync>;

struct Recorder {
    decide: Decide,
    /// Room for records; a record that is on its way has one permit.
    room: Arc<Semaphore>,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    /// Offsets in the order of their arrival, by partition.
    accepted: BTreeMap<i32, Vec<i64>>,
    bytes: usize,
    events: Vec<SourceEvent>,
}

impl Recorder {
    fn new(decide: Decide, room: usize) -> Arc<Self> {
        Arc::new(Self {
            decide,
            room: Arc::new(Semaphore::new(room)),
            log: Mutex::default(),
        })
    }

    fn count(&self) -> usize {
        let log = self.log.lock().unwrap();
        log.accepted.values().map(Vec::len).sum()
    }

    fn events(&self) -> Vec<SourceEvent> {
        self.log.lock().unwrap().events.clone()
    }

    async fn wait_until(&self, what: &str, condition: impl Fn() -> bool) {
        let end = within(60);
        while !condition() {
            assert!(Instant::now() < end, "{what}: {:?}", self.events());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

struct Shared(Arc<Recorder>);

impl Handler for Shared {
    type Lane = RecorderLane;

    fn open(&self) -> RecorderLane {
        RecorderLane(Arc::clone(&self.0))
    }

    fn report(&self, event: SourceEvent) {
        self.0.log.lock().unwrap().events.push(event);
    }
}

struct RecorderLane(Arc<Recorder>);

impl Lane for RecorderLane {
    async fn accept(&mut self, record: Arc<SourceRecord>) -> Pending {
        let room = Arc::clone(&self.0.room);
        let permit = room.acquire_owned().await.unwrap();
        let Place::Partition { partition, offset } = record.place else {
            panic!("{record:?}");
        };
        let mut log = self.0.log.lock().unwrap();
        log.bytes += record.payload.len();
        let accepted = log.accepted.entry(partition).or_default();
        let before = accepted.iter().filter(|it| **it == offset).count();
        accepted.push(offset);
        drop(log);
        let outcome = (self.0.decide)(partition, offset, before);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_micros(200)).await;
            drop(permit);
            outcome
        })
    }

    fn cancel(&mut self) {}
}

/// A source in the background.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), SourceError>>,
}

fn start(config: KafkaSourceConfig, recorder: &Arc<Recorder>) -> Running {
    let source = KafkaSource::new(config).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let handler = Arc::new(Shared(Arc::clone(recorder)));
    let task = tokio::spawn(async move {
        let stop = async {
            let _ = stopped.await;
        };
        source.run(handler, stop).await
    });
    Running { stop, task }
}

impl Running {
    async fn stop(self) -> Result<(), SourceError> {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

fn config(broker: &Broker, topic: &str) -> KafkaSourceConfig {
    KafkaSourceConfig::new(access(broker), topic, format!("{topic}-group"))
        .with_session_timeout(Duration::from_secs(6))
}

async fn fill(broker: &Broker, topic: &str, partitions: i32, records: usize, bytes: usize) {
    create(broker, topic, partitions, &[]).await;
    let sink = sink(broker, topic);
    let records: Vec<_> = (0..records)
        .map(|number| OutgoingRecord::new(vec![b'x'; bytes]).with_key(number.to_string()))
        .collect();
    for records in records.chunks(500) {
        let fates = sink.deliver(records, within(60)).await;
        assert!(fates.iter().all(Fate::is_delivered));
    }
}

/// The sum of the committed positions.
fn committed(broker: &Broker, topic: &str, partitions: i32) -> i64 {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker.plain());
    config.set("group.id", format!("{topic}-group"));
    let consumer: BaseConsumer = config.create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_range(topic, 0, partitions - 1);
    let timeout = Duration::from_secs(20);
    let offsets = consumer.committed_offsets(list, timeout).unwrap();
    let offsets = offsets.elements();
    let positions = offsets.iter().map(|element| match element.offset() {
        Offset::Offset(position) => position,
        _ => 0,
    });
    positions.sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_not_settled_comes_again_and_others_go_on() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    fill(&broker, "again", 4, 2_000, 100).await;
    let fails = |partition: i32, offset: i64, before: usize| match (partition, offset) {
        (1, 7) if before < 2 => Outcome::Unsettled {
            reason: "not yet".to_owned(),
        },
        _ => Outcome::Settled,
    };
    let recorder = Recorder::new(Box::new(fails), 64);
    let running = start(config(&broker, "again"), &recorder);
    let failed_once = || {
        let events = recorder.events();
        let unsettled = |it: &&SourceEvent| matches!(it, SourceEvent::Unsettled { .. });
        events.iter().filter(unsettled).count() == 1
    };
    recorder.wait_until("the first failure", failed_once).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let others = || {
        let log = recorder.log.lock().unwrap();
        let others = log
            .accepted
            .iter()
            .filter(|(partition, _)| **partition != 1);
        others.map(|(_, offsets)| offsets.len()).sum::<usize>()
    };
    let first = others();
    recorder
        .wait_until("all", || recorder.count() >= 2_000)
        .await;
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    assert_eq!(others(), first, "the other partitions did not wait");
    running.stop().await.unwrap();
    assert_eq!(committed(&broker, "again", 4), 2_000);
    let log = recorder.log.lock().unwrap();
    for (partition, offsets) in &log.accepted {
        let again = offsets.iter().filter(|offset| **offset == 7).count();
        assert_eq!(again, if *partition == 1 { 3 } else { 1 });
        for pair in offsets.windows(2).filter(|pair| pair[1] != pair[0] + 1) {
            // Back to the record that failed, and from there to those that were not settled.
            let expected = pair[1] == 7 || pair[0] == 7 && pair[1] > 7;
            assert!(*partition == 1 && expected, "{pair:?}");
        }
        assert_eq!(offsets[0], 0);
    }
    let offset = log.events.iter().find_map(|event| match event {
        SourceEvent::Unsettled {
            place: Place::Partition { offset, .. },
            ..
        } => Some(*offset),
        _ => None,
    });
    assert_eq!(offset, Some(7));
}

/// A handler without room, for longer than members may take from one poll to the next: the window is
/// full, partitions are paused, nothing is committed, a new member gets its share at once, and
/// everything is processed when there is room.
#[tokio::test(flavor = "multi_thread")]
async fn back_pressure_limits_memory_and_keeps_the_membership() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    const RECORDS: usize = 6_000;
    fill(&broker, "pressure", 4, RECORDS, 2_000).await;
    let stuck = Recorder::new(Box::new(|_, _, _| Outcome::Settled), 0);
    let window = 400_000;
    let bounded = config(&broker, "pressure")
        .with_window_bytes(window)
        .with_poll_interval(Duration::from_secs(6))
        .with_grace(Duration::from_millis(500));
    let first = start(bounded.clone(), &stuck);
    let assigned = |recorder: &Recorder| {
        let events = recorder.events();
        let of = |it: &SourceEvent| matches!(it, SourceEvent::Assigned { .. });
        events.iter().any(of)
    };
    stuck.wait_until("partitions", || assigned(&stuck)).await;
    // Longer than a session and than the interval.
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!((stuck.count(), committed(&broker, "pressure", 4)), (0, 0));
    let second = Recorder::new(Box::new(|_, _, _| Outcome::Settled), 64);
    let begun = Instant::now();
    let other = start(bounded, &second);
    second.wait_until("a share", || second.count() > 0).await;
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    stuck.room.add_permits(64);
    let all = || stuck.count() + second.count() >= RECORDS;
    stuck.wait_until("all", all).await;
    first.stop().await.unwrap();
    other.stop().await.unwrap();
    assert_eq!(
        stuck.count() + second.count(),
        RECORDS,
        "nothing came twice"
    );
    assert_eq!(committed(&broker, "pressure", 4), RECORDS as i64);
    for recorder in [&stuck, &second] {
        let lost = |it: &SourceEvent| {
            matches!(it, SourceEvent::Lost { .. } | SourceEvent::Abandoned { .. })
        };
        assert!(
            !recorder.events().iter().any(lost),
            "{:?}",
            recorder.events()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_can_stop_the_source() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    fill(&broker, "stopped", 1, 50, 10).await;
    let stops = |_: i32, offset: i64, _: usize| match offset {
        20 => Outcome::Stop {
            reason: "enough".to_owned(),
        },
        _ => Outcome::Settled,
    };
    let recorder = Recorder::new(Box::new(stops), 8);
    let running = start(config(&broker, "stopped"), &recorder);
    let reason = "enough".to_owned();
    let ended = running.task.await.unwrap();
    assert_eq!(ended, Err(SourceError::Stopped { reason }));
    assert_eq!(committed(&broker, "stopped", 1), 20);
}

/// The positions of a topic that was deleted do not apply to a new one with its name: the source
/// stops, or it has given up the partitions before.
#[tokio::test(flavor = "multi_thread")]
async fn the_positions_of_a_deleted_topic_are_forgotten() {
    let Some(broker) = Broker::shared() else {
        return;
    };
    fill(&broker, "deleted", 1, 20_000, 10).await;
    let settles = |room| Recorder::new(Box::new(|_, _, _| Outcome::Settled), room);
    let recorder = settles(1);
    let mut running = start(config(&broker, "deleted"), &recorder);
    let begun = || recorder.count() > 100;
    recorder.wait_until("some records", begun).await;
    let delete = ["--delete", "--topic", "deleted"];
    broker.tool("org.apache.kafka.tools.TopicCommand", &delete);
    let ended = tokio::time::timeout(Duration::from_secs(20), &mut running.task).await;
    match ended {
        Ok(ended) => {
            let error = ended.unwrap().unwrap_err();
            assert!(error.to_string().contains("was deleted"), "{error}");
        }
        Err(_) => running.stop().await.unwrap(),
    }
    fill(&broker, "deleted", 1, 10, 10).await;
    let recorder = settles(8);
    let running = start(config(&broker, "deleted"), &recorder);
    recorder
        .wait_until("all records", || recorder.count() >= 10)
        .await;
    running.stop().await.unwrap();
    let log = recorder.log.lock().unwrap();
    assert_eq!(log.accepted[&0], (0..10).collect::<Vec<_>>());
}
