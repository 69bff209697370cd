//! The source of messages against a queue that fails, crashes, and what is received twice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "emulator/fifo.rs"]
mod fifo;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hydrant_aws::{AwsAccess, SqsConfig, SqsSource, SqsSourceConfig};
use hydrant_runtime::source::{
    Handler, Lane, Outcome, Pending, Place, SourceError, SourceEvent, SourceRecord,
};
use hydrant_testing::http_server::HttpReply;
use serde_json::json;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use fifo::{Fault, Queue};

const SECOND: Duration = Duration::from_secs(1);

fn config(queue: &Queue) -> SqsSourceConfig {
    let access = AwsAccess::new()
        .with_endpoint_url(queue.address())
        .with_access_key("AKIDKEY", "SECRETKEY");
    let queue = SqsConfig::new(queue.url()).with_access(access);
    SqsSourceConfig::new(queue).with_visibility_timeout(5 * SECOND)
}

fn error(code: &str) -> HttpReply {
    HttpReply::new(400)
        .with_header("Content-Type", "application/x-amz-json-1.0")
        .with_body(json!({"__type": code}).to_string())
}

/// What a handler does with a message: body, how often it came before.
type Decide = Box<dyn Fn(&str, usize) -> Outcome + Send + Sync>;

struct Recorder {
    decide: Decide,
    /// Room for messages; one that is on its way has a permit.
    room: Arc<Semaphore>,
    /// How long a message takes.
    time: Duration,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    /// Bodies of the messages of each group, in the order of their arrival.
    accepted: BTreeMap<String, Vec<String>>,
    events: Vec<SourceEvent>,
}

impl Recorder {
    fn new(decide: Decide, room: usize, time: Duration) -> Arc<Self> {
        Arc::new(Self {
            decide,
            room: Arc::new(Semaphore::new(room)),
            time,
            log: Mutex::default(),
        })
    }

    fn good() -> Arc<Self> {
        let settled = Box::new(|_: &str, _| Outcome::Settled);
        Self::new(settled, 64, Duration::from_millis(2))
    }

    fn events(&self) -> Vec<SourceEvent> {
        self.log.lock().unwrap().events.clone()
    }

    fn count(&self) -> usize {
        let log = self.log.lock().unwrap();
        log.accepted.values().map(Vec::len).sum()
    }

    async fn wait_until(&self, what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + 120 * SECOND;
        while !condition() {
            assert!(Instant::now() < end, "{what}: {:?}", self.events());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// First arrivals are in the order of their group.
    fn assert_order(&self) {
        for (group, bodies) in &self.log.lock().unwrap().accepted {
            let mut seen = BTreeSet::new();
            let first = bodies.iter().filter(|body| seen.insert(*body));
            let numbers: Vec<u32> = first.map(|body| body.parse().unwrap()).collect();
            assert!(numbers.is_sorted(), "{group}: {bodies:?}");
        }
    }
}

struct Shared(Arc<Recorder>);

impl Handler for Shared {
    type Lane = RecorderLane;

    fn open(&self) -> RecorderLane {
        let (cancel, cancelled) = tokio::sync::watch::channel(false);
        RecorderLane(Arc::clone(&self.0), cancel, cancelled)
    }

    fn report(&self, event: SourceEvent) {
        self.0.log.lock().unwrap().events.push(event);
    }
}

struct RecorderLane(
    Arc<Recorder>,
    tokio::sync::watch::Sender<bool>,
    tokio::sync::watch::Receiver<bool>,
);

impl Lane for RecorderLane {
    async fn accept(&mut self, record: Arc<SourceRecord>) -> Pending {
        let room = Arc::clone(&self.0.room);
        let permit = room.acquire_owned().await.unwrap();
        let group = String::from_utf8(record.key.clone().unwrap()).unwrap();
        let body = String::from_utf8(record.payload.clone()).unwrap();
        assert_eq!(record.timestamp_ms, Some(7));
        let mut log = self.0.log.lock().unwrap();
        let accepted = log.accepted.entry(group).or_default();
        let before = accepted.iter().filter(|it| **it == body).count();
        accepted.push(body.clone());
        drop(log);
        let (outcome, time) = ((self.0.decide)(&body, before), self.0.time);
        let mut cancelled = self.2.clone();
        Box::pin(async move {
            let _permit = permit;
            tokio::select! {
                () = tokio::time::sleep(time) => outcome,
                _ = cancelled.wait_for(|it| *it) => Outcome::Unsettled {
                    reason: "cancelled".to_owned(),
                },
            }
        })
    }

    fn cancel(&mut self) {
        self.1.send_replace(true);
    }
}

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), SourceError>>,
}

async fn start(config: SqsSourceConfig, recorder: &Arc<Recorder>) -> Running {
    let source = SqsSource::connect(config).await.unwrap();
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

/// This many messages of so many groups; bodies count up.
fn messages(count: usize, groups: usize) -> Vec<(String, String)> {
    let messages = (0..count).map(|it| (format!("g{}", it % groups), it.to_string()));
    messages.collect()
}

fn no_faults() -> Fault {
    Box::new(|_, _| None)
}

fn unsettled() -> Outcome {
    let reason = "not yet".to_owned();
    Outcome::Unsettled { reason }
}

fn expired(recorder: &Recorder) -> usize {
    let of = |it: &&SourceEvent| matches!(it, SourceEvent::Expired { .. });
    recorder.events().iter().filter(of).count()
}

/// Messages are not settled, requests fail in every way, and processes crash: everything is settled in
/// the end, and the messages of a group are never overtaken.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_a_group_survives_failures_and_crashes() {
    let fault: Fault = Box::new(|_, number| match number % 20 {
        3 => Some(HttpReply::new(503)),
        9 => Some(error("RequestThrottled")),
        15 => Some(HttpReply::cut()),
        _ => None,
    });
    let queue = Queue::start(&messages(120, 5), true, fault);
    let decide = |body: &str, before: usize| match body.parse::<usize>().unwrap() % 13 {
        3 if before < 2 => unsettled(),
        _ => Outcome::Settled,
    };
    let recorder = Recorder::new(Box::new(decide), 8, Duration::from_millis(5));
    for crash in 1..=2 {
        let running = start(config(&queue), &recorder).await;
        let enough = || recorder.count() >= 20 * crash;
        recorder.wait_until("some", enough).await;
        running.task.abort();
        let _ = running.task.await;
    }
    let running = start(config(&queue), &recorder).await;
    let empty = || queue.depth().0 == 0;
    recorder.wait_until("an empty queue", empty).await;
    running.stop().await.unwrap();
    recorder.assert_order();
    let log = recorder.log.lock().unwrap();
    let distinct: BTreeSet<_> = log.accepted.values().flatten().collect();
    assert_eq!(distinct.len(), 120);
    let place = log.events.iter().find_map(|event| match event {
        SourceEvent::Unsettled {
            place: Place::Message { id },
            reason,
            ..
        } => Some((id.to_string(), reason.clone())),
        _ => None,
    });
    assert_eq!(place, Some(("m3".to_owned(), "not yet".to_owned())));
}

/// An outage makes messages visible to others though they are on their way: nothing of their group is
/// sent any more here, and they are processed again.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_kept_hidden_is_given_up() {
    let begin = Instant::now();
    let fault: Fault = Box::new(move |action, number| match action {
        "ChangeMessageVisibilityBatch" => Some(HttpReply::new(503)),
        // Longer than messages are hidden.
        "ReceiveMessage" if number > 0 && begin.elapsed() < 7 * SECOND => Some(HttpReply::new(503)),
        _ => None,
    });
    let queue = Queue::start(&messages(2, 1), true, fault);
    let recorder = Recorder::new(Box::new(|_, _| Outcome::Settled), 1, 8 * SECOND);
    let running = start(config(&queue), &recorder).await;
    let again = || expired(&recorder) >= 1 && recorder.count() >= 2;
    recorder.wait_until("again", again).await;
    running.stop().await.unwrap();
    let log = recorder.log.lock().unwrap();
    assert_eq!(log.accepted["g0"][..2], ["0", "0"], "the first comes again");
    assert_eq!(queue.depth().0, 2, "nothing is settled");
}

/// A handler without room: the window is full, nothing more is received, nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_window_stops_the_receiving() {
    for fifo in [true, false] {
        let queue = Queue::start(&messages(300, 300), fifo, no_faults());
        let recorder = Recorder::new(
            Box::new(|_, _| Outcome::Settled),
            0,
            Duration::from_millis(1),
        );
        // Room for about 20 messages.
        let running = start(config(&queue).with_window_bytes(20 * 260), &recorder).await;
        let received = || queue.depth().1 <= 280;
        recorder.wait_until("a window", received).await;
        // Longer than messages are hidden at first.
        tokio::time::sleep(7 * SECOND).await;
        let hidden = 300 - queue.depth().1;
        assert!((20..=60).contains(&hidden), "{hidden}");
        assert_eq!((queue.depth().0, expired(&recorder)), (300, 0));
        recorder.room.add_permits(64);
        let empty = || queue.depth().0 == 0;
        recorder.wait_until("an empty queue", empty).await;
        running.stop().await.unwrap();
        assert_eq!(recorder.count(), 300, "nothing came twice");
    }
}

/// What is on its way is settled, the rest is visible to others at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_returns_what_is_not_settled() {
    let queue = Queue::start(&messages(30, 3), true, no_faults());
    let recorder = Recorder::new(Box::new(|_, _| Outcome::Settled), 4, 2 * SECOND);
    let hurried = config(&queue).with_grace(Duration::from_millis(100));
    let running = start(hurried, &recorder).await;
    recorder.wait_until("some", || recorder.count() == 4).await;
    running.stop().await.unwrap();
    assert_eq!(queue.depth(), (30, 30));
    let recorder = Recorder::new(Box::new(|_, _| Outcome::Settled), 4, SECOND);
    let running = start(config(&queue), &recorder).await;
    recorder.wait_until("some", || recorder.count() >= 4).await;
    running.stop().await.unwrap();
    let (left, visible) = queue.depth();
    assert_eq!((left, visible), (30 - recorder.count(), left));
    recorder.assert_order();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_a_source() {
    let stops = |body: &str, _: usize| match body {
        "5" => Outcome::Stop {
            reason: "enough".to_owned(),
        },
        _ => Outcome::Settled,
    };
    let queue = Queue::start(&messages(10, 1), true, no_faults());
    let recorder = Recorder::new(Box::new(stops), 8, Duration::from_millis(1));
    let ended = start(config(&queue), &recorder).await.task.await.unwrap();
    let reason = "enough".to_owned();
    assert_eq!(ended, Err(SourceError::Stopped { reason }));
    assert_eq!(queue.depth(), (5, 5), "the first five are settled");

    let panics = |_: &str, _: usize| panic!("a bug");
    let queue = Queue::start(&messages(3, 1), true, no_faults());
    let recorder = Recorder::new(Box::new(panics), 8, Duration::from_millis(1));
    let ended = start(config(&queue), &recorder).await.task.await.unwrap();
    assert_eq!(ended, Err(SourceError::Panicked));
    assert_eq!(queue.depth(), (3, 3));

    for (refused, name) in [
        ("ReceiveMessage", "sqs:ReceiveMessage"),
        ("DeleteMessageBatch", "sqs:DeleteMessage"),
    ] {
        let fault: Fault =
            Box::new(move |action, _| (action == refused).then(|| error("AccessDenied")));
        let queue = Queue::start(&messages(3, 1), true, fault);
        let recorder = Recorder::good();
        let ended = start(config(&queue), &recorder).await.task.await.unwrap();
        let reason = format!(
            "{name}: Amazon SQS answered 400 AccessDenied: the policy of the credentials does not \
             allow this action"
        );
        assert_eq!(ended, Err(SourceError::Halted { reason }));
        assert_eq!(queue.depth().0, 3);
    }
}

/// A request to delete that fails is repeated, and the message is not processed again meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn deleting_is_repeated() {
    let begin = Instant::now();
    let fault: Fault = Box::new(move |action, _| {
        let fails = action == "DeleteMessageBatch" && begin.elapsed() < 8 * SECOND;
        fails.then(|| HttpReply::new(503))
    });
    let queue = Queue::start(&messages(25, 25), false, fault);
    let recorder = Recorder::good();
    let running = start(config(&queue), &recorder).await;
    let empty = || queue.depth().0 == 0;
    recorder.wait_until("an empty queue", empty).await;
    running.stop().await.unwrap();
    assert_eq!((recorder.count(), expired(&recorder)), (25, 0));
    let trouble = |it: &&SourceEvent| matches!(it, SourceEvent::Trouble { .. });
    assert_eq!(recorder.events().iter().filter(trouble).count(), 1);
}
